"""One file of the downloads page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Self

from zorgnetwerk.web import clock


@dataclass(frozen=True, slots=True)
class DumpFile:
    """A file. Units: ``size_bytes`` in bytes; ``sha256`` hexadecimal; ``statements`` are triples or quads."""

    name: str
    href: str
    media_type: str
    size_bytes: int
    sha256: str
    modified: datetime.date
    statements: int

    @classmethod
    def of(
        cls, name: str, href: str, media_type: str, size_bytes: int, sha256: str, created: str, statements: int
    ) -> Self:
        """The file with its moment given as ISO 8601 text.

        >>> DumpFile.of("a.nq", "/a.nq", "text/plain", 5, "00", "2026-01-02T03:04:05+00:00", 1).modified.day
        2
        """
        return cls(name, href, media_type, size_bytes, sha256, clock.day_of(created) or datetime.date.min, statements)
