"""Plain questions at ``/sparql``: read, asked of a lent worker and answered here, without the application.

Plain is a query in the address or a small body, of the present state, in a type for programs, with nothing unusual
about it. The protocol's rules, the gate, the negotiation and the composition of the answer are the application's own
functions. Everything else, and every refusal or failure, goes the long way.
"""

from __future__ import annotations

import mmap
import secrets
import time
from typing import TYPE_CHECKING, Final, cast

from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.settings import Settings
from zorgnetwerk.store import coding, slips
from zorgnetwerk.store.query import Query, has_dataset_clause
from zorgnetwerk.store.slips import IN_FILE, Slip
from zorgnetwerk.terms.media_types import HTML, MediaType
from zorgnetwerk.web import negotiation, protocol
from zorgnetwerk.web.answering import offers_for, representation_of
from zorgnetwerk.web.clients import Clients
from zorgnetwerk.web.front.connection import Connection
from zorgnetwerk.web.front.heads import WORKER_FIELD, Head, fields_written, written
from zorgnetwerk.web.front.loans import Loans
from zorgnetwerk.web.front.moulds import Moulds
from zorgnetwerk.web.front.relay import Relay
from zorgnetwerk.web.kept import LARGEST_KEY, Bytes, Kept, Key
from zorgnetwerk.web.mementos import links_of
from zorgnetwerk.web.protocol import Operation
from zorgnetwerk.web.representation import (
    OPEN_HEADERS,
    SECURITY_HEADERS,
    Fields,
    Plain,
    Representation,
    compose,
    is_packed_for,
)

if TYPE_CHECKING:
    from zorgnetwerk.web.front.door import Door

_UNUSUAL: Final = frozenset(
    ("accept-datetime", "query-id", "expect", "range", "if-match", "if-unmodified-since", "upgrade", "authorization")
)
_VARY: Final = ("Accept-Datetime",)
_PACKED_HERE_BYTES: Final = 16_384
"""Larger bodies are compressed by a thread, so that nobody waits for it."""
_STATUS: Final = {200: "200 OK", 304: "304 Not Modified"}
_ALWAYS_WRITTEN: Final = fields_written((*SECURITY_HEADERS.items(), *OPEN_HEADERS.items()))


class PlainQuestions:
    """Takes plain questions; an ``Asker`` of the door."""

    def __init__(self, door: Door, settings: Settings, loans: Loans, clients: Clients) -> None:
        self._door = door
        self._settings = settings
        self._loans = loans
        self._clients = clients
        self._moulds = Moulds(_VARY)

    def ask(self, client: Connection, head: Head, body_start: int, key: Key | None) -> bool:
        """Takes the request when it is a plain question."""
        path, _, query_string = head.target.partition("?")
        if path != "/sparql" or head.length < 0 or not _UNUSUAL.isdisjoint(head.named):
            return False
        if head.method != "GET" and not self._door.wants_body(head):
            return False
        body = client.incoming[body_start : body_start + head.length]
        asked = Plain(head.method, query_string.encode("latin-1"), Fields(head.named), body)
        read = self._read(asked)
        if read is None:
            return False
        operation, query, media_type = read
        question = _Question(self._door, client, head, asked, key, operation, media_type, self._moulds)
        question.slip = slips.question(query.text, media_type.name)
        question.client_name = self._name(client, head)
        question.form = query.form
        if not self._loans.put(question):
            return False
        client.incoming = client.incoming[body_start + head.length :]
        if client.exchange is None and not question.is_over:
            client.exchange = question
        return True

    def _read(self, asked: Plain) -> tuple[Operation, Query, MediaType] | None:
        """What is asked; None when it is not plain."""
        try:
            operation = protocol.read(asked, self._settings)
            if operation is None or operation.selection or operation.seconds is not None or operation.query_id:
                return None
            query = Query.parse(operation.text, self._settings.query_bytes)
            media_type = negotiation.choose(offers_for(query), asked.headers.get("Accept"))
        except ZorgnetwerkError:
            return None
        if media_type is HTML or has_dataset_clause(query.text):
            return None
        return operation, query, media_type

    def _name(self, client: Connection, head: Head) -> str:
        forwarded = head.named.get("x-forwarded-for", "")
        return self._clients.name({"REMOTE_ADDR": client.address, "HTTP_X_FORWARDED_FOR": forwarded})


class _Question:
    """One plain question under way: an ``Exchange`` of its connection, a ``Question`` of the loans."""

    def __init__(
        self,
        door: Door,
        client: Connection,
        head: Head,
        asked: Plain,
        key: Key | None,
        operation: Operation,
        media_type: MediaType,
        moulds: Moulds,
    ) -> None:
        self.client_name = ""
        self.slip = b""
        self.put_at = door.now
        self.form = ""
        self.processor_seconds = 0.0
        self._query_id = secrets.token_urlsafe(16)
        self.is_over = False
        self._door = door
        self._client = client
        self._head = head
        self._asked = asked
        self._key = key
        self._operation = operation
        self._media_type = media_type
        self._moulds = moulds

    @property
    def is_cancelled(self) -> bool:
        """Whether the client is gone."""
        return self._client.is_closed

    @property
    def wants_more(self) -> bool:
        """Whether the client must send more: it has sent everything."""
        return False

    def more(self) -> None:
        """What comes meanwhile is the next request; it waits."""

    def drained(self) -> None:
        """Nothing waits for the client to take the last answer."""

    def cancel(self) -> None:
        """The loans see it when the worker answers."""

    def dismiss(self) -> None:
        """The client is told to ask again; the worker's answer comes too late."""
        self._door.say_away(self._client, is_head=self._head.method == "HEAD")

    def send_on(self, worker: int = 0) -> None:
        """Hands the request on to the application, with the worker that is at work on it."""
        self.is_over = True
        client, head = self._client, self._head
        if client.is_closed:
            return
        client.incoming = self._asked.body + client.incoming
        is_kept = "if-none-match" not in head.named
        own = {WORKER_FIELD: str(worker)} if worker else None
        relay = Relay(self._door, client, head, 0, self._key if is_kept else None, own)
        client.exchange = relay
        relay.begin()

    def answer(self, slip: Slip) -> None:
        """Answers the client, and notes it afterwards: nobody waits for that."""
        self.is_over = True
        body = _taken(slip)
        self._tell(slip, body)
        self._note(slip)

    def _tell(self, slip: Slip, body: Bytes) -> None:
        asked = self._asked
        is_packed = is_packed_for(asked, len(body))
        if asked.method != "QUERY" and not is_packed and "if-none-match" not in self._head.named:
            tag, links = slip.digest, links_of(asked)
            head = self._moulds.head(
                self._media_type, slip.release, links=links, seconds=slip.seconds, tag=tag, size=len(body)
            )
            self._say(slip.release, head, body, f'"{tag}"')
            return
        shown = representation_of(
            body,
            self._media_type,
            release=slip.release,
            seconds=slip.seconds,
            location=self._operation.address("/sparql") if asked.method == "QUERY" else "",
            vary=_VARY,
            links=links_of(asked),
            headers={},
            etag=slip.digest,
        )
        if len(body) > _PACKED_HERE_BYTES and is_packed:
            self._door.aside(lambda: coding.compressed(body), lambda packed: self._send(shown, packed), self._fail)
        else:
            self._send(shown, None)

    def _fail(self) -> None:
        """Tells that the answer could not be packed."""
        if not self._client.is_closed:
            self._door.say(self._client, "500 Internal Server Error", "Something went wrong on our side.")

    def _note(self, slip: Slip) -> None:
        if self._door.notes is not None:
            self._door.notes.answered(
                self._query_id,
                self._operation.text,
                form=self.form,
                media_type=self._media_type.name,
                method=self._asked.method,
                release=slip.release,
                size=slip.size,
                worker_seconds=slip.seconds,
                processor_seconds=self.processor_seconds,
                total_seconds=time.monotonic() - self.put_at,
            )

    def _send(self, shown: Representation, packed: bytes | None) -> None:
        composed = compose(self._asked, shown, None, packed)
        head = written(_STATUS[composed.status], composed.fields)
        etag = next(value for name, value in composed.fields if name == "ETag") if composed.status == 200 else ""
        self._say(shown.release, head, cast("Bytes", composed.body), etag)

    def _say(self, release: int, head: bytes, body: Bytes, etag: str) -> None:
        """Sends the answer, and keeps it when it has an ``etag`` and is of the release that was asked for."""
        client, key = self._client, self._key
        if client.is_closed:
            return
        head += _ALWAYS_WRITTEN
        moment = self._door.of_the_moment(is_last=client.is_last)
        client.send(b"%bquery-id: %b\r\n%b" % (head, self._query_id.encode("ascii"), moment), body)
        if etag and key is not None and release == key[0]:
            kept, addresses = self._door.kept, len(key[1]) + len(key[2])
            if len(body) <= kept.largest and addresses <= LARGEST_KEY:
                kept.keep_made(key, Kept((), body, etag, len(body) + len(head) + addresses + 500, head))
        client.finish()


def _taken(slip: Slip) -> Bytes:
    """The result, out of the slip or mapped from its file; nothing is copied."""
    if slip.kind != IN_FILE:
        return slip.body
    flags = mmap.MAP_SHARED | mmap.MAP_POPULATE
    try:
        return memoryview(mmap.mmap(slip.descriptor, slip.size, flags, mmap.PROT_READ))
    finally:
        slip.close()
