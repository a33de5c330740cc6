"""The check of a document: guards, neighbourhood, report; and the handler of the checker process."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.errors import MediaTypeUnsupported
from zorgnetwerk.submission import guards
from zorgnetwerk.submission.checking import Checker, Circumstances
from zorgnetwerk.submission.dependencies import Step
from zorgnetwerk.submission.findings import Finding, Severity, report_of
from zorgnetwerk.submission.holdings import read_folder
from zorgnetwerk.submission.jobs import prepare
from zorgnetwerk.submission.neighbourhood import GraphEdges, neighbourhood
from zorgnetwerk.submission.parsing import Limits
from zorgnetwerk.submission.rules import Scope
from zorgnetwerk.submission.validation import validate
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.namespaces import RESERVED_ZN as ZN

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "shapes" / "examples"
MINIMAL = (EXAMPLES / "valid" / "R00-minimal.ttl").read_bytes()
SOURCES = {"voorbeeld.txt": (EXAMPLES / "voorbeeld.txt").read_bytes()}


def rules_of(report: object) -> set[str]:
    return {finding.rule for finding in getattr(report, "findings", ()) if finding.severity is not Severity.NOTE}


@pytest.fixture(scope="module")
def small(checker: Checker) -> Graph:
    """A part of the published data that is quick to validate whole: names, one document, and of code lists only what shapes ask."""
    ontology = Graph()
    for predicate in (RDFS.subClassOf, SKOS.inScheme, SKOS.broader):
        for triple in read_folder(ROOT / "ontologie").triples((None, predicate, None)):
            ontology.add(triple)
    data = syntax.read_graph(ROOT / "data" / "register.trig", RESERVED_BASE)
    return ontology + data + syntax.read_graph(ROOT / "data" / "bronnen" / "001.trig", RESERVED_BASE)


@pytest.fixture(scope="module")
def before(checker: Checker, small: Graph) -> set[tuple[str, str, str, str]]:
    """What is found in that part as it is."""
    return set(map(told, validate(small, checker.shapes, Scope.CONTENT).findings))


def compare(
    checker: Checker,
    published: Graph,
    before: set[tuple[str, str, str, str]],
    added: Graph,
    removed: Graph | None = None,
) -> None:
    """The neighbourhood finds every violation that the whole has and the published data had not, and no other."""
    near = neighbourhood(checker.reaches, GraphEdges((published,)), added, removed)
    ours = set(map(told, validate(near.graph, checker.shapes, Scope.CONTENT, near.focus).findings))
    union = published + added
    for triple in removed or ():
        union.remove(triple)
    whole = set(map(told, validate(union, checker.shapes, Scope.CONTENT).findings))
    assert ours <= whole
    assert whole - before, "the change breaks something"
    assert whole - before <= ours


def told(finding: Finding) -> tuple[str, str, str, str]:
    return (str(finding.shape), str(finding.severity), str(finding.focus_node), str(finding.value))


@pytest.mark.parametrize(
    "name",
    ["R07-name-taken", "R19-university", "R20-certain", "R26-two-statuses", "R40-of-two"],
)
def test_verdict_of_the_neighbourhood_is_that_of_the_whole(
    name: str, checker: Checker, small: Graph, before: set[tuple[str, str, str, str]]
) -> None:
    compare(checker, small, before, syntax.read_graph(EXAMPLES / "invalid" / f"{name}.ttl", RESERVED_BASE))


def changes(seed: int, published: Graph) -> Iterator[tuple[Node, Node, Node]]:
    """A few triples about published and new things, many of them against a rule."""
    chance = random.Random(seed)
    parties = sorted(published.subjects(SKOS.prefLabel), key=str)
    codes = sorted(published.subjects(SKOS.inScheme), key=str)
    predicates = (
        ZN.deelnemer,
        ZN.deelnameAan,
        ZN.rol,
        ZN.samenwerkingsvorm,
        ZN.status,
        ZN.deelnamestatus,
        ZN.zekerheid,
        ZN.hoeveelheid,
        ZN.geldigheid,
    )
    classes = (
        ZN.Deelname,
        ZN.Samenwerkingsovereenkomst,
        ZN.Samenwerkingsorganisatie,
        ZN.Capaciteit,
        ZN.Tijdsaanduiding,
    )
    new = [URIRef(f"{RESERVED_BASE}id/deelname/nieuw-{number}") for number in range(3)]
    loco = URIRef(f"{RESERVED_BASE}auth/samenwerkingsvormen/locoregionaal-klinisch-ziekenhuisnetwerk")
    for _ in range(14):
        subject = chance.choice([*new, chance.choice(parties)])
        predicate = chance.choice(predicates)
        value = chance.choice([*new, chance.choice(parties), chance.choice(codes), loco])
        yield chance.choice([(subject, predicate, value), (chance.choice(new), RDF.type, chance.choice(classes))])
        yield (chance.choice(new), SKOS.prefLabel, Literal(chance.choice(["Jessa Ziekenhuis", "Nieuw"]), lang="nl"))


@pytest.mark.parametrize("seed", range(3))
def test_verdict_holds_for_arbitrary_additions_and_removals(
    seed: int, checker: Checker, small: Graph, before: set[tuple[str, str, str, str]]
) -> None:
    added, removed = Graph(), Graph()
    for triple in changes(seed, small):
        added.add(triple)
    things = [triple for triple in sorted(small, key=str) if str(triple[0]).startswith(f"{RESERVED_BASE}id/")]
    for triple in random.Random(seed).sample(things, 8):
        removed.add(triple)
    compare(checker, small, before, added, removed)


def test_neighbourhood_is_small_and_reaches_what_it_needs(checker: Checker) -> None:
    near = neighbourhood(
        checker.reaches, checker.published, syntax.read_graph(EXAMPLES / "valid" / "R00-minimal.ttl", RESERVED_BASE)
    )
    assert len(near.graph) < 1500
    jessa = URIRef(f"{RESERVED_BASE}id/organisatie/jessa-ziekenhuis")
    assert (jessa, RDF.type, None) in near.graph


def test_chains_do_not_lead_through_the_members_of_a_class(checker: Checker) -> None:
    """That would fetch the whole data set."""
    for reach in checker.reaches.values():
        for chain in reach.chains:
            assert Step(RDF.type, inverse=True) not in chain


def test_minimal_submission_conforms_and_says_what_was_not_compared(checker: Checker) -> None:
    report = checker.check(MINIMAL, media_types.TURTLE)
    assert report.conforms
    assert [finding.rule for finding in report.notes] == ["R42"]
    assert not checker.check(MINIMAL, media_types.TURTLE, Circumstances(attached=SOURCES)).findings


def test_finding_has_the_line_of_its_node(checker: Checker) -> None:
    data = (EXAMPLES / "invalid" / "R15-lonely.ttl").read_bytes()
    (finding,) = checker.check(data, media_types.TURTLE).violations
    assert finding.place
    assert data.decode().splitlines()[finding.place.line - 1].startswith("samenwerkingsverband:voorbeeld a ")


@pytest.mark.parametrize(
    ("data", "media_type", "rule"),
    [
        (b"<a> <b> .", media_types.TURTLE, "G1"),
        (b"<!DOCTYPE a><a/>", media_types.RDF_XML, "G1"),
        (b"[" * 1000, media_types.JSON_LD, "G4"),
        (b"", media_types.TURTLE, "G2"),
        (b"@prefix a: <http://e.example/> .", media_types.TURTLE, "G2"),
        (b"{}", media_types.JSON_LD, "G2"),
        (b"<http://e.example/g> { <http://e.example/a> <http://e.example/b> 1 }", media_types.TRIG, "G3"),
    ],
)
def test_guard_answers(data: bytes, media_type: media_types.MediaType, rule: str, checker: Checker) -> None:
    report = checker.check(data, media_type)
    assert not report.conforms
    assert rule in rules_of(report)
    assert all(set(finding.messages) == {"nl", "fr", "de", "en"} for finding in report.findings)


def test_size_limit_is_g4(checker: Checker) -> None:
    around = Circumstances(limits=Limits(document_bytes=len(MINIMAL) - 1))
    assert rules_of(checker.check(MINIMAL, media_types.TURTLE, around)) == {"G4"}
    assert rules_of(checker.check(MINIMAL, media_types.TURTLE, Circumstances(limits=Limits(triples=5)))) == {"G4"}


def test_g1_names_line_and_excerpt(checker: Checker) -> None:
    (finding,) = checker.check(
        b"<http://e.example/a> <http://e.example/b> 1 .\n<http://e.example/a> <b .", media_types.TURTLE
    ).findings
    assert finding.place
    assert finding.place.line == 2
    assert "line 2" in finding.message("en")
    assert finding.place.excerpt.startswith("<http://e.example/a>")


def test_owner_may_extend_and_others_may_not(checker: Checker) -> None:
    data = (EXAMPLES / "invalid" / "G5-foreign-thing.ttl").read_bytes()
    owned = f"{RESERVED_BASE}id/organisatie/noorderhart"
    around = Circumstances(attached=SOURCES, is_owned=lambda thing: str(thing) == owned)
    assert rules_of(checker.check(data, media_types.TURTLE, Circumstances(attached=SOURCES))) == {"G5"}
    assert checker.check(data, media_types.TURTLE, around).conforms


def test_smuggled_subclass_axiom_changes_no_target(checker: Checker) -> None:
    data = (
        MINIMAL
        + b"\nzn:Deelname <http://www.w3.org/2000/01/rdf-schema#subClassOf> <http://e.example/x> .\n<http://e.example/x> <http://www.w3.org/ns/shacl#deactivated> true ."
    )
    findings = checker.check(data, media_types.TURTLE, Circumstances(attached=SOURCES)).findings
    assert {finding.rule for finding in findings} >= {"G3"}
    assert not any(finding.shape is None for finding in findings)


def test_blank_node_of_our_classes_is_told(checker: Checker) -> None:
    data = MINIMAL + b"\n[] a zn:Project ."
    report = checker.check(data, media_types.TURTLE, Circumstances(attached=SOURCES))
    assert rules_of(report) == {"R01", "R05"}


def test_words_of_the_source_are_compared_without_regard_to_white_space(checker: Checker) -> None:
    rules = checker.shapes.rules
    graph = syntax.read_graph(EXAMPLES / "valid" / "R00-minimal.ttl", RESERVED_BASE)
    quoted = list(graph.subjects(RDF.type, ZN.Citaat))
    texts = guards.source_texts(SOURCES)
    assert not list(guards.quotations(graph, quoted, texts.get, rules))
    spaced = {digest: text.replace("werken samen", "werken niet samen") for digest, text in texts.items()}
    (finding,) = guards.quotations(graph, quoted, spaced.get, rules)
    assert (finding.rule, finding.severity) == ("R42", Severity.VIOLATION)


def test_configured_base_is_used_in_and_out(checker: Checker) -> None:
    base = Base("http://localhost:8123/")
    data = (EXAMPLES / "invalid" / "R15-lonely.ttl").read_text("utf-8").replace(RESERVED_BASE, base.value).encode()
    report = checker.check(data, media_types.TURTLE, Circumstances(base=base, attached=SOURCES))
    (finding,) = report.findings
    assert (finding.rule, str(finding.focus_node)) == ("R15", f"{base.value}id/samenwerkingsverband/voorbeeld")
    assert RESERVED_BASE not in json.dumps(dict(finding.messages))


def test_same_document_in_other_formats_gets_the_same_verdict(checker: Checker) -> None:
    graph = syntax.read_graph(EXAMPLES / "invalid" / "R16-three.ttl", RESERVED_BASE)
    for media_type in (media_types.N_TRIPLES, media_types.RDF_XML, media_types.JSON_LD, media_types.TRIG):
        report = checker.check(syntax.write(graph, media_type), media_type, Circumstances(attached=SOURCES))
        assert rules_of(report) == {"R16"}, media_type


def test_violation_silences_the_warning_of_the_same_rule_on_the_same_value() -> None:
    node, value = URIRef("http://e.example/a"), URIRef("http://e.example/b")
    strong = Finding("R20", Severity.VIOLATION, node, {"en": "certain"}, value=value)
    weak = Finding("R20", Severity.WARNING, node, {"en": "possible"}, value=value)
    other = Finding("R20", Severity.WARNING, value, {"en": "possible"}, value=node)
    assert report_of([weak, other, strong]).findings == (strong, other)


def test_handler_answers_jobs() -> None:
    handle = prepare(str(ROOT))
    body = (EXAMPLES / "invalid" / "R15-lonely.ttl").read_bytes()
    answer, report = handle({"media_type": "text/turtle; charset=utf-8", "language": "fr"}, body)
    json.dumps(answer)
    assert answer["conforms"] is False
    findings = answer["findings"]
    assert isinstance(findings, list)
    assert findings[0]["rule"] == "R15"
    assert "participants" in findings[0]["message"]
    assert b"sh:ValidationReport" in report
    for name in ("application/ld+json", "application/rdf+xml", "application/n-triples", "application/json"):
        _, other = handle({"media_type": "text/turtle", "report": name}, body)
        assert b"R15" in other
    with pytest.raises(MediaTypeUnsupported):
        handle({"media_type": "text/html"}, body)
    with pytest.raises(MediaTypeUnsupported):
        handle({"media_type": "text/turtle", "report": "image/png"}, body)


def test_handler_reads_sources_and_owned_things_from_the_job() -> None:
    handle = prepare(str(ROOT))
    body = (EXAMPLES / "invalid" / "R42-not-literal.ttl").read_bytes()
    assert handle({"media_type": "text/turtle"}, body)[0]["conforms"] is True
    assert handle({"media_type": "text/turtle", "sources_dir": str(EXAMPLES)}, body)[0]["conforms"] is False
    foreign = (EXAMPLES / "invalid" / "G5-foreign-thing.ttl").read_bytes()
    base = "http://localhost:8123/"
    moved = foreign.replace(RESERVED_BASE.encode(), base.encode())
    job: dict[str, object] = {
        "media_type": "text/turtle",
        "base_iri": base,
        "owned": [f"{base}id/organisatie/noorderhart"],
    }
    assert handle(job, moved)[0]["conforms"] is True
