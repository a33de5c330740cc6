"""What the workers of a master do: answer queries of one release, or run an upper floor's handler on bytes.

Each kind prepares once in the master, opens in the worker what must not be opened before a fork, and then runs one
request after another. Knows frames' headers and the engine's edge (``evaluation.py``). Must not know sockets, limits or
deadlines.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol, TypeAlias, cast

import pyoxigraph as ox

from zorgnetwerk.errors import SettingError, StateError
from zorgnetwerk.store import applying, deltas
from zorgnetwerk.store.evaluation import Evaluator, Request, Spool, read_prefixes

Handler: TypeAlias = Callable[[dict[str, object], bytes], tuple[dict[str, object], bytes]]
"""A job and a body in, a result and a body out; made by ``prepare(content_dir)``. May raise ZorgnetwerkError."""

_FOLDER_OVERHEAD_BYTES: Final = 1 << 30


class Work(Protocol):
    """One kind of work, prepared."""

    @property
    def facts(self) -> dict[str, object]:
        """What the dispatcher should know of it: release, quads, mode."""

    @property
    def overhead_bytes(self) -> int:
        """Address space that ``open`` takes before the first request."""

    @property
    def is_single_use(self) -> bool:
        """Whether a worker serves one request and is then replaced."""

    def open(self) -> Work:
        """The work as the worker does it, after the fork."""

    def run(self, header: Mapping[str, object], descriptors: Sequence[int]) -> dict[str, object]:
        """Does one request; fields of the reply. Errors: ZorgnetwerkError, MemoryError."""


@dataclass(frozen=True, slots=True)
class QueryWork:
    """Queries on one release: ``memory`` holds the loaded store, otherwise ``open`` opens the release's folder.

    The folder starts threads, which do not survive a fork, hence after it.
    """

    folder: Path
    number: int
    quads: int
    union: bool
    prefixes: Mapping[str, str]
    memory: ox.Store | None = None
    endpoint: str | None = None
    """The address of the endpoint, against which a query without BASE is read. Source: RFC 3986, 5.1.3."""
    is_merged: bool = False
    """Whether the default graph holds the merge of the other graphs."""
    default_graph: str = "release"
    """What queries see without FROM: ``union``, ``own``, or what the release says."""

    @classmethod
    def prepare(cls, folder: Path, mode: str, default_graph: str) -> QueryWork:
        """Ready to answer from this release folder.

        Errors: StateError when the folder is damaged.
        """
        try:
            record = json.loads((folder / "release.json").read_text("utf-8"))
            number, quads = int(record["number"]), int(record["quads"])
            prefixes = read_prefixes(folder)
            chosen = str(record.get("default_graph", "union")) if default_graph == "release" else default_graph
            base = str(record.get("base_iri", ""))
            endpoint = f"{base}sparql" if base else None
            merged = applying.is_merged(folder)
            union = chosen != "own" and not merged
            work = cls(folder, number, quads, union, prefixes, None, endpoint, merged, default_graph)
            return replace(work, memory=applying.load(folder)) if mode == "memory" else work
        except (OSError, ValueError, KeyError, SyntaxError) as error:
            raise StateError(f"The release in {folder} cannot be opened: {error}. Rebuild it, or roll back.") from error

    def advanced(self, folder: Path) -> QueryWork:
        """The work on another release, so that a fork of a master needs no load. From a folder that may be any; in
        memory one that came of this by changes alone, which are made in this process's memory.

        Errors: StateError when this is no such release: then it must be loaded.
        """
        later = QueryWork.prepare(folder, "folder", self.default_graph)
        if self.memory is None:
            return later
        changes = deltas.since(folder, self.number)
        if changes is None or later.endpoint != self.endpoint:
            raise StateError(f"Release {later.number} did not come of release {self.number} by changes alone.")
        for change in changes:
            applying.apply(self.memory, change, self.is_merged)
        return replace(later, memory=self.memory)

    @property
    def facts(self) -> dict[str, object]:
        mode = "folder" if self.memory is None else "memory"
        return {"release": self.number, "quads": self.quads, "mode": mode}

    @property
    def overhead_bytes(self) -> int:
        return _FOLDER_OVERHEAD_BYTES if self.memory is None else 0

    @property
    def is_single_use(self) -> bool:
        return False

    def open(self) -> QueryWork:
        """The work with an open store. Errors: StateError."""
        if self.memory is not None:
            return self
        try:
            return replace(self, memory=ox.Store.read_only(str(self.folder / "store")))
        except (OSError, ValueError) as error:
            raise StateError(f"The store of the release in {self.folder} cannot be opened: {error}") from error

    def evaluator(self) -> Evaluator:
        """The engine's edge. Only after ``open``."""
        if self.memory is None:
            raise StateError(f"The release in {self.folder} is not open.")
        return Evaluator(self.memory, self.union, self.prefixes, self.endpoint)

    def run(self, header: Mapping[str, object], descriptors: Sequence[int]) -> dict[str, object]:
        outcome = self.evaluator().evaluate(_request(header), descriptors[0])
        return {"size": outcome.size, "seconds": outcome.seconds, "release": self.number}


@dataclass(frozen=True, slots=True)
class CheckWork:
    """Jobs for a handler; each job gets a fresh worker, so that no document can leave anything behind for the next."""

    handler: Handler

    @classmethod
    def prepare(cls, name: str, content_dir: str) -> CheckWork:
        """Ready to run the handler that ``package.module:function`` makes for this content.

        Errors: SettingError when there is no such function; what the function raises.
        """
        module_name, _, function_name = name.partition(":")
        try:
            function = getattr(importlib.import_module(module_name), function_name)
        except (ImportError, AttributeError, ValueError) as error:
            raise SettingError(f"The checker's handler {name!r} cannot be loaded: {error}.") from error
        return cls(cast("Handler", function(content_dir)))

    @property
    def facts(self) -> dict[str, object]:
        return {"release": 0, "quads": 0, "mode": "check"}

    @property
    def overhead_bytes(self) -> int:
        return 0

    @property
    def is_single_use(self) -> bool:
        return True

    def open(self) -> CheckWork:
        return self

    def run(self, header: Mapping[str, object], descriptors: Sequence[int]) -> dict[str, object]:
        source, target = descriptors
        body = read_all(source)
        result, output = self.handler(cast("dict[str, object]", header["job"]), body)
        spool = Spool(target, int(cast("int", header["result_bytes"])))
        spool.write(output)
        return {"size": spool.finish(), "result": result}


def read_all(descriptor: int) -> bytes:
    """The bytes of a file from its beginning, wherever its position is."""
    size = os.fstat(descriptor).st_size
    data = bytearray()
    while len(data) < size:
        piece = os.pread(descriptor, size - len(data), len(data))
        if not piece:
            break
        data += piece
    return bytes(data)


def _request(header: Mapping[str, object]) -> Request:
    return Request(
        text=str(header["text"]),
        media_type=str(header["media_type"]),
        result_bytes=int(cast("int", header["result_bytes"])),
        default_graphs=_names(header.get("default_graphs")),
        named_graphs=_names(header.get("named_graphs")),
    )


def _names(value: object) -> tuple[str, ...] | None:
    return tuple(str(name) for name in value) if isinstance(value, list) else None
