"""Lists, code lists, the vocabulary and the overview are counted from the data."""

from __future__ import annotations

import pytest
from rdflib import URIRef

from zorgnetwerk.dataset import counting
from zorgnetwerk.dataset.listing import list_things
from zorgnetwerk.dataset.overview import overview
from zorgnetwerk.dataset.schemes import describe_scheme
from zorgnetwerk.dataset.vocabulary import describe_vocabulary
from zorgnetwerk.errors import NotFound
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import SKOS, vocabulary

from ..memory_store import MemoryStore


def test_a_list_holds_every_thing_of_its_kind_in_alphabetic_order(network: MemoryStore, base: Base) -> None:
    found = list_things(network, base, "organisatie")
    assert [thing.rsplit("/", 1)[-1] for thing in found.things] == ["az-noord", "az-zuid", "az-zuid-oud"]
    assert (found.total, found.page, found.pages) == (3, 1, 1)


@pytest.mark.parametrize(("concept", "page"), [("onbekend", 1), ("organisatie", 2), ("organisatie", 0)])
def test_a_list_without_things_is_not_found(network: MemoryStore, base: Base, concept: str, page: int) -> None:
    with pytest.raises(NotFound):
        list_things(network, base, concept, page)


def test_a_code_list_counts_the_uses_of_each_code(network: MemoryStore, base: Base) -> None:
    found = describe_scheme(network, URIRef(base.iri("auth/rollen")), base)
    assert found.usage == {
        URIRef(base.iri("auth/rollen/deelnemer")): 3,
        URIRef(base.iri("auth/rollen/directeur")): 1,
    }
    assert (
        URIRef(base.iri("auth/rollen/directeur")),
        SKOS.broader,
        URIRef(base.iri("auth/rollen/deelnemer")),
    ) in found.graph


def test_an_unknown_code_list_is_not_found(network: MemoryStore, base: Base) -> None:
    with pytest.raises(NotFound):
        describe_scheme(network, URIRef(base.iri("auth/onbekend")), base)


def test_the_vocabulary_counts_the_uses_of_each_term(network: MemoryStore, base: Base) -> None:
    zn = vocabulary(base)
    found = describe_vocabulary(network, base)
    assert found.usage[zn.Deelname] == 3
    assert found.usage[zn.rol] == 3
    assert found.examples[zn.Deelname] == URIRef(base.iri("id/deelname/901-noordzuid-az-noord"))


def test_the_overview_counts_things_by_kind(network: MemoryStore, base: Base) -> None:
    found = overview(network, base)
    assert found.kinds["organisatie"] == 3
    assert found.kinds["citaat"] == 6
    assert [source.rsplit("/", 1)[-1] for source in found.sources] == ["901", "902"]
    assert [node.rsplit("/", 1)[-1] for node in found.contradictions] == ["begin-noordzuid"]
    assert found.sample.startswith(base.iri("id/organisatie/"))


def test_an_overview_of_large_data_shows_what_was_counted_before(network: MemoryStore, base: Base) -> None:
    counted = counting.counts(network, base)
    live, known = overview(network, base), overview(network, base, counted | {"id/organisatie/": 70})
    assert (live.kinds["organisatie"], known.kinds["organisatie"]) == (3, 70)
    assert {**known.sizes, "id/organisatie/": 3} == live.sizes == counted
    assert known.sample.startswith(base.iri("id/organisatie/"))
    assert known.sources == live.sources
