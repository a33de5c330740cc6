"""Parts of a file, so that a download that broke off goes on where it was.

One part at a time; a request for several, or in other units, gets the whole, as the standard allows.

Source: RFC 9110, 13.1.5 (If-Range), 14 (Range, Content-Range, 416).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from zorgnetwerk.errors import PartMissing
from zorgnetwerk.store.base import Body
from zorgnetwerk.web.representation import Asked, Representation

_RANGE: Final = re.compile(
    r"bytes=(?:(?P<first>[0-9]{1,18})-(?P<last>[0-9]{1,18})?|-(?P<length>[0-9]{1,18}))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes from ``first`` up to and including ``last``, counted from 0."""

    first: int
    last: int


def part_of(asked: Asked, size: int, etag: str) -> Part | None:
    """The part of a file that a request wants; None for the whole. Units: ``size`` in bytes; ``etag`` without quotes.

    Errors: PartMissing for a part that begins behind the end.
    """
    text = asked.headers.get("Range")
    found = _RANGE.fullmatch(text.strip()) if text and asked.method == "GET" else None
    condition = asked.headers.get("If-Range")
    if found is None or (condition is not None and condition.strip() != f'"{etag}"'):
        return None
    if found["length"] is not None:
        part = Part(max(0, size - int(found["length"])), size - 1)
    else:
        last = size - 1 if found["last"] is None else min(int(found["last"]), size - 1)
        part = Part(int(found["first"]), last)
        if found["last"] is not None and int(found["last"]) < part.first:
            return None
    if part.first >= size:
        raise PartMissing(f"The file has {size} bytes; the part that was asked for begins behind them.", size)
    return part


def cut(shown: Representation, asked: Asked) -> Representation:
    """The file as it is sent: whole, or the wanted part (206). Errors: PartMissing; the file is closed then."""
    whole = replace(shown, is_file=True, headers={**shown.headers, "Accept-Ranges": "bytes"})
    if not isinstance(shown.body, Body):
        return whole
    body = shown.body
    try:
        part = part_of(asked, body.size, shown.etag)
    except PartMissing:
        body.close()
        raise
    if part is None:
        return whole
    headers = {**whole.headers, "Content-Range": f"bytes {part.first}-{part.last}/{body.size}"}
    piece = Body(body.descriptor, part.last - part.first + 1, part.first)
    return replace(whole, body=piece, status=206, headers=headers)
