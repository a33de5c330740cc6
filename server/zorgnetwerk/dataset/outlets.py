"""What costs the whole data set, after a release that a change made: dumps, counts, and fewer, larger files.

Works beside the publisher on links of its own, so that the release may be pruned meanwhile, and hands the results to
the release that is newest when they are ready; each says of which release it is. Knows releases. Must not know
processes (``chores.py``).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from zorgnetwerk.dataset import candidates, counting, dumps
from zorgnetwerk.errors import StateError
from zorgnetwerk.store import applying, deltas
from zorgnetwerk.store.applying import Candidate
from zorgnetwerk.store.deltas import Chain
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Release, Releases, write_record
from zorgnetwerk.terms.iris import Base

LONGEST_CHAIN: Final = 50
"""Beyond so many changes on one build, their sum is written down."""
_FOLDER: Final = "outlets"
_RENAME_EXCHANGE: Final = 2
_AT_FDCWD: Final = -100
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def are_due(release: Release) -> bool:
    """Whether the release has dumps or counts of an earlier one."""
    return dumps.release_of(release) != release.number or release.record.counted != 0


def make(releases: Releases, release: Release) -> Release:
    """Makes the outlets of this release; gives the release that has them, which may be a later one.

    Errors: StateError when the disk refuses, or the release is pruned before its files are linked.
    """
    with _linked(releases, release) as (work, taken):
        lines = deltas.lines_of(work)
        store = LocalStore(work, default_graph=taken.record.default_graph, mode="folder")  # type: ignore[arg-type]
        counts = counting.counts(store, Base(taken.record.base_iri))
        store.close()
        dumps.make(work, replace(taken.record, counts=counts), sorted(lines), taken.prefixes())
        is_long = len(deltas.chain_of(work).deltas) > LONGEST_CHAIN
        if is_long:
            _compact(work, taken.number, lines)
        with releases.state.writing():
            newest = releases.newest()
            if newest is None:
                raise StateError("There is no release any more that could have these outlets.")
            if dumps.release_of(newest) < taken.number:
                dumps.inherit(work, newest.folder)
            if 0 < newest.record.counted < taken.number or newest.number == taken.number:
                _count(newest, taken.number, counts)
            if is_long:
                _hand_over(work, taken.number, newest)
            return releases.get(newest.number)


@contextlib.contextmanager
def _linked(releases: Releases, release: Release) -> Iterator[tuple[Path, Release]]:
    """The release under links of our own."""
    folder = releases.state.folder / _FOLDER
    shutil.rmtree(folder, ignore_errors=True)  # what an interrupted run left
    folder.mkdir()
    try:
        with releases.state.writing():
            for name in (*deltas.chain_of(release.folder).files(), "deltas.json", "release.json", "prefixes.json"):
                deltas.link(release.folder / name, folder / name)
            try:
                applying.clone_files(release.store_folder, folder / "store")
            except OSError as error:
                raise StateError(f"Release {release.number} cannot be read: {error}. It may be pruned.") from error
        yield folder, Release(folder, release.record)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compact(work: Path, number: int, lines: set[str]) -> None:
    merged = applying.is_merged(work)
    quads, loaded = _names(number)
    candidates.write_lines(work / quads, lines)
    if merged:
        candidates.write_lines(work / loaded, candidates.with_merged(lines))
    candidate = Candidate.clone(work / "store", work / "compact", merged)
    candidate.compact()
    candidate.close()


def _hand_over(work: Path, number: int, newest: Release) -> None:
    """Gives the newest release the compacted files, as far as it still comes of the release that they are of."""
    later = deltas.since(newest.folder, number) if newest.number != number else []
    if later is None:
        return
    chain = deltas.chain_of(newest.folder)
    quads, loaded = _names(number)
    for name in (quads, loaded):
        deltas.link(work / name, newest.folder / name)
    left = chain.deltas[len(chain.deltas) - len(later) :] if later else ()
    if later:
        candidate = Candidate.clone(work / "compact", work / "current", applying.is_merged(work))
        for change in later:
            candidate.apply(change)
        candidate.close()
    # From here on the chain names no base until it lies there whole.
    deltas.write_chain(newest.folder, replace(chain, store=0))
    shutil.rmtree(newest.folder / applying.BASE, ignore_errors=True)
    applying.clone_files(work / "compact", newest.folder / applying.BASE)
    _exchange(work / ("current" if later else "compact"), newest.store_folder)
    deltas.write_chain(newest.folder, Chain(quads, loaded, number, left, number))


def _names(number: int) -> tuple[str, str]:
    return f"quads-{number:06d}.nq", f"loaded-{number:06d}.nq"


def _count(newest: Release, number: int, counts: dict[str, int]) -> None:
    quads = newest.record.quads
    counted = 0 if newest.number == number else number
    write_record(newest.folder, replace(newest.record, counts=counts | {"quads": quads}, counted=counted))


def _exchange(new: Path, old: Path) -> None:
    """Puts one folder in the place of another at once, so that whoever opens it finds one of them. Errors: StateError.

    Source: renameat2(2), RENAME_EXCHANGE.
    """
    code = _LIBC.renameat2(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(old), _RENAME_EXCHANGE)
    if code != 0:
        reason = os.strerror(ctypes.get_errno())
        raise StateError(f"{old} cannot be replaced: {reason}. Run 'zorgnetwerk build' to tidy up.")
