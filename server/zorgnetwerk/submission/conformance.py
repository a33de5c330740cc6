"""The report on the whole data set against all shapes, made in the background and kept for everyone to read.

    conformance/000012.json     the report in all languages, as values
    conformance/000012.ttl      the same as sh:ValidationReport

Knows reports and the folder where they lie. Must not know pages nor processes.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from zorgnetwerk.errors import NotFound, NotReady
from zorgnetwerk.store.release import Release
from zorgnetwerk.store.state import write_durably
from zorgnetwerk.submission import reporting
from zorgnetwerk.submission.findings import ValidationReport
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.iris import RESERVED_BASE, Base, rebase_line

_FOLDER: Final = "conformance"
_KEPT: Final = 3
_FIRST_AFTER_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept report. Units: ``seconds`` that it took; ``made`` is ISO 8601 in UTC."""

    release: int
    made: str
    seconds: float
    values: Mapping[str, Any]
    document: Path


def reserved_lines(release: Release) -> Iterable[str]:
    """The lines of a release under the base that shapes speak of."""
    base = release.record.base_iri
    return (rebase_line(line, base, RESERVED_BASE) for line in release.lines())


def keep(state_folder: Path, release: Release, report: ValidationReport, seconds: float) -> None:
    """Keeps the report on a release, under its base, and forgets old ones."""
    folder = state_folder / _FOLDER
    folder.mkdir(exist_ok=True)
    told = reporting.rebased(report, Base(release.record.base_iri))
    values = {
        "release": release.number,
        "made": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        **reporting.summary(told, "nl", all_languages=True),
    }
    write_durably(folder / f"{release.number:06d}.ttl", reporting.written(told, media_types.TURTLE))
    write_durably(folder / f"{release.number:06d}.json", json.dumps(values, ensure_ascii=False).encode())
    for old in _numbers(folder)[:-_KEPT]:
        for suffix in ("json", "ttl"):
            (folder / f"{old:06d}.{suffix}").unlink(missing_ok=True)


def newest_number(state_folder: Path) -> int:
    """The newest release with a report; 0 when there is none."""
    return next(reversed(_numbers(state_folder / _FOLDER)), 0)


def newest(state_folder: Path, *, is_checking: bool) -> Kept:
    """The newest report. Errors: NotReady before the first, NotFound where none is made."""
    number = newest_number(state_folder)
    if not number and is_checking:
        raise NotReady("The whole data set is being checked for the first time.", _FIRST_AFTER_SECONDS)
    if not number:
        raise NotFound("This site does not check its whole data set: the setting is off, or there are no shapes.")
    folder = state_folder / _FOLDER
    values = json.loads((folder / f"{number:06d}.json").read_text("utf-8"))
    return Kept(number, str(values["made"]), float(values["seconds"]), values, folder / f"{number:06d}.ttl")


def _numbers(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in folder.glob("*.json") if path.stem.isdigit())
