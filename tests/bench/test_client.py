"""The load client against a small server of its own: it reads answers whole, counts failures, and opens closed connections again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from .asking import Failed, ask, forget
from .client import Sample, ceiling, connections, request, run
from .peers import Server
from .processes import family, memory, processor_seconds, rest

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
REFUSED = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
CLOSED = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does this for every connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()

    def accept() -> None:
        while not is_over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        is_over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def repeating(pieces: list[bytes], *, closes: bool = False) -> Callable[[socket.socket], None]:
    """Answers each request by these pieces, one after another."""

    def answer(connection: socket.socket) -> None:
        with connection:
            while connection.recv(65_536):
                for piece in pieces:
                    connection.sendall(piece)
                if closes:
                    return

    return answer


def load(port: int, number: int = 2, seconds: float = 0.2) -> Sample:
    asked = request(port, "/sparql", "ASK {}", "*/*")
    with connections(port, number) as opened:
        return run(opened, lambda _: asked, seconds, 1.0)


@pytest.mark.parametrize("answer", [WHOLE, CHUNKED])
def test_answers_are_read_whole_in_whatever_pieces_they_come(answer: bytes) -> None:
    with answering(repeating([answer[:30], answer[30:-3], answer[-3:]])) as port:
        sample = load(port)
    assert sample.failures == 0
    assert len(sample.latencies) > 1
    assert sample.bytes == len(sample.latencies) * len(answer)
    assert 0 < sample.median <= sample.p95


def test_refusals_are_failures() -> None:
    with answering(repeating([REFUSED])) as port:
        sample = load(port)
    assert sample.failures > 1
    assert sample.latencies == []


def test_connections_that_the_server_closes_are_opened_again() -> None:
    with answering(repeating([CLOSED], closes=True)) as port:
        sample = load(port)
    assert sample.failures == 0
    assert len(sample.latencies) > 2


def test_an_answer_that_never_comes_is_a_failure() -> None:
    with answering(silent) as port:
        asked = request(port, "/", "ASK {}", "*/*")
        with connections(port, 2) as opened:
            sample = run(opened, lambda _: asked, 0.1, 0.2)
    assert sample.failures == 2


def silent(connection: socket.socket) -> None:
    """Listens and says nothing, until the client is gone."""
    with connection:
        while connection.recv(65_536):
            pass


def test_every_request_of_a_run_has_a_number() -> None:
    seen: list[int] = []
    with answering(repeating([WHOLE])) as port:

        def numbered(number: int) -> bytes:
            seen.append(number)
            return request(port, "/", f"ASK {{}} #{number}", "*/*")

        with connections(port, 1) as opened:
            run(opened, numbered, 0.1, 1.0, first=5)
    assert seen == list(range(5, 5 + len(seen)))
    assert len(seen) > 1


def test_samples_add_up() -> None:
    total = Sample([1.0], 1.0, 0.5, 0.25) + Sample([3.0, 5.0], 1.0, 0.5, 0.5, 1)
    assert (total.median, total.throughput, total.processor, total.failures) == (3.0, 1.5, 0.25, 1)


def test_the_ceiling_is_found_and_its_server_ended() -> None:
    assert len(ceiling(2, 0.1).latencies) > 10


def test_the_use_of_processes_is_read() -> None:
    assert os.getpid() in family(os.getpid())
    assert processor_seconds(os.getpid()) > 0
    [own] = [use for use in memory(os.getpid()) if use.pid == os.getpid()]
    assert 0 < own.shared_part <= own.resident


ROWS = b'{"head": {"vars": ["s"]}, "results": {"bindings": [{}, {}, {}]}}'
JSON = "application/sparql-results+json"


@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_question_is_answered_whole_over_one_connection(is_chunked: bool) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ROWS)
    pieces = [head, ROWS[:9], ROWS[9:]]
    if is_chunked:
        chunks = b"9\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (ROWS[:9], len(ROWS) - 9, ROWS[9:])
        pieces = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunks[:20], chunks[20:]]
    with answering(repeating(pieces)) as port:
        server = Server("small", port, "/sparql", os.getpid(), 0.0)
        replies = [ask(server, "SELECT * {}", JSON, 5.0) for _ in range(3)]
        forget(server)
    assert [reply.rows for reply in replies] == [3, 3, 3]
    assert all(reply.seconds > 0 for reply in replies)


def test_a_question_that_fails_says_why() -> None:
    small = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
    for pieces, reason in (([small], "HTTP 500"), ([small[:-2]], ">0.2 s"), ([], "no answer")):
        with answering(repeating(pieces, closes=not pieces)) as port:
            server = Server("small", port, "/sparql", os.getpid(), 0.0)
            with pytest.raises(Failed, match=reason):
                ask(server, "ASK {}", JSON, 0.2)
            forget(server)


def test_a_question_is_asked_again_when_the_kept_connection_was_closed() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(ROWS), ROWS)
    with answering(repeating([whole], closes=True)) as port:
        server = Server("small", port, "/sparql", os.getpid(), 0.0)
        assert [ask(server, "SELECT * {}", JSON, 5.0).rows for _ in range(3)] == [3, 3, 3]
        forget(server)


def test_a_server_that_works_is_not_at_rest() -> None:
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        assert not rest((busy.pid,), 0.4, quiet_seconds=0.2)
        busy.send_signal(signal.SIGSTOP)
        assert rest((busy.pid,), 5, quiet_seconds=0.2)
    finally:
        busy.kill()
        busy.wait()
