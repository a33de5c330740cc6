"""Which release was served when: an append-only file beside the pointer.

    history     one line a change: time (ISO 8601, UTC) and release number

A line is durable before the pointer moves, so a crash in between leaves a last line that never took effect; readers
leave it out, and the next writer cancels it by a line of the same time that names what was really served. Of several
lines within one second the last counts, since HTTP dates have whole seconds. Knows one file. Must not know releases.
"""

from __future__ import annotations

import datetime
import errno
import os
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from zorgnetwerk.errors import StateError
from zorgnetwerk.store import faults
from zorgnetwerk.store.state import sync_folder

FILE: Final = "history"


@dataclass(frozen=True, slots=True)
class Entry:
    """From this moment on this release was served. Units: ``time`` is in UTC."""

    time: datetime.datetime
    number: int

    @property
    def second(self) -> datetime.datetime:
        """The moment as an HTTP date can say it."""
        return self.time.replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The changes of the pointer that took effect, oldest first."""

    entries: tuple[Entry, ...]

    def at(self, moment: datetime.datetime) -> Entry | None:
        """What was served at this moment; None before the first release.

        >>> day = lambda number: datetime.datetime(2026, 1, number, tzinfo=datetime.UTC)
        >>> timeline = Timeline((Entry(day(1), 1), Entry(day(2), 2), Entry(day(4), 1)))
        >>> [timeline.at(day(number)).number for number in (1, 2, 3, 4, 9)]
        [1, 2, 2, 1, 1]
        """
        index = bisect_right(self.entries, moment, key=lambda entry: entry.second)
        return self.entries[index - 1] if index else None

    def first(self, number: int) -> Entry | None:
        """When this release was served for the first time."""
        return next((entry for entry in self.entries if entry.number == number), None)


Earlier: TypeAlias = Callable[[], Sequence[Entry]]
"""What to begin with in a state folder that was made before there was a history."""


class History:
    """The history of one state folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def timeline(self, current: int, earlier: Earlier) -> Timeline:
        """What took effect, as the pointer at ``current`` shows. Errors: StateError."""
        entries = self._read() or list(earlier())
        while entries and entries[-1].number != current:
            entries.pop()
        return Timeline(tuple(entries))

    def is_unfinished(self, number: int, current: int) -> bool:
        """Whether this release was to be served and the pointer, at ``current``, was not moved any more.

        Errors: StateError.
        """
        numbers = [entry.number for entry in self._read()]
        return number != current and bool(numbers) and (numbers[-1] == number or number not in numbers)

    def highest(self) -> int:
        """The highest number that was ever served; 0 before the first. Errors: StateError."""
        return max((entry.number for entry in self._read()), default=0)

    def append(self, number: int, current: int, earlier: Earlier) -> None:
        """Notes durably that this release is served from now on; call it before the pointer moves, as the only writer.

        Errors: StateError.
        """
        entries = self._read()
        new = [] if entries or not current else list(earlier())
        last = next(reversed(entries or new), None)
        if last is not None and current and last.number != current:
            new.append(Entry(last.time, current))
        now = datetime.datetime.now(datetime.UTC)
        new.append(Entry(max(now, last.time) if last else now, number))
        text = "".join(f"{entry.time.isoformat(timespec='microseconds')} {entry.number}\n" for entry in new)
        try:
            self._write(text.encode("ascii"))
            sync_folder(self._path.parent)
        except OSError as error:
            raise StateError(
                f"{self._path} cannot be written: {error.strerror}. Free space on the disk, or make it writable."
            ) from error

    def _write(self, lines: bytes) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            _drop_torn_line(descriptor)
            faults.point("history.write")
            if os.write(descriptor, lines) != len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # the next writer drops what is torn
            faults.point("history.sync")
            os.fsync(descriptor)
            faults.point("history.synced")
        finally:
            os.close(descriptor)

    def _read(self) -> list[Entry]:
        """All whole lines; a last line without its end was being written when the machine stopped."""
        try:
            text = self._path.read_text("ascii")
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise StateError(
                f"{self._path} cannot be read: {error}. Restore it from a backup, or remove it."
            ) from error
        return [self._entry(line) for line in text.split("\n")[:-1]]

    def _entry(self, line: str) -> Entry:
        moment, _, number = line.partition(" ")
        try:
            return Entry(datetime.datetime.fromisoformat(moment).astimezone(datetime.UTC), int(number))
        except ValueError as error:
            raise StateError(
                f"{self._path} holds the line {line!r}, expected a time and a release number. "
                "Restore it from a backup, or remove it."
            ) from error


def _drop_torn_line(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    data = os.pread(descriptor, size, 0)
    end = data.rfind(b"\n") + 1
    if end < size:
        os.ftruncate(descriptor, end)
