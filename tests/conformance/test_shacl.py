"""The W3C SHACL core and SPARQL suites through our own way to the validator, with the shapes of each case instead of ours.

Compared is the report as RDF: whether it conforms, and of each result focus node, path (where it is one property), value,
severity and constraint component, with their number. Messages are compared where the case brings its own. The same cases
are put to pySHACL by itself, and we may pass no fewer. Deviations stand in ``shacl_deviations.toml``.
"""

from __future__ import annotations

import sys
import tomllib
import warnings
from collections import Counter
from pathlib import Path

import pyshacl
import pytest
from rdflib import SH, Graph, Literal

from zorgnetwerk.errors import ContentError
from zorgnetwerk.submission.dependencies import reaches
from zorgnetwerk.submission.findings import ValidationReport
from zorgnetwerk.submission.neighbourhood import GraphEdges, neighbourhood
from zorgnetwerk.submission.rules import Rulebook, Scope
from zorgnetwerk.submission.validation import Shapes, validate

from .shacl_cases import FOLDER, Case, cases, report_node, results

DEVIATIONS = tomllib.loads((Path(__file__).parent / "shacl_deviations.toml").read_text("utf-8"))
REFUSED: dict[str, str] = DEVIATIONS["refused"]
TOLD_ONCE: dict[str, str] = DEVIATIONS["told_once"]
CASES = cases()
LEAST_CASES = 121
EVALUATED = [
    case
    for case in CASES
    if case.expected is not None and case.name not in REFUSED and "sparql/component" not in case.name
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
each_evaluated_case = pytest.mark.parametrize("case", EVALUATED, ids=lambda case: case.name)
beside_the_suites = pytest.mark.skipif(not CASES, reason="the suites are not beside this checkout")


def shapes_of(case: Case) -> Shapes:
    return Shapes.of(Rulebook(case.shapes, frozenset()))


def ours(case: Case) -> ValidationReport | None:
    """Our report; None where the shapes are refused."""
    try:
        return validate(case.data, shapes_of(case), Scope.CONTENT)
    except ContentError:
        return None


def passes(case: Case, report: ValidationReport | None, is_told_once: bool = False) -> bool:
    """Whether a report is the one that the suite expects."""
    if report is None or case.expected is None:
        return report is case.expected
    graph = report.graph()
    found, expected = results(graph, report_node(graph)), case.expected
    if is_told_once:
        found, expected = Counter(set(found)), Counter(set(expected))
    # Our word "conforms" is about violations only: a warning does not refuse. The suite counts every result.
    return found == expected and (not report.findings) == case.conforms


def plain(case: Case) -> bool:
    """Whether pySHACL by itself gives what the suite expects."""
    try:
        conforms, graph, _ = pyshacl.validate(case.data, shacl_graph=case.shapes)
    except Exception:  # whatever it raises
        return case.expected is None
    if not isinstance(graph, Graph):
        return case.expected is None
    return case.expected is not None and (conforms, results(graph, report_node(graph))) == (
        case.conforms,
        case.expected,
    )


def test_the_suite_is_whole(shared: Path) -> None:
    assert FOLDER.is_relative_to(shared)
    assert len(CASES) >= LEAST_CASES
    assert {case.name.partition("/")[0] for case in CASES} == {"core", "sparql"}
    assert sum(case.expected is None for case in CASES) >= 5


@beside_the_suites
def test_every_deviation_names_a_case_and_its_reason() -> None:
    named = {**REFUSED, **TOLD_ONCE}
    assert set(named) <= {case.name for case in CASES}
    assert [name for name, reason in named.items() if len(reason) < 20] == []
    assert not set(REFUSED) & set(TOLD_ONCE)


@each_case
def test_case(case: Case) -> None:
    report = ours(case)
    if case.name in REFUSED:
        assert not passes(case, report), f"passes now: remove it from shacl_deviations.toml ({REFUSED[case.name]})"
        pytest.xfail(REFUSED[case.name])
    if case.name in TOLD_ONCE:
        assert not passes(case, report), f"passes in full: remove it ({TOLD_ONCE[case.name]})"
    assert passes(case, report, case.name in TOLD_ONCE), report


@each_case
def test_own_words_of_a_case_reach_the_report(case: Case) -> None:
    """A message that the shape brings is told; one that the suite does not expect may be the engine's."""
    report = ours(case)
    for finding in report.findings if report and case.name not in REFUSED else ():
        told = {Literal(text, lang=tag) for tag, text in finding.messages.items()}
        wanted = case.messages.get(finding.focus_node, frozenset()) if finding.focus_node is not None else frozenset()
        assert {str(text) for text in wanted} <= {str(text) for text in told}


@each_evaluated_case
def test_neighbourhood_of_the_whole_data_gives_the_verdict_of_the_whole(case: Case) -> None:
    """The chains that are read from the shapes of each case reach all that the case is about.

    Left out: cases whose shapes are refused, and what chains need not know because our shapes have none of it (own
    constraint components, target nodes).
    """
    shapes = shapes_of(case)
    targeted = set(shapes.rules.graph.subjects(SH.targetNode))
    near = neighbourhood(reaches(shapes), GraphEdges((Graph(),)), case.data)
    whole = validate(case.data, shapes, Scope.CONTENT)
    close = validate(near.graph, shapes, Scope.CONTENT, near.focus)
    lost = set(map(told, whole.findings)) - set(map(told, close.findings))
    assert set(map(told, close.findings)) <= set(map(told, whole.findings))
    if not targeted:
        assert not lost


def told(finding: object) -> tuple[object, ...]:
    return tuple(getattr(finding, name) for name in ("rule", "focus_node", "path", "value", "severity"))


@beside_the_suites
def test_our_score_is_no_lower_than_that_of_the_validator(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the suite has literals that are no values, on purpose
        own = sum(passes(case, ours(case), case.name in TOLD_ONCE) for case in CASES)
        engine = sum(plain(case) for case in CASES)
    with capsys.disabled():
        sys.stdout.write(f"\nSHACL: {own} of {len(CASES)} through our validation, {engine} by pySHACL itself\n")
    assert own >= engine
