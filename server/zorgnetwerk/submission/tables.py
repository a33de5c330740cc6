"""The sheets of a spreadsheet submission: which things stand in rows, which of their facts in columns.

Only the choice and its order stand here. Headings, help, lists and what must be filled come from ontology and shapes,
what those lack from ``sheets.toml`` (``fields.py``). Knows properties. Must not know files.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rdflib import Namespace, URIRef

from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.namespaces import DCAT, DCT, FOAF, OA, ORG, PROV, RESERVED_ZN, SKOS

PAV: Final = Namespace("http://purl.org/pav/")
ZN: Final = RESERVED_ZN


class Kind(enum.Enum):
    """What a cell holds."""

    TEXT = "text"
    PLAIN = "plain"
    CODE = "code"
    THING = "thing"
    DATE = "date"
    NUMBER = "number"
    YES_NO = "yes or no"
    ADDRESS = "address"
    QUOTATION = "quotation"
    SOURCE = "source"
    LICENCE = "licence"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``language`` is that of a text; ``things`` are the kinds that a name may mean; ``many``: several
    values, parted by a vertical bar; ``on_time``: the fact belongs to the time of the row, not to its thing;
    ``from_text``: an attached source text gives it."""

    key: str
    path: URIRef
    kind: Kind
    language: str = ""
    things: tuple[str, ...] = ()
    many: bool = False
    on_time: bool = False
    from_text: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: rows are things of ``thing_class``, whose IRIs are ``id/{concept}/…``."""

    key: str
    thing_class: URIRef
    concept: str
    columns: tuple[Column, ...]


_EVIDENCE: Final = (
    Column("citaat", ZN.citaat, Kind.QUOTATION),
    Column("bron", PROV.wasQuotedFrom, Kind.SOURCE),
)
NAME_COLUMNS: Final = tuple(f"naam-{tag}" for tag in LANGUAGES)
_NAMES: Final = (
    *(Column(key, SKOS.prefLabel, Kind.TEXT, tag) for key, tag in zip(NAME_COLUMNS, LANGUAGES, strict=True)),
    Column("andere-naam", SKOS.altLabel, Kind.TEXT, "nl", many=True),
)
_SUBMISSION: Final = (
    Column("inzender", DCT.contributor, Kind.THING, things=("organisatie", "groep")),
    Column("datum", DCT.date, Kind.DATE),
    Column("licentie", DCT.license, Kind.LICENCE),
)
_SOURCES: Final = (
    Column("kenmerk", DCT.identifier, Kind.PLAIN),
    Column("titel", DCT.title, Kind.TEXT, "nl"),
    Column("taal", DCT.language, Kind.PLAIN),
    Column("bestandsnaam", ZN.bestandsnaam, Kind.PLAIN),
    Column("toestand-op", ZN.toestandOp, Kind.DATE),
    Column("opgehaald-op", PAV.retrievedOn, Kind.DATE),
    Column("sha256", ZN.sha256, Kind.PLAIN, from_text=True),
    Column("adres", PAV.retrievedFrom, Kind.ADDRESS),
)
_ORGANISATIONS: Final = (
    *_NAMES,
    Column("soort", ORG.classification, Kind.CODE, many=True),
    Column("rechtsvorm", ZN.rechtsvorm, Kind.CODE),
    Column("nummer", ORG.identifier, Kind.PLAIN),
    Column("website", FOAF.homepage, Kind.ADDRESS),
    *_EVIDENCE,
)
_PARTNERSHIPS: Final = (
    *_NAMES,
    Column("vorm", ZN.samenwerkingsvorm, Kind.CODE, many=True),
    Column("status", ZN.status, Kind.CODE),
    Column("rechtsvorm", ZN.rechtsvorm, Kind.CODE),
    Column("doel", ZN.doel, Kind.TEXT, "nl"),
    Column("domein", ZN.zorgdomein, Kind.CODE, many=True),
    Column("doelgroep", ZN.doelgroep, Kind.CODE, many=True),
    Column("volledig", ZN.deelnemersVolledig, Kind.YES_NO),
    Column("tijd", ZN.tijdstekst, Kind.TEXT, "nl", on_time=True),
    Column("begin-vroegst", ZN.vroegsteBegin, Kind.DATE, on_time=True),
    Column("begin-laatst", ZN.laatsteBegin, Kind.DATE, on_time=True),
    Column("einde-vroegst", ZN.vroegsteEinde, Kind.DATE, on_time=True),
    Column("einde-laatst", ZN.laatsteEinde, Kind.DATE, on_time=True),
    *_EVIDENCE,
)
_PARTICIPATIONS: Final = (
    Column("deelnemer", ZN.deelnemer, Kind.THING, things=("organisatie", "groep", "persoon", "samenwerkingsverband")),
    Column("verband", ZN.deelnameAan, Kind.THING, things=("samenwerkingsverband",)),
    Column("rol", ZN.rol, Kind.CODE),
    Column("deelnamestatus", ZN.deelnamestatus, Kind.CODE),
    Column("categorie", ZN.categorie, Kind.TEXT, "nl"),
    Column("zekerheid", ZN.zekerheid, Kind.CODE),
    *_EVIDENCE,
)
_QUANTITIES: Final = (
    Column("van", ZN.hoeveelheid, Kind.THING, things=("organisatie", "samenwerkingsverband", "voorziening", "groep")),
    Column("minstens", ZN.aantalMin, Kind.NUMBER),
    Column("hoogstens", ZN.aantalMax, Kind.NUMBER),
    Column("benaderend", ZN.benaderend, Kind.YES_NO),
    Column("eenheid", ZN.eenheid, Kind.CODE),
    Column("bedsoort", ZN.bedsoort, Kind.CODE),
    Column("categorie", ZN.categorie, Kind.TEXT, "nl"),
    *_EVIDENCE,
)

SHEETS: Final = (
    Sheet("inzending", DCAT.Dataset, "", _SUBMISSION),
    Sheet("bronnen", ZN.Bron, "bron", _SOURCES),
    Sheet("organisaties", ORG.Organization, "organisatie", _ORGANISATIONS),
    Sheet("samenwerkingsverbanden", ZN.Samenwerkingsverband, "samenwerkingsverband", _PARTNERSHIPS),
    Sheet("deelnames", ZN.Deelname, "deelname", _PARTICIPATIONS),
    Sheet("aantallen", ZN.Hoeveelheid, "hoeveelheid", _QUANTITIES),
)
ID: Final = "id"
EXACT: Final = OA.exact
SEPARATOR: Final = "|"
YES_NO: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"nl": ("ja", "nee"), "fr": ("oui", "non"), "de": ("ja", "nein"), "en": ("yes", "no")}
)
