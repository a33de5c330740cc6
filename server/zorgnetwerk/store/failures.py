"""Our errors as JSON and back, so that what a worker or the dispatcher raises arrives at the caller as itself.

Knows the fields of each class of ``errors.py`` that can arise on the far side of a socket; nothing else crosses.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zorgnetwerk import errors
from zorgnetwerk.errors import Limit, MemoryExceeded, Place, QueryRefused, SyntaxInvalid, ZorgnetwerkError

_LIMITS: Mapping[str, type[Limit]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            errors.Limit,
            errors.DeadlineExceeded,
            errors.MemoryExceeded,
            errors.ResultTooLarge,
            errors.BodyTooLarge,
            errors.QueueFull,
            errors.ClientLimit,
        )
    }
)
_OFFERING = MappingProxyType({kind.__name__: kind for kind in (errors.MediaTypeUnsupported, errors.NotAcceptable)})
_PLAIN = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            errors.ContentError,
            errors.StateError,
            errors.NotFound,
            errors.Gone,
            errors.QueryStopped,
            errors.StoreUnavailable,
            errors.WorkerDied,
            errors.ZorgnetwerkError,
        )
    }
)


def to_fields(error: ZorgnetwerkError) -> dict[str, object]:
    """The JSON fields of one of our errors.

    >>> to_fields(errors.NotFound("no such thing"))
    {'kind': 'NotFound', 'message': 'no such thing'}
    """
    fields: dict[str, object] = {"kind": type(error).__name__, "message": str(error)}
    if isinstance(error, Limit):
        fields |= {"limit": error.limit, "used": error.used, "unit": error.unit, "retry": error.retry_after_seconds}
    elif isinstance(error, SyntaxInvalid):
        fields |= {"line": error.place.line, "column": error.place.column, "excerpt": error.place.excerpt}
        fields |= {} if error.place.token is None else {"token": error.place.token}
        if isinstance(error, QueryRefused):
            fields["reason"] = error.reason
    elif isinstance(error, errors.MediaTypeUnsupported):
        fields["offers"] = list(error.accepted)
    elif isinstance(error, errors.NotAcceptable):
        fields["offers"] = list(error.offers)
    return fields


def from_fields(fields: Mapping[str, object]) -> ZorgnetwerkError:
    """The error that these fields describe; a kind that does not cross here becomes StoreUnavailable.

    >>> from_fields({'kind': 'Gone', 'message': 'withdrawn'})
    Gone('withdrawn')
    """
    kind, message = str(fields.get("kind")), str(fields.get("message", ""))
    if limit := _LIMITS.get(kind):
        return limit(
            message,
            limit=_number(fields.get("limit")),
            used=_number(fields.get("used")),
            unit=str(fields.get("unit", "")),
            retry_after_seconds=int(_number(fields.get("retry"))),
        )
    token = fields.get("token")
    place = Place(
        int(_number(fields.get("line"))),
        int(_number(fields.get("column"))),
        str(fields.get("excerpt", "")),
        None if token is None else str(token),
    )
    if kind == "SyntaxInvalid":
        return SyntaxInvalid(message, place)
    if kind == "QueryRefused":
        return QueryRefused(message, str(fields.get("reason", "")), place)
    if offering := _OFFERING.get(kind):
        offers = fields.get("offers")
        return offering(message, [str(offer) for offer in offers] if isinstance(offers, list) else ())
    return _PLAIN.get(kind, errors.StoreUnavailable)(message)


def memory_exceeded(memory_bytes: int) -> MemoryExceeded:
    """The error that says how much memory one request may use."""
    return MemoryExceeded(
        f"This needed more than the {memory_bytes >> 20:,} MiB of memory that one request may use. "
        "Ask for less at once: fewer patterns that have nothing in common, a LIMIT, no ORDER BY over everything.",
        limit=memory_bytes,
        used=memory_bytes,
        unit="bytes",
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
