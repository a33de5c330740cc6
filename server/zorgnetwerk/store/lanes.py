"""Who runs when: the scheduling of requests on workers, as pure logic.

Knows request numbers, worker numbers and times that it is told. Must not know processes, sockets or clocks; it decides,
the dispatcher acts on the decisions.

    page    our own queries; workers of their own, so that nothing public can starve them
    check   submitted bytes; workers of their own
    query   public queries. Each first runs for a short slice in an express worker. What is not finished then is
    demoted: it counts
            towards the heavy slots, or is paused and waits for one, first come first served. So short queries pass long
            ones.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Lane: TypeAlias = Literal["page", "query", "check"]
Phase: TypeAlias = Literal["waiting", "running", "heavy", "paused"]
LANES: Final[tuple[Lane, ...]] = ("page", "query", "check")

_SHORTEST_SLICE_SECONDS: Final = 0.025
_LONGEST_SLICES: Final = 10
_WAITING_PER_WORKER: Final = 32


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much may happen at once. Units: workers; paused requests; seconds."""

    page: int = 2
    express: int = 2
    heavy: int = 2
    check: int = 1
    paused: int = 4
    slice_seconds: float = 0.1

    def workers(self, lane: Lane) -> int:
        """The workers that a lane keeps ready or running, demoted ones not counted."""
        return {"page": self.page, "query": self.express, "check": self.check}[lane]


@dataclass(slots=True)
class Request:
    """One admitted request.

    Units: moments in seconds of the caller's clock; ``slice_began`` is when its worker got it, ``look_at`` the earliest
    moment to look again whether its slice is used up.
    """

    number: int
    lane: Lane
    admitted: float
    deadline: float
    phase: Phase = "waiting"
    worker: int = 0
    slice_began: float = 0.0
    look_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """Give the request to this idle worker."""

    request: int
    worker: int


@dataclass(frozen=True, slots=True)
class Demote:
    """This worker's request is long: lower its priority; ``paused`` also stops it."""

    worker: int
    paused: bool


@dataclass(frozen=True, slots=True)
class Resume:
    """Let this paused worker go on."""

    worker: int


@dataclass(frozen=True, slots=True)
class Expire:
    """The deadline of this request has come; ``worker`` 0 when none has it. Units: seconds."""

    request: int
    worker: int
    limit: float
    used: float
    retry_after_seconds: int


@dataclass(frozen=True, slots=True)
class Refuse:
    """Too many wait; ``worker`` 0 when none has it."""

    request: int
    worker: int
    waiting: int
    retry_after_seconds: int


Decision: TypeAlias = Run | Demote | Resume | Expire | Refuse


class Lanes:
    """All requests under way and all idle workers. Each method may add decisions; ``decisions`` takes them."""

    def __init__(self, capacity: Capacity, processor_seconds: Callable[[int], float] | None = None) -> None:
        """``processor_seconds`` tells how much processor time a worker has had for its present request.

        A slice is processor time, so that a short query is not taken for a long one where the machine is busy; the
        time on the clock is bounded too, at ten slices. None: only the clock counts.
        """
        self.capacity = capacity
        self._processor_seconds = processor_seconds
        self._requests: dict[int, Request] = {}
        self._by_worker: dict[int, Request] = {}
        self._idle: dict[Lane, deque[int]] = {lane: deque() for lane in LANES}
        self._waiting: dict[Lane, deque[Request]] = {lane: deque() for lane in LANES}
        self._heavy: set[int] = set()
        self._paused: deque[Request] = deque()
        self._decisions: list[Decision] = []

    def decisions(self) -> list[Decision]:
        """What to do, in order; each is given once."""
        taken, self._decisions = self._decisions, []
        return taken

    def admit(self, number: int, lane: Lane, now: float, seconds: float) -> None:
        """A new request; it is refused when its lane is full."""
        waiting = self._waiting[lane]
        if len(waiting) >= _WAITING_PER_WORKER * self.capacity.workers(lane):
            self._decisions.append(Refuse(number, 0, len(waiting), self.retry_after(now)))
            return
        request = Request(number, lane, now, now + seconds)
        self._requests[number] = request
        waiting.append(request)
        self._assign(lane, now)

    def readmit(self, number: int, now: float) -> None:
        """Its worker ended through no fault of the request: it comes first in its lane, with its old deadline."""
        request = self._requests[number]
        self._detach(request)
        request.phase = "waiting"
        self._waiting[request.lane].appendleft(request)
        self._assign(request.lane, now)

    def add_idle(self, worker: int, lane: Lane, now: float) -> None:
        """A worker that can take a request."""
        self._idle[lane].append(worker)
        self._assign(lane, now)

    def remove_idle(self, worker: int) -> bool:
        """This worker takes no further request; whether it was idle."""
        for idle in self._idle.values():
            if worker in idle:
                idle.remove(worker)
                return True
        return False

    def finish(self, number: int) -> Request | None:
        """The request is over, answered or not; what was known of it."""
        request = self._requests.pop(number, None)
        if request is not None:
            self._detach(request)
        return request

    def tick(self, now: float) -> None:
        """What the time brings: deadlines, and slices that are used up."""
        for request in [request for request in self._requests.values() if now >= request.deadline]:
            used = now - request.admitted
            limit = request.deadline - request.admitted
            self._decisions.append(Expire(request.number, request.worker, limit, used, self.retry_after(now)))
            self.finish(request.number)
        length = self.slice_seconds()
        for request in [request for request in self._express() if now >= self._due(request, length)]:
            rest = length - self._processor_seconds(request.worker) if self._processor_seconds else 0.0
            if rest > 0 and now - request.slice_began < _LONGEST_SLICES * length:
                request.look_at = now + max(rest, _SHORTEST_SLICE_SECONDS / 5)
            else:
                self._demote(request, now)

    def next_moment(self) -> float:
        """When ``tick`` will next have something to do; infinity when nothing is under way."""
        length = self.slice_seconds()
        deadline = min((request.deadline for request in self._requests.values()), default=math.inf)
        return min(deadline, min((self._due(request, length) for request in self._express()), default=math.inf))

    def slice_seconds(self) -> float:
        """How long a query may use an express worker now: less when others wait for one."""
        crowd = len(self._waiting["query"]) / max(1, self.capacity.express)
        return max(_SHORTEST_SLICE_SECONDS, self.capacity.slice_seconds / (1 + crowd))

    def retry_after(self, now: float) -> int:
        """Whole seconds after which a slot is likely to be free; at least 1."""
        ends = sorted(
            request.deadline - now for request in self._requests.values() if request.phase in ("heavy", "paused")
        )
        free = len(ends) - self.capacity.heavy - self.capacity.paused
        return max(1, math.ceil(ends[max(0, min(free, len(ends) - 1))])) if ends else 1

    def request_of(self, worker: int) -> Request | None:
        """What this worker is working on."""
        return self._by_worker.get(worker)

    def waiting(self, lane: Lane) -> list[Request]:
        """The requests that have no worker yet."""
        return list(self._waiting[lane])

    def figures(self) -> dict[str, dict[str, int]]:
        """How many workers of each lane are in which state."""
        counts: dict[str, dict[str, int]] = {lane: {"idle": len(self._idle[lane]), "busy": 0} for lane in LANES}
        counts["query"] |= {"express": 0, "heavy": len(self._heavy), "paused": len(self._paused)}
        for request in self._by_worker.values():
            counts[request.lane]["busy"] += 1
        counts["query"]["express"] = sum(1 for _ in self._express())
        return counts

    def _express(self) -> Iterator[Request]:
        return (
            request for request in self._by_worker.values() if request.phase == "running" and request.lane == "query"
        )

    def _due(self, request: Request, length: float) -> float:
        return max(request.slice_began + length, request.look_at)

    def _assign(self, lane: Lane, now: float) -> None:
        idle, waiting = self._idle[lane], self._waiting[lane]
        while idle and waiting:
            request = waiting.popleft()
            request.phase, request.worker = "running", idle.popleft()
            request.slice_began = request.look_at = now
            self._by_worker[request.worker] = request
            self._decisions.append(Run(request.number, request.worker))

    def _demote(self, request: Request, now: float) -> None:
        if len(self._heavy) < self.capacity.heavy:
            request.phase = "heavy"
            self._heavy.add(request.number)
            self._decisions.append(Demote(request.worker, paused=False))
        elif len(self._paused) < self.capacity.paused:
            request.phase = "paused"
            self._paused.append(request)
            self._decisions.append(Demote(request.worker, paused=True))
        else:
            waiting = len(self._paused)
            self._decisions.append(Refuse(request.number, request.worker, waiting, self.retry_after(now)))
            self.finish(request.number)

    def _detach(self, request: Request) -> None:
        """Takes the request out of every line it stands in; its heavy slot goes to the one paused longest."""
        self._by_worker.pop(request.worker, None)
        request.worker = 0
        if request.phase == "waiting":
            self._waiting[request.lane].remove(request)
        elif request.phase == "paused":
            self._paused.remove(request)
        elif request.phase == "heavy":
            self._heavy.discard(request.number)
            if self._paused:
                following = self._paused.popleft()
                following.phase = "heavy"
                self._heavy.add(following.number)
                self._decisions.append(Resume(following.worker))
