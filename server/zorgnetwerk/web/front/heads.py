"""Heads of requests and answers as they stand on the wire.

Strict: what is not exactly HTTP/1.1 as the standard writes it is no head (400), so that nobody behind the door can read
the same bytes differently. Pure functions over bytes; knows no sockets.

Source: RFC 9112, 2-6 (message format, framing); RFC 9110, 5.5-5.6 (fields, tokens), 7.6.1 (Connection).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from zorgnetwerk.web.kept import NOT_IN_304

HEAD_LIMIT_BYTES: Final = 65_536
"""A query in the address may be long; what is longer belongs in a body."""
REMEMBERED_BYTES: Final = 4_096
CLIENT_FIELD: Final = "x-zorgnetwerk-client"
"""Tells the application who asks: it only sees the door. Taken out of what clients send."""
WORKER_FIELD: Final = "x-zorgnetwerk-worker"
"""Names the lent worker that is at work on the query of a request already."""
CLIENT_VARIABLE: Final = "HTTP_X_ZORGNETWERK_CLIENT"
WORKER_VARIABLE: Final = "HTTP_X_ZORGNETWERK_WORKER"
"""The same as they stand in the environment of a WSGI application."""
OWN_FIELDS: Final = "x-zorgnetwerk-"

_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE: Final = re.compile(rf"({_WORD}) ([^\x00-\x20\x7f]+) HTTP/1\.([01])\r\n")
_STATUS_LINE: Final = re.compile(r"HTTP/1\.[01] (\d{3})(?: [^\r\n\x00]*)?\r\n")
_FIELD: Final = re.compile(rf"^({_WORD}):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*\r\n", re.MULTILINE)
_SECRET: Final = frozenset(("authorization", "cookie", "proxy-authorization"))
_HOP_BY_HOP: Final = frozenset(("connection", "keep-alive", "proxy-connection", "upgrade", "te"))
_FRAMING: Final = frozenset(("host", "content-length", "transfer-encoding"))
"""Never of one connection only, whatever Connection says: without them the application would read a body as further
requests.
"""

UNREAD: Final[Mapping[int, tuple[str, str]]] = MappingProxyType(
    {
        400: ("400 Bad Request", "The address holds a character that must be percent-encoded there."),
        414: (
            "414 URI Too Long",
            "The address is longer than 65,534 bytes; a long query goes into the body of a POST.",
        ),
        431: ("431 Request Header Fields Too Large", "The request has more than 100 header fields."),
    }
)
"""What the application's server says without a word, of requests that the application never sees."""


class HeadError(Exception):
    """What came is no head; the connection is of no further use."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one request. ``named`` has field names in lower case, repeated fields joined.

    ``is_last`` says that the client wants the connection closed after the answer.
    Units: ``length`` is the number of bytes of the body; -1 when it comes in chunks.
    """

    method: str
    target: str
    fields: list[tuple[str, str]]
    named: dict[str, str]
    length: int
    is_last: bool

    @property
    def is_safe(self) -> bool:
        """Whether asking twice does no harm. Source: RFC 9110, 9.2.1; RFC 10008 for QUERY."""
        return self.method in ("GET", "HEAD", "OPTIONS", "QUERY")


class _Fields:
    """The fields of a request's head, and what follows from them alone. Errors: HeadError."""

    def __init__(self, text: str) -> None:
        """``text`` is all lines after the first, with the closing empty one."""
        self.fields = _fields(text)
        self.named = _named(self.fields)
        self.length = _length(self.named)
        connection = self.named.get("connection")
        self.is_last = {minor: _is_last(connection, minor) for minor in "01"}


def read_request(data: bytes) -> Head:
    """The head of a request, given with its closing empty line. Errors: HeadError.

    >>> head = read_request(b"GET /a?b HTTP/1.1\\r\\nHost: h\\r\\nAccept: text/csv\\r\\n\\r\\n")
    >>> head.method, head.target, head.named["accept"], head.length
    ('GET', '/a?b', 'text/csv', 0)
    """
    end = data.find(b"\n") + 1
    return _head_of(data[:end].decode("latin-1"), _Fields(data[end:].decode("latin-1")))


def _head_of(line: str, known: _Fields) -> Head:
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        raise HeadError("this is no request line of HTTP/1.1")
    method, target, minor = found.groups()
    if method == "CONNECT":
        raise HeadError("this is no proxy")
    return Head(method, target, known.fields, known.named, known.length, known.is_last[minor])


class RememberedHeads:
    """Heads, and fields without their request line, by their bytes: a client that asks again sends the same ones, and
    reading them costs more than the rest of a kept answer. What may hold a secret, in a field or in the address of a
    desk page, is not remembered.

    Units: ``limit`` in heads, and as many fields.
    """

    def __init__(self, limit: int = 512) -> None:
        self._limit = limit
        self._heads: dict[bytes, Head] = {}
        self._fields: dict[bytes, _Fields] = {}

    def read(self, data: bytes) -> Head:
        """What ``read_request`` gives. Errors: HeadError."""
        head = self._heads.get(data)
        if head is None:
            head = self._read(data)
            if len(data) <= REMEMBERED_BYTES and not _holds_secret(head):
                if len(self._heads) >= self._limit:
                    del self._heads[next(iter(self._heads))]
                self._heads[data] = head
        return head

    def _read(self, data: bytes) -> Head:
        """The same, of which only the request line is new for a client that asks something else."""
        end = data.find(b"\n") + 1
        rest = data[end:]
        known = self._fields.get(rest)
        if known is None:
            known = _Fields(rest.decode("latin-1"))
            if len(rest) <= REMEMBERED_BYTES and _SECRET.isdisjoint(known.named):
                if len(self._fields) >= self._limit:
                    del self._fields[next(iter(self._fields))]
                self._fields[rest] = known
        return _head_of(data[:end].decode("latin-1"), known)


def _holds_secret(head: Head) -> bool:
    return not _SECRET.isdisjoint(head.named) or "token=" in head.target or "link=" in head.target


@dataclass(slots=True)
class AnswerHead:
    """The head of an answer of the application. ``length`` is -1 when it is not told."""

    status: int
    fields: list[tuple[str, str]]
    named: dict[str, str]
    length: int


def read_answer(data: bytes) -> AnswerHead:
    """The head of an answer, given with its closing empty line. Errors: HeadError."""
    text = data.decode("latin-1")
    line = _STATUS_LINE.match(text)
    if line is None:
        raise HeadError("this is no status line of HTTP/1.1")
    fields = _fields(text[line.end() :])
    named = _named(fields)
    told = named.get("content-length", "")
    length = int(told) if told.isdecimal() and "transfer-encoding" not in named else -1
    return AnswerHead(int(line[1]), fields, named, length)


def forwarded(head: Head, client: str, own: Mapping[str, str] | None = None) -> bytes:
    """The head as the application gets it: without what concerns only this connection, with who asks.

    A name with an underscore is left out: WSGI cannot tell it from the same name with a hyphen, such as one of ours.
    """
    lines = [f"{head.method} {head.target} HTTP/1.1\r\n"]
    named = {word.strip().lower() for word in head.named.get("connection", "").split(",")}
    dropped = _HOP_BY_HOP | (named - _FRAMING)
    for name, value in head.fields:
        lowered = name.lower()
        if lowered not in dropped and "_" not in lowered and not lowered.startswith(OWN_FIELDS):
            lines.append(f"{name}: {value}\r\n")
    lines.append(f"{CLIENT_FIELD}: {client}\r\n")
    lines.extend(f"{name}: {value}\r\n" for name, value in (own or {}).items())
    if head.length < 0:
        lines.append("connection: close\r\n")
    return "".join((*lines, "\r\n")).encode("latin-1")


def written(status: str, fields: Iterable[tuple[str, str]]) -> bytes:
    """The first lines of an answer, without the closing empty line; names in lower case, as the application's server
    writes them.
    """
    return b"HTTP/1.1 %b\r\n%b" % (status.encode("ascii"), fields_written(fields))


def not_modified(head: bytes) -> bytes:
    """The first lines of the 304 that stands for an answer with these first lines."""
    lines = head.split(b"\r\n")[1:]
    kept = [line for line in lines if line.partition(b":")[0].decode("latin-1") not in NOT_IN_304]
    return b"HTTP/1.1 304 Not Modified\r\n" + b"\r\n".join(kept)


def fields_written(fields: Iterable[tuple[str, str]]) -> bytes:
    """Header lines; names in lower case."""
    return "".join([f"{name.lower()}: {value}\r\n" for name, value in fields]).encode("latin-1")


def _fields(text: str) -> list[tuple[str, str]]:
    """The fields of these lines, of which the last is empty. Errors: HeadError."""
    fields: list[tuple[str, str]] = _FIELD.findall(text)
    if len(fields) != text.count("\n") - 1 or not (text == "\r\n" or text.endswith("\r\n\r\n")):
        raise HeadError("a header line is malformed")
    return fields


def _named(fields: list[tuple[str, str]]) -> dict[str, str]:
    named: dict[str, str] = {}
    for name, value in fields:
        lowered = name.lower()
        named[lowered] = f"{named[lowered]},{value}" if lowered in named else value
    return named


def _is_last(told: str | None, minor: str) -> bool:
    if told is None:
        return minor == "0"
    words = {word.strip().lower() for word in told.split(",")}
    return "close" in words or (minor == "0" and "keep-alive" not in words)


def _length(named: Mapping[str, str]) -> int:
    told = named.get("content-length")
    if "transfer-encoding" in named:
        if told is not None or named["transfer-encoding"].lower() != "chunked":
            raise HeadError("the length of the body is told in a way that is not taken here")
        return -1
    if told is None:
        return 0
    if not (told.isascii() and told.isdecimal()) or len(told) > 15:
        raise HeadError("Content-Length is no number")
    return int(told)
