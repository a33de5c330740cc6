"""Whole-data downloads: made at build, and after a small change in the background; a request is a look-up in a table.

A release that a change alone made has the files of the release before it, until those of its own are there; the table
says of which release they are. Knows files. Must not know HTTP.

    dumps.json          the table: release, folder, files
    outlets-000012/     the files of release 12
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from zorgnetwerk.errors import NotFound
from zorgnetwerk.store import deltas, streams
from zorgnetwerk.store.release import Record, Release
from zorgnetwerk.store.state import write_durably
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.media_types import MediaType

FORMATS: Final = media_types.DUMP_FORMATS
_TABLE: Final = "dumps.json"
_STEM: Final = "zorgnetwerk"


@dataclass(frozen=True, slots=True)
class Dump:
    """One file. Units: ``size`` in bytes; ``sha256`` hexadecimal; ``created`` ISO 8601; ``statements`` are quads or
    triples; ``release`` is the release that it holds.
    """

    name: str
    media_type: str
    coding: str
    size: int
    sha256: str
    created: str
    statements: int
    release: int


def make(folder: Path, record: Record, lines: Collection[str], prefixes: Mapping[str, str]) -> list[Dump]:
    """Writes every dump of a release into a folder, and the table; ``lines`` are sorted."""
    outlets = folder / folder_name(record.number)
    outlets.mkdir(exist_ok=True)
    made: list[Dump] = []
    for media_type in FORMATS:
        path = outlets / f"{_STEM}.{media_type.suffix}"
        _write(path, media_type, lines, prefixes)
        statements = len(lines) if media_type.holds_graphs else record.counts.get("triples", 0)
        made.append(_describe(path, media_type, "", record, statements))
        packed = path.with_name(f"{path.name}.gz")
        _compress(path, packed, record.created)
        made.append(_describe(packed, media_type, "gzip", record, statements))
    table = {"folder": outlets.name, "release": record.number, "dumps": [asdict(dump) for dump in made]}
    write_durably(folder / _TABLE, json.dumps(table, indent=1).encode())
    return made


def inherit(source: Path, target: Path) -> None:
    """Gives the release in ``target`` the dumps that are in ``source``, by links; the table comes last."""
    table = _table(source)
    if table is None:
        return
    name = str(table["folder"])
    (target / name).mkdir(exist_ok=True)
    for path in sorted((source / name).iterdir()):
        if not (target / name / path.name).exists():
            deltas.link(path, target / name / path.name)
    write_durably(target / _TABLE, (source / _TABLE).read_bytes())


def folder_name(number: int) -> str:
    """The folder with the dumps of this release."""
    return f"outlets-{number:06d}"


def manifest(release: Release) -> list[Dump]:
    """The dumps that a release has; none where they are not kept."""
    table = _table(release.folder)
    return [Dump(**entry) for entry in table["dumps"]] if table else []


def release_of(release: Release) -> int:
    """The release that the dumps of this one are of; 0 where there are none."""
    return next((dump.release for dump in manifest(release)), 0)


def find(release: Release, name: str) -> tuple[Dump, Path]:
    """The dump with this name and its file. Errors: NotFound for any name that is not in the table."""
    for dump in manifest(release):
        if dump.name == name:
            return dump, release.folder / folder_name(dump.release) / dump.name
    raise NotFound(f"There is no dump {name!r}; see /dumps/ for those that there are.")


def _table(folder: Path) -> dict[str, Any] | None:
    try:
        text = (folder / _TABLE).read_text("utf-8")
    except FileNotFoundError:
        return None
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _write(path: Path, media_type: MediaType, lines: Collection[str], prefixes: Mapping[str, str]) -> None:
    if media_type is media_types.N_QUADS:
        streams.write_lines(path, lines)
    else:
        syntax.rewrite_lines(lines, media_type, path, prefixes)


def _compress(source: Path, target: Path, created: str) -> None:
    """Compresses with the release's time in the header, so that equal data gives equal bytes."""
    moment = datetime.datetime.fromisoformat(created).timestamp()
    with source.open("rb") as plain, target.open("wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=moment) as packed:
            while piece := plain.read(1 << 20):
                packed.write(piece)


def _describe(path: Path, media_type: MediaType, coding: str, record: Record, statements: int) -> Dump:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    return Dump(path.name, media_type.name, coding, size, digest, record.created, statements, record.number)
