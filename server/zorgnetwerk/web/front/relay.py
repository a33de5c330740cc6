"""A request handed on to the application, and its answer handed back.

Knows one connection to the application (``link.py``) and the framing of one answer. Bodies pass through in pieces;
nothing large is held, except what will be kept. The application is asked again, there or beside, when it ended before
it said anything and asking twice does no harm.

Source: RFC 9112, 6 (framing), 9.3.1 (retrying requests).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from zorgnetwerk.web.front import polling
from zorgnetwerk.web.front.chunks import FRAMING_BYTES, Chunks
from zorgnetwerk.web.front.connection import BUFFER_BYTES, PIECE_BYTES, Connection
from zorgnetwerk.web.front.heads import UNREAD, AnswerHead, Head, HeadError, forwarded, read_answer
from zorgnetwerk.web.front.link import Link
from zorgnetwerk.web.kept import Key

if TYPE_CHECKING:
    from zorgnetwerk.web.front.door import Door

PATIENCE_SECONDS: Final = 4.0
"""How long an application that is being started again is waited for."""
_PAUSE_SECONDS: Final = 0.05
_ANSWER_HEAD_BYTES: Final = 1 << 17
_UNTIL_CLOSED: Final = -1
_TRIES: Final = 4


class Relay:
    """One exchange with the application. ``key`` is where the answer is kept if it may be; None: it is not."""

    def __init__(
        self,
        door: Door,
        client: Connection,
        head: Head,
        body_start: int,
        key: Key | None,
        own: Mapping[str, str] | None = None,
    ) -> None:
        """``own`` are header fields for the application alone."""
        self._door = door
        self._client = client
        self._head = head
        self._key = key
        self._began = door.now
        self._rest = head.length
        self._chunks = Chunks() if head.length < 0 else None
        self._link: Link | None = None
        self._is_used_link = False
        self._events = 0
        self._pending = b""
        self._answer = bytearray()
        self._told: AnswerHead | None = None
        self._left = 0
        self._held: list[bytes] | None = None
        client.incoming = client.incoming[body_start:]
        self._first = forwarded(head, f"{client.address} {client.port}", own) + self._body()
        self._is_whole = not self._rest
        self._tries = 0

    def begin(self) -> None:
        """Sends the request; call it once."""
        self._open()

    @property
    def wants_more(self) -> bool:
        """Whether the application waits for a body that the client does not send on."""
        has_more = self._rest > 0 if self._chunks is None else not self._chunks.is_over
        return has_more and not self._pending

    def more(self) -> None:
        """More of the request's body came; after a body without end a further byte ends the connection."""
        if self._told is not None and self._left == _UNTIL_CLOSED and not self._rest:
            self._client.close()
            return
        if self._rest and len(self._pending) < BUFFER_BYTES:
            self._pending += self._body()
            self._flush()

    def drained(self) -> None:
        """The client took what was waiting, so the application is read again."""
        self._wait()

    def cancel(self) -> None:
        """The client is gone; the application hears it by the end of the connection."""
        self._drop()

    def dismiss(self) -> None:
        """The client is told to ask again, unless its answer has begun."""
        if self._told is None:
            self._drop()
            self._give_up()

    def _body(self) -> bytes:
        """What there is of the request's body."""
        client = self._client
        if not self._rest:
            return b""
        size = len(client.incoming) if self._rest < 0 else min(self._rest, len(client.incoming))
        piece, client.incoming = client.incoming[:size], client.incoming[size:]
        if self._chunks is None:
            self._rest -= size
        else:
            self._chunks.follow(piece)
        return piece

    def _open(self) -> None:
        """Connects to an application process and sends what there is; waits for one where none is there."""
        kept, self._client.link = self._client.link, None
        self._is_used_link = isinstance(kept, Link) and self._head.is_safe
        if isinstance(kept, Link):
            if self._is_used_link and kept.is_fresh():
                self._use(kept)
                return
            self._is_used_link = False
            kept.close()
        link = self._door.connect()
        if link is not None:
            self._use(link)
        elif self._door.now - self._began > PATIENCE_SECONDS:
            self._give_up()
        else:
            self._door.later(_PAUSE_SECONDS, self._again)

    def _again(self) -> None:
        if not self._client.is_closed and self._link is None:
            self._open()

    def _use(self, link: Link) -> None:
        self._link = link
        self._tries += 1
        self._pending = self._first
        self._events = polling.READ
        self._door.poll.watch(link.socket.fileno(), self._hear)
        self._flush()

    def _hear(self, events: int) -> None:
        if events & polling.WRITE:
            self._flush()
        if events & ~polling.WRITE:
            self._read()

    def _flush(self) -> None:
        link = self._link
        if link is None:
            return
        if self._chunks is not None and self._chunks.is_oversized:
            self._refuse()
            return
        try:
            while self._pending:
                sent = link.socket.send(self._pending)
                self._pending = self._pending[sent:]
                if not self._pending and self._rest:
                    self._pending = self._body()
                    self._client.since = self._door.now
                    self._client.listen()
        except BlockingIOError:
            pass
        except OSError:
            self._pending = b""  # it may have said why before it closed: that is still to be read
        self._wait()

    def _read(self) -> None:
        link = self._link
        if link is None:
            return
        try:
            data = link.socket.recv(PIECE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end_of_link()
        elif self._told is None:
            self._answer += data
            self._read_head()
        else:
            self._pass(data)

    def _read_head(self) -> None:
        while (end := self._answer.find(b"\r\n\r\n") + 4) >= 4:
            try:
                told = read_answer(bytes(self._answer[:end]))
            except HeadError:
                self._fail()
                return
            if 100 <= told.status < 200:
                self._client.send(bytes(self._answer[:end]))
                del self._answer[:end]
                continue
            if told.status in UNREAD and "x-request-id" not in told.named:
                self._drop()
                self._client.refuse(*UNREAD[told.status], is_head=self._head.method == "HEAD")
                return
            self._told = told
            self._begin(told, bytes(self._answer[:end]), bytes(self._answer[end:]))
            return
        if len(self._answer) > _ANSWER_HEAD_BYTES:
            self._fail()

    def _begin(self, told: AnswerHead, head: bytes, data: bytes) -> None:
        """Passes the head on and settles how long the body is."""
        if self._head.method == "HEAD" or told.status in (204, 304):
            self._left = 0
        else:
            self._left = told.length
        if self._left == _UNTIL_CLOSED or self._head.length < 0 or "close" in told.named.get("connection", ""):
            self._client.end_after()
        if self._client.is_last:
            head = head[:-2] + (b"" if "connection" in told.named else b"connection: close\r\n") + b"\r\n"
        if self._key is not None and self._door.kept.may_keep(self._key, told.status, told.named):
            self._held = []
        size = len(data) if self._left < 0 else min(len(data), self._left)
        self._pass(data[:size], head)

    def _pass(self, data: bytes, head: bytes = b"") -> None:
        if self._left > 0:
            data = data[: self._left]
            self._left -= len(data)
        if self._held is not None:
            self._held.append(data)
        client = self._client
        if head:
            client.send(head, data)
        else:
            client.send(data)
        if client.is_closed:
            return
        if self._left == 0:
            self._done()
        else:
            self._wait()

    def _done(self) -> None:
        told, client = self._told, self._client
        if told is not None and self._held is not None and self._key is not None:
            self._door.kept.keep(self._key, told.fields, b"".join(self._held))
        link, self._link = self._link, None
        if link is not None:
            self._door.poll.forget(link.socket.fileno())
            if told is not None and "connection" not in told.named and not self._pending and not self._rest:
                client.link = link
            else:
                link.close()
        if self._rest:
            client.end_after()
        client.finish()

    def _end_of_link(self) -> None:
        """The application closed: that is the end of a body without a length, and of any other too early."""
        if self._told is not None and self._left == _UNTIL_CLOSED:
            self._left = 0
            self._done()
        else:
            self._fail()

    def _fail(self) -> None:
        """The application ended, or talks nonsense. What was not answered at all is asked again."""
        self._drop()
        is_silent = self._told is None and not self._answer
        if is_silent and self._is_whole and self._head.is_safe and self._tries < _TRIES:
            self._door.later(0.0 if self._is_used_link else _PAUSE_SECONDS, self._again)
        elif is_silent:
            self._give_up()
        else:
            self._client.close()

    def _refuse(self) -> None:
        """Ends a request whose framing outgrows it; also an answer that has begun."""
        self._drop()
        if self._told is not None:
            self._client.close()
            return
        detail = f"The sizes of chunks or the trailer fields are longer than {FRAMING_BYTES} bytes."
        self._client.refuse("431 Request Header Fields Too Large", detail)

    def _give_up(self) -> None:
        self._door.say_away(self._client, is_head=self._head.method == "HEAD")

    def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            self._door.poll.forget(link.socket.fileno())
            link.close()

    def _wait(self) -> None:
        link = self._link
        if link is None:
            return
        wanted = 0 if self._client.is_full else polling.READ
        wanted |= polling.WRITE if self._pending else 0
        if wanted != self._events:
            self._events = wanted
            self._door.poll.change(link.socket.fileno(), wanted)
