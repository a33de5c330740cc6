"""Whether a node of the data says what a row of the ledger says, by the kind of fact.

A node is a claim, a participation, a time, a quantity, an event or a function. Which nodes are about a subject, and
which quotations they rest on, is the business of ``ledger``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from .reading import BASE, DCT, FOAF, LABELS, ORG, PROV, RDF, ZN, Data, plain, shared_words

# names of the ledger that are no label in the data, and where the data say what the ledger says of them
_MEDICAL = tuple(f"id/samenwerkingsverband/medische-specialismen-jessa-{partner}" for partner in ("sfz", "azv", "stzh"))
ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Bilaterale samenwerkingen Jessa": _MEDICAL,
        "Samenwerkingsverbanden op medisch vlak Jessa": ("id/organisatie/jessa-ziekenhuis", *_MEDICAL),
        "Wet op de overheidsopdrachten": ("id/samenwerkingsverband/hospilim",),
        "Klinische netwerken": ("id/samenwerkingsverband/klinisch-netwerk-jessa-azv-sfz",),
        "Hasselt": ("id/organisatie/stad-hasselt",),
        "Collective impact": ("id/samenwerkingsverband/hasselt-zorgstad",),
        "Beleidsnota stadsbestuur Hasselt 2013-2018": ("id/organisatie/stad-hasselt",),
        "X-factormodel": ("id/organisatie/hogeschool-pxl",),
        "BIOMED": ("id/organisatie/biomed",),
        "auto-immuniteit": ("auth/zorgdomeinen/auto-immuniteit",),
        "overige gezondheids- en welzijnsvoorzieningen in de regio": (
            "id/groep/overige-gezondheids-en-welzijnsvoorzieningen",
        ),
        "S.I.T. Noord-Limburg": ("id/groep/sit-noord-limburg",),
        "Zorggebied Mechelen - Bonheiden - Lier - Vilvoorde": ("id/gebied/mechelen-bonheiden-lier-vilvoorde",),
        "Ondertekening intentieverklaring Mechelen - Bonheiden - Lier - Vilvoorde": (
            "id/samenwerkingsverband/ziekenhuisnetwerk-mechelen-bonheiden-lier-vilvoorde",
        ),
    }
)
# a place or a concept has one property only; a row must be found under that one
PROPERTIES: Mapping[str, str] = MappingProxyType(
    {
        "werkingsgebied": ZN + "werkingsgebied",
        "gevestigdIn": DCT + "spatial",
        "gevestigdOp": ZN + "gevestigdOp",
        "campusVan": ORG + "siteOf",
        "samenwerkingsvorm": ZN + "samenwerkingsvorm",
        "zorgdomein": ZN + "zorgdomein",
        "zorgvorm": ZN + "zorgdomein",
        "zorgprogramma": ZN + "zorgdomein",
        "werkterrein": ZN + "zorgdomein",
        "onderzoeksthema": ZN + "zorgdomein",
        "doelgroep": ZN + "doelgroep",
        "status": ZN + "status",
        "netwerkstatus": ZN + "netwerkkeuze",
        "rechtsvorm": ZN + "rechtsvorm",
    }
)
BOUNDS = tuple(ZN + name for name in ("vroegsteBegin", "laatsteBegin", "vroegsteEinde", "laatsteEinde"))
JOINING = (
    *(ZN + name for name in ("deelnemer", "deelnameAan", "betreft", "rol")),
    RDF + "object",
    PROV + "wasAssociatedWith",
    ORG + "member",
    ORG + "organization",
    ORG + "role",
)
SHARE = 0.5  # of the words of the ledger; two readers seldom choose more of the same words
MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
WORDING = (*JOINING, DCT + "description", ZN + "categorie", ZN + "tijdstekst")


def carries(predicate: str, wanted: str, node: str, data: Data) -> bool:
    """Does the node say what is wanted, under this predicate of the ledger?"""
    if predicate in PROPERTIES:
        return is_claim(node, PROPERTIES[predicate], data) and has_object(wanted, node, data)
    return KINDS.get(predicate, tells)(wanted, node, data)


def things_named(name: str, data: Data) -> frozenset[str]:
    """The things with this name; "(groep)" behind it asks for a group.

    An alias adds to what is found by name.
    """
    bare = name.removesuffix(" (groep)")
    if bare.startswith("Bron "):
        return frozenset({f"{BASE}id/bron/{bare[5:]}"})
    found = data.named(bare) | {f"{BASE}{path}" for path in ALIASES.get(bare, ())}
    return found if bare == name else frozenset(thing for thing in found if thing.startswith(f"{BASE}id/groep/"))


def is_claim(node: str, predicate: str, data: Data) -> bool:
    """Is the node a claim with this predicate?"""
    return predicate in data.values(node, RDF + "predicate")


def points_at(node: str, predicate: str, name: str, data: Data) -> bool:
    """Does the node point at a thing with this name?"""
    return bool(things_named(name, data).intersection(data.values(node, predicate)))


def has_object(wanted: str, node: str, data: Data) -> bool:
    """Is the object of the claim the thing or the concept that is wanted?

    A concept may have a longer or a shorter name than the ledger gives it, but no other words.
    """
    if points_at(node, RDF + "object", wanted, data):
        return True
    names = [label for text in data.values(node, RDF + "object") if "/auth/" in text for label in data.labels(text)]
    return any(
        plain(name) == plain(wanted) or shared_words(wanted, name) == 1.0 or shared_words(name, wanted) == 1.0
        for name in names
    )


def participates(wanted: str, node: str, data: Data) -> bool:
    """Is it a participation of the named party?"""
    return points_at(node, ZN + "deelnemer", wanted, data)


def is_name(wanted: str, node: str, data: Data) -> bool:
    """Is it a claim about a name, with exactly this name?"""
    about_name = any(is_claim(node, predicate, data) for predicate in LABELS)
    return about_name and any(plain(text) == plain(wanted) for text in data.values(node, RDF + "object"))


def is_dated(wanted: str, node: str, data: Data) -> bool:
    """Is it a time with these bounds, or a claim with this date? Where no date is known: a time without bounds."""
    dates = re.findall(r"\d{4}(?:-\d\d-\d\d)?", wanted)
    bounds = {text for bound in BOUNDS for text in data.values(node, bound)}
    if not dates:
        return not bounds and bool(data.values(node, ZN + "tijdstekst"))
    if bounds:
        return bounds == {day for date in dates for day in _days(date)}
    text = " ".join(data.values(node, RDF + "object"))
    return all(_in_words(date) in text or date in text for date in dates)


def _days(date: str) -> tuple[str, ...]:
    return (date,) if len(date) == 10 else (f"{date}-01-01", f"{date}-12-31")


def _in_words(date: str) -> str:
    if len(date) != 10:
        return date
    return f"{int(date[8:])} {MONTHS[int(date[5:7]) - 1]} {date[:4]}"


def is_count(wanted: str, node: str, data: Data) -> bool:
    """Is it a quantity with this number or range? A number in words only is prose."""
    numbers = re.findall(r"\d+", wanted)
    if not numbers:
        return tells(wanted, node, data)
    return (data.values(node, ZN + "aantalMin"), data.values(node, ZN + "aantalMax")) == ([numbers[0]], [numbers[-1]])


def is_website(wanted: str, node: str, data: Data) -> bool:
    """Is it a claim about the home page? The scheme and a last slash do not matter."""
    given = [re.sub(r"^https?://|/$", "", text) for text in data.values(node, RDF + "object")]
    return is_claim(node, FOAF + "homepage", data) and re.sub(r"^https?://|/$", "", wanted) in given


def is_open_list(_: str, node: str, data: Data) -> bool:
    """Is it a claim that a list is not complete?"""
    if is_claim(node, ZN + "deelnemersVolledig", data):
        return data.values(node, RDF + "object") == ["false"]
    return f"{BASE}auth/beweringsoorten/volledigheid" in data.values(node, DCT + "type")


def has_state_date(_: str, node: str, data: Data) -> bool:
    """Does the node say on which day it held?"""
    return bool(data.values(node, ZN + "toestandOp"))


def tells(wanted: str, node: str, data: Data) -> bool:
    """Do the words of the node, or the names of what it joins, speak of what is wanted?"""
    if things_named(wanted, data).intersection(text for predicate in JOINING for text in data.values(node, predicate)):
        return True
    texts = [text for predicate in WORDING for text in data.values(node, predicate)]
    names = [label for text in (node, *texts) for label in data.labels(text)]
    # a name may be shorter than the words of the ledger; a sentence may not
    spoken = any(shared_words(wanted, text) >= SHARE or plain(wanted) in plain(text) for text in (*names, *texts))
    return spoken or any(shared_words(name, wanted) == 1.0 for name in names)


KINDS: Mapping[str, Callable[[str, str, Data], bool]] = MappingProxyType(
    dict.fromkeys(("deelnemer", "initiatiefnemer"), participates)
    | dict.fromkeys(("naam", "naamvariant", "afkorting", "paginatitel"), is_name)
    | dict.fromkeys(
        ("geldigheid", "datum", "oprichtingsdatum", "aankoopdatum", "looptijd", "laatstGewijzigd"), is_dated
    )
    | dict.fromkeys(("aantal", "aantalDeelnemers", "aantalNieuweStudies", "capaciteit"), is_count)
    | dict.fromkeys(("aantalStatements", "aantalProjecten", "aantalPijlers"), is_count)
    | {"website": is_website, "volledigheid": is_open_list, "toestandsdatum": has_state_date}
)
