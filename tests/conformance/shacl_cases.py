"""The W3C SHACL suites as cases: which shapes over which data must give which results.

A file of the suite is read once, so that a blank node of an expected result is the one of the data.

Source: github.com/w3c/data-shapes, data-shapes-test-suite (vocabulary sht:).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import Namespace
from rdflib.term import Node

from zorgnetwerk.terms import syntax

from ..conftest import SHARED

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
FOLDER = SHARED / "w3c" / "shacl" / "tests"
SUITE = "https://w3c.github.io/data-shapes/data-shapes-test-suite/tests/"
BESIDE = ("sparql/component/nodeValidator-001.ttl",)
"""A case that stands in the suite's folder, and in none of its manifests."""

Result = tuple[Node | None, Node | None, Node | None, str, str]
"""Focus node, path (where it is one property), value, severity, constraint component."""


@dataclass(frozen=True)
class Case:
    """One test of the suite; ``expected`` is None where the shapes must be refused."""

    iri: str
    data: Graph = field(repr=False)
    shapes: Graph = field(repr=False)
    conforms: bool
    expected: Counter[Result] | None = field(repr=False)
    messages: Mapping[Node, frozenset[Node]] = field(repr=False)

    @property
    def name(self) -> str:
        return self.iri.removeprefix(SUITE)


def cases() -> list[Case]:
    """The cases of the suite in its own order; none when the suite is not there."""
    if not FOLDER.is_dir():
        return []
    return [case for name in ("manifest.ttl", *BESIDE) for case in _of_manifest(SUITE + name)]


@cache
def _read(iri: str) -> Graph:
    return syntax.read_graph(FOLDER / iri.removeprefix(SUITE), iri)


def _of_manifest(iri: str) -> Iterator[Case]:
    graph = _read(iri)
    for included in graph.objects(None, MF.include):
        yield from _of_manifest(str(included))
    for entries in graph.objects(None, MF.entries):
        for entry in Collection(graph, entries):
            yield _case(graph, entry)


def _case(graph: Graph, entry: Node) -> Case:
    action, result = graph.value(entry, MF.action), graph.value(entry, MF.result)
    data, shapes = (_read(str(graph.value(action, part))) for part in (SHT.dataGraph, SHT.shapesGraph))
    if result == SHT.Failure:
        return Case(str(entry), data, shapes, False, None, {})
    conforms = graph.value(result, SH.conforms) == Literal(True)
    nodes = list(graph.objects(result, SH.result))
    messages = {
        focus: frozenset(graph.objects(node, SH.resultMessage))
        for node in nodes
        if (focus := graph.value(node, SH.focusNode)) is not None
    }
    return Case(str(entry), data, shapes, conforms, results(graph, result), messages)


def results(graph: Graph, report: Node | None) -> Counter[Result]:
    """The results of a report as RDF."""
    return Counter(_result(graph, node) for node in graph.objects(report, SH.result))


def _result(graph: Graph, node: Node) -> Result:
    path = graph.value(node, SH.resultPath)
    return (
        graph.value(node, SH.focusNode),
        path if isinstance(path, URIRef) else None,
        graph.value(node, SH.value),
        str(graph.value(node, SH.resultSeverity)),
        str(graph.value(node, SH.sourceConstraintComponent)),
    )


def report_node(graph: Graph) -> Node | None:
    """The one report of a graph."""
    return next(iter(graph.subjects(RDF.type, SH.ValidationReport)), None)
