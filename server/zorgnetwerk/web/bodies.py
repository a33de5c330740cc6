"""Request bodies, whole and bounded, and never more of them awaited at once than leaves threads for others."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Protocol

from zorgnetwerk.errors import BodyTooLarge, QueueFull
from zorgnetwerk.web.representation import Asked

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_DRAINED_BYTES: Final = 8_000_000
_PIECE_BYTES: Final = 1 << 16


def whole_body(asked: Asked, limit: int, name: str) -> bytes:
    """The bytes of the body.

    One that is too long is read on and thrown away for a while: a client that is still sending hears no answer.
    Units:  ``limit`` in bytes.
    Errors: BodyTooLarge, which says what ``name`` may have.
    """
    body = asked.stream.read(limit + 1)
    used = max(asked.content_length or 0, len(body))
    if used <= limit:
        return body
    drained = len(body)
    while drained < max(4 * limit, _DRAINED_BYTES) and (piece := asked.stream.read(_PIECE_BYTES)):
        drained += len(piece)
    raise BodyTooLarge(f"{name} has at most {limit:,} bytes.", limit=limit, used=used, unit="bytes")


class Readable(Protocol):
    """What a body is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Bytes of the body; it waits for a client that is slow."""


class AwaitedBodies:
    """A WSGI layer that bounds how many threads wait for bodies at once.

    Nothing can end a thread that waits for a client which sends no more. Those beyond the bound are told to come back,
    so that requests without a body are always answered. Units: ``limit`` in threads.
    """

    def __init__(self, application: WSGIApplication, limit: int) -> None:
        self._application = application
        self._turns = threading.BoundedSemaphore(max(1, limit))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer of the application, which sees the body through this layer."""
        environ["wsgi.input"] = _Awaited(environ["wsgi.input"], self._turns)
        return self._application(environ, start_response)


class _Awaited:
    """One body. Errors: QueueFull when too many are waited for."""

    def __init__(self, body: Readable, turns: threading.BoundedSemaphore) -> None:
        self._body = body
        self._turns = turns

    def read(self, size: int = -1) -> bytes:
        if not self._turns.acquire(blocking=False):
            raise QueueFull("Too many requests are still being sent. Try again soon.", retry_after_seconds=2)
        try:
            return self._body.read(size)
        finally:
            self._turns.release()
