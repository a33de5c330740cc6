"""The journal: every change of the data, in order, durable before it is acknowledged.

The journal is the truth and the releases are a cache of it. Each entry holds the N-Quads lines that were added and
removed (under the reserved base, so that a new domain is no new history) and the hash of the entry before it, so that a
change of the past shows. Knows lines. Must not know releases nor who writes.

Source: architecture, decision 2; SQLite WAL with synchronous=FULL syncs at each commit.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zorgnetwerk.errors import StateError
from zorgnetwerk.store.state import sync_folder

FORMAT: Final = 1
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS entry (
  number INTEGER PRIMARY KEY,
  time TEXT NOT NULL,
  kind TEXT NOT NULL,
  cause TEXT NOT NULL,
  details TEXT NOT NULL,
  added BLOB NOT NULL,
  removed BLOB NOT NULL,
  state_hash TEXT NOT NULL,
  chain TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. ``state_hash`` is the hash of the whole data set after it; ``chain`` covers this entry and all
    before.
    """

    number: int
    time: str
    kind: str
    cause: str
    details: Mapping[str, str]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    state_hash: str
    chain: str


class Journal:
    """The journal of one state folder. One writer at a time (``State.writing``); any number of readers."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(self._connect()) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, FORMAT):
                raise StateError(f"{path} has format {version}, this version reads {FORMAT}.")
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA user_version={FORMAT}")
        sync_folder(path.parent)

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
        except sqlite3.Error as error:
            raise StateError(
                f"{self._path} cannot be opened: {error}. Restore it with 'zorgnetwerk restore'."
            ) from error
        return connection

    def record(
        self,
        *,
        time: str,
        kind: str,
        cause: str,
        added: Iterable[str],
        removed: Iterable[str],
        state_hash: str,
        details: Mapping[str, str] | None = None,
    ) -> Entry:
        """Appends a change; when this returns, it is on disk."""
        new, old = tuple(sorted(added)), tuple(sorted(removed))
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                last = connection.execute("SELECT number, chain FROM entry ORDER BY number DESC LIMIT 1").fetchone()
                number, previous = (last[0] + 1, last[1]) if last else (1, "")
                draft = Entry(number, time, kind, cause, dict(details or {}), new, old, state_hash, "")
                chain = _chain(previous, draft)
                connection.execute("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?)", (*_row(draft), chain))
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
        return Entry(number, time, kind, cause, dict(details or {}), new, old, state_hash, chain)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The entries behind number ``after``, oldest first."""
        with closing(self._connect()) as connection:
            for row in connection.execute("SELECT * FROM entry WHERE number > ? ORDER BY number", (after,)):
                yield _entry(row)

    def last(self) -> Entry | None:
        """The newest entry, or None."""
        with closing(self._connect()) as connection:
            row = connection.execute("SELECT * FROM entry ORDER BY number DESC LIMIT 1").fetchone()
        return _entry(row) if row else None

    def state_hash(self) -> str:
        """The hash of the data set after the newest entry, without reading its lines; empty before the first."""
        with closing(self._connect()) as connection:
            row = connection.execute("SELECT state_hash FROM entry ORDER BY number DESC LIMIT 1").fetchone()
        return str(row[0]) if row else ""

    def replay(self) -> set[str]:
        """The lines of the data set after the newest entry."""
        lines: set[str] = set()
        for entry in self.entries():
            lines.difference_update(entry.removed)
            lines.update(entry.added)
        return lines

    def verify(self) -> list[str]:
        """What is wrong with the journal, one sentence each; empty when every entry and its chain holds."""
        problems = []
        previous = ""
        lines: set[str] = set()
        for expected, entry in enumerate(self.entries(), start=1):
            if entry.number != expected:
                problems.append(f"Entry {expected} is missing.")
                break
            if _chain(previous, entry) != entry.chain:
                problems.append(f"Entry {entry.number} was changed after it was written.")
            lines.difference_update(entry.removed)
            lines.update(entry.added)
            if hash_of(lines) != entry.state_hash:
                problems.append(f"Entry {entry.number} does not lead to the state that it names.")
            previous = entry.chain
        return problems


def hash_of(lines: Iterable[str]) -> str:
    """The hash of a data set: SHA-256 over its sorted N-Quads lines, hexadecimal.

    >>> hash_of(["b", "a"]) == hash_of(["a", "b"])
    True
    """
    digest = hashlib.sha256()
    for line in sorted(lines):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def _row(entry: Entry) -> tuple[int, str, str, str, str, bytes, bytes, str]:
    details = json.dumps(entry.details, sort_keys=True, ensure_ascii=False)
    return (
        entry.number,
        entry.time,
        entry.kind,
        entry.cause,
        details,
        _pack(entry.added),
        _pack(entry.removed),
        entry.state_hash,
    )


def _entry(row: tuple[int, str, str, str, str, bytes, bytes, str, str]) -> Entry:
    number, time, kind, cause, details, added, removed, state_hash, chain = row
    return Entry(number, time, kind, cause, json.loads(details), _unpack(added), _unpack(removed), state_hash, chain)


def _chain(previous: str, entry: Entry) -> str:
    digest = hashlib.sha256(previous.encode())
    parts = (
        str(entry.number),
        entry.time,
        entry.kind,
        entry.cause,
        json.dumps(entry.details, sort_keys=True),
        entry.state_hash,
    )
    for part in (*parts, *entry.added, "-", *entry.removed):
        digest.update(part.encode() + b"\x00")
    return digest.hexdigest()


def _pack(lines: tuple[str, ...]) -> bytes:
    return zlib.compress("\n".join(lines).encode(), 6)


def _unpack(data: bytes) -> tuple[str, ...]:
    text = zlib.decompress(data).decode()
    return tuple(text.split("\n")) if text else ()
