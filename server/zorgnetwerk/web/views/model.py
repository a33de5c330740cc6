"""The values that templates lay out.

All are frozen; a template reads them and computes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Words for a reader; ``lang`` is the language tag when it is not that of the page (WCAG 3.1.2)."""

    text: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A thing that is mentioned; ``href`` is "" when there is nothing to go to."""

    text: Text
    href: str = ""
    iri: str = ""
    external: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence. ``certainty`` is set only when the source does not say it outright; ``submitter`` who
    sent the quotation in, when it was submitted.
    """

    carrier: Link
    words: Text | None = None
    quotation: Link | None = None
    source: Link | None = None
    source_number: str = ""
    source_date: str = ""
    certainty: Link | None = None
    speakers: tuple[Link, ...] = ()
    state_date: str = ""
    submitter: Link | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a fact: a literal as people write it, or a link.

    Shape: ``detail`` explains (bounds of a date, datatype, category); ``flawed`` marks a literal that is not of its
           datatype and stands verbatim; ``rows`` are the facts of a node without a name of its own.
    """

    link: Link
    detail: str = ""
    flawed: bool = False
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A value with the evidence for it; ``sorts`` say what sort of fact it is, ``derived`` that no source says it
    in these words.
    """

    value: Value
    proofs: tuple[Proof, ...] = ()
    sorts: tuple[Text, ...] = ()
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A property with its values."""

    label: Link
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Facts that belong together for a reader."""

    key: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Participation:
    """One line of the table of participations: the other side, and how and on what evidence."""

    other: Link
    kinds: tuple[Text, ...]
    roles: tuple[Link, ...]
    statuses: tuple[Link, ...]
    categories: tuple[Text, ...]
    on_behalf: tuple[Link, ...]
    certain: bool
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the values that contradict each other, or one of the things that a hypothesis relates."""

    value: Value
    owner: Link | None
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A contradiction or an identity hypothesis of the curators."""

    link: Link
    sides: tuple[Side, ...]
    notes: tuple[Text, ...]
    relation: Link | None = None
    certainty: Link | None = None
    proofs: tuple[Proof, ...] = ()
    references: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """The things that point here by one property; ``total`` counts them in the whole data set."""

    key: str
    title: Text
    total: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class QuotationView:
    """A quotation of a source, and the facts that rest on it."""

    link: Link
    words: Text
    facts: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """A number for the summary under the title."""

    number: int
    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class EntityView:
    """Everything that the page about one thing shows."""

    iri: str
    title: Text
    kind: Text
    kinds: tuple[Link, ...]
    breadcrumb: tuple[Link, ...]
    aliases: tuple[Text, ...]
    lead: tuple[Text, ...]
    own_proofs: tuple[Proof, ...]
    tallies: tuple[Tally, ...]
    contradictions: tuple[Judgement, ...]
    hypotheses: tuple[Judgement, ...]
    notes: tuple[Text, ...]
    participations: tuple[Participation, ...]
    participations_open: bool
    takes_part: bool
    sections: tuple[Section, ...]
    incoming: tuple[Incoming, ...]
    quotations: tuple[QuotationView, ...]
    topics: tuple[tuple[Text, tuple[Link, ...]], ...]
    page: int = 1
    pages: int = 1
