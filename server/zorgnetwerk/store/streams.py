"""Sets of lines that are too large for memory: sorted streams, kept in files, merged, and journalled as they pass.

The order is that of the characters, which in UTF-8 is also that of the bytes. What is journalled here is what the
journal itself would write of the same sets (a test compares them). Knows lines and the journal's rows. Must not know
the engine (``filling.py``).
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
import shutil
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from zorgnetwerk.store.digests import digest_of, hash_text
from zorgnetwerk.store.entries import INSERT, Entry, details_text, digest_of_text, row_of
from zorgnetwerk.store.journal import Kind, Transaction

_RUN_LINES: Final = 1_000_000
_PIECE_BYTES: Final = 1 << 20


class SortedLines:
    """Lines in any order in, each once and sorted out, any number of times; the folder is emptied by ``close``."""

    def __init__(self, folder: Path, lines: Iterable[str], run_lines: int = _RUN_LINES) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._runs: list[Path] = []
        source = iter(lines)
        while run := sorted(set(itertools.islice(source, run_lines))):
            path = folder / f"run-{len(self._runs):05d}"
            write_lines(path, run)
            self._runs.append(path)

    def __iter__(self) -> Iterator[str]:
        last = None
        for line in heapq.merge(*map(read_lines, self._runs)):
            if line != last:
                yield line
            last = line

    def close(self) -> None:
        """Removes the files."""
        shutil.rmtree(self._folder, ignore_errors=True)


class FileLines(Collection[str]):
    """The lines of a file, as a collection that stays in it."""

    def __init__(self, path: Path, length: int) -> None:
        self._path = path
        self._length = length

    def __iter__(self) -> Iterator[str]:
        return read_lines(self._path)

    def __len__(self) -> int:
        return self._length

    def __contains__(self, line: object) -> bool:
        return any(line == held for held in self)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Writes lines to a file."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def read_lines(path: Path) -> Iterator[str]:
    """The lines of a file without their ends; lines end at a line feed and nowhere else."""
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield line[:-1]


def kinds(connection: sqlite3.Connection) -> set[str]:
    """The kinds of change that the journal holds."""
    return {kind for (kind,) in connection.execute("SELECT DISTINCT kind FROM entry")}


def replayed(connection: sqlite3.Connection, lines: Iterable[str], after: int, until: int) -> Iterator[str]:
    """Sorted lines with the entries behind ``after``, up to ``until``, applied; sorted."""
    rows = connection.execute(
        "SELECT number, added, removed FROM entry WHERE number > ? AND number <= ?", (after, until)
    ).fetchall()
    streams = [_marked(lines, 0, True)]
    for number, added, removed in rows:
        streams += [_marked(unpacked(added), number, True), _marked(unpacked(removed), number, False)]
    for line, changes in itertools.groupby(heapq.merge(*streams), key=lambda change: change[0]):
        [*_, (_, _, is_held)] = changes
        if is_held:
            yield line


def _marked(lines: Iterable[str], number: int, is_added: bool) -> Iterator[tuple[str, int, bool]]:
    return ((line, number, is_added) for line in lines)


def differences(before: Iterable[str], after: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """What changes from one sorted stream to another, sorted: each line, and whether it is added.

    >>> list(differences(["a", "b"], ["b", "c"]))
    [('a', False), ('c', True)]
    """
    marked = _marked(before, 0, False), _marked(after, 1, True)
    for line, group in itertools.groupby(heapq.merge(*marked), key=lambda item: item[0]):
        sides = [is_after for _, _, is_after in group]
        if len(sides) == 1:
            yield line, sides[0]


def record(
    transaction: Transaction, *, time: str, kind: Kind, cause: str, before: Iterable[str], after: Iterable[str]
) -> int:
    """Journals the change between two sorted streams, as ``Transaction.record`` does; gives its number. Without a
    change nothing is journalled, and it is that of the newest entry.
    """
    number, previous, state_hash = transaction.last()
    added, removed, total = _Packer(), _Packer(), int(state_hash or "0", 16)
    chain = hashlib.sha256()
    for part in (previous, str(number + 1), time, kind, digest_of_text(cause), digest_of_text(details_text({}))):
        chain.update(part.encode() + b"\x00")
    for line, is_added in differences(before, after):
        digest = digest_of(line)
        total += int(digest, 16) if is_added else -int(digest, 16)
        (added if is_added else removed).add(line)
        if is_added:
            chain.update(digest.encode() + b"\x00")
    if not (added.count or removed.count):
        return number
    gone, come = removed.finish(), added.finish()
    following = hash_text(total)
    for part in itertools.chain(("-",), map(digest_of, unpacked(gone)), (following,)):
        chain.update(part.encode() + b"\x00")
    row = list(row_of(Entry(number + 1, time, kind, cause, {}, (), (), following, chain.hexdigest())))
    row[5:7] = come, gone
    transaction.connection.execute(INSERT, row)
    return number + 1


class _Packer:
    """Lines as the journal packs them (``entries.pack``), one after another."""

    def __init__(self) -> None:
        self.count = 0
        self._packing = zlib.compressobj(6)
        self._parts: list[bytes] = []
        self._waiting: list[str] = []

    def add(self, line: str) -> None:
        self._waiting.append(line if not self.count else f"\n{line}")
        self.count += 1
        if len(self._waiting) > 10_000:
            self._flush()

    def _flush(self) -> None:
        self._parts.append(self._packing.compress("".join(self._waiting).encode()))
        self._waiting.clear()

    def finish(self) -> bytes:
        self._flush()
        return b"".join((*self._parts, self._packing.flush()))


def unpacked(blob: bytes) -> Iterator[str]:
    """The lines in a packed field, one after another."""
    unpacking, rest, is_empty = zlib.decompressobj(), b"", True
    for start in range(0, len(blob), _PIECE_BYTES):
        *lines, rest = (rest + unpacking.decompress(blob[start : start + _PIECE_BYTES])).split(b"\n")
        is_empty = is_empty and not (lines or rest)
        yield from (line.decode() for line in lines)
    if not is_empty:
        yield (rest + unpacking.flush()).decode()
