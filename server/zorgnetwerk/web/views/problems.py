"""What an error page shows beside the error itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from zorgnetwerk.errors import Gone, Limit, NotFound, QueryRefused, QueryStopped, SyntaxInvalid, ZorgnetwerkError
from zorgnetwerk.web.translations import Translator, mark
from zorgnetwerk.web.views.results import Refusal


@dataclass(frozen=True, slots=True)
class Hint:
    """A way out: a text, the path that it leads to, and what that is to the failed request (a link relation)."""

    text: str
    href: str = ""
    relation: str = ""


TITLES = (
    mark("Update refused"),
    mark("Query refused"),
    mark("Syntax error"),
    mark("Media type not supported"),
    mark("Not acceptable"),
    mark("Gone"),
    mark("Not found"),
    mark("No such part"),
    mark("Too large"),
    mark("Key needed"),
    mark("Not allowed"),
    mark("Conflict"),
    mark("State has changed"),
    mark("State must be named"),
    mark("Cannot be done"),
    mark("Too many requests"),
    mark("No room"),
    mark("Too many at once"),
    mark("Stopped"),
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

SUCCESSOR: Final = mark("What took its place")
DUMPS: Final = mark("All data as files")
EXPLAIN: Final = mark("What this query will cost, before it runs")

_SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DeadlineExceeded": mark(
            "The query was ended after {used} seconds; one query may take {limit}. "
            "Ask for less: more specific patterns, or a LIMIT."
        ),
        "MemoryExceeded": mark(
            "The query needed more than the {limit} bytes of memory that one query may use. "
            "Ask for less at once: fewer patterns that have nothing in common, a LIMIT, no ORDER BY over everything."
        ),
        "ResultTooLarge": mark(
            "The answer is larger than the {limit} bytes that one answer may have; nothing of it is shown, so that no "
            "part is taken for the whole. Add a LIMIT or ask for fewer variables."
        ),
        "BodyTooLarge": mark("The request has {used} bytes; at most {limit} are read."),
        "QueueFull": mark("{used} requests wait already, and no more can. Try again in {after} seconds."),
        "ClientLimit": mark(
            "{used} of your queries run or wait already; one client may have {limit}. "
            "Let some of them end, and try again in {after} seconds."
        ),
        "QueryStopped": mark("This query was stopped before its end. Send it again if that was a mistake."),
        "WorkerDied": mark("The process that worked on this ended. Nothing else was affected. Send it again."),
        "StoreUnavailable": mark("The data cannot be read at this moment. Try again soon."),
        "NotFound": mark("Nothing is published at this address."),
        "Gone": mark("What stood at this address is no longer published."),
        "NotAcceptable": mark("None of the formats that were asked for is available here. These are:"),
        "length": mark("The query is longer than a query may be. Shorten it, or work on the files."),
        "service": mark("This endpoint never asks others: SERVICE is not run here."),
        "update": mark("This endpoint only answers questions; data is changed by submitting it."),
        "depth": mark("The brackets of this query are nested deeper than they may be."),
        "chain": mark("The query repeats one sign or word more often than it may. Use VALUES or IN for long lists."),
        "SyntaxInvalid": mark("The query cannot be read at line {line}, column {column}."),
    }
)
"""What is said to people, by class of the error, or reason of a refusal. The error's own words stand below it."""

OF_THE_FRAMEWORK: Final[Mapping[int, str]] = MappingProxyType(
    {
        404: mark("There is nothing at this address."),
        405: mark("This address does not take that method."),
        413: mark("The request is larger than this address takes."),
        500: mark("Something went wrong on our side. The incident was recorded under the request id."),
    }
)
"""What is said of failures that the framework finds, by status."""


def sentence(error: BaseException, t: Translator) -> str:
    """What this failure means, in the reader's language; empty when there are only the error's own words."""
    if not isinstance(error, ZorgnetwerkError):
        message = OF_THE_FRAMEWORK.get(getattr(error, "code", 500), "")
        return t.gettext(message) if message else ""
    kind = error.reason if isinstance(error, QueryRefused) else type(error).__name__
    message = _SENTENCES.get(kind, "")
    values: dict[str, str] = {}
    if isinstance(error, Limit):
        values = {"limit": _figure(error.limit), "used": _figure(error.used), "after": str(error.retry_after_seconds)}
    elif isinstance(error, SyntaxInvalid):
        if kind == "SyntaxInvalid" and not error.place.line:
            return ""
        values = {"line": str(error.place.line), "column": str(error.place.column)}
    return t.gettext(message).format(**values) if message else ""


def worded(refusal: Refusal, t: Translator) -> Refusal:
    """A refusal with what it means in the reader's language."""
    if refusal.error is None or t.language == "en":
        return refusal
    lead = sentence(refusal.error, t)
    return replace(refusal, lead=lead, message="" if lead and says_all(refusal.error) else refusal.message)


def says_all(error: BaseException) -> bool:
    """Whether the sentence about this failure says all that its own words say."""
    if isinstance(error, NotFound) and not isinstance(error, Gone):
        return bool(error.thing)  # its own words only repeat the address; a wrong page or release they explain
    return isinstance(error, Limit | QueryStopped) or not isinstance(error, ZorgnetwerkError)


def _figure(value: float) -> str:
    """A number with spaces between its thousands, which all four languages read alike.

    >>> _figure(1.523), len(_figure(50_000_000.0))
    ('1.52', 10)
    """
    text = f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
    return text.replace(",", "\N{NARROW NO-BREAK SPACE}")
