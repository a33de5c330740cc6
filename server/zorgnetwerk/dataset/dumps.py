"""Whole-data downloads, made at build; a request is a look-up in a fixed table of names.

Knows files. Must not know HTTP.
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from zorgnetwerk.errors import NotFound
from zorgnetwerk.store.release import Record, Release
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.media_types import MediaType

FORMATS: Final = (media_types.N_QUADS, media_types.TRIG, media_types.TURTLE)
_MANIFEST: Final = "dumps.json"
_STEM: Final = "zorgnetwerk"


@dataclass(frozen=True, slots=True)
class Dump:
    """One file. Units: ``size`` in bytes; ``sha256`` hexadecimal; ``created`` ISO 8601; ``statements`` are quads or
    triples.
    """

    name: str
    media_type: str
    coding: str
    size: int
    sha256: str
    created: str
    statements: int


def make(folder: Path, record: Record, lines: Sequence[str], prefixes: Mapping[str, str]) -> list[Dump]:
    """Writes every dump of a candidate and the manifest."""
    outlets = folder / "outlets"
    outlets.mkdir(exist_ok=True)
    made: list[Dump] = []
    for media_type in FORMATS:
        path = outlets / f"{_STEM}.{media_type.suffix}"
        _write(path, media_type, lines, prefixes)
        statements = len(lines) if media_type.holds_graphs else record.counts.get("triples", 0)
        made.append(_describe(path, media_type, "", record.created, statements))
        packed = path.with_name(f"{path.name}.gz")
        _compress(path, packed, record.created)
        made.append(_describe(packed, media_type, "gzip", record.created, statements))
    (outlets / _MANIFEST).write_text(json.dumps([asdict(dump) for dump in made], indent=1), "utf-8")
    return made


def manifest(release: Release) -> list[Dump]:
    """The dumps of a release; none where they are not kept."""
    try:
        text = (release.outlets / _MANIFEST).read_text("utf-8")
    except FileNotFoundError:
        return []
    return [Dump(**entry) for entry in json.loads(text)]


def find(release: Release, name: str) -> tuple[Dump, Path]:
    """The dump with this name and its file. Errors: NotFound for any name that is not in the manifest."""
    for dump in manifest(release):
        if dump.name == name:
            return dump, release.outlets / dump.name
    raise NotFound(f"There is no dump {name!r}; see /dumps/ for those that there are.")


def _write(path: Path, media_type: MediaType, lines: Sequence[str], prefixes: Mapping[str, str]) -> None:
    if media_type is media_types.N_QUADS:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
    else:
        syntax.rewrite_lines(lines, media_type, path, prefixes)


def _compress(source: Path, target: Path, created: str) -> None:
    """Compresses with the release's time in the header, so that equal data gives equal bytes."""
    moment = datetime.datetime.fromisoformat(created).timestamp()
    with source.open("rb") as plain, target.open("wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=moment) as packed:
            while piece := plain.read(1 << 20):
                packed.write(piece)


def _describe(path: Path, media_type: MediaType, coding: str, created: str, statements: int) -> Dump:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Dump(path.name, media_type.name, coding, path.stat().st_size, digest, created, statements)
