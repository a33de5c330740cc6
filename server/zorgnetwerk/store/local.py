"""The store of the command line and of tests: one release, no daemons.

A release in memory is asked in this process; foreign query text is evaluated in a forked worker with the same fence,
deadline and memory limit as on the site. A release in its folder is only ever opened in such workers: the engine's
folder starts threads, after which this process could not fork any more.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

import pyoxigraph as ox
from rdflib import Graph
from rdflib.term import Node

from zorgnetwerk.errors import DeadlineExceeded, StoreUnavailable, SyntaxInvalid
from zorgnetwerk.store import conversion, spools, worker
from zorgnetwerk.store.base import Answer, Body, Capabilities, DatasetSelection, Limits
from zorgnetwerk.store.complaints import explain
from zorgnetwerk.store.evaluation import Request
from zorgnetwerk.store.failures import from_fields
from zorgnetwerk.store.frames import Channel, Closed, close_all
from zorgnetwerk.store.options import DefaultGraph, Mode
from zorgnetwerk.store.query import Query
from zorgnetwerk.store.verdicts import judge
from zorgnetwerk.store.work import QueryWork
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType

_LIMITS: Final = Limits(seconds=10, result_bytes=50_000_000, memory_bytes=1 << 30)
_OWN_LIMITS: Final = Limits(seconds=600, result_bytes=1 << 40, memory_bytes=1 << 36)
_DETAIL_BYTES: Final = 2_000


class LocalStore:
    """A ``Store`` over one release folder, in this process."""

    def __init__(
        self,
        release_dir: Path,
        *,
        limits: Limits = _LIMITS,
        default_graph: DefaultGraph = "release",
        mode: Mode = "auto",
        memory_quads: int = 5_000_000,
    ) -> None:
        self._limits = limits
        self._work = QueryWork.prepare(release_dir, "folder", default_graph)
        if mode == "memory" or (mode == "auto" and self._work.quads <= memory_quads):
            self._work = QueryWork.prepare(release_dir, "memory", default_graph)

    @property
    def capabilities(self) -> Capabilities:
        """What this store can do."""
        return Capabilities("pyoxigraph", history=False, writable=False, graph_selection=True)

    def release(self) -> int:
        """The number of the release that it was opened on."""
        return self._work.number

    def answer(
        self,
        query: Query,
        media_type: MediaType,
        limits: Limits | None = None,
        selection: DatasetSelection | None = None,
    ) -> Answer:
        """The serialised answer to a foreign query, from a confined worker. Errors: those of ``Store``."""
        return self._answer(query.text, media_type, limits or self._limits, selection)

    def select(self, text: str) -> list[dict[str, Node]]:
        """The solutions of one of our own SELECT queries; unbound variables are left out."""
        if self._work.memory is None:
            return conversion.solutions_of(self._read(text, media_types.RESULTS_JSON))
        result = self._query(text)
        if not isinstance(result, ox.QuerySolutions):
            raise StoreUnavailable("select() is for SELECT queries.")
        return conversion.Converter().solutions([variable.value for variable in result.variables], result)

    def construct(self, text: str) -> Graph:
        """The graph of one of our own CONSTRUCT or DESCRIBE queries."""
        if self._work.memory is None:
            return conversion.graph_of(self._read(text, media_types.N_TRIPLES))
        result = self._query(text)
        if not isinstance(result, ox.QueryTriples):
            raise StoreUnavailable("construct() is for CONSTRUCT and DESCRIBE queries.")
        return conversion.Converter().graph(result)

    def ask(self, text: str) -> bool:
        """The verdict of one of our own ASK queries."""
        if self._work.memory is None:
            return conversion.verdict_of(self._read(text, media_types.RESULTS_JSON))
        result = self._query(text)
        if not isinstance(result, ox.QueryBoolean):
            raise StoreUnavailable("ask() is for ASK queries.")
        return bool(result)

    def close(self) -> None:
        """Gives back the quads in memory."""
        self._work = replace(self._work, memory=None)

    def _query(self, text: str) -> object:
        request = Request(text, "", 0)
        try:
            return self._work.evaluator().query(request)
        except SyntaxError as error:
            raise explain(error, text, self._work.prefixes) from error
        except (ValueError, RuntimeError) as error:
            raise SyntaxInvalid(f"The engine cannot evaluate this query: {error}.") from error

    def _read(self, text: str, media_type: MediaType) -> bytes:
        with self._answer(text, media_type, _OWN_LIMITS, None).body as body:
            return body.read()

    def _answer(self, text: str, media_type: MediaType, limits: Limits, selection: DatasetSelection | None) -> Answer:
        header: dict[str, object] = {"text": text, "media_type": media_type.name, "result_bytes": limits.result_bytes}
        header["memory_bytes"] = limits.memory_bytes
        if selection is not None:
            header["default_graphs"] = None if selection.default_graphs is None else list(selection.default_graphs)
            header["named_graphs"] = None if selection.named_graphs is None else list(selection.named_graphs)
        body = Body(spools.make(), 0)
        try:
            reply = _run_once(self._work, header, body.descriptor, limits)
        except BaseException:
            body.close()
            raise
        body.size = int(cast("int", reply["size"]))
        return Answer(body, media_type, self._work.number, float(cast("float", reply["seconds"])))


def _run_once(work: QueryWork, header: dict[str, object], spool: int, limits: Limits) -> dict[str, object]:
    """The reply of a worker that is forked for this request alone. Errors: those of ``Store``."""
    began = time.monotonic()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    errors = os.memfd_create("worker-errors", os.MFD_CLOEXEC)
    parent = os.getpid()
    process = os.fork()
    if process == 0:
        ours.close()
        allowance = worker.Allowance(limits.memory_bytes, limits.result_bytes)
        worker.become(parent, Channel(theirs), errors, work, allowance)
    theirs.close()
    channel = Channel(ours)
    try:
        reply = _converse(channel, header, spool, began + limits.seconds)
    except TimeoutError:
        used = time.monotonic() - began
        os.kill(process, signal.SIGKILL)
        raise DeadlineExceeded(
            f"This took longer than {limits.seconds:g} seconds and was ended.",
            limit=limits.seconds,
            used=used,
            unit="seconds",
            retry_after_seconds=1,
        ) from None
    except Closed:
        reply = None
    finally:
        channel.close()
        status = _end(process)
        detail = os.pread(errors, _DETAIL_BYTES, 0).decode("utf-8", "replace")
        close_all((errors,))
    if reply is None:
        error = judge("query", 2, os.waitstatus_to_exitcode(status), detail, 0, limits.memory_bytes)
        raise error or StoreUnavailable("The worker ended without an answer.")
    if reply["op"] == "failed":
        raise from_fields(cast("dict[str, object]", reply["error"]))
    return reply


def _converse(channel: Channel, header: dict[str, object], spool: int, deadline: float) -> dict[str, object]:
    """The worker's reply. Errors: TimeoutError at the deadline, Closed when the worker ends."""
    for _ in ("idle", "done"):
        channel.socket.settimeout(max(0.001, deadline - time.monotonic()))
        reply = channel.receive().header
        if reply["op"] != "idle":
            return reply
        channel.send(header, (spool,))
    raise Closed


def _end(process: int) -> int:
    """Ends a child that may have ended already; its status as it was."""
    for _ in range(50):
        known, status = os.waitpid(process, os.WNOHANG)
        if known:
            return status
        time.sleep(0.001)
    os.kill(process, signal.SIGKILL)
    return os.waitpid(process, 0)[1]
