"""The second engine: any SPARQL 1.1 endpoint, for those who outgrow one machine.

SPARQLWrapper makes the requests, in its plainest use: a fresh wrapper per call (it keeps its settings between calls),
our own Accept header; ``transport.py`` sends them, and the body is taken raw. A body is believed only after it was read
whole by a parser, since every engine that was tried answers 200 with a broken body at its time limit. Rows are asked
for as JSON and written as CSV, TSV or XML here, because those formats cannot show a break.

Source: SPARQL 1.1 Protocol; SPARQLWrapper 2.0.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any, Final

import pyoxigraph as ox
from rdflib import Graph
from rdflib.term import Node
from SPARQLWrapper import POST, URLENCODED, SPARQLWrapper

from zorgnetwerk.errors import DeadlineExceeded, ResultTooLarge, StoreUnavailable, SyntaxInvalid
from zorgnetwerk.store.asking import as_selection
from zorgnetwerk.store.base import Answer, Body, Capabilities, DatasetSelection, Limits
from zorgnetwerk.store.conversion import Converter
from zorgnetwerk.store.query import Query
from zorgnetwerk.store.transport import Transport
from zorgnetwerk.terms import markup, media_types
from zorgnetwerk.terms.media_types import MediaType

_NODE_ID: Final = re.compile(rb'("type"\s*:\s*"bnode"\s*,\s*"value"\s*:\s*")nodeID://')
"""How Virtuoso labels blank nodes, which no other parser takes; in a literal the quotation marks would be escaped."""
_VERDICT: Final = "__ASK_RETVAL"
"""The one variable of the table in which Virtuoso answers ASK: a row with 1, or no row."""
_TRUE: Final = b'{"head":{},"boolean":true}'
_FALSE: Final = b'{"head":{},"boolean":false}'
DEFAULT_LIMITS: Final = Limits(10.0, 50_000_000, 1 << 30)
_RESULTS: Final = {
    media_types.RESULTS_JSON: ox.QueryResultsFormat.JSON,
    media_types.RESULTS_XML: ox.QueryResultsFormat.XML,
    media_types.RESULTS_CSV: ox.QueryResultsFormat.CSV,
    media_types.RESULTS_TSV: ox.QueryResultsFormat.TSV,
}
_GRAPHS: Final = {
    media_types.TURTLE: ox.RdfFormat.TURTLE,
    media_types.N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    media_types.RDF_XML: ox.RdfFormat.RDF_XML,
    media_types.JSON_LD: ox.RdfFormat.JSON_LD,
    media_types.TRIG: ox.RdfFormat.TRIG,
    media_types.N_QUADS: ox.RdfFormat.N_QUADS,
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Name and secret, sent only to a server that asks for them, in the way that it asks (basic or digest)."""

    user: str
    secret: str = field(repr=False)


class RemoteStore:
    """Reads and writes of one remote endpoint; satisfies ``Store``."""

    def __init__(
        self,
        endpoint: str,
        *,
        update_endpoint: str = "",
        credentials: Credentials | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._endpoint = endpoint
        self._update_endpoint = update_endpoint
        self._limits = limits
        known = credentials or Credentials("", "")
        self._transport = Transport(known.user, known.secret)

    @property
    def capabilities(self) -> Capabilities:
        """What this store can do: no history, since the remote keeps one state."""
        return Capabilities(engine="remote", history=False, writable=bool(self._update_endpoint), graph_selection=True)

    def release(self) -> int:
        """0: a remote endpoint has no release number."""
        return 0

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()

    def answer(
        self,
        query: Query,
        media_type: MediaType,
        limits: Limits | None = None,
        selection: DatasetSelection | None = None,
    ) -> Answer:
        """The complete answer, validated and written in the asked format."""
        chosen = limits or self._limits
        start = time.monotonic()
        if query.is_graph:
            data, release = self._fetch(query.text, media_types.N_TRIPLES, chosen, selection)
            triples = _triples(data)
            body = _written(lambda target: ox.serialize(triples, target, _GRAPHS[media_type]), media_type, chosen)
        else:
            data, release = self._fetch(query.text, media_types.RESULTS_JSON, chosen, selection)
            found = _solutions(data)
            body = _written(lambda target: found.serialize(target, _RESULTS[media_type]), media_type, chosen)
        return Answer(body, media_type, release, time.monotonic() - start)

    def select(self, text: str) -> list[dict[str, Node]]:
        """The solutions of one of our own queries."""
        return solutions_of(self._ask(text, media_types.RESULTS_JSON, self._limits))

    def construct(self, text: str) -> Graph:
        """The graph of one of our own queries."""
        return Converter().graph(_triples(self._ask(text, media_types.N_TRIPLES, self._limits)))

    def ask(self, text: str) -> bool:
        """The verdict of one of our own queries."""
        found = _solutions(self._ask(text, media_types.RESULTS_JSON, self._limits))
        if not isinstance(found, ox.QueryBoolean):
            raise StoreUnavailable("The remote endpoint answered an ASK query with something else than a verdict.")
        return bool(found)

    def apply(self, update: str, limits: Limits | None = None) -> None:
        """Runs one SPARQL Update text. Errors: StoreUnavailable when no update endpoint is set or it refuses."""
        if not self._update_endpoint:
            raise StoreUnavailable("This store is read-only: no update endpoint is configured.")
        wrapper = SPARQLWrapper("", updateEndpoint=self._update_endpoint)
        wrapper.setQuery("INSERT DATA {}")  # the wrapper tells an update from a query by reading its text
        wrapper.queryString = update
        wrapper.setMethod(POST)
        wrapper.setOnlyConneg(True)
        wrapper.setRequestMethod(URLENCODED)
        self._send(wrapper, limits or self._limits, repeatable=False)

    def _ask(
        self, text: str, media_type: MediaType, limits: Limits, selection: DatasetSelection | None = None
    ) -> bytes:
        return self._fetch(text, media_type, limits, selection)[0]

    def _fetch(
        self, text: str, media_type: MediaType, limits: Limits, selection: DatasetSelection | None
    ) -> tuple[bytes, int]:
        """The raw body, and the number of the release that it is of."""
        wrapper = SPARQLWrapper(self._endpoint)
        wrapper.setQuery("ASK {}")  # its own reading of the text decides on Accept headers, which are ours anyway
        selecting = as_selection(text)
        wrapper.queryString = selecting or text
        wrapper.setMethod(POST)
        wrapper.setRequestMethod(URLENCODED)
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", media_type.name)
        for name in (selection.default_graphs or ()) if selection else ():
            wrapper.addParameter("default-graph-uri", name)
        for name in (selection.named_graphs or ()) if selection else ():
            wrapper.addParameter("named-graph-uri", name)
        body = self._send(wrapper, limits, repeatable=True)
        return (_TRUE if solutions_of(body) else _FALSE) if selecting else body, 0

    def _send(self, wrapper: SPARQLWrapper, limits: Limits, *, repeatable: bool) -> bytes:
        """The whole body of a good answer; the one place where foreign errors become ours."""
        end = time.monotonic() + limits.seconds
        request = wrapper._createRequest()
        try:
            response = self._transport.send(request, limits.seconds, repeatable=repeatable)
        except TimeoutError as error:
            raise _late(limits) from error
        except (OSError, HTTPException) as error:
            raise StoreUnavailable(f"The remote endpoint cannot be reached: {error}") from error
        try:
            body = _read(response, limits, end)
        finally:
            self._transport.release(response)
        _judge(response, body, limits)
        return body


def _read(response: HTTPResponse, limits: Limits, end: float) -> bytes:
    """The whole body. Errors: ResultTooLarge, DeadlineExceeded, StoreUnavailable for a body that breaks off."""
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := response.read(1 << 16):
            size += len(piece)
            if size > limits.result_bytes:
                raise _too_large(limits, size)
            if time.monotonic() > end:
                raise _late(limits)
            pieces.append(piece)
        if response.length:
            raise OSError(f"{response.length} bytes are missing")
    except TimeoutError as error:
        raise _late(limits) from error
    except (OSError, HTTPException) as error:
        raise StoreUnavailable(f"The remote endpoint broke off its answer: {error}") from error
    return b"".join(pieces)


def _judge(response: HTTPResponse, body: bytes, limits: Limits) -> None:
    """Errors: SyntaxInvalid, DeadlineExceeded, ResultTooLarge, StoreUnavailable: whatever is no whole answer.

    Virtuoso says in headers of a 200 that it stopped at its time limit (S1TAT; S1T00 with 500) or at its limit of rows.
    """
    first = body.decode("utf-8", "replace").strip().partition("\n")[0][:300]
    if response.headers.get("X-SQL-State", "").startswith("S1TAT") or first.startswith("Virtuoso S1T00"):
        raise _late(limits)
    if "X-SPARQL-MaxRows" in response.headers:
        raise _too_large(limits, limits.result_bytes)
    if 200 <= response.status < 300:
        return
    if response.status == 400:
        raise SyntaxInvalid(f"The remote endpoint does not read this query: {first}")
    if response.status in (408, 504):
        raise _late(limits)
    verb = "failed" if response.status >= 500 else "refuses"
    raise StoreUnavailable(f"The remote endpoint {verb} ({response.status}): {first}")


def _late(limits: Limits) -> DeadlineExceeded:
    return DeadlineExceeded(
        f"The remote endpoint did not finish within {limits.seconds:g} seconds.",
        limit=limits.seconds,
        used=limits.seconds,
        unit="seconds",
        retry_after_seconds=10,
    )


def _too_large(limits: Limits, used: int) -> ResultTooLarge:
    return ResultTooLarge(
        f"The answer is larger than {limits.result_bytes:,} bytes or than the engine's own limit of rows.",
        limit=limits.result_bytes,
        used=used,
        unit="bytes",
    )


def _solutions(data: bytes) -> Any:
    """The parsed results, read to the end once to see that they are whole."""
    data = _NODE_ID.sub(rb"\1", data)
    found = rows = None
    try:
        found = ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)
        rows = list(_rows(found))
        if isinstance(found, ox.QuerySolutions) and [name.value for name in found.variables] == [_VERDICT]:
            truth = bool(rows) and rows[0][0].value in ("1", "true")
            data = _TRUE if truth else _FALSE
        return ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)
    except (SyntaxError, ValueError) as error:
        found = rows = None  # as in ``conversion.solutions_of``
        raise StoreUnavailable("The remote endpoint sent an incomplete or broken answer.") from error


def solutions_of(data: bytes) -> list[dict[str, Node]]:
    """The solutions in a JSON body; unbound variables are left out. Errors: StoreUnavailable."""
    found = _solutions(data)
    if not isinstance(found, ox.QuerySolutions):
        raise StoreUnavailable("The remote endpoint answered a SELECT query with something else than solutions.")
    names = [variable.value for variable in found.variables]
    return Converter().solutions(names, found)


def _rows(found: Any) -> Any:
    return found if isinstance(found, ox.QuerySolutions) else ()


def _triples(data: bytes) -> list[ox.Triple]:
    try:
        return [quad.triple for quad in ox.parse(data, format=ox.RdfFormat.N_TRIPLES)]
    except (SyntaxError, ValueError) as error:
        raise StoreUnavailable("The remote endpoint sent an incomplete or broken answer.") from error


def _written(serialise: Callable[[Any], object], media_type: MediaType, limits: Limits) -> Body:
    document = io.BytesIO()
    markup.write(serialise, document, media_type.name)
    data = document.getbuffer()
    if len(data) > limits.result_bytes:
        raise _too_large(limits, len(data))
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return Body(os.dup(file.fileno()), len(data))
