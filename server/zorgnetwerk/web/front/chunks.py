"""Where a body in chunks ends.

The application reads such a body; the door passes it on as it comes, and follows its framing only to know whether the
client still owes something, and that its framing does not outgrow it: the application's server ends the connection of
one that does without a word. Knows no sockets.

Source: RFC 9112, 7.1 (chunked transfer coding).
"""

from __future__ import annotations

import re
from typing import Final

_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,15}(?=[;\s])")
_EMPTY: Final = (b"\r\n", b"\n")
_LINE_END_BYTES: Final = 2
_KEPT_OF_LINE: Final = 64
"""Enough for a size; extensions and trailers do not matter here."""
_ENDLESS: Final = 1 << 60
FRAMING_BYTES: Final = 16_384
"""One size with its extensions, or all trailer fields together, has at most this size."""


class Chunks:
    """How far one body in chunks has come. What is malformed never ends: the application refuses it.

    ``is_oversized``: a line of sizes or the trailer is longer than ``FRAMING_BYTES``; nothing is followed after it.
    """

    def __init__(self) -> None:
        self.is_over = False
        self.is_oversized = False
        self._framing = 0
        self._left = 0
        self._line = b""
        self._is_trailer = False

    def follow(self, data: bytes) -> None:
        """Takes note of the next bytes of the body.

        >>> chunks = Chunks()
        >>> chunks.follow(b"3;a=b\\r\\n0\\r\\n\\r\\n0\\r\\nTrailer: x")
        >>> chunks.is_over
        False
        >>> chunks.follow(b"\\r\\n\\r\\n")
        >>> chunks.is_over
        True
        """
        place = 0
        while place < len(data) and not self.is_over and not self.is_oversized:
            skipped = min(self._left, len(data) - place)
            self._left -= skipped
            place += skipped
            end = data.find(b"\n", place) + 1 or len(data)
            self._framing += end - place
            self.is_oversized = self._framing > FRAMING_BYTES
            self._line = (self._line + data[place:end])[:_KEPT_OF_LINE]
            if end > place and data[end - 1 : end] == b"\n":
                self._end_of_line()
            place = end

    def _end_of_line(self) -> None:
        line, self._line = self._line, b""
        if self._is_trailer:
            self.is_over = line in _EMPTY
            return
        found = _SIZE.match(line)
        size = int(found[0], 16) if found else _ENDLESS
        self._is_trailer = size == 0
        self._framing = 0
        self._left = size + _LINE_END_BYTES if size else 0
