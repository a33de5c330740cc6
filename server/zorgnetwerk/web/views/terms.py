"""The page of the vocabulary: its classes and properties, each with an anchor that is its fragment."""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import URIRef
from rdflib.term import Node

from zorgnetwerk.dataset.evidence import in_order
from zorgnetwerk.dataset.listing import sort_key
from zorgnetwerk.dataset.vocabulary import VocabularyDescription
from zorgnetwerk.terms.namespaces import DCT, OWL, RDF, RDFS, SKOS
from zorgnetwerk.web.translations import mark
from zorgnetwerk.web.views.codes import best_text
from zorgnetwerk.web.views.facts import sections
from zorgnetwerk.web.views.model import Link, Section, Text
from zorgnetwerk.web.views.reader import Reader

_CLASSES = (OWL.Class, RDFS.Class)
_PROPERTIES = (RDF.Property, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
_RELATIONS = (
    (mark("Narrower than"), (RDFS.subClassOf, RDFS.subPropertyOf)),
    (mark("Says something of"), (RDFS.domain,)),
    (mark("Has as value"), (RDFS.range,)),
    (mark("Inverse of"), (OWL.inverseOf,)),
    (
        mark("Corresponds to"),
        (OWL.equivalentClass, OWL.equivalentProperty, SKOS.exactMatch, SKOS.closeMatch, RDFS.seeAlso),
    ),
    (mark("Excludes"), (OWL.disjointWith,)),
    (mark("Replaced by"), (DCT.isReplacedBy,)),
)


@dataclass(frozen=True, slots=True)
class Relation:
    """How a term stands to others."""

    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property; ``sample`` shows it in Turtle. Units: ``uses`` counts things of a class, triples of a
    property.
    """

    fragment: str
    curie: str
    name: Text
    definition: tuple[Text, ...]
    note: tuple[Text, ...]
    sample: str
    relations: tuple[Relation, ...]
    uses: int
    example: Link | None
    deprecated: bool


@dataclass(frozen=True, slots=True)
class VocabularyView:
    """Everything that the page of the vocabulary shows."""

    iri: str
    title: Text
    lead: tuple[Text, ...]
    version: str
    classes: tuple[Term, ...]
    properties: tuple[Term, ...]
    others: tuple[Term, ...]
    sections: tuple[Section, ...]


def vocabulary_view(description: VocabularyDescription, reader: Reader) -> VocabularyView:
    """What the page of the vocabulary shows to this reader."""
    graph, iri = description.graph, description.iri
    space = f"{iri}#"
    own = {node for node in graph.subjects(RDF.type, None) if isinstance(node, URIRef) and node.startswith(space)}
    classes = {node for node in own for kind in _CLASSES if (node, RDF.type, kind) in graph}
    properties = {node for node in own for kind in _PROPERTIES if (node, RDF.type, kind) in graph} - classes
    version = graph.value(iri, OWL.versionInfo)
    return VocabularyView(
        iri=str(iri),
        title=reader.name(iri),
        lead=best_text(reader, iri, DCT.description, DCT.abstract, RDFS.comment, SKOS.definition),
        version=str(version or ""),
        classes=_terms(reader, description, classes),
        properties=_terms(reader, description, properties),
        others=_terms(reader, description, own - classes - properties),
        sections=sections(
            reader,
            iri,
            frozenset(
                {DCT.description, DCT.abstract, DCT.title, OWL.versionIRI, OWL.versionInfo, RDFS.comment, RDFS.label}
            ),
        ),
    )


def _terms(reader: Reader, description: VocabularyDescription, nodes: set[URIRef]) -> tuple[Term, ...]:
    made = [_term(reader, description, node) for node in nodes]
    return tuple(sorted(made, key=lambda term: (sort_key(term.name.text), term.fragment)))


def _term(reader: Reader, description: VocabularyDescription, node: URIRef) -> Term:
    fragment = node.partition("#")[2]
    example = description.examples.get(node)
    return Term(
        fragment=fragment,
        curie=f"zn:{fragment}",
        name=reader.name(node),
        definition=best_text(reader, node, SKOS.definition, RDFS.comment, DCT.description),
        note=best_text(reader, node, SKOS.scopeNote, SKOS.note),
        sample=str(reader.graph.value(node, SKOS.example) or ""),
        relations=_relations(reader, node),
        uses=description.usage.get(node, 0),
        example=reader.link(example) if example is not None else None,
        deprecated=str(reader.graph.value(node, OWL.deprecated) or "") in ("true", "1"),
    )


def _relations(reader: Reader, node: URIRef) -> tuple[Relation, ...]:
    made = []
    for title, predicates in _RELATIONS:
        ends: set[Node] = {
            end for predicate in predicates for end in reader.graph.objects(node, predicate) if isinstance(end, URIRef)
        }
        if ends:
            made.append(Relation(reader.t.gettext(title), tuple(reader.link(end) for end in in_order(ends))))
    return tuple(made)
