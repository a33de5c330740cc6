"""What the curators say of a thing: contradictions, identity hypotheses, notes."""

from __future__ import annotations

from dataclasses import replace

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset.evidence import in_order
from zorgnetwerk.terms import languages
from zorgnetwerk.terms.namespaces import DCT, RDF, SKOS
from zorgnetwerk.web.views.model import Judgement, Link, Side, Text
from zorgnetwerk.web.views.reader import Reader
from zorgnetwerk.web.views.values import value_of


def contradictions(reader: Reader, thing: URIRef) -> tuple[Judgement, ...]:
    """The contradictions that the document speaks of, each with its sides next to each other."""
    return tuple(
        _judgement(reader, node, None)
        for node in in_order(reader.graph.subjects(RDF.type, reader.zn.Tegenspraak))
        if node != thing
    )


def hypotheses(reader: Reader, thing: URIRef) -> tuple[Judgement, ...]:
    """The identity hypotheses about a thing; their sides are the other things."""
    found = in_order(reader.graph.subjects(RDF.type, reader.zn.Identiteitshypothese))
    return tuple(_judgement(reader, node, thing) for node in found if (node, reader.zn.betreft, thing) in reader.graph)


def notes(reader: Reader, thing: URIRef) -> tuple[Text, ...]:
    """The editorial notes on a thing, in one language."""
    return _texts(reader, thing, SKOS.editorialNote)


def sides(reader: Reader, judgement: Node, without: Node | None = None) -> tuple[Side, ...]:
    """What a judgement is about, each part with its owner and evidence."""
    members = in_order(member for member in reader.graph.objects(judgement, reader.zn.betreft) if member != without)
    return tuple(_side(reader, member) for member in members)


def _judgement(reader: Reader, node: Node, thing: URIRef | None) -> Judgement:
    relation = reader.graph.value(node, reader.zn.aardVerband)
    certainty = reader.graph.value(node, reader.zn.zekerheid)
    evidence = tuple(
        replace(item, certainty=None) for item in reader.ledger.evidence_of(node) if item.words is not None
    )
    return Judgement(
        link=reader.link(node),
        sides=sides(reader, node, thing),
        notes=_texts(reader, node, DCT.description) + _texts(reader, node, SKOS.note),
        relation=reader.link(relation) if relation is not None else None,
        certainty=reader.link(certainty) if certainty is not None else None,
        proofs=reader.proofs(evidence),
        references=tuple(value_of(reader, source).link for source in in_order(reader.graph.objects(node, DCT.source))),
    )


def _side(reader: Reader, member: Node) -> Side:
    claimed = reader.graph.value(member, RDF.object)
    value = value_of(reader, claimed if claimed is not None else member)
    return Side(value, _owner(reader, member), reader.proofs(reader.ledger.evidence_of(member)))


def _owner(reader: Reader, member: Node) -> Link | None:
    subject = reader.graph.value(member, RDF.subject)
    if subject is None:
        for carries in (reader.zn.geldigheid, reader.zn.hoeveelheid):
            subject = next(iter(in_order(reader.graph.subjects(carries, member))), subject)
    return reader.link(subject) if subject is not None else None


def _texts(reader: Reader, node: Node, predicate: URIRef) -> tuple[Text, ...]:
    """The texts in the reader's language; those of the best other language when there are none."""
    found = [value for value in reader.graph.objects(node, predicate) if isinstance(value, Literal)]
    best = languages.pick(found, reader.frame.language)
    return tuple(reader.text(value) for value in sorted(found) if best is not None and value.language == best.language)
