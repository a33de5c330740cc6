"""Request bodies, whole and bounded."""

from __future__ import annotations

from typing import Final

from flask import Request

from zorgnetwerk.errors import BodyTooLarge

_DRAINED_BYTES: Final = 8_000_000
_PIECE_BYTES: Final = 1 << 16


def whole_body(asked: Request, limit: int, name: str) -> bytes:
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
