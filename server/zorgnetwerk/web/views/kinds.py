"""The kinds of things, in words: from the part of the path before the slug to singular and plural.

Knows which kinds people look for and which carry facts behind the scenes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zorgnetwerk.web.translations import Translator, mark

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "organisatie": (mark("Organisation"), mark("Organisations")),
        "samenwerkingsverband": (mark("Partnership"), mark("Partnerships")),
        "voorziening": (mark("Care facility"), mark("Care facilities")),
        "campus": (mark("Campus"), mark("Campuses")),
        "groep": (mark("Group of parties"), mark("Groups of parties")),
        "project": (mark("Project"), mark("Projects")),
        "persoon": (mark("Person"), mark("Persons")),
        "gebied": (mark("Area"), mark("Areas")),
        "uitrusting": (mark("Equipment"), mark("Equipment items")),
        "gebeurtenis": (mark("Event"), mark("Events")),
        "bron": (mark("Source"), mark("Sources")),
        "tegenspraak": (mark("Contradiction"), mark("Contradictions")),
        "hypothese": (mark("Identity hypothesis"), mark("Identity hypotheses")),
        "deelname": (mark("Participation"), mark("Participations")),
        "bewering": (mark("Claim"), mark("Claims")),
        "citaat": (mark("Quotation"), mark("Quotations")),
        "tijd": (mark("Time"), mark("Times")),
        "hoeveelheid": (mark("Quantity"), mark("Quantities")),
        "functie": (mark("Function"), mark("Functions")),
        "graaf": (mark("Graph"), mark("Graphs")),
    }
)
"""In the order in which people look for them."""

ENTRIES = (
    "organisatie",
    "samenwerkingsverband",
    "voorziening",
    "campus",
    "groep",
    "project",
    "persoon",
    "gebied",
    "uitrusting",
    "gebeurtenis",
)
"""Kinds with an entry of their own on the first page."""
EVIDENCE = ("bron", "citaat", "bewering", "deelname", "tijd", "hoeveelheid", "functie", "tegenspraak", "hypothese")


def singular(t: Translator, kind: str) -> str:
    """The name of one thing of a kind; the kind itself when we have no word for it."""
    return t.gettext(KINDS[kind][0]) if kind in KINDS else kind.replace("-", " ").capitalize()


def plural(t: Translator, kind: str) -> str:
    """The name of many things of a kind."""
    return t.gettext(KINDS[kind][1]) if kind in KINDS else kind.replace("-", " ").capitalize()
