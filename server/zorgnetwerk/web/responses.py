"""The door out of the application: every answer leaves through here.

A ``Representation`` becomes a response (``representation.py`` composes it). Nothing is streamed without a length, so a
body that breaks off can never look complete.
"""

from __future__ import annotations

from flask import Request, Response
from werkzeug.wsgi import ClosingIterator

from zorgnetwerk.store.base import Body
from zorgnetwerk.web import representation
from zorgnetwerk.web.representation import OPEN_HEADERS, SECURITY_HEADERS, Representation, compose

__all__ = ["QUERY_ID", "Representation", "body_tag", "redirect", "respond", "secure"]

QUERY_ID = "zorgnetwerk.query_id"
"""Where the environment of a request holds the id of its query; told in every answer, refusals too."""


def respond(request: Request, shown: Representation) -> Response:
    """The response that sends this representation, or its 304."""
    composed = compose(request, shown, request.environ.get(QUERY_ID))
    response = Response(status=composed.status)
    response.headers.clear()
    for name, value in composed.fields:
        response.headers.add(name, value)
    if isinstance(composed.body, Body):
        response.response = ClosingIterator(composed.body.chunks(), [composed.body.close])
        response.automatically_set_content_length = False
    elif composed.body:
        length = response.headers["Content-Length"]
        response.set_data(bytes(composed.body))
        response.headers["Content-Length"] = length
    return response


def redirect(location: str, status: int = 303, vary: tuple[str, ...] = ("Accept",)) -> Response:
    """A redirect inside this site. ``location`` is a path that we made, never a text from the request."""
    response = Response(b"", status=status)
    response.headers["Location"] = location
    if vary:
        response.headers["Vary"] = ", ".join(vary)
    response.headers["Content-Length"] = "0"
    response.headers.pop("Content-Type", None)
    response.autocorrect_location_header = False
    return response


def secure(response: Response) -> Response:
    """Adds the headers that every answer has."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    for name, value in OPEN_HEADERS.items():
        response.headers[name] = value
    return response


def body_tag(body: bytes) -> str:
    """The ETag, without quotes, under which a document of these bytes is sent."""
    return representation.digest(body)
