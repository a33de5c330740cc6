"""All things of one kind, as a graph and in order.

The kind is the part of the path before the slug (``organisatie``, ``samenwerkingsverband`` …). Must not know pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef

from zorgnetwerk.dataset import labels, paging, queries
from zorgnetwerk.errors import NotFound
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.languages import DEFAULT_LANGUAGE, unaccented
from zorgnetwerk.terms.namespaces import FOAF, RDF

PAGE_SIZE = 500


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the things of a kind, ordered by name.

    Shape: ``graph`` names each thing and says what it is; its root is the document, with foaf:topic to each thing.
    Units: ``total`` counts the things on all pages; ``page`` counts from 1.
    """

    concept: str
    graph: Graph
    things: tuple[URIRef, ...]
    total: int
    page: int
    pages: int


def list_things(store: Store, base: Base, concept: str, page: int = 1) -> Listing:
    """The things whose IRI lies under ``id/{concept}/``.

    Errors: NotFound when there are none, or not so many pages; those of the store.
    """
    text = queries.bind(queries.load("list-things", base), space=Literal(base.iri(f"id/{concept}/")))
    found = sorted({term for solution in store.select(text) if isinstance(term := solution["thing"], URIRef)})
    pages = max(1, -(-len(found) // PAGE_SIZE))
    if not found or not 1 <= page <= pages:
        raise NotFound(f"There is no list of {concept} with a page {page}.")
    graph = labels.labels_for(store, found, base)
    ordered = sorted(
        found, key=lambda thing: (sort_key(str(labels.label(graph, thing, DEFAULT_LANGUAGE) or "")), thing)
    )
    shown = tuple(ordered[PAGE_SIZE * (page - 1) : PAGE_SIZE * page])
    document = URIRef(base.iri(f"doc/{concept}"))
    graph.add((document, RDF.type, FOAF.Document))
    for thing in shown:
        graph.add((document, FOAF.topic, thing))
    paging.add(graph, document, page, pages)
    return Listing(concept, graph, shown, len(found), page, pages)


def sort_key(text: str) -> str:
    """A text as it stands in an alphabetic list: without case, accents and leading signs.

    >>> sort_key("'t Net"), sort_key("Emmaüs")
    ('t net', 'emmaus')
    """
    plain = unaccented(text)
    return plain.lstrip(" \"'“„«(‘’") or plain
