"""Which facts a graph states, and on what words of which source each rests.

Reads the pattern of ``data/README.md``: plain triples with claims, and nodes (participations, times, quantities, functions, events)
that carry their quotations themselves. Must not know languages of readers nor pages.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import DCT, OA, PROV, RDF, vocabulary


@dataclass(frozen=True, slots=True)
class Evidence:
    """One quotation behind one fact.

    Shape: ``carrier`` is the node that states the fact (a claim, a participation …); ``words`` is None when it gives no quotation;
           ``certainty`` None means explicit.
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
            claims.sort()

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
        if not evidence and (value, self.zn.citaat, None) in self.graph:
            evidence = self.evidence_of(value)
        sorts = {sort for claim in claims for sort in self.graph.objects(claim, DCT.type) if isinstance(sort, URIRef)}
        return Fact(subject, predicate, value, evidence, tuple(sorted(sorts)))

    def evidence_of(self, carrier: Node) -> tuple[Evidence, ...]:
        """The quotations that a claim, participation, time or quantity gives for itself; one without words when it gives none."""
        certainty = _iri(self.graph.value(carrier, self.zn.zekerheid))
        state = self.graph.value(carrier, self.zn.toestandOp)
        speakers = tuple(sorted(who for who in self.graph.objects(carrier, PROV.wasAttributedTo) if isinstance(who, URIRef)))
        found = []
        for quotation in sorted(self.graph.objects(carrier, self.zn.citaat)):
            words = self.graph.value(quotation, OA.exact)
            found.append(
                Evidence(
                    carrier,
                    _iri(quotation),
                    words if isinstance(words, Literal) else None,
                    _iri(self.graph.value(quotation, PROV.wasQuotedFrom)),
                    certainty,
                    speakers,
                    state if isinstance(state, Literal) else None,
                )
            )
        bare = Evidence(carrier, certainty=certainty, speakers=speakers, state_date=state if isinstance(state, Literal) else None)
        return tuple(found) or (bare,)

    def source_date(self, source: Node) -> Literal | None:
        """The date of the state of a source that we hold, when the source states one."""
        for dated in (self.zn.toestandOp, DCT.modified, DCT.issued, DCT.date):
            value = self.graph.value(source, dated)
            if isinstance(value, Literal):
                return value
        return None


def _iri(node: Node | None) -> URIRef | None:
    return node if isinstance(node, URIRef) else None


def _order(node: Node) -> tuple[str, str]:
    return str(node), (node.language or "") if isinstance(node, Literal) else ""
