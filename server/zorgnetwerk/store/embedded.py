"""The store of the web processes: asks the dispatcher on its Unix socket.

Thread-safe; a request has a connection for itself, and connections are kept for the next. Results arrive in a spool
file that the worker wrote, complete before the reply comes. While the dispatcher restarts, reads are tried again for a
moment. Parses results of our own queries into rdflib terms; evaluates nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Self, cast

from rdflib import Graph
from rdflib.term import Node

from zorgnetwerk.errors import QueryStopped, StoreUnavailable, WorkerDied
from zorgnetwerk.store import conversion, spools
from zorgnetwerk.store.base import Answer, Asker, Body, Capabilities, DatasetSelection, Limits
from zorgnetwerk.store.capacity import Lane
from zorgnetwerk.store.failures import from_fields
from zorgnetwerk.store.frames import Channel, Closed, Frame, FrameError, connect
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType

CAPABILITIES: Final = Capabilities("pyoxigraph", history=True, writable=True, graph_selection=True)
PUBLIC_LIMITS: Final = Limits(seconds=10, result_bytes=50_000_000, memory_bytes=1 << 30)
PAGE_LIMITS: Final = Limits(seconds=5, result_bytes=50_000_000, memory_bytes=1 << 30)

_GRACE_SECONDS: Final = 3.0
"""Beyond a request's own limit: the dispatcher replies at the limit, unless the machine is very busy."""
_CONNECT_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 0.02
_KEPT_CONNECTIONS: Final = 16
_LONG_SECONDS: Final = 1.0
_OPENING_SECONDS: Final = 10.0
"""An earlier release may have to be opened first; the dispatcher gives up before that."""
_SWAPS: Final = 3
_LOOK_SECONDS: Final = 1.0
"""How often it is asked whether an answer is still wanted."""


class EmbeddedStore:
    """A ``Store`` over the dispatcher's socket."""

    def __init__(
        self,
        socket_path: Path,
        *,
        limits: Limits = PUBLIC_LIMITS,
        page_limits: Limits = PAGE_LIMITS,
        patience_seconds: float = 2.5,
        spool_dir: Path | None = None,
    ) -> None:
        self._path = socket_path
        self._limits = limits
        self._page_limits = page_limits
        self._patience_seconds = patience_seconds
        self._spool_dir = spool_dir
        self._pinned = 0
        self._asker = Asker()
        self._kept: list[Channel] = []
        self._lock = threading.Lock()

    @property
    def capabilities(self) -> Capabilities:
        """What this store can do."""
        return CAPABILITIES

    def at(self, number: int) -> Self:
        """This store as of another kept release; it shares the connections and need not be closed.

        Its reads give Gone when the dispatcher does not find that release any more.
        """
        store = self._copy()
        store._pinned = number
        return store

    def asked_by(self, asker: Asker) -> Self:
        """This store, whose ``answer`` is counted for this asker; it shares the connections and need not be closed."""
        store = self._copy()
        store._asker = asker
        return store

    def stop(self, query_id: str) -> bool:
        """Ends the queries of this id; whether there was one. Errors: StoreUnavailable."""
        return bool(self._ask({"op": "stop", "id": query_id}, (), _CONNECT_SECONDS)["found"])

    def release(self) -> int:
        """The number of the release that answers now; 0 while none does. Errors: StoreUnavailable."""
        if self._pinned:
            return self._pinned
        return int(cast("int", self._ask({"op": "release"}, (), _CONNECT_SECONDS)["release"]))

    def answer(
        self,
        query: Query,
        media_type: MediaType,
        limits: Limits | None = None,
        selection: DatasetSelection | None = None,
    ) -> Answer:
        """The serialised answer to a foreign query, in the query lane. Errors: those of ``Store``."""
        return self._answer("query", query.text, media_type, limits or self._limits, selection)

    def answer_page(
        self,
        text: str,
        media_type: MediaType,
        selection: DatasetSelection | None = None,
        limits: Limits | None = None,
    ) -> Answer:
        """The serialised answer to one of our own queries, in the page lane. Errors: those of ``Store``."""
        return self._answer("page", text, media_type, limits or self._page_limits, selection)

    def select(self, text: str) -> list[dict[str, Node]]:
        """The solutions of one of our own SELECT queries; unbound variables are left out."""
        return conversion.solutions_of(self._read(text, media_types.RESULTS_JSON))

    def construct(self, text: str) -> Graph:
        """The graph of one of our own CONSTRUCT or DESCRIBE queries."""
        return conversion.graph_of(self._read(text, media_types.N_TRIPLES))

    def ask(self, text: str) -> bool:
        """The verdict of one of our own ASK queries."""
        return conversion.verdict_of(self._read(text, media_types.RESULTS_JSON))

    def run_check(self, job: Mapping[str, object], body: bytes, seconds: float) -> tuple[dict[str, object], bytes]:
        """What the checker's handler gives for this job and body.

        Errors: what the handler raises, DeadlineExceeded, MemoryExceeded, QueueFull, StoreUnavailable, WorkerDied.
        """
        limits = replace(self._limits, seconds=seconds, memory_bytes=1 << 62)
        with spools.holding(body) as source, Body(spools.make(self._spool_dir), 0) as target:
            header = {"op": "check", "job": dict(job), **_fields(limits)}
            reply = self._ask(header, (source, target.descriptor), seconds, is_page=False)
            target.size = int(cast("int", reply["size"]))
            return cast("dict[str, object]", reply["result"]), target.read()

    def renew_checker(self) -> None:
        """Prepares the checker's handler anew, beside the present one: the content has changed."""
        self._ask({"op": "renew"}, (), _CONNECT_SECONDS)

    def status(self) -> dict[str, object]:
        """The dispatcher's report on itself.

        Shape: ``ready`` ``release`` ``mode`` ``quads`` ``checker_ready`` ``message``; ``pids`` by role (dispatcher,
        master, checker, worker, check-worker); ``workers`` and ``waiting`` by lane; ``counts``; ``checks`` by outcome.
        Errors: StoreUnavailable.
        """
        report = self._ask({"op": "status"}, (), _CONNECT_SECONDS)
        return {name: value for name, value in report.items() if name != "op"}

    def close(self) -> None:
        """Closes the connections."""
        with self._lock:
            kept, self._kept = self._kept, []
        for channel in kept:
            channel.close()

    def _copy(self) -> Self:
        store = object.__new__(type(self))  # a tenth of what copy.copy takes, and this is done for every query
        store.__dict__.update(self.__dict__)
        return store

    def _read(self, text: str, media_type: MediaType) -> bytes:
        with self.answer_page(text, media_type).body as body:
            return body.read()

    def _answer(
        self, lane: Lane, text: str, media_type: MediaType, limits: Limits, selection: DatasetSelection | None
    ) -> Answer:
        header: dict[str, object] = {
            "op": "query",
            "lane": lane,
            "text": text,
            "media_type": media_type.name,
            **_fields(limits),
        }
        if selection is not None:
            header |= {
                "default_graphs": _listed(selection.default_graphs),
                "named_graphs": _listed(selection.named_graphs),
            }
        if self._pinned:
            header["release"] = self._pinned
        if lane == "query":
            header |= {"client": self._asker.client, "id": self._asker.query_id}
        if lane == "query" and self._asker.worker:
            header["adopt"] = self._asker.worker
        body = Body(spools.make(self._spool_dir), 0)
        try:
            reply = self._ask_pinned(header, body.descriptor, limits.seconds, lane)
            body.size = int(cast("int", reply["size"]))
            figures = (float(cast("float", reply[name])) for name in ("seconds", "queued", "processor_seconds"))
            return Answer(body, media_type, int(cast("int", reply["release"])), *figures)
        except BaseException:
            body.close()
            raise

    def _ask_pinned(
        self, header: Mapping[str, object], descriptor: int, seconds: float, lane: Lane
    ) -> dict[str, object]:
        """The reply, of the pinned release if there is one: a swap while it waited may have given it to the next."""
        for _ in range(_SWAPS):
            opening = _OPENING_SECONDS if self._pinned else 0.0
            reply = self._ask(header, (descriptor,), seconds + opening, is_page=lane == "page")
            if reply["release"] == self._pinned or not self._pinned:
                return reply
        raise StoreUnavailable(f"Release {self._pinned} is being replaced. Try again soon.")

    def _ask(
        self, header: Mapping[str, object], descriptors: Sequence[int], seconds: float, *, is_page: bool = True
    ) -> dict[str, object]:
        """The reply; a broken connection is tried again for a moment, unless long work would be done twice."""
        failing_since: float | None = None
        while True:
            began = time.monotonic()
            try:
                reply = self._exchange(header, descriptors, seconds + _GRACE_SECONDS)
                break
            except TimeoutError as error:
                raise StoreUnavailable("The store does not answer in time. Try again soon.") from error
            except (OSError, Closed, FrameError) as error:
                now = time.monotonic()
                if not is_page and now - began > _LONG_SECONDS:
                    raise WorkerDied("The store was restarted while it worked on this. Send it again.") from error
                failing_since = failing_since or now
                if now - failing_since > self._patience_seconds:
                    raise StoreUnavailable(
                        "The store does not answer; it may be restarting. Try again soon."
                    ) from error
                time.sleep(_PAUSE_SECONDS)
        if reply["op"] == "failed":
            raise from_fields(cast("Mapping[str, object]", reply["error"]))
        return reply

    def _exchange(self, header: Mapping[str, object], descriptors: Sequence[int], seconds: float) -> dict[str, object]:
        with self._lock:
            channel = self._kept.pop() if self._kept else None
        if channel is None:
            channel = connect(self._path, _CONNECT_SECONDS)
        try:
            channel.socket.settimeout(seconds)
            channel.send(header, descriptors)
            reply = self._await(channel, seconds).header
        except BaseException:
            channel.close()
            raise
        with self._lock:
            if len(self._kept) < _KEPT_CONNECTIONS:
                self._kept.append(channel)
                return reply
        channel.close()
        return reply

    def _await(self, channel: Channel, seconds: float) -> Frame:
        """The next frame, as long as the answer is wanted. Errors: also QueryStopped when it is not any more."""
        is_there, end = self._asker.is_there, time.monotonic() + seconds
        while is_there is not None and (rest := end - time.monotonic()) > _LOOK_SECONDS:
            channel.socket.settimeout(min(rest, _LOOK_SECONDS))
            try:
                return channel.receive()
            except TimeoutError:
                if not is_there():
                    raise QueryStopped("Who asked this has left, so it was ended.") from None
        channel.socket.settimeout(max(_PAUSE_SECONDS, end - time.monotonic()))
        return channel.receive()


def _fields(limits: Limits) -> dict[str, object]:
    return {"seconds": limits.seconds, "result_bytes": limits.result_bytes, "memory_bytes": limits.memory_bytes}


def _listed(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else list(names)
