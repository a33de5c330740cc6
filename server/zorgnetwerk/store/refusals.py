"""What to tell those whose request the dispatcher ended or refused by its own decision.

Each names the limit, the use and the way on. Endings that it did not bring about are in ``verdicts.py``.
"""

from __future__ import annotations

from zorgnetwerk.errors import ClientLimit, DeadlineExceeded, QueryStopped, QueueFull
from zorgnetwerk.store.decisions import Expire, Refuse


def expired(decision: Expire) -> DeadlineExceeded:
    """The deadline came."""
    return DeadlineExceeded(
        f"This took longer than {decision.limit:g} seconds and was ended. "
        "Ask for less (more specific patterns, LIMIT), or use a dump.",
        limit=decision.limit,
        used=round(decision.used, 3),
        unit="seconds",
        retry_after_seconds=decision.retry_after_seconds,
    )


def refused(decision: Refuse) -> QueueFull | ClientLimit:
    """Too many wait: of everyone, or of this client.

    >>> str(refused(Refuse(1, 0, 16, 3, of_client=True)))
    '16 of your queries run or wait already. Let some of them end, and send this one again in 3 seconds.'
    """
    count, after = decision.waiting, decision.retry_after_seconds
    message, unit = f"{count} requests wait already, as many as may. Try again in {after} seconds.", "requests"
    if decision.of_client:
        unit = "queries"
        message = (
            f"{count} of your queries run or wait already. "
            f"Let some of them end, and send this one again in {after} seconds."
        )
    kind = ClientLimit if decision.of_client else QueueFull
    return kind(message, limit=count, used=count, unit=unit, retry_after_seconds=after)


def stopped() -> QueryStopped:
    """Somebody asked for the end."""
    return QueryStopped("This query was stopped by someone who knows its id. Send it again if that was a mistake.")
