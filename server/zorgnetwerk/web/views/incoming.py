"""What points to a thing: grouped by property, counted in the whole data set, each link with its evidence."""

from __future__ import annotations

from rdflib import BNode, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset.entities import Description
from zorgnetwerk.dataset.evidence import in_order
from zorgnetwerk.dataset.listing import sort_key
from zorgnetwerk.terms.namespaces import FOAF, ORG, PROV, RDF, SH
from zorgnetwerk.web.views.grouping import INCOMING_TITLES, incoming_key
from zorgnetwerk.web.views.model import Incoming, Item, Link, QuotationView, Text, Value
from zorgnetwerk.web.views.ordering import place
from zorgnetwerk.web.views.reader import Reader
from zorgnetwerk.web.views.values import value_of


def incoming(reader: Reader, description: Description, shown: frozenset[URIRef]) -> tuple[Incoming, ...]:
    """The groups of links, largest meaning first; ``shown`` properties stand elsewhere on the page."""
    groups: dict[URIRef, list[Node]] = {}
    for source, predicate in description.graph.subject_predicates(description.iri):
        if isinstance(predicate, URIRef) and _counts(reader, source, predicate, shown):
            groups.setdefault(predicate, []).append(source)
    made = [_group(reader, description, predicate, sources) for predicate, sources in groups.items()]
    order = {key: rank for rank, key in enumerate(INCOMING_TITLES)}
    return tuple(sorted(made, key=lambda group: (order.get(group.key, len(order)), group.title.text)))


def quotations(reader: Reader, source: URIRef) -> tuple[QuotationView, ...]:
    """The quotations of a source, in the order of their numbers, each with the facts that rest on it."""
    found = []
    for quotation in in_order(reader.graph.subjects(PROV.wasQuotedFrom, source)):
        words = reader.name(quotation)
        facts = [
            _statement(reader, carrier) for carrier in in_order(reader.graph.subjects(reader.zn.citaat, quotation))
        ]
        found.append(QuotationView(reader.link(quotation), words, tuple(facts)))
    return tuple(found)


def topics(reader: Reader, graph_name: URIRef) -> tuple[tuple[Text, tuple[Link, ...]], ...]:
    """The things of which a named graph speaks, by kind."""
    groups: dict[str, list[Link]] = {}
    for topic in reader.graph.objects(graph_name, FOAF.topic):
        path = reader.frame.base.path(str(topic)) or ""
        parts = path.split("/")
        kind = parts[1] if len(parts) > 2 else ""
        groups.setdefault(kind, []).append(_told(reader, topic, reader.inner_link(topic)))
    return tuple(
        (Text(kind), tuple(sorted(links, key=lambda link: (sort_key(link.text.text), link.iri))))
        for kind, links in sorted(groups.items())
    )


def _counts(reader: Reader, source: Node, predicate: URIRef, shown: frozenset[URIRef]) -> bool:
    if predicate in shown or predicate in (RDF.subject, RDF.first, RDF.rest, FOAF.primaryTopic, SH.defaultValue):
        return False
    if predicate == RDF.object:
        stated = (reader.graph.value(source, RDF.subject), reader.graph.value(source, RDF.predicate))
        return stated[0] is None or stated[1] is None
    is_copy = (
        predicate in (ORG.member, ORG.organization, ORG.role) and (source, RDF.type, reader.zn.Deelname) in reader.graph
    )
    return not is_copy


def _group(reader: Reader, description: Description, predicate: URIRef, sources: list[Node]) -> Incoming:
    key = incoming_key(reader.frame.base, predicate)
    if key in INCOMING_TITLES:
        title = Text(reader.t.gettext(INCOMING_TITLES[key]))
    else:
        name = reader.property_name(predicate)
        title = Text(reader.t.gettext("Refer to this by “{property}”").format(property=name.text))
    items = [(source, _item(reader, source, predicate, description.iri)) for source in set(sources)]
    items.sort(key=lambda pair: place(reader, pair[0], pair[1].value.link))
    total = len(items) if description.pages == 1 else description.counts.get(predicate, len(items))
    return Incoming(key, title, total, tuple(item for _, item in items))


def _item(reader: Reader, source: Node, predicate: URIRef, iri: URIRef) -> Item:
    value = value_of(reader, source) if isinstance(source, BNode) else Value(_statement(reader, source))
    fact = reader.ledger.fact(source, predicate, iri)
    evidence = fact.evidence or (reader.ledger.evidence_of(source) if reader.ledger.is_carrier(source) else ())
    is_repeated = predicate == reader.zn.citaat  # the page is the quotation itself
    return Item(value, () if is_repeated else reader.proofs(evidence))


def _statement(reader: Reader, node: Node) -> Link:
    """A mention of a node; a claim is told with its value."""
    return _told(reader, node, reader.link(node))


def _told(reader: Reader, node: Node, link: Link) -> Link:
    claimed = reader.graph.value(node, RDF.object)
    if claimed is None:
        return link
    value = value_of(reader, claimed).link.text
    return Link(Text(f"{link.text.text}: {value.text}", value.lang), link.href, link.iri)
