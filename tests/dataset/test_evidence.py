"""Each fact is found with the words it rests on."""

from __future__ import annotations

import pytest
from rdflib import Literal, URIRef

from zorgnetwerk.dataset.entities import describe
from zorgnetwerk.dataset.evidence import Ledger
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import ORG, SKOS

from ..memory_store import MemoryStore


@pytest.fixture(scope="module")
def ledger(network: MemoryStore, base: Base) -> Ledger:
    return Ledger(describe(network, URIRef(base.iri("id/organisatie/az-noord")), base).graph, base)


def test_a_plain_fact_rests_on_its_claim(ledger: Ledger, base: Base) -> None:
    fact = ledger.fact(URIRef(base.iri("id/organisatie/az-noord")), SKOS.altLabel, Literal("AZN", lang="nl"))
    [item] = fact.evidence
    assert str(item.words) == "het Noordziekenhuis (AZN)"
    assert item.source == URIRef(base.iri("id/bron/901"))
    assert item.certainty is None


def test_a_fact_says_when_it_is_not_explicit(ledger: Ledger, base: Base) -> None:
    campus, hospital = URIRef(base.iri("id/campus/haven")), URIRef(base.iri("id/organisatie/az-noord"))
    [item] = ledger.fact(campus, ORG.siteOf, hospital).evidence
    assert item.certainty == URIRef(base.iri("auth/zekerheden/impliciet"))


def test_a_quantity_gives_its_own_evidence(ledger: Ledger, base: Base) -> None:
    hospital, beds = URIRef(base.iri("id/organisatie/az-noord")), URIRef(base.iri("id/hoeveelheid/901-bedden"))
    [item] = ledger.fact(hospital, ledger.zn.hoeveelheid, beds).evidence
    assert str(item.words) == "een 20-tal bedden op campus Haven"


def test_a_fact_without_claim_has_no_evidence(ledger: Ledger, base: Base) -> None:
    kind = URIRef(base.iri("auth/organisatiesoorten/ziekenhuis"))
    assert ledger.fact(URIRef(base.iri("id/organisatie/az-noord")), ORG.classification, kind).evidence == ()


def test_the_date_of_a_source_is_the_one_it_states(ledger: Ledger, base: Base) -> None:
    assert str(ledger.source_date(URIRef(base.iri("id/bron/901")))) == "2022-04-14"
    assert ledger.source_date(URIRef(base.iri("id/bron/902"))) is None
