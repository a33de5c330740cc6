"""From what a cell says to the thing that it means: rows of the same submission first, then what is published.

Knows names and IRIs. Must not know files.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.neighbourhood import Edges
from zorgnetwerk.submission.resembling import NAMES
from zorgnetwerk.submission.tables import EXACT
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.namespaces import DCT, PROV, SKOS

_PATH: Final = re.compile(r"[a-z]+/[a-z0-9][a-z0-9-]*\Z")
_SLUG: Final = 60

Suggest = Callable[[str, tuple[str, ...]], list[str]]
"""From a name and kinds of things to the names of published things that resemble it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a name means: one thing, or none with names that resemble it, or several candidates."""

    thing: URIRef | None
    candidates: tuple[str, ...] = ()


def _no_names(_: str, __: tuple[str, ...]) -> list[str]:
    return []


@dataclass(slots=True)
class Lookup:
    """What the rows of one submission and the published data call things; all under the reserved base."""

    published: Edges
    suggest: Suggest = _no_names
    _own: dict[tuple[str, str], URIRef] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def note(self, kind: str, name: str, thing: URIRef) -> None:
        """Remembers that a row of this kind calls a thing so; the first one keeps the name."""
        if name:
            self._own.setdefault((kind, _folded(name)), thing)

    def mint(self, kind: str, words: str) -> URIRef:
        """A new IRI of this kind after these words; numbered where it is taken already."""
        slug = base = slug_of(words)
        count = 1
        while (path := f"id/{kind}/{slug}") in self._taken or self.is_published(URIRef(RESERVED_BASE + path)):
            count += 1
            slug = f"{base}-{count}"
        self._taken.add(path)
        return URIRef(RESERVED_BASE + path)

    def is_published(self, thing: URIRef) -> bool:
        """Whether anything is published about a thing."""
        return any(True for _ in self.published.leaving((thing,), None))

    def states(self, subject: Node, predicate: URIRef, value: Node) -> bool:
        """Whether exactly this is published."""
        return any(triple[2] == value for triple in self.published.leaving((subject,), predicate))

    def find(self, text: str, kinds: tuple[str, ...]) -> Found:
        """What a cell means that should name a thing of one of these kinds."""
        given = identified(text, kinds)
        if given is not None:
            return Found(given)
        for kind in kinds:
            own = self._own.get((kind, _folded(text)))
            if own is not None:
                return Found(own)
        named = sorted(self._published(text, NAMES, kinds))
        if len(named) > 1:
            preferred = self._published(text, (SKOS.prefLabel,), kinds)
            named = sorted(preferred) if len(preferred) == 1 else named
        if len(named) == 1:
            return Found(named[0])
        if named:
            return Found(None, tuple(str(thing).removeprefix(f"{RESERVED_BASE}id/") for thing in named))
        return Found(None, tuple(self.suggest(text, kinds)))

    def source(self, text: str) -> URIRef | None:
        """The source with this identifier or title."""
        own = self._own.get(("bron", _folded(text)))
        if own is not None:
            return own
        named = self._published(text, (DCT.identifier, DCT.title), ("bron",))
        return identified(text, ("bron",)) or (named.pop() if len(named) == 1 else None)

    def quotation(self, words: str, source: URIRef) -> URIRef | None:
        """The published quotation of these words from this source."""
        for quotation in self._published(words, (EXACT,), ("citaat",)):
            if self.states(quotation, PROV.wasQuotedFrom, source):
                return quotation
        return None

    def _published(self, text: str, properties: Iterable[URIRef], kinds: tuple[str, ...]) -> set[URIRef]:
        words = " ".join(text.split())
        literals = [Literal(words), *(Literal(words, lang=language) for language in LANGUAGES)]
        starts = tuple(f"{RESERVED_BASE}id/{kind}/" for kind in kinds)
        return {
            triple[0]
            for link in properties
            for triple in self.published.entering(literals, link)
            if isinstance(triple[0], URIRef) and str(triple[0]).startswith(starts)
        }


def identified(text: str, kinds: tuple[str, ...]) -> URIRef | None:
    """The thing that an IRI of ours, or the end of one, names.

    >>> str(identified("organisatie/az-noord", ("organisatie",)))
    'https://zorgnetwerk.example/id/organisatie/az-noord'
    """
    path = text.strip().removeprefix(RESERVED_BASE).removeprefix("id/")
    if _PATH.match(path) and path.partition("/")[0] in kinds:
        return URIRef(f"{RESERVED_BASE}id/{path}")
    return None


def slug_of(words: str) -> str:
    """The end of an IRI after these words.

    >>> slug_of("Emmaüs – AZ Sint-Jan"), slug_of("???")
    ('emmaus-az-sint-jan', 'x-a03b221c')
    """
    plain = unicodedata.normalize("NFKD", words.replace("ß", "ss").replace("ø", "o").replace("æ", "ae"))
    slug = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")
    if not slug:
        return f"x-{digest_of(words)}"
    return slug if len(slug) <= _SLUG else f"{slug[: _SLUG - 9].rstrip('-')}-{digest_of(words)}"


def digest_of(words: str) -> str:
    """Eight digits that stand for these words."""
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
