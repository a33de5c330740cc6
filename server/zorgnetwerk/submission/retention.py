"""What is not kept for ever: the bytes of what was refused or withdrawn, and what a crash left behind.

The register keeps its rows: that something was sent, when, by whom, and what was decided.
"""

from __future__ import annotations

import datetime
from typing import Final

from zorgnetwerk.submission.register import Register
from zorgnetwerk.submission.rows import REFUSED, WITHDRAWN

_CRASH_SECONDS: Final = 86_400
"""A file is written before its row; younger ones may be on their way."""


def sweep(register: Register, days: int, now: datetime.datetime) -> list[str]:
    """The ids whose bytes were removed: refused or withdrawn at least ``days`` ago, and leftovers of a crash."""
    border = (now - datetime.timedelta(days=days)).isoformat(timespec="seconds")
    removed = [
        identifier
        for identifier in sorted(register.identifiers(REFUSED, WITHDRAWN))
        if register.inbox.holds(identifier) and register.find(identifier).decided <= border
    ]
    removed += register.inbox.leftovers(register.identifiers(), now.timestamp() - _CRASH_SECONDS)
    for identifier in removed:
        register.inbox.remove(identifier)
    return removed
