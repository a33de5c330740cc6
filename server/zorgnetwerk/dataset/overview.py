"""What the data set holds, in numbers and lists, for the first page.

Everything is counted from the data. Must not know pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rdflib import Graph, Literal, URIRef

from zorgnetwerk.dataset import counting, queries, questions
from zorgnetwerk.dataset.questions import Question
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import PROV, RDF, SKOS, vocabulary


@dataclass(frozen=True, slots=True)
class Overview:
    """The data set at a glance.

    Shape: ``sources`` are the documents that were read; ``further`` those from which single facts were added;
           ``kinds`` counts the things of each kind (part of the path before the slug); ``sizes`` holds triples,
           graphs, properties …; ``graph`` names the sources, schemes and contradictions, with both sides of each;
           ``sample`` is kind and slug of one thing.
    """

    kinds: Mapping[str, int]
    sizes: Mapping[str, int]
    sources: tuple[URIRef, ...]
    further: tuple[URIRef, ...]
    schemes: tuple[URIRef, ...]
    contradictions: tuple[URIRef, ...]
    questions: tuple[Question, ...]
    graph: Graph
    sample: str


def overview(store: Store, base: Base, counted: Mapping[str, int] | None = None) -> Overview:
    """The numbers and lists of this data set. Errors: those of the store.

    ``counted`` are numbers known before (``counting.counts``), for data so large that nobody can wait for them to be
    counted, nor for the best example.
    """
    numbers = counted or counting.counts(store, base)
    kinds = counting.kinds(numbers)
    graph = store.construct(queries.load("overview", base))
    zn = vocabulary(base)

    def of(kind: URIRef) -> tuple[URIRef, ...]:
        return tuple(sorted(thing for thing in graph.subjects(RDF.type, kind) if isinstance(thing, URIRef)))

    return Overview(
        kinds=MappingProxyType(kinds),
        sizes=MappingProxyType(dict(numbers)),
        sources=of(zn.Bron),
        further=tuple(source for source in of(PROV.PrimarySource) if source not in of(zn.Bron)),
        schemes=of(SKOS.ConceptScheme),
        contradictions=of(zn.Tegenspraak),
        questions=tuple(questions.stored(store)),
        graph=graph,
        sample=_sample(store, base, kinds, "sample-of-kind" if counted is None else "any-of-kind"),
    )


def _sample(store: Store, base: Base, kinds: Mapping[str, int], query: str) -> str:
    """Kind and slug of the thing that the examples on the first page ask for: an organisation when there is one."""
    kind = "organisatie" if "organisatie" in kinds else next(iter(kinds), "")
    space = base.iri(f"id/{kind}/")
    found = store.select(queries.bind(queries.load(query, base), space=Literal(space)))
    return str(found[0]["thing"]).removeprefix(base.iri("id/")) if found else ""
