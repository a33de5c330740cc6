"""From the engine's terms to rdflib's, for the answers to our own small questions.

The only place of this floor where both models meet; none of the engine's objects leaves it. Lexical forms stay as they
are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.errors import StoreUnavailable

_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


class Converter:
    """Makes each IRI once; one converter a result."""

    def __init__(self) -> None:
        self._iris: dict[str, URIRef] = {}

    def term(self, term: object) -> Node:
        """The rdflib term. Errors: StoreUnavailable for a triple as term (RDF 1.2), which rdflib cannot hold."""
        if isinstance(term, ox.NamedNode):
            return self._iri(term.value)
        if isinstance(term, ox.Literal):
            if term.language:
                return Literal(term.value, lang=term.language)
            datatype = term.datatype.value
            return (
                Literal(term.value)
                if datatype == _STRING
                else Literal(term.value, datatype=self._iri(datatype), normalize=False)
            )
        if isinstance(term, ox.BlankNode):
            return BNode(term.value)
        raise StoreUnavailable("A triple as a term (RDF 1.2) cannot be shown here.")

    def solutions(self, names: Sequence[str], rows: Iterable[Iterable[object]]) -> list[dict[str, Node]]:
        """One mapping a solution; unbound variables are left out."""
        return [
            {name: self.term(value) for name, value in zip(names, row, strict=True) if value is not None}
            for row in rows
        ]  # fmt: skip

    def graph(self, triples: Iterable[ox.Triple | ox.Quad]) -> Graph:
        """The triples as one rdflib graph."""
        graph = Graph()
        for triple in triples:
            graph.add((self.term(triple.subject), self._iri(triple.predicate.value), self.term(triple.object)))
        return graph

    def _iri(self, value: str) -> URIRef:
        known = self._iris.get(value)
        if known is None:
            known = self._iris[value] = URIRef(value)
        return known


def solutions_of(document: bytes) -> list[dict[str, Node]]:
    """The solutions of a SPARQL results document in JSON.

    >>> solutions_of(b'{"head":{"vars":["x","y"]},"results":{"bindings":[{"x":{"type":"literal","value":"01"}}]}}')
    [{'x': rdflib.term.Literal('01')}]

    Errors: StoreUnavailable for a document that is broken or holds a verdict.
    """
    parsed: object = None
    try:
        parsed = ox.parse_query_results(document, format=ox.QueryResultsFormat.JSON)
        if isinstance(parsed, ox.QuerySolutions):
            return Converter().solutions([variable.value for variable in parsed.variables], parsed)
    except (SyntaxError, ValueError) as error:
        # The engine wants solutions to end in the thread that made them; an error that held them may end in any.
        parsed = None
        raise StoreUnavailable(f"The answer of the engine is broken: {error}") from error.with_traceback(None)
    raise StoreUnavailable("A verdict came where solutions were expected: use ask() for ASK.")


def verdict_of(document: bytes) -> bool:
    """The verdict of a SPARQL results document in JSON."""
    parsed = ox.parse_query_results(document, format=ox.QueryResultsFormat.JSON)
    if not isinstance(parsed, ox.QueryBoolean):
        raise StoreUnavailable("Solutions came where a verdict was expected: use select() for SELECT.")
    return bool(parsed)


def graph_of(document: bytes) -> Graph:
    """The graph of an N-Triples document."""
    return Converter().graph(ox.parse(document, format=ox.RdfFormat.N_TRIPLES, lenient=True))
