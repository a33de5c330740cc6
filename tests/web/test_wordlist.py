"""The document with the words for writing queries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

import pytest
from rdflib import Literal, URIRef

from zorgnetwerk.dataset import wordlist
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.web.site import Site
from zorgnetwerk.web.wordlist import Shelf, as_json

from ..memory_store import MemoryStore


@pytest.fixture(scope="module")
def documents(network: MemoryStore, base: Base) -> dict[str, Any]:
    words = wordlist.read(network, base, {"zn": base.iri("ns/zorgnetwerk#")})
    return {language: json.loads(as_json(words, language)) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_is_there_in_each_language(documents: dict[str, Any], language: str) -> None:
    document = documents[language]
    assert set(document) == {"language", "counted", "prefixes", "classes", "properties", "things"}
    assert (document["language"], document["counted"]) == (language, True)
    for name in ("classes", "properties", "things"):
        assert document[name]
        assert all(len(word) in (3, 4) and all(word[:2]) for word in document[name])


def test_names_differ_and_terms_do_not(documents: dict[str, Any], base: Base) -> None:
    iri = base.iri("ns/zorgnetwerk#Deelname")
    found = {
        language: next(word for word in documents[language]["classes"] if word[0] == iri) for language in LANGUAGES
    }
    assert {language: word[1] for language, word in found.items()} == {
        "nl": "deelname",
        "fr": "participation",
        "de": "Teilnahme",
        "en": "participation",
    }
    assert {word[2] for word in found.values()} == {3}


def test_a_definition_follows_the_number() -> None:
    word = wordlist.Word(URIRef("http://example.org/x"), (), (Literal("une chose", lang="fr"),), 2)
    document = json.loads(as_json(wordlist.WordList({}, (word,), (), (), False), "fr"))
    assert document["classes"] == [["http://example.org/x", "x", 2, "une chose"]]
    assert document["counted"] is False


@dataclass
class Counter:
    """A store that is asked for its release, and words that are made anew each time."""

    number: int = 1
    made: int = 0
    is_counted: bool = True

    def release(self) -> int:
        return self.number

    def words(self, *_: object) -> wordlist.WordList:
        self.made += 1
        return wordlist.WordList({}, (), (), (), self.is_counted)


@dataclass
class OneRelease:
    """What the shelf needs of a site."""

    store: Counter
    base: str = ""

    def release(self) -> OneRelease:
        return self

    def prefixes(self) -> dict[str, str]:
        return {}


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    counter = Counter()
    monkeypatch.setattr(wordlist, "read", counter.words)
    return counter


def test_words_are_made_once_for_all_languages_of_a_release(counter: Counter) -> None:
    shelf, site = Shelf(), cast("Site", OneRelease(counter))
    for language in (*LANGUAGES, *LANGUAGES):
        assert json.loads(shelf.document(site, language)[1])["language"] == language
    assert counter.made == 1
    counter.number = 2
    assert shelf.document(site, "nl")[0] == 2
    assert counter.made == 2


def test_words_without_counts_are_made_again_after_a_while(counter: Counter) -> None:
    counter.is_counted = False
    shelf, site = Shelf(), cast("Site", OneRelease(counter))
    shelf.document(site, "nl")
    shelf.document(site, "nl")
    assert counter.made == 1
    shelf.made -= 3_600
    shelf.document(site, "nl")
    assert counter.made == 2
