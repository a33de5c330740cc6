"""Deciding about what was sent: accept, refuse, comment; each once, each with its step in the audit log.

An acceptance is one transaction: the state is looked at, the change journalled and the step written, or none of it. The
document is judged again just before, against what is published then. Two stewards on one submission: the second is told
that it was decided. Knows the register and a judge. Must not know HTTP nor releases; publishing follows the journal.

Source: reliability research, c21 (exactly once, 409 for the second) and a5 no. 6 (re-validation, four eyes, audit).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from zorgnetwerk.errors import Conflict, Disturbed, Forbidden, Unprocessable
from zorgnetwerk.store.entries import Entry, entry_of
from zorgnetwerk.store.journal import Transaction
from zorgnetwerk.submission import intake, rows
from zorgnetwerk.submission.admission import graph_of
from zorgnetwerk.submission.inbox import files_of
from zorgnetwerk.submission.intake import Declined, Judge, Judged, Published, Sender, Sending
from zorgnetwerk.submission.provenance import Decision, with_provenance
from zorgnetwerk.submission.register import Register
from zorgnetwerk.submission.rows import ACCEPTED, REFUSED, REPLACED, WAITING, WITHDRAWN, Event, Submission
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import DCT

LONGEST_COMMENT: Final = 4_000
_TRIES: Final = 10
_CONTRIBUTOR: Final = DCT.contributor.n3()
_THINGS: Final = f"{RESERVED_BASE}id/"
_ABOUT_SUBMISSIONS: Final = tuple(f"<{_THINGS}{path}" for path in ("graaf/", "beslissing/"))


@dataclass(frozen=True, slots=True)
class Steward:
    """Who decides: a key with the role steward, and its organisation (an IRI under the reserved base)."""

    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class House:
    """What a decision must know of the site.

    Shape: ``job`` is for the judge; ``four_eyes`` asks for two stewards, none of the submitter's organisation;
           ``names`` maps the organisation of the submitter to what it is called; ``rules`` is the version of the
           shapes.
    """

    judge: Judge
    published: Published
    job: Mapping[str, object]
    names: Mapping[str, str]
    rules: str = ""
    four_eyes: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """An acceptance: the journal entry, or None while a second steward must agree."""

    submission: Submission
    entry: Entry | None


def accept(
    register: Register, house: House, identifier: str, steward: Steward, now: str, comment: str = ""
) -> Accepted | Declined:
    """What becomes of an acceptance; ``Declined`` when the document no longer conforms, and then it still waits.

    When another change of the same things is faster, the document is judged again beside that change.
    Errors: NotFound; Conflict when it was decided already; Forbidden where four eyes are asked; Gone when its bytes are
            no longer kept; Disturbed when others are faster several times; those of the judge.
    """
    for _ in range(_TRIES - 1):
        try:
            return _accept(register, house, identifier, steward, now, comment)
        except Disturbed:
            continue
    return _accept(register, house, identifier, steward, now, comment)


def _accept(
    register: Register, house: House, identifier: str, steward: Steward, now: str, comment: str
) -> Accepted | Declined:
    found = register.find(identifier)
    _check_waiting(found)
    _check_eyes(house, found, steward, register.events(identifier))
    said = intake.judged(register, house.judge, _sending(register, house, found), identifier)
    if said.declined is not None:
        _note(register, found, steward, now, "no longer conforms", "")
        return said.declined
    read = said.contents
    with register.journal.transaction() as transaction:
        connection = transaction.connection
        found = rows.find(connection, identifier)
        _check_waiting(found)
        events = rows.events_of(connection, identifier)
        _check_eyes(house, found, steward, events)
        if house.four_eyes and not _endorsers(events) - {steward.name}:
            rows.change(connection, identifier)
            rows.add_event(connection, event_of(found, steward, now, "endorsed", comment))
            return Accepted(rows.find(connection, identifier), None)
        entry = _journalled(transaction, house, found, said, steward, now)
        rows.change(connection, identifier, state=ACCEPTED, decided=now, entry=entry.number, reason=short(comment))
        rows.keep_contents(connection, identifier, read)
        rows.own(connection, _described(read.lines, identifier), found.organisation, identifier)
        rows.add_event(connection, event_of(found, steward, now, "accepted", comment))
        return Accepted(rows.find(connection, identifier), entry)


def refuse(register: Register, identifier: str, steward: Steward, now: str, reason: str) -> Submission:
    """The submission after its refusal. Errors: NotFound, Conflict; Unprocessable without a reason."""
    if not reason.strip():
        raise Unprocessable("A refusal needs a reason: it is what the submitter reads.")
    with _waiting(register, identifier) as (connection, found):
        rows.change(connection, identifier, state=REFUSED, decided=now, reason=short(reason))
        rows.add_event(connection, event_of(found, steward, now, "refused", reason))
    return register.find(identifier)


def comment_on(register: Register, identifier: str, who: Steward | Sender, now: str, comment: str) -> None:
    """Adds a comment that submitter and stewards see. Errors: NotFound; Unprocessable when it is empty."""
    if not comment.strip():
        raise Unprocessable("The comment is empty.")
    _note(register, register.find(identifier), who, now, "comment", comment)


def published_lines(transaction: Transaction, identifier: str) -> set[str]:
    """The lines that a submission has in the data now, under whatever names its things have meanwhile."""
    name = f" <{graph_of(identifier)}> ."
    return {line for line in transaction.lines(name) if line.endswith(name)}


def _check_waiting(found: Submission) -> None:
    if found.state != WAITING:
        raise Conflict(f"Submission {found.id} is {found.state} already, since {found.decided}.")


def _check_eyes(house: House, found: Submission, steward: Steward, events: Sequence[Event]) -> None:
    """Passes when this steward may accept. Errors: Forbidden, Conflict."""
    if not house.four_eyes:
        return
    if steward.organisation == found.organisation or steward.name == found.sender:
        raise Forbidden("Here two stewards must accept, and none of the organisation that sent it.")
    if steward.name in _endorsers(events):
        raise Conflict("You have accepted this already; a second steward must accept it too.")


def _endorsers(events: Sequence[Event]) -> set[str]:
    return {event.who for event in events if event.kind == "endorsed"}


def _sending(register: Register, house: House, found: Submission) -> Sending:
    return Sending(
        body=register.inbox.read(found.id),
        files=files_of(found.files),
        sender=Sender(found.sender, found.organisation),
        language=found.language,
        published=house.published,
        job=house.job,
        replaces=found.replaces,
    )


def _journalled(
    transaction: Transaction,
    house: House,
    found: Submission,
    said: Judged,
    steward: Steward,
    now: str,
) -> Entry:
    """The journal entry of an acceptance. Errors: Conflict."""
    removed: set[str] = set()
    if found.replaces:
        old = rows.standing(transaction.connection, found.replaces)
        if old.state not in (ACCEPTED, WITHDRAWN):
            raise Conflict(f"Submission {old.id}, which this one corrects, is {old.state} already.")
        if old.state == ACCEPTED:
            removed = published_lines(transaction, old.id)
            rows.change(transaction.connection, old.id, state=REPLACED, decided=now)
            rows.add_event(transaction.connection, event_of(old, steward, now, "replaced", f"→ {found.id}"))
    check_undisturbed(transaction, said.contents.lines, said.seen)
    events = rows.events_of(transaction.connection, found.id)
    reviewers = {event.organisation for event in events if event.kind == "endorsed"} | {steward.organisation}
    decision = Decision(
        submission=found.id,
        organisation=found.organisation,
        name=house.names.get(found.organisation, found.organisation.rsplit("/", 1)[-1]),
        received=found.received,
        accepted=now,
        rules=house.rules,
        reviewers=tuple(sorted(reviewers)),
    )
    details = {"submission": found.id, "organisation": found.organisation}
    return transaction.record(
        time=now,
        kind="submission",
        cause=f"submission {found.id}",
        added=with_provenance(said.contents.lines, decision),
        removed=removed,
        details=details | ({"replaces": found.replaces} if found.replaces else {}),
    )


def check_undisturbed(transaction: Transaction, lines: Sequence[str], seen: int) -> None:
    """Passes when no change that came while the judge was at work speaks of the same things. Errors: Disturbed."""
    mine = things_in(lines)
    for entry in entries_after(transaction, seen):
        if mine & things_in((*entry.added, *entry.removed)):
            raise Disturbed("Another change of the same things was accepted at the same moment. Try again.")


def entries_after(transaction: Transaction, number: int) -> Iterator[Entry]:
    """The entries behind this number, as they are inside the transaction."""
    for row in transaction.connection.execute("SELECT * FROM entry WHERE number > ? ORDER BY number", (number,)):
        yield entry_of(row)


def things_in(lines: Sequence[str]) -> set[str]:
    """The things of ours (not codes, not graphs) that these lines speak of, without what is only said of a submission.

    >>> things_in(['<https://zorgnetwerk.example/id/groep/a> <p> "x" <https://zorgnetwerk.example/id/graaf/b> .'])
    {'https://zorgnetwerk.example/id/groep/a'}
    """
    found = set()
    for line in lines:
        subject, predicate, rest = line.split(" ", 2)
        if subject.startswith(_ABOUT_SUBMISSIONS) or predicate == _CONTRIBUTOR:
            continue
        for term in (subject, rest.split(" ", 1)[0]):
            if term.startswith(f"<{_THINGS}") and not term.startswith(f"<{_THINGS}graaf/"):
                found.add(term[1:-1])
    return found


def _described(lines: Sequence[str], identifier: str) -> set[str]:
    """The things that a submission describes: the subjects of its lines, without its own graph."""
    graph_name = graph_of(identifier)
    return {
        str(subject)
        for subject, *_ in syntax.lines_to_quads(lines)
        if str(subject).startswith(_THINGS) and subject != graph_name
    }


@contextmanager
def _waiting(register: Register, identifier: str) -> Iterator[tuple[Any, Submission]]:
    """A transaction on a submission that waits. Errors: NotFound, Conflict."""
    with register.journal.transaction() as transaction:
        found = rows.find(transaction.connection, identifier)
        _check_waiting(found)
        yield transaction.connection, found


def _note(register: Register, found: Submission, who: Steward | Sender, now: str, kind: str, comment: str) -> None:
    with register.journal.transaction() as transaction:
        rows.change(transaction.connection, found.id)
        rows.add_event(transaction.connection, event_of(found, who, now, kind, comment))


def event_of(found: Submission, who: Steward | Sender, now: str, kind: str, comment: str) -> Event:
    """A step of a submission."""
    return Event(found.id, now, kind, who.name, who.organisation, short(comment))


def short(text: str) -> str:
    """A comment as it is kept."""
    return text.strip()[:LONGEST_COMMENT]
