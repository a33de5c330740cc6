"""One client's connection: bytes in, requests one after another, bytes out.

Knows its socket and the buffers on both sides; whole requests go to the door (``door.py``), and what is under way for
one is an ``Exchange``. Nothing in it blocks. A client that closes its side has left: whatever it asked is given up.

Source: RFC 9112, 9.3 (persistence, pipelining), 9.6 (closing).
"""

from __future__ import annotations

import logging
import socket
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from zorgnetwerk.web.front import polling
from zorgnetwerk.web.front.heads import HEAD_LIMIT_BYTES, Head, HeadError
from zorgnetwerk.web.kept import Bytes

if TYPE_CHECKING:
    from zorgnetwerk.web.front.door import Door

PIECE_BYTES: Final = 1 << 16
"""Larger pieces would be mapped and unmapped by the allocator each time, which costs more than a whole small answer."""
JOINED_BYTES: Final = 1 << 14
BUFFER_BYTES: Final = 1 << 18
"""How much may wait in either direction before the other side is not read any more."""
IDLE_SECONDS: Final = 75.0
STUCK_SECONDS: Final = 30.0
"""How long a head, a body or an answer may make no progress."""
_LINGER_SECONDS: Final = 2.0
_LOG: Final = logging.getLogger("zorgnetwerk.web")


class Exchange(Protocol):
    """What is under way for one request."""

    @property
    def wants_more(self) -> bool:
        """Whether nothing goes on before the client sends more."""

    def more(self) -> None:
        """The client sent more bytes; they are in ``incoming``."""

    def drained(self) -> None:
        """The client took what was waiting for it."""

    def cancel(self) -> None:
        """The client is gone."""

    def dismiss(self) -> None:
        """The door closes: the client is told to ask again, unless its answer has begun."""


class Connection:
    """One connected client."""

    def __init__(self, door: Door, client: socket.socket, address: str, port: int = 0) -> None:
        self.address = address
        self.port = port
        self.incoming = b""
        self.exchange: Exchange | None = None
        self.link: object | None = None
        self.since = door.now
        self.is_closed = False
        self._door = door
        self._socket = client
        self._descriptor = client.fileno()
        self._outgoing: deque[memoryview[int]] = deque()
        self._events = polling.READ
        self._head: Head | None = None
        self._is_proceeding = False
        self._lingers_until = 0.0
        self.is_last = False
        door.poll.watch(self._descriptor, self.hear)

    @property
    def is_full(self) -> bool:
        """Whether so much waits for the client that no more should be brought."""
        return len(self._outgoing) > 1 or (bool(self._outgoing) and len(self._outgoing[0]) > BUFFER_BYTES)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return self.exchange is None and not self._outgoing and not self.incoming

    def hear(self, events: int) -> None:
        """What the kernel says of the socket. A failure of ours costs this client its connection, and no other."""
        try:
            if events & polling.WRITE:
                self._flush()
            if events & ~polling.WRITE and not self.is_closed:
                self._read()
        except Exception:
            _LOG.exception("a request ended its connection")
            self.close()

    def send(self, head: bytes, body: Bytes = b"") -> None:
        """Sends these bytes, now or as soon as the client takes them."""
        self.since = self._door.now
        if self._outgoing:
            self._outgoing.extend(memoryview(piece) for piece in (head, body) if piece)
            return
        if len(body) <= JOINED_BYTES:
            head, body = b"".join((head, body)), b""
        try:
            sent = self._socket.sendmsg((head, body)) if body else self._socket.send(head)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()
            return
        if sent == len(head) + len(body):
            return
        for piece in (head, body):
            if sent < len(piece):
                self._outgoing.append(memoryview(piece)[sent:])
            sent = max(0, sent - len(piece))
        self.listen()

    def finish(self) -> None:
        """The answer to the present request is sent or queued; what was pipelined behind it comes next."""
        self.exchange = None
        if self.is_last:
            self._lingers_until = self._door.now + _LINGER_SECONDS
            self.incoming = b""  # nobody reads it any more, and what comes is thrown away: the client is to go on
            if not self._outgoing:
                self._shut()
            self.listen()
        elif not self._is_proceeding:
            self._proceed()

    def end_after(self) -> None:
        """No further request is taken: the connection closes after the present answer."""
        self.is_last = True

    def close(self) -> None:
        """Closes at once; what was under way is given up."""
        if self.is_closed:
            return
        self.is_closed = True
        self._door.poll.forget(self._descriptor)
        self._socket.close()
        self._outgoing.clear()
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            exchange.cancel()
        self._door.left(self)

    def look(self, now: float) -> None:
        """Closes a connection that makes no progress."""
        if self._lingers_until:
            late = now > self._lingers_until
        elif self.exchange is not None and not self._outgoing:
            late = self.exchange.wants_more and now - self.since > STUCK_SECONDS  # else its own limits hold
        else:
            late = now - self.since > (IDLE_SECONDS if self.is_idle else STUCK_SECONDS)
        if late:
            self.close()

    def _read(self) -> None:
        try:
            data = self._socket.recv(PIECE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        if self.exchange is not None or not self.incoming:
            self.since = self._door.now  # a head that has begun gains no time by coming in drops
        if self._lingers_until:
            return
        self.incoming = self.incoming + data if self.incoming else data
        if self.exchange is not None:
            self.exchange.more()
            self.listen()
        else:
            self._proceed()

    def _proceed(self) -> None:
        """Takes requests as long as whole ones are there and answers go out."""
        self._is_proceeding = True
        while self.incoming and self.exchange is None and not self._outgoing and not self.is_closed:
            if self.is_last or not self._take():
                break
        self._is_proceeding = False
        self.listen()

    def _take(self) -> bool:
        """Hands one request to the door; False when more bytes are needed first."""
        end = self.incoming.find(b"\r\n\r\n") + 4
        if end < 4:
            if len(self.incoming) > HEAD_LIMIT_BYTES:
                self.refuse("431 Request Header Fields Too Large", "The head of the request is too large.")
            return False
        if self._head is None:
            try:
                self._head = self._door.heads.read(self.incoming[:end])
            except HeadError as error:
                self.refuse("400 Bad Request", f"The request cannot be read: {error}.")
                return False
        head = self._head
        if not self._door.wants_body(head) or len(self.incoming) >= end + head.length:
            self._head, self.is_last = None, head.is_last or self._door.is_stopping
            self._door.answer(self, head, end)
            return True
        return False

    def refuse(self, status: str, detail: str, *, is_head: bool = False) -> None:
        """Says that this is no request that can be answered, and closes."""
        self.is_last = True
        self.incoming = b""
        self._door.say(self, status, detail, is_head=is_head)

    def _flush(self) -> None:
        while self._outgoing:
            piece = self._outgoing[0]
            try:
                sent = self._socket.send(piece)
            except BlockingIOError:
                break
            except OSError:
                self.close()
                return
            self.since = self._door.now
            if sent == len(piece):
                self._outgoing.popleft()
            else:
                self._outgoing[0] = piece[sent:]
        if self._outgoing:
            return
        if self.exchange is not None:
            self.exchange.drained()
        elif self._lingers_until:
            self._shut()
        else:
            self._proceed()
        self.listen()

    def _shut(self) -> None:
        """Ends our side; what the client still sends is thrown away for a moment, so that it hears the answer."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.close()

    def listen(self) -> None:
        """Tells the kernel what we want to hear now."""
        if self.is_closed:
            return
        wanted = polling.READ if len(self.incoming) <= BUFFER_BYTES else polling.LEFT
        if self._outgoing:
            wanted |= polling.WRITE
        if wanted != self._events:
            self._events = wanted
            self._door.poll.change(self._descriptor, wanted)
