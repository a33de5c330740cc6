"""The build: content and journal in, checked release out.

    lines of the content + accepted changes of the journal → derived links → candidate folder → checks → journal → swap

A refused candidate leaves everything as it was. Knows content and releases. Must not know shapes: whoever calls hands
in further checks (``cli.py`` hands in those of ``submission/validation.py``).
"""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal as Choice
from typing import TypeAlias

from rdflib import Literal

from zorgnetwerk import __version__
from zorgnetwerk.dataset import counting, dumps, questions
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.dataset.queries import load
from zorgnetwerk.errors import CandidateRefused
from zorgnetwerk.store import writer
from zorgnetwerk.store.journal import Journal, hash_of
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Record, Release, Releases
from zorgnetwerk.terms import graph_names, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, Base, rebase_line
from zorgnetwerk.terms.namespaces import SH

DERIVATIONS = (
    "derive-superclasses",
    "derive-participation",
    "derive-membership",
    "derive-sites",
    "derive-founding",
    "derive-sources",
)
SHRINK_LIMIT = 0.5
"""A release that loses more than this share of the quads of its parent is refused unless the loss is accepted by
name."""

_QUERY_TEXTS = tuple(f" <{SH[name]}> " for name in ("select", "ask", "construct", "describe", "namespace"))
"""Predicates whose literals are SPARQL text or namespaces: there the base moves inside the literal too, so that a
stored question runs as it stands. All other literals are never touched."""

Check: TypeAlias = Callable[[set[str], LocalStore], Sequence[str]]
"""Takes the lines under the reserved base and the candidate as a store; gives one sentence per offence."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build and how."""

    content: Content
    base: Base
    default_graph: Choice["union", "own"] = "union"
    checked: bool = True
    retention: int = 30
    cause: str = "build"
    accept_loss: bool = False
    checks: Sequence[tuple[str, Check]] = field(default=())


@dataclass(frozen=True, slots=True)
class Outcome:
    """The release after a build, and whether the build made it."""

    release: Release
    is_new: bool


def build(releases: Releases, plan: Plan, progress: Callable[[str], object] = str) -> Outcome:
    """The release of the present content; nothing is made when nothing changed.

    Errors: ContentError with file, line and column; CandidateRefused with all reasons; StateError. After an error the
    served release is what it was.
    """
    with releases.state.writing():
        fingerprint = fingerprint_of(plan)
        current = releases.current()
        journal = Journal(releases.state.folder / "journal.sqlite")
        if current is not None and _is_up_to_date(current, plan, fingerprint, journal):
            return Outcome(current, is_new=False)
        progress("reading content")
        lines = with_accepted_changes(plan.content.lines(plan.default_graph), journal)
        with _candidate(releases) as folder:
            release = _make(releases, plan, folder, lines, fingerprint, journal, progress)
        releases.prune(plan.retention)
        return Outcome(release, is_new=True)


def fingerprint_of(plan: Plan) -> str:
    """What the build of this plan depends on besides the journal."""
    return plan.content.fingerprint((__version__, plan.default_graph, str(plan.checked)))


def with_accepted_changes(lines: set[str], journal: Journal) -> set[str]:
    """The content's lines with every accepted submission applied, in order."""
    for entry in journal.entries():
        if entry.kind == "submission":
            lines.difference_update(entry.removed)
            lines.update(entry.added)
    return lines


def _is_up_to_date(current: Release, plan: Plan, fingerprint: str, journal: Journal) -> bool:
    same_content = current.record.fingerprint == fingerprint and current.record.base_iri == plan.base.value
    return same_content and journal.state_hash() == current.record.hash


@contextmanager
def _candidate(releases: Releases) -> Iterator[Path]:
    folder = releases.candidate()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(
    releases: Releases,
    plan: Plan,
    folder: Path,
    lines: set[str],
    fingerprint: str,
    journal: Journal,
    progress: Callable[[str], object],
) -> Release:
    prefixes = {prefix: plan.base.rebase(iri) for prefix, iri in plan.content.prefixes().items()}
    (folder / "prefixes.json").write_text(json.dumps(prefixes, indent=1), "utf-8")
    progress("deriving links")
    if plan.content.is_house:
        lines = lines | derive(folder, lines)
    served = write_quads(folder, lines, plan.base, merged=plan.default_graph == "union")
    before = journal.replay()
    counts = _examine(plan, folder, lines, before, progress)
    progress("writing the store")
    held, previous = served, {served_line(line, plan.base) for line in before}
    if plan.default_graph == "union":
        held, previous = with_merged(held), with_merged(previous)
    writer.make_copy(releases.state.folder / "writer", previous, held, folder / "store")
    record = Record(
        number=releases.next_number(),
        parent=releases.current_number(),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        cause=plan.cause,
        base_iri=plan.base.value,
        hash=hash_of(lines),
        fingerprint=fingerprint,
        quads=len(lines),
        default_graph=plan.default_graph,
        content_version=plan.content.version(),
        counts=counts,
    )
    progress("writing dumps")
    dumps.make(folder, record, sorted(served), prefixes)
    _record_change(journal, record, before, lines)
    progress("publishing")
    return releases.admit(folder, record)


def _examine(
    plan: Plan, folder: Path, lines: set[str], before: set[str], progress: Callable[[str], object]
) -> dict[str, int]:
    """The counts of a candidate that passed every check. Errors: CandidateRefused."""
    store = LocalStore(folder, default_graph=plan.default_graph, mode="memory")
    try:
        if plan.checked:
            check(plan, lines, before, store, progress)
        return counting.counts(store)
    finally:
        store.close()


def _record_change(journal: Journal, record: Record, before: set[str], lines: set[str]) -> None:
    """Journals the difference, before the release is admitted: a crash in between is found at the next build."""
    if lines != before or journal.last() is None:
        journal.record(
            time=record.created,
            kind="build",
            cause=record.cause,
            added=lines - before,
            removed=before - lines,
            state_hash=record.hash,
        )


def write_quads(folder: Path, lines: set[str], base: Base, *, merged: bool) -> set[str]:
    """Writes the plain dump of a candidate under the configured base and gives its lines.

    With ``merged`` also ``loaded.nq``, what the engine holds: the quads, and in the default graph every triple once.
    The provisional record lets the candidate be opened for its checks; ``Releases.admit`` replaces it.
    """
    served = {served_line(line, base) for line in lines}
    provisional = {"format": 0, "number": 0, "quads": len(served)}
    (folder / "release.json").write_text(json.dumps(provisional), "utf-8")
    with (folder / "quads.nq").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in sorted(served))
    if merged:
        with (folder / "loaded.nq").open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in sorted(with_merged(served)))
    return served


def with_merged(lines: set[str]) -> set[str]:
    """The quads and, in the default graph, each of their triples once.

    The engine's own union of graphs gives a triple as often as there are graphs that state it, which makes counts
    wrong; an RDF merge is a set.

    >>> sorted(with_merged({"<s> <p> <o> <g> .", "<s> <p> <o> <h> ."}))
    ['<s> <p> <o> .', '<s> <p> <o> <g> .', '<s> <p> <o> <h> .']
    """
    return lines | {f"{line[:-2].rpartition(' ')[0]} ." for line in lines}


def served_line(line: str, base: Base) -> str:
    """An N-Quads line of the journal as it is served: under the configured base."""
    if any(predicate in line for predicate in _QUERY_TEXTS):
        return line.replace(RESERVED_BASE, base.value)
    return rebase_line(line, RESERVED_BASE, base.value)


def derive(folder: Path, lines: set[str]) -> set[str]:
    """The lines that follow from these, in the graph for derived links."""
    write_quads(folder, lines, Base(RESERVED_BASE), merged=True)
    store = LocalStore(folder, mode="memory")
    try:
        return {
            line
            for name in DERIVATIONS
            for line in syntax.graph_to_lines(store.construct(load(name)), graph_names.DERIVED)
        }
    finally:
        store.close()


def check(plan: Plan, lines: set[str], before: set[str], store: LocalStore, progress: Callable[[str], object]) -> None:
    """Runs every check. Errors: CandidateRefused with the reasons of all of them."""
    reasons: list[str] = []
    progress("checking counts")
    if before and len(lines) < len(before) * (1 - SHRINK_LIMIT) and not plan.accept_loss:
        reasons.append(
            f"counts: {len(before):,} statements would become {len(lines):,}. "
            "If that is meant, build with --accept-loss."
        )
    if plan.content.is_house:
        progress("checking house rules")
        reasons.extend(_offences(plan, store))
        progress("checking example questions")
        reasons.extend(questions.check(store))
    for name, further in plan.checks:
        progress(f"checking {name}")
        reasons.extend(further(lines, store))
    if reasons:
        raise CandidateRefused("The candidate was refused; the release that is served stays as it is.", reasons)


def _offences(plan: Plan, store: LocalStore) -> Iterator[str]:
    for name, text in plan.content.checks():
        for solution in store.select(text.replace(RESERVED_BASE, plan.base.value)):
            said = " ".join(str(term) if isinstance(term, Literal) else f"<{term}>" for term in solution.values())
            yield f"house rule {name}: {said}"
