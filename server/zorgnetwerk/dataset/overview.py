"""What the data set holds, in numbers and lists, for the first page.

Everything is counted from the data. Must not know pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rdflib import Graph, Literal, URIRef

from zorgnetwerk.dataset import counting, labels, queries, questions
from zorgnetwerk.dataset.questions import Question
from zorgnetwerk.dataset.schemes import uses
from zorgnetwerk.errors import Limit
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import PROV, RDF, SKOS, vocabulary

_OURS: Final = frozenset(("organisatie", "samenwerkingsverband"))
_NONE: Final[Mapping[URIRef, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Overview:
    """The data set at a glance.

    Shape: ``sources`` are the documents that were read; ``further`` those from which single facts were added;
           ``kinds`` counts the things of each kind (part of the path before the slug); ``sizes`` holds triples,
           graphs, properties …; ``classes`` and ``graphs`` are counted only where there are neither organisations nor
           partnerships, so that there is a way to whatever there is; ``graph`` names all of these, with both sides of
           each contradiction; ``sample`` is the IRI of one thing, "" when there is none.
    """

    kinds: Mapping[str, int]
    sizes: Mapping[str, int]
    sources: tuple[URIRef, ...]
    further: tuple[URIRef, ...]
    schemes: tuple[URIRef, ...]
    contradictions: tuple[URIRef, ...]
    questions: tuple[Question, ...]
    classes: Mapping[URIRef, int]
    graphs: Mapping[URIRef, int]
    graph: Graph
    sample: str

    @property
    def is_about_care(self) -> bool:
        """Whether there is what this publisher was made for."""
        return not _OURS.isdisjoint(self.kinds)


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

    classes, graphs = (_NONE, _NONE) if not _OURS.isdisjoint(kinds) else _holdings(store)
    return Overview(
        kinds=MappingProxyType(kinds),
        sizes=MappingProxyType(dict(numbers)),
        sources=of(zn.Bron),
        further=tuple(source for source in of(PROV.PrimarySource) if source not in of(zn.Bron)),
        schemes=of(SKOS.ConceptScheme),
        contradictions=of(zn.Tegenspraak),
        questions=tuple(questions.stored(store)),
        classes=classes,
        graphs=graphs,
        graph=graph + labels.labels_for(store, (*classes, *graphs), base),
        sample=_sample(store, base, kinds, "sample-of-kind" if counted is None else "any-of-kind"),
    )


def _holdings(store: Store) -> tuple[Mapping[URIRef, int], Mapping[URIRef, int]]:
    """The classes with their things and the graphs with their triples; nothing where that takes too long."""
    try:
        classes = uses(store, queries.load("tally-classes"), "term")
        return classes, uses(store, queries.load("tally-graphs"), "term")
    except Limit:
        return _NONE, _NONE


def _sample(store: Store, base: Base, kinds: Mapping[str, int], query: str) -> str:
    """The thing that the examples on the first page ask for: an organisation when there is one."""
    kind = "organisatie" if "organisatie" in kinds else next(iter(kinds), "")
    text = queries.load("any-thing")
    if kind:
        text = queries.bind(queries.load(query, base), space=Literal(base.iri(f"id/{kind}/")))
    found = store.select(text)
    return str(found[0]["thing"]) if found else ""
