"""The door out: every answer leaves through here.

A ``Representation`` becomes a response with Content-Length, strong ETag, exact Vary, Content-Location, cache and
security headers; a conditional request gets its 304. Nothing is streamed without a length, so a body that breaks off
can never look complete.

Source: RFC 9110, 8.7-8.8, 12.5.5, 13.1; Fetch standard (CORS).
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flask import Request, Response
from werkzeug.wsgi import ClosingIterator

from zorgnetwerk.store.base import Body
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.web.negotiation import accepts_gzip

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
EXPOSED_HEADERS = (
    "Content-Location, Content-Length, ETag, Link, Location, Memento-Datetime, Retry-After, "
    "Zorgnetwerk-Conforms, Zorgnetwerk-Release, Zorgnetwerk-Unknown-Graphs, X-Request-Id"
)
COMPRESSED_FROM_BYTES = 1_400
COMPRESSED_TO_BYTES = 8_000_000
"""Larger bodies are not compressed on the fly: it would hold a thread for long; the dumps are there compressed
already."""


@dataclass(frozen=True, slots=True)
class Representation:
    """What is sent: bytes (or a spooled body) and what the headers must say of them.

    ``vary`` names the request headers that decided; ``release`` is the state of the data set it shows; ``seconds`` how
    long it may be kept without asking again.
    """

    body: bytes | Body
    media_type: MediaType | str
    status: int = 200
    language: str = ""
    location: str = ""
    vary: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    release: int = 0
    seconds: int = 0
    immutable: bool = False
    etag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def respond(request: Request, shown: Representation) -> Response:
    """The response that sends this representation, or its 304."""
    response = Response(status=shown.status)
    _describe(response, shown)
    size = len(shown.body) if isinstance(shown.body, bytes) else shown.body.size
    packed = COMPRESSED_FROM_BYTES <= size <= COMPRESSED_TO_BYTES and accepts_gzip(
        request.headers.get("Accept-Encoding")
    )
    tag = shown.etag or _digest(shown.body)
    response.set_etag(f"{tag}-gzip" if packed else tag)
    response.headers["Vary"] = ", ".join(dict.fromkeys((*shown.vary, "Accept-Encoding")))
    if shown.status == 200 and request.method in ("GET", "HEAD", "QUERY") and _is_current(request, tag):
        _close(shown.body)
        response.status_code = 304
        response.headers.pop("Content-Type", None)
        return response
    if packed:
        _set_bytes(response, request, gzip.compress(_read(shown.body), 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    elif isinstance(shown.body, bytes):
        _set_bytes(response, request, shown.body)
    else:
        _set_spool(response, request, shown.body)
    return response


def redirect(location: str, status: int = 303, vary: tuple[str, ...] = ("Accept",)) -> Response:
    """A redirect inside this site. ``location`` is a path that we made, never a text from the request."""
    response = Response(b"", status=status)
    response.headers["Location"] = location
    response.headers["Vary"] = ", ".join(vary)
    response.headers["Content-Length"] = "0"
    response.headers.pop("Content-Type", None)
    response.autocorrect_location_header = False
    return response


def secure(response: Response) -> Response:
    """Adds the headers that every answer has."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    return response


def _describe(response: Response, shown: Representation) -> None:
    header = shown.media_type.header if isinstance(shown.media_type, MediaType) else shown.media_type
    response.headers["Content-Type"] = header
    if shown.language:
        response.headers["Content-Language"] = shown.language
    if shown.location:
        response.headers["Content-Location"] = shown.location
    if shown.release:
        response.headers["Zorgnetwerk-Release"] = str(shown.release)
    for link in shown.links:
        response.headers.add("Link", link)
    if shown.immutable:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif shown.status < 400:
        response.headers["Cache-Control"] = f"public, max-age={shown.seconds}" if shown.seconds else "no-cache"
    else:
        response.headers["Cache-Control"] = "no-store"
    for name, value in shown.headers.items():
        response.headers[name] = value


def _digest(body: bytes | Body) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for piece in (body,) if isinstance(body, bytes) else body.chunks():
        digest.update(piece)
    return digest.hexdigest()


def _is_current(request: Request, tag: str) -> bool:
    """Whether the client holds these bytes already, in whatever coding (weak comparison, RFC 9110 13.1.2)."""
    held = request.if_none_match
    return "If-None-Match" in request.headers and (
        held.star_tag or held.contains_weak(tag) or held.contains_weak(f"{tag}-gzip")
    )


def _set_bytes(response: Response, request: Request, body: bytes) -> None:
    response.headers["Content-Length"] = str(len(body))
    if request.method != "HEAD":
        response.set_data(body)
    response.headers["Content-Length"] = str(len(body))


def _set_spool(response: Response, request: Request, body: Body) -> None:
    response.headers["Content-Length"] = str(body.size)
    if request.method == "HEAD":
        body.close()
        return
    pieces: Iterator[bytes] = body.chunks()
    response.response = ClosingIterator(pieces, [body.close])
    response.automatically_set_content_length = False


def _read(body: bytes | Body) -> bytes:
    if isinstance(body, bytes):
        return body
    with body:
        return body.read()


def _close(body: bytes | Body) -> None:
    if isinstance(body, Body):
        body.close()
