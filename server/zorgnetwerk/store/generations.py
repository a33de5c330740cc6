"""The line of masters for one role, old and new, and how it gets the workers that it should have.

A new release, or new content, means a new master beside the old one; the line switches when the new one has workers,
and the old one ends when its last request has been answered. What takes long to load is answered from its folder
meanwhile, and so are releases that come before the load is done. Knows processes and their sockets. Must not know
requests.
"""

from __future__ import annotations

import logging
import math
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from zorgnetwerk.store import processes
from zorgnetwerk.store.capacity import Lane
from zorgnetwerk.store.frames import Channel, Frame
from zorgnetwerk.store.loop import Loop
from zorgnetwerk.store.members import Generation, Heir, Listener, Member, Plan

_ENVIRONMENT: Final = (("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"), ("MALLOC_ARENA_MAX", "2"), ("RUST_BACKTRACE", "0"))
_FAILED_STARTS_LIMIT: Final = 3
_LONGEST_PAUSE_SECONDS: Final = 5.0
_SERVED_PAUSE_SECONDS: Final = 0.5
"""The longest pause after a master that did serve: it was good, so something else ended it."""
_STEADY_SECONDS: Final = 2.0
_REFRESH_STEPS: Final = 200
"""After so many releases made in memory they are loaded anew when it is quiet: the engine keeps some of what was
removed."""
_QUIET_SECONDS: Final = 20.0
_STEPS_LIMIT: Final = 2_000
"""After so many it is loaded anew even if that means that newer releases wait."""
_LOG: Final = logging.getLogger("zorgnetwerk.store.dispatcher")


Size: TypeAlias = Callable[[Lane], int]


class Line:
    """The masters of one role: the current, the one getting ready, the one that loads while folders are answered from,
    those that finish their last requests.
    """

    def __init__(
        self, lanes: Sequence[Lane], size: Size, loop: Loop, listener: Listener, numbers: Iterator[int]
    ) -> None:
        self.lanes = tuple(lanes)
        self.current: Generation | None = None
        self.coming: Generation | None = None
        self.loading: Generation | None = None
        self.retired: list[Generation] = []
        self.message = ""
        self.switches = 0
        self.may_switch: Callable[[], bool] = lambda: True
        self._size = size
        self._loop = loop
        self._listener = listener
        self._numbers = numbers
        self._failures = 0
        self._retry_at = 0.0
        self._must_load: Plan | None = None

    def generations(self) -> list[Generation]:
        """All masters that live."""
        known = (self.current, self.coming, self.loading, *self.retired)
        return [generation for generation in known if generation is not None]

    def forgive(self) -> None:
        """Tries again at once: what is wanted has changed."""
        self._failures, self._retry_at = 0, 0.0

    def step(self, wanted: Plan | None, now: float, stopgap: Plan | None = None) -> None:
        """Starts what is wanted, fills up workers one by one, and lets go of old masters.

        ``stopgap`` is the same release as it can be answered from at once, until ``wanted`` is loaded.
        """
        if wanted and now >= self._retry_at:
            self._begin(wanted, stopgap, now)
        if self.coming is not None and self._is_ready(self.coming) and self.may_switch():
            self._switch(self.coming)
        for generation in (self.current, self.coming):
            if generation is not None:
                self._fill(generation)
        for generation in [old for old in self.retired if not old.members and old.pending is None]:
            self.retired.remove(generation)
            self._let_go(generation)

    def close(self) -> None:
        """Ends every master and worker, for good."""
        self._retry_at = math.inf
        self.retired, self.current, self.coming, self.loading = self.generations(), None, None, None
        for generation in list(self.retired):
            self._loop.forget(generation.control)
            self._lose(generation)

    def settle(self, member: Member) -> None:
        """Decides what becomes of a worker that has answered: it takes further requests, or it ends."""
        if member.is_demoted or member.generation is not self.current or member.is_ended:
            member.end()
        else:
            self._listener.on_idle(member)

    def _begin(self, wanted: Plan, stopgap: Plan | None, now: float) -> None:
        if stopgap is not None and (self.current is None or self.current.plan.mode == stopgap.mode):
            self._bridge(wanted, stopgap, now)
            return
        if self.loading is not None:
            self._give_up(self.loading)
        if self._is_due(wanted, now):
            self.coming = self._next(wanted, now)

    def _bridge(self, wanted: Plan, stopgap: Plan, now: float) -> None:
        """Answers from the folder while a master loads, whatever releases come in that time; once it has loaded, it or
        its heir is what comes.
        """
        current, coming, loading = self.current, self.coming, self.loading
        if coming is not None and coming.plan.mode == wanted.mode:
            return
        if loading is not None and loading.is_prepared:
            if loading.plan != wanted and (wanted == self._must_load or not wanted.can_succeed(loading.plan)):
                self._give_up(loading)
                return
            if coming is not None:
                self._give_up(coming)
            if loading.plan == wanted:
                self.coming, self.loading = loading, None
            else:
                self.coming = self._succeed(loading, wanted, now)
            return
        if current is not None and loading is None:
            self.loading = self._start(wanted, now)
        if coming is None and (current is None or current.plan != stopgap):
            self.coming = self._next(stopgap, now)

    def _is_due(self, wanted: Plan, now: float) -> bool:
        """Whether a new master is to be begun; one that only loads anew what is served gives way to a newer release."""
        current, coming = self.current, self.coming
        if coming is not None:
            if current is None or coming.plan != current.plan or coming.plan == wanted or current.steps >= _STEPS_LIMIT:
                return False
            self._give_up(coming)
        if current is None or current.plan != wanted:
            return True
        return current.steps >= _REFRESH_STEPS and now - current.began > _QUIET_SECONDS

    def _next(self, wanted: Plan, now: float) -> Generation:
        """A master for what is wanted: a fork of the current one where that can be moved on to it."""
        current = self.current
        if current is None or wanted == current.plan or wanted == self._must_load or current.steps >= _STEPS_LIMIT:
            return self._start(wanted, now)
        return self._succeed(current, wanted, now) if wanted.can_succeed(current.plan) else self._start(wanted, now)

    def _succeed(self, parent: Generation, plan: Plan, now: float) -> Generation:
        """A fork of a master; in memory it makes the changes there first."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        parent.control.queue({"op": "succeed", "release": plan.folder}, (theirs.fileno(),))
        theirs.close()
        self._loop.flush(parent.control)
        return self._watched(Generation(plan, Heir(), Channel(ours), now, steps=parent.steps + 1))

    def _give_up(self, generation: Generation) -> None:
        """Ends a master that is not needed any more before it was ready."""
        self._forget(generation)
        self.retired.append(generation)
        self._loop.forget(generation.control)
        generation.process.kill()
        self._lose(generation)

    def _start(self, plan: Plan, now: float) -> Generation:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        process = processes.start(plan.command(theirs.fileno()), dict(_ENVIRONMENT), (theirs.fileno(),))
        theirs.close()
        return self._watched(Generation(plan, process, Channel(ours), now))

    def _watched(self, generation: Generation) -> Generation:
        self._loop.watch(
            generation.control,
            lambda frame: self._hear(generation, frame),
            lambda: self._lose(generation),
        )
        return generation

    def _is_ready(self, generation: Generation) -> bool:
        return generation.is_prepared and all(generation.ready(lane) for lane in self.lanes)

    def _switch(self, generation: Generation) -> None:
        old, self.current, self.coming = self.current, generation, None
        self.message = ""
        self.switches += 1
        if old is not None:
            self.retired.append(old)
            for member in old.members.values():
                if self._listener.withdraw(member):
                    member.end()
        for lane in self.lanes:
            for member in generation.ready(lane):
                self._listener.on_idle(member)

    def _fill(self, generation: Generation) -> None:
        if not generation.is_prepared or generation.pending is not None:
            return
        for lane in sorted(self.lanes, key=generation.count):  # first one of each, since a switch waits for these
            if generation.count(lane) < self._size(lane):
                generation.pending = lane
                generation.control.queue({"op": "fork", "lane": lane})
                self._loop.flush(generation.control)
                return

    def _hear(self, generation: Generation, frame: Frame) -> None:
        operation = frame.header["op"]
        if operation == "ready":
            generation.is_prepared = True
            generation.quads = int(str(frame.header["quads"]))
            self._listener.on_change()
        elif operation == "born" and isinstance(generation.process, Heir):
            generation.process.pid = int(str(frame.header["pid"]))
        elif operation == "broken":
            self.message = str(frame.header["message"])
            _LOG.error("master of role %s: %s", generation.plan.role, self.message)
        elif operation == "worker":
            self._adopt(generation, frame)
        elif operation == "ended":
            member = generation.members.get(int(str(frame.header["pid"])))
            if member is not None:
                self._conclude(member, int(str(frame.header["code"])), str(frame.header["detail"]))

    def _adopt(self, generation: Generation, frame: Frame) -> None:
        connection, descriptor = frame.descriptors
        frame.descriptors.clear()
        channel = Channel(socket.socket(fileno=connection))
        lane = next(lane for lane in self.lanes if lane == frame.header["lane"])
        member = Member(next(self._numbers), int(str(frame.header["pid"])), descriptor, channel, lane, generation)
        generation.members[member.pid] = member
        self._loop.watch(channel, lambda answer: self._hear_member(member, answer), lambda: None)

    def _hear_member(self, member: Member, frame: Frame) -> None:
        member.processor_seconds = float(str(frame.header.pop("processor", 0.0)))
        if frame.header["op"] != "idle":
            self._listener.on_reply(member, frame)
            return
        member.is_ready = True
        member.generation.pending = None
        member.generation.failed_starts = 0
        if member.generation is self.current:
            self._listener.on_idle(member)
        elif member.generation is not self.coming:
            member.end()
        self._listener.on_change()

    def _conclude(self, member: Member, code: int | None, detail: str) -> None:
        """The master has reaped this worker, or is gone itself."""
        generation = member.generation
        del generation.members[member.pid]
        self._loop.forget(member.channel)
        member.close()
        if not member.is_ended and code is not None:
            _LOG.warning("worker %d of lane %s ended with code %d: %s", member.pid, member.lane, code, detail[-500:])
        if not member.is_ready:
            generation.pending = None
            generation.failed_starts += 1
            self.message = detail.rpartition("\n")[2] or f"workers end with code {code} at their start"
            if generation.failed_starts >= _FAILED_STARTS_LIMIT:
                generation.process.kill()
        self._listener.on_end(member, code, detail)
        self._listener.on_change()

    def _lose(self, generation: Generation) -> None:
        """This master is gone, and its workers end with it."""
        for member in list(generation.members.values()):
            member.signal(signal.SIGKILL)
            self._conclude(member, None, "")
        now = time.monotonic()
        if generation in self.retired:
            self.retired.remove(generation)
        elif generation in (self.current, self.coming, self.loading):
            served = generation is self.current
            if generation.steps and not served:
                self._must_load = generation.plan
            self._failures = 0 if served and now - generation.began > _STEADY_SECONDS else self._failures + 1
            longest = _SERVED_PAUSE_SECONDS if served else _LONGEST_PAUSE_SECONDS
            pause = 0.0 if self._failures <= 1 else min(longest, 0.1 * 2**self._failures)
            self._retry_at = now + pause
            _LOG.error("master of role %s ended; a new one starts in %.1f s", generation.plan.role, pause)
            self._forget(generation)
        generation.control.close()

    def _forget(self, generation: Generation) -> None:
        """Nothing is expected of this master any more."""
        self.current = None if generation is self.current else self.current
        self.coming = None if generation is self.coming else self.coming
        self.loading = None if generation is self.loading else self.loading

    def _let_go(self, generation: Generation) -> None:
        self._loop.forget(generation.control)
        generation.control.close()
