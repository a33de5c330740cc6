"""The W3C SPARQL manifests as cases: which query over which files must give what.

Every IRI of a case is relative to the suite: the suite may stand at any address, and a query, its data and its expected
result mean the same as long as all three are read against that address.

Source: the manifest vocabulary of the DAWG (mf:, qt:) as the W3C rdf-tests repository uses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, Namespace
from rdflib.term import Node

from zorgnetwerk.terms import syntax

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")

SUITE = "https://w3c.github.io/rdf-tests/sparql/"
"""Where the suite stands on the web; manifests are read against it, so that a case has its public IRI."""
ROOTS = (
    "sparql10/manifest.ttl",
    "sparql11/manifest-sparql11-query.ttl",
    "sparql11/manifest-sparql11-results.ttl",
    "sparql12/manifest.ttl",
)
"""Query language and result formats. Left out: updates and the graph store protocol (this endpoint has none),
entailment regimes (the service says Simple), and federation, which has a test of its own."""
FEDERATION = ("sparql11/manifest-sparql11-fed.ttl",)

_EVALUATION = (MF.QueryEvaluationTest, MF.CSVResultFormatTest)
_POSITIVE = (MF.PositiveSyntaxTest, MF.PositiveSyntaxTest11)
_NEGATIVE = (MF.NegativeSyntaxTest, MF.NegativeSyntaxTest11)
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]*)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Case:
    """One test of the suite.

    Shape: ``kind`` is evaluation, positive or negative; ``query``, ``data``, ``graphs`` and ``result`` are paths inside
    the suite; ``graphs`` are named by their own address; ``is_lax`` allows fewer duplicates (REDUCED).
    """

    iri: str
    kind: str
    query: str
    data: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()
    result: str = ""
    is_lax: bool = False

    @property
    def dataset(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What must be served for this case; equal for cases that can share a release."""
        return self.data, self.graphs

    @property
    def edition(self) -> str:
        """The folder of the suite: sparql10, sparql11 or sparql12."""
        return self.query.partition("/")[0]


def cases(root: Path, manifests: tuple[str, ...] = ROOTS) -> list[Case]:
    """The cases of these manifests and those that they include, in order, each once."""
    found: dict[str, Case] = {}
    for name in manifests:
        for case in _of_manifest(root, name):
            found.setdefault(case.iri, case)
    return list(found.values())


def read_manifest(root: Path, name: str) -> Graph:
    """The triples of one manifest, read against its public address."""
    return syntax.read_graph(root / name, SUITE + name)


def _of_manifest(root: Path, name: str) -> Iterator[Case]:
    graph = read_manifest(root, name)
    for included in graph.objects(None, MF.include):
        for item in Collection(graph, included):
            yield from _of_manifest(root, _path(item))
    for entries in graph.objects(None, MF.entries):
        for entry in Collection(graph, entries):
            case = _case(root, graph, entry)
            if case is not None:
                yield case


def _case(root: Path, graph: Graph, entry: Node) -> Case | None:
    kinds = set(graph.objects(entry, RDF.type))
    action = graph.value(entry, MF.action)
    if action is None:
        return None
    for kind, types in (("positive", _POSITIVE), ("negative", _NEGATIVE)):
        if kinds.intersection(types):
            return Case(str(entry), kind, _path(graph.value(action, QT.query) or action))
    if not kinds.intersection(_EVALUATION):
        return None
    query = _path(graph.value(action, QT.query))
    data = tuple(sorted(_path(node) for node in graph.objects(action, QT.data)))
    named = {_path(node) for node in graph.objects(action, QT.graphData)}
    result = _path(graph.value(entry, MF.result))
    is_lax = (entry, MF.resultCardinality, MF.LaxCardinality) in graph
    graphs = tuple(sorted(named | set(_of_clauses(root, query))))
    return Case(str(entry), "evaluation", query, data, graphs, result, is_lax)


def _of_clauses(root: Path, query: str) -> Iterator[str]:
    """The files of the suite that the query itself names by FROM and FROM NAMED."""
    for reference in _FROM.findall((root / query).read_text("utf-8")):
        path = f"{Path(query).parent.as_posix()}/{reference}"
        if (root / path).is_file():
            yield path


def _path(node: Node | None) -> str:
    assert isinstance(node, URIRef)
    assert node.startswith(SUITE)
    return str(node.removeprefix(SUITE))
