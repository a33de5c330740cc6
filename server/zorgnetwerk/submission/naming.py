"""What the things of a report are called: by their own submission, by what is published, by ontology and shapes.

Knows names in four languages, and sentences for nodes that never have a name. Must not know pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset import labels
from zorgnetwerk.submission.findings import ValidationReport
from zorgnetwerk.submission.neighbourhood import Edges
from zorgnetwerk.submission.rules import Rulebook
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.namespaces import OA, RDF, RESERVED_ZN, SH

_TELLING: Final = (*labels.NAME_PROPERTIES, RDF.type, OA.exact, RESERVED_ZN.tijdstekst, RESERVED_ZN.deelnemer,
    RESERVED_ZN.deelnameAan)  # fmt: skip
_PARTICIPATION: Mapping[str, str] = MappingProxyType(
    {
        "nl": "deelname van {party} aan {partnership}",
        "fr": "participation de {party} à {partnership}",
        "de": "Teilnahme von {party} an {partnership}",
        "en": "participation of {party} in {partnership}",
    }
)

_ITSELF: Mapping[str, str] = MappingProxyType(
    {"nl": "deze inzending", "fr": "cet envoi", "de": "diese Einreichung", "en": "this submission"}
)


class Names:
    """The names of what one report mentions."""

    def __init__(self, graph: Graph, published: Edges, ontology: Graph, rules: Rulebook, base: Base) -> None:
        self._graph, self._published, self._ontology, self._rules, self._base = graph, published, ontology, rules, base
        self._known = Graph()
        self._fetched: set[Node] = set()

    def learn(self, report: ValidationReport) -> None:
        """Looks up everything that a report mentions, and what those mention, at once."""
        nodes = {self._reserve(node) for found in report.findings for node in (found.focus_node, found.value) if node}
        self._fetch(nodes)
        linked = {
            value
            for graph in (self._graph, self._known)
            for link in (RESERVED_ZN.deelnemer, RESERVED_ZN.deelnameAan)
            for node in nodes
            for value in graph.objects(node, link)
        }
        self._fetch(linked)

    def of(self, term: Node | None, language: str) -> str:
        """What this node is called; the words of a literal; an empty text for nothing."""
        if term is None:
            return ""
        if isinstance(term, Literal):
            return str(term)
        node = self._reserve(term)
        if str(node) == RESERVED_BASE:
            return _ITSELF[language]
        for graph in (self._graph, self._known, self._ontology):
            found = labels.label(graph, node, language)
            if found is not None and str(found).strip():
                return str(found)
        return self._sentence(node, language) or self._kind_and_slug(node, language)

    def property(self, path: Node | None, shape: Node | None, language: str) -> str:
        """What a property is called: by the ontology, else by the shape that speaks of it."""
        if path is None:
            return ""
        found = labels.label(self._ontology, self._reserve(path), language)
        if found is not None:
            return str(found)
        named = self._rules.texts(self._reserve(shape), SH.name) if shape is not None else {}
        return named.get(language) or labels.local_name(str(path))

    def rule(self, shape: Node | None, language: str) -> str:
        """What the rule that speaks is called."""
        return self._rules.texts(self._reserve(shape), SH.name).get(language, "") if shape is not None else ""

    def _sentence(self, node: Node, language: str) -> str:
        words = self._value(node, OA.exact) or self._value(node, RESERVED_ZN.tijdstekst)
        if words is not None and str(words).strip():
            return f"“{words}”"
        party, partnership = self._value(node, RESERVED_ZN.deelnemer), self._value(node, RESERVED_ZN.deelnameAan)
        if party is None or partnership is None or node in (party, partnership):
            return ""
        names = {"party": self._short(party, language), "partnership": self._short(partnership, language)}
        return _PARTICIPATION[language].format(**names)

    def _short(self, node: Node, language: str) -> str:
        for graph in (self._graph, self._known):
            found = labels.label(graph, node, language)
            if found is not None:
                return str(found)
        return labels.local_name(str(node))

    def _kind_and_slug(self, node: Node, language: str) -> str:
        kind = self._value(node, RDF.type)
        label = labels.label(self._ontology, kind, language) if kind is not None else None
        slug = "" if isinstance(node, BNode) else str(node).rstrip("/").rpartition("/")[2].rpartition("#")[2]
        return " ".join(part for part in (str(label or ""), slug) if part) or str(node)

    def _value(self, node: Node, predicate: URIRef) -> Node | None:
        found = self._graph.value(node, predicate)
        return self._known.value(node, predicate) if found is None else found

    def _fetch(self, nodes: Iterable[Node]) -> None:
        wanted = {node for node in nodes if isinstance(node, URIRef) and node not in self._fetched}
        self._fetched |= wanted
        for predicate in _TELLING:
            for triple in self._published.leaving(wanted, predicate):
                self._known.add(triple)

    def _reserve(self, node: Node) -> Node:
        return URIRef(self._base.reserve(str(node))) if isinstance(node, URIRef) else node


def described(report: ValidationReport, names: Names, language: str) -> list[dict[str, str]]:
    """For each finding the names of thing, property, value and rule."""
    names.learn(report)
    return [
        {
            "focusName": names.of(found.focus_node, language),
            "pathName": names.property(found.path, found.shape, language),
            "valueName": names.of(found.value, language),
            "ruleName": names.rule(found.shape, language),
        }
        for found in report.findings
    ]
