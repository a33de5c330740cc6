"""Heads of plain answers, composed once for each kind of answer and then only filled in.

Where the values of one answer stand is found in a head that the application's own function composed
(``representation.compose``), so nothing is said twice here and the two cannot differ. Measured: 12 µs less an answer.
"""

from __future__ import annotations

import re
from typing import Final

from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.web.answering import representation_of
from zorgnetwerk.web.front.heads import written
from zorgnetwerk.web.representation import Fields, Plain, compose

_LINK: Final = "</of-this-answer>"
_TAG: Final = "of-this-answer"
_KEPT_MOULDS: Final = 200
_PLACES: Final = (
    (re.compile(rb"^link: </of-this-answer>\r\n", re.MULTILINE), b"%b"),
    (re.compile(rb'^etag: "of-this-answer"\r$', re.MULTILINE), b'etag: "%b"\r'),
    (re.compile(rb"^server-timing: query;dur=0\.0\r$", re.MULTILINE), b"server-timing: query;dur=%b\r"),
    (re.compile(rb"^content-length: 0\r$", re.MULTILINE), b"content-length: %d\r"),
)
_ORDER: Final = (b"link", b"server-timing", b"etag", b"content-length")


class Moulds:
    """Moulds of heads by type and release."""

    def __init__(self, vary: tuple[str, ...]) -> None:
        self._vary = vary
        self._made: dict[tuple[str, int], bytes] = {}

    def head(
        self, media_type: MediaType, release: int, *, links: tuple[str, ...], seconds: float, tag: str, size: int
    ) -> bytes:
        """The first lines of a plain answer to GET or POST, not packed; the empty line is not among them."""
        mould = self._made.get((media_type.name, release)) or self._make(media_type, release)
        lines = "".join([f"link: {link}\r\n" for link in links]).encode("latin-1")
        return mould % (lines, f"{seconds * 1000:.1f}".encode("ascii"), tag.encode("ascii"), size)

    def _make(self, media_type: MediaType, release: int) -> bytes:
        shown = representation_of(
            b"",
            media_type,
            release=release,
            seconds=0.0,
            location="",
            vary=self._vary,
            links=(_LINK,),
            headers={},
            etag=_TAG,
        )
        composed = compose(Plain("GET", b"", Fields()), shown)
        mould = written("200 OK", composed.fields).replace(b"%", b"%%")
        for place, filled in _PLACES:
            mould, count = place.subn(filled, mould)
            if count != 1:
                raise ValueError(f"a head has {count} places for {filled!r}, expected one")
        found = tuple(name for name in re.findall(rb"^(?:(%b)|([a-z-]+):.*%[bd].*)", mould, re.MULTILINE))
        names = tuple(b"link" if first else name for first, name in found)
        if names != _ORDER:
            raise ValueError(f"the places of a head stand in the order {names}")
        if len(self._made) >= _KEPT_MOULDS:
            self._made.clear()
        self._made[media_type.name, release] = mould
        return mould
