"""Safe mends of what a report finds: what stands there, what would stand there, and the edit that makes it so.

A repair is offered only where the intent is plain: spaces, a language, a day written otherwise, the name of a code
instead of the code, a misspelt term, a number with dots. A person chooses; nothing is mended by itself. Knows rules by
number and terms. Must not know how a syntax writes a term (``rewriting.py``).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.fields import Form, Words
from zorgnetwerk.submission.findings import Finding
from zorgnetwerk.submission.guards import is_near
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.namespaces import RDF, RESERVED_ZN, XSD


def _words(nl: str, fr: str, de: str, en: str) -> Words:
    return MappingProxyType({"nl": nl, "fr": fr, "de": de, "en": en})


SPACES: Final = _words(
    "Haal overbodige spaties weg",
    "Retirer les espaces superflus",
    "Überflüssige Leerzeichen entfernen",
    "Take away needless spaces",
)
LANGUAGE: Final = _words("Zet de taal erbij", "Ajouter la langue", "Sprache hinzufügen", "Add the language")
DAY: Final = _words(
    "Schrijf de dag als jaar-maand-dag",
    "Écrire le jour comme année-mois-jour",
    "Den Tag als Jahr-Monat-Tag schreiben",
    "Write the day as year-month-day",
)
YEAR: Final = _words(
    "Maak van het jaar een grens",
    "Faire de l'année une borne",
    "Aus dem Jahr eine Grenze machen",
    "Turn the year into a bound",
)
CODE: Final = _words(
    "Gebruik het begrip uit de lijst",
    "Utiliser le concept de la liste",
    "Den Begriff aus der Liste verwenden",
    "Use the concept from the list",
)
TERM: Final = _words(
    "Gebruik de bestaande term",
    "Utiliser le terme existant",
    "Den bestehenden Begriff verwenden",
    "Use the existing term",
)
NUMBER: Final = _words(
    "Schrijf alleen de cijfers", "N'écrire que les chiffres", "Nur die Ziffern schreiben", "Write the digits only"
)
ADDRESS: Final = _words(
    "Maak er een adres van", "En faire une adresse", "Eine Adresse daraus machen", "Turn it into an address"
)
INTEGER: Final = _words("Schrijf het als getal", "L'écrire comme nombre", "Als Zahl schreiben", "Write it as a number")
NAME: Final = _words(
    "Gebruik de gepubliceerde naam",
    "Utiliser le nom publié",
    "Den veröffentlichten Namen verwenden",
    "Use the published name",
)

_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/.\-]?(\d{1,2})[/.\-]?(\d{1,2})(?:T.*)?(?:Z|[+-]\d\d:\d\d)?")
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"{}|^`\\]+")
_BOUNDS: Final[Mapping[Node, str]] = MappingProxyType(
    {
        RESERVED_ZN.vroegsteBegin: "-01-01",
        RESERVED_ZN.vroegsteEinde: "-01-01",
        RESERVED_ZN.laatsteBegin: "-12-31",
        RESERVED_ZN.laatsteEinde: "-12-31",
    }
)


@dataclass(frozen=True, slots=True)
class Mend:
    """A better term for one that stands in a document. ``of_property``: it is the property that is written anew;
    ``is_class``: it says what a thing is, which some syntaxes write in a way of its own."""

    title: Words
    term: Node
    of_property: bool = False
    is_class: bool = False


@dataclass(frozen=True, slots=True)
class Mender:
    """Finds the mend of a finding (reserved base); knows the lists and the terms."""

    forms: tuple[Form, ...]
    ontology: Graph

    def mend(self, finding: Finding) -> Mend | None:
        """The one safe mend, or None."""
        maker = _MAKERS.get(finding.rule)
        if finding.rule in ("R09", "R14", "R24", "R35", "R47", "R10", "R17"):
            return self._code(finding)
        return maker(finding) if maker else None

    def _code(self, finding: Finding) -> Mend | None:
        """The code of the list of the property that has this name, or this end of its IRI."""
        if finding.path is None or finding.value is None:
            return None
        text = str(finding.value).rpartition("/")[2] if isinstance(finding.value, URIRef) else str(finding.value)
        for form in self.forms:
            for item in form.fields:
                if item.column.path == finding.path and item.codes:
                    code = item.code(text)
                    return Mend(CODE, code.iri) if code and code.iri != finding.value else None
        return None


def _text(finding: Finding) -> Mend | None:
    """Spaces of a text, or its language."""
    value = finding.value
    if not isinstance(value, Literal):
        return None
    clean = " ".join(str(value).split())
    if str(finding.shape).endswith("-tekst"):
        return Mend(SPACES, Literal(clean, lang=value.language)) if clean and clean != str(value) else None
    if value.datatype not in (None, XSD.string):
        return None
    primary = (value.language or "nl").partition("-")[0].lower()
    return Mend(LANGUAGE, Literal(str(value), lang=primary)) if primary in LANGUAGES else None


def _day(finding: Finding) -> Mend | None:
    text = str(finding.value or "").strip()
    bound = _BOUNDS.get(finding.path) if finding.path is not None else None
    if bound and re.fullmatch(r"\d{4}", text):
        return Mend(YEAR, _date(f"{text}{bound}"))
    day = day_in(text)
    return Mend(DAY, _date(day.isoformat())) if day else None


def _number(finding: Finding) -> Mend | None:
    digits = re.sub(r"\D", "", str(finding.value or ""))
    digits = f"0{digits}" if len(digits) == 9 else digits
    if not is_enterprise_number(digits) or digits == str(finding.value):
        return None
    return Mend(NUMBER, Literal(digits))


def _address(finding: Finding) -> Mend | None:
    text = str(finding.value or "").strip()
    if not isinstance(finding.value, Literal) or not _ADDRESS.fullmatch(text):
        return None
    return Mend(ADDRESS, URIRef(text if text.startswith("http") else f"https://{text}"))


def _integer(finding: Finding) -> Mend | None:
    text = str(finding.value or "").strip()
    is_other = isinstance(finding.value, Literal) and finding.value.datatype != XSD.integer
    return (
        Mend(INTEGER, Literal(text, datatype=XSD.integer)) if is_other and re.fullmatch(r"[1-9]\d{0,8}", text) else None
    )


def _term(finding: Finding) -> Mend | None:
    name = finding.detail.get("suggestion", "")
    if not name.startswith("zn:") or finding.value is None or not is_near(finding.value, name):
        return None
    term = URIRef(str(RESERVED_ZN) + name.removeprefix("zn:"))
    return Mend(TERM, term, finding.path == finding.value, finding.path == RDF.type)


def _named(finding: Finding) -> Mend | None:
    """A name or a value from a list that a cell should hold: only where there is one to suggest."""
    suggestion = finding.detail.get("suggestion", "")
    is_list = str(finding.shape).endswith("G1-lijst")
    if not str(finding.shape).endswith(("G1-naam", "G1-lijst")) or suggestion in ("", "–"):
        return None
    first, *others = suggestion.split(", ")
    if is_list:
        is_meant = finding.value is not None and is_near(finding.value, first)
        return Mend(CODE, Literal(first)) if is_meant else None
    return None if others else Mend(NAME, Literal(first))


_MAKERS: Final[Mapping[str, Callable[[Finding], Mend | None]]] = MappingProxyType(
    {
        "R02": _text,
        "R06": _term,
        "R11": _number,
        "R13": _address,
        "R30": _day,
        "R34": _integer,
        "R44": _day,
        "G1": _named,
    }
)


def day_in(text: str) -> datetime.date | None:
    """The day that a text names in the ways that people here write days.

    >>> day_in("31/12/2015"), day_in("2015/1/2"), day_in("2015-01-02T00:00:00Z"), day_in("13/13/2015")
    (datetime.date(2015, 12, 31), datetime.date(2015, 1, 2), datetime.date(2015, 1, 2), None)
    """
    found = _DAY_FIRST.fullmatch(text)
    numbers = (found[3], found[2], found[1]) if found else None
    if numbers is None and (found := _YEAR_FIRST.fullmatch(text)):
        numbers = (found[1], found[2], found[3])
    try:
        return datetime.date(*(int(number) for number in numbers)) if numbers else None
    except ValueError:
        return None


def is_enterprise_number(digits: str) -> bool:
    """Whether ten digits are a number of the Belgian enterprise register: the last two are 97 less the rest of the
    first eight by 97.

    >>> is_enterprise_number("0123456749"), is_enterprise_number("0123456748")
    (True, False)
    """
    return bool(re.fullmatch(r"[01]\d{9}", digits)) and 97 - int(digits[:8]) % 97 == int(digits[8:])


def _date(text: str) -> Literal:
    return Literal(text, datatype=XSD.date, normalize=False)
