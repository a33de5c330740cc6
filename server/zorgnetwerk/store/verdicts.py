"""What to tell the caller whose worker ended before it answered.

Pure: from the way a process ended to an error, or to another try. An ending that the dispatcher brought about itself
never comes here.
"""

from __future__ import annotations

import signal
from typing import Final

from zorgnetwerk.errors import WorkerDied, ZorgnetwerkError
from zorgnetwerk.store.capacity import Lane
from zorgnetwerk.store.failures import memory_exceeded

_RETRY_BELOW_SECONDS: Final = 1.0
_NO_MEMORY: Final = "memory allocation of "
"""How the engine's language announces that it got no memory, before it aborts."""


def judge(
    lane: Lane, attempt: int, code: int | None, detail: str, ran_seconds: float, memory_bytes: int
) -> ZorgnetwerkError | None:
    """The error to report, or None when the request deserves another try.

    ``code`` is the exit code, negative for a signal, None when nobody saw it (the master ended too); ``attempt`` counts
    from 1.

    >>> judge("page", 1, -9, "", 3.0, 0) is None, judge("query", 1, -9, "", 3.0, 0) is None
    (True, False)
    """
    if _NO_MEMORY in detail or "MemoryError" in detail:
        return memory_exceeded(memory_bytes)
    from_outside = code is None or code == -signal.SIGKILL
    if attempt == 1 and (lane == "page" or (from_outside and ran_seconds < _RETRY_BELOW_SECONDS)):
        return None
    if from_outside:
        return WorkerDied(
            f"The worker was ended from outside after {ran_seconds:.1f} seconds of work on this. Send it again."
        )
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        return WorkerDied(
            f"This request ended its worker ({name}); nothing else was affected. "
            "Very deep or very long expressions do that: shorten it."
        )
    return WorkerDied("The worker failed on this request; nothing else was affected. The server's log says why.")
