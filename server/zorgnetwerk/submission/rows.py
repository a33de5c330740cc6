"""The rows of submissions in ``journal.sqlite``: what was sent, in which state it is, every step it took.

They lie beside the journal so that a decision and the change it makes are one transaction. A row holds the report and
the lines that were read from the document; the bytes as sent are in ``inbox.py``. Events are the audit log: they are
only ever added. Knows tables; all functions work inside the caller's connection. ``register.py`` reads; must not know
who may do what (``intake.py``, ``reviewing.py``).
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from zorgnetwerk.errors import NotFound

WAITING: Final = "waiting"
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
REPLACED: Final = "replaced"
STATES: Final = (WAITING, ACCEPTED, REFUSED, WITHDRAWN, REPLACED)

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS submission (
  id TEXT PRIMARY KEY,
  received TEXT NOT NULL,
  organisation TEXT NOT NULL,
  sender TEXT NOT NULL,
  files TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  language TEXT NOT NULL,
  replaces TEXT NOT NULL,
  state TEXT NOT NULL,
  revision INTEGER NOT NULL,
  release INTEGER NOT NULL,
  journal INTEGER NOT NULL,
  warnings INTEGER NOT NULL,
  entry INTEGER NOT NULL DEFAULT 0,
  decided TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  label TEXT NOT NULL DEFAULT '',
  summary BLOB NOT NULL,
  report BLOB NOT NULL,
  lines BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS submission_by_state ON submission (state, received);
CREATE TABLE IF NOT EXISTS submission_event (
  number INTEGER PRIMARY KEY,
  submission TEXT NOT NULL,
  time TEXT NOT NULL,
  kind TEXT NOT NULL,
  who TEXT NOT NULL,
  organisation TEXT NOT NULL,
  comment TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS submission_event_of ON submission_event (submission, number);
CREATE TABLE IF NOT EXISTS submission_key (
  owner TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  submission TEXT NOT NULL,
  time TEXT NOT NULL,
  PRIMARY KEY (owner, key)
) STRICT;
CREATE TABLE IF NOT EXISTS submission_thing (
  thing TEXT NOT NULL,
  organisation TEXT NOT NULL,
  submission TEXT NOT NULL,
  PRIMARY KEY (thing, submission)
) STRICT;
CREATE INDEX IF NOT EXISTS submission_thing_of ON submission_thing (organisation);
"""
COLUMNS: Final = (
    "id, received, organisation, sender, files, sha256, size, language, replaces, state, revision, "
    "release, journal, warnings, entry, decided, reason, label"
)


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission without its contents.

    Shape: ``organisation`` is an IRI under the reserved base; ``sender`` names the key or link; ``files`` what was
           sent, as ``inbox.files_of`` reads it; ``release`` and
           ``journal`` are the release it was checked against and the newest journal entry then; ``entry`` the journal
           entry that it became, 0 while it is none; ``label`` the names of the things it speaks of, for lists.
    Units: ``received`` and ``decided`` are ISO 8601 in UTC; ``revision`` rises with every change of state.
    """

    id: str
    received: str
    organisation: str
    sender: str
    files: str
    sha256: str
    size: int
    language: str
    replaces: str
    state: str
    revision: int
    release: int
    journal: int
    warnings: int = 0
    entry: int = 0
    decided: str = ""
    reason: str = ""
    label: str = ""

    @property
    def tag(self) -> str:
        """What names the present state in conditional requests."""
        return f"{self.id}.{self.revision}"


@dataclass(frozen=True, slots=True)
class Contents:
    """What was read from a submission: counts, the report as JSON in all languages, N-Quads lines (reserved base)."""

    summary: Mapping[str, Any]
    report: bytes
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a submission. Units: ``time`` is ISO 8601 in UTC."""

    submission: str
    time: str
    kind: str
    who: str
    organisation: str
    comment: str = ""
    number: int = 0


def lines_of(data: bytes) -> tuple[str, ...]:
    """The N-Quads lines of a text. Only a line feed ends one: literals may hold other characters that break lines.

    >>> lines_of('<a> <b> "c\u2028d" .\\n'.encode())
    ('<a> <b> "c\\u2028d" .',)
    """
    return tuple(line for line in data.decode("utf-8").split("\n") if line)


def has_tables(connection: sqlite3.Connection) -> bool:
    """Whether the tables are there."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'submission_thing'"
    return connection.execute(query).fetchone() is not None


def make_tables(connection: sqlite3.Connection) -> None:
    """Makes the tables where they are missing, inside the caller's transaction."""
    for statement in _SCHEMA.split(";"):
        if statement.strip():
            connection.execute(statement)


def find(connection: sqlite3.Connection, identifier: str) -> Submission:
    """The submission with this id. Errors: NotFound."""
    row = connection.execute(f"SELECT {COLUMNS} FROM submission WHERE id = ?", (identifier,)).fetchone()  # noqa: S608
    if row is None:
        raise NotFound(f"There is no submission {identifier[:80]!r}.")
    return Submission(*row)


def standing(connection: sqlite3.Connection, identifier: str) -> Submission:
    """The submission whose place a correction of this one takes in the data: where this one was never accepted, the one
    that it corrects itself. Errors: NotFound.
    """
    found = find(connection, identifier)
    while found.replaces and not found.entry and found.state in (WAITING, WITHDRAWN):
        found = find(connection, found.replaces)
    return found


def contents(connection: sqlite3.Connection, identifier: str) -> Contents:
    """What was read from a submission. Errors: NotFound."""
    row = connection.execute("SELECT summary, report, lines FROM submission WHERE id = ?", (identifier,)).fetchone()
    if row is None:
        raise NotFound(f"There is no submission {identifier[:80]!r}.")
    summary, report, lines = (zlib.decompress(blob) for blob in row)
    return Contents(json.loads(summary), report, lines_of(lines))


def events_of(connection: sqlite3.Connection, identifier: str) -> list[Event]:
    """The steps of a submission, oldest first."""
    rows = connection.execute(
        "SELECT submission, time, kind, who, organisation, comment, number FROM submission_event "
        "WHERE submission = ? ORDER BY number",
        (identifier,),
    )
    return [Event(*row) for row in rows]


def add(connection: sqlite3.Connection, made: Submission, read: Contents) -> None:
    """Writes a new submission."""
    values: tuple[Any, ...] = tuple(getattr(made, name) for name in COLUMNS.split(", "))
    marks = ",".join("?" * (len(values) + 3))
    connection.execute(
        f"INSERT INTO submission ({COLUMNS}, summary, report, lines) VALUES ({marks})",  # noqa: S608
        (*values, _packed(json.dumps(read.summary, ensure_ascii=False)), _pack(read.report), _packed_lines(read.lines)),
    )


def change(connection: sqlite3.Connection, identifier: str, **values: str | int) -> None:
    """Sets columns of a submission and raises its revision."""
    names = "".join(f"{name} = ?, " for name in values)
    connection.execute(
        f"UPDATE submission SET {names}revision = revision + 1 WHERE id = ?",  # noqa: S608  # names are ours
        (*values.values(), identifier),
    )


def keep_contents(connection: sqlite3.Connection, identifier: str, read: Contents) -> None:
    """Replaces what was read from a submission by what a later check read."""
    connection.execute(
        "UPDATE submission SET summary = ?, report = ?, lines = ? WHERE id = ?",
        (
            _packed(json.dumps(read.summary, ensure_ascii=False)),
            _pack(read.report),
            _packed_lines(read.lines),
            identifier,
        ),
    )


def add_event(connection: sqlite3.Connection, event: Event) -> None:
    """Adds a step to the audit log."""
    connection.execute(
        "INSERT INTO submission_event (submission, time, kind, who, organisation, comment) VALUES (?,?,?,?,?,?)",
        (event.submission, event.time, event.kind, event.who, event.organisation, event.comment),
    )


def remembered(connection: sqlite3.Connection, owner: str, key: str) -> tuple[str, str] | None:
    """Fingerprint and submission of an idempotency key, or None when it is new."""
    row = connection.execute(
        "SELECT fingerprint, submission FROM submission_key WHERE owner = ? AND key = ?", (owner, key)
    ).fetchone()
    return (str(row[0]), str(row[1])) if row else None


def remember(
    connection: sqlite3.Connection, owner: str, key: str, fingerprint: str, identifier: str, time: str
) -> None:
    """Remembers what an idempotency key was used for."""
    connection.execute(
        "INSERT INTO submission_key VALUES (?,?,?,?,?)",
        (owner, key, fingerprint, identifier, time),
    )


def own(connection: sqlite3.Connection, things: Iterable[str], organisation: str, identifier: str) -> None:
    """Remembers which organisation brought which things in."""
    connection.executemany(
        "INSERT OR IGNORE INTO submission_thing VALUES (?,?,?)",
        ((thing, organisation, identifier) for thing in things),
    )


def rename_thing(connection: sqlite3.Connection, old: str, new: str) -> None:
    """Moves what is remembered of a thing to its new address."""
    connection.execute("UPDATE OR IGNORE submission_thing SET thing = ? WHERE thing = ?", (new, old))


def _pack(data: bytes) -> bytes:
    return zlib.compress(data, 6)


def _packed(text: str) -> bytes:
    return _pack(text.encode())


def _packed_lines(lines: Iterable[str]) -> bytes:
    return _pack("\n".join(lines).encode())
