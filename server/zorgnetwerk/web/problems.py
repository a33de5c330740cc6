"""The error door: every failure leaves through here, as negotiated problem details.

One table from error class to status; one builder of bodies. Only what is our fault (500) is logged with its trace; a
client never sees the inside of the program.

Source: RFC 9457 (problem details); RFC 9110, 15.
"""

from __future__ import annotations

import html
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from flask import Request, Response, g
from werkzeug.exceptions import HTTPException

from zorgnetwerk import errors
from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import HTML, PROBLEM, TEXT, MediaType
from zorgnetwerk.web import negotiation
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site
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
    (errors.BodyTooLarge, 413, "Too large"),
    (errors.QueueFull, 503, "Busy"),
    (errors.DeadlineExceeded, 503, "Time limit reached"),
    (errors.MemoryExceeded, 503, "Memory limit reached"),
    (errors.ResultTooLarge, 503, "Answer too large"),
    (errors.Limit, 503, "Limit reached"),
    (errors.StoreUnavailable, 503, "Not available"),
    (errors.ZorgnetwerkError, 500, "Internal error"),
)
"""The first class that fits decides, so that a class stands before its bases."""

_OFFERS: Final = (PROBLEM, HTML, TEXT, media_types.JSON)
_RETRY_SECONDS: Final = 2
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
    request_id = str(g.get("request_id", ""))
    if problem.status >= 500 and problem.status != 503:
        _LOG.error("failed", exc_info=error, extra={"request_id": request_id, "path": request.path})
    try:
        media_type = negotiation.choose(_OFFERS, request.headers.get("Accept"))
    except errors.NotAcceptable:
        media_type = PROBLEM
    body = _body(problem, media_type, request, request_id, site)
    headers = {**problem.headers, "X-Request-Id": request_id}
    if problem.status == 415 and request.method in _ACCEPTING:
        headers[_ACCEPTING[request.method]] = problem.headers["Accept"]
    shown = Representation(body, media_type, status=problem.status, vary=("Accept", "Accept-Language"), headers=headers)
    return respond(request, shown)


def _own(error: ZorgnetwerkError) -> Problem:
    status, title = next((status, title) for kind, status, title in STATUSES if isinstance(error, kind))
    members: dict[str, Any] = {}
    headers: dict[str, str] = {}
    hints: list[Hint] = []
    if isinstance(error, errors.SyntaxInvalid) and error.place.line:
        place = error.place
        members |= {"line": place.line, "column": place.column, "excerpt": place.excerpt}
        members |= {"token": place.token} if place.token is not None else {}
    if isinstance(error, errors.QueryRefused):
        members["reason"] = error.reason
    if isinstance(error, errors.NotAcceptable):
        members["available"] = list(error.offers)
    if isinstance(error, errors.MediaTypeUnsupported):
        members["accepted"] = list(error.accepted)
        headers["Accept"] = ", ".join(error.accepted)
    if isinstance(error, errors.Limit):
        members |= {"limit": error.limit, "used": error.used, "unit": error.unit}
        hints.append(Hint("All data as files: /dumps/", "/dumps/"))
    if status == 503:
        seconds = getattr(error, "retry_after_seconds", 0) or _RETRY_SECONDS
        headers["Retry-After"] = str(seconds)
    detail = str(error) if status != 500 else "Something went wrong on our side."
    return Problem(status, title, detail, members, hints, headers)


def _of_framework(error: HTTPException) -> Problem:
    details = {
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
        413: "The request is larger than this address takes.",
    }
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    return Problem(status, error.name, details.get(status, error.name + "."), headers=headers)


def _body(problem: Problem, media_type: MediaType, request: Request, request_id: str, site: Site) -> bytes:
    if media_type is HTML:
        frame = site.frame(request)
        page = site.renderer.problem_page(
            problem.status, problem.title, problem.detail, frame, problem.hints, request_id
        )
        return page.encode()
    if media_type is TEXT:
        place = (
            f" (line {problem.members['line']}, column {problem.members['column']})"
            if "line" in problem.members
            else ""
        )
        return f"{problem.status} {problem.title}{place}\n{problem.detail}\n".encode()
    members = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": f"urn:request:{request_id}",
        **problem.members,
    }
    return json.dumps(members, ensure_ascii=False, indent=1).encode() + b"\n"


def plain(error: BaseException) -> bytes:
    """A last resort when even the error page fails: escaped text."""
    problem = problem_of(error)
    return html.escape(f"{problem.status} {problem.title}").encode()
