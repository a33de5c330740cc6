"""The desk of the dispatcher: takes requests, hands them out as the lanes decide, gives each exactly one reply.

Knows requests, clients, and what becomes of a request whose worker ends. Times are told to it. Must not know signals or
listening sockets (``dispatcher.py``).
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

from zorgnetwerk.errors import StoreUnavailable, ZorgnetwerkError
from zorgnetwerk.store import refusals
from zorgnetwerk.store.capacity import Capacity, Lane
from zorgnetwerk.store.decisions import Decision, Demote, Expire, Refuse, Resume, Run
from zorgnetwerk.store.failures import to_fields
from zorgnetwerk.store.frames import Channel, Frame, close_all
from zorgnetwerk.store.generations import Line
from zorgnetwerk.store.lanes import Lanes
from zorgnetwerk.store.loop import Loop
from zorgnetwerk.store.members import Listener, Member
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.pointer import Pointer, check_plan
from zorgnetwerk.store.verdicts import judge

_PATIENCE_SECONDS: Final[Mapping[Lane, float]] = MappingProxyType(
    {"page": 2.5, "query": 2.5, "check": 10.0, "loan": 2.5}
)
"""How long a request waits for a store that is not there, before it is told so."""
_DESCRIPTORS: Final[Mapping[str, int]] = MappingProxyType({"query": 1, "check": 2})
_FORWARDED: Final = ("text", "media_type", "default_graphs", "named_graphs", "job", "result_bytes", "memory_bytes")
_COUNTED: Final = MappingProxyType(
    {
        "answered": "answered",
        "DeadlineExceeded": "deadline",
        "MemoryExceeded": "memory",
        "ResultTooLarge": "too_large",
        "QueueFull": "queue_full",
        "ClientLimit": "client_limit",
        "QueryStopped": "stopped",
        "WorkerDied": "died",
        "StoreUnavailable": "unavailable",
    }
)

_CHECKS_AFTER_SECONDS: Final = 2.0
"""A checker takes seconds of processor time to start; it begins behind the first answer, but does not wait for ever."""


@dataclass(slots=True, eq=False)
class Task:
    """A request under way; the desk owns its descriptors until the reply."""

    number: int
    lane: Lane
    client: Channel
    header: dict[str, object]
    descriptors: list[int]
    attempt: int = 1
    member: Member | None = None
    began: float = 0.0
    admitted: float = 0.0


class Desk:
    """All requests under way, and the lines of workers that serve them."""

    def __init__(self, options: DispatcherOptions, loop: Loop, pointer: Pointer | None = None) -> None:
        sizes = (options.page_workers, options.express_workers, options.heavy_slots, options.check_workers)
        capacity = Capacity(
            *sizes, options.paused_limit, options.slice_seconds, options.client_limit, options.loan_workers
        )
        self.lanes = Lanes(capacity, self._processor_seconds)
        self.counts: Counter[str] = Counter()
        self.checked: Counter[str] = Counter()
        self.pointer = pointer or Pointer(options)
        self._options = options
        self._loop = loop
        self._tasks: dict[int, Task] = {}
        self._members: dict[int, Member] = {}
        self._numbers = itertools.count(1)
        self._check_round = 0
        self._began = time.monotonic()
        listener = Listener(
            self._on_idle, self._withdraw, self._on_reply, self._on_end, lambda: self.step(time.monotonic())
        )
        self.queries = Line(("page", "query"), capacity.workers, loop, listener, itertools.count(1, 2))
        self.checks = Line(("check",), capacity.workers, loop, listener, itertools.count(2, 2))

    @property
    def is_busy(self) -> bool:
        """Whether any request waits for its reply."""
        return bool(self._tasks)

    def next_moment(self) -> float:
        """When ``act`` has something to do without any event."""
        return self.lanes.next_moment()

    def take(self, client: Channel, frame: Frame) -> None:
        """A frame of a client."""
        operation = str(frame.header.get("op"))
        if operation in _DESCRIPTORS and len(frame.descriptors) == _DESCRIPTORS[operation]:
            self._admit(client, frame, "check" if operation == "check" else cast("Lane", frame.header["lane"]))
        elif operation == "release":
            self._loop.send(client, {"op": "release", "release": self.release})
        elif operation == "renew":
            self._check_round += 1
            self.checks.forgive()
            self._loop.send(client, {"op": "renew"})
        else:
            self._loop.forget(client)
            self.drop(client)

    def drop(self, client: Channel) -> None:
        """A client is gone: what it asked for is of no use to anyone."""
        for task in [task for task in self._tasks.values() if task.client is client]:
            self.counts["cancelled"] += 1
            self._close(task)
        client.close()

    def stop(self, query_id: str) -> bool:
        """Ends the queries of this id; whether there was one."""
        found = [task for task in self._tasks.values() if query_id and task.header.get("id") == query_id]
        for task in found:
            self._fail(task, refusals.stopped())
        return bool(found)

    def look_around(self, now: float) -> None:
        """What is done ten times a second: the pointer, masters and workers, requests without a store."""
        if self.pointer.read():
            self.queries.forgive()
        self.step(now)
        for line, reason in (
            (self.queries, self.pointer.message or self.queries.message),
            (self.checks, self.checks.message),
        ):
            if line.current is None:
                self._lose_patience(line, reason, now)

    def step(self, now: float) -> None:
        """Lets the lines start and end what they should."""
        self.queries.step(self.pointer.plan(), now, self.pointer.stopgap())
        if self.queries.current is not None or now - self._began >= _CHECKS_AFTER_SECONDS:
            self.checks.step(check_plan(self._options, self._check_round), now)

    def close(self) -> None:
        """Ends all workers and masters; only when nobody waits for a reply."""
        self.queries.close()
        self.checks.close()

    def act(self, now: float) -> None:
        """Does what the lanes decide."""
        self.lanes.tick(now)
        while decisions := self.lanes.decisions():
            for decision in decisions:
                self._follow(decision, now)
            if any(not isinstance(decision, Run) for decision in decisions):
                self.step(now)

    @property
    def release(self) -> int:
        """The release that answers now; 0 when none does."""
        return self.queries.current.plan.release if self.queries.current else 0

    def _admit(self, client: Channel, frame: Frame, lane: Lane) -> None:
        task = self._begin(client, frame, lane)
        if lane == "check" and not self._options.handler:
            self._fail(task, StoreUnavailable("This server runs without a checker."))
            return
        seconds = float(cast("float", task.header["seconds"]))
        self.lanes.admit(task.number, lane, task.admitted, seconds, str(task.header.get("client", "")))

    def _begin(self, client: Channel, frame: Frame, lane: Lane) -> Task:
        """A new task, which owns the frame's descriptors from now on."""
        task = Task(next(self._numbers), lane, client, frame.header, list(frame.descriptors), admitted=time.monotonic())
        frame.descriptors.clear()
        self._tasks[task.number] = task
        return task

    def _follow(self, decision: Decision, now: float) -> None:
        """Acts on one decision; what it is about may have ended since it was taken."""
        match decision:
            case Run(number, worker):
                self._hand_over(number, worker, now)
            case Demote(worker, paused) if member := self._members.get(worker):
                self.counts["paused" if paused else "demoted"] += 1
                member.demote()
                if paused:
                    member.pause()
            case Resume(worker) if member := self._members.get(worker):
                member.resume()
            case Expire(number) if task := self._tasks.get(number):
                self._fail(task, refusals.expired(decision))
            case Refuse(number) if task := self._tasks.get(number):
                self._fail(task, refusals.refused(decision))

    def _hand_over(self, number: int, worker: int, now: float) -> None:
        task, member = self._tasks.get(number), self._members.get(worker)
        if member is None:
            return
        if task is None:
            self.lanes.add_idle(worker, member.lane, now)
            return
        task.member, task.began = member, now
        header: dict[str, object] = {name: task.header[name] for name in _FORWARDED if name in task.header}
        member.channel.queue(header, task.descriptors)
        self._loop.flush(member.channel)

    def _on_idle(self, member: Member) -> None:
        self._members[member.number] = member
        self.lanes.add_idle(member.number, member.lane, time.monotonic())

    def _processor_seconds(self, worker: int) -> float:
        member = self._members.get(worker)
        return member.busy_seconds() if member else 0.0

    def _withdraw(self, member: Member) -> bool:
        return self.lanes.remove_idle(member.number)

    def _on_reply(self, member: Member, frame: Frame) -> None:
        task = self._task_of(member)
        if task is None or member.is_ended:
            return
        reply = frame.header
        spent = bool(reply.pop("spent", False))
        task.member = None
        reply["queued"] = round(task.began - task.admitted, 6)
        if reply["op"] == "done":
            self._count(task, "answered")
        else:
            self._count(task, str(cast("dict[str, object]", reply["error"]).get("kind")))
        self._loop.send(task.client, reply)
        self._close(task)
        if spent:
            member.end()
            self.step(time.monotonic())
        else:
            (self.checks if member.lane == "check" else self.queries).settle(member)

    def _on_end(self, member: Member, code: int | None, detail: str) -> None:
        self.lanes.remove_idle(member.number)
        self._members.pop(member.number, None)
        task = self._task_of(member)
        if task is None:
            return
        now = time.monotonic()
        if task.member is not member:
            self.lanes.readmit(task.number, now)
            return
        ran = now - task.began
        task.member = None
        error = judge(task.lane, task.attempt, code, detail, ran, int(cast("int", task.header["memory_bytes"])))
        if error is not None:
            self._fail(task, error)
            return
        task.attempt += 1
        self.counts["retried"] += 1
        self.lanes.readmit(task.number, now)

    def _task_of(self, member: Member) -> Task | None:
        request = self.lanes.request_of(member.number)
        return self._tasks.get(request.number) if request else None

    def _lose_patience(self, line: Line, reason: str, now: float) -> None:
        for lane in line.lanes:
            limit = now - _PATIENCE_SECONDS[lane]
            for request in [request for request in self.lanes.waiting(lane) if request.admitted < limit]:
                message = f"The store is not ready: {reason or 'it is being loaded'}. Try again soon."
                self._fail(self._tasks[request.number], StoreUnavailable(message))

    def _fail(self, task: Task, error: ZorgnetwerkError) -> None:
        self._count(task, type(error).__name__)
        self._loop.send(task.client, {"op": "failed", "error": to_fields(error)})
        self._close(task)

    def _count(self, task: Task, kind: str) -> None:
        outcome = _COUNTED.get(kind, "refused")
        (self.checked if task.lane == "check" else self.counts)[outcome] += 1

    def _close(self, task: Task) -> None:
        """The task is over; a worker that still has it is ended."""
        del self._tasks[task.number]
        self.lanes.finish(task.number, time.monotonic())
        close_all(task.descriptors)
        if task.member is not None:
            task.member.end()
