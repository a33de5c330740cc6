"""The W3C cases for the SPARQL protocol, sent as the manifest writes them.

Source: github.com/w3c/rdf-tests, sparql/sparql11/protocol/manifest.ttl.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS, Namespace
from rdflib.term import Node

from ..conftest import SHARED, Reply, RunningSite, start_site
from . import manifest
from .served import FLAGS

SUITE = SHARED / "w3c" / "rdf-tests" / "sparql"
NAME = "sparql11/protocol/manifest.ttl"
DEVIATIONS: dict[str, str] = tomllib.loads((Path(__file__).parent / "expected_failures.toml").read_text("utf-8"))[
    "sparql_protocol"
]
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
_FORMATS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {"application/sparql-results+json", "application/sparql-results+xml", "text/csv"},
    "RDF": {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"},
}


@dataclass(frozen=True)
class Exchange:
    """One request of a case, and what its answer must be: the first digits of the status, the verdict, the format."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    statuses: frozenset[str]
    verdict: bool | None
    format: str


def cases() -> dict[str, list[Exchange]]:
    """The exchanges of every case, by its IRI."""
    graph = manifest.read_manifest(SUITE, NAME)
    found = {}
    for entry in graph.subjects(RDF.type, manifest.MF.ProtocolTest):
        action = graph.value(entry, manifest.MF.action)
        requests = graph.value(action, HT.requests)
        assert requests is not None
        found[str(entry)] = [_exchange(graph, node) for node in Collection(graph, requests)]
    return found


def _exchange(graph: Graph, node: Node) -> Exchange:
    told = graph.value(node, HT.resp)
    verdict = graph.value(told, manifest.MF.expectedBoolean)
    content = graph.value(node, HT.body)
    headers = graph.value(node, HT.headers)
    encoding = str(graph.value(content, CNT.characterEncoding) or "utf-8")
    return Exchange(
        str(graph.value(node, HT.methodName)),
        str(graph.value(node, HT.absolutePath)).replace("/sparql/", "/sparql", 1),
        tuple(
            (str(graph.value(header, HT.fieldName)), str(graph.value(header, HT.fieldValue)))
            for header in (Collection(graph, headers) if headers else ())
        ),
        None if content is None else str(graph.value(content, CNT.chars)).encode(encoding),
        frozenset(str(status)[-3] for status in graph.objects(told, manifest.MF.expectedStatus)),
        None if verdict is None else str(verdict) == "true",
        str(graph.value(told, manifest.MF.expectedFormat) or ""),
    )


CASES = cases() if SUITE.is_dir() else {}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site that serves the graphs of the manifest under the names that it gives them."""
    place = tmp_path_factory.mktemp("protocol")
    graph = manifest.read_manifest(SUITE, NAME)
    lines: set[str] = set()
    for node in graph.subjects(UT.graph):
        name = graph.value(node, RDFS.label)
        path = str(graph.value(node, UT.graph)).removeprefix(manifest.SUITE)
        triples = (SUITE / path).read_text("utf-8").splitlines()
        lines.update(f"{triple.rstrip(' .')} <{name}> ." for triple in triples if triple)
    (place / "content").mkdir()
    (place / "content" / "graphs.nq").write_text("\n".join(sorted(lines)), "utf-8")
    running = start_site(place / "state", place / "content", *FLAGS)
    try:
        yield running
    finally:
        running.stop()


def test_the_cases_are_there(shared: Path) -> None:
    assert SUITE.is_relative_to(shared)
    assert len(CASES) == 34
    assert set(DEVIATIONS) < set(CASES)


@pytest.mark.parametrize("iri", CASES, ids=[str(iri) for iri in CASES])
def test_case(endpoint: RunningSite, iri: str) -> None:
    told = []
    for sent in CASES[iri]:
        reply = endpoint.ask(sent.target, dict(sent.headers), sent.method, sent.body)
        told.append(f"{sent.method} {sent.target}: {reply.status} {reply.text[:300]}" if not fits(reply, sent) else "")
    failures = [line for line in told if line]
    if iri in DEVIATIONS:
        assert failures, f"passes now: remove it from expected_failures.toml ({DEVIATIONS[iri]})"
        pytest.xfail(DEVIATIONS[iri])
    assert failures == []


def fits(reply: Reply, sent: Exchange) -> bool:
    """Whether an answer is the expected one."""
    if str(reply.status)[0] not in sent.statuses:
        return False
    if sent.verdict is not None and json.loads(reply.body)["boolean"] is not sent.verdict:
        return False
    return not sent.format or reply.kind in _FORMATS[sent.format]
