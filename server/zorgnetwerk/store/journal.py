"""The journal: every change of the data, in order, durable before it is acknowledged.

The journal is the truth and the releases are a cache of it. Each entry holds the N-Quads lines that were added and
removed (under the reserved base, so that a new domain is no new history; derived links are left out, since they follow
from the others), the hash of the whole set after it, and a chain over all entries before it, so that a change of the
past shows. What belongs to a change, such as who accepted it, is written in the same transaction by whoever holds it.
Knows lines. Must not know releases nor who writes.

Source: architecture, decision 2; SQLite WAL with synchronous=FULL syncs at each commit; ``decisions/0007``.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, Literal, TypeAlias

from zorgnetwerk.errors import StateError, StorageFull
from zorgnetwerk.store import faults
from zorgnetwerk.store.digests import hash_of, moved
from zorgnetwerk.store.entries import INSERT, SCHEMA, Entry, Outline, chain_of, entry_of, matching, outline_of, row_of
from zorgnetwerk.store.state import sync_folder

FILE: Final = "journal.sqlite"
FORMAT: Final = 2
Kind: TypeAlias = Literal["build", "submission", "withdrawal", "move", "redaction"]
KINDS: Final[tuple[Kind, ...]] = ("build", "submission", "withdrawal", "move", "redaction")

__all__ = ("FILE", "FORMAT", "KINDS", "Entry", "Journal", "Kind", "Transaction", "hash_of")


class Transaction:
    """One change under way: nothing of it is there until it is over, then all of it is, on disk."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        """For tables of other rooms in the same file; no COMMIT, no executescript."""

    def last_number(self) -> int:
        """The number of the newest entry, this transaction's included; 0 before the first."""
        return self.last()[0]

    def last(self) -> tuple[int, str, str]:
        """Number, chain and state hash of the newest entry; 0 and empty texts before the first."""
        row = self.connection.execute(
            "SELECT number, chain, state_hash FROM entry ORDER BY number DESC LIMIT 1"
        ).fetchone()
        return (row[0], row[1], row[2]) if row else (0, "", "")

    def record(
        self,
        *,
        time: str,
        kind: Kind,
        cause: str,
        added: Iterable[str],
        removed: Iterable[str],
        details: Mapping[str, str] | None = None,
    ) -> Entry:
        """Appends a change. ``added`` is what is not in the data yet, ``removed`` what is; derived links are in
        neither.

        Errors: ValueError when a line is in both, or the kind is none.
        """
        new, old = tuple(sorted(set(added))), tuple(sorted(set(removed)))
        if kind not in KINDS or not set(new).isdisjoint(old):
            raise ValueError(f"a change of kind {kind!r} must add and remove different lines, of a kind in {KINDS}")
        number, chain, state_hash = self.last()
        after = moved(state_hash, new, old)
        draft = Entry(number + 1, time, kind, cause, dict(details or {}), new, old, after, "")
        entry = draft.with_chain(chain_of(chain, draft))
        self.connection.execute(INSERT, row_of(entry))
        return entry

    def lines(self, containing: str) -> set[str]:
        """The lines of the data set with this text in them, such as ``<IRI>``, after all changes so far."""
        found: set[str] = set()
        for added, removed in self.connection.execute("SELECT added, removed FROM entry ORDER BY number"):
            found.difference_update(matching(removed, containing))
            found.update(matching(added, containing))
        return found


class Journal:
    """The journal of one state folder. SQLite lets one transaction in at a time; any number of readers."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(self.reading()) as connection, _translated(path):
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == FORMAT:
                return
            if version != 0:
                raise StateError(
                    f"{path} has format {version}, this version reads {FORMAT}. "
                    "Use the version that wrote it, or another --state-dir."
                )
            connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version={FORMAT}; COMMIT;")
        sync_folder(path.parent)

    def connect(self) -> sqlite3.Connection:
        """A connection of its own to the file; the caller closes it. Errors: StateError, StorageFull."""
        try:
            connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
        except sqlite3.Error as error:
            if _is_of_disk(error):
                raise _refused(self._path, error) from error
            raise StateError(
                f"{self._path} cannot be opened: {error}. Restore it with 'zorgnetwerk restore'."
            ) from error
        return connection

    def reading(self) -> sqlite3.Connection:
        """A connection for reading, also from a disk that takes no writing; the caller closes it. Errors: StateError.

        SQLite writes an index beside a log when it opens one. Where it cannot, and no log is left, the file alone is
        the whole journal.
        """
        try:
            return self.connect()
        except StorageFull:
            log = self._path.with_name(f"{self._path.name}-wal")
            if log.exists() and log.stat().st_size:
                raise
            return sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A change: on disk when the block ends, without a trace when it raises.

        Errors: StorageFull when the disk takes no writing; StateError when another change takes half a minute.
        """
        with closing(self.connect()) as connection, _translated(self._path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(connection)
                faults.point("journal.commit.before")
                connection.execute("COMMIT")
                faults.point("journal.commit.after")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def record(
        self,
        *,
        time: str,
        kind: Kind,
        cause: str,
        added: Iterable[str],
        removed: Iterable[str],
        details: Mapping[str, str] | None = None,
    ) -> Entry:
        """Appends a change that stands alone; when this returns, it is on disk. Errors: those of a transaction."""
        with self.transaction() as transaction:
            return transaction.record(time=time, kind=kind, cause=cause, added=added, removed=removed, details=details)

    def entries(self, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        """The entries behind number ``after``, oldest first, to ``until`` where it is given."""
        limit = (1 << 62) if until is None else until
        with closing(self.reading()) as connection:
            for row in connection.execute(
                "SELECT * FROM entry WHERE number > ? AND number <= ? ORDER BY number", (after, limit)
            ):
                yield entry_of(row)

    def outlines(self, after: int, until: int, naming: str) -> Iterator[Outline]:
        """The same without their lines; of these only a few that name something: those with this text in them."""
        with closing(self.reading()) as connection:
            for row in connection.execute(
                "SELECT * FROM entry WHERE number > ? AND number <= ? ORDER BY number", (after, until)
            ):
                yield outline_of(row, naming)

    def last(self) -> Entry | None:
        """The newest entry, or None."""
        with closing(self.reading()) as connection:
            row = connection.execute("SELECT * FROM entry ORDER BY number DESC LIMIT 1").fetchone()
        return entry_of(row) if row else None

    def last_number(self) -> int:
        """The number of the newest entry; 0 before the first."""
        with closing(self.reading()) as connection:
            return Transaction(connection).last_number()

    def has_changes(self) -> bool:
        """Whether anything was recorded besides what builds found in the content."""
        with closing(self.reading()) as connection:
            return connection.execute("SELECT 1 FROM entry WHERE kind <> 'build' LIMIT 1").fetchone() is not None

    def state_hash(self, number: int | None = None) -> str:
        """The hash of the data set after this entry, or the newest, without reading lines; empty before the first."""
        with closing(self.reading()) as connection:
            row = connection.execute(
                "SELECT state_hash FROM entry WHERE number <= ? ORDER BY number DESC LIMIT 1",
                ((1 << 62) if number is None else number,),
            ).fetchone()
        return str(row[0]) if row else ""

    def replay(self, until: int | None = None) -> set[str]:
        """The lines of the data set after this entry, or the newest."""
        lines: set[str] = set()
        for entry in self.entries(until=until):
            lines.difference_update(entry.removed)
            lines.update(entry.added)
        return lines

    def verify(self) -> list[str]:
        """What is wrong with the journal, one sentence each; empty when every entry and its chain holds."""
        problems = []
        previous = before = ""
        held: set[int] = set()
        for expected, entry in enumerate(self.entries(), start=1):
            if entry.number != expected:
                problems.append(f"Entry {expected} is missing.")
                break
            if chain_of(previous, entry) != entry.chain:
                problems.append(f"Entry {entry.number} was changed after it was written.")
            old, new = entry.keys()
            leads = moved(before, entry.added, entry.removed) == entry.state_hash
            if not (leads and old <= held and new.isdisjoint(held - old)):
                problems.append(f"Entry {entry.number} does not lead to the state that it names.")
            held = (held - old) | new
            previous, before = entry.chain, entry.state_hash
        return problems


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    """What SQLite says of the disk, in our words; what it says of rows is the caller's own."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise StateError(f"Another process has been writing to {path} for half a minute. Try again.") from error
        if _is_of_disk(error):
            raise _refused(path, error) from error
        raise


def _is_of_disk(error: sqlite3.Error) -> bool:
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN"))


def _refused(path: Path, error: sqlite3.Error) -> StorageFull:
    return StorageFull(
        f"{path} takes no writing ({error}), so nothing was kept. Free space on the disk, or make it writable."
    )
