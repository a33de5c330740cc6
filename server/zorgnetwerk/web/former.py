"""Documents at a past date: which state of the data a request for a document asks about.

``/doc/…`` is original resource and timegate in one (200-style negotiation), ``/release/{n}/doc/…`` are its mementos,
``/timemap/doc/…`` lists those in which the document exists. The same holds for ``/auth/…`` and ``/ns/…``. Addresses
that name a language or a format negotiate nothing; they point to the timegate.

Source: RFC 7089, 2.1, 2.2, 4.1.2, 4.5, 5; RFC 6690 (link format).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import Request, Response

from zorgnetwerk.errors import NotFound
from zorgnetwerk.store.history import Entry
from zorgnetwerk.store.journal import FILE as JOURNAL
from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.lifetimes import lifetime
from zorgnetwerk.terms import iris
from zorgnetwerk.terms.dates import http_date
from zorgnetwerk.terms.iris import RESERVED_BASE, VOCABULARY
from zorgnetwerk.web import past
from zorgnetwerk.web.mementos import LINK_FORMAT, question_of
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site

_SAFE: Final = "/~"


@dataclass(frozen=True, slots=True)
class Edition:
    """The state that is asked about: a site that shows it.

    Shape: ``number`` is 0 for the present; ``moment`` says since when that release was served; ``is_negotiated``:
           Accept-Datetime decides at this address.
    """

    site: Site
    number: int = 0
    moment: datetime.datetime | None = None
    is_negotiated: bool = False

    @property
    def prefix(self) -> str:
        """What stands before the path of a document of this state."""
        return f"/release/{self.number}" if self.number else ""

    @property
    def is_fixed(self) -> bool:
        """Whether the address itself names the state, so that what it shows never changes."""
        return bool(self.number) and not self.is_negotiated

    @property
    def vary(self) -> tuple[str, ...]:
        """The request field that decided about the state."""
        return ("Accept-Datetime",) if self.is_negotiated else ()

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a memento; none for the present state."""
        return {"Memento-Datetime": http_date(self.moment)} if self.moment else {}

    def address(self, path: str, language: str = "", suffix: str = "") -> str:
        """The address of a document in this state, in a language or format."""
        page = quote(iris.page_path(path, suffix=suffix or None), safe=_SAFE)
        return (f"/{language}" if language else "") + self.prefix + page

    def links(self, asked: Request, path: str) -> tuple[str, ...]:
        """The links of RFC 7089; none where there is no history."""
        if not self.site.store.capabilities.history:
            return ()
        original, question = f"/{quote(path, safe=_SAFE)}", question_of(asked)
        relation = "original timegate" if self.number or self.is_negotiated else "timegate"
        found = [
            f'<{original}{question}>; rel="{relation}"',
            f'</timemap{original}{question}>; rel="timemap"; type="{LINK_FORMAT}"',
        ]
        if self.moment:
            shown = f"{self.prefix}{original}{question}"
            found.append(f'<{shown}>; rel="memento"; datetime="{http_date(self.moment)}"')
        return tuple(found)


def dated(asked: Request, site: Site, path: str) -> Edition:
    """The state at the Accept-Datetime of the request, the present one without it. A date before the document's first
    state selects that.

    Errors: SyntaxInvalid for what is no date; NotFound without history; Gone when that state is not kept.
    """
    moment = past.moment_of(asked, site)
    if moment is None:
        return Edition(site, is_negotiated=site.store.capabilities.history)
    entry = site.releases.at(moment)
    numbers = _numbers(site, path)
    if numbers and entry.number not in numbers and entry.number in site.releases.numbers():
        first = site.releases.timeline().first(numbers[0])
        entry = first if first is not None and moment < first.second else entry
    return Edition(site.as_of(entry.number), entry.number, entry.time, is_negotiated=True)


def numbered(site: Site, number: int) -> Edition:
    """The state of one release. Errors: NotFound, Gone."""
    shown = site.as_of(number)
    entry = site.releases.timeline().first(number)
    if entry is None:
        raise NotFound(f"Release {number} was never served.")
    return Edition(shown, number, entry.time)


def timemap(asked: Request, site: Site, path: str) -> Response:
    """All mementos of a document: each kept release in which it exists, when that was first served.

    Errors: NotFound without history, or when no kept release has it.
    """
    if not site.store.capabilities.history:
        raise NotFound(past.NO_HISTORY)
    timeline, question = site.releases.timeline(), question_of(asked)
    found = [entry for number in _numbers(site, path) if (entry := timeline.first(number)) is not None]
    if not found:
        raise NotFound(f"No kept release has a document at /{path}.")
    body = ",\n".join(_lines(site, quote(path, safe=_SAFE), question, found)).encode() + b"\n"
    return respond(asked, Representation(body, LINK_FORMAT, release=site.store.release()))


def _lines(site: Site, path: str, question: str, found: list[Entry]) -> list[str]:
    lines = [
        f'<{site.base.iri(path)}{question}>; rel="original timegate"',
        f'<{site.base.iri(f"timemap/{path}")}{question}>; rel="self"; type="{LINK_FORMAT}"',
    ]
    for place, entry in enumerate(found):
        first, last = "first " * (place == 0), "last " * (place == len(found) - 1)
        address = site.base.iri(f"release/{entry.number}/{path}")
        lines.append(f'<{address}{question}>; rel="{first}{last}memento"; datetime="{http_date(entry.time)}"')
    return lines


def _numbers(site: Site, path: str) -> list[int]:
    """The kept releases that have a document at this path, oldest first."""
    releases = site.releases
    kind, _, rest = path.partition("/")
    thing = iris.thing_path(path)
    is_prefix = path == VOCABULARY or (thing is None and kind == "doc" and iris.is_concept(rest))
    name = thing or (f"{VOCABULARY}#" if path == VOCABULARY else f"id/{rest}/" if is_prefix else path)
    journal = Journal(releases.state.folder / JOURNAL)
    span = lifetime(journal, RESERVED_BASE + name, is_prefix=is_prefix)
    return [number for number in releases.numbers() if span.holds_after(releases.get(number).record.journal)]
