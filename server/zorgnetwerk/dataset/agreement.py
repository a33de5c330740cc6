"""Whether journal, newest release, engine and dump say the same: what ``journal verify`` and the tests of faults ask.

Knows how each keeps its lines. Must not know why they could differ.
"""

from __future__ import annotations

from collections.abc import Iterator

from zorgnetwerk.dataset import candidates, dumps
from zorgnetwerk.store import applying
from zorgnetwerk.store.digests import hash_of, moved
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.store.release import Release, Releases
from zorgnetwerk.terms import graph_names
from zorgnetwerk.terms.iris import RESERVED_BASE, Base, rebase_line


def problems(releases: Releases) -> Iterator[str]:
    """What does not agree, one sentence each."""
    journal = Journal(releases.state.folder / FILE)
    yield from journal.verify()
    newest = releases.newest()
    if newest is not None and newest.record.journal:
        yield from of_release(journal, newest)


def of_release(journal: Journal, release: Release) -> Iterator[str]:
    """What does not agree with a release that was made from this journal."""
    record, name = release.record, f"Release {release.number}"
    base = Base(record.base_iri)
    asserted = journal.replay(record.journal)
    if not hash_of(asserted) == record.asserted == journal.state_hash(record.journal):
        yield f"{name} does not name the state that entry {record.journal} of the journal leads to."
    lines = release.lines()
    served = {candidates.served_line(line, base) for line in asserted}
    derived_end = f" <{base.rebase(graph_names.DERIVED)}> ."
    derived = {line for line in lines - served if line.endswith(derived_end)}
    if lines - derived != served:
        yield f"{name} holds other lines than the journal: {_sample(lines - derived, served)}."
    back = (rebase_line(line, base.value, RESERVED_BASE) for line in derived)
    if moved(record.asserted, back, ()) != record.hash or len(lines) != record.quads:
        yield f"{name} names another hash or count than its lines have."
    held = applying.lines_in(release.store_folder)
    wanted = applying.lines_as_held(candidates.with_merged(lines) if applying.is_merged(release.folder) else lines)
    if held != wanted:
        yield f"The store of release {release.number} holds other quads than its lines: {_sample(held, wanted)}."
    for dump in dumps.manifest(release):
        if dump.name.endswith(".nq") and dump.release == release.number:
            path = dumps.find(release, dump.name)[1]
            if set(path.read_text("utf-8").split("\n")[:-1]) != lines:
                yield f"The dump {dump.name} holds other lines than release {release.number}."


def _sample(one: set[str], other: set[str]) -> str:
    return next(iter(sorted(one ^ other)), "")[:200]
