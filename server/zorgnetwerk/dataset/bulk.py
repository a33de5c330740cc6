"""The build of a large folder that is published as it stands: line by line, in little memory.

    lines of the content → sorted → quads.nq, loaded.nq, counts → store → dumps → journal

It gives the release that ``building.py`` would give (a test compares them), for content without derived links and
checks, since those need the whole set at hand. Knows content and releases. Must not know shapes.
"""

from __future__ import annotations

import datetime
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rdflib import RDF

from zorgnetwerk.dataset import counting, dumps
from zorgnetwerk.dataset.candidates import served_line
from zorgnetwerk.store import filling, streams
from zorgnetwerk.store.deltas import LOADED, QUADS
from zorgnetwerk.store.digests import moved
from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.release import Record, Release, Releases
from zorgnetwerk.store.streams import FileLines, SortedLines
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.nquads import parts

if TYPE_CHECKING:
    from zorgnetwerk.dataset.building import Plan

LEAST_BYTES: Final = 64_000_000
"""Content of this size is built here; below, sets in memory are as quick and the difference to the parent is used."""
_TYPE: Final = f"<{RDF.type}>"
_PORTION: Final = 10_000


def is_for(plan: Plan, journal: Journal) -> bool:
    """Whether a build can go this way: large, nothing to check or derive, nothing accepted that changes the content."""
    if plan.checked or plan.content.is_house or plan.content.size() < LEAST_BYTES:
        return False
    with closing(journal.connect()) as reading:
        return streams.kinds(reading) <= {"build"}


def build(
    releases: Releases, plan: Plan, folder: Path, fingerprint: str, journal: Journal, progress: Callable[[str], object]
) -> Release:
    """The release of this content, made in the candidate's folder and admitted. Errors: ContentError, StateError."""
    seen = journal.last_number()
    with _sorted(folder / "asserted", plan.content.each_line(plan.default_graph)) as asserted:
        progress("writing quads")
        written = _write(folder, plan, asserted)
        progress("writing the store")
        is_merged = plan.default_graph == "union"
        source = folder / (LOADED if is_merged else QUADS)
        filling.fill(folder / "store", source, has_blanks=written.has_blanks)
        record = _record_of(releases, plan, written, fingerprint)
        prefixes = {prefix: plan.base.rebase(iri) for prefix, iri in plan.content.prefixes().items()}
        (folder / "prefixes.json").write_text(json.dumps(prefixes, indent=1), "utf-8")
        progress("writing dumps")
        dumps.make(folder, record, FileLines(folder / QUADS, written.lines), prefixes)
        progress("journalling")
        record = _journalled(journal, record, asserted, seen)
    progress("publishing")
    return releases.admit(folder, record)


@contextmanager
def _sorted(folder: Path, lines: Iterable[str]) -> Iterator[SortedLines]:
    made = SortedLines(folder, lines)
    try:
        yield made
    finally:
        made.close()


@dataclass
class _Written:
    """What passed by while the quads were written, as ``counting.counts`` counts it."""

    lines: int = 0
    quads: int = 0
    triples: int = 0
    subjects: int = 0
    graphs: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    properties: set[str] = field(default_factory=set)
    things: Counter[str] = field(default_factory=Counter)
    has_blanks: bool = False
    hash: str = ""

    def counts(self) -> dict[str, int]:
        sizes = {"graphs": self.graphs, "classes": self.classes, "properties": self.properties}
        numbers = {"quads": self.quads, "triples": self.triples, "subjects": self.subjects}
        return numbers | {name: len(found) for name, found in sizes.items()} | self.things


def _write(folder: Path, plan: Plan, asserted: SortedLines) -> _Written:
    """Writes the plain files of the release and counts what is in them."""
    written, is_merged = _Written(), plan.default_graph == "union"
    lines = _hashed(asserted, written)
    if plan.base.value == RESERVED_BASE:
        _write_served(folder, lines, written, plan.base, is_merged=is_merged)
    else:
        with _sorted(folder / "served", (served_line(line, plan.base) for line in lines)) as served:
            _write_served(folder, served, written, plan.base, is_merged=is_merged)
    return written


def _hashed(lines: Iterable[str], written: _Written) -> Iterator[str]:
    source = iter(lines)
    while portion := list(itertools.islice(source, _PORTION)):
        written.hash = moved(written.hash, portion, ())
        yield from portion


def _write_served(folder: Path, served: Iterable[str], written: _Written, base: Base, *, is_merged: bool) -> None:
    space = f"<{base.iri(counting.THINGS)}"
    with (folder / QUADS).open("w", encoding="utf-8", newline="\n") as quads:
        if not is_merged:
            for _, line in _counted(served, written, space, is_merged=False):
                quads.write(f"{line}\n")
            return
        with (folder / LOADED).open("w", encoding="utf-8", newline="\n") as loaded:
            for triple, line in _counted(served, written, space, is_merged=True):
                quads.write(f"{line}\n")
                loaded.write(f"{line}\n")
                if triple:
                    loaded.write(f"{triple} .\n")


def _counted(served: Iterable[str], written: _Written, space: str, *, is_merged: bool) -> Iterator[tuple[str, str]]:
    """Each line, and before it its triple where that is new to the default graph. Sorted lines have the same subjects
    and the same triples side by side. ``space`` is how the subject of a line about a thing begins.
    """
    last_triple = last_subject = last_thing = ""
    for line in served:
        subject, predicate, value, graph = parts(line)
        triple = f"{subject} {predicate} {value}"
        written.lines += 1
        if graph:
            written.quads += 1
            written.graphs.add(graph)
        written.has_blanks = written.has_blanks or (" _:" in line or line.startswith("_:"))
        is_new = (is_merged or not graph) and triple != last_triple
        if is_new:
            last_triple = triple
            written.triples += 1
            written.properties.add(predicate)
            written.subjects += subject != last_subject
            last_subject = subject
            if predicate == _TYPE:
                written.classes.add(value)
                if subject != last_thing and subject.startswith(space):
                    last_thing = subject
                    kind, slash, _ = subject[len(space) : -1].partition("/")
                    written.things[f"{counting.THINGS}{kind if slash else ''}/"] += 1
        yield (triple if is_new else ""), line


def _record_of(releases: Releases, plan: Plan, written: _Written, fingerprint: str) -> Record:
    return Record(
        number=releases.next_number(),
        parent=releases.current_number(),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        cause=plan.cause,
        base_iri=plan.base.value,
        hash=written.hash,
        asserted=written.hash,
        fingerprint=fingerprint,
        quads=written.lines,
        default_graph=plan.default_graph,
        content_version=plan.content.version(),
        counts=written.counts(),
    )


def _journalled(journal: Journal, record: Record, asserted: SortedLines, seen: int) -> Record:
    """The record with its place in the journal; what was accepted meanwhile stands there before it, as in
    ``building.py``.
    """
    with closing(journal.connect()) as reading, journal.transaction() as transaction:
        last = transaction.last_number()
        before = streams.replayed(reading, (), 0, last)
        after = streams.replayed(reading, asserted, seen, last)
        number = streams.record(
            transaction, time=record.created, kind="build", cause=record.cause, before=before, after=after
        )
    return replace(record, journal=number if last == seen else seen)
