"""What an error page shows beside the error itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hint:
    """A way out: a text, and the path that it leads to."""

    text: str
    href: str = ""
