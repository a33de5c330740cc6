"""What things are called.

Knows which properties hold names and how to choose among them. Must not know pages nor translations of the interface.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import Namespace
from rdflib.term import Node

from zorgnetwerk.dataset import queries
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms import languages
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import DCT, FOAF, OWL, RDF, RDFS, SKOS

SCHEMA = Namespace("https://schema.org/")
NAME_PROPERTIES = (SKOS.prefLabel, RDFS.label, FOAF.name, DCT.title, SCHEMA.name)
"""In the order in which they win."""
_TERMS_PER_QUERY = 2000


def labels_for(store: Store, iris: Iterable[URIRef], base: Base) -> Graph:
    """What is needed to mention these things: names, types, kind; one round trip for each two thousand.

    Errors: those of the store.
    """
    wanted = sorted({iri for iri in iris if queries.is_iri(str(iri))})
    graph = Graph()
    text = queries.load("glance", base)
    for start in range(0, len(wanted), _TERMS_PER_QUERY):
        graph += store.construct(queries.bind(text, term=wanted[start : start + _TERMS_PER_QUERY]))
    return graph


def names_of(store: Store, graph: Graph, base: Base) -> Graph:
    """What is needed to show a graph to people: the names of all that it mentions, properties included.

    Errors: those of the store.
    """
    return labels_for(store, mentioned(graph) | predicates(graph), base)


def label(graph: Graph, term: Node, language: str) -> Literal | None:
    """The name of a thing for a reader of this language, or None when the graph has none."""
    for name_property in NAME_PROPERTIES:
        names = [value for value in graph.objects(term, name_property) if isinstance(value, Literal)]
        chosen = languages.pick(names, language)
        if chosen is not None:
            return chosen
    return None


def local_name(iri: str) -> str:
    """A readable last resort for a thing without a name.

    >>> local_name("http://example.org/ns#heeftDeelnemer"), local_name("http://example.org/id/az-noord/")
    ('heeft deelnemer', 'az-noord')
    """
    tail = re.split(r"[/#]", iri.rstrip("/#"))[-1] or iri
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", tail).lower() if re.fullmatch(r"[a-z]+[A-Za-z0-9]*", tail) else tail


def mentioned(graph: Graph) -> set[URIRef]:
    """The IRIs that stand as subject or object."""
    return {term for subject, _, value in graph for term in (subject, value) if isinstance(term, URIRef)}


def predicates(graph: Graph) -> set[URIRef]:
    """The properties that the graph uses."""
    return {predicate for predicate in graph.predicates(unique=True) if isinstance(predicate, URIRef)}


def types_of(graph: Graph, term: Node) -> Iterator[URIRef]:
    """The classes of a thing, in order, without those that say nothing to a reader."""
    hidden = {OWL.NamedIndividual, OWL.Thing, RDFS.Resource}
    kinds = [kind for kind in graph.objects(term, RDF.type) if isinstance(kind, URIRef)]
    yield from (kind for kind in sorted(kinds) if kind not in hidden)
