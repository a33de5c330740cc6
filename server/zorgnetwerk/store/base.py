"""What every store can do, whichever engine is behind it.

Two doors out: *bytes for the wire* (``answer``; the engine serialises) and *rdflib for thinking* (``select``,
``construct``, ``ask``). Above this floor there is one term model, rdflib's. Knows no engine and no HTTP. The embedded
store is in ``embedded.py``; the contract that both keep is ``tests/store/contract.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from zorgnetwerk.store.query import Query
from zorgnetwerk.terms.media_types import MediaType

if TYPE_CHECKING:  # the doors, which read no terms, start in half the time and memory without them
    from rdflib import Graph
    from rdflib.term import Node


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost.

    Units: seconds from admission to the last byte; bytes of the serialised answer; bytes of memory beyond the store
    itself.
    """

    seconds: float
    result_bytes: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class DatasetSelection:
    """The graphs a query sees, as IRIs; None means the published default (union of all published graphs)."""

    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as a store must know: ``client`` is an opaque text that is the same for one client (empty:
    ourselves), ``query_id`` names this query for whoever may stop it.

    ``is_there`` says whether the answer is still wanted; it may be asked about once a second. ``worker`` is the lent
    worker that is at work on this query already, 0 when none is.
    """

    client: str = ""
    query_id: str = ""
    is_there: Callable[[], bool] | None = None
    worker: int = 0


@dataclass(slots=True)
class Body:
    """Complete bytes in a file; the reader owns ``descriptor`` and closes it (context manager).

    Units: ``size`` in bytes; ``start`` is where in the file they begin.
    """

    descriptor: int
    size: int
    start: int = 0

    def read(self) -> bytes:
        """All bytes; the position of the descriptor does not matter."""
        return os.pread(self.descriptor, self.size, self.start) if self.size < 1 << 30 else b"".join(self.chunks())

    def chunks(self, length: int = 1 << 18) -> Iterator[bytes]:
        """The bytes in pieces of at most ``length``."""
        offset = 0
        while offset < self.size:
            piece = os.pread(self.descriptor, min(length, self.size - offset), self.start + offset)
            if not piece:
                raise OSError(f"the spool file ends at {offset} of {self.size} bytes")
            offset += len(piece)
            yield piece

    def close(self) -> None:
        """Gives the descriptor back; harmless when done twice."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer: its bytes, the release they are of, the seconds they took (in the worker).

    Units: ``queued_seconds`` until a worker began, ``processor_seconds`` of the worker; 0 where nobody measured.
    """

    body: Body
    media_type: MediaType
    release: int
    seconds: float
    queued_seconds: float = 0.0
    processor_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this store can and cannot do; read by the service description, pages and tests, never by views."""

    engine: str
    history: bool
    writable: bool
    graph_selection: bool
    extensions: tuple[str, ...] = field(default=())


class Store(Protocol):
    """Reads of one data set. All methods are safe to call from many threads.

    Errors: SyntaxInvalid, QueryRefused, MediaTypeUnsupported (a graph asked for as rows, or the reverse),
    DeadlineExceeded, MemoryExceeded, ResultTooLarge, QueueFull, StoreUnavailable, WorkerDied; nothing else escapes.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this store can do."""

    def release(self) -> int:
        """The number of the release that answers now; 0 when the engine has none."""

    def answer(
        self,
        query: Query,
        media_type: MediaType,
        limits: Limits | None = None,
        selection: DatasetSelection | None = None,
    ) -> Answer:
        """The serialised answer to a foreign query, complete before this returns."""

    def select(self, text: str) -> list[dict[str, Node]]:
        """The solutions of one of our own SELECT queries."""

    def construct(self, text: str) -> Graph:
        """The graph of one of our own CONSTRUCT or DESCRIBE queries."""

    def ask(self, text: str) -> bool:
        """The verdict of one of our own ASK queries."""

    def close(self) -> None:
        """Gives back what the store holds."""


@runtime_checkable
class HistoricalStore(Store, Protocol):
    """A store that can also answer from an earlier release; ``capabilities.history`` says so."""

    def at(self, number: int) -> Store:
        """The same store as of another kept release. Errors, on reading: also Gone."""


@runtime_checkable
class LanedStore(Store, Protocol):
    """A store that answers our own queries beside the foreign ones, so that neither waits for the other."""

    def answer_page(
        self,
        text: str,
        media_type: MediaType,
        selection: DatasetSelection | None = None,
        limits: Limits | None = None,
    ) -> Answer:
        """The serialised answer to one of our own queries."""
