"""Answers kept in memory, in front of the application, where it listens itself.

A WSGI layer: a hit never reaches Flask (measured: 14 µs against 104 µs for an empty Flask view). What is kept and when
is decided in ``kept.py``. Behind the door (``front/``) it is not needed: the door keeps answers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from zorgnetwerk.web.kept import LARGEST_KEY, Kept, KeptAnswers, Key, key_of, wants_part

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NAMED = ("accept", "accept-language", "accept-datetime", "accept-encoding")
_DECIDING = ("range", "if-none-match", "if-modified-since")


class AnswerCache:
    """A WSGI application that answers from memory what it can and hands on the rest.

    Units: ``limit_bytes`` bounds bodies and headers together; 0 keeps nothing.
    """

    def __init__(self, application: WSGIApplication, release: Callable[[], int], limit_bytes: int) -> None:
        self._application = application
        self._release = release
        self.kept = KeptAnswers(limit_bytes)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer, kept or new."""
        deciding = _named(environ, _DECIDING)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or self.kept.is_off or wants_part(deciding):
            return self._application(environ, start_response)
        key = self._key(environ)
        kept = self.kept.find(key)
        if kept is not None:
            return _send(kept, deciding, environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD" or len("".join(key[1:6])) > LARGEST_KEY:
            return self._application(environ, start_response)
        return self._forward(key, environ, start_response)

    def _key(self, environ: WSGIEnvironment) -> Key:
        address = f"{environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}"
        return key_of(self._release(), "GET", address, _named(environ, _NAMED))

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
        self.kept.keep(key, told[1], body)
        return [body]

    def _may_keep(self, key: Key, status: str, headers: list[tuple[str, str]]) -> bool:
        return self.kept.may_keep(key, int(status[:3]), {name.lower(): value for name, value in headers})

    def __len__(self) -> int:
        return len(self.kept)


def _named(environ: WSGIEnvironment, names: Iterable[str]) -> dict[str, str]:
    """These header fields of a request, as far as it has them."""
    found = {name: environ.get(f"HTTP_{name.upper().replace('-', '_')}") for name in names}
    return {name: value for name, value in found.items() if value}


def _send(
    kept: Kept, deciding: dict[str, str], environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    request_id = ("X-Request-Id", secrets.token_hex(8))
    if kept.is_held_by(deciding):
        start_response("304 NOT MODIFIED", [*kept.headers_of_304(), request_id])
        return []
    start_response("200 OK", [*kept.headers, request_id])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [bytes(kept.body)]
