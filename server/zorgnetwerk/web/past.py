"""Which state of the data a SPARQL request asks about: the present one, that of a date, or a numbered release.

``/sparql`` is original resource and timegate in one (200-style negotiation); ``/release/{n}/sparql`` are its mementos,
``/timemap/sparql`` lists them. A question keeps its parameters at each of these addresses.

Source: RFC 7089, 2.1, 2.2, 4.1.2, 4.5, 5; RFC 6690 (link format).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from flask import Request, Response

from zorgnetwerk.errors import NotFound, SyntaxInvalid
from zorgnetwerk.terms.dates import http_date, parse_http_date
from zorgnetwerk.web.mementos import LINK_FORMAT, links_of, question_of
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site

NO_HISTORY: Final = "This site keeps no earlier states: its engine holds the present one only."


@dataclass(frozen=True, slots=True)
class State:
    """The state that a request asks about: a site that shows it and what the headers must say of it.

    Shape: ``location`` is the memento's own address, empty when that is the address asked or cannot be given.
    """

    site: Site
    vary: tuple[str, ...] = ()
    location: str = ""
    moment: datetime.datetime | None = None
    links: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path of this state's endpoint."""
        return f"/release/{self.site.pinned}/sparql" if self.site.pinned else "/sparql"

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a memento; none for the present state."""
        return {"Memento-Datetime": http_date(self.moment)} if self.moment else {}


def negotiated(asked: Request, site: Site) -> State:
    """The state at the Accept-Datetime of the request, the present one without it.

    Errors: SyntaxInvalid for what is no date, NotFound without history, Gone when that state is not kept.
    """
    moment = moment_of(asked, site)
    if moment is None:
        has_history = site.store.capabilities.history
        return State(site, ("Accept-Datetime",), links=links_of(asked)) if has_history else State(site)
    entry = site.releases.at(moment)
    shown = site.as_of(entry.number)
    links = links_of(asked)
    location = f"/release/{entry.number}/sparql{question_of(asked)}" if links else ""
    if location:
        links += (f'<{location}>; rel="memento"; datetime="{http_date(entry.time)}"',)
    return State(shown, ("Accept-Datetime",), location if asked.method in ("GET", "HEAD") else "", entry.time, links)


def moment_of(asked: Request, site: Site) -> datetime.datetime | None:
    """The Accept-Datetime of the request, None without it.

    Errors: SyntaxInvalid for what is no date, NotFound without history.
    """
    text = asked.headers.get("Accept-Datetime", "").strip()
    if not site.store.capabilities.history:
        if "Accept-Datetime" in asked.headers:
            raise NotFound(f"{NO_HISTORY} Ask without Accept-Datetime.")
        return None
    if not text:
        return None
    moment = parse_http_date(text)
    if moment is None:
        raise SyntaxInvalid(
            f"Accept-Datetime is {text[:100]!r}, expected an HTTP date such as 'Tue, 24 Nov 2026 20:00:00 GMT'."
        )
    return moment


def numbered(asked: Request, site: Site, number: int) -> State:
    """The state of one release. Errors: NotFound, Gone."""
    shown = site.as_of(number)
    entry = site.releases.timeline().first(number)
    if entry is None:
        raise NotFound(f"Release {number} was never served.")
    return State(shown, moment=entry.time, links=links_of(asked))


def timemap(asked: Request, site: Site) -> Response:
    """All mementos of the endpoint, with the parameters of this request: each kept release, when it was first served.

    Errors: NotFound without history.
    """
    if not site.store.capabilities.history:
        raise NotFound(NO_HISTORY)
    timeline, question = site.releases.timeline(), question_of(asked)
    found = [(entry, number) for number in site.releases.numbers() if (entry := timeline.first(number)) is not None]
    lines = [
        f'<{site.base.iri("sparql")}{question}>; rel="original timegate"',
        f'<{site.base.iri("timemap/sparql")}{question}>; rel="self"; type="{LINK_FORMAT}"',
    ]
    for place, (entry, number) in enumerate(found):
        first, last = "first " * (place == 0), "last " * (place == len(found) - 1)
        address = site.base.iri(f"release/{number}/sparql")
        lines.append(f'<{address}{question}>; rel="{first}{last}memento"; datetime="{http_date(entry.time)}"')
    body = ",\n".join(lines).encode() + b"\n"
    return respond(asked, Representation(body, LINK_FORMAT, release=site.store.release()))
