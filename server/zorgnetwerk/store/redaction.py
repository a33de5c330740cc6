"""Legal removal from the journal: a text goes wherever it stands, and every hash and chain still holds.

Lines with the text leave their digests in their place, in all entries; texts beside lines (causes, details) leave
theirs in ``kept``. An entry of kind "redaction" takes the lines out of the data. SQLite overwrites what it frees.
A digest says nothing to who does not guess the whole line; that is the price of a history that can be verified
(``decisions/0010``). Knows the journal's tables. Must not know submissions nor releases.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

from zorgnetwerk.store import faults
from zorgnetwerk.store.digests import BLANKED, blanked, is_blank
from zorgnetwerk.store.entries import Entry, details_text, digest_of_text, entry_of, row_of
from zorgnetwerk.store.journal import Journal, Transaction

BLANK: Final = "[…]"
_SINCE: Final = "since"


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be forgotten: the IRI of a thing (reserved base), or a text that stands in literals.

    >>> Target("http://e/x").is_in("<http://e/x> <p> <o> ."), Target("http://e/x").is_in("<http://e/xy> <p> <o> .")
    (True, False)
    """

    text: str

    @property
    def is_thing(self) -> bool:
        """Whether it is an IRI."""
        return self.text.startswith(("http://", "https://"))

    def is_in(self, line: str) -> bool:
        """Whether a line of N-Quads has it."""
        return not is_blank(line) and any(form in line for form in self.forms())

    def forms(self) -> tuple[str, ...]:
        """How it stands in lines."""
        if self.is_thing:
            return (f"<{self.text}>",)
        escaped = self.text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        spaced = escaped.replace("\r", "\\r").replace("\t", "\\t")
        return tuple(dict.fromkeys((self.text, escaped, spaced)))


@dataclass(frozen=True, slots=True)
class Redaction:
    """What was forgotten. Units: ``lines`` and ``entries`` are counts; ``number`` is the entry that says so, ``since``
    the first one that held it; both 0 when nothing was found.
    """

    number: int
    since: int
    lines: int
    entries: int


Further = Callable[[sqlite3.Connection], int]
"""What else of the same file holds the text; gives how many rows were changed, in the same transaction."""


def redact(journal: Journal, target: Target, *, time: str, reason: str, further: Further) -> Redaction:
    """Forgets a thing or a text; gives what was found.

    Errors: StateError, StorageFull; nothing is changed then.
    """
    with journal.transaction() as transaction:
        connection = transaction.connection
        connection.execute("PRAGMA secure_delete=ON")
        since, lines, entries = _blank_entries(connection, target)
        rows = further(connection)
        if not lines and not entries and not rows:
            return Redaction(0, 0, 0, 0)
        present = transaction.lines(BLANKED) & lines
        number = _record(transaction, present, since, time, reason).number
        if target.is_thing:
            connection.execute("INSERT OR IGNORE INTO redacted VALUES (?, ?)", (_name(target.text), number))
    return Redaction(number, since, len(lines), entries)


def tidy(journal: Journal) -> None:
    """Makes the file anew, so that no freed page and no log keeps what was there. Errors: StateError, StorageFull."""
    with closing(journal.connect()) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def is_redacted(journal: Journal, iri: str) -> bool:
    """Whether the thing with this IRI (reserved base) had to be forgotten."""
    with closing(journal.reading()) as connection:
        found = connection.execute("SELECT 1 FROM redacted WHERE digest = ?", (_name(iri),)).fetchone()
    return found is not None


def spans(journal: Journal) -> list[tuple[int, int]]:
    """For each redaction the entries between which releases held what was forgotten: first, and first without."""
    return [
        (int(entry.details.get(_SINCE, "1")), entry.number) for entry in journal.entries() if entry.kind == "redaction"
    ]


def _blank_entries(connection: sqlite3.Connection, target: Target) -> tuple[int, set[str], int]:
    """The first entry with the target, the tokens of its lines, and in how many entries it was."""
    since, tokens, changed = 0, set[str](), 0
    for row in connection.execute("SELECT * FROM entry ORDER BY number").fetchall():
        entry = entry_of(row)
        blank = _without(entry, target)
        if blank == entry:
            continue
        since, changed = since or entry.number, changed + 1
        before, after = (*entry.added, *entry.removed), (*blank.added, *blank.removed)
        tokens.update(new for old, new in zip(before, after, strict=True) if old != new)
        connection.execute(
            "UPDATE entry SET cause=?, details=?, added=?, removed=?, kept=? WHERE number=?",
            (blank.cause, details_text(blank.details), row_of(blank)[5], row_of(blank)[6], json.dumps(blank.kept),
             entry.number),
        )  # fmt: skip
        faults.point("redaction.kept")
    return since, tokens, changed


def _without(entry: Entry, target: Target) -> Entry:
    """The entry with the target blanked wherever it stands."""
    kept: dict[str, str] = dict(entry.kept)
    cause, details = entry.cause, entry.details
    if target.text in cause:
        kept.setdefault("cause", digest_of_text(entry.cause))
        cause = cause.replace(target.text, BLANK)
    if any(target.text in value for value in details.values()):
        kept.setdefault("details", digest_of_text(details_text(details)))
        details = _cleaned(details, target)
    added, removed = (
        tuple(blanked(line) if target.is_in(line) else line for line in side) for side in (entry.added, entry.removed)
    )
    return replace(entry, cause=cause, details=details, added=added, removed=removed, kept=kept)


def _cleaned(details: Mapping[str, str], target: Target) -> dict[str, str]:
    return {name: value.replace(target.text, BLANK) for name, value in details.items()}


def _record(transaction: Transaction, tokens: set[str], since: int, time: str, reason: str) -> Entry:
    return transaction.record(
        time=time,
        kind="redaction",
        cause=reason,
        added=(),
        removed=tokens,
        details={_SINCE: str(since or 1)},
    )


def _name(iri: str) -> str:
    return hashlib.sha256(iri.encode()).hexdigest()
