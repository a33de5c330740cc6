"""Which state of the data a SPARQL request asks about: the present one, that of a date, or a numbered release.

``/sparql`` is original resource and timegate in one (200-style negotiation); ``/release/{n}/sparql`` are its mementos,
``/timemap/sparql`` lists them. A question keeps its parameters at each of these addresses.

Source: RFC 7089, 2.1, 2.2, 4.1.2, 4.5, 5; RFC 6690 (link format).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import Request, Response

from zorgnetwerk.errors import NotFound, SyntaxInvalid
from zorgnetwerk.terms.dates import http_date, parse_http_date
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site

LINK_FORMAT: Final = "application/link-format"
LONGEST_LINKED_QUERY: Final = 1_000
"""Bytes; a longer question is not repeated in each header, which proxies would refuse."""
_SAFE: Final = "%&=?/:@!$()*+-._~"
_NO_HISTORY: Final = "This site keeps no earlier states: its engine holds the present one only."


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
    if not site.store.capabilities.history:
        if "Accept-Datetime" in asked.headers:
            raise NotFound(f"{_NO_HISTORY} Ask without Accept-Datetime.")
        return State(site)
    text = asked.headers.get("Accept-Datetime", "").strip()
    vary = ("Accept-Datetime",)
    if not text:
        return State(site, vary, links=_links(asked))
    moment = parse_http_date(text)
    if moment is None:
        raise SyntaxInvalid(
            f"Accept-Datetime is {text[:100]!r}, expected an HTTP date such as 'Tue, 24 Nov 2026 20:00:00 GMT'."
        )
    entry = site.releases.at(moment)
    shown = site.as_of(entry.number)
    links = _links(asked)
    location = f"/release/{entry.number}/sparql{_question(asked)}" if links else ""
    if location:
        links += (f'<{location}>; rel="memento"; datetime="{http_date(entry.time)}"',)
    return State(shown, vary, location if asked.method in ("GET", "HEAD") else "", entry.time, links)


def numbered(asked: Request, site: Site, number: int) -> State:
    """The state of one release. Errors: NotFound, Gone."""
    shown = site.as_of(number)
    entry = site.releases.timeline().first(number)
    if entry is None:
        raise NotFound(f"Release {number} was never served.")
    return State(shown, moment=entry.time, links=_links(asked))


def timemap(asked: Request, site: Site) -> Response:
    """All mementos of the endpoint, with the parameters of this request: each kept release, when it was first served.

    Errors: NotFound without history.
    """
    if not site.store.capabilities.history:
        raise NotFound(_NO_HISTORY)
    timeline, question = site.releases.timeline(), _question(asked)
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


def _links(asked: Request) -> tuple[str, ...]:
    question = _question(asked)
    if len(question) > LONGEST_LINKED_QUERY:
        return ()
    return (
        f'</sparql{question}>; rel="original timegate"',
        f'</timemap/sparql{question}>; rel="timemap"; type="{LINK_FORMAT}"',
    )


def _question(asked: Request) -> str:
    """The query part of the address as it may stand in a header."""
    text = quote(asked.query_string, safe=_SAFE)
    return f"?{text}" if text else ""
