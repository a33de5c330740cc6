"""Where requests come in: each goes to the desk of the release that it asks about.

The present release has a desk that is always open. A request may name another release (``"release": N``); its desk is
opened on demand over the release's folder, read-only, with workers of its own and the same fences, lanes and deadlines.
Few are open at once, all at low priority, and one that nobody asks is closed. Until a desk has workers its requests
wait here, so that no query pays for the opening with its own time. Knows desks. Must not know sockets.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import Final

from zorgnetwerk.errors import Gone, QueueFull, StoreUnavailable, ZorgnetwerkError
from zorgnetwerk.store import refusals, roll
from zorgnetwerk.store.desk import Desk
from zorgnetwerk.store.failures import to_fields
from zorgnetwerk.store.frames import Channel, Frame
from zorgnetwerk.store.lending import LendingDesk
from zorgnetwerk.store.loop import Loop
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.pointer import Pointer
from zorgnetwerk.store.state import release_folder

OPEN_LIMIT: Final = 3
"""How many earlier releases are open at once."""
IDLE_SECONDS: Final = 60.0
PATIENCE_SECONDS: Final = 8.0
"""How long a request waits for a desk that is being opened."""
WAITING_LIMIT: Final = 64


@dataclass(slots=True, eq=False)
class Earlier:
    """The desk of one earlier release. ``waiting``: who came before it had workers, and when."""

    desk: Desk
    used: float
    waiting: list[tuple[Channel, Frame, float]] = field(default_factory=list)

    @property
    def is_busy(self) -> bool:
        """Whether anyone waits for a reply."""
        return self.desk.is_busy or bool(self.waiting)


class Reception:
    """The desk of the present release, and those of earlier ones."""

    def __init__(self, options: DispatcherOptions, loop: Loop) -> None:
        self.present = LendingDesk(options, loop)
        self._options = options
        self._loop = loop
        self._earlier: dict[int, Earlier] = {}

    @property
    def is_busy(self) -> bool:
        """Whether any request waits for its reply."""
        return self.present.is_busy or any(earlier.is_busy for earlier in self._earlier.values())

    def next_moment(self) -> float:
        """When ``act`` has something to do without any event."""
        moments = (earlier.desk.next_moment() for earlier in self._earlier.values())
        return min(self.present.next_moment(), min(moments, default=math.inf))

    def take(self, client: Channel, frame: Frame) -> None:
        """A frame of a client."""
        number = frame.header.get("release")
        if frame.header.get("op") == "status":
            self._loop.send(client, {"op": "status", **self.status()})
        elif frame.header.get("op") == "stop":
            self._loop.send(client, {"op": "stop", "found": self._stop(str(frame.header.get("id")))})
        elif frame.header.get("op") != "query" or number is None or number == self.present.release:
            self.present.take(client, frame)
        elif isinstance(number, int):
            self._take_earlier(number, client, frame)
        else:
            self._loop.forget(client)
            self.drop(client)

    def drop(self, client: Channel) -> None:
        """A client is gone: what it asked for is of no use to anyone."""
        for earlier in self._earlier.values():
            for asker, frame, _ in earlier.waiting:
                if asker is client:
                    frame.close()
            earlier.waiting = [waiting for waiting in earlier.waiting if waiting[0] is not client]
            earlier.desk.drop(client)
        self.present.drop(client)

    def look_around(self, now: float) -> None:
        """What is done ten times a second."""
        self.present.look_around(now)
        for number, earlier in list(self._earlier.items()):
            earlier.desk.look_around(now)
            self._let_in(earlier, now)
            if earlier.is_busy:
                earlier.used = now
            elif now - earlier.used > IDLE_SECONDS:
                self._shut(number)

    def act(self, now: float) -> None:
        """Does what the lanes decide."""
        self.present.act(now)
        for earlier in self._earlier.values():
            if earlier.waiting:
                self._let_in(earlier, now)
            earlier.desk.act(now)

    def status(self) -> dict[str, object]:
        """The report of the present desk, with the processes of the earlier ones."""
        report = roll.status(self.present)
        lines = [earlier.desk.queries for earlier in self._earlier.values()]
        pids = report["pids"]
        if isinstance(pids, dict):
            pids["past-master"] = [pid for line in lines for pid in roll.masters(line)]
            pids["past-worker"] = [pid for line in lines for pid in roll.workers(line)]
        return {**report, "past": sorted(self._earlier)}

    def _take_earlier(self, number: int, client: Channel, frame: Frame) -> None:
        now = time.monotonic()
        try:
            earlier = self._earlier.get(number) or self._open(number, now)
            if len(earlier.waiting) >= WAITING_LIMIT:
                raise _busy()
        except ZorgnetwerkError as error:
            self._refuse(client, error)
            return
        earlier.used = now
        if earlier.desk.release:
            earlier.desk.take(client, frame)
            return
        earlier.waiting.append((client, Frame(frame.header, list(frame.descriptors)), now))
        frame.descriptors.clear()

    def _open(self, number: int, now: float) -> Earlier:
        """A new desk. Errors: Gone when the release is not kept, QueueFull when all places are taken."""
        folder = release_folder(self._options.state_dir, number)
        if not (folder / "release.json").is_file():
            raise Gone(f"Release {number} is no longer kept.")
        if len(self._earlier) >= OPEN_LIMIT:
            idle = [number for number, earlier in self._earlier.items() if not earlier.is_busy]
            if not idle:
                raise _busy()
            self._shut(min(idle, key=lambda number: self._earlier[number].used))
        options = _options_of(self._options)
        earlier = Earlier(Desk(options, self._loop, Pointer(options, pinned=number)), now)
        self._earlier[number] = earlier
        earlier.desk.look_around(now)
        return earlier

    def _let_in(self, earlier: Earlier, now: float) -> None:
        """Hands those who wait to the desk once it has workers, and tells those who waited too long."""
        if earlier.desk.release:
            for client, frame, _ in earlier.waiting:
                earlier.desk.take(client, frame)
            earlier.waiting.clear()
            return
        late = [waiting for waiting in earlier.waiting if now - waiting[2] > PATIENCE_SECONDS]
        for client, frame, _ in late:
            frame.close()
            reason = earlier.desk.pointer.message or earlier.desk.queries.message or "it is being opened"
            self._refuse(client, StoreUnavailable(f"This release is not ready: {reason}. Try again soon."))
        earlier.waiting = [waiting for waiting in earlier.waiting if waiting not in late]

    def _stop(self, query_id: str) -> bool:
        """Ends the queries of this id at every desk and in front of it; whether there was one."""
        found = self.present.stop(query_id)
        for earlier in self._earlier.values():
            named = [waiting for waiting in earlier.waiting if query_id and waiting[1].header.get("id") == query_id]
            for client, frame, _ in named:
                frame.close()
                self._refuse(client, refusals.stopped())
            earlier.waiting = [waiting for waiting in earlier.waiting if waiting not in named]
            found |= bool(named) | earlier.desk.stop(query_id)
        return found

    def _shut(self, number: int) -> None:
        self._earlier.pop(number).desk.close()

    def _refuse(self, client: Channel, error: ZorgnetwerkError) -> None:
        self._loop.send(client, {"op": "failed", "error": to_fields(error)})


def _options_of(options: DispatcherOptions) -> DispatcherOptions:
    """Few workers and no checker, from the folder, with the default graph that the release had."""
    return replace(
        options,
        workers=1,
        page_workers=1,
        express_workers=1,
        queue_limit=1,
        mode="folder",
        default_graph="release",
        handler="",
    )


def _busy() -> QueueFull:
    return QueueFull(
        f"{OPEN_LIMIT} earlier releases are being asked already. Try again in a few seconds.",
        limit=OPEN_LIMIT,
        used=OPEN_LIMIT,
        unit="releases",
        retry_after_seconds=5,
    )
