"""HTTP requests at and beyond the edge: bodies, heads, methods, targets. Pure data, as bytes."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from .targets import TARGETS

REFUSED: Final = frozenset((400, 403, 404, 405, 406, 410, 411, 413, 414, 415, 417, 431))
ANY: Final = REFUSED | {200, 204, 301, 303, 304, 308, 503}
NO_HTTP: Final = REFUSED | {0}
"""For what is no HTTP at all; the server may close the connection."""


@dataclass(frozen=True)
class Request:
    """One request: family and name, its bytes, the statuses that it may get."""

    family: str
    name: str
    sent: bytes
    allowed: frozenset[int] = ANY
    is_cut: bool = False

    @property
    def without_body(self) -> bool:
        """Whether the answer has none, whatever its Content-Length says."""
        return self.sent.startswith(b"HEAD ")


Headers = Sequence[str]
_DIRECT: Final = "Content-Type: application/sparql-query"
_FORM: Final = "Content-Type: application/x-www-form-urlencoded"


def request(line: str, headers: Headers = (), body: bytes | str = b"", length: str | None = "") -> bytes:
    """The bytes of a request that closes its connection. ``length`` "" is the right one, None leaves it out."""
    content = body.encode() if isinstance(body, str) else body
    lines = [line, *headers]
    if not any(each.lower().startswith("host:") for each in headers):
        lines.append("Host: localhost")
    if length is not None and (content or length):
        lines.append(f"Content-Length: {length or len(content)}")
    lines.append("Connection: close")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + content


def requests() -> list[Request]:
    """All requests."""
    return [*_bodies(), *_parameters(), *_lengths(), *_heads(), *_negotiations(), *_methods(), *_targets()]


def post(headers: Headers, body: bytes | str, length: str | None = "") -> bytes:
    return request("POST /sparql HTTP/1.1", headers, body, length)


def _bodies() -> Iterator[Request]:
    for name, kind in (
        ("none", ""), ("text", "text/plain"), ("latin", "application/sparql-query; charset=iso-8859-1"), ("nonsense", "nonsense"),
        ("two charsets", "application/sparql-query; charset=utf-8; charset=utf-16"), ("unclosed", 'application/sparql-query; charset="utf-8'),
        ("wide", "application/sparql-query; charset=utf-16"), ("upper", "APPLICATION/SPARQL-QUERY; CHARSET=UTF-8"), ("slashes", "////"),
        ("parts", "multipart/form-data; boundary=x"), ("parts without a boundary", "multipart/form-data"), ("json", "application/json"),
        ("long", f"application/sparql-query; x={'y' * 5_000}"), ("bytes", "application/\udcff\udcfe"), ("update in parameters", "application/sparql-update; x=application/sparql-query"),
    ):  # fmt: skip
        yield Request("content type", name, post([f"Content-Type: {kind}"] if kind else [], "ASK {}"))
    yield Request("content type", "twice", post([_DIRECT, _FORM], "query=ASK%20%7B%7D"))
    for name, body in (
        ("bytes that are no UTF-8", b"ASK {} # \xff\xfe"), ("half a character", b"ASK {} # \xe2\x82"), ("overlong", b"ASK {} # \xc0\xaf"),
        ("a surrogate", b"ASK {} # \xed\xa0\x80"), ("wide", "ASK {}".encode("utf-16")), ("NUL", b"ASK {\x00}"), ("only NUL", b"\x00" * 1_000),
        ("all bytes", bytes(range(256)) * 10), ("packed", gzip.compress(b"ASK {}")), ("nothing", b""),
    ):  # fmt: skip
        yield Request("body", name, post([_DIRECT], body), frozenset((400,)))
        yield Request("body", f"{name} in a form", post([_FORM], b"query=" + body), frozenset((400,)))
    yield Request("body", "mark", post([_DIRECT], "\ufeffASK {}"), frozenset((200, 400)))
    yield Request("body", "line ends", post([_DIRECT], "ASK\r\n{\r}\n"), frozenset((200,)))
    for coding in ("gzip", "deflate", "br", "identity, gzip", "x", ""):
        packed = gzip.compress(b"ASK {}" + b" " * 2_000_000)
        yield Request("coding", coding, post([_DIRECT, f"Content-Encoding: {coding}"], packed), frozenset((400, 415)))
    many = "&".join(f"a{number}=1" for number in range(100_000))
    yield Request("body", "100,000 fields", post([_FORM], many), frozenset((400, 413)))
    yield Request("body", "5,000 queries", post([_FORM], "query=ASK%7B%7D&" * 5_000), frozenset((400,)))
    yield Request("body", "three megabytes", post([_DIRECT], "ASK {} #" + "x" * 3_000_000), frozenset((413,)))
    yield Request("body", "on GET", request("GET /sparql HTTP/1.1", [_DIRECT], "DROP ALL"), frozenset((200,)))


def _parameters() -> Iterator[Request]:
    ask = quote("ASK {}")
    for text in (
        f"query={ask}&query={ask}", f"query={ask}&update=DROP%20ALL", "update=DROP%20ALL", "query", "query=", "=ASK", "&&&&", "query=%", "query=%zz",
        "query=%00", "query=%ff", "query=%C0%AF", "query=%ED%A0%80", "query=ASK+{}", "query=ASK%2B{}", f"query[]={ask}", f"QUERY={ask}", f"query={ask};x=1",
        f"query={ask}&timeout=0", f"query={ask}&timeout=-1", f"query={ask}&timeout=nan", f"query={ask}&timeout=inf", f"query={ask}&timeout=1e400",
        f"query={ask}&timeout=1e-300", f"query={ask}&timeout={'9' * 5_000}", f"query={ask}&timeout=1&timeout=2", f"query={ask}&timeout=", f"query={ask}&timeout=\u0663",
        f"query={ask}&default-graph-uri=", f"query={ask}&default-graph-uri=relative", f"query={ask}&default-graph-uri=file:///etc/passwd",
        f"query={ask}&default-graph-uri=http://127.0.0.1:9/&named-graph-uri=http://127.0.0.1:9/", f"query={ask}&named-graph-uri=%3Curn:g%3E",
        f"query={ask}&named-graph-uri=urn:a%0d%0aX:%20y", f"query={ask}&default-graph-uri=urn:%C3%A9", f"query={ask}" + "&default-graph-uri=urn:g" * 900,
        f"query={ask}" + "".join(f"&named-graph-uri=urn:g{number}" for number in range(200)), f"query={ask}&using-graph-uri=urn:g", f"query={ask}&format=%3Cscript%3E",
        f"query={ask}&x=%0d%0aSet-Cookie:%20a=b", "query=" + quote("SELECT * FROM <urn:a\r\nX: y> {}"), "query=" + quote("SELECT * FROM <urn:\u20ac\U0001f600> {}"),
        f"query={ask}" + "&x=1" * 1_100, "query=" + "x" * 7_000, "query=" + quote("<script>alert(1)</script>"),
    ):  # fmt: skip
        for path in ("/sparql", "/nl/sparql", "/sparql.csv", "/sparql/explain"):
            encoded = quote(text, safe="%&=+[]{}<>;:/?-,'()*$@!.")
            yield Request("parameter", f"{path} {text[:45]}", request(f"GET {path}?{encoded} HTTP/1.1"))


def _lengths() -> Iterator[Request]:
    for length in ("-1", "abc", "+6", "0x6", "6, 6", "6, 7", "99999999999999999999999", " ", "6.0", "1e1", "\u0666"):
        yield Request("length", length, post([_DIRECT], "ASK {}", length), NO_HTTP | {200})
    yield Request("length", "two different", post([_DIRECT, "Content-Length: 3"], "ASK {}"), NO_HTTP)
    yield Request("length", "too long", post([_DIRECT], "ASK {}", "60"), NO_HTTP, is_cut=True)
    yield Request("length", "too short", post([_DIRECT], "ASK {}DROP ALL", "6"), frozenset((200,)))
    yield Request("length", "missing", post([_DIRECT], "ASK {}", None), frozenset((400, 411)))
    chunked = [_DIRECT, "Transfer-Encoding: chunked"]
    for name, body in (
        ("right", b"6\r\nASK {}\r\n0\r\n\r\n"), ("in pieces", b"3\r\nASK\r\n3\r\n {}\r\n0\r\n\r\n"), ("with words", b"6;a=b\r\nASK {}\r\n0\r\n\r\n"),
        ("with a trailer", b"6\r\nASK {}\r\n0\r\nX: y\r\n\r\n"), ("huge", b"FFFFFFFFFFFFFFFFF\r\nASK {}"), ("largest", b"7FFFFFFFFFFFFFFF\r\nASK {}\r\n"),
        ("negative", b"-1\r\nASK {}\r\n0\r\n\r\n"), ("no size", b"\r\nASK {}\r\n0\r\n\r\n"), ("no hexadecimal", b"xyz\r\nASK {}\r\n0\r\n\r\n"),
        ("line feeds only", b"6\nASK {}\n0\n\n"), ("wrong size", b"3\r\nASK {}\r\n0\r\n\r\n"), ("endless words", b"6;" + b"a" * 100_000 + b"\r\nASK {}\r\n0\r\n\r\n"),
        ("endless trailer", b"6\r\nASK {}\r\n0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n"), ("many of one byte", b"1\r\n#\r\n" * 20_000 + b"0\r\n\r\n"),
    ):  # fmt: skip
        yield Request("chunks", name, post(chunked, body, None), NO_HTTP | {200}, is_cut="0\r\n" not in body.decode())
    yield Request("chunks", "and a length", post([*chunked], b"6\r\nASK {}\r\n0\r\n\r\n", "6"), NO_HTTP | {200})
    for coding in ("gzip", "gzip, chunked", "xchunked", "chunked, chunked", "identity", "\x0bchunked", "chunked\x00"):
        yield Request(
            "transfer",
            repr(coding),
            post([_DIRECT, f"Transfer-Encoding: {coding}"], b"6\r\nASK {}\r\n0\r\n\r\n", None),
            NO_HTTP | {200},
        )
    yield Request("expectation", "continue", post([_DIRECT, "Expect: nothing"], "ASK {}"), REFUSED | {200})


def _heads() -> Iterator[Request]:
    line = "GET /sparql HTTP/1.1"
    for size in (8_000, 60_000, 500_000, 3_000_000):
        yield Request("head", f"one header of {size:,}", request(line, [f"X-Long: {'x' * size}"]), REFUSED | {200, 0})
        yield Request(
            "head", f"Accept of {size:,}", request(line, [f"Accept: {'a/b,' * (size // 4)}*/*"]), REFUSED | {200, 0}
        )
    for count in (90, 101, 1_000, 30_000):
        yield Request(
            "head",
            f"{count:,} headers",
            request(line, [f"X-{number}: y" for number in range(count)]),
            REFUSED | {200, 0},
        )
    for name, header in (
        ("no colon", "nonsense"), ("no name", ": x"), ("space before the colon", "X : y"), ("NUL", "X: a\x00b"), ("bytes", "X: \udcff\udc80"), ("control", "X: a\x01b"),
        ("folded", "X: a\r\n b"), ("line feed", "X: a\nY: b"), ("carriage return", "X: a\rY: b"), ("name in brackets", "(X): y"), ("name of bytes", "\udcffX: y"),
        ("two hosts", "Host: a\r\nHost: b"), ("empty host", "Host: "), ("host with spaces", "Host: a b"), ("host with markup", "Host: <script>alert(1)</script>"),
        ("other host", "Host: evil.example"), ("host with a path", "Host: evil.example/x"), ("forwarded", "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: javascript"),
        ("script name", "X-Script-Name: /evil\r\nX-Original-URL: /x"), ("underscore", "Content_Length: 5"), ("proxy", "Proxy: http://127.0.0.1:9/"), ("upgrade", "Upgrade: h2c\r\nHTTP2-Settings: x"),
        ("websocket", "Upgrade: websocket\r\nSec-WebSocket-Key: x"), ("range", "Range: bytes=0-1,5-"), ("if-range", "If-Range: x\r\nRange: bytes=-1"), ("cookies", f"Cookie: {'a=b;' * 1_000}"),
        ("authorization", "Authorization: Basic !!!"), ("bearer", "Authorization: Bearer \udcff"), ("referer", "Referer: javascript:alert(1)"), ("date", "If-Modified-Since: nonsense"),
    ):  # fmt: skip
        yield Request("header", name, request(line, [header]), NO_HTTP | {200})
    for name, sent in (
        ("nothing but line ends", b"\r\n\r\n\r\n\r\n"), ("no version", b"GET /\r\n\r\n"), ("version 2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), ("version 9", request("GET / HTTP/9.9")),
        ("encrypted", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100 + b"\r\n\r\n"), ("two spaces", request("GET  / HTTP/1.1")), ("a space more", request("GET / x HTTP/1.1")),
        ("tab", request("GET\t/\tHTTP/1.1")), ("a long line", b"A" * 1_000_000), ("bytes", bytes(range(256)) * 4 + b"\r\n\r\n"), ("colon first", request(":GET / HTTP/1.1")),
        ("lower protocol", request("GET / http/1.1")), ("line feeds", b"GET / HTTP/1.1\nHost: localhost\nConnection: close\n\n"),
    ):  # fmt: skip
        yield Request("line", name, sent, NO_HTTP | {200, 303, 308}, is_cut=sent.count(b"\r\n\r\n") != 1)
    yield Request("line", "version 1.0", request("GET /sparql HTTP/1.0"), frozenset((200,)))


_HEADERS: Final = (
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "Accept-Charset",
    "Accept-Datetime",
    "If-None-Match",
    "If-Match",
)
_VALUES: Final = (
    "", ",,,,", ";;;", "*", "*/*;q=0", "q", "a/b;q=nan", "a/b;q=-1", "a/b;q=1e999", "text/html;q=0.5;q=0.9", '"', 'text/turtle;profile="', "\udcff\udc80/\udcee", "text/" + "x" * 4_000,
    "text/html," * 700, "text/html" + ";a=b" * 1_500, "*/html", "text/*;q=1.0000", "<script>alert(1)</script>", "W/", 'W/"', '"a","b', "Tue, 99 Foo 2026 25:61:61 GMT", "Thu, 01 Jan 99999 00:00:00 GMT",
    "Thu, 01 Jan 0000 00:00:00 GMT", "0", "-1", "x" * 200, "Tue, 24 Nov 2026 20:00:00 +9999", "Tue, 24 Nov 2026 20:00:00 GMT" * 50,
)  # fmt: skip


def _negotiations() -> Iterator[Request]:
    for header in _HEADERS:
        for value in _VALUES:
            for path in ("/sparql?query=ASK%7B%7D", "/nl/"):
                yield Request(
                    "negotiation",
                    f"{header} {value[:25]!r} {path[:7]}",
                    request(f"GET {path} HTTP/1.1", [f"{header}: {value}"]),
                )


def _methods() -> Iterator[Request]:
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "LINK", "FOO", "M" * 30, "CONNECT"):
        for path in ("/sparql", "/", "/id/a/b", "/dumps/", "/validate", "/nowhere"):
            yield Request(
                "method", f"{method} {path}", request(f"{method} {path} HTTP/1.1"), frozenset((400, 404, 405))
            )
    for method in ("get", "Get", "gET", "M" * 9_000, "G\x00T", "GET\udcff", "(GET)"):
        yield Request("method", repr(method[:20]), request(f"{method} / HTTP/1.1"), NO_HTTP)
    for method in ("HEAD", "OPTIONS"):
        for path in ("/sparql", "/sparql?query=nonsense", "/", "/id/a/b", "/nowhere", "*"):
            yield Request("method", f"{method} {path}", request(f"{method} {path} HTTP/1.1"))
    preflight = [
        "Origin: null",
        "Access-Control-Request-Method: \udcff",
        f"Access-Control-Request-Headers: {'x,' * 3_000}",
    ]
    yield Request("method", "preflight", request("OPTIONS /sparql HTTP/1.1", preflight))
    yield Request("method", "QUERY", request("QUERY /sparql HTTP/1.1", [_DIRECT], "ASK {}"), frozenset((200,)))
    yield Request("method", "QUERY without a body", request("QUERY /sparql HTTP/1.1"), frozenset((400, 415)))


def _targets() -> Iterator[Request]:
    for target in TARGETS:
        yield Request(
            "target", target[:60], request(f"GET {target} HTTP/1.1", ["Accept: text/html, */*;q=0.1"]), NO_HTTP | ANY
        )
        yield Request(
            "target",
            f"{target[:60]} as data",
            request(f"GET {target} HTTP/1.1", ["Accept: text/turtle"]),
            NO_HTTP | ANY,
        )
