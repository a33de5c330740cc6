"""What the routes of one running site share: settings, base, store, releases, renderer.

Made once in ``app.py`` and passed on; holds no state of a request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self

from flask import Request

from zorgnetwerk.dataset import counting
from zorgnetwerk.errors import NotFound, StoreUnavailable
from zorgnetwerk.settings import Settings
from zorgnetwerk.store.base import HistoricalStore, Store
from zorgnetwerk.store.release import Record, Release, Releases
from zorgnetwerk.terms.iris import VOCABULARY, Base
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.web.clients import Clients
from zorgnetwerk.web.connections import Connections
from zorgnetwerk.web.frames import SECTIONS, Frame
from zorgnetwerk.web.negotiation import choose_language
from zorgnetwerk.web.rendering import Renderer
from zorgnetwerk.web.tallies import Tallies


@dataclass(slots=True)
class PerRelease:
    """Results that hold as long as a release does: made once, kept for the newest release only."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _release: int = 0
    _values: dict[str, Any] = field(default_factory=dict)

    def get(self, release: int, key: str, make: Callable[[], Any]) -> Any:
        """The value under this key for this release, made when missing. Two threads may make it at once; one result is
        kept.
        """
        with self._lock:
            if self._release == release and key in self._values:
                return self._values[key]
        value = make()
        with self._lock:
            if self._release != release:
                self._release, self._values = release, {}
            return self._values.setdefault(key, value)


@dataclass(frozen=True, slots=True)
class Site:
    """One running site; ``pinned`` names the earlier release that it shows, 0 the present one; ``is_checking`` whether
    reports on the whole data set are made.
    """

    settings: Settings
    base: Base
    store: Store
    releases: Releases
    renderer: Renderer
    kept: PerRelease = field(default_factory=PerRelease)
    pinned: int = 0
    clients: Clients = field(default_factory=Clients)
    tallies: Tallies = field(default_factory=Tallies)
    connections: Connections = field(default_factory=lambda: Connections(0, ()))
    is_checking: bool = False

    def as_of(self, number: int) -> Self:
        """This site as it was with another release.

        Errors: NotFound when there is no such release or no history at all, Gone when it is not kept.
        """
        if not isinstance(self.store, HistoricalStore) or not self.store.capabilities.history:
            raise NotFound("This site keeps no earlier states: its engine holds the present one only.")
        release = self.releases.get(number)
        base = Base(release.record.base_iri)
        return replace(self, store=self.store.at(number), base=base, kept=PerRelease(), pinned=number)

    def release(self) -> Release:
        """The release that answers now. Errors: StoreUnavailable before the first build."""
        current = self.releases.get(self.pinned) if self.pinned else self.releases.current()
        if current is None:
            raise StoreUnavailable("No release has been built yet; run 'zorgnetwerk build'.")
        return current

    def per_release(self, key: str, make: Callable[[], Any]) -> Any:
        """A result kept as long as the release is served."""
        return self.kept.get(self.store.release(), key, make)

    def frame(self, request: Request, language: str = "", path: str = "") -> Frame:
        """What a page must know of its request."""
        shown = path or _without_language(request.path)
        release = self.releases.get(self.pinned) if self.pinned else self.releases.current()
        return Frame(
            language=language or _language_of(request.path) or choose_language(request.headers.get("Accept-Language")),
            base=self.base,
            path=shown,
            query_string=request.query_string.decode("latin-1"),
            release=release.number if release else 0,
            modified=release.record.created if release else "",
            is_checking=self.is_checking,
            sections=_sections(release.record) if release else SECTIONS,
        )


def _sections(record: Record) -> tuple[str, ...]:
    """The part of the menu that this data fills; all of it where our vocabulary is and kinds were not yet counted."""
    kinds = counting.kinds(record.counts)
    if record.content_version and not kinds:
        return SECTIONS
    there = {"/sparql", "/dumps/", *(f"/doc/{kind}" for kind in kinds)}
    there |= {"/queries"} if "vraag" in kinds else set()
    there |= {f"/{VOCABULARY}"} if record.content_version else set()
    return tuple(section for section in SECTIONS if section in there)


def _without_language(path: str) -> str:
    head, _, rest = path.lstrip("/").partition("/")
    return f"/{rest}" if head in LANGUAGES else path


def _language_of(path: str) -> str:
    head = path.lstrip("/").partition("/")[0]
    return head if head in LANGUAGES else ""
