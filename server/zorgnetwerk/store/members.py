"""A master process and its workers, as the dispatcher sees them.

Knows process ids, process descriptors and sockets. Who starts and replaces them is in ``generations.py``.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from zorgnetwerk.store.capacity import Lane
from zorgnetwerk.store.frames import Channel, Frame

_RELEASE: Final = "--release="
_DEMOTED_NICENESS: Final = 15
_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """The processor time of a process so far; infinity when it has ended. Source: proc(5), stat, utime and stime."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return math.inf
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


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
        if self.descriptor < 0:
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, number)

    def close(self) -> None:
        """Gives back what belongs to this worker, which has ended; signals go nowhere from now on."""
        self.channel.close()
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1

    def demote(self) -> None:
        """Gives way to everything else from now on. It cannot be undone, so such a worker serves one request only."""
        self.is_demoted = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _DEMOTED_NICENESS)

    def busy_seconds(self) -> float:
        """The processor time since its last reply."""
        return processor_seconds(self.pid) - self.processor_seconds

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
    """What a master is to prepare: equal plans need no new master. ``follows`` are the releases from which changes
    alone lead to this one.
    """

    role: str
    arguments: tuple[str, ...]
    release: int = 0
    mode: str = ""
    follows: tuple[int, ...] = field(default=(), compare=False)

    @property
    def folder(self) -> str:
        """The folder of the release."""
        return next((word.partition("=")[2] for word in self.arguments if word.startswith(_RELEASE)), "")

    def command(self, control: int) -> tuple[str, ...]:
        """The command line of such a master; ``control`` is the descriptor of the dispatcher's socket."""
        module = (sys.executable, "-m", "zorgnetwerk.store.master")
        return (*module, f"--role={self.role}", f"--control={control}", *self.arguments)

    def can_succeed(self, other: Plan) -> bool:
        """Whether a master of the other plan can be moved on to this one; in memory by changes alone."""
        mine, theirs = ([word for word in plan.arguments if not word.startswith(_RELEASE)] for plan in (self, other))
        return mine == theirs and (self.mode == "folder" or (self.mode == "memory" and other.release in self.follows))


class Process(Protocol):
    """A master's process, whoever started it."""

    pid: int

    def kill(self) -> None:
        """Ends it at once."""


@dataclass(slots=True, eq=False)
class Heir:
    """A master that another one forked; ``pid`` is 0 until it has said its first word."""

    pid: int = 0

    def kill(self) -> None:
        """Ends it at once."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


@dataclass(slots=True, eq=False)
class Generation:
    """One master and its workers by process id. ``pending`` is the lane that it is forking for; ``steps`` is how many
    releases ago its data were loaded.
    """

    plan: Plan
    process: Process
    control: Channel
    began: float
    steps: int = 0
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


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom a line tells what happened to its workers.

    ``withdraw`` gives whether the worker was idle; ``on_end`` gets the exit code (None: unknown) and the last words;
    ``on_change`` says that a step may be due.
    """

    on_idle: Callable[[Member], None]
    withdraw: Callable[[Member], bool]
    on_reply: Callable[[Member, Frame], None]
    on_end: Callable[[Member, int | None, str], None]
    on_change: Callable[[], None]
