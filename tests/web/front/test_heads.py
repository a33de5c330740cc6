"""Heads on the wire: one way to read them, and nothing that two readers could read differently."""

from __future__ import annotations

import pytest

from zorgnetwerk.web.front.heads import (
    CLIENT_FIELD,
    HeadError,
    RememberedHeads,
    forwarded,
    read_answer,
    read_request,
)

HOST = b"Host: h\r\n"


def test_a_request_is_read_as_it_stands() -> None:
    head = read_request(b"POST /sparql?a=%20 HTTP/1.1\r\nHost: h\r\nX-A:  1 \r\nx-a: 2\r\nContent-Length: 12\r\n\r\n")
    assert (head.method, head.target, head.length, head.is_last) == ("POST", "/sparql?a=%20", 12, False)
    assert head.named == {"host": "h", "x-a": "1,2", "content-length": "12"}


@pytest.mark.parametrize(
    "data",
    [
        b"GET  / HTTP/1.1\r\n" + HOST,
        b"GET / HTTP/2.0\r\n" + HOST,
        b"GET / HTTP/1.1 \r\n" + HOST,
        b"GET /\x00 HTTP/1.1\r\n" + HOST,
        b"G(T / HTTP/1.1\r\n" + HOST,
        b"GET / HTTP/1.1\n" + HOST,
        b"GET / HTTP/1.1\r\nHost : h\r\n",
        b"GET / HTTP/1.1\r\n Host: h\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n folded\r\n",
        b"GET / HTTP/1.1\r\nHost: h\nX: y\r\n",
        b"GET / HTTP/1.1\r\nHost: h\rX: y\r\n",
        b"GET / HTTP/1.1\r\nHost: h\x00\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: +5\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\n",
    ],
)
def test_what_could_be_read_in_two_ways_is_no_head(data: bytes) -> None:
    with pytest.raises(HeadError):
        read_request(data + b"\r\n")


@pytest.mark.parametrize(
    ("line", "fields", "is_last"),
    [
        ("HTTP/1.1", b"", False),
        ("HTTP/1.1", b"Connection: close\r\n", True),
        ("HTTP/1.1", b"Connection: Keep-Alive, CLOSE\r\n", True),
        ("HTTP/1.0", b"", True),
        ("HTTP/1.0", b"Connection: keep-alive\r\n", False),
    ],
)
def test_who_wants_the_connection_kept(line: str, fields: bytes, is_last: bool) -> None:
    assert read_request(f"GET / {line}\r\n".encode() + fields + b"\r\n").is_last is is_last


def test_nobody_can_say_to_be_someone_else() -> None:
    head = read_request(
        b"GET / HTTP/1.1\r\nX-Zorgnetwerk-Client: 9.9.9.9\r\nx-ZORGNETWERK-worker: 5\r\nX-B: b\r\nConnection: x-b\r\n"
        b"Keep-Alive: 5\r\nUpgrade: h2c\r\n\r\n"
    )
    lines = forwarded(head, "127.0.0.1 80").decode().split("\r\n")
    assert lines == ["GET / HTTP/1.1", f"{CLIENT_FIELD}: 127.0.0.1 80", "", ""]


@pytest.mark.parametrize("name", ["X_Zorgnetwerk_Worker", "X-Zorgnetwerk_Client", "x_forwarded_for"])
def test_a_name_that_wsgi_reads_as_another_is_left_out(name: str) -> None:
    head = read_request(f"GET / HTTP/1.1\r\nHost: h\r\n{name}: 5\r\n\r\n".encode())
    lines = forwarded(head, "127.0.0.1 80").decode().split("\r\n")
    assert lines == ["GET / HTTP/1.1", "Host: h", f"{CLIENT_FIELD}: 127.0.0.1 80", "", ""]


@pytest.mark.parametrize("field", ["Content-Length: 5", "Transfer-Encoding: chunked", "Host: h"])
def test_what_frames_a_request_cannot_be_taken_out_of_it(field: str) -> None:
    name = field.partition(":")[0]
    head = read_request(f"POST / HTTP/1.1\r\nConnection: keep-alive, {name.lower()}\r\n{field}\r\n\r\n".encode())
    assert field in forwarded(head, "127.0.0.1 80").decode().split("\r\n")


def test_the_length_of_an_answer_is_told_or_unknown() -> None:
    assert read_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n").length == 7
    assert read_answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").length == -1
    assert read_answer(b"HTTP/1.1 404\r\n\r\n").status == 404
    with pytest.raises(HeadError):
        read_answer(b"HTTP/2 200\r\n\r\n")


def test_a_head_that_comes_again_is_read_once() -> None:
    heads = RememberedHeads(limit=2)
    first = b"GET /a HTTP/1.1\r\n" + HOST + b"\r\n"
    assert heads.read(first) is heads.read(bytes(bytearray(first)))
    for path in (b"/b", b"/c"):
        heads.read(b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    assert heads.read(first) == read_request(first), "forgotten in between, read again"


@pytest.mark.parametrize("field", [b"Authorization: Bearer secret", b"Cookie: a=b", b"X-Long: " + b"x" * 5_000])
def test_secrets_and_long_heads_are_not_remembered(field: bytes) -> None:
    heads = RememberedHeads()
    data = b"GET /a HTTP/1.1\r\n" + HOST + field + b"\r\n\r\n"
    assert heads.read(data) == heads.read(data)
    assert heads.read(data) is not heads.read(data)


@pytest.mark.parametrize("target", [b"/submissions/a?token=x", b"/nl/form?link=x"])
def test_an_address_that_opens_something_is_not_remembered(target: bytes) -> None:
    heads = RememberedHeads()
    data = b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n"
    assert heads.read(data) is not heads.read(data)
