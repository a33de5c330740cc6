"""Validating the neighbourhood of a change gives the verdict of validating the whole, on generated changes.

Two comparisons for each change, both exact. Shape by shape on the nodes that the neighbourhood names, the findings on the
neighbourhood are those on the whole graph; and whatever is wrong in the whole after the change and was not before is
among them. Deletions, inverse paths, SPARQL constraints and counts take part: a run that met none of them fails.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from rdflib import Graph

from zorgnetwerk.submission.checking import Checker
from zorgnetwerk.submission.findings import Finding, Severity
from zorgnetwerk.submission.holdings import read_folder
from zorgnetwerk.submission.neighbourhood import GraphEdges, neighbourhood
from zorgnetwerk.submission.rules import Scope
from zorgnetwerk.submission.validation import validate

from .small_world import Change, Changes, cut_out

ROOT = Path(__file__).resolve().parents[2]
USUAL, LONG = 200, 2_000
COUNTS = ("R15", "R16", "R21")
INVERSE = ("R15", "R16", "R21", "R37", "R40")
QUERIES = ("R20", "R25", "R26", "R28", "R31", "R32", "R36")

Told = tuple[str, str, str, str, str]


def told(finding: Finding) -> Told:
    named = (finding.shape, finding.severity, finding.focus_node, finding.path, finding.value)
    return tuple(map(str, named))  # type: ignore[return-value]  # five of them


@dataclass
class Tally:
    """What the generated changes had in them."""

    changes: int = 0
    with_removals: int = 0
    refused: int = 0
    smaller: int = 0
    rules: Counter[str] = field(default_factory=Counter)


class Comparison:
    """A published world, and the comparison of the two ways on a change of it."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.world = cut_out(read_folder(ROOT / "data"), read_folder(ROOT / "ontologie"))
        self.changes = Changes(self.world)
        self.before = set(map(told, validate(self.world, checker.shapes, Scope.CONTENT).findings))

    def compare(self, change: Change, tally: Tally) -> None:
        added, removed = graph_of(change.added), graph_of(change.removed)
        near = neighbourhood(self.checker.reaches, GraphEdges((self.world,)), added, removed)
        after = self.world + added - removed
        shapes = self.checker.shapes
        close = validate(near.graph, shapes, Scope.CONTENT, near.focus)
        same_nodes = validate(after, shapes, Scope.CONTENT, near.focus)
        whole = validate(after, shapes, Scope.CONTENT)
        ours = set(map(told, close.findings))
        assert ours == set(map(told, same_nodes.findings))
        assert close.checked == same_nodes.checked
        everything = set(map(told, whole.findings))
        assert everything - self.before <= ours
        assert set(map(told, close.violations)) <= everything
        tally.changes += 1
        tally.with_removals += bool(change.removed)
        tally.refused += any(finding.severity is Severity.VIOLATION for finding in close.findings)
        tally.smaller += len(near.graph) < len(after)
        tally.rules.update({finding.rule for finding in close.findings})


def graph_of(triples: frozenset[tuple[object, ...]] | frozenset[object]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)  # type: ignore[arg-type]  # three terms
    return graph


@pytest.fixture(scope="module")
def comparison(checker: Checker) -> Comparison:
    return Comparison(checker)


def run(comparison: Comparison, examples: int, number: int) -> Tally:
    tally = Tally()

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        comparison.compare(data.draw(comparison.changes.any_change()), tally)

    holds()
    return tally


def covers(tally: Tally, examples: int) -> None:
    """The generated changes were worth comparing."""
    assert tally.changes >= examples
    assert tally.with_removals > examples // 5
    assert examples // 3 < tally.refused
    assert tally.smaller > examples * 9 // 10
    for group in (COUNTS, INVERSE, QUERIES):
        assert set(group) & set(tally.rules), (group, tally.rules)
    assert len(tally.rules) > 15, tally.rules


def test_world_is_small_and_has_a_network(comparison: Comparison) -> None:
    assert 300 < len(comparison.world) < 2_500
    assert len(comparison.changes.things) > 25


def test_verdicts_are_equal_on_generated_changes(comparison: Comparison) -> None:
    covers(run(comparison, USUAL, 5), USUAL)


@pytest.mark.long
@pytest.mark.parametrize("number", range(4))
def test_verdicts_are_equal_on_many_more(number: int, comparison: Comparison) -> None:
    covers(run(comparison, LONG // 4, 100 + number), LONG // 4)
