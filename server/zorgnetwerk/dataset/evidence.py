"""Which facts a graph states, and on what words of which source each rests.

Reads the pattern of ``data/README.md``: plain triples with claims, and nodes (participations, times, quantities,
functions, events) that carry their quotations themselves. Must not know languages of readers nor pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import DCT, OA, PROV, RDF, vocabulary


@dataclass(frozen=True, slots=True)
class Evidence:
    """One quotation, or one source without quotation, behind one fact.

    Shape: ``carrier`` is the node that states the fact (a claim, a participation …); ``words`` is None when it gives
           no quotation; ``certainty`` None means explicit.
    """

    carrier: Node
    quotation: URIRef | None = None
    words: Literal | None = None
    source: URIRef | None = None
    certainty: URIRef | None = None
    speakers: tuple[URIRef, ...] = ()
    state_date: Literal | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One triple about a thing, with its evidence and the sorts of fact it is (``dct:type`` of its claims)."""

    subject: Node
    predicate: URIRef
    value: Node
    evidence: tuple[Evidence, ...] = ()
    sorts: tuple[URIRef, ...] = ()


class Ledger:
    """The facts of one graph, found by subject or by node."""

    def __init__(self, graph: Graph, base: Base) -> None:
        self.graph = graph
        self.zn: Namespace = vocabulary(base)
        self._claims: dict[tuple[Node, Node, Node], list[Node]] = defaultdict(list)
        for claim, subject in graph.subject_objects(RDF.subject):
            predicate, value = graph.value(claim, RDF.predicate), graph.value(claim, RDF.object)
            if predicate is not None and value is not None:
                self._claims[subject, predicate, value].append(claim)
        for claims in self._claims.values():
            claims.sort(key=_order)

    def facts_about(self, subject: Node) -> list[Fact]:
        """Every fact with this subject: stated outright, or only in a claim; ordered by property and value."""
        triples = {(predicate, value) for predicate, value in self.graph.predicate_objects(subject)}
        triples |= {(predicate, value) for about, predicate, value in self._claims if about == subject}
        ordered = sorted(triples, key=lambda pair: (str(pair[0]), _order(pair[1])))
        return [self.fact(subject, predicate, value) for predicate, value in ordered if isinstance(predicate, URIRef)]

    def fact(self, subject: Node, predicate: URIRef, value: Node) -> Fact:
        """This fact with the evidence of its claims, or of the node that is its value."""
        claims = self._claims.get((subject, predicate, value), [])
        evidence = tuple(item for claim in claims for item in self.evidence_of(claim))
        if not evidence and self.is_carrier(value):
            evidence = self.evidence_of(value)
        sorts = {sort for claim in claims for sort in self.graph.objects(claim, DCT.type) if isinstance(sort, URIRef)}
        return Fact(subject, predicate, value, evidence, tuple(sorted(sorts)))

    def is_carrier(self, node: Node) -> bool:
        """Whether a node gives its own evidence: a quotation, or the source that it was taken from."""
        return (node, self.zn.citaat, None) in self.graph or (node, PROV.hadPrimarySource, None) in self.graph

    def evidence_of(self, carrier: Node) -> tuple[Evidence, ...]:
        """The quotations and sources that a claim, participation, time … gives for itself; one bare piece when it
        gives none.
        """
        graph = self.graph
        state = graph.value(carrier, self.zn.toestandOp)
        bare = Evidence(
            carrier,
            certainty=_iri(graph.value(carrier, self.zn.zekerheid)),
            speakers=tuple(
                sorted(who for who in graph.objects(carrier, PROV.wasAttributedTo) if isinstance(who, URIRef))
            ),
            state_date=state if isinstance(state, Literal) else None,
        )
        found = [self._quoted(bare, quotation) for quotation in in_order(graph.objects(carrier, self.zn.citaat))]
        quoted = {item.source for item in found}
        sources = in_order(graph.objects(carrier, PROV.hadPrimarySource))
        found += [
            replace(bare, source=source) for source in sources if isinstance(source, URIRef) and source not in quoted
        ]
        return tuple(found) or (bare,)

    def _quoted(self, bare: Evidence, quotation: Node) -> Evidence:
        words = self.graph.value(quotation, OA.exact)
        return replace(
            bare,
            quotation=_iri(quotation),
            words=words if isinstance(words, Literal) else None,
            source=_iri(self.graph.value(quotation, PROV.wasQuotedFrom)),
        )

    def source_date(self, source: Node) -> Literal | None:
        """The date of the state of a source that we hold, when the source states one."""
        for dated in (self.zn.toestandOp, DCT.modified, DCT.issued, DCT.date):
            value = self.graph.value(source, dated)
            if isinstance(value, Literal):
                return value
        return None


def in_order(nodes: Iterable[Node]) -> list[Node]:
    """Terms in an order that does not depend on chance.

    >>> in_order([URIRef("http://e/b"), URIRef("http://e/a")])[0]
    rdflib.term.URIRef('http://e/a')
    """
    return sorted(nodes, key=_order)


def _iri(node: Node | None) -> URIRef | None:
    return node if isinstance(node, URIRef) else None


def _order(node: Node) -> tuple[str, str]:
    return str(node), (node.language or "") if isinstance(node, Literal) else ""
