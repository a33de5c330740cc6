"""Our way through the validator gives what the validator gives by itself."""

from __future__ import annotations

from pathlib import Path

import pyshacl
import pytest
from rdflib import SH, Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.errors import ContentError
from zorgnetwerk.submission.checking import Checker
from zorgnetwerk.submission.findings import Severity
from zorgnetwerk.submission.neighbourhood import neighbourhood
from zorgnetwerk.submission.rules import Rulebook, Scope
from zorgnetwerk.submission.validation import Shapes, validate
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE

from .unplanned import rdflib_alone

ROOT = Path(__file__).resolve().parents[2]
INVALID = ROOT / "shapes" / "examples" / "invalid"
PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e.example/> . @prefix dct: <http://purl.org/dc/terms/> ."""


SAMPLE = (
    "R07-name-taken", "R11-check-digits", "R14-form-of-another-list", "R17-two-on-one-quotation", "R18-full-member", "R20-certain",
    "R25-twice", "R28-before", "R31-reversed", "R36-about-thirty", "R46-two-subjects",
)  # fmt: skip


def shapes_of(turtle: str) -> Shapes:
    graph = Graph()
    for subject, predicate, value, _ in syntax.parse(f"{PREFIXES}\n{turtle}".encode(), media_types.TURTLE):
        graph.add((subject, predicate, value))
    return Shapes.of(Rulebook(graph, frozenset()))


def data_of(turtle: str) -> Graph:
    graph = Graph()
    for subject, predicate, value, _ in syntax.parse(f"{PREFIXES}\n{turtle}".encode(), media_types.TURTLE):
        graph.add((subject, predicate, value))
    return graph


def test_results_are_those_of_the_validator(checker: Checker) -> None:
    """Prepared constraints, the direct drive and the set of parameters change nothing: many invalid examples at once."""
    added = Graph()
    for number, name in enumerate(SAMPLE):
        for triple in syntax.read_graph(INVALID / f"{name}.ttl", RESERVED_BASE):
            added.add(tuple(apart(term, number) for term in triple))  # type: ignore[arg-type]  # three terms
    graph = neighbourhood(checker.reaches, checker.published, added).graph
    report = validate(graph, checker.shapes, Scope.SUBMISSION)
    ours = {(finding.shape, str(finding.focus_node), str(finding.severity.iri)) for finding in report.findings}
    theirs = plain_results(graph, checker.shapes.rules.graph)
    assert ours <= theirs
    silenced = {(shape, focus, severity) for shape, focus, severity in theirs - ours if severity == str(SH.Warning)}
    assert theirs - ours == silenced, "only a warning beside a violation of the same rule is left out"
    assert {checker.shapes.rules.rule(shape) for shape, _, _ in ours} >= {name.partition("-")[0] for name in SAMPLE}


def apart(term: Node, number: int) -> Node:
    """The term with the things of one example kept apart from those of the others."""
    if isinstance(term, URIRef):
        return URIRef(str(term).replace("voorbeeld", f"voorbeeld-{number}"))
    if isinstance(term, Literal) and term.language:
        return Literal(str(term).replace("oorbeeld", f"oorbeeld {number}"), lang=term.language)
    return term


def plain_results(graph: Graph, shapes: Graph) -> set[tuple[URIRef, str, str]]:
    """Speaker, node and severity of each result of the validator by itself."""
    with rdflib_alone():
        _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, allow_warnings=True, meta_shacl=False)
    assert isinstance(report, Graph)
    return {
        (
            URIRef(str(report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape))),
            str(report.value(result, SH.focusNode)),
            str(report.value(result, SH.resultSeverity)),
        )
        for result in report.objects(None, SH.result)
    }


def test_warning_alone_conforms() -> None:
    shapes = shapes_of(
        "e:s a sh:NodeShape ; sh:targetNode e:x ; sh:severity sh:Warning ; sh:property e:p . e:p sh:path e:q ; sh:minCount 1 ; sh:severity sh:Warning ."
    )
    report = validate(data_of("e:x e:r 1 ."), shapes, Scope.CONTENT)
    assert report.conforms
    assert [finding.severity for finding in report.findings] == [Severity.WARNING]


def test_shape_of_somebody_else_speaks_under_its_own_name_in_the_words_of_the_engine() -> None:
    shapes = shapes_of("e:s a sh:NodeShape ; sh:targetNode e:x ; sh:property e:p . e:p sh:path e:q ; sh:minCount 1 .")
    (finding,) = validate(data_of("e:x e:r 1 ."), shapes, Scope.CONTENT).findings
    assert finding.rule == "http://e.example/p"
    assert "e:q" in finding.message("nl") or "q" in finding.message("nl")
    assert finding.detail["found"] == "0"
    assert finding.detail["expected"] == "1"


def test_query_values_reach_the_sentence_and_the_detail() -> None:
    shapes = shapes_of(
        'e:s a sh:NodeShape ; sh:targetNode e:x ; sh:sparql e:c . e:c sh:message "{?value} of {?other}"@en ; '
        'sh:select "SELECT $this ?value ?other WHERE { $this <http://e.example/r> ?value . BIND (2 AS ?other) }" .'
    )
    (finding,) = validate(data_of("e:x e:r 1 ."), shapes, Scope.CONTENT).findings
    assert finding.message("en") == "1 of 2"
    assert finding.detail == {"other": "2"}
    assert finding.value == Literal("1", datatype=URIRef("http://www.w3.org/2001/XMLSchema#integer"))


def test_of_a_choice_of_paths_the_one_with_the_value_is_named() -> None:
    shapes = shapes_of(
        "e:s a sh:NodeShape ; sh:targetNode e:x ; sh:property e:p . e:p sh:path [ sh:alternativePath ( e:q e:r ) ] ; sh:nodeKind sh:IRI ."
    )
    (finding,) = validate(data_of("e:x e:r 1 ; e:q e:y ."), shapes, Scope.CONTENT).findings
    assert finding.path == URIRef("http://e.example/r")


def test_malformed_shape_and_query_are_errors_of_the_content() -> None:
    with pytest.raises(ContentError, match="does not parse"):
        shapes_of('e:s a sh:NodeShape ; sh:targetNode e:x ; sh:sparql e:c . e:c sh:select "SELECT $this WHERE {" .')
    shapes = shapes_of(
        "e:s a sh:NodeShape ; sh:targetNode e:x ; sh:property e:p . e:p sh:path e:q ; sh:minCount 1 , 2 ."
    )
    with pytest.raises(ContentError, match=r"e\.example/s"):
        validate(data_of("e:x e:r 1 ."), shapes, Scope.CONTENT)


def test_report_is_a_report_of_the_standard_with_our_numbers(checker: Checker) -> None:
    data = (INVALID / "R15-lonely.ttl").read_bytes()
    graph = checker.check(data, media_types.TURTLE).graph()
    (report,) = graph.subjects(predicate=SH.conforms)
    assert graph.value(report, SH.conforms) == Literal(False)
    rules = {str(number) for number in graph.objects(None, URIRef("http://purl.org/dc/terms/identifier"))}
    assert "R15" in rules
    for result in graph.objects(report, SH.result):
        assert {text.language for text in graph.objects(result, SH.resultMessage) if isinstance(text, Literal)} == {
            "nl",
            "fr",
            "de",
            "en",
        }
        assert graph.value(result, SH.resultSeverity) in (SH.Violation, SH.Warning, SH.Info)
