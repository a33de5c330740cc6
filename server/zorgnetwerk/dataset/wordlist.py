"""The words with which a query about this data can be written: prefixes, classes, properties, named things.

Everything is read and counted from the release. Must not know pages nor editors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rdflib import Literal, URIRef

from zorgnetwerk.dataset import labels, queries
from zorgnetwerk.dataset.schemes import uses
from zorgnetwerk.errors import Limit
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms import languages
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import OWL, RDF, RDFS, SKOS

THINGS: Final = 2_000
"""Named things in the list, those that are pointed to most: what a browser takes in at once."""
_SPACES: Final = ("id/", "auth/")
_CLASSES: Final = frozenset((OWL.Class, RDFS.Class))
_ALWAYS: Final = (RDF.type, RDFS.label, RDFS.subClassOf, SKOS.prefLabel)
_TERMS_PER_QUERY: Final = 1_000
_NOTHING: Final[Mapping[URIRef, int]] = MappingProxyType({})

Texts = tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One term that can stand in a query.

    Units: ``number`` counts the things of a class, the triples of a property, the triples that point to a thing; 0 also
    when the data is too large to be counted in time.
    """

    iri: URIRef
    names: Texts
    definitions: Texts
    number: int

    def name(self, language: str) -> str:
        """What it is called for a reader of this language: its own name, else the readable end of its IRI."""
        chosen = languages.pick(self.names, language)
        return str(chosen) if chosen is not None else labels.local_name(str(self.iri))

    def definition(self, language: str) -> str:
        """What it means, in this language or the next best; empty when the vocabulary does not say."""
        return str(languages.pick(self.definitions, language) or "")


@dataclass(frozen=True, slots=True)
class WordList:
    """All words, the most used first; ``is_counted`` is no when a count took too long and was left out."""

    prefixes: Mapping[str, str]
    classes: tuple[Word, ...]
    properties: tuple[Word, ...]
    things: tuple[Word, ...]
    is_counted: bool


def read(store: Store, base: Base, prefixes: Mapping[str, str]) -> WordList:
    """The words of what this store holds.

    Errors: those of the store, save limits: a count that meets one is left out.
    """
    classes, properties = _declared(store)
    spaces = [Literal(base.iri(space)) for space in _SPACES]
    linked = queries.paged(queries.bind(queries.load("linked-things"), space=spaces), THINGS, 1)
    used = (
        _counted(store, queries.load("tally-classes"), "term"),
        _counted(store, queries.load("tally-properties"), "term"),
        _counted(store, linked, "thing"),
    )
    tallies = [{**known, **(found or {})} for known, found in zip((classes, properties, _NOTHING), used, strict=True)]
    texts = _texts(store, [term for tally in tallies for term in tally])
    of_classes, of_properties, of_things = (_words(tally, texts) for tally in tallies)
    return WordList(MappingProxyType(dict(prefixes)), of_classes, of_properties, of_things, None not in used)


def _declared(store: Store) -> tuple[dict[URIRef, int], dict[URIRef, int]]:
    """The classes and the properties that the data declares, used or not, each with no use yet."""
    classes: dict[URIRef, int] = {}
    properties: dict[URIRef, int] = dict.fromkeys(_ALWAYS, 0)
    for row in store.select(queries.load("declared-terms")):
        term = row["term"]
        if isinstance(term, URIRef):
            (classes if row["kind"] in _CLASSES else properties)[term] = 0
    return classes, properties


def _counted(store: Store, text: str, column: str) -> Mapping[URIRef, int] | None:
    """What a counting query finds; None when the data is too large for it."""
    try:
        return uses(store, text, column)
    except Limit:
        return None


def _texts(store: Store, terms: Iterable[URIRef]) -> Mapping[URIRef, tuple[Texts, Texts]]:
    """Names and definitions of each term, the best sort of name only."""
    wanted = sorted({term for term in terms if queries.is_iri(str(term))})
    said: dict[URIRef, dict[URIRef, list[Literal]]] = {}
    text = queries.load("words-of-terms")
    for start in range(0, len(wanted), _TERMS_PER_QUERY):
        for row in store.select(queries.bind(text, term=wanted[start : start + _TERMS_PER_QUERY])):
            term, kind, words = row["term"], row["property"], row["text"]
            if isinstance(term, URIRef) and isinstance(kind, URIRef) and isinstance(words, Literal):
                said.setdefault(term, {}).setdefault(kind, []).append(words)
    return {
        term: (
            next((tuple(kinds[kind]) for kind in labels.NAME_PROPERTIES if kind in kinds), ()),
            tuple(kinds.get(SKOS.definition, ())),
        )
        for term, kinds in said.items()
    }


def _words(tally: Mapping[URIRef, int], texts: Mapping[URIRef, tuple[Texts, Texts]]) -> tuple[Word, ...]:
    made = (
        Word(term, *texts.get(term, ((), ())), number) for term, number in tally.items() if isinstance(term, URIRef)
    )
    return tuple(sorted(made, key=lambda word: (-word.number, word.iri)))
