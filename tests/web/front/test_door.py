"""The door: what goes through it arrives unchanged, whatever the client or the application does."""

from __future__ import annotations

import contextlib
import http.server
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from zorgnetwerk.web.front import connection
from zorgnetwerk.web.front.connection import Connection
from zorgnetwerk.web.front.door import Door, listen
from zorgnetwerk.web.front.heads import Head
from zorgnetwerk.web.kept import KeptAnswers

from ...store.pool import wait_until

LARGE = bytes(range(256)) * 20_000


class Application(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A scripted application on a Unix socket."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), Handler)
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.release = 1
        self.faults: list[str] = []
        self.unread: list[str] = []
        """Paths of answers that nobody took to their end."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Application

    def address_string(self) -> str:
        return "door"

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self) -> None:
        if self.server.faults == ["refuse"]:
            self.server.faults.clear()
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        length = int(self.headers.get("Content-Length", 0))
        body = self.chunks() if "Transfer-Encoding" in self.headers else self.rfile.read(length)
        self.server.asked.append((self.command, self.path, dict(self.headers.items()), body))
        if len(body) < length:
            self.close_connection = True
            return
        fault = self.server.faults.pop(0) if self.server.faults else ""
        if fault == "end":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if fault == "slow":
            time.sleep(1.5)
        content = LARGE if self.path == "/large" else f"{self.command} {self.path} {len(body)}".encode()
        if self.path == "/early":
            self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        self.send_response(404 if self.path == "/none" else 200)
        if self.path == "/until-closed":
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = True
            return
        self.send_header("Content-Length", str(len(content)))
        if self.path != "/unnamed":
            self.send_header("Zorgnetwerk-Release", str(self.server.release))
            self.send_header("ETag", '"t"')
        self.end_headers()
        if self.command != "HEAD":
            half = len(content) // 2 if fault == "half" else len(content)
            try:
                self.wfile.write(content[:half])
            except ConnectionError:
                self.server.unread.append(self.path)
                self.close_connection = True
                return
        if fault == "half":
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def chunks(self) -> bytes:
        """The body up to the last chunk, or as far as it came."""
        read = b""
        while size := int(self.rfile.readline() or b"0", 16):
            read += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return read

    do_GET = do_HEAD = do_POST = do_QUERY = answer  # noqa: N815  # the names that http.server looks for


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    started = Application(tmp_path / "a.sock")
    thread = threading.Thread(target=started.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield started
    started.shutdown()
    started.server_close()


@pytest.fixture
def door(application: Application, tmp_path: Path) -> Iterator[int]:
    """The port of a door in front of the application; another application is named that is not there."""
    listener = listen("127.0.0.1", 0)
    port = int(listener.getsockname()[1])
    paths = [str(tmp_path / "gone.sock"), str(tmp_path / "a.sock")]
    made = Door(listener, paths, KeptAnswers(10_000_000), lambda: application.release, connection_limit=20)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    yield port
    made.is_stopping = True
    thread.join(6)
    assert not thread.is_alive()


def talk(port: int, data: bytes, *, seconds: float = 5) -> bytes:
    """Everything that comes back until the door closes."""
    with socket.create_connection(("127.0.0.1", port), seconds) as client:
        client.sendall(data)
        return b"".join(iter(lambda: client.recv(65_536), b""))


def received(client: socket.socket, end: bytes) -> bytes:
    """What comes until this does: an answer may come in several pieces."""
    answer = b""
    while not answer.endswith(end) and (piece := client.recv(65_536)):
        answer += piece
    return answer


def get(path: str, *fields: str, method: str = "GET", last: bool = True) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: h", *fields, *(["Connection: close"] if last else []), "", ""]
    return "\r\n".join(lines).encode()


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def test_a_request_passes_through_with_who_asks(door: int, application: Application) -> None:
    answer = talk(door, get("/a?b=%2F", "X-Zorgnetwerk-Client: 9.9.9.9 1", "X-Own: 1"))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body_of(answer) == b"GET /a?b=%2F 0"
    _, path, headers, _ = application.asked[0]
    assert path == "/a?b=%2F"
    assert headers["X-Own"] == "1"
    assert headers["x-zorgnetwerk-client"].startswith("127.0.0.1 ")


def test_a_body_is_never_read_as_a_request(door: int, application: Application) -> None:
    hidden = get("/hidden", "X-Zorgnetwerk-Client: 9.9.9.9 1")
    fields = (f"Content-Length: {len(hidden)}", "Connection: keep-alive, content-length")
    talk(door, get("/a", *fields, method="POST", last=False) + hidden + get("/b"))
    assert [(path, len(body)) for _, path, _, body in application.asked] == [("/a", len(hidden)), ("/b", 0)]


def test_a_body_that_stops_coming_is_not_waited_for(
    door: int, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "STUCK_SECONDS", 0.1)
    assert talk(door, get("/a", "Content-Length: 10", method="POST") + b"half") == b""
    wait_until(lambda: application.asked, 5)
    assert application.asked[0][3] == b"half", "the application hears that no more comes"


@pytest.mark.parametrize("sent", [b"5\r\nha", b"4\r\nhalf\r\n", b"0\r\n", b""])
def test_chunks_that_stop_coming_are_not_waited_for(
    door: int, application: Application, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connection, "STUCK_SECONDS", 0.1)
    fields = ("Transfer-Encoding: chunked", "Expect: 100-continue")
    assert b"200 OK" not in talk(door, get("/a", *fields, method="POST") + sent)
    wait_until(lambda: application.asked, 5)


def test_an_application_may_think_about_a_whole_body_in_chunks(
    door: int, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "STUCK_SECONDS", 0.1)
    application.faults = ["slow"]
    answer = talk(door, get("/a", "Transfer-Encoding: chunked", method="POST") + b"4\r\nhalf\r\n0\r\n\r\n")
    assert body_of(answer) == b"POST /a 4"


def test_a_head_that_comes_in_drops_has_an_end(door: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STUCK_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", door), 5) as client, contextlib.suppress(ConnectionError):
        for _ in range(100):
            client.sendall(b"G")
            time.sleep(0.05)
        pytest.fail("the connection is still open")


def test_requests_sent_together_are_answered_in_order(door: int) -> None:
    data = b"".join(get(f"/{number}", last=number == 29) for number in range(30))
    answer = talk(door, data)
    places = [answer.index(f"GET /{number} 0".encode()) for number in range(30)]
    assert places == sorted(places)


def test_thousands_of_kept_answers_in_a_row(door: int, application: Application) -> None:
    talk(door, get("/a"))
    answer = talk(door, get("/a", last=False) * 3_000 + get("/a"))
    assert answer.count(b"GET /a 0") == 3_001
    assert len(application.asked) == 1


def test_one_byte_at_a_time_is_a_request_too(door: int) -> None:
    with socket.create_connection(("127.0.0.1", door), 5) as client:
        for place in range(len(data := get("/slow"))):
            client.sendall(data[place : place + 1])
        assert body_of(b"".join(iter(lambda: client.recv(65_536), b""))) == b"GET /slow 0"


@pytest.mark.parametrize("size", [0, 1, 5_000, 900_000])
def test_bodies_pass_through(door: int, application: Application, size: int) -> None:
    body = (LARGE * 2)[:size]
    answer = talk(door, get("/put", f"Content-Length: {size}", method="POST") + body)
    assert body_of(answer) == f"POST /put {size}".encode()
    assert application.asked[0][3] == body


def test_a_large_answer_arrives_whole_at_a_slow_reader(door: int) -> None:
    with socket.create_connection(("127.0.0.1", door), 10) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 20_000)
        client.sendall(get("/large"))
        time.sleep(0.3)
        received = b"".join(iter(lambda: client.recv(50_000), b""))
    assert body_of(received) == LARGE


def test_answers_are_kept_and_told_again(door: int, application: Application) -> None:
    first = talk(door, get("/a"))
    for _ in range(3):
        assert body_of(talk(door, get("/a"))) == body_of(first)
    assert len(application.asked) == 1
    assert b"304 Not Modified" in talk(door, get("/a", 'If-None-Match: W/"t"'))
    head = talk(door, get("/a", method="HEAD"))
    assert b"content-length: 8\r\n" in head
    assert body_of(head) == b""
    application.release = 2
    talk(door, get("/a"))
    assert len(application.asked) == 2


@pytest.mark.parametrize("path", ["/none", "/unnamed"])
def test_only_complete_answers_of_the_release_are_kept(door: int, application: Application, path: str) -> None:
    talk(door, get(path))
    talk(door, get(path))
    assert len(application.asked) == 2


def test_what_decides_is_in_the_key(door: int, application: Application) -> None:
    for field in ("Accept: a/b", "Accept-Language: fr", "Accept-Encoding: gzip", "Accept-Datetime: x", "X-Other: 1"):
        talk(door, get("/a", field))
    talk(door, get("/a"))
    assert len(application.asked) == 5


def test_a_hint_before_the_answer_passes_through(door: int) -> None:
    answer = talk(door, get("/early"))
    assert answer.startswith(b"HTTP/1.1 103 ")
    assert answer.endswith(b"GET /early 0")


def test_an_answer_without_a_length_ends_with_its_connection(door: int) -> None:
    answer = talk(door, get("/until-closed", last=False))
    assert b"connection: close\r\n" in answer
    assert answer.endswith(b"GET /until-closed 0")


def test_an_application_that_ends_is_asked_again_when_that_does_no_harm(door: int, application: Application) -> None:
    application.faults = ["end"]
    assert body_of(talk(door, get("/a"))) == b"GET /a 0"
    assert len(application.asked) == 2


def test_what_may_change_something_is_not_sent_twice(door: int, application: Application) -> None:
    application.faults = ["end"]
    answer = talk(door, get("/a", "Content-Length: 1", method="POST") + b"x")
    assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"retry-after: 2\r\n" in answer
    assert len(application.asked) == 1


def test_a_request_that_ends_each_application_is_given_up(door: int, application: Application) -> None:
    application.faults = ["end"] * 50
    assert talk(door, get("/a")).startswith(b"HTTP/1.1 503 ")
    assert len(application.asked) < 8


def test_a_broken_answer_never_looks_whole(door: int, application: Application) -> None:
    application.faults = ["half"]
    answer = talk(door, get("/large"))
    assert 0 < len(body_of(answer)) < len(LARGE)


def test_no_application_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zorgnetwerk.web.front.relay.PATIENCE_SECONDS", 0.2)
    listener = listen("127.0.0.1", 0)
    made = Door(listener, [str(tmp_path / "gone.sock")], KeptAnswers(0), lambda: 1)
    thread = threading.Thread(target=made.run, daemon=True)
    port = int(listener.getsockname()[1])
    thread.start()
    assert talk(port, get("/a")).startswith(b"HTTP/1.1 503 ")
    made.is_stopping = True
    thread.join(6)


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n bad\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nAccept: a\x01b\r\n\r\n",
        b"CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n",
    ],
)
def test_nonsense_is_refused_and_not_passed_on(door: int, application: Application, data: bytes) -> None:
    answer = talk(door, data)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert application.asked == []


def test_an_endless_head_is_refused(door: int, application: Application) -> None:
    answer = talk(door, b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert application.asked == []


@pytest.mark.parametrize("framing", [b"6;" + b"a" * 70_000 + b"\r\n", b"0\r\n" + b"X: y\r\n" * 12_000])
def test_framing_that_outgrows_its_body_is_refused(door: int, framing: bytes) -> None:
    head = b"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert talk(door, head + framing + b"\r\n").startswith(b"HTTP/1.1 431 ")


def test_what_an_application_says_before_a_body_has_come_is_heard(door: int, application: Application) -> None:
    application.faults.append("refuse")
    head = b"POST /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 40000000\r\n\r\n"
    assert talk(door, head + bytes(5_000_000)).startswith(b"HTTP/1.1 413 ")


def test_a_body_in_chunks_ends_the_connection(door: int, application: Application) -> None:
    """Where it ends is known to the application alone, so nothing behind it is read as a request."""
    data = get("/a", "Transfer-Encoding: chunked", method="POST", last=False) + b"0\r\n\r\n" + get("/smuggled")
    answer = talk(door, data)
    assert b"connection: close\r\n" in answer
    assert [asked[1] for asked in application.asked] == ["/a"]


def test_a_failure_of_ours_costs_one_client_its_connection(
    door: int, application: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answer = Door.answer

    def failing(self: Door, client: Connection, head: Head, end: int) -> None:
        if head.target == "/fails":
            raise ValueError("on purpose")
        answer(self, client, head, end)

    monkeypatch.setattr(Door, "answer", failing)
    with socket.create_connection(("127.0.0.1", door), timeout=5) as other:
        other.sendall(get("/one", last=False))
        assert received(other, b"GET /one 0").startswith(b"HTTP/1.1 200")
        assert talk(door, get("/fails")) == b""
        other.sendall(get("/two"))
        assert received(other, b"GET /two 0").startswith(b"HTTP/1.1 200")
    assert "on purpose" in caplog.text


def test_more_clients_than_the_limit_wait_their_turn(door: int) -> None:
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(("127.0.0.1", door), 5)) for _ in range(20)]
        time.sleep(0.1)
        late = stack.enter_context(socket.create_connection(("127.0.0.1", door), 5))
        late.sendall(get("/late"))
        late.settimeout(0.2)
        with pytest.raises(TimeoutError):
            late.recv(10)
        held[0].close()
        late.settimeout(5)
        assert late.recv(4) == b"HTTP"


def test_a_client_that_leaves_is_heard_by_the_application(door: int, application: Application) -> None:
    with socket.create_connection(("127.0.0.1", door), 5) as client:
        client.sendall(get("/large", last=False))
        client.recv(10)
    wait_until(lambda: application.unread == ["/large"], 5)
    assert body_of(talk(door, get("/a"))) == b"GET /a 0"


def test_what_is_under_way_is_finished_at_a_stop(application: Application, tmp_path: Path) -> None:
    listener = listen("127.0.0.1", 0)
    port = int(listener.getsockname()[1])
    made = Door(listener, [str(tmp_path / "a.sock")], KeptAnswers(0), lambda: 1)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    with socket.create_connection(("127.0.0.1", port), 5) as client, socket.create_connection(("127.0.0.1", port)):
        client.sendall(get("/large", last=False)[:-2])
        time.sleep(0.1)
        made.is_stopping = True
        client.sendall(b"\r\n")
        received = b"".join(iter(lambda: client.recv(65_536), b""))
    assert body_of(received) == LARGE
    thread.join(3)
    assert not thread.is_alive()
