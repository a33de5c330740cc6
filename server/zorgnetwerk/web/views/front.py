"""The first page, the lists, the catalogue: ways into the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import Graph, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset.evidence import Ledger, in_order
from zorgnetwerk.dataset.listing import Listing, sort_key
from zorgnetwerk.dataset.overview import Overview
from zorgnetwerk.terms.namespaces import DCAT, DCT, ORG, OWL, RDF
from zorgnetwerk.web.views import kinds
from zorgnetwerk.web.views.facts import sections
from zorgnetwerk.web.views.judgements import contradictions
from zorgnetwerk.web.views.model import Judgement, Link, Section, Text
from zorgnetwerk.web.views.reader import Reader


@dataclass(frozen=True, slots=True)
class Entry:
    """A kind of things with their number."""

    title: str
    number: int
    href: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source document."""

    link: Link
    number: str
    publisher: Link | None
    date: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A stored question: its words, what it is about, its slug."""

    label: str
    comment: str
    slug: str


@dataclass(frozen=True, slots=True)
class HomeView:
    """Everything that the first page shows; ``sample`` is an address to ask for data about one thing."""

    entries: tuple[Entry, ...]
    evidence: tuple[Entry, ...]
    triples: int
    organisations: int
    partnerships: int
    quotations: int
    sources: tuple[Source, ...]
    further: tuple[Source, ...]
    schemes: tuple[Link, ...]
    contradictions: tuple[Link, ...]
    questions: tuple[Asked, ...]
    specimen: Judgement | None
    sample: str
    classes: tuple[Entry, ...]
    graphs: tuple[Entry, ...]
    things: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A thing in a list."""

    link: Link
    kinds: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """Everything that a list shows: the things under their first letters."""

    title: str
    total: int
    letters: tuple[tuple[str, tuple[Listed, ...]], ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Described:
    """One part of the catalogue."""

    title: Text
    kind: str
    anchor: str
    sections: tuple[Section, ...]


def home_view(overview: Overview, reader: Reader) -> HomeView:
    """What the first page shows to this reader."""
    language = reader.frame.language

    def number(kind: str) -> int:
        return overview.kinds.get(kind, 0)

    known = [kind for kind in kinds.ENTRIES if kind in overview.kinds]
    return HomeView(
        entries=_entries(reader, overview, tuple(known or overview.kinds)),
        evidence=_entries(reader, overview, kinds.EVIDENCE),
        triples=overview.sizes.get("triples", 0),
        organisations=number("organisatie"),
        partnerships=number("samenwerkingsverband"),
        quotations=number("citaat"),
        sources=tuple(_source(reader, source) for source in overview.sources),
        further=tuple(
            sorted((_source(reader, source) for source in overview.further), key=lambda it: sort_key(it.link.text.text))
        ),
        schemes=_by_name(reader, overview.schemes),
        contradictions=_by_name(reader, overview.contradictions),
        questions=tuple(
            Asked(question.label(language), question.comment(language), question.slug)
            for question in overview.questions
        ),
        specimen=_specimen(reader),
        sample=reader.frame.data_address(overview.sample) if overview.sample else "",
        classes=_counted(reader, overview.classes),
        graphs=_counted(reader, overview.graphs),
        things=overview.sizes.get("subjects", 0),
    )


def list_view(listing: Listing, reader: Reader) -> ListView:
    """What a list shows to this reader."""
    items = [Listed(reader.link(thing), _kinds(reader, thing)) for thing in listing.things]
    items.sort(key=lambda item: (sort_key(item.link.text.text), item.link.iri))
    letters: dict[str, list[Listed]] = {}
    for item in items:
        first = sort_key(item.link.text.text)[:1].upper()
        letters.setdefault(first if first.isalpha() else "#", []).append(item)
    return ListView(
        kinds.plural(reader.t, listing.concept),
        listing.total,
        tuple((letter, tuple(found)) for letter, found in letters.items()),
        listing.page,
        listing.pages,
    )


def catalogue_view(graph: Graph, reader: Reader) -> tuple[Described, ...]:
    """The parts of the catalogue in human order: data set, service, distributions, catalogue, and whatever else
    it describes.
    """
    order = (DCAT.Dataset, DCAT.DataService, DCAT.Distribution, DCAT.Catalog)
    names = {
        DCAT.Dataset: reader.t.gettext("Data set"),
        DCAT.DataService: reader.t.gettext("Service"),
        DCAT.Distribution: reader.t.gettext("Distribution"),
        DCAT.Catalog: reader.t.gettext("Catalogue"),
    }
    made, seen = [], set[Node]()
    for kind in order:
        for node in in_order(graph.subjects(RDF.type, kind)):
            if isinstance(node, URIRef) and node not in seen:
                seen.add(node)
                found = sections(reader, node, frozenset({DCT.title, OWL.versionInfo}))
                described_first = tuple(sorted(found, key=lambda section: section.key != "goal"))
                made.append(Described(reader.name(node), names[kind], _anchor(node), described_first))
    return tuple(made)


def _anchor(node: URIRef) -> str:
    """Where the page of the catalogue tells of this: at its own fragment, when it has one."""
    return node.fragment or "-".join(str(node).rsplit("/", 2)[-2:])


def _entries(reader: Reader, overview: Overview, wanted: tuple[str, ...]) -> tuple[Entry, ...]:
    return tuple(
        Entry(kinds.plural(reader.t, kind), overview.kinds[kind], reader.frame.to(f"/doc/{kind}"))
        for kind in wanted
        if overview.kinds.get(kind)
    )


def _counted(reader: Reader, numbers: Mapping[URIRef, int]) -> tuple[Entry, ...]:
    frame = reader.frame
    return tuple(
        Entry(reader.name(term).text, number, frame.page_of(term) or frame.foreign_page_of(term))
        for term, number in numbers.items()
    )


def _by_name(reader: Reader, terms: tuple[URIRef, ...]) -> tuple[Link, ...]:
    return tuple(sorted((reader.link(term) for term in terms), key=lambda link: (sort_key(link.text.text), link.iri)))


def _specimen(reader: Reader) -> Judgement | None:
    """The first contradiction with quotations on two sides: what this site is about, in one picture."""
    found = contradictions(reader, URIRef(reader.frame.base.value))
    return next((it for it in found if len(it.sides) == 2 and all(side.proofs for side in it.sides)), None)


def _source(reader: Reader, source: URIRef) -> Source:
    publisher = reader.graph.value(source, DCT.publisher)
    dated = Ledger(reader.graph, reader.frame.base).source_date(source)
    return Source(
        reader.link(source),
        reader.source_number(source),
        reader.link(publisher) if publisher is not None else None,
        reader.date(dated) if dated is not None else reader.t.gettext("date not stated"),
    )


def _kinds(reader: Reader, thing: URIRef) -> tuple[Text, ...]:
    found = {
        *reader.graph.objects(thing, ORG.classification),
        *reader.graph.objects(thing, reader.zn.samenwerkingsvorm),
    }
    return tuple(reader.name(kind) for kind in in_order(found))
