"""A release as what a build wrote plus the changes since: each change is one file, linked from release to release.

    quads.nq, loaded.nq     what the last build or compaction wrote
    delta-000012.rdfp       the change that made release 12: lines ``A quad`` (added) and ``D quad`` (deleted)
    deltas.json             which files make up this release; without it, quads.nq and loaded.nq alone do
    base/                   the store of an earlier release, from which the next release's store is made

Files are never written again once their release is there, so links are as good as copies. Knows files and lines under
the served base. Must not know the engine (``applying.py``).

Source: RDF Patch, rows A and D (https://afs.github.io/rdf-delta/rdf-patch.html).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from zorgnetwerk.errors import StateDamaged, StateError
from zorgnetwerk.store.state import write_durably

QUADS: Final = "quads.nq"
LOADED: Final = "loaded.nq"
"""What a release holds whose default graph is the merge of its graphs, each triple once. Without this file the engine's
own union is used, which gives a triple as often as graphs state it."""
_INDEX: Final = "deltas.json"


@dataclass(frozen=True, slots=True)
class Change:
    """Quads that come and quads that go, as served lines; no line is in both."""

    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    def then(self, other: Change) -> Change:
        """This change followed by the other, as one."""
        return Change((self.added - other.removed) | other.added, (self.removed - other.added) | other.removed)

    def written(self) -> str:
        """The change as RDF Patch, in a fixed order."""
        removed = (f"D {line}\n" for line in sorted(self.removed))
        return "".join((*removed, *(f"A {line}\n" for line in sorted(self.added))))

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


@dataclass(frozen=True, slots=True)
class Chain:
    """Which files make up a release: those of release ``base`` (0: of this one) and the changes of ``deltas``.

    ``store`` is the release whose store lies in the folder ``base``, 0 when there is none.
    """

    quads: str = QUADS
    loaded: str = LOADED
    base: int = 0
    deltas: tuple[int, ...] = ()
    store: int = 0

    def files(self) -> Iterator[str]:
        """The names of all files."""
        yield self.quads
        yield self.loaded
        yield from map(delta_name, self.deltas)


def delta_name(number: int) -> str:
    """The file with the change that made this release."""
    return f"delta-{number:06d}.rdfp"


def chain_of(folder: Path) -> Chain:
    """What makes up the release in this folder. Errors: StateError."""
    try:
        loaded = json.loads((folder / _INDEX).read_text("utf-8"))
        store = int(loaded.get("store", 0))
        return Chain(loaded["quads"], loaded["loaded"], int(loaded["base"]), tuple(loaded["deltas"]), store)
    except FileNotFoundError:
        return Chain()
    except (OSError, ValueError, KeyError) as error:
        raise StateDamaged(f"{folder / _INDEX} cannot be read: {error}. Run 'zorgnetwerk build'.") from error


def extend(parent: Path, parent_number: int, folder: Path, number: int, change: Change, store: int = 0) -> Chain:
    """Makes the files of release ``number`` from its parent's and the change between them; ``store`` is the release
    whose store lies in the folder ``base``.

    Errors: StateError.
    """
    chain = chain_of(parent)
    write_change(folder / delta_name(number), change)
    for name in chain.files():
        link(parent / name, folder / name)
    longer = Chain(chain.quads, chain.loaded, chain.base or parent_number, (*chain.deltas, number), store)
    write_chain(folder, longer)
    return longer


def write_chain(folder: Path, chain: Chain) -> None:
    """Says durably which files make up the release in this folder."""
    write_durably(folder / _INDEX, json.dumps(asdict(chain)).encode() + b"\n")


def since(folder: Path, number: int) -> list[Change] | None:
    """The changes from release ``number`` to the one in this folder; None when that one did not come of it by changes
    alone.
    """
    chain = chain_of(folder)
    if number == chain.base:
        later: tuple[int, ...] = chain.deltas
    elif number in chain.deltas:
        later = chain.deltas[chain.deltas.index(number) + 1 :]
    else:
        return None
    return [read_change(folder / delta_name(delta)) for delta in later]


def lines_of(folder: Path) -> set[str]:
    """The quads of the release in this folder, as served lines. Errors: StateError."""
    chain = chain_of(folder)
    try:
        with (folder / chain.quads).open(encoding="utf-8", newline="\n") as file:
            lines = {line[:-1] for line in file}
    except (OSError, ValueError) as error:
        raise StateError(f"The release in {folder} cannot be read: {error}. Rebuild it, or roll back.") from error
    for delta in chain.deltas:
        change = read_change(folder / delta_name(delta))
        lines.difference_update(change.removed)
        lines.update(change.added)
    return lines


def write_change(path: Path, change: Change) -> None:
    """Writes one change durably, in a fixed order."""
    write_durably(path, change.written().encode())


def read_change(path: Path) -> Change:
    """The change in a file. Errors: StateError."""
    try:
        rows = path.read_text("utf-8").split("\n")[:-1]
    except (OSError, ValueError) as error:
        raise StateError(f"{path} cannot be read: {error}. Run 'zorgnetwerk build'.") from error
    return Change(frozenset(_marked(rows, "A ")), frozenset(_marked(rows, "D ")))


def link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the disk has no links. A missing source is left out."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        return
    except OSError:
        shutil.copyfile(source, target)


def _marked(rows: Iterable[str], mark: str) -> Iterator[str]:
    return (row[len(mark) :] for row in rows if row.startswith(mark))
