"""Every rule speaks exactly where it should, in four languages, and no text makes it think for long."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.checking import Checker
from zorgnetwerk.submission.rules import Rulebook, Scope
from zorgnetwerk.submission.validation import Shapes, validate
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.namespaces import DCT

from .examples import EXAMPLES, ROOT, SUBMISSIONS, Example, examples, results

RULES = [f"R{number:02}" for number in range(1, 49)]
GUARDS = ["G1", "G2", "G3", "G4", "G5"]


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker.load(ROOT)


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return Rulebook.load(ROOT)


def speakers(graph: Graph) -> list[Node]:
    """Every shape and constraint that a result can name: what has a message, a path with a number, or a query."""
    own = set(graph.subjects(SH.message)) | set(graph.subjects(SH.select))
    return sorted(own, key=str)


@pytest.mark.parametrize("example", examples(EXAMPLES / "invalid"), ids=lambda example: example.path.stem)
def test_invalid_example_gives_exactly_the_named_results(example: Example, checker: Checker) -> None:
    assert example.expected, "an invalid example names its result"
    assert example.rule in {rule for rule, _, _ in example.expected}
    assert results(example.check(checker)) == example.expected


@pytest.mark.parametrize("example", examples(EXAMPLES / "valid"), ids=lambda example: example.path.stem)
def test_near_miss_gives_no_result(example: Example, checker: Checker) -> None:
    assert example.expected == set()
    assert results(example.check(checker)) == set()


@pytest.mark.parametrize("example", examples(SUBMISSIONS), ids=lambda example: example.path.stem)
def test_public_bad_submission_and_its_near_miss(example: Example, checker: Checker, shared: Path) -> None:
    assert results(example.check(checker, shared / "seeds")) == example.expected


def test_there_is_a_bad_submission_and_a_near_miss_for_each_of_the_twenty() -> None:
    names = [example.path.stem for example in examples(SUBMISSIONS)]
    for number in range(1, 21):
        own = [name for name in names if name.startswith(f"BP{number:02}-")]
        assert len(own) == 2, number
        assert f"BP{number:02}-near-miss" in own


@pytest.mark.parametrize("rule", RULES)
def test_rule_has_an_invalid_and_a_valid_example(rule: str) -> None:
    assert any(example.rule == rule for example in examples(EXAMPLES / "invalid"))
    assert any(example.rule == rule for example in examples(EXAMPLES / "valid"))


@pytest.mark.parametrize("rule", [*RULES, *GUARDS])
def test_rule_is_stated_in_the_shapes(rule: str, rules: Rulebook) -> None:
    assert (None, DCT.identifier, Literal(rule)) in rules.graph


def test_every_speaker_has_one_rule_and_words_in_four_languages(rules: Rulebook) -> None:
    assert len(speakers(rules.graph)) > 100
    for shape in speakers(rules.graph):
        assert isinstance(shape, URIRef), shape
        assert len(list(rules.graph.objects(shape, DCT.identifier))) == 1, shape
        assert str(shape).removeprefix(f"{RESERVED_BASE}shapes/").startswith(rules.rule(shape)), shape
        for predicate in (SH.message, SH.name):
            assert tuple(rules.texts(shape, predicate)) == LANGUAGES, (shape, predicate)
        assert (shape, SH.order, None) in rules.graph, shape
        group = rules.graph.value(shape, SH.group)
        assert (group, RDF.type, SH.PropertyGroup) in rules.graph, shape


def test_every_result_can_be_traced_to_a_rule(rules: Rulebook) -> None:
    """A property shape that is named by sh:property of a shape with targets speaks itself, so it has a number."""
    targets = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
    tops = {shape for target in targets for shape in rules.graph.subjects(target)}
    for top in tops:
        for inner in (top, *rules.graph.objects(top, SH.property)):
            assert not isinstance(inner, BNode), inner
            assert rules.graph.value(inner, DCT.identifier) == rules.graph.value(top, DCT.identifier), inner


def test_force_is_that_of_the_file() -> None:
    for path in sorted((ROOT / "shapes").glob("*.shapes.ttl")):
        expected = {SH.Warning} if ".should." in path.name else {SH.Violation}
        assert set(syntax.read_graph(path, RESERVED_BASE).objects(None, SH.severity)) == expected, path


def test_messages_name_no_variable_that_the_query_does_not_give(rules: Rulebook) -> None:
    for constraint, query in rules.graph.subject_objects(SH.select):
        for text in rules.texts(constraint).values():
            for name in re.findall(r"{\?(\w+)}", text):
                assert f"?{name}" in str(query).partition("WHERE")[0], (constraint, name)


HOSTILE = [
    "a" * 50_000,
    " " * 50_000,
    "a " * 25_000 + "  ",
    "1" * 50_000,
    "http" * 12_000,
    "-" * 50_000 + "\n",
    "POINT(" * 8_000,
    "3-tal" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6])
def test_patterns_are_linear(text: str, rules: Rulebook) -> None:
    """Every pattern of shapes and queries, on long hostile texts, within a second."""
    patterns = {str(value) for value in rules.graph.objects(None, SH.pattern)}
    for query in rules.graph.objects(None, SH.select):
        patterns |= set(re.findall(r'REGEX\(STR\(\?\w+\), "((?:[^"\\]|\\.)*)"', str(query)))
    assert len(patterns) > 8
    start = time.process_time()
    for pattern in patterns:
        re.search(pattern, text)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6])
def test_hostile_text_is_judged_in_time(text: str, checker: Checker) -> None:
    data = "\n".join(
        (
            f"@base <{RESERVED_BASE}> .",
            f"<id/organisatie/x> a <http://www.w3.org/ns/org#Organization> ; <http://www.w3.org/ns/org#identifier> {Literal(text).n3()} ;",
            f"  <http://www.w3.org/2004/02/skos/core#prefLabel> {Literal(text, lang='nl').n3()} ;",
            f"  <http://www.opengis.net/ont/geosparql#asWKT> {Literal(text).n3()} ; <http://xmlns.com/foaf/0.1/homepage> {Literal(text).n3()} .",
            f"<id/tijd/x> a <ns/zorgnetwerk#Tijdsaanduiding> ; <ns/zorgnetwerk#tijdstekst> {Literal(text, lang='nl').n3()} .",
        )
    )
    start = time.process_time()
    assert not checker.check(data.encode(), media_types.TURTLE).conforms
    assert time.process_time() - start < 20, "a pattern runs wild"


@pytest.mark.parametrize(
    ("triples", "rule"),
    [
        ("<id/tijd/x> a zn:Tijdsaanduidng .", "R06"),
        (
            '<id/tijd/x> a zn:Tijdsaanduiding ; zn:tijdstekst "x"@nl ; zn:vroegsteBegin "2015"^^xsd:gYear ; zn:laatsteBegin "2014"^^xsd:gYear .',
            "R30",
        ),
        (
            '<id/tijd/x> a zn:Tijdsaanduiding ; zn:tijdstekst "x"@nl ; zn:vroegsteBegin "2008-13-01"^^xsd:date ; zn:laatsteBegin "2008-01-01"^^xsd:date .',
            "R30",
        ),
        ('<id/hoeveelheid/x> a zn:Hoeveelheid ; zn:aantalMin "veel" ; zn:aantalMax 3 .', "R34"),
        ('<id/hoeveelheid/x> a zn:Hoeveelheid ; zn:aantalMin "veel"^^xsd:integer ; zn:aantalMax 3 .', "R34"),
        ("<id/organisatie/x> skos:prefLabel <http://example.org/a> .", "R02"),
        ("", "G2"),
    ],
    ids=["misspelled-class", "gYear", "ill-typed-date", "wrong-literal", "ill-typed-integer", "iri-as-name", "empty"],
)
def test_measured_trap_is_reported_and_breaks_nothing(triples: str, rule: str, checker: Checker) -> None:
    """Domain report 5.6: what made validators crash, or conform silently."""
    head = (
        f"@base <{RESERVED_BASE}> . @prefix zn: <ns/zorgnetwerk#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . "
    )
    data = head + "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . " + triples
    report = checker.check(data.encode(), media_types.TURTLE)
    assert rule in {finding.rule for finding in report.violations}
    if rule == "R30":
        assert "R31" not in {finding.rule for finding in report.findings}


def test_validator_alone_finds_nothing_in_an_empty_graph() -> None:
    """Which is why G2 exists."""
    report = validate(Graph(), Shapes.load(ROOT), Scope.SUBMISSION)
    assert report.conforms
    assert not report.checked
