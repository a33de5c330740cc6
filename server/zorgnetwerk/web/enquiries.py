"""One query of a client, from its request to what became of it: who asks, under which id, the line in the log.

Each SPARQL operation that reaches the application gets one line under ``zorgnetwerk.query`` and is counted once. The
line holds no address and nothing made of one; the text of the query only where the setting ``log_queries`` says so,
else its hash. (What the answer cache gives again is no new operation; it is counted there.)

The id of a query is the client's own (parameter ``query-id``, or header ``Query-Id``) or one that nobody can guess.
Who knows it may stop the query. It stands in the request's environment, from where the door out tells it.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from flask import Request

from zorgnetwerk import errors
from zorgnetwerk.errors import Limit, QueryRefused, SyntaxInvalid, ZorgnetwerkError
from zorgnetwerk.store.base import Answer, Asker, DatasetSelection, Limits, Store
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.web.front.heads import WORKER_VARIABLE
from zorgnetwerk.web.responses import QUERY_ID
from zorgnetwerk.web.site import Site

HEADER: Final = "Query-Id"

_LOG: Final = logging.getLogger("zorgnetwerk.query")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_OUTCOMES: Final[tuple[tuple[type[ZorgnetwerkError], str], ...]] = (
    (errors.QueryRefused, "refused"),
    (errors.SyntaxInvalid, "syntax"),
    (errors.MediaTypeUnsupported, "media_type"),
    (errors.NotAcceptable, "not_acceptable"),
    (errors.BodyTooLarge, "body_too_large"),
    (errors.DeadlineExceeded, "deadline"),
    (errors.MemoryExceeded, "memory"),
    (errors.ResultTooLarge, "too_large"),
    (errors.QueueFull, "queue_full"),
    (errors.ClientLimit, "client_limit"),
    (errors.QueryStopped, "stopped"),
    (errors.NotFound, "not_found"),
    (errors.WorkerDied, "died"),
    (errors.StoreUnavailable, "unavailable"),
)


@dataclass(slots=True)
class Enquiry:
    """One query under way. ``told`` are the fields of its line in the log."""

    asked: Request
    site: Site
    query_id: str
    began: float
    outcome: str = "answered"
    is_over: bool = False
    text: str = ""
    told: dict[str, object] = field(default_factory=dict)

    def answer(
        self, query: Query, media_type: MediaType, limits: Limits, selection: DatasetSelection | None = None
    ) -> Answer:
        """The store's answer, counted for this client. Errors: those of ``Store``."""
        self.text = query.text
        self.told |= {"form": query.form, "type": media_type.name}
        found = self._store().answer(query, media_type, limits, selection)
        self.told |= {
            "release": found.release,
            "bytes": found.body.size,
            "queued_ms": _milliseconds(found.queued_seconds),
            "worker_ms": _milliseconds(found.seconds),
            "processor_ms": _milliseconds(found.processor_seconds),
        }
        tallies = self.site.tallies
        tallies.observe("query_queued_seconds", found.queued_seconds)
        tallies.observe("query_worker_seconds", found.seconds)
        tallies.add("query_processor_seconds", found.processor_seconds)
        tallies.add("query_answer_bytes", found.body.size)
        return found

    def call(self, query_id: str) -> None:
        """Gives the query the id that its client chose; an empty one changes nothing. Errors: SyntaxInvalid."""
        if not query_id:
            return
        if not _ID.match(query_id):
            raise SyntaxInvalid(
                f"The id of a query is {query_id[:80]!r}, expected 8 to 64 characters out of A-Z, a-z, 0-9, '-', '_'."
            )
        self.query_id = self.asked.environ[QUERY_ID] = query_id

    def leave(self) -> None:
        """This is no query after all, or another room answers it: nothing is noted."""
        self.is_over = True

    def fail(self, error: ZorgnetwerkError) -> None:
        """Notes what went wrong."""
        self.outcome = next((name for kind, name in _OUTCOMES if isinstance(error, kind)), "error")
        if isinstance(error, Limit):
            self.told |= {"limit": error.limit, "used": error.used, "unit": error.unit}
        if isinstance(error, QueryRefused):
            self.told["rule"] = error.reason

    def finish(self) -> None:
        """Counts it and writes its line."""
        if self.is_over:
            return
        self.is_over = True
        seconds = time.perf_counter() - self.began
        self.site.tallies.add(f"queries {self.outcome}")
        self.site.tallies.observe("query_seconds", seconds)
        if _LOG.isEnabledFor(logging.INFO):
            _LOG.info("query", extra={"told": self._line(seconds)})

    def _line(self, seconds: float) -> dict[str, object]:
        line: dict[str, object] = {"query_id": self.query_id, "outcome": self.outcome}
        if self.text:
            line["text_hash"] = hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if self.text and self.site.settings.log_queries:
            line["text"] = self.text
        return line | {"method": self.asked.method} | self.told | {"total_ms": _milliseconds(seconds)}

    def _store(self) -> Store:
        store, environ = self.site.store, self.asked.environ
        if not isinstance(store, EmbeddedStore):
            return store
        remote, port = str(environ.get("REMOTE_ADDR", "")), str(environ.get("REMOTE_PORT", ""))
        worker = str(environ.get(WORKER_VARIABLE, ""))
        asker = Asker(
            self.site.clients.name(environ),
            self.query_id,
            partial(self.site.connections.has, remote, int(port) if port.isdecimal() else 0),
            int(worker) if worker.isdecimal() else 0,
        )
        return store.asked_by(asker)


@contextlib.contextmanager
def begun(asked: Request, site: Site) -> Iterator[Enquiry]:
    """A query that begins now; whatever happens inside is noted at the end.

    Errors: SyntaxInvalid when the client names its query in a way that is no name.
    """
    enquiry = Enquiry(asked, site, secrets.token_urlsafe(16), time.perf_counter())
    asked.environ[QUERY_ID] = enquiry.query_id
    try:
        enquiry.call(asked.headers.get(HEADER, ""))
        yield enquiry
    except ZorgnetwerkError as error:
        enquiry.fail(error)
        raise
    except BaseException:
        enquiry.outcome = "error"
        raise
    finally:
        enquiry.finish()


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)
