"""The difference a submission makes: what comes, what goes, what is published already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from zorgnetwerk.submission import comparison
from zorgnetwerk.submission.comparison import Stated
from zorgnetwerk.submission.provenance import Decision, with_provenance
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import SKOS

from .desk import JESSA, NOW, document, judge

AZ = URIRef(f"{RESERVED_BASE}id/organisatie/az-nieuw")
GRAPH = f"{RESERVED_BASE}id/graaf/register"


def lines(body: bytes, submission: str = "s1") -> list[str]:
    summary, answer = judge({"submission": submission}, body)
    return answer[int(str(summary["report_bytes"])) :].decode().splitlines()


def published(*triples: Stated) -> comparison.About:
    def about(things: Sequence[URIRef]) -> Iterable[Stated]:
        return [triple for triple in triples if triple[0] in things]

    return about


def test_everything_about_a_new_thing_comes() -> None:
    found = comparison.compare(lines(document("az-nieuw")), published())
    [thing] = found.things
    assert (thing.thing, thing.is_new, len(thing.added), found.unchanged) == (AZ, True, 2, 0)


def test_what_is_published_already_stays() -> None:
    stated = (AZ, SKOS.prefLabel, Literal("AZ Nieuw", lang="nl"), GRAPH)
    found = comparison.compare(lines(document("az-nieuw", "AZ Nieuw")), published(stated))
    assert (len(found.added), found.unchanged, found.new_things) == (1, 1, frozenset())


def test_derived_links_are_not_published_facts() -> None:
    stated = (AZ, SKOS.prefLabel, Literal("AZ Nieuw", lang="nl"), f"{RESERVED_BASE}id/graaf/afgeleid")
    assert comparison.compare(lines(document("az-nieuw", "AZ Nieuw")), published(stated)).unchanged == 0


def test_numbers_are_compared_as_values() -> None:
    count = URIRef("http://e/count")
    stated = (AZ, count, Literal("7", datatype=XSD.integer), GRAPH)
    more = '<id/organisatie/az-nieuw> <http://e/count> "007"^^<http://www.w3.org/2001/XMLSchema#integer> .'
    found = comparison.compare(lines(document("az-nieuw", more=more)), published(stated))
    assert count not in {predicate for _, predicate, _ in found.added}


def test_what_a_correction_no_longer_says_goes() -> None:
    old = with_provenance(lines(document("az-nieuw", "AZ Oud")), Decision("s1", JESSA, "Jessa", NOW, NOW, "1"))
    found = comparison.compare(lines(document("az-nieuw", "AZ Nieuw"), "s2"), published(), old)
    assert [str(value) for _, _, value in found.removed] == ["AZ Oud"]
    assert [str(value) for _, _, value in found.added] == ["AZ Nieuw"]
    assert found.unchanged == 1
    assert not found.new_things


def test_what_another_graph_says_too_does_not_go() -> None:
    old = lines(document("az-nieuw", "AZ Oud"))
    stated = (AZ, SKOS.prefLabel, Literal("AZ Oud", lang="nl"), GRAPH)
    assert comparison.compare(lines(document("az-nieuw", "AZ Nieuw"), "s2"), published(stated), old).removed == ()


def test_the_description_of_the_submission_is_no_fact() -> None:
    assert all(str(triple[0]) == str(AZ) for triple in comparison.facts_of(lines(document("az-nieuw"))).values())
