"""What is sent and the headers that say it, without any framework: the application (``responses.py``) and the door
(``front/``) both compose their answers here, so that they cannot differ.

A ``Representation`` becomes headers with Content-Length, strong ETag, exact Vary, Content-Location and how long it may
be kept; a conditional request gets its 304.

Source: RFC 9110, 8.7-8.8, 12.5.5, 13.1; Fetch standard (CORS).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

from zorgnetwerk.store import coding
from zorgnetwerk.store.base import Body
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.web.kept import Bytes, is_held
from zorgnetwerk.web.negotiation import accepts_gzip

SECURITY_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
)
EXPOSED_HEADERS: Final = (
    "Accept-Ranges, Content-Location, Content-Length, Content-Range, ETag, Last-Modified, Link, Location, "
    "Memento-Datetime, Repr-Digest, Retry-After, Query-Id, Zorgnetwerk-Conforms, Zorgnetwerk-Release, "
    "Zorgnetwerk-Unknown-Graphs, X-Request-Id"
)
OPEN_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED_HEADERS}
)


class Named(Protocol):
    """Header fields by name, in whatever case."""

    def get(self, name: str, /) -> str | None:
        """The value; None when the field is absent."""


class Stream(Protocol):
    """What a body is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Bytes of the body."""


class Asked(Protocol):
    """What of a request decides about an answer; a Flask request is one, and so is ``Plain``."""

    @property
    def method(self) -> str:
        """GET, HEAD, POST, QUERY."""

    @property
    def query_string(self) -> bytes:
        """What follows the question mark, as sent."""

    @property
    def headers(self) -> Named:
        """The header fields."""

    @property
    def stream(self) -> Stream:
        """The body."""

    @property
    def content_length(self) -> int | None:
        """The length of the body as told."""


class Fields(dict[str, str]):
    """Header fields under names in lower case."""

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]  # names are texts
        """The value of a field, whatever the case of its name."""
        return super().get(name.lower(), default)


@dataclass(slots=True)
class Plain:
    """A whole request out of the hands of the door."""

    method: str
    query_string: bytes
    headers: Fields
    body: bytes = b""

    @property
    def stream(self) -> io.BytesIO:
        """The body, to be read once."""
        return io.BytesIO(self.body)

    @property
    def content_length(self) -> int:
        """The length of the body."""
        return len(self.body)


@dataclass(frozen=True, slots=True)
class Representation:
    """What is sent: bytes (or a spooled body) and what the headers must say of them.

    ``vary`` names the request headers that decided; ``release`` is the state of the data set it shows; ``seconds`` how
    long it may be kept without asking again; ``is_file`` that it goes out byte for byte as it lies, never packed anew.
    """

    body: Bytes | Body
    media_type: MediaType | str
    status: int = 200
    language: str = ""
    location: str = ""
    vary: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    release: int = 0
    seconds: int = 0
    immutable: bool = False
    is_file: bool = False
    etag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The length of the body before any coding."""
        return self.body.size if isinstance(self.body, Body) else len(self.body)


@dataclass(slots=True)
class Composed:
    """An answer, ready to be sent. ``body`` is empty for HEAD and 304."""

    status: int
    fields: list[tuple[str, str]]
    body: Bytes | Body


def compose(asked: Asked, shown: Representation, query_id: str | None = None, packed: bytes | None = None) -> Composed:
    """The answer that sends this representation, or its 304. ``packed`` is its gzip form where that is made already."""
    fields = _described(shown)
    if query_id:
        fields.append(("Query-Id", query_id))
    is_packed = not shown.is_file and is_packed_for(asked, shown.size)
    tag = shown.etag or digest(shown.body)
    fields.append(("ETag", f'"{tag}-gzip"' if is_packed else f'"{tag}"'))
    fields.append(("Vary", ", ".join(dict.fromkeys((*shown.vary, "Accept-Encoding")))))
    is_read = asked.method in ("GET", "HEAD", "QUERY")
    if shown.status in (200, 206) and is_read and is_held(f'"{tag}"', asked.headers.get("If-None-Match")):
        _close(shown.body)
        return Composed(304, [field for field in fields if field[0] not in ("Content-Type", "Content-Range")], b"")
    body: Bytes | Body = shown.body
    if is_packed:
        body = packed or coding.compressed(_read(shown.body))
        fields.append(("Content-Encoding", "gzip"))
    fields.append(("Content-Length", str(body.size if isinstance(body, Body) else len(body))))
    if asked.method == "HEAD":
        _close(body)
        body = b""
    return Composed(shown.status, fields, body)


def is_packed_for(asked: Asked, size: int) -> bool:
    """Whether a body of this size goes to this client in gzip."""
    return coding.is_compressed(size) and accepts_gzip(asked.headers.get("Accept-Encoding"))


def digest(body: Bytes | Body) -> str:
    """The name of these bytes, as it stands in an ETag."""
    name = coding.Digest()
    for piece in body.chunks() if isinstance(body, Body) else (body,):
        name.update(piece)
    return name.name()


def _described(shown: Representation) -> list[tuple[str, str]]:
    kind = shown.media_type.header if isinstance(shown.media_type, MediaType) else shown.media_type
    fields = [("Content-Type", kind)]
    if shown.language:
        fields.append(("Content-Language", shown.language))
    if shown.location:
        fields.append(("Content-Location", shown.location))
    if shown.release:
        fields.append(("Zorgnetwerk-Release", str(shown.release)))
    fields.extend(("Link", link) for link in shown.links)
    if "Cache-Control" not in shown.headers:
        fields.append(("Cache-Control", _keeping(shown)))
    fields.extend(shown.headers.items())
    return fields


def _keeping(shown: Representation) -> str:
    if shown.immutable:
        return "public, max-age=31536000, immutable"
    if shown.status >= 400:
        return "no-store"
    return f"public, max-age={shown.seconds}" if shown.seconds else "no-cache"


def _read(body: Bytes | Body) -> bytes | memoryview[int]:
    if isinstance(body, Body):
        with body:
            return body.read()
    return body


def _close(body: Bytes | Body) -> None:
    if isinstance(body, Body):
        body.close()
