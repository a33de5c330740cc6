"""Legal removal, everywhere: journal, submissions and their kept bytes, retained releases, dumps, reports.

What is done can be done again after a crash: the journal goes first and says from which entry on releases held it.
Knows every place of the state folder where data lie. Must not know who asked.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from zorgnetwerk.dataset.building import rebuild
from zorgnetwerk.errors import NotFound
from zorgnetwerk.store import redaction
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.store.redaction import BLANK, Target
from zorgnetwerk.store.release import Releases
from zorgnetwerk.submission import rows
from zorgnetwerk.submission.inbox import Inbox
from zorgnetwerk.submission.resembling import FOLDER as NAMES

_FOLDERS = ("conformance", "outlets", NAMES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done. Units: counts; ``release`` is the one that is served now."""

    entries: int
    lines: int
    submissions: int
    releases: tuple[int, ...]
    release: int


@dataclass
class _Submissions:
    """The part of a removal that concerns submissions, inside the journal's transaction."""

    target: Target
    inbox: Inbox
    found: list[str] = field(default_factory=list)

    def clean(self, connection: sqlite3.Connection) -> int:
        """Blanks rows and events; the bytes go afterwards. Gives how many rows were changed."""
        if not rows.has_tables(connection):
            return 0
        for (identifier,) in connection.execute("SELECT id FROM submission").fetchall():
            if self._clean_one(connection, identifier):
                self.found.append(identifier)
        events = connection.execute(
            "UPDATE submission_event SET comment = replace(comment, ?1, ?2), "
            "organisation = iif(organisation = ?1, ?2, organisation) WHERE instr(comment, ?1) OR organisation = ?1",
            (self.target.text, BLANK),
        )
        things = connection.execute(
            "DELETE FROM submission_thing WHERE thing = ?1 OR organisation = ?1", (self.target.text,)
        )
        return len(self.found) + events.rowcount + things.rowcount

    def _clean_one(self, connection: sqlite3.Connection, identifier: str) -> bool:
        organisation, *row = connection.execute(
            "SELECT organisation, files, reason, label, sender, summary, report, lines FROM submission WHERE id = ?",
            (identifier,),
        ).fetchone()
        texts, blobs = row[:4], [zlib.decompress(blob).decode("utf-8", "replace") for blob in row[4:]]
        body = self.inbox.read(identifier) if self.inbox.holds(identifier) else b""
        is_sender = organisation == self.target.text
        is_concerned = is_sender or any(
            spelling.encode() in body or any(spelling in text for text in (*texts, *blobs))
            for spelling in self._spellings()
        )
        if not is_concerned:
            return False
        lines = "\n".join(line for line in blobs[2].split("\n") if not self.target.is_in(line))
        packed = [zlib.compress(text.encode()) for text in (self._summary(blobs[0]), "{}", lines)]
        connection.execute(
            "UPDATE submission SET organisation = ?, files = ?, reason = ?, label = ?, sender = ?, "
            "summary = ?, report = ?, lines = ? WHERE id = ?",
            (BLANK if is_sender else organisation, *map(self._blanked, texts), *packed, identifier),
        )
        return True

    def _spellings(self) -> tuple[str, ...]:
        """How the target stands in texts, in lines and in JSON."""
        return tuple(dict.fromkeys((self.target.text, *self.target.forms())))

    def _blanked(self, text: str) -> str:
        for spelling in self._spellings():
            text = text.replace(spelling, BLANK)
        return text

    def _summary(self, text: str) -> str:
        """The counts of a report without its findings, which quote what was sent."""
        loaded = json.loads(text)
        counts = {name: value for name, value in loaded.items() if isinstance(value, int | bool)}
        return json.dumps(counts | {"findings": []})


def redact(releases: Releases, target: Target, *, time: str, reason: str, is_house: bool) -> Outcome:
    """Removes a thing or a text for good; the release that is served afterwards was never near it.

    Errors: NotFound when it stands nowhere; StateError, StorageFull (run it again then).
    """
    state = releases.state.folder
    journal = Journal(state / FILE)
    submissions = _Submissions(target, Inbox(state))
    with releases.state.writing():
        done = redaction.redact(journal, target, time=time, reason=reason, further=submissions.clean)
        pruned = _finish(releases, journal, is_house)
        for identifier in submissions.found:
            Inbox(state).remove(identifier)
        redaction.tidy(journal)
        if done.number or pruned:
            _forget_by_products(state)
    if not done.number and not pruned:
        raise NotFound(f"{target.text!r} stands nowhere here; give the IRI of a thing, or the exact text.")
    current = releases.current_number()
    return Outcome(done.entries, done.lines, len(submissions.found), tuple(pruned), current)


def _finish(releases: Releases, journal: Journal, is_house: bool) -> list[int]:
    """Removes the releases that held what was forgotten, after making one that does not; gives their numbers."""
    parent = releases.newest()
    spans = redaction.spans(journal)
    if parent is None or not spans:
        return []
    if parent.record.journal < spans[-1][1]:
        rebuild(releases, parent, journal, is_house=is_house)
    else:
        releases.point_to(parent.number)
    gone = []
    for number in releases.numbers():
        held = releases.get(number).record.journal
        if number != releases.current_number() and any(first <= held < last for first, last in spans):
            shutil.rmtree(releases.folder(number))
            gone.append(number)
    return gone


def _forget_by_products(state: Path) -> None:
    for name in _FOLDERS:
        shutil.rmtree(state / name, ignore_errors=True)
