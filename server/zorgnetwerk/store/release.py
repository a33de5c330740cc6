"""Releases: immutable, numbered states of the data set.

Readers open the current release and nothing changes under them; publishing makes the next one beside it and swaps one
pointer. Knows folders and files. Must not know what is in the data (``dataset/building.py``).

    releases/000007/
      quads.nq        what is served, under the configured base, as the last build wrote it
      loaded.nq       the same, and in the default graph each triple once; the store master loads it
      deltas.json     which changes have come since, one ``delta-*.rdfp`` for each (``deltas.py``)
      base/           the store of an earlier release that the next one's is made from
      store/          all of it for the engine's read-only mode (hard links to the parent's files)
      release.json    the record below
      prefixes.json   prefixes for answers
      dumps.json      which files of ``outlets-*/`` can be downloaded, and of which release they are
"""

from __future__ import annotations

import contextlib
import datetime
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from zorgnetwerk.errors import Gone, NotFound, StateDamaged, StateError
from zorgnetwerk.store import deltas, faults
from zorgnetwerk.store.history import Entry, History, Timeline
from zorgnetwerk.store.state import FORMAT, State, release_folder, sync_folder, write_durably

CURRENT: Final = "current"
SET_ASIDE: Final = "'zorgnetwerk build' sets that folder aside and makes a release anew."
_WAYS_OUT: Final = "'zorgnetwerk rollback N' serves a kept one, 'zorgnetwerk build' makes one anew."


@dataclass(frozen=True, slots=True)
class Record:
    """What a release says of itself.

    Units: ``created`` is ISO 8601 in UTC; ``quads`` counts; ``hash`` is that of the lines under the reserved base
    (``digests.py``), ``asserted`` the same without derived links, which is what the journal's entry ``journal`` leads
    to; ``fingerprint`` is that of everything the build depended on, so that an unchanged build is recognised.
    ``counts`` are those of release ``counted`` (0: of this one).
    """

    number: int
    parent: int
    created: str
    cause: str
    base_iri: str
    hash: str
    fingerprint: str
    quads: int
    default_graph: str = "union"
    content_version: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    counted: int = 0
    journal: int = 0
    asserted: str = ""
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Release:
    """One release folder and its record."""

    folder: Path
    record: Record

    @property
    def number(self) -> int:
        """Its number; the first is 1."""
        return self.record.number

    def lines(self) -> set[str]:
        """The quads as N-Quads lines under the served base. Errors: StateError."""
        return deltas.lines_of(self.folder)

    @property
    def store_folder(self) -> Path:
        """The engine's folder, never written again."""
        return self.folder / "store"

    def prefixes(self) -> dict[str, str]:
        """Prefix to namespace, for answers."""
        try:
            loaded = json.loads((self.folder / "prefixes.json").read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return {str(prefix): str(iri) for prefix, iri in loaded.items()}


class Releases:
    """The releases of one state folder."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.root = state.folder / "releases"
        self._pointer = state.folder / CURRENT
        self._history = History(state.folder)

    def current_number(self) -> int:
        """The number of the served release; 0 before the first build. Errors: StateError when the pointer is
        damaged.
        """
        return current_number(self.state.folder)

    def current(self) -> Release | None:
        """The served release, or None before the first build. Errors: StateError."""
        number = self.current_number()
        if not number:
            return None
        try:
            return self.get(number)
        except (NotFound, Gone) as error:
            kept = ", ".join(map(str, self.numbers())) or "none"
            raise StateDamaged(
                f"{self._pointer} names release {number}, which is not there (kept: {kept}). {_WAYS_OUT}"
            ) from error

    def newest(self) -> Release | None:
        """The release with the highest number, which a rollback leaves in place; None before the first build."""
        numbers = self.numbers()
        return self.get(numbers[-1]) if numbers else None

    def is_unfinished(self) -> bool:
        """Whether the newest release is whole and was to be served, but its maker ended before that."""
        newest, current = max(self.numbers(), default=0), self.current_number()
        return newest > current > 0 and self._history.is_unfinished(newest, current)

    def numbers(self) -> list[int]:
        """The numbers of all kept releases, oldest first."""
        return sorted(int(folder.name) for folder in self.root.iterdir() if folder.name.isdigit())

    def get(self, number: int) -> Release:
        """One release. Errors: Gone when it was pruned, NotFound when it never was."""
        folder = self.folder(number)
        if not folder.is_dir():
            if 0 < number < max(self.numbers(), default=0):
                raise Gone(f"Release {number} is no longer kept; the oldest kept release is {min(self.numbers())}.")
            raise NotFound(f"There is no release {number}.")
        return Release(folder, _read_record(folder))

    def folder(self, number: int) -> Path:
        """Where release ``number`` lies or will lie."""
        return release_folder(self.state.folder, number)

    def next_number(self) -> int:
        """The number for a new release; never one that was used, also when it was rolled back or not restored."""
        return max(*self.numbers(), self.current_number(), self._history.highest(), 0) + 1

    def candidate(self) -> Path:
        """An empty folder to make a release in; remains of an interrupted build are cleared."""
        for leftover in self.root.glob("candidate-*"):
            shutil.rmtree(leftover)
        folder = self.root / f"candidate-{self.next_number():06d}"
        folder.mkdir()
        return folder

    @contextlib.contextmanager
    def making(self) -> Iterator[Path]:
        """A folder to make a release in; it is gone afterwards unless it was admitted.

        Errors: StateError when the disk refuses.
        """
        try:
            folder = self.candidate()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError as error:
            raise StateError(
                f"The next release cannot be written in {self.root}: {error.strerror or error}. "
                "Free space on the disk, or make it writable."
            ) from error

    def admit(self, candidate: Path, record: Record) -> Release:
        """Makes a finished candidate a release and the served one, in one step that a crash cannot split."""
        write_record(candidate, record)
        folder = self.folder(record.number)
        faults.point("release.rename")
        candidate.rename(folder)
        faults.point("release.renamed")
        sync_folder(self.root)
        self.point_to(record.number)
        return Release(folder, record)

    def point_to_none(self) -> None:
        """Serves nothing until a release is made: for a state folder in which none is left."""
        self._pointer.unlink(missing_ok=True)
        sync_folder(self.state.folder)

    def point_to(self, number: int) -> None:
        """Serves another kept release. Errors: NotFound, Gone."""
        self.get(number)
        try:
            current = self.current_number()
        except StateError:
            current = 0  # damaged: this is how it is repaired
        if number != current:
            self._history.append(number, current, self._recorded)
        write_durably(self._pointer, f"{number}\n".encode("ascii"))

    def timeline(self) -> Timeline:
        """Which release was served when. Errors: StateError."""
        return self._history.timeline(self.current_number(), self._recorded)

    def at(self, moment: datetime.datetime) -> Entry:
        """What was served at this moment; the oldest kept release when it lies before all.

        Errors: NotFound before the first build. The release may be gone by now: ``get`` says so.
        Source: RFC 7089, 4.5.3 (a datetime outside the known range selects the nearest end).
        """
        timeline = self.timeline()
        kept = set(self.numbers())
        oldest = next((entry for entry in timeline.entries if entry.number in kept), None)
        found = timeline.at(moment) or oldest
        if found is None:
            raise NotFound("No release has been published yet.")
        return found

    def _recorded(self) -> list[Entry]:
        """What the records say, for a state folder that was made before there was a history."""
        numbers = [number for number in self.numbers() if number <= self.current_number()]
        return [Entry(datetime.datetime.fromisoformat(self.get(number).record.created), number) for number in numbers]

    def prune(self, retention: int) -> list[int]:
        """Removes the oldest releases beyond ``retention``, never the served one; gives the removed numbers."""
        current = self.current_number()
        removable = [number for number in self.numbers() if number != current]
        excess = len(removable) + 1 - retention
        removed = removable[: max(0, excess)]
        for number in removed:
            # Gone at once: a reader, or a crash, never meets half of it.
            leaving = self.root / f"candidate-pruned-{number:06d}"
            self.folder(number).rename(leaving)
            shutil.rmtree(leaving)
        return removed


def current_number(state_folder: Path) -> int:
    """The number of the release that a state folder serves; 0 before the first build.

    Errors: StateError when the pointer is damaged.
    """
    pointer = state_folder / CURRENT
    try:
        text = pointer.read_text("utf-8", "replace").strip()
    except FileNotFoundError:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise StateDamaged(f"{pointer} holds {text[:40]!r} instead of the number of a release. {_WAYS_OUT}")
    return int(text)


def write_record(folder: Path, record: Record) -> None:
    """Writes ``release.json`` durably."""
    write_durably(folder / "release.json", json.dumps(asdict(record), indent=1, ensure_ascii=False).encode() + b"\n")


def _read_record(folder: Path) -> Record:
    path = folder / "release.json"
    try:
        loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StateDamaged(f"{path} cannot be read ({_reason(error)}). {SET_ASIDE}") from error
    if not isinstance(loaded, dict):
        raise StateDamaged(f"{path} holds no record of a release. {SET_ASIDE}")
    if loaded.get("format") != FORMAT:
        raise StateError(
            f"{path} has format {loaded.get('format')}, this version reads {FORMAT}. Run 'zorgnetwerk build'."
        )
    try:
        return record_of(loaded)
    except TypeError as error:
        raise StateDamaged(f"{path} holds half a record ({error}). {SET_ASIDE}") from error


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def record_of(loaded: Mapping[str, Any]) -> Record:
    """The record that these fields make; unknown ones are left out. Errors: TypeError when one is missing."""
    known = {item.name for item in fields(Record)}
    return Record(**{key: value for key, value in loaded.items() if key in known})
