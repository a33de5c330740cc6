"""The document about one thing, as a graph.

Knows what belongs to such a document: the thing's own triples, the nodes that carry facts about it, their quotations,
the links that point to it (paged and counted), the names of whatever is mentioned. Must not know pages or formats;
``evidence.py`` reads the graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset import labels, paging, queries
from zorgnetwerk.errors import Gone, NotFound
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms import iris
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import DCT, FOAF, PROV, RDF, VOID

THING_PAGE_SIZE = 500
"""Links in each direction on one page: every thing of the shipped data fits on its first."""
LISTING_PAGE_SIZE = 100
"""The same for codes, sources and graphs, whose incoming links are lists to leaf through."""


@dataclass(frozen=True, slots=True)
class Description:
    """The document about a thing.

    Shape:  ``graph`` is the document itself; ``lexicon`` names the properties that it uses; ``counts`` holds the
            links that point to the thing in the whole store, by property (for a graph: the things it speaks of, under
            foaf:topic).
    Units:  ``page`` counts from 1 up to ``pages``.
    """

    iri: URIRef
    graph: Graph
    lexicon: Graph
    counts: Mapping[URIRef, int]
    page: int = 1
    pages: int = 1


def describe(store: Store, iri: URIRef, base: Base, page: int = 1) -> Description:
    """The document about this thing, in three round trips.

    Of a foreign thing it is enough that something points to it, such as the things of a class.

    Errors: NotFound when nothing is said about it or it has fewer pages; Gone when it was withdrawn
            (``prov:invalidatedAtTime``); those of the store.
    """
    if not queries.is_iri(str(iri)):
        raise NotFound(f"{iri} is no IRI")
    if _is_graph(iri, base):
        return _describe_graph(store, iri, base, page)
    own, counts = _count(store, iri, base)
    if not own and (base.path(str(iri)) is not None or not counts):
        raise NotFound(f"Nothing is said about {iri}.", thing=str(iri))
    size = _page_size(iri, base)
    pages = max(1, -(-max(own, sum(counts.values())) // size))
    _check_page(iri, page, pages)
    text = queries.paged(queries.load("describe-entity", base), size, page)
    graph = store.construct(_bind_all(text, iri))
    if next(graph.objects(iri, PROV.invalidatedAtTime), None) is not None:
        successor = graph.value(iri, DCT.isReplacedBy)
        if successor is not None:
            raise Gone(f"{iri} is now {successor}.", str(successor))
        raise Gone(f"{iri} was withdrawn")
    _add_document(graph, iri, base, page, pages)
    return _finished(store, iri, graph, counts, base, page, pages)


def document_iri(iri: str, base: Base) -> str:
    """The IRI of the document about a thing; codes and vocabulary are their own documents."""
    path = base.path(iri)
    document = iris.document_path(path) if path else None
    return base.iri(document) if document else str(iri)  # str: a term never equals a plain text


def _bind_all(text: str, iri: URIRef) -> str:
    for slot in ("node", "to", "thing"):
        text = queries.bind(text, **{slot: iri})
    return text


def _count(store: Store, iri: URIRef, base: Base) -> tuple[int, Mapping[URIRef, int]]:
    own, counts = 0, {}
    for solution in store.select(queries.bind(queries.load("count-links", base), thing=iri)):
        number, link = solution.get("number"), solution.get("property")
        if isinstance(link, URIRef):
            counts[link] = int(str(number))
        elif number is not None:
            own = int(str(number))
    return own, MappingProxyType(dict(sorted(counts.items())))


def _page_size(iri: URIRef, base: Base) -> int:
    path = base.path(iri) or ""
    return LISTING_PAGE_SIZE if path.startswith(("auth/", "id/bron/", "ns/")) else THING_PAGE_SIZE


def _check_page(iri: URIRef, page: int, pages: int) -> None:
    if not 1 <= page <= pages:
        raise NotFound(f"The document about {iri} has {pages} page(s), not {page}.")


def _is_graph(iri: URIRef, base: Base) -> bool:
    return (base.path(iri) or "").startswith("id/graaf/")


def _describe_graph(store: Store, iri: URIRef, base: Base, page: int) -> Description:
    """The document about a named graph: what is said about it, how many triples it has, what it speaks of."""
    [counted] = store.select(queries.bind(queries.load("count-graph", base), graph=iri))
    triples, topics = int(str(counted["triples"])), int(str(counted["topics"]))
    text = queries.paged(queries.load("describe-graph", base), LISTING_PAGE_SIZE, page)
    graph = store.construct(queries.bind(queries.bind(text, graph=iri), node=iri))
    if not triples and not graph:
        raise NotFound(f"There is no graph {iri}.", thing=str(iri))
    pages = max(1, -(-topics // LISTING_PAGE_SIZE))
    _check_page(iri, page, pages)
    graph.add((iri, VOID.triples, Literal(triples)))
    _add_document(graph, iri, base, page, pages)
    return _finished(store, iri, graph, MappingProxyType({FOAF.topic: topics}), base, page, pages)


def _add_document(graph: Graph, iri: URIRef, base: Base, page: int, pages: int) -> None:
    """Says which document this is and, when it is only a part, how many parts there are and which comes next."""
    document = document_iri(iri, base)
    if document != str(iri):
        graph.add((URIRef(document), RDF.type, FOAF.Document))
        graph.add((URIRef(document), FOAF.primaryTopic, iri))
    paging.add(graph, document, page, pages)


def _finished(
    store: Store, iri: URIRef, graph: Graph, counts: Mapping[URIRef, int], base: Base, page: int, pages: int
) -> Description:
    # Of the things of a class their type is all that the document says: they are still to be named.
    known = {subject for subject, kind in graph.subject_objects(RDF.type) if kind != iri} - {iri}
    terms = labels.mentioned(graph) - known
    used = labels.predicates(graph) | set(counts) | _claimed(graph)
    found = labels.labels_for(store, terms | used, base)
    used |= _claimed(found)  # a graph speaks of claims, which are named by their property
    lexicon = Graph()
    for triple in found:
        if triple[0] in used:
            lexicon.add(triple)
        if triple[0] not in used or triple[0] in terms:
            graph.add(triple)
    return Description(iri, graph, lexicon, counts, page, pages)


def _claimed(graph: Graph) -> set[URIRef]:
    """The properties that claims speak of; they are named with the properties, not with the things."""
    values: set[Node] = set(graph.objects(None, RDF.predicate))
    return {value for value in values if isinstance(value, URIRef)}
