"""Taking in what others send: checked, kept as sent, registered; nothing of it is visible outside until it is accepted.

    known key? → state named that it starts from? → check → bytes on disk → row and event in one transaction → receipt

A document that does not conform leaves nothing behind. Knows the register and a judge (the check, wherever it runs).
Must not know HTTP.

Source: IETF draft on the Idempotency-Key header, section 2.6-2.7; RFC 9110, 13.1.1 (If-Match); RFC 6585, 3 (428).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from zorgnetwerk.errors import (
    Conflict,
    Forbidden,
    PreconditionFailed,
    PreconditionRequired,
    Unprocessable,
    ZorgnetwerkError,
)
from zorgnetwerk.submission import rows
from zorgnetwerk.submission.admission import graph_of
from zorgnetwerk.submission.inbox import SentFile, files_text
from zorgnetwerk.submission.register import Register
from zorgnetwerk.submission.rows import ACCEPTED, WAITING, WITHDRAWN, Contents, Event, Submission
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.namespaces import SKOS

Judge: TypeAlias = Callable[[Mapping[str, object], bytes], tuple[dict[str, object], bytes]]
"""The check of a document: takes a job of ``checking.prepare`` and the bytes, gives its answer."""

_LONGEST_KEY: Final = 255
_LABELS: Final = 3


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: a key or a signed link, and the organisation it stands for (an IRI under the reserved base)."""

    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Published:
    """What is published while something is judged: the number of the release, and of the newest entry in it."""

    release: int
    journal: int


@dataclass(frozen=True, slots=True)
class Sending:
    """One document as it arrives, in one file or several.

    Shape: ``body`` is the files, one behind the other; ``replaces`` is the id of a submission that this one corrects;
           ``starts_from`` holds the tags of If-Match, None when there were none; ``job`` what the judge must know of
           the site.
    """

    body: bytes
    files: tuple[SentFile, ...]
    sender: Sender
    language: str
    published: Published
    job: Mapping[str, object]
    idempotency_key: str = ""
    replaces: str = ""
    starts_from: Sequence[str] | None = None

    def fingerprint(self) -> str:
        """What must be equal for two requests to be the same request."""
        digest = hashlib.sha256(self.body)
        for part in (files_text(self.files), self.replaces):
            digest.update(b"\x00" + part.encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender gets for a document that was taken in; ``is_new`` is False for a repeat of the same request."""

    submission: Submission
    contents: Contents
    is_new: bool


@dataclass(frozen=True, slots=True)
class Declined:
    """The report on a document that does not conform: nothing was kept."""

    summary: Mapping[str, Any]
    report: bytes


def _nothing() -> None:
    """Nothing more is looked at."""


def receive(
    register: Register, judge: Judge, sending: Sending, now: str, check: Callable[[], None] = _nothing
) -> Receipt | Declined:
    """What becomes of a document; ``check`` looks first at one that is no repeat, and raises what speaks against it.

    Errors: Unprocessable (an idempotency key that was used for something else, or is none), PreconditionRequired,
            PreconditionFailed, Forbidden, Conflict and NotFound about ``replaces``, StorageFull, those of the judge
            and of ``check``.
    """
    known = _repeated(register, sending)
    if known is not None:
        return Receipt(register.find(known), register.contents(known), is_new=False)
    check()
    if sending.replaces:
        check_correctable(register.find(sending.replaces), sending)
    identifier = new_identifier()
    said = judged(register, judge, sending, identifier)
    if said.declined is not None:
        return said.declined
    register.inbox.keep(identifier, sending.body)
    try:
        return _registered(register, sending, _made(sending, identifier, said, now), said.contents, now)
    except ZorgnetwerkError:  # nothing was registered; of anything else that is not certain, and the sweep finds it
        register.inbox.remove(identifier)
        raise


def new_identifier() -> str:
    """A new id: it stands in public addresses once accepted, and says nothing about its neighbours."""
    alphabet = "23456789abcdefghjkmnpqrstvwxyz"
    return "".join(secrets.choice(alphabet) for _ in range(10))


@dataclass(frozen=True, slots=True)
class Judged:
    """What the judge read from a document; ``declined`` is its report when it does not conform; ``seen`` the newest
    journal entry that it took into account.
    """

    contents: Contents
    declined: Declined | None
    seen: int


def judged(register: Register, judge: Judge, sending: Sending, identifier: str) -> Judged:
    """What the judge says of a document, beside all that was accepted so far. Errors: those of the judge."""
    job = job_of(register, sending, identifier)
    seen, unpublished = register.unpublished(sending.published.journal, str(job.get("without", "")))
    job |= {"unpublished_bytes": len(unpublished)}
    summary, answer = judge(job, sending.body + unpublished)
    length = int(str(summary.pop("report_bytes", len(answer))))
    report, lines = answer[:length], rows.lines_of(answer[length:])
    contents = Contents(summary, report, lines)
    return Judged(contents, None if summary.get("conforms") else Declined(summary, report), seen)


def job_of(register: Register, sending: Sending, identifier: str) -> dict[str, object]:
    """The job for the judge: the document of this sender, as the submission with this id. Errors: NotFound."""
    job = dict(sending.job) | {
        "files": [{"name": file.name, "media_type": file.media_type, "bytes": file.size} for file in sending.files],
        "report": "application/json",
        "language": sending.language,
        "owned": register.owned(sending.sender.organisation),
        "release": sending.published.release,
        "submission": identifier,
        "lines": True,
    }
    if sending.replaces:
        job["without"] = str(graph_of(register.standing(sending.replaces)))
    return job


def check_correctable(old: Submission, sending: Sending) -> None:
    """Passes when this sending may correct that submission.

    Errors: Forbidden, Conflict, PreconditionRequired, PreconditionFailed.
    """
    if old.organisation != sending.sender.organisation:
        raise Forbidden(f"Submission {old.id} is of another organisation, so it cannot be corrected with this key.")
    if old.state not in (ACCEPTED, WAITING):
        raise Conflict(f"Submission {old.id} is {old.state}; only one that waits or was accepted can be corrected.")
    check_starts_from(old, sending.starts_from)


def check_starts_from(old: Submission, tags: Sequence[str] | None) -> None:
    """Passes when these tags of If-Match name the present state. Errors: PreconditionRequired, PreconditionFailed."""
    if tags is None:
        raise PreconditionRequired(
            f"Say which state you start from: send If-Match with the ETag of /submissions/{old.id}."
        )
    if "*" not in tags and not any(_state_of(tag) == old.tag for tag in tags):
        raise PreconditionFailed(
            f"Submission {old.id} has changed since you saw it. Look at /submissions/{old.id} and send again."
        )


def _state_of(tag: str) -> str:
    """The state that a tag names: its representation, after a hyphen, does not matter.

    >>> _state_of("abc.2-json-gzip")
    'abc.2'
    """
    return tag.partition("-")[0]


def _repeated(register: Register, sending: Sending) -> str | None:
    """The submission that this very request made before. Errors: Unprocessable."""
    key = sending.idempotency_key
    if not key:
        return None
    if len(key) > _LONGEST_KEY or not key.isprintable():
        raise Unprocessable(f"Idempotency-Key is a text of 1 to {_LONGEST_KEY} printable characters.")
    return _same(register.remembered(sending.sender.name, key), sending)


def _same(found: tuple[str, str] | None, sending: Sending) -> str | None:
    if found is None:
        return None
    fingerprint, identifier = found
    if fingerprint != sending.fingerprint():
        raise Unprocessable(
            "This Idempotency-Key was used for another document. A new document has a new key; "
            "a repeat has the same bytes."
        )
    return identifier


def _made(sending: Sending, identifier: str, said: Judged, now: str) -> Submission:
    read = said.contents
    return Submission(
        id=identifier,
        received=now,
        organisation=sending.sender.organisation,
        sender=sending.sender.name,
        files=files_text(sending.files),
        sha256=hashlib.sha256(sending.body).hexdigest(),
        size=len(sending.body),
        language=sending.language,
        replaces=sending.replaces,
        state=WAITING,
        revision=1,
        release=sending.published.release,
        journal=said.seen,
        warnings=int(str(read.summary.get("warnings", 0))),
        label=label_of(read.lines),
    )


def label_of(lines: Sequence[str]) -> str:
    """The preferred names that these lines give, for lists: the first few.

    >>> label_of(['<http://e/a> <http://www.w3.org/2004/02/skos/core#prefLabel> "AZ Noord"@nl <http://e/g> .'])
    'AZ Noord'
    """
    named = [line for line in lines if f" {SKOS.prefLabel.n3()} " in line]
    found = [str(value) for _, predicate, value, _ in syntax.lines_to_quads(named) if predicate == SKOS.prefLabel]
    more = f" (+{len(found) - _LABELS})" if len(found) > _LABELS else ""
    return ", ".join(found[:_LABELS]) + more


def _registered(register: Register, sending: Sending, made: Submission, read: Contents, now: str) -> Receipt:
    with register.journal.transaction() as transaction:
        connection = transaction.connection
        if sending.idempotency_key:
            known = _same(rows.remembered(connection, sending.sender.name, sending.idempotency_key), sending)
            if known is not None:
                receipt = Receipt(rows.find(connection, known), rows.contents(connection, known), is_new=False)
                register.inbox.remove(made.id)
                return receipt
            rows.remember(connection, sending.sender.name, sending.idempotency_key, sending.fingerprint(), made.id, now)
        if sending.replaces:
            _take_over(connection, sending, made.id, now)
        rows.add(connection, made, read)
        rows.add_event(connection, Event(made.id, now, "received", made.sender, made.organisation))
    return Receipt(made, read, is_new=True)


def _take_over(connection: Any, sending: Sending, identifier: str, now: str) -> None:
    """A correction of one that still waits takes its place at once; one that was accepted stays until the decision."""
    old = rows.find(connection, sending.replaces)
    check_correctable(old, sending)
    if old.state == WAITING:
        rows.change(connection, old.id, state=WITHDRAWN, decided=now)
        rows.add_event(
            connection, Event(old.id, now, "replaced", sending.sender.name, old.organisation, f"→ {identifier}")
        )
