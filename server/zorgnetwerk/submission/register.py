"""The register of submissions: one look-up for each question that intake, review and pages have.

Reads the rows that ``rows.py`` keeps. Writing happens in ``intake.py`` and ``reviewing.py``, in journal transactions.
"""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from zorgnetwerk.store.frames import short_path
from zorgnetwerk.store.journal import FILE as JOURNAL_FILE
from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.state import BELL
from zorgnetwerk.submission import changes, rows
from zorgnetwerk.submission.inbox import Inbox
from zorgnetwerk.submission.passes import Passes
from zorgnetwerk.submission.rows import (
    ACCEPTED,
    REFUSED,
    REPLACED,
    STATES,
    WAITING,
    WITHDRAWN,
    Contents,
    Event,
    Submission,
)

PAGE_SIZE: Final = 25
_SUCCESSOR: Final = """
WITH RECURSIVE later (id, state, received) AS (
  SELECT id, state, received FROM submission WHERE replaces = ?
  UNION SELECT s.id, s.state, s.received FROM submission s JOIN later ON s.replaces = later.id AND later.state = ?
)
SELECT id FROM later WHERE state NOT IN (?, ?) ORDER BY received DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which submissions a list shows; an empty value lets all pass."""

    state: str = ""
    organisation: str = ""
    words: str = ""
    with_warnings: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. Units: ``page`` counts from 1."""

    submissions: tuple[Submission, ...]
    total: int
    page: int = 1
    pages: int = 1
    counts: Mapping[str, int] = field(default_factory=dict)


class Register:
    """The submissions of one state folder, with the journal, the kept bytes and the signatures that belong to them."""

    def __init__(self, folder: Path, journal: Journal, inbox: Inbox, passes: Passes) -> None:
        self._folder = folder
        self.journal = journal
        self.inbox = inbox
        self.passes = passes

    @classmethod
    def open(cls, state_folder: Path) -> Register:
        """The register of a state folder, made when missing. Errors: StateError, StorageFull."""
        journal = Journal(state_folder / JOURNAL_FILE)
        with closing(journal.connect()) as connection:
            is_made = rows.has_tables(connection)
        if not is_made:
            with journal.transaction() as transaction:
                rows.make_tables(transaction.connection)
        return cls(state_folder, journal, Inbox(state_folder), Passes.open(state_folder))

    def _connect(self) -> sqlite3.Connection:
        return self.journal.connect()

    def unpublished(self, after: int, without: str = "") -> tuple[int, bytes]:
        """The number of the newest journal entry, and everything that the entries behind ``after`` changed together, as
        a judge reads it; what stands in the graph ``without`` is left out.
        """
        number, added, removed = after, set[str](), set[str]()
        for entry in self.journal.entries(after):
            number = entry.number
            added.difference_update(entry.removed)
            removed.difference_update(entry.added)
            added.update(entry.added)
            removed.update(entry.removed)
        kept = sorted(line for line in added if not (without and line.endswith(f" <{without}> .")))
        return number, changes.written(kept, sorted(removed)) if number > after else b""

    def wake_publisher(self) -> None:
        """Tells the publisher that the journal has grown; it would look by itself a little later."""
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as bell, suppress(OSError):
            bell.setblocking(False)
            with short_path(self._folder / BELL) as address:
                bell.sendto(b"1", address)

    def find(self, identifier: str) -> Submission:
        """The submission with this id. Errors: NotFound."""
        with closing(self._connect()) as connection:
            return rows.find(connection, identifier)

    def standing(self, identifier: str) -> str:
        """The id of the submission whose place a correction of this one takes in the data. Errors: NotFound."""
        with closing(self._connect()) as connection:
            return rows.standing(connection, identifier).id

    def contents(self, identifier: str) -> Contents:
        """What was read from a submission. Errors: NotFound."""
        with closing(self._connect()) as connection:
            return rows.contents(connection, identifier)

    def events(self, identifier: str) -> list[Event]:
        """The steps of a submission, oldest first."""
        with closing(self._connect()) as connection:
            return rows.events_of(connection, identifier)

    def log(self, page: int = 1) -> tuple[list[Event], int]:
        """One page of all steps of all submissions, newest first, and the number of pages."""
        with closing(self._connect()) as connection:
            total = int(connection.execute("SELECT count(*) FROM submission_event").fetchone()[0])
            found = connection.execute(
                "SELECT submission, time, kind, who, organisation, comment, number FROM submission_event "
                "ORDER BY number DESC LIMIT ? OFFSET ?",
                (2 * PAGE_SIZE, (page - 1) * 2 * PAGE_SIZE),
            )
            return [Event(*row) for row in found], max(1, -(-total // (2 * PAGE_SIZE)))

    def listing(self, chosen: Filter, page: int = 1) -> Listing:
        """One page of the submissions that a filter lets pass: those that wait oldest first, all others newest first.

        Shape: ``counts`` holds how many there are in each state, whatever the filter says.
        """
        clause, values = _clause(chosen)
        order = "received, id" if chosen.state == WAITING else "received DESC, id"
        with closing(self._connect()) as connection:
            counts = dict(connection.execute("SELECT state, count(*) FROM submission GROUP BY state").fetchall())
            total = int(connection.execute(f"SELECT count(*) FROM submission {clause}", values).fetchone()[0])  # noqa: S608
            found = connection.execute(
                f"SELECT {rows.COLUMNS} FROM submission {clause} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608
                (*values, PAGE_SIZE, (page - 1) * PAGE_SIZE),
            )
            shown = tuple(Submission(*row) for row in found)
        return Listing(shown, total, page, max(1, -(-total // PAGE_SIZE)), counts)

    def successor(self, identifier: str) -> str:
        """The id of the newest submission that corrects this one, or an empty text.

        A correction that was withdrawn leads on to the one that took its place, and counts for nothing where none did.
        """
        with closing(self._connect()) as connection:
            row = connection.execute(_SUCCESSOR, (identifier, WITHDRAWN, REFUSED, WITHDRAWN)).fetchone()
        return str(row[0]) if row else ""

    def owned(self, organisation: str) -> list[str]:
        """The things that an organisation brought in by submissions that were accepted, and the organisation itself."""
        with closing(self._connect()) as connection:
            found = connection.execute(
                "SELECT DISTINCT t.thing FROM submission_thing t JOIN submission s ON s.id = t.submission "
                "WHERE t.organisation = ? AND s.state IN (?, ?)",
                (organisation, ACCEPTED, REPLACED),
            )
            return [organisation, *(str(row[0]) for row in found)]

    def remembered(self, owner: str, key: str) -> tuple[str, str] | None:
        """Fingerprint and submission of an idempotency key, or None when it is new."""
        with closing(self._connect()) as connection:
            return rows.remembered(connection, owner, key)

    def identifiers(self, *states: str) -> frozenset[str]:
        """The ids of the submissions in these states; of all when none is named."""
        wanted = states or STATES
        marks = ",".join("?" * len(wanted))
        with closing(self._connect()) as connection:
            found = connection.execute(f"SELECT id FROM submission WHERE state IN ({marks})", wanted)  # noqa: S608
            return frozenset(str(row[0]) for row in found)


def _clause(chosen: Filter) -> tuple[str, list[str]]:
    parts, values = [], []
    if chosen.state:
        parts.append("state = ?")
        values.append(chosen.state)
    if chosen.organisation:
        parts.append("organisation = ?")
        values.append(chosen.organisation)
    if chosen.words:
        words = chosen.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        parts.append("(id || ' ' || label || ' ' || files) LIKE ? ESCAPE '\\'")
        values.append(f"%{words}%")
    if chosen.with_warnings:
        parts.append("warnings > 0")
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), values
