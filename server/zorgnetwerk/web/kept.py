"""Complete answers kept in memory, least lately used first out.

The key holds the release, so nothing is ever invalidated: a new release has new keys, and the answers of the old one
leave by age. Only complete 200 answers are kept, and only when they name the release that is served. Knows header
fields and bytes; no request, no socket, no framework. Asked by a WSGI layer (``cache.py``) and by the door
(``front/``).

Source: RFC 9111 (what may be stored); RFC 9110, 13.1.2 (weak comparison of If-None-Match).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from zorgnetwerk.web.negotiation import accepts_gzip

Key: TypeAlias = tuple[int, str, str, str, str, str, bool]
"""Release, method with what was sent in the body, address, Accept, Accept-Language, Accept-Datetime, whether gzip is
taken."""
Bytes: TypeAlias = "bytes | memoryview[int]"

LARGEST_KEY: Final = 8_192
_SHARE: Final = 8
"""One answer takes at most this fraction of the memory, so that a large one does not push out all others."""
NOT_IN_304: Final = frozenset(
    ("content-length", "content-type", "content-encoding", "content-language", "last-modified")
)
"""What an answer with an ETag need not repeat. Source: RFC 9110, 15.4.5."""
_OF_THE_MOMENT: Final = frozenset(("x-request-id", "query-id", "date", "connection", "keep-alive", "server"))


@dataclass(slots=True)
class Kept:
    """One answer: headers without those of the moment, and its bytes as sent.

    Units: ``weight`` is in bytes, with all that belongs to it. ``wire`` has the first lines as the
    door sends them; it makes them from ``headers`` when first asked for, or has no others. ``changed`` is the
    Last-Modified that was told, if one was.
    """

    headers: tuple[tuple[str, str], ...]
    body: Bytes
    etag: str
    weight: int
    wire: bytes = b""
    changed: str = ""

    def is_held_by(self, named: Mapping[str, str]) -> bool:
        """Whether a client with these header fields (names in lower case) holds this answer: by its ETag, else by the
        very time that it was told.
        """
        tag, told = named.get("if-none-match"), named.get("if-modified-since")
        return bool(self.changed) and told == self.changed if tag is None else is_held(self.etag, tag)

    def headers_of_304(self) -> list[tuple[str, str]]:
        """What is told to a client that holds this answer."""
        return [header for header in self.headers if header[0].lower() not in NOT_IN_304]


def wants_part(named: Mapping[str, str]) -> bool:
    """Whether a request (names in lower case) is for a part of a file, which nothing kept answers."""
    return "range" in named


class KeptAnswers:
    """Answers by key. Units: ``limit_bytes`` bounds bodies and headers together; 0 keeps nothing. Thread-safe."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self.hits = 0
        self.misses = 0

    @property
    def largest(self) -> int:
        """The size of the largest body that is kept."""
        return self._limit // _SHARE

    @property
    def is_off(self) -> bool:
        """Whether nothing is kept."""
        return not self._limit

    def find(self, key: Key) -> Kept | None:
        """The answer under this key; it counts as used now."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                self.misses += 1
            else:
                self.hits += 1
                self._kept.move_to_end(key)
            return kept

    def may_keep(self, key: Key, status: int, named: Mapping[str, str]) -> bool:
        """Whether an answer with these headers (names in lower case) may be kept under this key."""
        length = named.get("content-length", "")
        return (
            status == 200
            and named.get("zorgnetwerk-release") == str(key[0])
            and "etag" in named
            and "set-cookie" not in named
            and "no-store" not in named.get("cache-control", "")
            and length.isdecimal()
            and int(length) <= self.largest
            and _length(key) <= LARGEST_KEY
        )

    def keep(self, key: Key, headers: Iterable[tuple[str, str]], body: Bytes) -> Kept:
        """Keeps an answer that may be kept; the kept one."""
        held = tuple((name, value) for name, value in headers if name.lower() not in _OF_THE_MOMENT)
        etag = next(value for name, value in held if name.lower() == "etag")
        changed = next((value for name, value in held if name.lower() == "last-modified"), "")
        weight = len(body) + 2 * sum(len(name) + len(value) for name, value in held) + _length(key) + 500
        return self.keep_made(key, Kept(held, body, etag, weight, changed=changed))

    def keep_made(self, key: Key, kept: Kept) -> Kept:
        """Keeps an answer whose headers hold nothing of the moment."""
        with self._lock:
            if key in self._kept:
                return self._kept[key]
            self._kept[key] = kept
            self._size += kept.weight
            while self._size > self._limit:
                self._size -= self._kept.popitem(last=False)[1].weight
        return kept

    def __len__(self) -> int:
        return len(self._kept)


def key_of(release: int, method: str, address: str, headers: Mapping[str, str]) -> Key:
    """The key of a request with these headers (names in lower case)."""
    get = headers.get
    coding = get("accept-encoding")
    return (
        release,
        "GET" if method == "HEAD" else method,
        address,
        get("accept", ""),
        get("accept-language", ""),
        get("accept-datetime", ""),
        coding is not None and accepts_gzip(coding),
    )


def is_held(etag: str, header: str | None) -> bool:
    """Whether a client that sends this If-None-Match holds this representation, in any coding.

    >>> is_held('"a-gzip"', 'W/"b", "a"'), is_held('"a"', '"c"'), is_held('"a"', None)
    (True, False, False)
    """
    if header is None:
        return False
    plain = etag.strip('"').removesuffix("-gzip")
    tags = {tag.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for tag in header.split(",")}
    return header.strip() == "*" or plain in tags


def _length(key: Key) -> int:
    return len(key[1]) + len(key[2]) + len(key[3]) + len(key[4]) + len(key[5])
