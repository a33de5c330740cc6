"""One code list as a graph, with how often each of its codes is used.

Knows SKOS concept schemes. Must not know pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rdflib import Graph, URIRef

from zorgnetwerk.dataset import labels, queries
from zorgnetwerk.errors import NotFound
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms.iris import Base


@dataclass(frozen=True, slots=True)
class SchemeDescription:
    """A code list. Shape: ``graph`` is the document; ``usage`` counts the things that use a concept."""

    iri: URIRef
    graph: Graph
    usage: Mapping[URIRef, int]


def describe_scheme(store: Store, iri: URIRef, base: Base) -> SchemeDescription:
    """The code list with this IRI and all its concepts.

    Errors: NotFound; those of the store.
    """
    if not queries.is_iri(str(iri)):
        raise NotFound(f"{iri} is no IRI")
    text = queries.bind(queries.load("describe-scheme", base), scheme=iri, node=iri)
    graph = store.construct(text)
    if not graph:
        raise NotFound(f"There is no code list {iri}.", thing=str(iri))
    known = set(graph.subjects(unique=True))
    graph += labels.labels_for(store, labels.mentioned(graph) - known, base)
    return SchemeDescription(
        iri, graph, uses(store, queries.bind(queries.load("count-uses-of-codes", base), scheme=iri), "concept")
    )


def uses(store: Store, text: str, column: str) -> Mapping[URIRef, int]:
    """The numbers that a counting query finds, by the IRI in this column."""
    counted: dict[URIRef, int] = {}
    for solution in store.select(text):
        term = solution.get(column)
        if isinstance(term, URIRef):
            counted[term] = int(str(solution["number"]))
    return MappingProxyType(counted)
