"""Taking back what was sent: at once while it waits, out of the data again once it was accepted.

What was published goes only when the data keeps its rules without it, judged like any change. Knows the register and a
judge. Must not know HTTP.
"""

from __future__ import annotations

from contextlib import closing

from zorgnetwerk.errors import Conflict
from zorgnetwerk.store.entries import Entry
from zorgnetwerk.store.journal import Transaction
from zorgnetwerk.submission import changes, rows
from zorgnetwerk.submission.admission import graph_of
from zorgnetwerk.submission.intake import Sender
from zorgnetwerk.submission.register import Register
from zorgnetwerk.submission.reviewing import House, Steward, check_undisturbed, event_of, published_lines, short
from zorgnetwerk.submission.rows import ACCEPTED, WAITING, WITHDRAWN, Submission


def withdraw(
    register: Register, house: House, identifier: str, who: Steward | Sender, now: str, reason: str = ""
) -> Submission:
    """The submission after its withdrawal: one that waited goes, one that was published is taken out again.

    Errors: NotFound; Conflict when it was refused, replaced or withdrawn already, or when what others published would
            break a rule without it.
    """
    is_published = register.find(identifier).state == ACCEPTED
    seen = _check_dispensable(register, house, identifier) if is_published else 0
    with register.journal.transaction() as transaction:
        connection = transaction.connection
        found = rows.find(connection, identifier)
        if found.state not in (WAITING, ACCEPTED):
            raise Conflict(f"Submission {identifier} is {found.state}; there is nothing to withdraw.")
        entry = found.entry
        if found.state == ACCEPTED:
            entry = _taken_out(transaction, found, seen, now).number
        rows.change(connection, identifier, state=WITHDRAWN, decided=now, entry=entry, reason=short(reason))
        rows.add_event(connection, event_of(found, who, now, "withdrawn", reason))
    return register.find(identifier)


def _taken_out(transaction: Transaction, found: Submission, seen: int, now: str) -> Entry:
    removed = published_lines(transaction, found.id)
    check_undisturbed(transaction, tuple(removed), seen)
    return transaction.record(
        time=now,
        kind="withdrawal",
        cause=f"withdrawal of submission {found.id}",
        added=(),
        removed=removed,
        details={"submission": found.id, "organisation": found.organisation},
    )


def _check_dispensable(register: Register, house: House, identifier: str) -> int:
    """The newest journal entry that was looked at, when the data keeps its rules without this submission.

    Errors: Conflict.
    """
    seen, unpublished = register.unpublished(house.published.journal, str(graph_of(identifier)))
    with closing(register.journal.connect()) as connection:
        removed = published_lines(Transaction(connection), identifier)
    job = dict(house.job) | {
        "change": True,
        "release": house.published.release,
        "without": str(graph_of(identifier)),
        "unpublished_bytes": len(unpublished),
    }
    summary, _ = house.judge(job, changes.written((), removed) + unpublished)
    if not summary.get("conforms"):
        raise Conflict(
            f"Others have built on submission {identifier}: without it the data would break a rule. "
            f"{changes.told(summary)}"
        )
    return seen
