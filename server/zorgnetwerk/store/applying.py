"""Changes on the engine: a store in memory or in a folder, moved from one release to the next.

Knows pyoxigraph. In a store whose default graph is the merge of its graphs a triple stays there as long as any graph
states it, which only the store itself can tell. Must not know where changes come from.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import pyoxigraph as ox

from zorgnetwerk.errors import StateError
from zorgnetwerk.store import deltas, faults
from zorgnetwerk.store.deltas import Change

BASE: Final = "base"
_MANY_LINES: Final = 4_000
_NOT_CLONED: Final = ("LOCK", "LOG")
_DEFAULT: Final = ox.DefaultGraph()


def load(folder: Path) -> ox.Store:
    """A store in memory with the release in this folder. Errors: OSError, SyntaxError, StateError."""
    chain = deltas.chain_of(folder)
    merged = (folder / chain.loaded).exists()
    source = folder / (chain.loaded if merged else chain.quads)
    store = ox.Store()
    # Not bulk_load: it gives blank nodes new labels, so that answers would differ after each start, and a change not
    # find them. Measured at a million quads: 6 % faster, no smaller.
    store.bulk_extend(ox.parse(path=str(source), format=ox.RdfFormat.N_QUADS, lenient=True))
    for number in chain.deltas:
        apply(store, deltas.read_change(folder / deltas.delta_name(number)), merged)
    return store


def lines_in(store_folder: Path) -> set[str]:
    """What the store of a release holds, as the engine writes it. Errors: StateError."""
    try:
        return {f"{quad} ." for quad in ox.Store.read_only(str(store_folder))}
    except (OSError, ValueError, RuntimeError) as error:  # the last is the engine's for a file that is gone
        raise StateError(
            f"The store {store_folder} cannot be read: {error}. Remove that folder; 'zorgnetwerk build' then sets its "
            "release aside and makes one anew."
        ) from error


def lines_as_held(lines: Iterable[str]) -> set[str]:
    """Lines as the engine writes them once it holds them: it keeps numbers by their value."""
    store = ox.Store()
    store.bulk_extend(_parsed(lines))
    return {f"{quad} ." for quad in store}


def is_merged(folder: Path) -> bool:
    """Whether the default graph of the release in this folder is the merge of its graphs."""
    return (folder / deltas.chain_of(folder).loaded).exists()


def apply(store: ox.Store, change: Change, merged: bool) -> None:
    """Brings a store from before a change to after it."""
    for quad in _parsed(change.removed):
        store.remove(quad)
        subject, predicate, value = quad.triple
        left = store.quads_for_pattern(subject, predicate, value, None) if merged else ()
        if merged and all(held.graph_name == _DEFAULT for held in left):
            store.remove(ox.Quad(subject, predicate, value))
    added = list(_parsed(change.added))
    store.extend(added)
    if merged:
        store.extend([ox.Quad(*quad.triple) for quad in added])


def clone_files(parent: Path, target: Path) -> None:
    """Another folder with the files of a store that nobody writes to. Errors: OSError."""
    target.mkdir()
    for entry in sorted(os.scandir(parent), key=lambda entry: entry.name):
        if not entry.name.startswith(_NOT_CLONED):
            # Sorted tables are never written again; the engine's other files are.
            copy = deltas.link if entry.name.endswith(".sst") else shutil.copyfile
            copy(Path(entry.path), target / entry.name)


@dataclass(frozen=True, slots=True)
class Start:
    """What the store of the next release is made from: the folder of a store, the release that it is of, and the
    changes since.
    """

    folder: Path
    number: int
    change: Change


def start_of(parent: Path, number: int) -> Start:
    """The best start for the release after ``number``, which lies in ``parent``: an earlier store and all changes
    since, while they are few.

    Each opened copy leaves a few small files more. After twenty the engine merges them before it takes another write,
    which takes seconds for a million quads; so copies are made of one store for as long as possible, not one of the
    other. Source: RocksDB, level0_slowdown_writes_trigger and FlushOptions::allow_write_stall.
    """
    chain = deltas.chain_of(parent)
    changes = deltas.since(parent, chain.store) if chain.store and (parent / BASE).is_dir() else None
    if changes is not None:
        total = Change()
        for change in changes:
            total = total.then(change)
        if len(total.added) + len(total.removed) <= _MANY_LINES:
            return Start(parent / BASE, chain.store, total)
    return Start(parent / "store", number, Change())


class Candidate:
    """The store of the next release while it is made: a folder that came of its parent's by links."""

    def __init__(self, folder: Path, store: ox.Store, merged: bool) -> None:
        self._folder = folder
        self._store = store
        self._merged = merged

    @classmethod
    def clone(cls, parent: Path, target: Path, merged: bool) -> Self:
        """A writable copy of a store that nobody writes to. Errors: StateError when the disk refuses."""
        try:
            clone_files(parent, target)
            faults.point("store.cloned")
            return cls(target, ox.Store(str(target)), merged)
        except OSError as error:
            raise StateError(f"The store {target} cannot be made: {error}. Free disk space, then try again.") from error

    @classmethod
    def new(cls, target: Path, lines: Iterable[str]) -> Self:
        """A store with exactly these lines. Errors: StateError when the disk refuses."""
        try:
            store = ox.Store(str(target))
            # Not bulk_load: it gives blank nodes new labels, and a later change could not find them.
            store.bulk_extend(_parsed(lines))
        except OSError as error:
            raise StateError(f"The store {target} cannot be made: {error}. Free disk space, then try again.") from error
        return cls(target, store, merged=False)

    def effective(self, change: Change) -> Change:
        """The part of a change that changes anything."""
        return Change(
            frozenset(line for line in change.added if not self._holds(line)),
            frozenset(line for line in change.removed if self._holds(line)),
        )

    def apply(self, change: Change) -> None:
        """Makes a change. Errors: StateError when the disk refuses."""
        try:
            apply(self._store, change, self._merged)
        except OSError as error:
            raise self._refused(error) from error

    def triples(self, construct: str) -> set[str]:
        """The triples that a CONSTRUCT gives, as ``subject predicate object`` in N-Triples, on what is held now."""
        result = self._store.query(construct, use_default_graph_as_union=not self._merged)
        if not isinstance(result, ox.QueryTriples):
            raise StateError("Only CONSTRUCT gives triples.")
        return {str(triple) for triple in result}

    def compact(self) -> None:
        """Brings the many small files of many changes together, so that reading stays quick."""
        self._store.optimize()

    def close(self) -> None:
        """Writes everything to the disk and ends the engine's threads. Errors: StateError when the disk refuses."""
        try:
            self._store.flush()
        except OSError as error:
            raise self._refused(error) from error
        finally:
            del self._store
        faults.point("store.flushed")

    def _holds(self, line: str) -> bool:
        return next(_parsed((line,))) in self._store

    def _refused(self, error: OSError) -> StateError:
        return StateError(f"The store {self._folder} cannot be written: {error}. Free disk space, then try again.")


def _parsed(lines: Iterable[str]) -> Iterator[ox.Quad]:
    return iter(ox.parse("\n".join(lines), format=ox.RdfFormat.N_QUADS, lenient=True))
