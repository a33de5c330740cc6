"""The difference that a submission makes, in words: thing by thing, what comes and what goes.

Things that people look for come first; what only carries the evidence (claims, quotations, sources) stands behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rdflib import URIRef
from rdflib.term import Node

from zorgnetwerk.submission.comparison import Difference, ThingDifference
from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.web.views import kinds
from zorgnetwerk.web.views.model import Item, Link, Row, Text, Value
from zorgnetwerk.web.views.reader import Reader
from zorgnetwerk.web.views.values import value_of

MOST_THINGS = 200
"""Things that are shown on a page; the files hold all."""


@dataclass(frozen=True, slots=True)
class ThingChange:
    """What changes about one thing."""

    thing: Link
    kind: Text
    is_new: bool
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """What a submission changes. ``left_out`` counts the things that are not shown."""

    things: tuple[ThingChange, ...]
    evidence: tuple[ThingChange, ...]
    added: int
    removed: int
    unchanged: int
    left_out: int = 0


def difference_view(difference: Difference, reader: Reader) -> DifferenceView:
    """The difference for this reader, whose graph names the things under the configured base."""
    changed = [thing for thing in difference.things if thing.added or thing.removed]
    new = frozenset(reader.frame.base.rebase(str(thing)) for thing in difference.new_things)
    shown = sorted((_change(thing, reader, new) for thing in changed[:MOST_THINGS]), key=_order)
    return DifferenceView(
        things=tuple(each for each in shown if not _is_evidence(each, reader)),
        evidence=tuple(each for each in shown if _is_evidence(each, reader)),
        added=len(difference.added),
        removed=len(difference.removed),
        unchanged=difference.unchanged,
        left_out=max(0, len(changed) - MOST_THINGS),
    )


def _change(thing: ThingDifference, reader: Reader, new: frozenset[str]) -> ThingChange:
    link = reader.link(_moved(thing.thing, reader))
    return ThingChange(
        thing=_without_page(link, new),
        kind=Text(_kind(link.iri, reader)),
        is_new=thing.is_new,
        added=_rows(thing.added, reader, new),
        removed=_rows(thing.removed, reader, new),
        unchanged=thing.unchanged,
    )


def _rows(triples: Iterable[Triple], reader: Reader, new: frozenset[str]) -> tuple[Row, ...]:
    rows: dict[URIRef, list[Item]] = {}
    for _, predicate, value in triples:
        moved = _moved(predicate, reader)
        if isinstance(moved, URIRef):
            found = value_of(reader, _moved(value, reader))
            rows.setdefault(moved, []).append(Item(_value_without_page(found, new)))
    return tuple(Row(reader.property_link(predicate), tuple(items)) for predicate, items in rows.items())


def _value_without_page(value: Value, new: frozenset[str]) -> Value:
    return replace(value, link=_without_page(value.link, new))


def _without_page(link: Link, new: frozenset[str]) -> Link:
    """The mention of a thing that has no page yet leads nowhere."""
    return replace(link, href="") if link.iri in new else link


def _moved(term: Node, reader: Reader) -> Node:
    return URIRef(reader.frame.base.rebase(str(term))) if isinstance(term, URIRef) else term


def _kind(iri: str, reader: Reader) -> str:
    parts = (reader.frame.base.path(iri) or "").split("/")
    return kinds.singular(reader.t, parts[1]) if parts[0] == "id" and len(parts) > 2 else ""


def _concept(change: ThingChange, reader: Reader) -> str:
    parts = (reader.frame.base.path(change.thing.iri) or "").split("/")
    return parts[1] if parts[0] == "id" and len(parts) > 2 else ""


def _is_evidence(change: ThingChange, reader: Reader) -> bool:
    return _concept(change, reader) in ("bron", "citaat", "bewering")


def _order(change: ThingChange) -> tuple[int, str, str]:
    names = list(kinds.KINDS)
    concept = change.thing.iri.split("/id/", 1)[-1].split("/", 1)[0]
    return names.index(concept) if concept in names else len(names), change.thing.text.text, change.thing.iri
