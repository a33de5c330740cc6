"""Who runs when: the scheduling of requests on workers, as pure logic.

Knows request numbers, worker numbers and times that it is told. Must not know processes, sockets or clocks; it decides,
the dispatcher acts on the decisions.

A public query first runs for a short slice in an express worker. What is not finished then is demoted: it counts
towards the heavy slots, or is paused and waits for one. So short queries pass long ones. While there is no other query,
a slice has no end: what nobody waits for need not give way.

Whoever had least worker time lately comes first (``accounts.py``), among equals who came first. A long query gives its
slot to a client that had less, as soon as the difference is worth a turn; so one long query of a second client does not
wait for fifty of the first. One client holds only so many places.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from zorgnetwerk.store.accounts import Accounts
from zorgnetwerk.store.capacity import LANES, Capacity, Lane
from zorgnetwerk.store.decisions import Decision, Demote, Expire, Refuse, Resume, Run

Phase: TypeAlias = Literal["waiting", "running", "heavy", "paused"]

_SHORTEST_SLICE_SECONDS: Final = 0.025
_LONGEST_SLICES: Final = 10
_WAITING_PER_WORKER: Final = 32
_TURN_SECONDS: Final = 1.0
"""By how much worker time two clients may differ before the one that had more gives its slot away."""


@dataclass(slots=True)
class Request:
    """One admitted request.

    Units: moments in seconds of the caller's clock; ``slice_began`` is when its worker got it, ``look_at`` the earliest
    moment to look again whether its slice is used up; ``charged`` until when its client's account holds its time.
    """

    number: int
    lane: Lane
    admitted: float
    deadline: float
    phase: Phase = "waiting"
    worker: int = 0
    slice_began: float = 0.0
    look_at: float = 0.0
    client: str = ""
    charged: float = 0.0


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
        self.accounts = Accounts()
        self._now = 0.0
        self._decisions: list[Decision] = []

    def decisions(self) -> list[Decision]:
        """What to do, in order; each is given once."""
        taken, self._decisions = self._decisions, []
        return taken

    def admit(self, number: int, lane: Lane, now: float, seconds: float, client: str = "") -> None:
        """A new request; it is refused when its lane is full, or half full of its client (empty: ourselves)."""
        waiting = self._waiting[lane]
        places = _WAITING_PER_WORKER * self.capacity.workers(lane)
        own = sum(1 for request in waiting if request.client == client) if client else 0
        of_client = 2 * own >= places
        if of_client or len(waiting) >= places:
            held = own if of_client else len(waiting)
            self._decisions.append(Refuse(number, 0, held, self.retry_after(now), of_client))
            return
        request = Request(number, lane, now, now + seconds, client=client)
        self._come(request)
        waiting.append(request)
        self._assign(lane, now)

    def adopt(self, number: int, worker: int, now: float, seconds: float, client: str = "") -> None:
        """A new request that a worker is at work on already, which was not ours until now."""
        began = now - self.slice_seconds()  # its slice is looked at right away: part of it was used already
        request = Request(number, "query", now, now + seconds, "running", worker, began, began, client, now)
        self._come(request)
        self._by_worker[worker] = request

    def readmit(self, number: int, now: float) -> None:
        """Its worker ended through no fault of the request: it comes first in its lane, with its old deadline."""
        request = self._requests[number]
        self._detach(request, now)
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

    def finish(self, number: int, now: float | None = None) -> Request | None:
        """The request is over, answered or not; what was known of it. ``now`` None: the last moment that was told."""
        request = self._requests.pop(number, None)
        if request is not None:
            self._detach(request, self._now if now is None else now)
        return request

    def tick(self, now: float) -> None:
        """What the time brings: deadlines, slices that are used up, and turns."""
        self._now = now
        for request in [request for request in self._requests.values() if now >= request.deadline]:
            used = now - request.admitted
            limit = request.deadline - request.admitted
            self._decisions.append(Expire(request.number, request.worker, limit, used, self.retry_after(now)))
            self.finish(request.number, now)
        length = self.slice_seconds()
        for request in [request for request in self._express() if now >= self._due(request, length)]:
            rest = length - self._processor_seconds(request.worker) if self._processor_seconds else 0.0
            if rest > 0 and now - request.slice_began < _LONGEST_SLICES * length:
                request.look_at = now + max(rest, _SHORTEST_SLICE_SECONDS / 5)
            elif self._is_alone():
                request.look_at = now + length
            else:
                self._demote(request, now)
        self._take_turns(now)

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
        express = sum(1 for _ in self._express())
        counts["query"] |= {"express": express, "heavy": len(self._heavy), "paused": len(self._paused)}
        for request in self._by_worker.values():
            counts[request.lane]["busy"] += 1
        return counts

    def _come(self, request: Request) -> None:
        """Takes note of a request; a query that was alone is looked at again."""
        self._requests[request.number] = request
        if request.lane == "query":
            for other in self._express():
                other.look_at = 0.0

    def _is_alone(self) -> bool:
        return sum(1 for request in self._requests.values() if request.lane == "query") == 1

    def _express(self) -> Iterator[Request]:
        return (each for each in self._by_worker.values() if each.phase == "running" and each.lane == "query")

    def _due(self, request: Request, length: float) -> float:
        return max(request.slice_began + length, request.look_at)

    def _assign(self, lane: Lane, now: float) -> None:
        idle, waiting = self._idle[lane], self._waiting[lane]
        while idle and waiting:
            request = self._first(waiting, now) if lane == "query" and len(waiting) > 1 else waiting[0]
            waiting.remove(request)
            request.phase, request.worker = "running", idle.popleft()
            request.slice_began = request.look_at = request.charged = now
            self._by_worker[request.worker] = request
            self._decisions.append(Run(request.number, request.worker))

    def _demote(self, request: Request, now: float) -> None:
        own = sum(1 for each in self._long() if each.client == request.client) if request.client else 0
        if self.capacity.per_client and own >= self.capacity.per_client:
            self._refuse(request, own, now, of_client=True)
        elif len(self._heavy) < self.capacity.heavy:
            request.phase = "heavy"
            self._heavy.add(request.number)
            self._decisions.append(Demote(request.worker, paused=False))
        elif len(self._paused) < self.capacity.paused or self._make_room(own, now):
            self._pause(request, now)
        else:
            self._refuse(request, len(self._paused), now)

    def _make_room(self, own: int, now: float) -> bool:
        """Whether the queue has a place for a client with so many in it: the one that has most gives its latest up."""
        counts = Counter(request.client for request in self._long() if request.client)
        client, most = counts.most_common(1)[0] if counts else ("", 0)
        latest = next((request for request in reversed(self._paused) if request.client == client), None)
        if latest is None or most < own + 2:
            return False
        self._refuse(latest, len(self._paused), now)
        return True

    def _refuse(self, request: Request, held: int, now: float, *, of_client: bool = False) -> None:
        self._decisions.append(Refuse(request.number, request.worker, held, self.retry_after(now), of_client))
        self.finish(request.number, now)

    def _take_turns(self, now: float) -> None:
        """Gives slots of clients that had much to paused requests of clients that had clearly less."""
        for _ in range(len(self._heavy) if self._paused else 0):
            coming = self._first(self._paused, now)
            going = max(self._heavy_requests(), key=lambda request: self.accounts.had(request.client, now))
            more = self.accounts.had(going.client, now) - self.accounts.had(coming.client, now)
            if going.client == coming.client or more < _TURN_SECONDS:
                return
            self._heavy.discard(going.number)
            self._pause(going, now, is_first=True)
            self._resume(coming, now)

    def _pause(self, request: Request, now: float, *, is_first: bool = False) -> None:
        self._charge(now, (request,))
        request.phase = "paused"
        self._paused.insert(0 if is_first else len(self._paused), request)
        self._decisions.append(Demote(request.worker, paused=True))

    def _resume(self, request: Request, now: float) -> None:
        self._paused.remove(request)
        request.phase, request.charged = "heavy", now
        self._heavy.add(request.number)
        self._decisions.append(Resume(request.worker))

    def _first(self, requests: Iterable[Request], now: float) -> Request:
        """Whose client had least lately; among equals the one that stands first."""
        self._charge(now, self._by_worker.values())
        return min(requests, key=lambda request: self.accounts.had(request.client, now))

    def _charge(self, now: float, requests: Iterable[Request]) -> None:
        """Brings the accounts of those who run up to date."""
        for request in requests:
            if request.client and request.phase in ("running", "heavy"):
                self.accounts.charge(request.client, now - request.charged, now)
                request.charged = now

    def _heavy_requests(self) -> list[Request]:
        return [self._requests[number] for number in self._heavy]

    def _long(self) -> list[Request]:
        return [*self._heavy_requests(), *self._paused]

    def _detach(self, request: Request, now: float) -> None:
        """Takes the request out of every line it stands in; its heavy slot goes to whose turn it is."""
        self._charge(now, (request,))
        self._by_worker.pop(request.worker, None)
        request.worker = 0
        if request.phase == "waiting":
            self._waiting[request.lane].remove(request)
        elif request.phase == "paused":
            self._paused.remove(request)
        elif request.phase == "heavy":
            self._heavy.discard(request.number)
            if self._paused:
                self._resume(self._first(self._paused, now), now)
