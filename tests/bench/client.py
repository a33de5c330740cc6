"""A load client that costs little: raw sockets and epoll in one thread, HTTP/1.1 over kept connections.

It reads only what it must of an answer (status, length, end) and keeps one small buffer a connection, so that the client is not what is measured; how much
processor time it took is part of each sample, and ``ceiling`` says what it reaches against a server that does nothing.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import select
import socket
import statistics
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_BUFFER = 1 << 20
Requests = Callable[[int], bytes]
"""The bytes of the n-th request."""


@dataclass
class Sample:
    """What one or several runs saw. Units: seconds; ``client`` and ``server`` are processor time."""

    latencies: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    client: float = 0.0
    server: float = 0.0
    failures: int = 0
    bytes: int = 0

    def __add__(self, other: Sample) -> Sample:
        return Sample(
            self.latencies + other.latencies,
            self.elapsed + other.elapsed,
            self.client + other.client,
            self.server + other.server,
            self.failures + other.failures,
            self.bytes + other.bytes,
        )

    @property
    def median(self) -> float:
        return statistics.median(self.latencies) if self.latencies else float("nan")

    @property
    def p95(self) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else float("nan")

    @property
    def throughput(self) -> float:
        return len(self.latencies) / self.elapsed if self.elapsed else float("nan")

    @property
    def processor(self) -> float:
        """Processor time that the server spent on one answer."""
        return self.server / len(self.latencies) if self.latencies else float("nan")


class Connection:
    """One kept connection and the answer that it is reading."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._forget()

    def _forget(self) -> None:
        self._head = b""
        self._missing = -1  # bytes; -1: no head yet, -2: in chunks until the last one
        self._tail = b""
        self.is_good = True
        self.closes = False

    def send(self, request: bytes) -> None:
        self._forget()
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def hear(self, piece: memoryview) -> bool:
        """Takes what arrived; whether the answer is whole."""
        if self._missing == -1:
            self._head += piece
            head, found, body = self._head.partition(b"\r\n\r\n")
            if not found:
                return False
            self._read_head(head)
            piece = memoryview(body)
        if self._missing >= 0:
            self._missing -= len(piece)
            return self._missing <= 0
        self._tail = (self._tail + bytes(piece[-5:]))[-5:]
        return self._tail == b"0\r\n\r\n"

    def _read_head(self, head: bytes) -> None:
        self.is_good = head.startswith(b"HTTP/1.1 200")
        lower = head.lower()
        _, found, rest = lower.partition(b"content-length:")
        self._missing = int(rest.split(b"\r", 1)[0]) if found else -2
        self.closes = b"connection: close" in lower


def request(port: int, path: str, query: str, accept: str) -> bytes:
    """A SPARQL protocol request by GET."""
    target = f"{path}?{urllib.parse.urlencode({'query': query})}"
    return f"GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: {accept}\r\n\r\n".encode()


@contextlib.contextmanager
def connections(port: int, number: int) -> Iterator[list[Connection]]:
    """Open connections, closed at the end."""
    opened = [Connection(port) for _ in range(number)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.socket.close()


def run(opened: list[Connection], requests: Requests, seconds: float, patience: float, first: int = 0) -> Sample:
    """Keeps every connection busy for this time, then waits for the answers under way, at most ``patience`` more.

    ``requests`` is called with numbers from ``first``. An answer that never came counts as a failure.
    """
    sample, buffer = Sample(), bytearray(_BUFFER)
    view = memoryview(buffer)
    poll = select.epoll()
    busy = {connection.socket.fileno(): connection for connection in opened}
    gc.disable()
    spent, began = time.process_time(), time.perf_counter()
    end, last = began + seconds, began + seconds + patience
    number = first
    for connection in opened:
        poll.register(connection.socket, select.EPOLLIN)
        connection.send(requests(number))
        number += 1
    while busy and time.perf_counter() < last:
        for descriptor, _ in poll.poll(0.5):
            connection = busy[descriptor]
            size = connection.socket.recv_into(buffer)
            sample.bytes += size
            if size and not connection.hear(view[:size]):
                continue
            now = time.perf_counter()
            if size and connection.is_good:
                sample.latencies.append(now - connection.began)
            else:
                sample.failures += 1
            if not size or connection.closes:
                descriptor = _reopen(connection, poll, busy, descriptor)
            if now >= end:
                poll.unregister(descriptor)
                del busy[descriptor]
            else:
                connection.send(requests(number))
                number += 1
    sample.elapsed = time.perf_counter() - began
    sample.client = time.process_time() - spent
    gc.enable()
    poll.close()
    for connection in busy.values():
        sample.failures += 1
        connection.socket.close()
        connection.open()
    return sample


def _reopen(connection: Connection, poll: select.epoll, busy: dict[int, Connection], descriptor: int) -> int:
    """A new connection in the place of one that the server closed; its descriptor."""
    poll.unregister(descriptor)
    del busy[descriptor]
    connection.socket.close()
    connection.open()
    poll.register(connection.socket, select.EPOLLIN)
    busy[connection.socket.fileno()] = connection
    return connection.socket.fileno()


def ceiling(number: int, seconds: float = 1.0) -> Sample:
    """What this client reaches against a server that answers the same few bytes without looking."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    process = multiprocessing.get_context("fork").Process(target=_answer_without_looking, args=(listener,), daemon=True)
    process.start()
    port = listener.getsockname()[1]
    listener.close()
    asked = request(port, "/", "ASK {}", "*/*")
    try:
        with connections(port, number) as opened:
            return run(opened, lambda _: asked, seconds, 1.0)
    finally:
        process.kill()
        process.join()


def _answer_without_looking(listener: socket.socket) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    poll, known = select.epoll(), {}
    poll.register(listener, select.EPOLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == listener.fileno():
                connection, _address = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                known[connection.fileno()] = connection
                poll.register(connection, select.EPOLLIN)
            elif known[descriptor].recv(65_536):
                known[descriptor].sendall(answer)
            else:
                poll.unregister(descriptor)
                known.pop(descriptor).close()
