"""Every error that this package raises on purpose.

Knows what can go wrong, in the words of the domain. Must not know HTTP: ``web/problems.py`` holds the table from class
to status. Foreign exceptions are translated where they arise, keeping the cause.

    ZorgnetwerkError
    ├── SettingError            a setting is unknown or has a wrong value
    ├── ContentError            a content file cannot be read or breaks a rule (file, line, column)
    │   └── CandidateRefused    a build was checked and refused; the old release stays
    ├── StateError              the state folder is of a newer format, locked, or lacks something
    │   └── StateDamaged        a release or the pointer is not whole; a build sets it aside
    ├── SyntaxInvalid           text that does not parse (line, column)
    │   └── QueryRefused        a query that the public endpoint does not run (SERVICE, updates, too deep, too long)
    │       └── UpdateRefused   an update operation, which this endpoint never takes
    ├── MediaTypeUnsupported    a body in a media type that is not read here
    ├── NotAcceptable           no offer satisfies the request (offers)
    ├── NotFound                no such thing
    │   └── Gone                it existed and was withdrawn
    ├── KeyRequired             who asks has shown no valid key, link or session
    ├── Forbidden               who asks is known and may not do this
    ├── Conflict                the thing is in another state than this needs
    │   └── Disturbed           another change of it was faster; trying again helps
    │   └── QueryStopped        a query that was ended because someone who knows its id said so
    ├── PreconditionRequired    a change that must say which state it starts from
    │   └── PreconditionFailed  … and says another one than there is
    ├── Unprocessable           a request that is understood and cannot be done as it stands
    ├── PartMissing             a part of a file that begins behind its end
    ├── Limit                   a limit was reached (which, how much, what to do)
    │   ├── DeadlineExceeded    time
    │   ├── MemoryExceeded      memory
    │   ├── ResultTooLarge      bytes of the answer
    │   ├── BodyTooLarge        bytes of the request
    │   ├── RateExceeded        requests of one client in a time
    │   ├── ClientLimit         long queries of one client at once
    │   ├── StorageFull         room on the disk
    │   └── QueueFull           too many waiting
    ├── NotReady                what is being made for the first time
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


class StateDamaged(StateError):
    """Something in the state folder is not whole; a build sets it aside (``store/mending.py``)."""


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
    """No offer satisfies the request; ``offers`` lists the media types or languages that exist, ``addresses`` where
    each is to be had, when that is known.
    """

    def __init__(self, message: str, offers: Sequence[str] = ()) -> None:
        self.offers = tuple(offers)
        self.addresses: tuple[str, ...] = ()
        super().__init__(message)


class NotFound(ZorgnetwerkError):
    """No such thing; ``near`` holds the paths of things with almost that name, ``thing`` the IRI that was looked for,
    when it was one.
    """

    def __init__(self, message: str, near: Sequence[str] = (), thing: str = "") -> None:
        self.near = tuple(near)
        self.thing = thing
        super().__init__(message)


class Gone(NotFound):
    """It existed and was withdrawn; ``successor`` is the IRI of what took its place, where something did."""

    def __init__(self, message: str, successor: str = "") -> None:
        self.successor = successor
        super().__init__(message)


class KeyRequired(ZorgnetwerkError):
    """Who asks has shown no valid key, signed link or session."""


class Forbidden(ZorgnetwerkError):
    """Who asks is known and may not do this."""


class Conflict(ZorgnetwerkError):
    """The thing is in another state than this needs: somebody was earlier, or something must happen first."""


class QueryStopped(Conflict):
    """This query was ended before its end: someone who knows its id asked for that, or who asked it has left."""


class Disturbed(Conflict):
    """Another change of the same things came in between; trying again helps."""


class PreconditionRequired(ZorgnetwerkError):
    """A change that must say from which state it starts, and does not."""


class PreconditionFailed(PreconditionRequired):
    """A change that starts from another state than there is."""


class Unprocessable(ZorgnetwerkError):
    """A request that is understood and cannot be done as it stands; ``reason`` is a short code, or ""."""

    def __init__(self, message: str, reason: str = "") -> None:
        self.reason = reason
        super().__init__(message)


class PartMissing(ZorgnetwerkError):
    """A part of a file that begins behind its end. Units: ``size`` is that of the file in bytes."""

    def __init__(self, message: str, size: int) -> None:
        self.size = size
        super().__init__(message)


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


class RateExceeded(Limit):
    """One client has asked too often; ``retry_after_seconds`` says when it may again."""


class ClientLimit(Limit):
    """One client has too many long queries running and waiting at once; others have room."""


class StorageFull(Limit):
    """The disk has no room for this, or takes no writing."""


class QueueFull(Limit):
    """Too many wait already."""


class NotReady(ZorgnetwerkError):
    """It is being made for the first time; ``retry_after_seconds`` says when to ask again."""

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message)


class StoreUnavailable(ZorgnetwerkError):
    """The engine does not answer; trying again soon may help."""


class WorkerDied(StoreUnavailable):
    """A worker process ended while it worked on this request."""
