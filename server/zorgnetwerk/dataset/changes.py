"""The list of changes: what the journal says, for readers; what had to be forgotten is counted and not shown.

Knows journal and bases. Must not know pages. A change is listed once a release holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rdflib import Graph, Literal, URIRef

from zorgnetwerk.errors import NotFound
from zorgnetwerk.store.deltas import Change
from zorgnetwerk.store.digests import is_blank
from zorgnetwerk.store.entries import Entry
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.terms.iris import RESERVED_BASE as RESERVED
from zorgnetwerk.terms.iris import Base, rebase_line
from zorgnetwerk.terms.namespaces import DCT, PROV, RDF, VOID, XSD

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Summary:
    """One change without its lines.

    Shape: ``organisation`` is an IRI under the served base, or empty; ``submission`` an id, or empty; ``old`` and
           ``new`` the IRIs of a thing that was moved.
    Units: ``time`` is ISO 8601 in UTC; ``added`` and ``removed`` count statements, ``forgotten`` those of them that had
           to be removed for good.
    """

    number: int
    time: str
    kind: str
    cause: str
    organisation: str
    submission: str
    added: int
    removed: int
    forgotten: int
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One change with its lines under the reserved base, forgotten ones left out."""

    summary: Summary
    added: tuple[str, ...]
    removed: tuple[str, ...]

    def served(self, base: Base) -> Change:
        """The lines under the served base."""
        sides = (self.added, self.removed)
        return Change(*(frozenset(rebase_line(line, RESERVED, base.value) for line in side) for side in sides))


@dataclass(slots=True)
class Changes:
    """The changes of one state folder. Summaries are kept, since their entries never change but for forgotten words."""

    folder: Path
    base: Base
    _known: dict[tuple[int, str], Summary] = field(default_factory=dict)

    def page(self, published: int, page: int) -> tuple[Sequence[Summary], int]:
        """The changes of a page, newest first, and how many pages there are; ``published`` is the newest listed entry.

        Units: pages count from 1. Errors: NotFound above the last page.
        """
        pages = max(1, -(-published // PAGE_SIZE))
        if not 1 <= page <= pages:
            raise NotFound(f"The list of changes has {pages} page(s), not {page}.")
        first = published - PAGE_SIZE * (page - 1)
        entries = self._journal().entries(after=max(0, first - PAGE_SIZE), until=first)
        return [self._summary(entry) for entry in entries][::-1], pages

    def find(self, published: int, number: int) -> Told:
        """One change. Errors: NotFound when there is none of this number, or no release holds it yet."""
        entry = next(iter(self._journal().entries(after=number - 1, until=min(number, published))), None)
        if entry is None:
            raise NotFound(f"There is no change {number}; the newest is {published}.")
        sides = [tuple(line for line in side if not is_blank(line)) for side in (entry.added, entry.removed)]
        return Told(self._summary(entry), *sides)

    def _journal(self) -> Journal:
        path = self.folder / FILE
        if not path.exists():
            raise NotFound("This site keeps no journal: it shows what another one publishes.")
        return Journal(path)

    def _summary(self, entry: Entry) -> Summary:
        key = (entry.number, entry.cause)
        if key not in self._known:
            self._known[key] = self._made(entry)
        return self._known[key]

    def _made(self, entry: Entry) -> Summary:
        details = {name: self.base.rebase(value) for name, value in entry.details.items()}
        return Summary(
            number=entry.number,
            time=entry.time,
            kind=entry.kind,
            cause=entry.cause.replace(RESERVED, self.base.value),
            organisation=details.get("organisation", ""),
            submission=details.get("submission", ""),
            added=len(entry.added),
            removed=len(entry.removed),
            forgotten=sum(map(is_blank, (*entry.added, *entry.removed))),
            old=details.get("old", ""),
            new=details.get("new", ""),
        )


def described(changes: Iterable[Summary], base: Base) -> Graph:
    """The changes as activities.

    Shape: each ``{base}changes/{number}`` is a prov:Activity with its end, kind (dct:type, a word), cause,
           organisation, and two void:Dataset, generated and invalidated, with their numbers of statements.
    """
    graph = Graph()
    for change in changes:
        node = URIRef(base.iri(f"changes/{change.number}"))
        graph.add((node, RDF.type, PROV.Activity))
        graph.add((node, DCT.identifier, Literal(str(change.number))))
        graph.add((node, DCT.type, Literal(change.kind)))
        graph.add((node, DCT.description, Literal(change.cause)))
        graph.add((node, PROV.endedAtTime, Literal(change.time, datatype=XSD.dateTime)))
        if change.organisation:
            graph.add((node, PROV.wasAssociatedWith, URIRef(change.organisation)))
        for term, name, count in (
            (PROV.generated, "added", change.added),
            (PROV.invalidated, "removed", change.removed),
        ):
            part = URIRef(f"{node}#{name}")
            graph.add((node, term, part))
            graph.add((part, RDF.type, VOID.Dataset))
            graph.add((part, VOID.triples, Literal(count)))
    return graph
