"""Publishing: accepted changes of the journal in, the next release out, made from the last by the change alone.

    entries behind the newest release → one change → links to the parent's files → store and derived links → pointer

What cannot be followed by itself (a build in between, vocabulary in a change, a state that is not the journal's) is
made anew from the whole journal (``building.rebuild``). Knows journal and releases. Must not know who accepts, nor
processes (``publisher.py``).
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from zorgnetwerk.dataset import dumps
from zorgnetwerk.dataset.building import rebuild
from zorgnetwerk.dataset.candidates import served_line
from zorgnetwerk.dataset.deriving import Rules, Triple, rules_of
from zorgnetwerk.errors import StateError
from zorgnetwerk.store import applying, deltas, faults
from zorgnetwerk.store.applying import Candidate, Start
from zorgnetwerk.store.deltas import Change
from zorgnetwerk.store.digests import is_blank, moved
from zorgnetwerk.store.entries import Entry
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.store.release import Record, Release, Releases
from zorgnetwerk.terms.iris import RESERVED_BASE, Base, rebase_line
from zorgnetwerk.terms.nquads import parts

_LOG: Final = logging.getLogger("zorgnetwerk.publishing")


class _CannotFollow(Exception):
    """The change does not lead from the newest release to what the journal says; the message says why."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a change did: as served, and the two hashes after it."""

    change: Change
    hash: str
    asserted: str


def is_due(releases: Releases, journal: Journal) -> bool:
    """Whether the journal holds what no release holds yet, or a release was made and not served any more."""
    newest = releases.newest()
    if newest is None or newest.record.journal == 0:
        return False
    return newest.record.journal < journal.last_number() or releases.is_unfinished()


def publish(releases: Releases, *, is_house: bool, retention: int) -> Release | None:
    """The release with all changes of the journal, which is the served one now; None when there was nothing to do.

    Errors: StateError, StorageFull; the served release is then what it was.
    """
    journal = Journal(releases.state.folder / FILE)
    if not is_due(releases, journal):
        return None
    with releases.state.writing():
        if releases.is_unfinished():
            releases.point_to(releases.numbers()[-1])
        parent = releases.newest()
        if parent is None or not is_due(releases, journal):
            return releases.current()
        entries = list(journal.entries(after=parent.record.journal))
        try:
            release = _follow(releases, parent, entries, is_house=is_house)
        except (_CannotFollow, StateError) as reason:
            _LOG.warning("release %d is made anew from the journal: %s", releases.next_number(), reason)
            release = rebuild(releases, parent, journal, is_house=is_house)
        releases.prune(retention)
    return release


def _follow(releases: Releases, parent: Release, entries: Sequence[Entry], *, is_house: bool) -> Release:
    record = parent.record
    if any(entry.kind == "build" for entry in entries):
        raise _CannotFollow("a build lies in between")
    if is_house and record.default_graph == "own":
        raise _CannotFollow("links are derived from the merge of all graphs, which this store does not hold")
    number = releases.next_number()
    with releases.making() as folder:
        start = applying.start_of(parent.folder, parent.number)
        followed = _make_store(parent, start, folder, entries, is_house=is_house)
        faults.point("publish.stored")
        applying.clone_files(start.folder, folder / applying.BASE)
        deltas.extend(parent.folder, parent.number, folder, number, followed.change, start.number)
        deltas.link(parent.folder / "prefixes.json", folder / "prefixes.json")
        dumps.inherit(parent.folder, folder)
        faults.point("publish.linked")
        return releases.admit(folder, _record_after(parent, number, entries, followed))


def _make_store(parent: Release, start: Start, folder: Path, entries: Sequence[Entry], *, is_house: bool) -> Followed:
    base = Base(parent.record.base_iri)
    rules = rules_of(base) if is_house else None
    wanted, lines = _net(entries, base)
    merged = applying.is_merged(parent.folder)
    candidate = Candidate.clone(start.folder, folder / "store", merged)
    try:
        candidate.apply(start.change)
        change = candidate.effective(wanted)
        asserted = _moved_by(parent.record.asserted, change, lines)
        if asserted != entries[-1].state_hash:
            raise _CannotFollow("the change does not lead to the state that the journal names")
        derived = _follow_rules(candidate, change, rules)
    finally:
        candidate.close()
    sides = (derived.added, derived.removed)
    back = [{rebase_line(line, base.value, RESERVED_BASE) for line in side} for side in sides]
    return Followed(change.then(derived), moved(_moved_by(parent.record.hash, change, lines), *back), asserted)


def _follow_rules(candidate: Candidate, change: Change, rules: Rules | None) -> Change:
    """Makes the change and what follows from it; gives what follows."""
    removed, added = list(_triples(change.removed)), list(_triples(change.added))
    if rules is None:
        candidate.apply(change)
        return Change()
    if not rules.can_follow([*removed, *added]):
        raise _CannotFollow("the change is about the vocabulary that links are derived by")
    may_go = rules.touched(candidate, removed)
    candidate.apply(change)
    come = rules.touched(candidate, added)
    gone = may_go - come
    gone -= rules.still_following(candidate, gone)
    derived = candidate.effective(Change(frozenset(map(rules.line, come)), frozenset(map(rules.line, gone))))
    candidate.apply(derived)
    return derived


def _net(entries: Iterable[Entry], base: Base) -> tuple[Change, dict[str, str]]:
    """The entries as one change of served lines, and each of these lines as it stands in the journal."""
    lines: dict[str, str] = {}
    total = Change()
    for entry in entries:
        if any(map(is_blank, (*entry.added, *entry.removed))):
            raise _CannotFollow("lines of a change had to be forgotten")
        sides = []
        for side in (entry.added, entry.removed):
            served = {served_line(line, base): line for line in side}
            lines |= served
            sides.append(frozenset(served))
        total = total.then(Change(*sides))
    return total, lines


def _moved_by(state_hash: str, change: Change, lines: dict[str, str]) -> str:
    return moved(state_hash, (lines[line] for line in change.added), (lines[line] for line in change.removed))


def _triples(lines: Iterable[str]) -> Iterable[Triple]:
    return (parts(line)[:3] for line in lines)


def _record_after(parent: Release, number: int, entries: Sequence[Entry], followed: Followed) -> Record:
    before = parent.record
    quads = before.quads + len(followed.change.added) - len(followed.change.removed)
    return replace(
        before,
        number=number,
        parent=parent.number,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        cause=entries[-1].cause if len(entries) == 1 else f"{len(entries)} changes",
        hash=followed.hash,
        asserted=followed.asserted,
        quads=quads,
        counts=dict(before.counts) | {"quads": quads},
        counted=before.counted or parent.number,
        journal=entries[-1].number,
    )
