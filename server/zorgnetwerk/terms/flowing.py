"""Lines that are made as they are read, as a file: what the engine's parser takes besides whole texts."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LINES = 1_000
_BUFFER_BYTES = 1 << 18


def file_of(lines: Iterable[str]) -> BinaryIO:
    """A file that holds these lines, each with its end, in UTF-8.

    >>> file_of(["a", "é"]).read().decode()
    'a\\né\\n'
    """
    return io.BufferedReader(_Flow(lines), _BUFFER_BYTES)


class _Flow(io.RawIOBase):
    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if not self._rest:
            portion = itertools.islice(self._lines, _LINES)
            self._rest = memoryview("".join(f"{line}\n" for line in portion).encode())
        space = memoryview(buffer).cast("B")
        size = min(len(space), len(self._rest))
        space[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
