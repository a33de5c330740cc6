"""One change as the journal keeps it: its row, its packed lines, its place in the chain.

The chain covers digests, not texts, so that a text that had to be forgotten can go while the chain still holds:
``kept`` names, for each field that was blanked, the digest that it had. Knows rows. Must not know the file.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from zorgnetwerk.store.digests import BLANKED, digest_of

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS redacted (
  digest TEXT PRIMARY KEY,
  entry INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS entry (
  number INTEGER PRIMARY KEY,
  time TEXT NOT NULL,
  kind TEXT NOT NULL,
  cause TEXT NOT NULL,
  details TEXT NOT NULL,
  added BLOB NOT NULL,
  removed BLOB NOT NULL,
  state_hash TEXT NOT NULL,
  chain TEXT NOT NULL,
  kept TEXT NOT NULL
) STRICT;
"""
INSERT: Final = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PIECE_BYTES: Final = 1 << 20
_NAMED: Final = 12
Row: TypeAlias = tuple[int, str, str, str, str, bytes, bytes, str, str, str]


@dataclass(frozen=True, slots=True)
class Side:
    """What came, or what went, without its lines. Units: ``lines`` counts them all, ``forgotten`` the blanked ones;
    ``named`` are the first lines that name something.
    """

    lines: int
    forgotten: int
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """An entry without its lines, however many they are."""

    number: int
    time: str
    kind: str
    cause: str
    details: Mapping[str, str]
    added: Side
    removed: Side


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. ``state_hash`` is the hash of the whole data set after it; ``chain`` covers this entry and all
    before. ``kept`` holds the digests of the fields that were blanked.
    """

    number: int
    time: str
    kind: str
    cause: str
    details: Mapping[str, str]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    state_hash: str
    chain: str
    kept: Mapping[str, str] = field(default_factory=dict)

    def with_chain(self, chain: str) -> Entry:
        """The same entry at its place in the chain."""
        return replace(self, chain=chain)

    def keys(self) -> tuple[set[int], set[int]]:
        """Short keys of the removed and of the added lines, the same for a line and for what it left when blanked."""
        return {_key(line) for line in self.removed}, {_key(line) for line in self.added}


def chain_of(previous: str, entry: Entry) -> str:
    """The link that follows from the one before and from everything in this entry."""
    parts = (
        previous,
        str(entry.number),
        entry.time,
        entry.kind,
        entry.kept.get("cause") or digest_of_text(entry.cause),
        entry.kept.get("details") or digest_of_text(details_text(entry.details)),
        *map(digest_of, entry.added),
        "-",
        *map(digest_of, entry.removed),
        entry.state_hash,
    )
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\x00")
    return digest.hexdigest()


def digest_of_text(text: str) -> str:
    """The SHA-512 of a field, hexadecimal."""
    return hashlib.sha512(text.encode()).hexdigest()


def details_text(details: Mapping[str, str]) -> str:
    """The details as they are kept and digested."""
    return json.dumps(dict(details), sort_keys=True, ensure_ascii=False)


def row_of(entry: Entry) -> Row:
    """The entry as a row."""
    return (
        entry.number,
        entry.time,
        entry.kind,
        entry.cause,
        details_text(entry.details),
        pack(entry.added),
        pack(entry.removed),
        entry.state_hash,
        entry.chain,
        details_text(entry.kept),
    )


def entry_of(row: Any) -> Entry:
    """The entry of a row."""
    number, time, kind, cause, details, added, removed, state_hash, chain, kept = row
    return Entry(
        number,
        time,
        kind,
        cause,
        json.loads(details),
        unpack(added),
        unpack(removed),
        state_hash,
        chain,
        json.loads(kept),
    )


def outline_of(row: Any, naming: str) -> Outline:
    """The outline of a row; lines with this text in them name something."""
    number, time, kind, cause, details, added, removed, *_ = row
    return Outline(number, time, kind, cause, json.loads(details), _side(added, naming), _side(removed, naming))


def _side(data: bytes, naming: str) -> Side:
    """What a packed side has, read piece by piece: a side may be larger than the memory."""
    reader, carried, lines, forgotten = zlib.decompressobj(), b"", 0, 0
    named: list[str] = []
    mark, text = BLANKED.encode(), naming.encode()
    while True:
        piece = reader.decompress(data, _PIECE_BYTES)
        data = reader.unconsumed_tail
        whole, end, carried = (carried + piece).rpartition(b"\n") if piece else (carried, b"", b"")
        if end or (whole and not piece):
            lines += whole.count(b"\n") + 1
            forgotten += whole.startswith(mark) + whole.count(b"\n" + mark)
            if len(named) < _NAMED and text in whole:
                found = (line.decode() for line in whole.split(b"\n") if text in line)
                named += itertools.islice(found, _NAMED - len(named))
        if not piece:
            return Side(lines, forgotten, tuple(named))


def pack(lines: Iterable[str]) -> bytes:
    """Lines as the journal keeps them."""
    return zlib.compress("\n".join(lines).encode(), 6)


def unpack(data: bytes) -> tuple[str, ...]:
    """The lines that were packed."""
    text = zlib.decompress(data).decode()
    return tuple(text.split("\n")) if text else ()


def matching(data: bytes, text: str) -> Iterator[str]:
    """The packed lines with this text in them; where there is none, nothing is taken apart."""
    lines = zlib.decompress(data)
    if text.encode() in lines:
        yield from (line for line in lines.decode().split("\n") if text in line)


def _key(line: str) -> int:
    """64 bits of the digest: enough to tell lines apart in a check, and small."""
    return int(digest_of(line)[:16], 16)
