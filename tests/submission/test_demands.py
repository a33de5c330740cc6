"""What constraints demand, and that a check leaves unread what lies behind nodes that do not have it."""

from __future__ import annotations

import pytest
from rdflib import RDF, Graph, Literal, URIRef, Variable
from rdflib.plugins.sparql import prepareQuery

from zorgnetwerk.submission.checking import Checker
from zorgnetwerk.submission.demands import core_of, demands_of, implies_target
from zorgnetwerk.submission.neighbourhood import GraphEdges, Neighbourhood, neighbourhood
from zorgnetwerk.submission.rules import Scope
from zorgnetwerk.submission.validation import validate
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import ORG, RESERVED_ZN, SH, XSD

PARTIES = 200
HUB = URIRef(f"{RESERVED_BASE}id/organisatie/hub")
SHAPE = URIRef("urn:shape")
FORMS = f"{RESERVED_BASE}auth/samenwerkingsvormen/"
FUNCTIONAL, LOCOREGIONAL = (
    URIRef(FORMS + slug) for slug in ("functionele-samenwerking", "locoregionaal-klinisch-ziekenhuisnetwerk")
)


def told(pattern: str) -> dict[str, set[tuple[tuple[str, ...], str]]]:
    """The demands of a query with this pattern, without the scheme of the names."""
    found = demands_of(core_of(prepareQuery(f"SELECT $this {{ {pattern} }}").algebra))
    return {
        str(name): {(tuple(step[4:] for step in each.way), each.value[4:]) for each in own}
        for name, own in found.items()
    }


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("?x <urn:p> $this ; <urn:q> <urn:c>", {"x": {(("q",), "c")}}),
        ("?x <urn:p> $this ; <urn:q> ?y . ?y <urn:r> <urn:c>", {"x": {(("q", "r"), "c")}, "y": {(("r",), "c")}}),
        ("?x <urn:q>/<urn:r> <urn:c> OPTIONAL { ?x <urn:s> <urn:d> }", {"x": {(("q", "r"), "c")}}),
        ("{ ?x <urn:q> <urn:c> } UNION { ?x <urn:q> <urn:d> }", {}),
        ("?x <urn:p> $this FILTER EXISTS { ?x <urn:q> <urn:c> }", {}),
        ("?x <urn:p> $this MINUS { ?x <urn:q> <urn:c> }", {}),
        ("?x <urn:q>* <urn:c> ; ^<urn:p> <urn:c> ; <urn:s> 'text'", {}),
        ("?x <urn:p> ?x , ?y . ?y <urn:p> ?x", {}),
    ],
)
def test_only_what_every_solution_has_is_demanded(
    pattern: str, expected: dict[str, set[tuple[tuple[str, ...], str]]]
) -> None:
    assert told(pattern) == expected


def test_demands_of_a_circle_end() -> None:
    assert {len(way) for way, _ in told("?x <urn:p> ?y . ?y <urn:p> ?x ; <urn:q> <urn:c>")["x"]} == {2}


@pytest.mark.parametrize(
    ("target", "more", "expected"),
    [
        (SH.targetObjectsOf, {}, True),
        (SH.targetSubjectsOf, {}, False),
        (SH.targetObjectsOf, {SH.property: Literal(1)}, False),
    ],
)
def test_a_target_is_implied_by_a_pattern_of_the_same_direction(
    target: URIRef, more: dict[URIRef, Literal], expected: bool
) -> None:
    shapes = Graph().add((SHAPE, target, URIRef("urn:p")))
    for predicate, value in more.items():
        shapes.add((SHAPE, predicate, value))
    assert implies_target(shapes, SHAPE, [(Variable("x"), URIRef("urn:p"), Variable("this"))]) is expected


def participation(graph: Graph, slug: str, form: URIRef) -> None:
    """The hub takes part in one partnership more, since 2021."""
    node, partnership, period = (
        URIRef(f"{RESERVED_BASE}id/{kind}/{slug}") for kind in ("deelname", "samenwerkingsverband", "tijd")
    )
    graph.add((node, RDF.type, RESERVED_ZN.Deelname))
    graph.add((node, RESERVED_ZN.deelnemer, HUB))
    graph.add((node, RESERVED_ZN.deelnameAan, partnership))
    graph.add((node, RESERVED_ZN.geldigheid, period))
    graph.add((period, RESERVED_ZN.laatsteBegin, Literal("2021-01-01", datatype=XSD.date)))
    graph.add((partnership, RESERVED_ZN.samenwerkingsvorm, form))


def around(checker: Checker, form: URIRef) -> Neighbourhood:
    """What a new participation of the hub needs; it has many others, and one in a locoregional network."""
    published, added = Graph(), Graph()
    published.add((HUB, RDF.type, ORG.Organization))
    for number in range(PARTIES):
        participation(published, f"oud-{number}", FUNCTIONAL)
    participation(published, "netwerk", LOCOREGIONAL)
    participation(added, "nieuw", form)
    return neighbourhood(checker.reaches, GraphEdges((published,)), added)


def test_other_participations_of_a_partner_are_not_read(checker: Checker) -> None:
    assert len(list(around(checker, FUNCTIONAL).graph.subjects(RESERVED_ZN.deelnemer, HUB))) == 1


def test_a_second_network_of_a_partner_is_still_seen(checker: Checker) -> None:
    near = around(checker, LOCOREGIONAL)
    found = validate(near.graph, checker.shapes, Scope.CONTENT, near.focus).findings
    assert [finding.rule for finding in found if finding.focus_node == HUB and finding.rule == "R20"]
