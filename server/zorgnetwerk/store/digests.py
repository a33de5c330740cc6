"""The hash of a set of lines, which a change moves without the set being read again.

The hash is the sum, modulo 2 to the 512th, of the SHA-512 of each line: the order does not matter, and adding or
removing a line is one addition or subtraction. A line that had to be forgotten (``zorgnetwerk redact``) leaves its
digest in its place, so that every sum and every chain over it still holds. Knows lines as text. Must not know files.

Source: Bellare and Micciancio, A new paradigm for collision-free hashing (AdHash); ``decisions/0007``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

_MODULUS: Final = 1 << 512
BLANKED: Final = "="
"""What a forgotten line begins with."""
_DIGITS: Final = 128


def digest_of(line: str) -> str:
    """The SHA-512 of a line, hexadecimal; of a blanked line that of what stood there.

    >>> digest_of(blanked("a")) == digest_of("a")
    True
    """
    return line[1:] if is_blank(line) else hashlib.sha512(line.encode()).hexdigest()


def blanked(line: str) -> str:
    """What stands in the place of a line that had to be forgotten."""
    return BLANKED + digest_of(line)


def is_blank(line: str) -> bool:
    """Whether this stands for a forgotten line; no line of N-Quads begins so."""
    return line.startswith(BLANKED)


def hash_of(lines: Iterable[str]) -> str:
    """The hash of a set of lines, hexadecimal.

    >>> hash_of(["b", "a"]) == hash_of(["a", "b"]) == moved(hash_of(["a", "c"]), added=["b"], removed=["c"])
    True
    """
    return moved("", added=lines, removed=())


def moved(state_hash: str, added: Iterable[str], removed: Iterable[str]) -> str:
    """The hash after a change, from the one before it (empty: of no lines).

    ``added`` must not be in the set yet and ``removed`` must be, else this is the hash of no set.
    """
    return hash_text(int(state_hash or "0", 16) + _sum(added) - _sum(removed))


def hash_text(total: int) -> str:
    """The hash that this sum of digests is."""
    return f"{total % _MODULUS:0{_DIGITS}x}"


def _sum(lines: Iterable[str]) -> int:
    return sum(int.from_bytes(_bytes_of(line), "big") for line in lines)


def _bytes_of(line: str) -> bytes:
    return bytes.fromhex(line[1:]) if is_blank(line) else hashlib.sha512(line.encode()).digest()
