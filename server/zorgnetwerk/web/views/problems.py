"""What an error page shows beside the error itself."""

from __future__ import annotations

from dataclasses import dataclass

from zorgnetwerk.web.translations import mark


@dataclass(frozen=True, slots=True)
class Hint:
    """A way out: a text, and the path that it leads to."""

    text: str
    href: str = ""


TITLES = (
    mark("Update refused"),
    mark("Query refused"),
    mark("Syntax error"),
    mark("Media type not supported"),
    mark("Not acceptable"),
    mark("Gone"),
    mark("Not found"),
    mark("Too large"),
    mark("Busy"),
    mark("Time limit reached"),
    mark("Memory limit reached"),
    mark("Answer too large"),
    mark("Limit reached"),
    mark("Not available"),
    mark("Internal error"),
    mark("Not Found"),
    mark("Method Not Allowed"),
    mark("Bad Request"),
    mark("Request Entity Too Large"),
)
"""The titles that ``web/problems.py`` and the framework give to failures; here so that they are translated."""
