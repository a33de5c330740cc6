"""The page of a code list: its concepts as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset.listing import sort_key
from zorgnetwerk.dataset.schemes import SchemeDescription
from zorgnetwerk.terms import languages
from zorgnetwerk.terms.namespaces import DCT, RDF, RDFS, SKOS
from zorgnetwerk.web.views.facts import sections
from zorgnetwerk.web.views.model import Link, Section, Text
from zorgnetwerk.web.views.reader import Reader

_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Concept:
    """A code of a list with those below it. Units: ``uses`` counts the things that have this code."""

    link: Link
    definition: Text | None
    notation: str
    uses: int
    narrower: tuple[Concept, ...]


@dataclass(frozen=True, slots=True)
class SchemeView:
    """Everything that the page of a code list shows."""

    iri: str
    title: Text
    lead: tuple[Text, ...]
    breadcrumb: tuple[Link, ...]
    concepts: tuple[Concept, ...]
    total: int
    used: int
    sections: tuple[Section, ...]


def scheme_view(description: SchemeDescription, reader: Reader) -> SchemeView:
    """What the page of this code list shows to this reader."""
    graph, iri = reader.graph, description.iri
    members = set(graph.subjects(RDF.type, SKOS.Concept))
    roots = [node for node in members if not (set(graph.objects(node, SKOS.broader)) & members)]
    home = Link(Text(reader.t.gettext("Data set")), reader.frame.to("/"))
    return SchemeView(
        iri=str(iri),
        title=reader.name(iri),
        lead=best_text(reader, iri, SKOS.definition, DCT.description, RDFS.comment),
        breadcrumb=(home, Link(Text(reader.t.gettext("Code lists")), reader.frame.to("/") + "#codes")),
        concepts=_ordered(reader, roots, members, description.usage, 0),
        total=len(members),
        used=sum(1 for number in description.usage.values() if number),
        sections=sections(reader, iri, frozenset({SKOS.definition, DCT.description, RDFS.comment, SKOS.hasTopConcept})),
    )


def best_text(reader: Reader, node: Node, *properties: URIRef) -> tuple[Text, ...]:
    """The first of these texts that the node has, in the best language; nothing when it has none."""
    for predicate in properties:
        chosen = languages.pick(
            [text for text in reader.graph.objects(node, predicate) if isinstance(text, Literal)], reader.frame.language
        )
        if chosen is not None:
            return (reader.text(chosen),)
    return ()


def _ordered(
    reader: Reader, nodes: list[Node], members: set[Node], usage: Mapping[URIRef, int], depth: int
) -> tuple[Concept, ...]:
    made = [_concept(reader, node, members, usage, depth) for node in nodes]
    return tuple(sorted(made, key=lambda concept: (sort_key(concept.link.text.text), concept.link.iri)))


def _concept(reader: Reader, node: Node, members: set[Node], usage: Mapping[URIRef, int], depth: int) -> Concept:
    below = (
        [child for child in reader.graph.subjects(SKOS.broader, node) if child in members] if depth < _DEEPEST else []
    )
    definition = best_text(reader, node, SKOS.definition)
    notation = reader.graph.value(node, SKOS.notation)
    uses = usage.get(node, 0) if isinstance(node, URIRef) else 0
    inner = _ordered(reader, below, members, usage, depth + 1)
    return Concept(reader.link(node), definition[0] if definition else None, str(notation or ""), uses, inner)
