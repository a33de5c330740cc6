"""The supervisor of ``serve``: starts the child commands, restarts what ends, stops them in order.

Knows processes and signals. Must not know what the children do. Runs in the main thread of a process that does nothing
else.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from zorgnetwerk.store import processes

_ENDS_LIMIT: Final = 5
_ENDS_WINDOW_SECONDS: Final = 10.0
_STEP_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 60.0
_FIRST_SHARE: Final = 0.7
"""Of the time for a stop: who speaks with clients finishes what is in flight, the others then have nothing to do."""
_LOG: Final = logging.getLogger("zorgnetwerk.store.supervision")


@dataclass(frozen=True, slots=True)
class Child:
    """One command to keep running.

    ``death_signal`` is what it gets when the supervisor itself ends; ``leftovers`` are files of an earlier run that
    would be in its way. Children of one ``stage`` are ended together, those of a higher one before. ``after_seconds``
    lets the others start first; what ends is started again at once. Where one that ``is_vital`` keeps ending, all end;
    another is tried again later.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    death_signal: int = signal.SIGKILL
    leftovers: tuple[Path, ...] = ()
    stage: int = 0
    after_seconds: float = 0.0
    is_vital: bool = True


class Supervisor:
    """Child commands that run as long as this one does."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        stop_seconds: float = 5.0,
        on_event: Callable[[str, str], None] | None = None,
    ) -> None:
        self._children = tuple(children)
        self._stop_seconds = stop_seconds
        self._on_event = on_event
        self._running: dict[str, int] = {}
        self._ends: dict[str, deque[float]] = {child.name: deque(maxlen=_ENDS_LIMIT) for child in children}
        self._stopping = False
        self._began = 0.0
        self._waiting: deque[Child] = deque()
        self._wake: tuple[int, int] = (-1, -1)

    def pids(self) -> dict[str, int]:
        """The process id of each running child by name."""
        return dict(self._running)

    def stop(self) -> None:
        """Asks for an orderly end; may be called from any thread or signal handler."""
        self._stopping = True
        if self._wake[1] >= 0:
            with contextlib.suppress(OSError):
                os.write(self._wake[1], b"x")

    def run(self) -> int:
        """Runs until it is asked to stop (0), or until a child keeps ending (1). Only in the main thread."""
        processes.adopt_orphans()
        self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        os.set_blocking(self._wake[0], True)
        handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)}
        signal.signal(signal.SIGTERM, lambda *_: self.stop())
        signal.signal(signal.SIGINT, lambda *_: self.stop())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        before = signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        try:
            self._began = time.monotonic()
            self._waiting = deque(sorted(self._children, key=lambda child: child.after_seconds))
            failed = self._watch()
            self._end_all()
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            os.close(self._wake[0])
            os.close(self._wake[1])
            self._wake = (-1, -1)
        return 1 if failed else 0

    def _start(self, child: Child) -> None:
        for path in child.leftovers:
            path.unlink(missing_ok=True)
        process = processes.start(child.command, child.environment, death_signal=child.death_signal)
        process.returncode = 0  # we reap it ourselves, by id; this keeps subprocess from trying
        self._running[child.name] = process.pid
        self._tell(child.name, f"started as process {process.pid}")

    def _watch(self) -> bool:
        """Restarts what ends; True when a child cannot be kept running."""
        while not self._stopping:
            next_seconds = self._start_due()
            for name, code in self._reap():
                child = next(child for child in self._children if child.name == name)
                self._ends[name].append(time.monotonic())
                if self._keeps_ending(name) and not child.is_vital:
                    self._tell(name, f"keeps ending (last code {code}); tried again in {_PAUSE_SECONDS:.0f} s", code)
                    self._put_off(child)
                    continue
                if self._keeps_ending(name):
                    self._tell(
                        name,
                        f"ended {_ENDS_LIMIT} times within {_ENDS_WINDOW_SECONDS:.0f} s (last code {code}); giving up",
                        code,
                    )
                    return True
                self._tell(name, f"ended with code {code}; starting it again", code)
                if not self._stopping:
                    self._start(child)
            self._wait(min(_STEP_SECONDS, next_seconds))
        return False

    def _start_due(self) -> float:
        """Starts the children whose time has come; gives the seconds until the next one's."""
        while self._waiting:
            left = self._began + self._waiting[0].after_seconds - time.monotonic()
            if left > 0:
                return left
            self._start(self._waiting.popleft())
        return _STEP_SECONDS

    def _put_off(self, child: Child) -> None:
        later = time.monotonic() - self._began + _PAUSE_SECONDS
        waiting = (*self._waiting, replace(child, after_seconds=later))
        self._waiting = deque(sorted(waiting, key=lambda child: child.after_seconds))

    def _keeps_ending(self, name: str) -> bool:
        ends = self._ends[name]
        return len(ends) == _ENDS_LIMIT and ends[-1] - ends[0] <= _ENDS_WINDOW_SECONDS

    def _end_all(self) -> None:
        """Ends the children, the last stage first, each with a chance to finish, all within the limit."""
        end = time.monotonic() + self._stop_seconds
        stages = sorted({child.stage for child in self._children}, reverse=True)
        for place, stage in enumerate(stages):
            share = _FIRST_SHARE if not place and len(stages) > 1 else 1 / (len(stages) - place)
            names = [child.name for child in self._children if child.stage == stage]
            self._end(names, time.monotonic() + share * (end - time.monotonic()))
        self._reap()

    def _end(self, names: Sequence[str], until: float) -> None:
        for name in names:
            self._send(name, signal.SIGTERM)
        while any(name in self._running for name in names) and time.monotonic() < until:
            self._reap()
            if any(name in self._running for name in names):
                self._wait(0.05)
        for name in [name for name in names if name in self._running]:
            self._tell(name, "does not end; killed")
            self._send(name, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._running.pop(name), 0)

    def _send(self, name: str, number: int) -> None:
        if name in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._running[name], number)

    def _reap(self) -> list[tuple[str, int]]:
        """The children that have ended, with their exit codes; adopted orphans are reaped silently."""
        ended = []
        with contextlib.suppress(ChildProcessError):
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if not process:
                    break
                for name in [name for name, known in self._running.items() if known == process]:
                    del self._running[name]
                    ended.append((name, os.waitstatus_to_exitcode(status)))
        return ended

    def _wait(self, seconds: float) -> None:
        if select.select([self._wake[0]], [], [], seconds)[0]:
            os.read(self._wake[0], 4096)

    def _tell(self, name: str, event: str, code: int = 0) -> None:
        _LOG.log(logging.ERROR if code else logging.INFO, "%s: %s", name, event)
        if self._on_event is not None:
            self._on_event(name, event)
