"""Changes that are no documents: judged by the same rules, beside what was accepted a moment ago."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from zorgnetwerk.submission import changes
from zorgnetwerk.submission.changing import beside, judge_change
from zorgnetwerk.submission.checking import Checker
from zorgnetwerk.submission.holdings import read_folder
from zorgnetwerk.submission.neighbourhood import GraphEdges
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE

from .desk import PREFIXES, document

ROOT = Path(__file__).resolve().parents[2]
JESSA = URIRef(f"{RESERVED_BASE}id/organisatie/jessa-ziekenhuis")
GRAPH = f"{RESERVED_BASE}id/graaf/inzending-x"
PARTICIPATION = f"""{PREFIXES}
@prefix rol: <auth/rollen/> . @prefix zekerheid: <auth/zekerheden/> .
<id/deelname/nieuw> a zn:Deelname ; zn:deelnemer <id/organisatie/az-nieuw> ; zn:deelnameAan <id/samenwerkingsverband/hospilim> ;
  zn:rol rol:deelnemer ; zn:zekerheid zekerheid:expliciet ; zn:citaat <id/citaat/000-012> .
""".encode()


@pytest.fixture(scope="module")
def content() -> Graph:
    return read_folder(ROOT / "ontologie") + read_folder(ROOT / "data")


def lines(body: bytes) -> list[str]:
    graph = Graph()
    for subject, predicate, value, _ in syntax.parse(body, media_types.TURTLE, RESERVED_BASE):
        graph.add((subject, predicate, value))
    return syntax.graph_to_lines(graph, GRAPH)


def rules(checker: Checker, added: list[str], removed: list[str]) -> set[str]:
    return {finding.rule for finding in judge_change(checker, added, removed).violations}


def test_what_others_build_on_is_missed(checker: Checker, content: Graph) -> None:
    gone, left = Graph(), Graph()
    for triple in content:
        (gone if triple[0] == JESSA else left).add(triple)
    removed = syntax.graph_to_lines(gone, GRAPH)
    assert "R23" in rules(checker.over(GraphEdges((left,))), [], removed)


def test_what_another_graph_says_too_is_not_missed(checker: Checker, content: Graph) -> None:
    gone = Graph()
    for triple in content.triples((JESSA, None, None)):
        gone.add(triple)
    assert rules(checker.over(GraphEdges((content,))), [], syntax.graph_to_lines(gone, GRAPH)) == set()


def test_what_was_accepted_a_moment_ago_counts_as_published(checker: Checker, content: Graph) -> None:
    over = checker.over(GraphEdges((content,)))
    assert "R23" in rules(over, lines(PARTICIPATION), [])
    accepted = changes.written(lines(document("az-nieuw")), ())
    assert "R23" not in rules(beside(over, accepted), lines(PARTICIPATION), [])
    undone = changes.written((), lines(document("az-nieuw")))
    assert "R23" in rules(beside(beside(over, accepted), undone), lines(PARTICIPATION), [])


def test_a_change_survives_its_way_to_the_judge() -> None:
    body = changes.written(["<a> <b> <c> ."], ['<d> <e> "-" .'])
    document_bytes, tail = changes.split({"unpublished_bytes": len(body)}, b"+document" + body)
    assert document_bytes == b"+document"
    assert changes.lines_of(tail) == (["<a> <b> <c> ."], ['<d> <e> "-" .'])
