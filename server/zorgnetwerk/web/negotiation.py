"""The door in: which representation, language and coding a request asks for.

Own code because the framework's ``best_match`` is wrong for RDF types and Belgian languages. Pure functions over header
texts; knows no request object.

Source: RFC 9110, 12.4-12.5. Deviations that real clients need: ``*`` counts as ``*/*`` (Java's stock header), a
malformed item is skipped instead of refusing the request, parameters other than q do not narrow a range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from zorgnetwerk.errors import NotAcceptable
from zorgnetwerk.terms.languages import DEFAULT_LANGUAGE, LANGUAGES
from zorgnetwerk.terms.media_types import MediaType

_ITEM = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_QUALITY = re.compile(r"(?:0(?:\.\d*)?|1(?:\.0*)?|\.\d+)\Z")
_HEADER_LIMIT = 8_192
_REMEMBERED_LENGTH = 512
"""Clients send few different headers, again and again; what was decided about a short one is remembered."""


@dataclass(frozen=True, slots=True)
class Range:
    """One item of an Accept-like header: a name (possibly with wildcards) and its quality from 0 to 1."""

    name: str
    quality: float


def ranges(header: str) -> Iterator[Range]:
    """The items of a header, malformed ones left out.

    >>> list(ranges("text/turtle;q=.5, *; q=0"))
    [Range(name='text/turtle', quality=0.5), Range(name='*', quality=0.0)]
    """
    for match in _ITEM.finditer(header[:_HEADER_LIMIT]):
        name, *parameters = (part.strip() for part in match[0].split(";"))
        if not name:
            continue
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                quality = float(value.strip()) if _QUALITY.match(value.strip()) else 0.001
        yield Range(name.lower(), quality)


def choose(offers: Sequence[MediaType], accept: str | None) -> MediaType:
    """The offer that the header likes best; among equals the more exactly named, then the earlier offer.

    An absent or empty header takes the first offer. Errors: NotAcceptable with the list of offers.

    >>> from zorgnetwerk.terms.media_types import HTML, TURTLE, JSON_LD
    >>> choose((HTML, TURTLE, JSON_LD), "application/json;q=0.9, text/turtle;q=0").label
    'JSON-LD'
    """
    if not accept or not accept.strip():
        return offers[0]
    if len(accept) > _REMEMBERED_LENGTH:
        return _chosen.__wrapped__(tuple(offers), accept)
    return _chosen(tuple(offers), accept)


@lru_cache(1_024)
def _chosen(offers: tuple[MediaType, ...], accept: str) -> MediaType:
    asked = list(ranges(accept))
    best: tuple[float, int] = (0.0, 0)
    chosen: MediaType | None = None
    for offer in offers:
        rank = _rank(offer, asked)
        if rank[0] > 0 and rank > best:
            best, chosen = rank, offer
    if chosen is None:
        names = tuple(dict.fromkeys(offer.name for offer in offers))
        raise NotAcceptable(
            f"None of the media types in Accept is available here. Available: {', '.join(names)}.", names
        )
    return chosen


def _rank(offer: MediaType, asked: Sequence[Range]) -> tuple[float, int]:
    """Quality and exactness (3 own name, 2 alias, 1 type/*, 0 wildcard) of the most exact range that matches an
    offer.
    """
    kind = offer.name.partition("/")[0]
    for exactness, names in ((3, (offer.name,)), (2, offer.aliases), (1, (f"{kind}/*",)), (0, ("*/*", "*"))):
        qualities = [item.quality for item in asked if item.name in names]
        if qualities:
            return max(qualities), exactness
    return 0.0, 0


def choose_language(header: str | None, offers: Sequence[str] = LANGUAGES, default: str = DEFAULT_LANGUAGE) -> str:
    """The page language for an Accept-Language header; the default when nothing fits, since a page is better than a
    refusal.

    >>> choose_language("de-BE, fr;q=0.9")
    'de'
    >>> choose_language("es")
    'nl'
    """
    best = 0.0
    chosen = default
    asked = list(ranges(header or ""))
    named = {item.name.partition("-")[0] for item in asked}
    for item in asked:
        primary = item.name.partition("-")[0]
        if primary == "*":
            primary = next((offer for offer in (default, *offers) if offer not in named), "")
        if primary in offers and item.quality > best:
            best, chosen = item.quality, primary
    return chosen


def accepts_gzip(header: str | None) -> bool:
    """Whether the client takes gzip.

    >>> accepts_gzip("br, gzip;q=0"), accepts_gzip("*"), accepts_gzip(None)
    (False, True, False)
    """
    if header is None or len(header) > _REMEMBERED_LENGTH:
        return _takes_gzip.__wrapped__(header or "")
    return _takes_gzip(header)


@lru_cache(1_024)
def _takes_gzip(header: str) -> bool:
    qualities = {item.name: item.quality for item in ranges(header)}
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0
