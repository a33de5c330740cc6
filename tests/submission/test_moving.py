"""Merging and moving: every line follows, names become variants, the old address stays as a tombstone."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef

from zorgnetwerk.errors import Conflict, NotFound, Unprocessable
from zorgnetwerk.submission import moving
from zorgnetwerk.submission.intake import Published
from zorgnetwerk.submission.merging import Order
from zorgnetwerk.submission.register import Register
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import DCT, PROV, RDF, SKOS

from .desk import ANN, LATER, NOW, PREFIXES, graph, judge

DATA = f"""{PREFIXES}
<id/organisatie/sfz> a org:Organization ; skos:prefLabel "Sint-Franciscus"@nl ; skos:altLabel "SFZ"@nl ;
  skos:note "zie <https://zorgnetwerk.example/id/organisatie/sfz>" ; org:subOrganizationOf <id/organisatie/groep> .
<id/organisatie/az> a org:Organization ; skos:prefLabel "AZ Heusden"@nl , "AZ Heusden"@en ; org:subOrganizationOf <id/organisatie/sfz> .
<id/bewering/naam> a zn:Bewering ; rdf:subject <id/organisatie/sfz> ; rdf:predicate skos:prefLabel ; rdf:object "Sint-Franciscus"@nl ; zn:citaat <id/citaat/een> .
<id/bewering/deel> a zn:Bewering ; rdf:subject <id/organisatie/az> ; rdf:predicate org:subOrganizationOf ; rdf:object <id/organisatie/sfz> ; zn:citaat <id/citaat/een> .
<id/deelname/x> a zn:Deelname ; zn:deelnemer <id/organisatie/sfz> ; zn:citaat <id/citaat/een> .
<id/hypothese/een> a zn:Identiteitshypothese ; zn:betreft <id/organisatie/sfz> , <id/organisatie/az> ; zn:citaat <id/citaat/een> , <id/citaat/twee> .
<id/hypothese/ander> a zn:Identiteitshypothese ; zn:betreft <id/organisatie/sfz> , <id/organisatie/groep> ; zn:citaat <id/citaat/een> .
<id/citaat/een> a zn:Citaat ; oa:exact "SFZ"@nl .
<id/citaat/twee> a zn:Citaat ; oa:exact "hetzelfde"@nl .
<id/organisatie/groep> a org:Organization ; skos:prefLabel "Groep"@nl .
""".encode()


def iri(path: str) -> URIRef:
    return URIRef(f"{RESERVED_BASE}id/{path}")


SFZ, AZ = iri("organisatie/sfz"), iri("organisatie/az")


@pytest.fixture
def register(tmp_path: Path) -> Register:
    made = Register.open(tmp_path)
    facts = Graph()
    for subject, predicate, value, _ in syntax.parse(DATA, media_types.TURTLE, RESERVED_BASE):
        facts.add((subject, predicate, value))
    lines = syntax.graph_to_lines(facts, f"{RESERVED_BASE}id/graaf/register")
    made.journal.record(time=NOW, kind="build", cause="build", added=lines, removed=())
    return made


def carried_out(register: Register, kind: str, old: str, new: str) -> Graph:
    order = Order(kind, str(iri(old)), str(iri(new)), "zelfde huis")  # type: ignore[arg-type]
    moving.carry_out(register, judge, {}, Published(1, register.journal.last_number()), order, ANN, LATER)
    assert register.journal.verify() == []
    return graph(register.journal.replay())


def test_every_line_follows_a_merge(register: Register) -> None:
    after = carried_out(register, "merge", "organisatie/sfz", "organisatie/az")
    assert set(after.predicate_objects(SFZ)) == {
        (PROV.invalidatedAtTime, after.value(SFZ, PROV.invalidatedAtTime)),
        (DCT.isReplacedBy, AZ),
    }
    assert (iri("deelname/x"), None, AZ) in after
    assert Literal("zie <https://zorgnetwerk.example/id/organisatie/sfz>") in set(after.objects(AZ, SKOS.note))


def test_a_merged_name_becomes_a_variant_and_its_claim_says_so(register: Register) -> None:
    after = carried_out(register, "merge", "organisatie/sfz", "organisatie/az")
    assert {str(name) for name in after.objects(AZ, SKOS.prefLabel)} == {"AZ Heusden"}
    assert {str(name) for name in after.objects(AZ, SKOS.altLabel)} == {"SFZ", "Sint-Franciscus"}
    assert after.value(iri("bewering/naam"), RDF.predicate) == SKOS.altLabel
    assert after.value(iri("bewering/naam"), RDF.subject) == AZ


def test_a_relation_of_the_two_and_its_claim_go(register: Register) -> None:
    after = carried_out(register, "merge", "organisatie/sfz", "organisatie/az")
    assert not [triple for triple in after if triple[0] == triple[2]]
    assert (iri("bewering/deel"), None, None) not in after


def test_the_hypothesis_about_the_two_is_settled_and_others_stay(register: Register) -> None:
    after = carried_out(register, "merge", "organisatie/sfz", "organisatie/az")
    assert (iri("hypothese/een"), None, None) not in after
    assert (iri("citaat/twee"), None, None) not in after
    assert (iri("citaat/een"), None, None) in after
    assert (iri("hypothese/ander"), None, AZ) in after


def test_a_move_takes_a_thing_to_a_free_address(register: Register) -> None:
    after = carried_out(register, "move", "organisatie/sfz", "organisatie/sint-franciscus")
    moved = iri("organisatie/sint-franciscus")
    assert str(after.value(moved, SKOS.prefLabel)) == "Sint-Franciscus"
    assert after.value(SFZ, DCT.isReplacedBy) == moved


def test_a_tombstone_follows_a_second_move(register: Register) -> None:
    carried_out(register, "move", "organisatie/sfz", "organisatie/een")
    after = carried_out(register, "move", "organisatie/een", "organisatie/twee")
    assert after.value(SFZ, DCT.isReplacedBy) == iri("organisatie/twee")


def test_the_step_stands_in_the_log(register: Register) -> None:
    carried_out(register, "merge", "organisatie/sfz", "organisatie/az")
    [event], _ = register.log()
    assert (event.kind, event.who) == ("merged", "ann")
    assert "zelfde huis" in event.comment


@pytest.mark.parametrize(
    ("kind", "old", "new", "error"),
    [
        ("move", "organisatie/sfz", "organisatie/az", Conflict),
        ("move", "organisatie/niets", "organisatie/vrij", NotFound),
        ("merge", "organisatie/sfz", "organisatie/niets", NotFound),
        ("merge", "organisatie/sfz", "organisatie/sfz", Unprocessable),
        ("merge", "organisatie/sfz", "groep/az", Unprocessable),
        ("move", "organisatie/sfz", "organisatie/A b", Unprocessable),
        ("move", "organisatie/sfz", "organisatie/x> <y", Unprocessable),
        ("move", "graaf/register", "graaf/eigen", Unprocessable),
    ],
)
def test_what_cannot_be_is_refused(register: Register, kind: str, old: str, new: str, error: type[Exception]) -> None:
    before = register.journal.last_number()
    with pytest.raises(error):
        carried_out(register, kind, old, new)
    assert register.journal.last_number() == before


def test_nothing_is_merged_twice(register: Register) -> None:
    carried_out(register, "merge", "organisatie/sfz", "organisatie/az")
    with pytest.raises(NotFound):
        carried_out(register, "merge", "organisatie/sfz", "organisatie/az")


def test_what_would_break_a_rule_is_refused(register: Register) -> None:
    with pytest.raises(Unprocessable):
        moving.carry_out(
            register,
            lambda job, body: ({"conforms": False, "findings": []}, b""),
            {},
            Published(1, 1),
            Order("move", str(SFZ), str(iri("organisatie/vrij"))),
            ANN,
            LATER,
        )
    assert register.journal.last_number() == 1
