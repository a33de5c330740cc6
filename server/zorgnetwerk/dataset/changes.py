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
from zorgnetwerk.store.entries import Outline
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.iris import RESERVED_BASE as RESERVED
from zorgnetwerk.terms.iris import Base, rebase_line
from zorgnetwerk.terms.languages import DEFAULT_LANGUAGE
from zorgnetwerk.terms.namespaces import DCT, PROV, RDF, SKOS, VOID, XSD

PAGE_SIZE: Final = 50
LINES_LIMIT: Final = 200_000
"""A change of more lines is told in numbers: its lines would fill the memory of whoever tells them."""
_NAMING: Final = f" <{SKOS.prefLabel}> "
_OF_OURS: Final = f"<{RESERVED}id/beslissing/"
"""What is said of a decision is ours, and not what the change is about."""
_ABOUT: Final = 3


@dataclass(frozen=True, slots=True)
class Summary:
    """One change without its lines.

    Shape: ``organisation`` is an IRI under the served base, or empty; ``submission`` an id, or empty; ``old`` and
           ``new`` the IRIs of a thing that was moved; ``about`` the names of the first things that came or went.
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
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One change with its lines under the reserved base, forgotten ones left out; no lines when they are too many to be
    told, which ``is_whole`` says.
    """

    summary: Summary
    added: tuple[str, ...]
    removed: tuple[str, ...]
    is_whole: bool = True

    def served(self, base: Base) -> Change:
        """The lines under the served base."""
        sides = (self.added, self.removed)
        return Change(*(frozenset(rebase_line(line, RESERVED, base.value) for line in side) for side in sides))


@dataclass(slots=True)
class Changes:
    """The changes of one state folder. The summaries of a page are kept until something else is published: to count a
    large entry takes a second, and words that had to be forgotten bring an entry of their own.
    """

    folder: Path
    base: Base
    _kept: dict[tuple[int, int], Sequence[Summary]] = field(default_factory=dict)

    def page(self, published: int, page: int) -> tuple[Sequence[Summary], int]:
        """The changes of a page, newest first, and how many pages there are; ``published`` is the newest listed entry.

        Units: pages count from 1. Errors: NotFound above the last page.
        """
        pages = max(1, -(-published // PAGE_SIZE))
        if not 1 <= page <= pages:
            raise NotFound(f"The list of changes has {pages} page(s), not {page}.")
        first = published - PAGE_SIZE * (page - 1)
        key = (published, page)
        if key not in self._kept:
            outlines = self._journal().outlines(max(0, first - PAGE_SIZE), first, _NAMING)
            found = [self._summary(outline) for outline in outlines][::-1]
            self._kept = {old: kept for old, kept in self._kept.items() if old[0] == published} | {key: found}
        return self._kept[key], pages

    def find(self, published: int, number: int) -> Told:
        """One change. Errors: NotFound when there is none of this number, or no release holds it yet."""
        journal, until = self._journal(), min(number, published)
        outline = next(iter(journal.outlines(number - 1, until, _NAMING)), None)
        if outline is None:
            raise NotFound(f"There is no change {number}; the newest is {published}.")
        summary = self._summary(outline)
        if summary.added + summary.removed > LINES_LIMIT:
            return Told(summary, (), (), is_whole=False)
        [entry] = journal.entries(number - 1, until)
        added, removed = (tuple(line for line in side if not is_blank(line)) for side in (entry.added, entry.removed))
        return Told(summary, added, removed)

    def _journal(self) -> Journal:
        path = self.folder / FILE
        if not path.exists():
            raise NotFound("This site keeps no journal: it shows what another one publishes.")
        return Journal(path)

    def _summary(self, outline: Outline) -> Summary:
        details = {name: self.base.rebase(value) for name, value in outline.details.items()}
        added, removed = outline.added, outline.removed
        return Summary(
            number=outline.number,
            time=outline.time,
            kind=outline.kind,
            cause=outline.cause.replace(RESERVED, self.base.value),
            organisation=details.get("organisation", ""),
            submission=details.get("submission", ""),
            added=added.lines,
            removed=removed.lines,
            forgotten=added.forgotten + removed.forgotten,
            old=details.get("old", ""),
            new=details.get("new", ""),
            about=() if outline.kind == "build" else _names(added.named or removed.named),
        )


def _names(lines: Iterable[str]) -> tuple[str, ...]:
    """What the things of these lines are called, each once, the first few."""
    found: dict[str, str] = {}
    for subject, _, name in syntax.lines_to_graph(line for line in lines if not line.startswith(_OF_OURS)):
        if isinstance(name, Literal):  # a claim about a name has the property as its object
            is_better = name.language == DEFAULT_LANGUAGE
            found[str(subject)] = str(name) if is_better else found.get(str(subject), str(name))
    return tuple(sorted(found.values()))[:_ABOUT]


def described(changes: Iterable[Summary], base: Base) -> Graph:
    """The changes as activities.

    Shape: each ``{base}changes/{number}`` is a prov:Activity with its end, kind (dct:type, a word), cause, the names of
           what it is about (dct:title), organisation, and two void:Dataset, generated and invalidated, with their
           numbers of statements.
    """
    graph = Graph()
    for change in changes:
        node = URIRef(base.iri(f"changes/{change.number}"))
        graph.add((node, RDF.type, PROV.Activity))
        graph.add((node, DCT.identifier, Literal(str(change.number))))
        graph.add((node, DCT.type, Literal(change.kind)))
        graph.add((node, DCT.description, Literal(change.cause)))
        for name in change.about:
            graph.add((node, DCT.title, Literal(name)))
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
