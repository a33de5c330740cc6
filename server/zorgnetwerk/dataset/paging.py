"""How a document that is only a part says so: how many parts there are, and which comes next.

Source: Hydra core vocabulary, partial collection views.
"""

from __future__ import annotations

from typing import Final

from rdflib import Graph, URIRef
from rdflib.namespace import Namespace

from zorgnetwerk.terms.namespaces import RDF

HYDRA: Final = Namespace("http://www.w3.org/ns/hydra/core#")


def add(graph: Graph, document: str, page: int, pages: int) -> None:
    """Adds to the graph of a document which part of it this is; nothing where it has one part. ``page`` counts from
    1.
    """
    if pages == 1:
        return
    this = URIRef(f"{document}?page={page}")
    graph.add((URIRef(document), HYDRA.view, this))
    graph.add((this, RDF.type, HYDRA.PartialCollectionView))
    for relation, number in ((HYDRA.first, 1), (HYDRA.previous, page - 1), (HYDRA.next, page + 1), (HYDRA.last, pages)):
        if 1 <= number <= pages:
            graph.add((this, relation, URIRef(f"{document}?page={number}")))
