"""Every error that this package raises on purpose.

Knows what can go wrong, in the words of the domain. Must not know HTTP: ``web/problems.py`` holds the table from class
to status. Foreign exceptions are translated where they arise, keeping the cause.

    ZorgnetwerkError
    ├── SettingError            a setting is unknown or has a wrong value
    ├── ContentError            a content file cannot be read or breaks a rule (file, line, column)
    │   └── CandidateRefused    a build was checked and refused; the old release stays
    ├── StateError              the state folder is of a newer format, locked, or damaged
    ├── SyntaxInvalid           text that does not parse (line, column)
    │   └── QueryRefused        a query that the public endpoint does not run (SERVICE, updates, too deep, too long)
    │       └── UpdateRefused   an update operation, which this endpoint never takes
    ├── MediaTypeUnsupported    a body in a media type that is not read here
    ├── NotAcceptable           no offer satisfies the request (offers)
    ├── NotFound                no such thing
    │   └── Gone                it existed and was withdrawn
    ├── Limit                   a limit was reached (which, how much, what to do)
    │   ├── DeadlineExceeded    time
    │   ├── MemoryExceeded      memory
    │   ├── ResultTooLarge      bytes of the answer
    │   ├── BodyTooLarge        bytes of the request
    │   └── QueueFull           too many waiting
    └── StoreUnavailable        the engine does not answer (restarting, broken)
        └── WorkerDied          a worker ended while it worked on this
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ZorgnetwerkError(Exception):
    """Base of all our errors. ``str()`` names the thing, the rule and the way out."""


class SettingError(ZorgnetwerkError):
    """A setting is unknown or has a value of the wrong kind; names key, origin and expectation."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a text: line and column count from 1; 0 means unknown. ``token`` is what stands there: empty at the end
    of the text, None when nobody looked."""

    line: int = 0
    column: int = 0
    excerpt: str = ""
    token: str | None = None

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}" if self.line else ""


class ContentError(ZorgnetwerkError):
    """A content file cannot be read or breaks a rule."""

    def __init__(self, message: str, file: str = "", place: Place | None = None) -> None:
        self.file = file
        self.place = place or Place()
        where = ", ".join(part for part in (file, str(self.place)) if part)
        super().__init__(f"{where}: {message}" if where else message)


class CandidateRefused(ContentError):
    """A candidate release was checked and refused.

    ``reasons`` holds one sentence per offence, each naming the thing, the rule and the way out.
    """

    def __init__(self, message: str, reasons: Sequence[str] = ()) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join((message, *(f"  - {reason}" for reason in self.reasons))))


class StateError(ZorgnetwerkError):
    """The state folder is of a newer format, held by another process, or damaged."""


class SyntaxInvalid(ZorgnetwerkError):
    """Text that does not parse; ``place`` says where."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        self.place = place or Place()
        super().__init__(message)


class QueryRefused(SyntaxInvalid):
    """A well-formed or hostile query that the public endpoint does not evaluate; ``reason`` is a short code."""

    def __init__(self, message: str, reason: str, place: Place | None = None) -> None:
        self.reason = reason
        super().__init__(message, place)


class UpdateRefused(QueryRefused):
    """An update operation: understood, and refused whatever it says."""


class MediaTypeUnsupported(ZorgnetwerkError):
    """A request body in a media type that is not read here; ``accepted`` lists those that are."""

    def __init__(self, message: str, accepted: Sequence[str] = ()) -> None:
        self.accepted = tuple(accepted)
        super().__init__(message)


class NotAcceptable(ZorgnetwerkError):
    """No offer satisfies the request; ``offers`` lists the media types or languages that exist."""

    def __init__(self, message: str, offers: Sequence[str] = ()) -> None:
        self.offers = tuple(offers)
        super().__init__(message)


class NotFound(ZorgnetwerkError):
    """No such thing."""


class Gone(NotFound):
    """It existed and was withdrawn."""


class Limit(ZorgnetwerkError):
    """A limit was reached.

    Units: ``limit`` and ``used`` are in ``unit``; ``retry_after_seconds`` 0 means that trying again will not help.
    """

    def __init__(
        self, message: str, *, limit: float = 0, used: float = 0, unit: str = "", retry_after_seconds: int = 0
    ) -> None:
        self.limit = limit
        self.used = used
        self.unit = unit
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message)


class DeadlineExceeded(Limit):
    """The work was ended at its deadline."""


class MemoryExceeded(Limit):
    """The work needed more memory than it may use."""


class ResultTooLarge(Limit):
    """The answer is larger than an answer may be."""


class BodyTooLarge(Limit):
    """The request is larger than a request may be."""


class QueueFull(Limit):
    """Too many wait already."""


class StoreUnavailable(ZorgnetwerkError):
    """The engine does not answer; trying again soon may help."""


class WorkerDied(StoreUnavailable):
    """A worker process ended while it worked on this request."""
