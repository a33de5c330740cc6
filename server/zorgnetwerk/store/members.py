"""A master process and its workers, as the dispatcher sees them.

Knows process ids, process descriptors and sockets. Who starts and replaces them is in ``generations.py``.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from zorgnetwerk.store.frames import Channel
from zorgnetwerk.store.lanes import Lane

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True, eq=False)
class Member:
    """One worker. ``number`` is ours and never used twice, unlike a process id."""

    number: int
    pid: int
    descriptor: int
    channel: Channel
    lane: Lane
    generation: Generation
    processor_seconds: float = 0.0
    is_ready: bool = False
    is_demoted: bool = False
    is_ended: bool = False

    def signal(self, number: int) -> None:
        """Sends a signal to exactly this process; nothing happens when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, number)

    def demote(self) -> None:
        """Gives way to everything else from now on. It cannot be undone, so such a worker serves one request only."""
        self.is_demoted = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PROCESS, self.pid, 10)

    def busy_seconds(self) -> float:
        """The processor time since its last reply. Source: proc(5), stat, fields utime and stime."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            return math.inf
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND - self.processor_seconds

    def pause(self) -> None:
        """Stops this worker where it is."""
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets this worker go on."""
        self.signal(signal.SIGCONT)

    def end(self) -> None:
        """Ends this worker by our own decision."""
        self.is_ended = True
        self.signal(signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a master is to prepare: equal plans need no new master."""

    role: str
    arguments: tuple[str, ...]
    release: int = 0
    mode: str = ""


@dataclass(slots=True, eq=False)
class Generation:
    """One master and its workers by process id. ``pending`` is the lane that it is forking for."""

    plan: Plan
    process: subprocess.Popen[bytes]
    control: Channel
    began: float
    quads: int = 0
    is_prepared: bool = False
    pending: Lane | None = None
    failed_starts: int = 0
    members: dict[int, Member] = field(default_factory=dict)

    def ready(self, lane: Lane) -> list[Member]:
        """The workers of a lane that are up: idle or at work."""
        return [
            member
            for member in self.members.values()
            if member.lane == lane and member.is_ready and not member.is_ended
        ]

    def count(self, lane: Lane) -> int:
        """The workers that fill the places of a lane; demoted and ended ones do not."""
        return sum(
            1 for member in self.members.values() if member.lane == lane and not (member.is_demoted or member.is_ended)
        )
