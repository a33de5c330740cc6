"""The facts about one thing, in sections, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rdflib import Literal, URIRef

from zorgnetwerk.dataset.evidence import Fact
from zorgnetwerk.dataset.paging import HYDRA
from zorgnetwerk.terms import languages
from zorgnetwerk.terms.namespaces import FOAF, ORG, OWL, PROV, RDF, RDFS, SKOS, VOID
from zorgnetwerk.web.views.grouping import SECTIONS, places
from zorgnetwerk.web.views.model import Item, Row, Section, Text
from zorgnetwerk.web.views.ordering import place
from zorgnetwerk.web.views.reader import Reader
from zorgnetwerk.web.views.values import value_of

_ELSEWHERE = frozenset(
    {
        RDF.type,
        SKOS.editorialNote,
        SKOS.inScheme,
        SKOS.topConceptOf,
        ORG.memberOf,
        OWL.deprecated,
        FOAF.topic,
        VOID.triples,
        HYDRA.view,
    }
)
"""Properties whose values the page shows in another place than among the facts."""


def sections(reader: Reader, subject: URIRef, hidden: frozenset[URIRef] = frozenset()) -> tuple[Section, ...]:
    """The facts about a thing, in reading order; ``hidden`` properties are shown elsewhere on the page."""
    where = places(reader.frame.base)
    rows: dict[str, list[tuple[int, str, Row]]] = {key: [] for key in SECTIONS}
    told = _by_property(reader, subject)
    has_evidence = any(fact.evidence for facts in told.values() for fact in facts)
    for predicate, facts in told.items():
        if predicate in _ELSEWHERE or predicate in hidden or predicate in (reader.zn.citaat, PROV.hadPrimarySource):
            continue
        items = _items(reader, predicate, facts)
        if predicate == ORG.classification and has_evidence:
            items = tuple(_as_ours(reader, item) for item in items)
        if items:
            section, rank = where.get(predicate, ("more", len(where)))
            row = Row(reader.property_link(predicate), items)
            rows[section].append((rank, row.label.text.text, row))
    return tuple(
        Section(
            key, reader.t.gettext(title), tuple(row for _, _, row in sorted(rows[key], key=lambda entry: entry[:2]))
        )
        for key, title in SECTIONS.items()
        if rows[key]
    )


def item_of(reader: Reader, fact: Fact) -> Item:
    """A fact with its value and evidence."""
    sorts = tuple(reader.name(sort) for sort in fact.sorts)
    return Item(value_of(reader, fact.value), reader.proofs(fact.evidence), sorts)


def _as_ours(reader: Reader, item: Item) -> Item:
    """A kind that no document states, marked as our own judgement where all else rests on documents."""
    own = Text(reader.t.gettext("our own classification"))
    return item if item.proofs else replace(item, sorts=(*item.sorts, own))


def _by_property(reader: Reader, subject: URIRef) -> Mapping[URIRef, list[Fact]]:
    found: dict[URIRef, list[Fact]] = {}
    for fact in reader.ledger.facts_about(subject):
        found.setdefault(fact.predicate, []).append(fact)
    return found


def _items(reader: Reader, predicate: URIRef, facts: list[Fact]) -> tuple[Item, ...]:
    if predicate in (SKOS.prefLabel, RDFS.label, FOAF.name) and not _is_worth_showing(facts):
        return ()
    facts = _in_one_language(reader, facts)
    shown = [fact for fact in facts if not (predicate == ORG.hasSite and _is_mirrored(reader, fact))]
    items = [(fact.value, item_of(reader, fact)) for fact in shown]
    items.sort(key=lambda pair: place(reader, pair[0], pair[1].value.link))
    return tuple(item for _, item in items)


def _is_worth_showing(facts: list[Fact]) -> bool:
    """A name stands in the title already; it is a fact of its own when there are several or a source is quoted
    for it.
    """
    languages_used = [fact.value.language for fact in facts if isinstance(fact.value, Literal)]
    return len(set(languages_used)) < len(languages_used) or any(
        item.words is not None for fact in facts for item in fact.evidence
    )


def _in_one_language(reader: Reader, facts: list[Fact]) -> list[Fact]:
    """Of a text that stands in several languages and rests on no source, only the version for this reader."""
    plain = [
        fact.value for fact in facts if not fact.evidence and isinstance(fact.value, Literal) and fact.value.language
    ]
    chosen = languages.pick(plain, reader.frame.language)
    if chosen is None:
        return facts
    dropped = {text for text in plain if text.language != chosen.language}
    return [fact for fact in facts if fact.evidence or fact.value not in dropped]


def _is_mirrored(reader: Reader, fact: Fact) -> bool:
    """Whether a derived link repeats one that stands, with its evidence, among the links that point here."""
    return (fact.value, ORG.siteOf, fact.subject) in reader.graph
