"""A reader of one graph in one language: what things are called, and where their pages are.

Knows names, sentences for nodes without a name, and links. Must not know which facts belong on which page.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset import labels
from zorgnetwerk.dataset.evidence import Evidence, Ledger
from zorgnetwerk.terms import languages
from zorgnetwerk.terms.dates import parse_date
from zorgnetwerk.terms.languages import foreign_tag
from zorgnetwerk.terms.namespaces import DCT, OA, ORG, RDF, SH
from zorgnetwerk.web.frames import Frame, is_linkable
from zorgnetwerk.web.translations import Translator, mark
from zorgnetwerk.web.views.model import Link, Proof, Text

SEVERITIES: Final[Mapping[Node, str]] = MappingProxyType(
    {SH.Violation: mark("mistake"), SH.Warning: mark("warning"), SH.Info: mark("note")}
)
"""What the severities of SHACL are called, as in a report: the vocabulary has no names in our languages."""
_TARGETS_IN_A_NAME: Final = 2


class Reader:
    """One graph seen in one language; ``lexicon`` names the properties.

    ``tells_sources_apart`` is for pages that do not show the number of a source in a place of its own.
    """

    def __init__(
        self, graph: Graph, lexicon: Graph, frame: Frame, translator: Translator, tells_sources_apart: bool = True
    ) -> None:
        self.graph = graph
        self.lexicon = lexicon
        self.frame = frame
        self.t = translator
        self.ledger = Ledger(graph, frame.base)
        self.zn = self.ledger.zn
        self._tells_sources_apart = tells_sources_apart
        self._titles: Counter[str] | None = None
        self._names: dict[Node, Text] = {}
        self._links: dict[Node, Link] = {}
        self._days: dict[tuple[datetime.date, str], str] = {}

    def text(self, literal: Literal) -> Text:
        """A literal's words, marked when they are in another language."""
        return Text(str(literal), foreign_tag(literal, self.frame.language) or "")

    def name(self, term: Node) -> Text:
        """What a thing is called; a sentence about it when it has no name; the end of its IRI as a last resort."""
        if term not in self._names:
            self._names[term] = self._named(term)
        return self._names[term]

    def _named(self, term: Node) -> Text:
        found = labels.label(self.graph, term, self.frame.language) or labels.label(
            self.lexicon, term, self.frame.language
        )
        if found is not None:
            return self.text(found)
        spoken = self._sentence(term)
        if spoken is not None:
            return spoken
        if isinstance(term, BNode):
            return Text(self.t.gettext("without a name"))
        if term in SEVERITIES:
            return Text(self.t.gettext(SEVERITIES[term]))
        return Text(str(term)) if isinstance(term, Literal) else Text(labels.local_name(str(term)))

    def property_name(self, predicate: URIRef) -> Text:
        """What a property is called."""
        found = labels.label(self.lexicon, predicate, self.frame.language) or labels.label(
            self.graph, predicate, self.frame.language
        )
        return self.text(found) if found is not None else Text(labels.local_name(str(predicate)))

    def link(self, term: Node) -> Link:
        """A mention of a thing that leads to its page, or to the foreign site when it is not ours and not
        described here.
        """
        if term not in self._links:
            self._links[term] = self._to(term, self._listed(term))
        return self._links[term]

    def _listed(self, term: Node) -> Text:
        """The name of a thing as it stands among others: of two sources with one title each has its number or day."""
        name = self.name(term)
        if not self._tells_sources_apart or (term, RDF.type, self.zn.Bron) not in self.graph:
            return name
        if self._titles is None:
            sources = set(self.graph.subjects(RDF.type, self.zn.Bron))
            self._titles = Counter(self.name(source).text for source in sources)
        if self._titles[name.text] == 1:
            return name
        dated = self.ledger.source_date(term)
        told = self.source_number(term) or (self.date(dated) if dated is not None else "")
        return Text(f"{name.text} ({told})", name.lang) if told else name

    def inner_link(self, term: Node) -> Link:
        """A mention that leads to what is said here about a thing or what points to it: a class, a topic; wherever the
        thing is at home.
        """
        if not isinstance(term, URIRef):
            return self.link(term)
        return Link(self.name(term), self.frame.page_of(str(term)) or self.frame.foreign_page_of(str(term)), str(term))

    def property_link(self, predicate: URIRef) -> Link:
        """A mention of a property that leads to its definition."""
        name = self.property_name(predicate)
        page = self.frame.page_of(str(predicate))
        return Link(
            name, page or (str(predicate) if is_linkable(str(predicate)) else ""), str(predicate), external=page is None
        )

    def date(self, literal: Literal) -> str:
        """A date in words; the literal as it stands when it is none."""
        day = parse_date(str(literal)[:10])
        return self.day(day) if day else str(literal)

    def day(self, day: datetime.date, pattern: str = "long") -> str:
        """A day in words."""
        if (day, pattern) not in self._days:
            self._days[day, pattern] = format_date(day, pattern, locale=self.t.locale)
        return self._days[day, pattern]

    def number(self, number: int) -> str:
        """A number with the separators of the language."""
        return format_decimal(number, locale=self.t.locale)

    def proofs(self, evidence: tuple[Evidence, ...]) -> tuple[Proof, ...]:
        """The evidence as it is shown; pieces that say nothing at all are left out."""
        return tuple(
            self._proof(item)
            for item in evidence
            if item.words or item.source or item.speakers or self._is_uncertain(item)
        )

    def _is_uncertain(self, item: Evidence) -> bool:
        return item.certainty is not None and not str(item.certainty).endswith("/expliciet")

    def _proof(self, item: Evidence) -> Proof:
        dated = self.ledger.source_date(item.source) if item.source is not None else None
        return Proof(
            carrier=self.link(item.carrier),
            words=self.text(item.words) if item.words is not None else None,
            quotation=self.link(item.quotation) if item.quotation is not None else None,
            source=self._to(item.source, self.name(item.source)) if item.source is not None else None,
            source_number=self.source_number(item.source),
            source_date=self.date(dated) if dated is not None else "",
            certainty=self.link(item.certainty) if item.certainty is not None and self._is_uncertain(item) else None,
            speakers=tuple(self.link(speaker) for speaker in item.speakers),
            state_date=self.date(item.state_date) if item.state_date is not None else "",
            submitter=self._submitter(item.quotation),
        )

    def _submitter(self, quotation: URIRef | None) -> Link | None:
        found = self.graph.value(quotation, DCT.contributor) if quotation is not None else None
        return self.link(found) if found is not None else None

    def source_number(self, source: Node | None) -> str:
        """The number that a source goes by, since several have the same title."""
        slug = str(source or "").rsplit("/", 1)[-1]
        return slug if slug.isdecimal() else ""

    def _to(self, term: Node, name: Text) -> Link:
        if not isinstance(term, URIRef):
            return Link(name)
        page = self.frame.page_of(str(term))
        if page is not None:
            return Link(name, page, str(term))
        if (term, None, None) in self.graph:
            return Link(name, self.frame.foreign_page_of(str(term)), str(term))
        return Link(name, str(term) if is_linkable(str(term)) else "", str(term), external=True)

    def _sentence(self, term: Node) -> Text | None:
        """A name made from what a node says: both sides of a participation, the words of a quotation or a time."""
        for words in (OA.exact, self.zn.tijdstekst):
            found = self.graph.value(term, words)
            if isinstance(found, Literal):
                marked = foreign_tag(found, self.frame.language) or ""
                return Text(f"“{found}”" if words == OA.exact else str(found), marked)
        pairs = ((self.zn.deelnemer, self.zn.deelnameAan), (ORG.member, ORG.organization), (RDF.subject, RDF.predicate))
        for left, right in pairs:
            ends = (self.graph.value(term, left), self.graph.value(term, right))
            if ends[0] is not None and ends[1] is not None:
                return self._pair(ends[0], ends[1], isinstance(ends[1], URIRef) and right == RDF.predicate)
        return self._amount(term) or self._shape(term)

    def _shape(self, term: Node) -> Text | None:
        """A shape by the field that it describes or by what it holds for; its code tells it from others of that."""
        if not isinstance(term, URIRef):
            return None
        fields = [name for name in self.graph.objects(term, SH.name) if isinstance(name, Literal)]
        field = languages.pick(fields, self.frame.language)
        if field is not None:
            return Text(f"{field} ({labels.local_name(str(term))})", self.text(field).lang)
        kinds = [self.name(kind) for kind in self.graph.objects(term, SH.targetClass)]
        for target in (SH.targetSubjectsOf, SH.targetObjectsOf):
            kinds += [self.property_name(it) for it in self.graph.objects(term, target) if isinstance(it, URIRef)]
        if not kinds or len(kinds) > _TARGETS_IN_A_NAME:
            return None
        spoken = ", ".join(sorted(kind.text for kind in kinds))
        return Text(f"{spoken} ({labels.local_name(str(term))})", kinds[0].lang if len(kinds) == 1 else "")

    def _pair(self, left: Node, right: Node, is_property: bool) -> Text:
        second = self.property_name(right) if is_property and isinstance(right, URIRef) else self.name(right)
        first = self.name(left)
        return Text(f"{first.text} – {second.text}", first.lang if first.lang == second.lang else "")

    def _amount(self, term: Node) -> Text | None:
        least, most = (self.graph.value(term, bound) for bound in (self.zn.aantalMin, self.zn.aantalMax))
        if least is None and most is None:
            return None
        unit = self.graph.value(term, self.zn.eenheid)
        unit_name = f" {self.name(unit).text}" if unit is not None else ""
        number = self._range(least, most)
        about = str(self.graph.value(term, self.zn.benaderend) or "") in ("true", "1")
        return Text((self.t.gettext("about {number}").format(number=number) if about else number) + unit_name)

    def _range(self, least: Node | None, most: Node | None) -> str:
        low, high = (
            self.number(int(str(end))) if end is not None and str(end).isdecimal() else str(end or "")
            for end in (least, most)
        )
        if least is None or most is None:
            message = self.t.gettext("at least {number}") if most is None else self.t.gettext("at most {number}")
            return message.format(number=low or high)
        return low if low == high else self.t.gettext("{low} to {high}").format(low=low, high=high)
