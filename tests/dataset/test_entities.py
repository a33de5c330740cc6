"""What belongs to the document about one thing."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from zorgnetwerk.dataset import entities, paging
from zorgnetwerk.dataset.entities import describe
from zorgnetwerk.errors import Gone, NotFound
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import FOAF, OA, ORG, PROV, RDF, RDFS, SKOS, VOID, vocabulary

from ..memory_store import MemoryStore


def thing(base: Base, path: str) -> URIRef:
    return URIRef(base.iri(path))


def test_a_document_takes_three_round_trips(network: MemoryStore, base: Base) -> None:
    before = network.calls
    describe(network, thing(base, "id/samenwerkingsverband/noordzuid"), base)
    assert network.calls - before == 3


def test_a_document_holds_the_participations_with_their_quotations_and_sources(
    network: MemoryStore, base: Base
) -> None:
    zn = vocabulary(base)
    partnership = thing(base, "id/samenwerkingsverband/noordzuid")
    graph = describe(network, partnership, base).graph
    participations = set(graph.subjects(zn.deelnameAan, partnership))
    assert len(participations) == 3
    for node in participations:
        quotation = graph.value(node, zn.citaat)
        assert quotation is not None
        assert graph.value(quotation, OA.exact) is not None
        source = graph.value(quotation, PROV.wasQuotedFrom)
        assert graph.value(source, entities.labels.DCT.title) is not None


def test_a_document_holds_both_sides_of_a_contradiction(network: MemoryStore, base: Base) -> None:
    zn = vocabulary(base)
    graph = describe(network, thing(base, "id/samenwerkingsverband/noordzuid"), base).graph
    [node] = graph.subjects(RDF.type, zn.Tegenspraak)
    sides = {str(graph.value(side, zn.tijdstekst)) for side in graph.objects(node, zn.betreft)}
    assert sides == {"sinds 2015", "sinds 2016"}
    for side in graph.objects(node, zn.betreft):
        assert graph.value(graph.value(side, zn.citaat), OA.exact) is not None


def test_a_document_holds_links_that_point_to_the_thing_with_their_claims(network: MemoryStore, base: Base) -> None:
    hospital, campus = thing(base, "id/organisatie/az-noord"), thing(base, "id/campus/haven")
    found = describe(network, hospital, base)
    assert (campus, ORG.siteOf, hospital) in found.graph
    assert (thing(base, "id/bewering/901-002"), RDF.object, hospital) in found.graph
    assert found.counts[ORG.siteOf] == 1
    assert found.counts[vocabulary(base).deelnemer] == 1


def test_everything_mentioned_has_its_name(network: MemoryStore, base: Base) -> None:
    graph = describe(network, thing(base, "id/organisatie/az-noord"), base).graph
    assert (thing(base, "auth/rollen/deelnemer"), SKOS.prefLabel, Literal("participant", lang="fr")) in graph
    assert (
        thing(base, "id/samenwerkingsverband/noordzuid"),
        SKOS.prefLabel,
        Literal("Netwerk NoordZuid", lang="nl"),
    ) in graph


def test_the_things_of_a_class_have_their_names(network: MemoryStore, base: Base) -> None:
    before = network.calls
    graph = describe(network, URIRef(str(ORG.Organization)), base).graph
    for path, name in (("id/organisatie/az-noord", "AZ Noord"), ("id/organisatie/az-zuid", "AZ Zuid")):
        assert (thing(base, path), SKOS.prefLabel, Literal(name, lang="nl")) in graph
    assert network.calls - before == 3


def test_names_of_properties_travel_beside_the_document(network: MemoryStore, base: Base) -> None:
    found = describe(network, thing(base, "id/organisatie/az-noord"), base)
    role = vocabulary(base).rol
    assert (role, None, None) in found.lexicon
    assert (role, None, None) not in found.graph


def test_a_document_says_what_it_is_about(network: MemoryStore, base: Base) -> None:
    hospital = thing(base, "id/organisatie/az-noord")
    assert (thing(base, "doc/organisatie/az-noord"), FOAF.primaryTopic, hospital) in describe(
        network, hospital, base
    ).graph


def test_a_code_is_its_own_document(network: MemoryStore, base: Base) -> None:
    code = thing(base, "auth/rollen/deelnemer")
    assert (code, FOAF.primaryTopic, None) not in describe(network, code, base).graph


def test_the_same_thing_gives_the_same_document(network: MemoryStore, base: Base) -> None:
    hospital = thing(base, "id/organisatie/az-noord")
    assert isomorphic(describe(network, hospital, base).graph, describe(network, hospital, base).graph)


@pytest.mark.parametrize("path", ["id/organisatie/onbekend", "id/graaf/onbekend", "auth/rollen/onbekend"])
def test_what_is_not_described_is_not_found(network: MemoryStore, base: Base, path: str) -> None:
    with pytest.raises(NotFound, match="onbekend"):
        describe(network, thing(base, path), base)


def test_a_text_that_is_no_iri_is_not_found(network: MemoryStore, base: Base) -> None:
    with pytest.raises(NotFound, match="is no IRI"):
        describe(network, URIRef("http://e/a> } #"), base)


def test_a_page_beyond_the_last_is_not_found(network: MemoryStore, base: Base) -> None:
    with pytest.raises(NotFound, match="page"):
        describe(network, thing(base, "id/organisatie/az-noord"), base, page=2)


def test_what_was_withdrawn_is_gone(tmp_path: Path, base: Base) -> None:
    path = tmp_path / "weg.ttl"
    path.write_text(
        '<https://zorgnetwerk.example/id/organisatie/weg> <http://www.w3.org/ns/prov#invalidatedAtTime> "2020-01-01T00:00:00Z" .'
    )
    with pytest.raises(Gone, match="withdrawn"):
        describe(MemoryStore([path], base), thing(base, "id/organisatie/weg"), base)


def test_blank_nodes_come_with_what_they_hold(network: MemoryStore, base: Base) -> None:
    graph = describe(network, URIRef("http://voorbeeld.example/ding-1"), base).graph
    assert {str(value) for value in graph.objects() if isinstance(value, Literal)} >= {"Kerkstraat", "3"}
    assert sum(1 for subject in set(graph.subjects()) if isinstance(subject, BNode)) == 2


def test_a_graph_is_described_by_its_size_and_its_things(network: MemoryStore, base: Base) -> None:
    name = thing(base, "id/graaf/902")
    found = describe(network, name, base)
    assert (name, VOID.triples, Literal(11)) in found.graph
    assert (name, FOAF.topic, thing(base, "id/tijd/902-begin")) in found.graph
    assert found.counts[FOAF.topic] == 4


def test_the_claims_of_a_graph_are_named_by_their_properties(network: MemoryStore, base: Base) -> None:
    found = describe(network, thing(base, "id/graaf/901"), base)
    goal = vocabulary(base).doel
    assert (None, RDF.predicate, goal) in found.graph
    assert (goal, RDFS.label, None) in found.lexicon
    assert (goal, RDFS.label, None) not in found.graph


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory, base: Base) -> MemoryStore:
    """A thing with 1,203 values, to which 1,101 things point."""
    star = "<http://e/ster>"
    lines = [f'{star} <http://e/waarde> "{number:04}" .' for number in range(1203)]
    lines += [f"<http://e/{number:04}> <http://e/wijst> {star} ." for number in range(1101)]
    path = tmp_path_factory.mktemp("crowded") / "ster.ttl"
    path.write_text("\n".join(lines))
    return MemoryStore([path], base)


def test_a_large_document_comes_in_parts_that_make_the_whole(crowded: MemoryStore, base: Base) -> None:
    star = URIRef("http://e/ster")
    whole, counts = Graph(), set()
    for page in (1, 2, 3):
        part = describe(crowded, star, base, page)
        assert part.pages == 3
        counts.add(part.counts[URIRef("http://e/wijst")])
        whole += part.graph
    assert counts == {1101}
    assert len(set(whole.objects(star, URIRef("http://e/waarde")))) == 1203
    assert len(set(whole.subjects(URIRef("http://e/wijst"), star))) == 1101


def test_a_part_says_that_it_is_one_and_where_the_next_is(crowded: MemoryStore, base: Base) -> None:
    graph = describe(crowded, URIRef("http://e/ster"), base, 2).graph
    this = URIRef("http://e/ster?page=2")
    assert (this, paging.HYDRA.next, URIRef("http://e/ster?page=3")) in graph
    assert (this, paging.HYDRA.previous, URIRef("http://e/ster?page=1")) in graph
