"""What one row of a sheet says, as triples with the cell that each comes from.

A row is one thing: its own facts, the quotation and the source that they rest on, a claim for each plain fact, and the
nodes that a fact needs (a time). Knows the ontology's patterns (data/README.md). Must not know files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.findings import Spot
from zorgnetwerk.submission.grids import Row
from zorgnetwerk.submission.lookup import Lookup, digest_of, slug_of
from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.submission.places import Key
from zorgnetwerk.submission.tables import EXACT, Kind
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.namespaces import DCAT, ORG, PROV, RDF, RESERVED_ZN, SKOS, XSD

ZN: Final = RESERVED_ZN
_AUTH: Final = f"{RESERVED_BASE}auth/"
_WITH_IDENTITY: Final = URIRef(f"{_AUTH}samenwerkingsvormen/met-eigen-identiteit")
_PARTICIPANT: Final = URIRef(f"{_AUTH}rollen/deelnemer")
_EXPLICIT: Final = URIRef(f"{_AUTH}zekerheden/expliciet")
_CAPACITY_UNITS: Final = (URIRef(f"{_AUTH}eenheden/bedden"), URIRef(f"{_AUTH}eenheden/plaatsen"))
_CAPACITY_OWNERS: Final = (f"{RESERVED_BASE}id/organisatie/", f"{RESERVED_BASE}id/voorziening/")


@dataclass(slots=True)
class Statements:
    """What all rows say, and where. ``empty`` are the cells where a property of a thing would stand."""

    triples: dict[Triple, None] = field(default_factory=dict)
    values: dict[Key, Spot] = field(default_factory=dict)
    empty: dict[tuple[str, str], Spot] = field(default_factory=dict)
    nodes: dict[str, Spot] = field(default_factory=dict)

    def add(self, subject: Node, predicate: URIRef, value: Node, spot: Spot) -> None:
        """Notes a triple and its cell."""
        self.triples.setdefault((subject, predicate, value))
        self.values.setdefault((str(subject), str(predicate), str(value)), spot)
        self.nodes.setdefault(str(subject), spot)

    def expect(self, subject: Node, predicate: URIRef, spot: Spot) -> None:
        """Notes where a value would stand."""
        self.empty.setdefault((str(subject), str(predicate)), spot)


@dataclass(frozen=True, slots=True)
class Facts:
    """The values of one row, by column, already as terms; ``thing`` is what the row is about."""

    row: Row
    thing: URIRef
    is_published: bool
    values: Mapping[str, tuple[Node, ...]]

    def first(self, key: str) -> Node | None:
        """The first value of a column."""
        return next(iter(self.values.get(key, ())), None)


class Writer:
    """Turns rows into statements."""

    def __init__(self, said: Statements, lookup: Lookup, ontology: Graph) -> None:
        self._said, self._lookup, self._ontology = said, lookup, ontology

    def write(self, facts: Facts, source: URIRef | None, dates: Mapping[URIRef, Node]) -> None:
        """Says what a row says; ``dates`` are the days that sources describe."""
        sheet = facts.row.form.sheet
        spot = facts.row.spot(next(iter(facts.row.cells)))
        self._said.nodes.setdefault(str(facts.thing), spot)
        for kind in () if facts.is_published else self._classes(facts):
            self._said.add(facts.thing, RDF.type, kind, spot)
        quotation = self._quotation(facts, source)
        carrier = self._own(facts, quotation)
        if sheet.concept in ("deelname", "hoeveelheid"):
            self._defaults(facts, source, dates, spot)
        if quotation is not None and carrier is not None:
            self._said.add(carrier, ZN.citaat, quotation, facts.row.spot("citaat"))

    def _own(self, facts: Facts, quotation: URIRef | None) -> URIRef | None:
        """Says the facts of the thing itself and of its time; what the quotation of the row is noted at."""
        sheet = facts.row.form.sheet
        time = self._time(facts)
        claimed = []
        for item in facts.row.form.fields:
            column = item.column
            subject = time if column.on_time and time is not None else facts.thing
            if column.kind in (Kind.QUOTATION, Kind.SOURCE):
                self._said.expect(subject, column.path, facts.row.spot(column.key))
                continue
            if column.key in facts.row.columns:
                self._said.expect(subject, column.path, facts.row.spot(column.key))
            for value in facts.values.get(column.key, ()):
                pair = (value, facts.thing) if column.key == "van" else (subject, value)
                self._said.add(pair[0], column.path, pair[1], facts.row.spot(column.key))
                if not column.on_time:
                    claimed.append((column.key, column.path, value))
        if sheet.concept in ("organisatie", "samenwerkingsverband"):
            if quotation is not None:
                self._claims(facts, claimed, quotation)
            return time
        if time is not None:
            return time
        return facts.thing if sheet.concept in ("deelname", "hoeveelheid") else None

    def _classes(self, facts: Facts) -> Iterable[URIRef]:
        sheet = facts.row.form.sheet
        if sheet.thing_class == DCAT.Dataset:
            return ()
        if sheet.concept == "organisatie":
            return (ORG.Organization, ORG.FormalOrganization) if facts.first("rechtsvorm") else (ORG.Organization,)
        if sheet.concept == "samenwerkingsverband":
            return self._partnership(facts)
        if sheet.concept == "hoeveelheid":
            is_capacity = facts.first("eenheid") in _CAPACITY_UNITS
            owned = str(facts.first("van")).startswith(_CAPACITY_OWNERS)
            return (ZN.Capaciteit,) if is_capacity and owned else (ZN.Hoeveelheid,)
        return (sheet.thing_class,)

    def _partnership(self, facts: Facts) -> Iterable[URIRef]:
        """The class of a partnership, which follows from its form."""
        forms = facts.values.get("vorm", ())
        above = {broader for form in forms for broader in self._ontology.transitive_objects(form, SKOS.broader)}
        if _WITH_IDENTITY not in above:
            return (ZN.Samenwerkingsovereenkomst,)
        formal = ORG.FormalOrganization if facts.first("rechtsvorm") else ORG.OrganizationalCollaboration
        return (ZN.Samenwerkingsorganisatie, formal)

    def _time(self, facts: Facts) -> URIRef | None:
        """The node of the row's time, when any of its columns is filled."""
        keys = [item.column.key for item in facts.row.form.fields if item.column.on_time]
        filled = [key for key in keys if facts.values.get(key)]
        if not filled:
            return None
        spot = facts.row.spot(filled[0])
        source = facts.row.text("bron")
        node = self._lookup.mint("tijd", f"{source}-{str(facts.thing).rpartition('/')[2]}")
        self._said.add(facts.thing, ZN.geldigheid, node, spot)
        self._said.add(node, RDF.type, ZN.Tijdsaanduiding, spot)
        words = str(facts.first("tijd") or "")
        if filled == ["tijd"] and not re.search(r"\d", words):
            self._said.add(node, ZN.benaderend, Literal(True), spot)
        return node

    def _quotation(self, facts: Facts, source: URIRef | None) -> URIRef | None:
        words = " ".join(facts.row.text("citaat").split())
        if not words:
            return None
        spot = facts.row.spot("citaat")
        known = self._lookup.quotation(words, source) if source is not None else None
        if known is not None:
            return known
        start = slug_of(facts.row.text("bron") or "bron")
        node = URIRef(f"{RESERVED_BASE}id/citaat/{start}-{digest_of(words)}")
        self._said.add(node, RDF.type, ZN.Citaat, spot)
        self._said.add(node, EXACT, Literal(words, lang="nl"), spot)
        if source is not None:
            self._said.add(node, PROV.wasQuotedFrom, source, facts.row.spot("bron"))
        self._said.expect(node, PROV.wasQuotedFrom, facts.row.spot("bron"))
        return node

    def _claims(self, facts: Facts, claimed: Iterable[tuple[str, URIRef, Node]], quotation: URIRef) -> None:
        """A claim for each plain fact that is not published yet, on the quotation of the row."""
        for key, path, value in claimed:
            if self._lookup.states(facts.thing, path, value) or path == ZN.deelnemersVolledig:
                continue
            spot = facts.row.spot(key)
            slug = str(facts.thing).rpartition("/")[2]
            said = digest_of(f"{facts.thing} {path} {value!r} {quotation}")
            node = URIRef(f"{RESERVED_BASE}id/bewering/{slug_of(facts.row.text('bron') or 'bron')}-{slug[:40]}-{said}")
            self._said.add(node, RDF.type, ZN.Bewering, spot)
            for predicate, term in ((RDF.subject, facts.thing), (RDF.predicate, path), (RDF.object, value)):
                self._said.add(node, predicate, term, spot)
            self._said.add(node, ZN.citaat, quotation, facts.row.spot("citaat"))

    def _defaults(self, facts: Facts, source: URIRef | None, dates: Mapping[URIRef, Node], spot: Spot) -> None:
        """What a row leaves open and the guide settles: the role, the certainty, the day of the source, exactness."""
        if facts.is_published:
            return
        if facts.row.form.sheet.concept == "hoeveelheid":
            if not facts.row.text("benaderend"):
                self._said.add(facts.thing, ZN.benaderend, Literal(False), spot)
            return
        for key, path, value in (("rol", ZN.rol, _PARTICIPANT), ("zekerheid", ZN.zekerheid, _EXPLICIT)):
            if not facts.row.text(key):
                self._said.add(facts.thing, path, value, facts.row.spot(key))
        day = dates.get(source) if source is not None else None
        if day is not None:
            self._said.add(facts.thing, ZN.toestandOp, day, facts.row.spot("bron"))


def language_of(text: str) -> str:
    """The language that a cell names, Dutch where it names none of ours."""
    return text if text in LANGUAGES else "nl"


def day_of(text: str) -> Literal:
    """A day as a term; what is no day stays the text that it is, for the rules to speak about."""
    return (
        Literal(text, datatype=XSD.date, normalize=False) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else Literal(text)
    )
