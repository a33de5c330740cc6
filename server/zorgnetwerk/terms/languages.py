"""The languages of pages and of data, and the choice of the best text.

Knows the four languages of the site, their order of fallback, and how to pick one literal. Must not know HTTP headers
nor translations of the interface (``web/translations.py``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the doors negotiate languages and read no literals
    from rdflib import Literal

LANGUAGES = ("nl", "fr", "de", "en")
DEFAULT_LANGUAGE = "nl"
NAMES: Mapping[str, str] = MappingProxyType({"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"})
_FALLBACKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "nl": ("nl", "en", "fr", "de"),
        "fr": ("fr", "nl", "en", "de"),
        "de": ("de", "nl", "en", "fr"),
        "en": ("en", "nl", "fr", "de"),
    }
)


def unaccented(text: str) -> str:
    """A text without case and accents, for comparing what people type.

    >>> unaccented("Hôpital Emmaüs")
    'hopital emmaus'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def pick(literals: Iterable[Literal], language: str) -> Literal | None:
    """The literal to show to a reader of this language: own language first, then the fallbacks, then any.

    >>> from rdflib import Literal
    >>> pick([Literal("huis", lang="nl"), Literal("maison", lang="fr")], "fr")
    rdflib.term.Literal('maison', lang='fr')
    """
    ordered = sorted(literals, key=str)
    if not ordered:
        return None
    order = _FALLBACKS.get(language, LANGUAGES)

    def rank(literal: Literal) -> int:
        tag = (literal.language or "").split("-")[0]
        return order.index(tag) if tag in order else len(order) + (1 if tag else 0)

    return min(ordered, key=rank)


def foreign_tag(literal: Literal, language: str) -> str | None:
    """The language tag to mark a text with when it differs from the page's; None when it does not (WCAG 3.1.2)."""
    tag = literal.language
    return tag if tag and tag.split("-")[0] != language else None
