"""One query, evaluated by the engine in this process, its answer written to a descriptor.

Knows pyoxigraph, media types and the release's prefixes. Must not know processes or sockets (``worker.py``) nor rdflib.
Everything that the engine can complain about is translated here.

Source: SPARQL 1.1 Query, 13 (datasets); SPARQL 1.1 Protocol, 2.1.4: graphs named in the request replace those named in
the query. Measured: with ``use_default_graph_as_union`` pyoxigraph 0.5 ignores FROM, and with ``default_graph`` alone
every named graph stays visible, hence ``_dataset``.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from zorgnetwerk.errors import MediaTypeUnsupported, QueryRefused, ResultTooLarge, StoreUnavailable
from zorgnetwerk.store.complaints import explain
from zorgnetwerk.store.query import has_dataset_clause
from zorgnetwerk.terms import markup, media_types

_SOLUTION_FORMATS: Mapping[str, ox.QueryResultsFormat] = MappingProxyType(
    {
        media_types.RESULTS_JSON.name: ox.QueryResultsFormat.JSON,
        media_types.RESULTS_XML.name: ox.QueryResultsFormat.XML,
        media_types.RESULTS_CSV.name: ox.QueryResultsFormat.CSV,
        media_types.RESULTS_TSV.name: ox.QueryResultsFormat.TSV,
    }
)
_GRAPH_FORMATS: Mapping[str, ox.RdfFormat] = MappingProxyType(
    {
        media_types.TURTLE.name: ox.RdfFormat.TURTLE,
        media_types.N_TRIPLES.name: ox.RdfFormat.N_TRIPLES,
        media_types.JSON_LD.name: ox.RdfFormat.JSON_LD,
        media_types.RDF_XML.name: ox.RdfFormat.RDF_XML,
        media_types.TRIG.name: ox.RdfFormat.TRIG,
        media_types.N_QUADS.name: ox.RdfFormat.N_QUADS,
    }
)
_WITH_PREFIXES: Final = frozenset((media_types.TURTLE.name, media_types.TRIG.name, media_types.RDF_XML.name))
_SMALL_GRAPH_TRIPLES: Final = 2_000
_BUFFER_BYTES: Final = 1 << 18

_Result: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


@dataclass(frozen=True, slots=True)
class Request:
    """What to evaluate and how to write it; ``None`` for graphs means that the request names none."""

    text: str
    media_type: str
    result_bytes: int
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How large the written answer is and how long it took. Units: bytes, seconds."""

    size: int
    seconds: float


class Spool:
    """A file for the engine to write to: buffered, counted, and refusing more than its limit."""

    def __init__(self, descriptor: int, limit_bytes: int) -> None:
        self._descriptor = descriptor
        self._limit_bytes = limit_bytes
        self._buffer = bytearray()
        self._written = 0

    def write(self, data: bytes) -> int:
        """Takes a piece. Errors: ResultTooLarge."""
        self._buffer += data
        if self._written + len(self._buffer) > self._limit_bytes:
            raise self.too_large()
        if len(self._buffer) >= _BUFFER_BYTES:
            self._drain()
        return len(data)

    def flush(self) -> None:
        """Does nothing: the engine flushes after every small answer, ``finish`` writes it at once."""

    def finish(self) -> int:
        """Writes what is left and gives the number of bytes, compared with what the file really holds.

        Errors: ResultTooLarge, OSError.
        """
        self._drain()
        held = os.fstat(self._descriptor).st_size
        if held != self._written:
            raise OSError(errno.EIO, f"the spool holds {held} of {self._written} bytes")
        return self._written

    def too_large(self) -> ResultTooLarge:
        """The error that says how large an answer may be."""
        return ResultTooLarge(
            f"The answer is larger than {self._limit_bytes:,} bytes. "
            "Ask for less (LIMIT, fewer variables), or use a dump (/dumps/).",
            limit=self._limit_bytes,
            used=self._written + len(self._buffer),
            unit="bytes",
        )

    def _drain(self) -> None:
        rest = memoryview(bytes(self._buffer))
        while rest:
            try:
                count = os.pwrite(self._descriptor, rest, self._written)
            except OSError as error:
                raise self.too_large() if error.errno == errno.EFBIG else error from error
            rest = rest[count:]
            self._written += count
        self._buffer.clear()


@dataclass(frozen=True, slots=True)
class Evaluator:
    """A store and how to ask it; ``base_iri`` is what relative IRIs in a query without BASE are read against."""

    store: ox.Store
    union: bool = True
    prefixes: Mapping[str, str] = field(default_factory=dict)
    base_iri: str | None = None

    def evaluate(self, request: Request, descriptor: int) -> Outcome:
        """Writes the whole answer to an empty file.

        Errors: SyntaxInvalid, QueryRefused, MediaTypeUnsupported, NotAcceptable (XML cannot hold it), ResultTooLarge,
        StoreUnavailable; MemoryError.
        """
        os.ftruncate(descriptor, 0)
        return self.write(request, Spool(descriptor, request.result_bytes))

    def write(self, request: Request, spool: Spool) -> Outcome:
        """Writes the whole answer there. Errors: as ``evaluate``."""
        began = time.perf_counter()
        try:
            result = self.query(request)
            markup.write(lambda target: self._write(result, request.media_type, target), spool, request.media_type)
            size = spool.finish()
        except SyntaxError as error:
            raise explain(error, request.text, self.prefixes) from error
        except RuntimeError as error:
            raise QueryRefused(f"The engine cannot evaluate this query: {error}.", "evaluation") from error
        except (OSError, ValueError) as error:
            raise _translate(error, request.text) from error
        return Outcome(size, time.perf_counter() - began)

    def query(self, request: Request) -> _Result:
        """The engine's own result, evaluated while it is read. Errors: those of the engine."""
        return self.store.query(request.text, base_iri=self.base_iri, **self._dataset(request))

    def _dataset(self, request: Request) -> dict[str, Any]:
        if request.default_graphs is not None or request.named_graphs is not None:
            return {
                "default_graph": [ox.NamedNode(iri) for iri in request.default_graphs or ()],
                "named_graphs": [ox.NamedNode(iri) for iri in request.named_graphs or ()],
            }
        return {"use_default_graph_as_union": self.union and not has_dataset_clause(request.text)}

    def _write(self, result: _Result, media_type: str, target: markup.Target) -> None:
        if isinstance(result, ox.QueryTriples):
            rdf_format = _GRAPH_FORMATS.get(media_type)
            if rdf_format is None:
                raise _unsupported(media_type, "a graph", tuple(_GRAPH_FORMATS))
            if media_type in _WITH_PREFIXES and self.prefixes:
                triples, prefixes = _prepare(result, self.prefixes)
                ox.serialize(triples, target, rdf_format, prefixes=prefixes)  # type: ignore[arg-type]
            else:
                result.serialize(target, rdf_format)  # type: ignore[arg-type]  # any object with write() will do
            return
        results_format = _SOLUTION_FORMATS.get(media_type)
        if results_format is None:
            raise _unsupported(media_type, "solutions or a verdict", tuple(_SOLUTION_FORMATS))
        result.serialize(target, results_format)  # type: ignore[arg-type]


def read_prefixes(release_dir: Path) -> dict[str, str]:
    """The prefixes of a release; none without ``prefixes.json``. Errors: ValueError when it is damaged."""
    try:
        loaded = json.loads((release_dir / "prefixes.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    prefixes = {str(prefix): str(iri) for prefix, iri in loaded.items()}
    ox.serialize((), format=ox.RdfFormat.TURTLE, prefixes=prefixes)
    return prefixes


def _prepare(result: ox.QueryTriples, prefixes: Mapping[str, str]) -> tuple[Iterable[ox.Triple], dict[str, str]]:
    """A small graph sorted, with only the prefixes that it uses; a large one as it comes, with all of them."""
    head = list(itertools.islice(result, _SMALL_GRAPH_TRIPLES + 1))
    if len(head) > _SMALL_GRAPH_TRIPLES:
        return itertools.chain(head, result), dict(prefixes)
    lines = sorted((str(triple), triple) for triple in head)
    text = "\n".join(line for line, _ in lines)
    used = {prefix: iri for prefix, iri in prefixes.items() if f"<{iri}" in text}
    return (triple for _, triple in lines), used


def _unsupported(media_type: str, what: str, offers: tuple[str, ...]) -> MediaTypeUnsupported:
    return MediaTypeUnsupported(
        f"The answer is {what}, which {media_type} cannot hold; use one of {', '.join(offers)}.", offers
    )


def _translate(error: OSError | ValueError, text: str) -> Exception:
    """A refused SERVICE looks like any other failure of input; the gate lets none pass, this is the second fence."""
    if isinstance(error, OSError) and "SERVICE" in text.upper():
        return QueryRefused("SERVICE is not run here: this endpoint never queries others.", "service")
    if isinstance(error, ValueError):
        return QueryRefused(f"The engine cannot evaluate this query: {error}.", "evaluation")
    return StoreUnavailable(
        f"The store cannot be read: {error.strerror or 'unknown reason'}. Try again; if it stays, rebuild the release."
    )
