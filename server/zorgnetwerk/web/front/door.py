"""The front door: takes connections, answers what it can at once, hands the rest to the application behind it.

One process, one thread, an event loop. Three ways, the first that fits: an answer that is kept (``kept.py``); a plain
question, asked of a worker lent to this process (``plain.py``); the application (``relay.py``), which can do
everything. So the door decides nothing on its own: whatever is unusual goes the long way.

Measured, one connection, a kept answer: 32 µs, against 70 µs through the web server's WSGI and 64 µs of the native
engine's own server.
"""

from __future__ import annotations

import email.utils
import heapq
import itertools
import json
import os
import socket
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from zorgnetwerk.web.front import polling
from zorgnetwerk.web.front.aside import Aside
from zorgnetwerk.web.front.connection import Connection
from zorgnetwerk.web.front.heads import Head, RememberedHeads, not_modified, written
from zorgnetwerk.web.front.link import Link
from zorgnetwerk.web.front.notes import Notes
from zorgnetwerk.web.front.relay import Relay
from zorgnetwerk.web.kept import Kept, KeptAnswers, Key, key_of, wants_part

SPARQL: Final = "/sparql"
WHOLE_BODY_BYTES: Final = 8_192
"""A question in a body of at most this size is looked up and asked directly."""
_LOOK_SECONDS: Final = 1.0
_DRAIN_SECONDS: Final = 3.0
"""Shorter than what a stop leaves the doors (0.7 of 5 s, ``store/supervision.py``), so that nobody is left without a
word.
"""
_ACCEPTED_AT_ONCE: Final = 64
_SPARE_DESCRIPTORS: Final = 64
_WITH_BODY: Final = ("POST", "QUERY")


class Asker(Protocol):
    """Who answers some requests without the application."""

    def ask(self, client: Connection, head: Head, body_start: int, key: Key | None) -> bool:
        """Takes the request and answers it, now or later; False when it is none of its kind."""


class Door:
    """All connections of this process."""

    def __init__(
        self,
        listener: socket.socket,
        applications: Sequence[str],
        kept: KeptAnswers,
        release: Callable[[], int],
        connection_limit: int = 2_000,
    ) -> None:
        """``applications`` are the sockets of the application's processes, the preferred first."""
        self.poll = polling.Poll()
        self.kept = kept
        self.now = time.monotonic()
        self.is_stopping = False
        self.asker: Asker | None = None
        self.notes: Notes | None = None
        self._listener = listener
        self._applications = tuple(applications)
        self.heads = RememberedHeads()
        self._release = release
        self._released = (-1, 0)
        self._limit = connection_limit
        self._connections: set[Connection] = set()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._date = (0, b"")
        self._is_open = True
        self._aside = Aside(self.poll)
        self.poll.watch(listener.fileno(), self._accept)

    def run(self) -> None:
        """Serves until ``is_stopping``, then finishes what is under way, within a limit."""
        due, stop_at = 0.0, 0.0
        while not (stop_at and (self.now >= stop_at or not self._connections)):
            self.poll.step(min(self._timers[0][0] if self._timers else due, due) - time.monotonic())
            self.now = time.monotonic()
            while self._timers and self._timers[0][0] <= self.now:
                heapq.heappop(self._timers)[2]()
            if self.is_stopping:
                stop_at = stop_at or self._stop()
            if self.now >= due:
                due = self.now + (_LOOK_SECONDS if not stop_at else 0.02)
                self._look_around()
        for client in list(self._connections):
            if client.exchange is not None:
                client.exchange.dismiss()
            client.close()
        self.poll.close()

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Calls this after so long."""
        heapq.heappush(self._timers, (self.now + seconds, next(self._numbers), call))

    def aside(self, work: Callable[[], bytes], then: Callable[[bytes], None], failed: Callable[[], None]) -> None:
        """Does this work in a thread and goes on here with what it gave, or with ``failed``."""
        self._aside.do(work, then, failed)

    def left(self, client: Connection) -> None:
        """This client's connection is closed."""
        self._connections.discard(client)
        if isinstance(client.link, Link):
            client.link.close()
        if not self._is_open and not self.is_stopping and len(self._connections) < self._limit:
            self._is_open = True
            self.poll.watch(self._listener.fileno(), self._accept)

    def connect(self) -> Link | None:
        """A connection to the application; None when no process of it is there."""
        for path in self._applications:
            try:
                return Link(path)
            except OSError:
                continue
        return None

    def wants_body(self, head: Head) -> bool:
        """Whether the whole body must be there before this request is answered: it decides about the answer."""
        return (
            head.method in _WITH_BODY
            and 0 < head.length <= WHOLE_BODY_BYTES
            and "expect" not in head.named
            and head.target.partition("?")[0] == SPARQL
        )

    def answer(self, client: Connection, head: Head, end: int) -> None:
        """Answers a request whose head ends at this byte of what came; the body follows."""
        key = self._key(client, head, end)
        if key is not None:
            kept = self.kept.find(key)
            if kept is not None:
                client.incoming = client.incoming[end + head.length :]
                self._send_kept(client, head, kept)
                return
        if self.asker is not None and self.asker.ask(client, head, end, key):
            return
        is_kept = key is not None and head.method != "HEAD" and "if-none-match" not in head.named
        relay = Relay(self, client, head, end, key if is_kept else None)
        client.exchange = relay
        relay.begin()

    def say(self, client: Connection, status: str, detail: str, *, is_head: bool = False) -> None:
        """Tells a failure that the application cannot tell, as problem details; to HEAD (``is_head``) without them."""
        code, _, title = status.partition(" ")
        told = {"type": "about:blank", "title": title, "status": int(code), "detail": detail}
        body = json.dumps(told, indent=1).encode() + b"\n"
        fields = [("content-type", "application/problem+json"), ("content-length", str(len(body)))]
        fields += [("cache-control", "no-store"), ("access-control-allow-origin", "*")]
        fields += [("x-content-type-options", "nosniff")]
        fields += [("retry-after", "2")] if code == "503" else []
        client.end_after()
        client.send(written(status, fields) + self.of_the_moment(is_last=True), b"" if is_head else body)
        client.finish()

    def say_away(self, client: Connection, *, is_head: bool) -> None:
        """Tells that the site stops, or is being started again."""
        self.say(client, "503 Service Unavailable", "The site is being started again. Try again soon.", is_head=is_head)

    def of_the_moment(self, *, is_last: bool) -> bytes:
        """The header lines that each answer has anew, and the empty line that ends a head."""
        now = int(time.time())
        if self._date[0] != now:
            self._date = (now, email.utils.formatdate(now, usegmt=True).encode("ascii"))
        close = b"connection: close\r\n" if is_last else b""
        request_id = os.urandom(8).hex().encode("ascii")
        return b"x-request-id: %b\r\ndate: %b\r\n%b\r\n" % (request_id, self._date[1], close)

    def _send_kept(self, client: Connection, head: Head, kept: Kept) -> None:
        if not kept.wire:
            kept.wire = written("200 OK", kept.headers)
        is_last = client.is_last
        if head.method != "POST" and kept.is_held_by(head.named):
            client.send(not_modified(kept.wire) + self.of_the_moment(is_last=is_last))
        elif head.method == "HEAD":
            client.send(kept.wire + self.of_the_moment(is_last=is_last))
        else:
            client.send(kept.wire + self.of_the_moment(is_last=is_last), kept.body)
        client.finish()

    def _key(self, client: Connection, head: Head, end: int) -> Key | None:
        """Where the answer to this request is kept; None when it is not kept in any case."""
        if self.kept.is_off:
            return None
        if head.method in ("GET", "HEAD"):
            if head.length or wants_part(head.named):
                return None
            return key_of(self._current(), "GET", head.target, head.named)
        if not self.wants_body(head):
            return None
        body = client.incoming[end : end + head.length].decode("latin-1")
        get = head.named.get
        method = f"{head.method} {get('content-type', '')} {get('content-encoding', '')} {body}"
        return key_of(self._current(), method, head.target, head.named)

    def _current(self) -> int:
        """The served release, asked for once a round: all that a round answers came before anything changed."""
        if self._released[0] != self.poll.rounds:
            self._released = (self.poll.rounds, self._release())
        return self._released[1]

    def _accept(self, _: int) -> None:
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                accepted, address = self._listener.accept()
            except (BlockingIOError, ConnectionError):
                return
            except OSError:
                self._pause_accepting()
                return
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.add(Connection(self, accepted, str(address[0]), int(address[1])))
            if len(self._connections) >= self._limit:
                self._pause_accepting()
                return

    def _pause_accepting(self) -> None:
        if self._is_open:
            self._is_open = False
            self.poll.forget(self._listener.fileno())

    def _look_around(self) -> None:
        for client in list(self._connections):
            client.look(self.now)
            if self.is_stopping and client.is_idle:
                client.close()
        if not self._is_open and not self.is_stopping and len(self._connections) < self._limit:
            self._is_open = True
            self.poll.watch(self._listener.fileno(), self._accept)

    def _stop(self) -> float:
        self.poll.forget(self._listener.fileno())
        self._listener.close()
        self._look_around()
        return self.now + _DRAIN_SECONDS


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that shares its port with the other doors. Errors: OSError."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.setblocking(False)
    listener.bind((host, port))
    listener.listen(1_024)
    return listener
