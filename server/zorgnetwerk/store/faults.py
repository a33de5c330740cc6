"""Named points of the way to publication where a test can let the process end or the disk refuse.

``ZN_FAULT=point:action[:count]`` (several with commas) makes the count-th passing of that point ``kill`` this process,
``full`` the disk, or ``readonly`` it. Without the variable a point costs one look-up in an empty mapping. Knows names.
Must not know what happens between them. ``tests/faults/`` names every point.
"""

from __future__ import annotations

import errno
import os
import signal
from typing import Final

VARIABLE: Final = "ZN_FAULT"
_ERRORS: Final = {"full": errno.ENOSPC, "readonly": errno.EROFS}


def _parsed(text: str) -> dict[str, list[str | int]]:
    plan: dict[str, list[str | int]] = {}
    for item in filter(None, text.split(",")):
        name, action, *count = item.split(":")
        plan[name] = [action, int(count[0]) if count else 1]
    return plan


_PLAN: Final = _parsed(os.environ.get(VARIABLE, ""))


def plan(text: str) -> None:
    """Plans faults in this process, instead of those of the environment."""
    _PLAN.clear()
    _PLAN.update(_parsed(text))


def point(name: str) -> None:
    """Does what the test planned for this point, which is nothing outside tests. Errors: OSError where planned."""
    planned = _PLAN.get(name)
    if planned is None:
        return
    action, count = planned
    planned[1] = int(count) - 1
    if planned[1] == 0:
        if action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(_ERRORS[str(action)], os.strerror(_ERRORS[str(action)]), name)
