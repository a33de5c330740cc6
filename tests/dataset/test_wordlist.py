"""The words of the data: read, counted, named in the reader's language."""

from __future__ import annotations

from pathlib import Path

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset import wordlist
from zorgnetwerk.errors import DeadlineExceeded
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import RDF, vocabulary

from ..memory_store import MemoryStore

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
FILES = (FIXTURES / "network.trig", FIXTURES / "elsewhere.ttl")


def test_classes_and_properties_are_counted_the_most_used_first(network: MemoryStore, base: Base) -> None:
    zn = vocabulary(base)
    found = wordlist.read(network, base, {"zn": str(zn)})
    classes = {word.iri: word.number for word in found.classes}
    properties = {word.iri: word.number for word in found.properties}
    assert classes[zn.Deelname] == 3
    assert properties[zn.rol] == 3
    assert found.prefixes == {"zn": str(zn)}
    for words in (found.classes, found.properties, found.things):
        assert [word.number for word in words] == sorted((word.number for word in words), reverse=True)
    assert found.is_counted


def test_what_the_ontology_declares_is_offered_as_well(network: MemoryStore, base: Base) -> None:
    found = wordlist.read(network, base, {})
    unused = {word.iri for word in (*found.classes, *found.properties) if word.number == 0}
    declared = {row["term"] for row in network.select("SELECT ?term { ?term a <http://www.w3.org/2002/07/owl#Class> }")}
    assert declared
    assert declared <= {word.iri for word in found.classes}
    assert RDF.type in {word.iri for word in found.properties} - unused


def test_things_are_those_with_a_name_to_which_others_point(network: MemoryStore, base: Base) -> None:
    things = wordlist.read(network, base, {}).things
    north = next(word for word in things if word.iri == URIRef(base.iri("id/organisatie/az-noord")))
    assert north.name("nl") == "AZ Noord"
    assert north.number > 1
    assert all(word.names for word in things)
    assert not any("/ns/" in word.iri for word in things)


def test_a_name_is_in_the_language_of_the_reader_or_the_next_best(network: MemoryStore, base: Base) -> None:
    words = {word.iri: word for word in wordlist.read(network, base, {}).classes}
    word = words[vocabulary(base).Deelname]
    assert {word.name(language) for language in ("nl", "fr", "de", "en")} == {"deelname", "participation", "Teilnahme"}
    nameless = wordlist.Word(URIRef("http://example.org/ns#heeftDeelnemer"), (), (), 0)
    assert (nameless.name("nl"), nameless.definition("nl")) == ("heeft deelnemer", "")
    defined = wordlist.Word(word.iri, (), (Literal("wat", lang="nl"), Literal("quoi", lang="fr")), 0)
    assert [defined.definition(language) for language in ("nl", "fr", "de")] == ["wat", "quoi", "wat"]


class Overburdened(MemoryStore):
    """A store that never finishes counting."""

    def select(self, text: str) -> list[dict[str, Node]]:
        if "COUNT" in text:
            raise DeadlineExceeded("too long", limit=1, used=1, unit="seconds")
        return super().select(text)


def test_data_too_large_to_count_still_gives_its_vocabulary(network: MemoryStore, base: Base) -> None:
    found = wordlist.read(Overburdened(FILES, base), base, {})
    assert not found.is_counted
    assert found.things == ()
    assert vocabulary(base).Deelname in {word.iri for word in found.classes}
    assert all(word.number == 0 for word in found.classes)
