"""The dispatcher's report on itself: release, processes, workers, queues, counts.

Reads the desk, changes nothing. Shape: described in ``EmbeddedStore.status``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from zorgnetwerk.store.capacity import LANES
from zorgnetwerk.store.generations import Line

if TYPE_CHECKING:
    from zorgnetwerk.store.desk import Desk

_COUNTS = (
    "answered", "refused", "deadline", "memory", "too_large", "died", "unavailable", "retried", "queue_full",
    "cancelled", "demoted", "paused", "client_limit", "stopped", "lent", "adopted",
)  # fmt: skip

CHECK_OUTCOMES = ("answered", "refused", "deadline", "memory", "too_large", "died", "unavailable", "queue_full")


def status(desk: Desk) -> dict[str, object]:
    """Everything that health pages, metrics and tests ask of the dispatcher."""
    current = desk.queries.current
    return {
        "ready": current is not None,
        "release": desk.release,
        "mode": current.plan.mode if current else "",
        "quads": current.quads if current else 0,
        "checker_ready": desk.checks.current is not None,
        "message": desk.pointer.message or desk.queries.message or desk.checks.message,
        "pids": {
            "dispatcher": [os.getpid()],
            "master": masters(desk.queries),
            "checker": masters(desk.checks),
            "worker": workers(desk.queries),
            "check-worker": workers(desk.checks),
        },
        "workers": desk.lanes.figures(),
        "waiting": {lane: len(desk.lanes.waiting(lane)) for lane in LANES},
        "checks": {name: desk.checked[name] for name in CHECK_OUTCOMES},
        "counts": {name: desk.counts[name] for name in _COUNTS} | {"swaps": max(0, desk.queries.switches - 1)},
    }


def masters(line: Line) -> list[int]:
    """The process ids of all masters of a line."""
    return [generation.process.pid for generation in line.generations()]


def workers(line: Line) -> list[int]:
    """The process ids of all workers of a line."""
    return [pid for generation in line.generations() for pid in generation.members]
