"""A submission as lines of the data set: what is published when it is accepted.

Everything goes into one named graph of its own, under the reserved base. Blank nodes become IRIs, numbered in the order
in which they first appear, so that the same bytes always give the same lines. What the document says of itself (who,
when, which licence) is said of that graph. Knows triples. Must not know journals nor reviews.

Source: RDF 1.1 Concepts, 3.5 (skolemisation, .well-known/genid).
"""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import DCAT, DCT, RDF

_SAID_OF_ITSELF = frozenset((DCT.contributor, DCT.date, DCT.license, DCT.title, DCT.description))
"""What a document may say of itself. Anything else, such as that it was withdrawn, is not its to say."""


def graph_of(submission: str) -> URIRef:
    """The named graph of an accepted submission.

    >>> str(graph_of("7f3a"))
    'https://zorgnetwerk.example/id/graaf/inzending-7f3a'
    """
    return URIRef(f"{RESERVED_BASE}id/graaf/inzending-{submission}")


def lines_of(triples: Iterable[Triple], submission: str) -> list[str]:
    """The sorted N-Quads lines of these triples (reserved base, in the order of the document) as this submission."""
    listed = list(triples)
    graph_name = graph_of(submission)
    renamed: dict[Node, Node] = dict.fromkeys(descriptions_of(listed), graph_name)
    count = 0
    for triple in listed:
        for term in (triple[0], triple[2]):
            if isinstance(term, BNode) and term not in renamed:
                count += 1
                renamed[term] = URIRef(f"{RESERVED_BASE}.well-known/genid/{submission}-{count}")
    graph = Graph()
    for subject, predicate, value in listed:
        if renamed.get(subject) == graph_name and predicate not in _SAID_OF_ITSELF:
            continue
        graph.add((renamed.get(subject, subject), predicate, renamed.get(value, value)))
    return syntax.graph_to_lines(graph, str(graph_name))


def descriptions_of(triples: Iterable[Triple]) -> set[Node]:
    """The nodes by which a document speaks of itself: those of class dcat:Dataset, else the document (``<>``)."""
    found = {subject for subject, predicate, value in triples if predicate == RDF.type and value == DCAT.Dataset}
    return found or {URIRef(RESERVED_BASE)}
