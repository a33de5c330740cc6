"""The folder of a release, made from all of its lines: what is asserted, what follows, and the engine's store.

Knows lines under the reserved base and how they are served. Must not know where they come from (``building.py``).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal as Choice

from zorgnetwerk.dataset.deriving import DERIVATIONS
from zorgnetwerk.dataset.queries import load
from zorgnetwerk.errors import StateError
from zorgnetwerk.store import streams
from zorgnetwerk.store.applying import Candidate
from zorgnetwerk.store.deltas import LOADED, QUADS, Change
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Release, Releases
from zorgnetwerk.terms import graph_names, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, Base, rebase_line
from zorgnetwerk.terms.namespaces import SH

_QUERY_TEXTS = tuple(f" <{SH[name]}> " for name in ("select", "ask", "construct", "describe", "namespace"))
"""Predicates whose literals are SPARQL text or namespaces: there the base moves inside the literal too, so that a
stored question runs as it stands. All other literals are never touched."""
_SMALL_SHARE = 0.2
"""Up to this share of changed quads the store is made from the parent's; beyond, loading anew is quicker."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a release is to hold: asserted lines and prefixes under the reserved base. ``is_house``: links are derived
    as our own content wants them. ``is_fresh``: its store shares no file with an earlier one, which may hold what had
    to be forgotten.
    """

    base: Base
    default_graph: Choice["union", "own"]
    lines: set[str]
    is_house: bool
    prefixes: Mapping[str, str]
    is_fresh: bool = False

    @property
    def is_merged(self) -> bool:
        """Whether the default graph is the merge of all graphs."""
        return self.default_graph == "union"

    def served_prefixes(self) -> dict[str, str]:
        """The prefixes under the served base."""
        return {prefix: self.base.rebase(iri) for prefix, iri in self.prefixes.items()}


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the derived lines under the reserved base, and all lines as they are served."""

    derived: set[str]
    served: set[str]


def make(releases: Releases, folder: Path, draft: Draft) -> Made:
    """Fills the folder of a candidate: quads, prefixes, store. Errors: StateError."""
    (folder / "prefixes.json").write_text(json.dumps(draft.served_prefixes(), indent=1), "utf-8")
    derived = derive(folder, draft.lines) - draft.lines if draft.is_house else set()
    served = write_quads(folder, draft.lines | derived, draft.base, merged=draft.is_merged)
    _make_store(None if draft.is_fresh else releases.newest(), folder / "store", served, draft)
    return Made(derived, served)


def write_quads(folder: Path, lines: set[str], base: Base, *, merged: bool) -> set[str]:
    """Writes the plain dump of a candidate under the configured base and gives its lines.

    With ``merged`` also ``loaded.nq``, what the engine holds: the quads, and in the default graph every triple once.
    The provisional record lets the candidate be opened for its checks; ``Releases.admit`` replaces it.
    """
    served = {served_line(line, base) for line in lines}
    provisional = {"format": 0, "number": 0, "quads": len(served)}
    (folder / "release.json").write_text(json.dumps(provisional), "utf-8")
    write_lines(folder / QUADS, served)
    if merged:
        write_lines(folder / LOADED, with_merged(served))
    return served


def write_lines(path: Path, lines: set[str]) -> None:
    """Writes lines in a fixed order."""
    streams.write_lines(path, sorted(lines))


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
        (folder / LOADED).unlink()


def _make_store(parent: Release | None, target: Path, served: set[str], draft: Draft) -> None:
    """The engine's folder: from the parent's by the difference when that is small, else loaded anew."""
    try:
        change = _difference(parent, served, draft)
        if parent is not None and change is not None:
            candidate = Candidate.clone(parent.store_folder, target, draft.is_merged)
            candidate.apply(change)
            candidate.close()
            return
    except StateError:
        shutil.rmtree(target, ignore_errors=True)  # damaged: this is how it is repaired
    Candidate.new(target, with_merged(served) if draft.is_merged else served).close()


def _difference(parent: Release | None, served: set[str], draft: Draft) -> Change | None:
    """What changes from the parent; None when its store is no good start."""
    if parent is None or not parent.store_folder.is_dir():
        return None
    if parent.record.base_iri != draft.base.value or parent.record.default_graph != draft.default_graph:
        return None
    before = parent.lines()
    change = Change(frozenset(served - before), frozenset(before - served))
    return change if len(change.added) + len(change.removed) <= _SMALL_SHARE * len(served) else None
