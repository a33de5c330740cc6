"""The build: content and journal in, checked release out.

    lines of the content + accepted changes of the journal → derived links → candidate folder → checks → journal → swap

A refused candidate leaves everything as it was. Knows content and releases. Must not know shapes: whoever calls hands
in further checks (``serving.py`` hands in those of ``submission/release_check.py``).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal as Choice
from typing import TypeAlias

from rdflib import Literal

from zorgnetwerk.dataset import bulk, candidates, counting, dumps, freshness, questions
from zorgnetwerk.dataset.answers import Answer
from zorgnetwerk.dataset.candidates import Draft, Made
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.dataset.places import Places
from zorgnetwerk.errors import CandidateRefused, ContentError
from zorgnetwerk.store.digests import digest_of, hash_of, is_blank
from zorgnetwerk.store.journal import FILE as JOURNAL
from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Record, Release, Releases
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.nquads import renamed

SHRINK_LIMIT = 0.5
"""A release that loses more than this share of the quads of its parent is refused unless the loss is accepted by
name."""

_NAMED = re.compile(r"<([^<>\s]+)>")

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
        fingerprint = freshness.fingerprint_of(releases, plan.content, plan.default_graph, checked=plan.checked)
        journal = Journal(releases.state.folder / JOURNAL)
        fresh = freshness.fresh(releases, fingerprint, plan.base.value)
        if fresh is not None:
            return Outcome(fresh, is_new=False)
        freshness.check_whole(journal, releases.newest())
        progress("reading content")
        if bulk.is_for(plan, journal):
            with releases.making() as folder:
                release = bulk.build(releases, plan, folder, fingerprint, journal, progress)
            releases.prune(plan.retention)
            return Outcome(release, is_new=True)
        seen = journal.last_number()
        lines = with_accepted_changes(plan.content.lines(plan.default_graph), journal, seen)
        with releases.making() as folder:
            prefixes = plan.content.prefixes()
            draft = Draft(plan.base, plan.default_graph, lines, plan.content.is_house, prefixes)
            record = _make(releases, plan, folder, draft, _expected(plan, journal), progress)
            progress("publishing")
            record = replace(record, fingerprint=fingerprint, content_version=plan.content.version())
            release = releases.admit(folder, _recorded(journal, record, lines, seen))
        releases.prune(plan.retention)
        return Outcome(release, is_new=True)


def rebuild(releases: Releases, parent: Release, journal: Journal, *, is_house: bool) -> Release:
    """The release that the journal as a whole leads to, with the content that the parent has; nothing is checked.

    For a change that cannot be followed by itself (``publishing.py``), by the one who holds the right to write.
    Errors: StateError.
    """
    [*_, last] = journal.entries(after=journal.last_number() - 1)
    record = parent.record
    default_graph: Choice["union", "own"] = "own" if record.default_graph == "own" else "union"
    base = Base(record.base_iri)
    prefixes = {prefix: base.reserve(iri) for prefix, iri in parent.prefixes().items()}
    draft = Draft(base, default_graph, journal.replay(last.number), is_house, prefixes, is_fresh=True)
    with releases.making() as folder:
        made = candidates.make(releases, folder, draft)
        store = LocalStore(folder, default_graph=default_graph, mode="memory")
        counts = counting.counts(store, base)
        store.close()
        following = replace(
            _record_of(releases, draft, made, last.cause, counts),
            fingerprint=record.fingerprint,
            content_version=record.content_version,
            journal=last.number,
            asserted=last.state_hash,
        )
        dumps.make(folder, following, sorted(made.served), parent.prefixes())
        return releases.admit(folder, following)


def with_accepted_changes(lines: set[str], journal: Journal, until: int | None = None) -> set[str]:
    """The content's lines with every accepted change applied, in order.

    A move renames a thing wherever the content names it as a term, also where the content has changed since; what had
    to be forgotten stays out, whatever the content says.
    """
    content, accepted = set(lines), set[str]()
    forgotten: set[str] = set()
    for entry in journal.entries(until=until):
        if entry.kind == "build":
            continue
        content.difference_update(entry.removed)
        accepted.difference_update(entry.removed)
        accepted.update(entry.added)
        if entry.kind == "move":
            old, new = entry.details["old"], entry.details["new"]
            content = {renamed(line, old, new) for line in content}
        forgotten.update(digest_of(line) for line in entry.removed if is_blank(line))
    kept = content | accepted
    return {line for line in kept if digest_of(line) not in forgotten} if forgotten else kept


def _make(
    releases: Releases,
    plan: Plan,
    folder: Path,
    draft: Draft,
    expected: Sequence[Answer],
    progress: Callable[[str], object],
) -> Record:
    progress("deriving links")
    made = candidates.make(releases, folder, draft)
    newest = releases.newest()
    before = newest.record.quads if newest else 0
    counts = _examine(plan, folder, draft.lines | made.derived, before, expected, progress)
    record = _record_of(releases, draft, made, plan.cause, counts)
    progress("writing dumps")
    dumps.make(folder, record, sorted(made.served), draft.served_prefixes())
    return record


def _record_of(releases: Releases, draft: Draft, made: Made, cause: str, counts: Mapping[str, int]) -> Record:
    return Record(
        number=releases.next_number(),
        parent=releases.current_number(),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        cause=cause,
        base_iri=draft.base.value,
        hash=hash_of(draft.lines | made.derived),
        fingerprint="",
        quads=len(made.served),
        default_graph=draft.default_graph,
        counts=counts,
    )


def _expected(plan: Plan, journal: Journal) -> Sequence[Answer]:
    """The answers that the stored questions must give: those read in the documents, as long as the data is what the
    documents say and nothing was published on top of it.
    """
    return plan.content.expected() if plan.content.is_house and not journal.has_changes() else ()


def _examine(
    plan: Plan,
    folder: Path,
    lines: set[str],
    before: int,
    expected: Sequence[Answer],
    progress: Callable[[str], object],
) -> dict[str, int]:
    """The counts of a candidate that passed every check. Errors: CandidateRefused."""
    store = LocalStore(folder, default_graph=plan.default_graph, mode="memory")
    try:
        if plan.checked:
            check(plan, lines, before, store, expected, progress)
        return counting.counts(store, plan.base)
    finally:
        store.close()


def _recorded(journal: Journal, record: Record, lines: set[str], seen: int) -> Record:
    """The record with its place in the journal, where the difference that the content makes now stands.

    Journalled before the release is admitted: a crash in between is found at the next build. What was accepted while
    the build went on stands before it in the journal and is not in the release; the publisher sees that and follows.
    """
    before = journal.replay(seen)
    asserted = hash_of(lines)
    with journal.transaction() as transaction:
        last = transaction.last_number()
        for entry in journal.entries(after=seen, until=last):
            for state in (before, lines):
                state.difference_update(entry.removed)
                state.update(entry.added)
        if lines == before and last:
            return replace(record, journal=seen, asserted=asserted)
        entry = transaction.record(
            time=record.created, kind="build", cause=record.cause, added=lines - before, removed=before - lines
        )
    return replace(record, journal=entry.number if last == seen else seen, asserted=asserted)


def check(
    plan: Plan,
    lines: set[str],
    before: int,
    store: LocalStore,
    expected: Sequence[Answer],
    progress: Callable[[str], object],
) -> None:
    """Runs every check; ``before`` is how many statements there were.

    Errors: CandidateRefused with the reasons of all of them.
    """
    reasons: list[str] = []
    progress("checking counts")
    if before and len(lines) < before * (1 - SHRINK_LIMIT) and not plan.accept_loss:
        reasons.append(
            f"counts: {before:,} statements would become {len(lines):,}. If that is meant, build with --accept-loss."
        )
    if plan.content.is_house:
        progress("checking house rules")
        reasons.extend(_offences(plan, store))
        progress("checking example questions")
        reasons.extend(questions.check(store, expected, plan.base))
    for name, further in plan.checks:
        progress(f"checking {name}")
        try:
            reasons.extend(further(lines, store))
        except ContentError as error:  # a rule of the content that itself is broken
            reasons.append(str(error))
    if reasons:
        places = Places(plan.content)
        told = [_with_place(reason, places, plan.base) for reason in reasons]
        raise CandidateRefused("The candidate was refused; the release that is served stays as it is.", told)


def _with_place(reason: str, places: Places, base: Base) -> str:
    """A reason behind file and line of the first thing that it names and that stands in a file."""
    for iri in _NAMED.findall(reason):
        place = places.of(base.reserve(iri))
        if place:
            return f"{place}: {reason}"
    return reason


def _offences(plan: Plan, store: LocalStore) -> Iterator[str]:
    for name, text in plan.content.checks():
        for solution in store.select(text.replace(RESERVED_BASE, plan.base.value)):
            said = " ".join(str(term) if isinstance(term, Literal) else f"<{term}>" for term in solution.values())
            yield f"house rule {name}: {said}{_advice(text)}"


def _advice(text: str) -> str:
    """What the comments above a house rule ask and advise."""
    asked = re.search(r"^# *([A-Z].*)$", text, re.MULTILINE)
    fix = re.search(r"^# *Fix: *(.*)$", text, re.MULTILINE)
    return (f". {asked[1]}" if asked else "") + (f" Fix: {fix[1]}" if fix else "")
