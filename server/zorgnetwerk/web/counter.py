"""What the rooms for submissions and reviews share: the register, the keys, and how a check is asked for.

Opened at the first request that needs it, once a process. Must not know pages.
"""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from flask import Request
from rdflib import URIRef
from rdflib.term import Node

from zorgnetwerk.dataset import labels, queries
from zorgnetwerk.errors import NotFound, StoreUnavailable, ZorgnetwerkError
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.submission.access import Access
from zorgnetwerk.submission.comparison import Stated
from zorgnetwerk.submission.intake import Published
from zorgnetwerk.submission.keys import Key, Keys
from zorgnetwerk.submission.passes import Passes
from zorgnetwerk.submission.register import Register
from zorgnetwerk.submission.reviewing import House
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.web import checks
from zorgnetwerk.web.oidc import Provider
from zorgnetwerk.web.site import Site

_THINGS_PER_QUERY = 500


class Counter:
    """The counter of one site. Errors of everything: StoreUnavailable where the site runs on a remote engine."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._lock = threading.Lock()
        self._opened: tuple[Register, Access] | None = None
        self._provider: Provider | None = None

    @property
    def _checker(self) -> EmbeddedStore:
        if not isinstance(self.site.store, EmbeddedStore):
            raise StoreUnavailable("This site takes no submissions: it runs on a remote engine.")
        return self.site.store

    def _open(self) -> tuple[Register, Access]:
        if not self._checker.capabilities.writable:
            raise StoreUnavailable("This site takes no submissions.")
        with self._lock:
            if self._opened is None:
                folder = self.site.settings.state
                self._opened = Register.open(folder), Access(folder)
            return self._opened

    @property
    def register(self) -> Register:
        """The register of submissions."""
        return self._open()[0]

    @property
    def access(self) -> Access:
        """Sessions, failed logins, rates."""
        return self._open()[1]

    @property
    def keys(self) -> Keys:
        """The keys, as they are now."""
        return Keys(self.site.settings.state)

    def provider(self) -> Provider:
        """The identity provider of the settings. Errors: NotFound where there is none."""
        if not self.site.settings.oidc_issuer:
            raise NotFound("This site has no identity provider; sign in with a key.")
        with self._lock:
            if self._provider is None:
                self._provider = Provider(self.site.settings, Passes.open(self.site.settings.state))
            return self._provider

    def key_of(self, secret: str, asked: Request) -> Key | None:
        """The key with this secret; a wrong one is counted against the client. Errors: RateExceeded."""
        now, client = time.time(), self.site.clients.name(asked.environ)
        self.access.check_login(client, now)
        found = self.keys.find(secret)
        if found is None:
            self.access.failed_login(client, now)
        return found

    def judge(self, job: Mapping[str, object], body: bytes) -> tuple[dict[str, object], bytes]:
        """The check of a document, in a worker. Errors: those of ``run_check``."""
        return self._checker.run_check(job, body, self.site.settings.validation_timeout)

    def published(self) -> Published:
        """What is published now. Errors: StoreUnavailable before the first build."""
        record = self.site.release().record
        return Published(record.number, record.journal)

    def job(self) -> dict[str, object]:
        """What a check must know of this site."""
        return checks.about(self.site)

    def house(self, organisation: str) -> House:
        """What a decision about something of this organisation must know."""
        record = self.site.release().record
        return House(
            judge=self.judge,
            published=Published(record.number, record.journal),
            job=self.job(),
            names={organisation: self.name_of(organisation)},
            rules=record.content_version,
            four_eyes=self.site.settings.four_eyes,
        )

    def name_of(self, organisation: str, language: str = "nl") -> str:
        """What an organisation is called, or the end of its IRI; from the data, asked once a release."""

        def ask() -> str:
            iri = URIRef(self.site.base.rebase(organisation))
            found = None
            if queries.is_iri(str(iri)):
                with suppress(ZorgnetwerkError):
                    found = labels.label(labels.labels_for(self.site.store, [iri], self.site.base), iri, language)
            return str(found) if found is not None else organisation.rstrip("/").rsplit("/", 1)[-1]

        return str(self.site.per_release(f"organisation {language} {organisation}", ask))

    def about(self, things: Sequence[URIRef]) -> Iterator[Stated]:
        """What is published about these things (reserved base), with the graph that states it."""
        base = self.site.base
        wanted = [URIRef(base.rebase(str(thing))) for thing in things if queries.is_iri(str(thing))]
        text = queries.load("published-about", base)
        for start in range(0, len(wanted), _THINGS_PER_QUERY):
            part = wanted[start : start + _THINGS_PER_QUERY]
            for found in self.site.store.select(queries.bind(text, thing=part)):
                subject, predicate, value = (_reserved(found[name], base) for name in ("thing", "property", "value"))
                yield subject, predicate, value, base.reserve(str(found["graph"]))

    def wake_publisher(self) -> None:
        """Tells the publisher that there is something new; it would look by itself a little later."""
        self.register.wake_publisher()


def _reserved(term: Node, base: Base) -> Node:
    return URIRef(base.reserve(str(term))) if isinstance(term, URIRef) else term


def is_thing(iri: str) -> bool:
    """Whether this can be the IRI of a thing of ours, under the reserved base."""
    return iri.startswith(f"{RESERVED_BASE}id/") and queries.is_iri(iri)


def moment() -> str:
    """The present moment as it is written down: ISO 8601 in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
