"""The second engine: any SPARQL 1.1 endpoint, for those who outgrow one machine.

Asks through SPARQLWrapper, in its plainest use: a fresh wrapper per call (it keeps its settings between calls), our own
Accept header, the raw body. A body is believed only after it was read whole by a parser, since every engine that was
tried answers 200 with a broken body at its time limit. Rows are asked for as JSON and written as CSV, TSV or XML here,
because those formats cannot show a break.

Source: SPARQL 1.1 Protocol; SPARQLWrapper 2.0.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.error import HTTPError, URLError

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node
from SPARQLWrapper import DIGEST, POST, POSTDIRECTLY, URLENCODED, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import (
    EndPointInternalError,
    EndPointNotFound,
    QueryBadFormed,
    SPARQLWrapperException,
    Unauthorized,
)

from zorgnetwerk.errors import DeadlineExceeded, ResultTooLarge, StoreUnavailable, SyntaxInvalid
from zorgnetwerk.store.base import Answer, Body, Capabilities, DatasetSelection, Limits
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType

_DEFAULT_LIMITS: Final = Limits(10.0, 50_000_000, 1 << 30)
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
    """Name and secret for updates; ``digest`` as Virtuoso wants it."""

    user: str
    secret: str
    digest: bool = False


class RemoteStore:
    """Reads and writes of one remote endpoint; satisfies ``Store``. Holds no connection."""

    def __init__(
        self,
        endpoint: str,
        *,
        update_endpoint: str = "",
        credentials: Credentials | None = None,
        limits: Limits = _DEFAULT_LIMITS,
    ) -> None:
        self._endpoint = endpoint
        self._update_endpoint = update_endpoint
        self._credentials = credentials
        self._limits = limits

    @property
    def capabilities(self) -> Capabilities:
        """What this store can do: no history, since the remote keeps one state."""
        return Capabilities(engine="remote", history=False, writable=bool(self._update_endpoint), graph_selection=True)

    def release(self) -> int:
        """0: a remote endpoint has no release number."""
        return 0

    def close(self) -> None:
        """Nothing is held."""

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
            data = self._ask(query.text, media_types.N_TRIPLES, chosen, selection)
            body = _written(lambda: ox.serialize(_triples(data), format=_GRAPHS[media_type]), chosen)
        else:
            data = self._ask(query.text, media_types.RESULTS_JSON, chosen, selection)
            body = _written(lambda: _solutions(data).serialize(format=_RESULTS[media_type]), chosen)
        return Answer(body, media_type, 0, time.monotonic() - start)

    def select(self, text: str) -> list[dict[str, Node]]:
        """The solutions of one of our own queries."""
        found = _solutions(self._ask(text, media_types.RESULTS_JSON, self._limits))
        if not isinstance(found, ox.QuerySolutions):
            raise StoreUnavailable("The remote endpoint answered a SELECT query with something else than solutions.")
        names = [variable.value for variable in found.variables]
        return [
            {name: _term(value) for name, value in zip(names, row, strict=True) if value is not None} for row in found
        ]

    def construct(self, text: str) -> Graph:
        """The graph of one of our own queries."""
        graph = Graph()
        for triple in _triples(self._ask(text, media_types.N_TRIPLES, self._limits)):
            graph.add((_term(triple.subject), _term(triple.predicate), _term(triple.object)))
        return graph

    def ask(self, text: str) -> bool:
        """The verdict of one of our own queries."""
        found = _solutions(self._ask(text, media_types.RESULTS_JSON, self._limits))
        if not isinstance(found, ox.QueryBoolean):
            raise StoreUnavailable("The remote endpoint answered an ASK query with something else than a verdict.")
        return bool(found)

    def apply(self, update: str) -> None:
        """Runs one SPARQL Update text. Errors: StoreUnavailable when no update endpoint is set or it refuses."""
        if not self._update_endpoint:
            raise StoreUnavailable("This store is read-only: no update endpoint is configured.")
        wrapper = self._wrapper(self._update_endpoint, update, self._limits)
        wrapper.setRequestMethod(URLENCODED if self._credentials and self._credentials.digest else POSTDIRECTLY)
        if self._credentials:
            wrapper.setCredentials(self._credentials.user, self._credentials.secret)
            if self._credentials.digest:
                wrapper.setHTTPAuth(DIGEST)
        _read(_sent(wrapper, self._limits), self._limits)

    def _wrapper(self, endpoint: str, text: str, limits: Limits) -> SPARQLWrapper:
        wrapper = SPARQLWrapper(endpoint)
        wrapper.setQuery(text)
        wrapper.setMethod(POST)
        wrapper.setOnlyConneg(True)
        wrapper.setTimeout(max(1, round(limits.seconds)))
        return wrapper

    def _ask(
        self, text: str, media_type: MediaType, limits: Limits, selection: DatasetSelection | None = None
    ) -> bytes:
        wrapper = self._wrapper(self._endpoint, text, limits)
        wrapper.setRequestMethod(POSTDIRECTLY)
        wrapper.addCustomHttpHeader("Accept", media_type.name)
        for name in (selection.default_graphs or ()) if selection else ():
            wrapper.addParameter("default-graph-uri", name)
        for name in (selection.named_graphs or ()) if selection else ():
            wrapper.addParameter("named-graph-uri", name)
        return _read(_sent(wrapper, limits), limits)


def _sent(wrapper: SPARQLWrapper, limits: Limits) -> Any:
    """The open response; the one place where foreign errors become ours."""
    try:
        return wrapper.query().response
    except QueryBadFormed as error:
        raise SyntaxInvalid(f"The remote endpoint does not read this query: {_first_line(error)}") from error
    except (TimeoutError, EndPointInternalError) as error:
        raise _late_or_broken(error, limits) from error
    except (Unauthorized, EndPointNotFound, SPARQLWrapperException, HTTPError) as error:
        raise StoreUnavailable(f"The remote endpoint refuses: {_first_line(error)}") from error
    except (URLError, OSError) as error:
        if isinstance(getattr(error, "reason", None), TimeoutError):
            raise _late_or_broken(error, limits) from error
        raise StoreUnavailable(f"The remote endpoint cannot be reached: {error}") from error


def _read(response: Any, limits: Limits) -> bytes:
    """The whole body. Errors: ResultTooLarge, DeadlineExceeded, StoreUnavailable for a body that breaks off."""
    end = time.monotonic() + limits.seconds
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := response.read(1 << 18):
            size += len(piece)
            if size > limits.result_bytes:
                raise ResultTooLarge(
                    f"The answer is larger than {limits.result_bytes:,} bytes.",
                    limit=limits.result_bytes,
                    used=size,
                    unit="bytes",
                )
            if time.monotonic() > end:
                raise _late_or_broken(TimeoutError(), limits)
            pieces.append(piece)
        if getattr(response, "length", None):
            raise OSError(f"{response.length} bytes are missing")
    except TimeoutError as error:
        raise _late_or_broken(error, limits) from error
    except OSError as error:
        raise StoreUnavailable(f"The remote endpoint broke off its answer: {error}") from error
    finally:
        response.close()
    return b"".join(pieces)


def _late_or_broken(error: BaseException, limits: Limits) -> Exception:
    if isinstance(error, TimeoutError | URLError):
        message = f"The remote endpoint did not finish within {limits.seconds:g} seconds."
        return DeadlineExceeded(
            message, limit=limits.seconds, used=limits.seconds, unit="seconds", retry_after_seconds=10
        )
    return StoreUnavailable(f"The remote endpoint failed: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__


def _solutions(data: bytes) -> Any:
    """The parsed results, read to the end once to see that they are whole."""
    try:
        for _ in _rows(ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)):
            pass
        return ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)
    except (SyntaxError, ValueError) as error:
        raise StoreUnavailable("The remote endpoint sent an incomplete or broken answer.") from error


def _rows(found: Any) -> Any:
    return found if isinstance(found, ox.QuerySolutions) else ()


def _triples(data: bytes) -> list[ox.Triple]:
    try:
        return [quad.triple for quad in ox.parse(data, format=ox.RdfFormat.N_TRIPLES)]
    except (SyntaxError, ValueError) as error:
        raise StoreUnavailable("The remote endpoint sent an incomplete or broken answer.") from error


def _written(serialise: Any, limits: Limits) -> Body:
    data: bytes = serialise() or b""
    if len(data) > limits.result_bytes:
        raise ResultTooLarge(
            f"The answer is larger than {limits.result_bytes:,} bytes.",
            limit=limits.result_bytes,
            used=len(data),
            unit="bytes",
        )
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return Body(os.dup(file.fileno()), len(data))


def _term(term: object) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        datatype = term.datatype.value
        plain = datatype == "http://www.w3.org/2001/XMLSchema#string"
        return Literal(term.value) if plain else Literal(term.value, datatype=URIRef(datatype), normalize=False)
    raise StoreUnavailable("The remote endpoint sent a term that cannot be shown.")
