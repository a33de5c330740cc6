"""The error door: every failure leaves through here, as negotiated problem details.

One table from error class to status; one builder of bodies. Only what is our fault (500) is logged with its trace; a
client never sees the inside of the program.

Source: RFC 9457 (problem details); RFC 9110, 15.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from flask import Request, Response, g
from werkzeug.exceptions import HTTPException

from zorgnetwerk import errors
from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import HTML, PROBLEM, TEXT, MediaType
from zorgnetwerk.web import negotiation
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site
from zorgnetwerk.web.views import problems as views
from zorgnetwerk.web.views.problems import Hint

_LOG = logging.getLogger("zorgnetwerk.web")

STATUSES: Final[tuple[tuple[type[ZorgnetwerkError], int, str], ...]] = (
    (errors.UpdateRefused, 403, "Update refused"),
    (errors.QueryRefused, 400, "Query refused"),
    (errors.SyntaxInvalid, 400, "Syntax error"),
    (errors.MediaTypeUnsupported, 415, "Media type not supported"),
    (errors.NotAcceptable, 406, "Not acceptable"),
    (errors.Gone, 410, "Gone"),
    (errors.NotFound, 404, "Not found"),
    (errors.KeyRequired, 401, "Key needed"),
    (errors.Forbidden, 403, "Not allowed"),
    (errors.QueryStopped, 409, "Stopped"),
    (errors.Conflict, 409, "Conflict"),
    (errors.PreconditionFailed, 412, "State has changed"),
    (errors.PreconditionRequired, 428, "State must be named"),
    (errors.Unprocessable, 422, "Cannot be done"),
    (errors.PartMissing, 416, "No such part"),
    (errors.BodyTooLarge, 413, "Too large"),
    (errors.RateExceeded, 429, "Too many requests"),
    (errors.ClientLimit, 429, "Too many at once"),
    (errors.StorageFull, 507, "No room"),
    (errors.QueueFull, 503, "Busy"),
    (errors.DeadlineExceeded, 503, "Time limit reached"),
    (errors.MemoryExceeded, 503, "Memory limit reached"),
    (errors.ResultTooLarge, 503, "Answer too large"),
    (errors.Limit, 503, "Limit reached"),
    (errors.NotReady, 503, "Not available"),
    (errors.StoreUnavailable, 503, "Not available"),
    (errors.ZorgnetwerkError, 500, "Internal error"),
)
"""The first class that fits decides, so that a class stands before its bases."""

_OFFERS: Final = (PROBLEM, HTML, TEXT, media_types.JSON)
_RETRY_SECONDS: Final = 2
_LONGEST_ADDRESS: Final = 2_000
_IN_ADDRESSES: Final = "%&=+:/?@!$'()*,;-._~"
_ACCEPTING: Final = MappingProxyType({"POST": "Accept-Post", "QUERY": "Accept-Query"})
"""The header that names the types of body a method takes here. Source: Linked Data Platform, 7.1; RFC 10008."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure as it is told: status, title, detail, further members, ways out."""

    status: int
    title: str
    detail: str
    members: dict[str, Any] = field(default_factory=dict)
    hints: Sequence[Hint] = ()
    headers: dict[str, str] = field(default_factory=dict)


def problem_of(error: BaseException) -> Problem:
    """What is told of an error.

    >>> problem_of(errors.NotFound("There is no dump 'x'.")).status
    404
    """
    if isinstance(error, ZorgnetwerkError):
        return _own(error)
    if isinstance(error, HTTPException) and error.code is not None:
        return _of_framework(error)
    return Problem(
        500, "Internal error", "Something went wrong on our side. The incident was recorded under the request id."
    )


def answer(request: Request, error: BaseException, site: Site) -> Response:
    """The response that tells this failure, in the media type and language that the client likes best."""
    problem = problem_of(error)
    hints = [*problem.hints, *_ways_on(request, error), *_successor(error, site)]
    request_id = str(g.get("request_id", ""))
    if problem.status >= 500 and problem.status not in (503, 507):
        _LOG.error("failed", exc_info=error, extra={"request_id": request_id, "path": request.path})
    try:
        media_type = negotiation.choose(_OFFERS, request.headers.get("Accept"))
    except errors.NotAcceptable:
        media_type = PROBLEM
    body = _body(replace(problem, hints=hints), media_type, request, site, error)
    headers = {**problem.headers, "X-Request-Id": request_id}
    if problem.status == 415 and request.method in _ACCEPTING:
        headers[_ACCEPTING[request.method]] = problem.headers["Accept"]
    shown = Representation(
        body,
        media_type,
        status=problem.status,
        vary=("Accept", "Accept-Language"),
        links=tuple(f'<{hint.href}>; rel="{hint.relation}"' for hint in hints if hint.relation),
        headers=headers,
    )
    return respond(request, shown)


def _ways_on(request: Request, error: BaseException) -> list[Hint]:
    """Where to go instead: what is there in other formats or under a like name; beyond a limit everything as files, and
    for a query what it would cost.
    """
    if isinstance(error, errors.NotAcceptable):
        return [Hint(name, way, "alternate") for name, way in zip(error.offers, error.addresses, strict=False)]
    if isinstance(error, errors.NotFound):
        return [Hint(f"/{path}", f"/{quote(path, safe='/~')}", "related") for path in error.near]
    if not isinstance(error, errors.Limit):
        return []
    ways = [Hint(views.DUMPS, "/dumps/", "alternate")]
    if "/sparql" in request.path:
        query_string = request.query_string if request.method in ("GET", "HEAD") else b""
        given = quote(query_string.decode("latin-1"), safe=_IN_ADDRESSES)
        address = f"/sparql/explain?{given}" if 0 < len(given) <= _LONGEST_ADDRESS else "/sparql/explain"
        ways.append(Hint(views.EXPLAIN, address, "help"))
    return ways


def _successor(error: BaseException, site: Site) -> list[Hint]:
    """The way to what took the place of a thing that is gone."""
    path = site.base.path(error.successor) if isinstance(error, errors.Gone) else None
    return [Hint(views.SUCCESSOR, f"/{path}", "successor-version")] if path else []


def _number(value: float) -> int | float:
    """A whole number without a fraction: bytes and queries have none."""
    return int(value) if float(value).is_integer() else value


def _own(error: ZorgnetwerkError) -> Problem:
    status, title = next((status, title) for kind, status, title in STATUSES if isinstance(error, kind))
    members: dict[str, Any] = {}
    headers: dict[str, str] = {}
    if isinstance(error, errors.SyntaxInvalid) and error.place.line:
        place = error.place
        members |= {"line": place.line, "column": place.column, "excerpt": place.excerpt}
        members |= {"token": place.token} if place.token is not None else {}
    if isinstance(error, errors.QueryRefused):
        members["reason"] = error.reason
    if isinstance(error, errors.Gone) and error.successor:
        members["successor"] = error.successor
    if isinstance(error, errors.NotAcceptable):
        members["available"] = list(error.offers)
    if isinstance(error, errors.MediaTypeUnsupported):
        members["accepted"] = list(error.accepted)
        headers["Accept"] = ", ".join(error.accepted)
    if isinstance(error, errors.Limit):
        members |= {"limit": _number(error.limit), "used": _number(error.used), "unit": error.unit}
    if isinstance(error, errors.PartMissing):
        headers["Content-Range"] = f"bytes */{error.size}"
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="submissions"'
    if status in (429, 503):
        seconds = getattr(error, "retry_after_seconds", 0) or _RETRY_SECONDS
        headers["Retry-After"] = str(seconds)
    detail = str(error) if status != 500 else "Something went wrong on our side."
    return Problem(status, title, detail, members, headers=headers)


def _of_framework(error: HTTPException) -> Problem:
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    return Problem(status, error.name, views.OF_THE_FRAMEWORK.get(status, error.name + "."), headers=headers)


def _body(problem: Problem, media_type: MediaType, request: Request, site: Site, error: BaseException) -> bytes:
    request_id = str(g.get("request_id", ""))
    if media_type is HTML:
        frame = site.frame(request)
        t = site.renderer.translations.for_language(frame.language)
        lead = "" if frame.language == "en" else views.sentence(error, t)
        detail = "" if lead and views.says_all(error) else problem.detail
        page = site.renderer.problem_page(problem.status, problem.title, detail, frame, problem.hints, request_id, lead)
        return page.encode()
    if media_type is TEXT:
        place = (
            f" (line {problem.members['line']}, column {problem.members['column']})"
            if "line" in problem.members
            else ""
        )
        ways = "".join(f"{hint.text}: {hint.href}\n" for hint in problem.hints)
        return f"{problem.status} {problem.title}{place}\n{problem.detail}\n{ways}".encode()
    members = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": f"urn:request:{request_id}",
        **problem.members,
    }
    if problem.hints:
        members["links"] = [
            {"href": hint.href, "rel": hint.relation, "title": hint.text} for hint in problem.hints if hint.href
        ]
    return json.dumps(members, ensure_ascii=False, indent=1).encode() + b"\n"
