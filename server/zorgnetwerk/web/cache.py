"""Answers kept in memory, in front of the application.

A WSGI layer: a hit never reaches Flask (measured: 14 µs against 104 µs for an empty Flask view). The key holds the
release, so nothing is ever invalidated: a new release has new keys, and the answers of the old one leave by age. Only
complete 200 answers to GET are kept, and only when they name the release that is served. HEAD and conditional requests
are answered from what is kept.

Source: RFC 9111 (what may be stored); RFC 9110, 13.1.2 (weak comparison of If-None-Match).
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from zorgnetwerk.web.negotiation import accepts_gzip

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Key: TypeAlias = tuple[int, str, str, str, str, str, bool]

_SHARE = 8
"""One answer takes at most this fraction of the memory, so that a large one does not push out all others."""
_NOT_IN_304 = frozenset(("content-length", "content-type", "content-encoding", "content-language"))
_LARGEST_KEY = 8_192


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer: headers without the request id, and its bytes as sent."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    etag: str


class AnswerCache:
    """A WSGI application that answers from memory what it can and hands on the rest.

    Units: ``limit_bytes`` bounds bodies and headers together; 0 keeps nothing.
    """

    def __init__(self, application: WSGIApplication, release: Callable[[], int], limit_bytes: int) -> None:
        self._application = application
        self._release = release
        self._limit = limit_bytes
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self.hits = 0
        self.misses = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer, kept or new."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not self._limit:
            return self._application(environ, start_response)
        key = self._key(environ)
        kept = self._find(key)
        if kept is not None:
            return _send(kept, environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD" or len("".join(key[1:6])) > _LARGEST_KEY:
            return self._application(environ, start_response)
        return self._forward(key, environ, start_response)

    def _key(self, environ: WSGIEnvironment) -> Key:
        return (
            self._release(),
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
            environ.get("HTTP_ACCEPT", ""),
            environ.get("HTTP_ACCEPT_LANGUAGE", ""),
            environ.get("HTTP_ACCEPT_DATETIME", ""),
            accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING")),
        )

    def _find(self, key: Key) -> Kept | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                self.misses += 1
            else:
                self.hits += 1
                self._kept.move_to_end(key)
            return kept

    def _forward(self, key: Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told: list[Any] = []

        def remember(status: str, headers: list[tuple[str, str]], trace: Any = None) -> Callable[[bytes], object]:
            told[:] = [status, headers]
            return start_response(status, headers, trace)

        conditional = "HTTP_IF_NONE_MATCH" in environ
        pieces = self._application(environ, remember)
        if conditional or not told or not self._may_keep(key, *told):
            return pieces
        try:
            body = b"".join(pieces)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
        self._keep(key, told[1], body)
        return [body]

    def _may_keep(self, key: Key, status: str, headers: list[tuple[str, str]]) -> bool:
        named = {name.lower(): value for name, value in headers}
        length = named.get("content-length", "")
        return (
            status.startswith("200")
            and named.get("zorgnetwerk-release") == str(key[0])
            and "etag" in named
            and "no-store" not in named.get("cache-control", "")
            and length.isdecimal()
            and int(length) <= self._limit // _SHARE
        )

    def _keep(self, key: Key, headers: list[tuple[str, str]], body: bytes) -> None:
        held = tuple((name, value) for name, value in headers if name.lower() != "x-request-id")
        etag = next(value for name, value in held if name.lower() == "etag")
        kept = Kept(held, body, etag)
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = kept
            self._size += _weight(key, kept)
            while self._size > self._limit:
                old_key, old = self._kept.popitem(last=False)
                self._size -= _weight(old_key, old)

    def __len__(self) -> int:
        return len(self._kept)


def _weight(key: Key, kept: Kept) -> int:
    return len(kept.body) + sum(len(name) + len(value) for name, value in kept.headers) + sum(map(len, key[1:6])) + 500


def _send(kept: Kept, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    request_id = ("X-Request-Id", secrets.token_hex(8))
    if _is_held(kept.etag, environ.get("HTTP_IF_NONE_MATCH")):
        short = [header for header in kept.headers if header[0].lower() not in _NOT_IN_304]
        start_response("304 NOT MODIFIED", [*short, request_id])
        return []
    start_response("200 OK", [*kept.headers, request_id])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.body]


def _is_held(etag: str, header: str | None) -> bool:
    """Whether a client holds this representation in any coding."""
    if header is None:
        return False
    plain = etag.strip('"').removesuffix("-gzip")
    tags = {tag.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for tag in header.split(",")}
    return header.strip() == "*" or plain in tags
