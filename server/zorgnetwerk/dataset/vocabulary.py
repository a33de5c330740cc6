"""The vocabulary as a graph: every term, how often it is used, an example of each class.

Knows which IRIs are terms of ours. Must not know pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rdflib import Graph, Literal, URIRef

from zorgnetwerk.dataset import labels, queries
from zorgnetwerk.dataset.schemes import uses
from zorgnetwerk.errors import NotFound
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms.iris import VOCABULARY, Base


@dataclass(frozen=True, slots=True)
class VocabularyDescription:
    """The vocabulary. Shape: ``graph`` is the document; ``usage`` counts things of a class and triples of a property;
    ``words`` names
    what the page mentions beyond the document.
    """

    iri: URIRef
    graph: Graph
    usage: Mapping[URIRef, int]
    examples: Mapping[URIRef, URIRef]
    words: Graph


def describe_vocabulary(store: Store, base: Base) -> VocabularyDescription:
    """The whole vocabulary.

    Errors: NotFound when the data set has none; those of the store.
    """
    iri, space = URIRef(base.iri(VOCABULARY)), Literal(base.iri(f"{VOCABULARY}#"))
    graph = store.construct(queries.bind(queries.load("describe-vocabulary", base), vocabulary=iri, space=space))
    if not graph:
        raise NotFound(f"There is no vocabulary {iri}.", thing=str(iri))
    usage = uses(store, queries.bind(queries.load("count-uses-of-terms", base), space=space), "term")
    examples: dict[URIRef, URIRef] = {}
    for solution in store.select(queries.bind(queries.load("examples-of-classes", base), space=space)):
        term, example = solution.get("term"), solution.get("example")
        if isinstance(term, URIRef) and isinstance(example, URIRef):
            examples[term] = example
    known = set(graph.subjects(unique=True))
    wanted = (labels.mentioned(graph) | labels.predicates(graph) | set(examples.values())) - known
    return VocabularyDescription(iri, graph, usage, MappingProxyType(examples), labels.labels_for(store, wanted, base))
