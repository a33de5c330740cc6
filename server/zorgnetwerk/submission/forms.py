"""What a form on a page asks, from the same description as the spreadsheet templates, and the names it looks up.

A checker process knows shapes and published names; it tells both as plain values (``described``, ``look_up``), which
the process that shows the page reads back (``read``). Knows fields and names. Must not know HTTP nor how a filled form
becomes files (``form_files.py``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias, cast

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset import labels
from zorgnetwerk.submission.fields import Field, Form, Words
from zorgnetwerk.submission.lookup import Lookup
from zorgnetwerk.submission.neighbourhood import Edges
from zorgnetwerk.submission.resembling import NameIndex
from zorgnetwerk.submission.tables import Kind
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import DCT, FOAF, ORG, SKOS

NameQuestion: TypeAlias = tuple[str, tuple[str, ...]]
"""A name that somebody typed, and the kinds of things that it may mean."""

_CANDIDATES: Final = 8
_LONGEST_NAME: Final = 200
_THINGS: Final = f"{RESERVED_BASE}id/"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a list: an IRI under the reserved base, with its name in each language."""

    iri: str
    names: Words


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a form asks: a column of a sheet, in plain values. ``things`` are the kinds that a name may
    mean."""

    sheet: str
    key: str
    kind: Kind
    heading: Words
    help: Words
    example: str = ""
    choices: tuple[Choice, ...] = ()
    things: tuple[str, ...] = ()
    many: bool = False
    is_required: bool = False


Questions: TypeAlias = Mapping[str, Mapping[str, Question]]
"""By sheet, then by column, in the order of the sheets."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A published thing that a name may mean. Shape: ``path`` is the end of its IRI ("organisatie/az-noord");
    ``is_exact`` when it is called exactly so."""

    path: str
    name: str
    kind: str = ""
    place: str = ""
    also: str = ""
    is_exact: bool = False


def described(forms: Iterable[Form]) -> bytes:
    """The questions of these forms, as ``read`` reads them."""
    told = {form.sheet.key: [_told(item) for item in form.fields] for form in forms}
    return json.dumps(told, ensure_ascii=False).encode()


def read(data: bytes) -> Questions:
    """The questions that a checker process described."""
    told: Mapping[str, Sequence[Mapping[str, Any]]] = json.loads(data)
    return MappingProxyType(
        {
            sheet: MappingProxyType({str(item["key"]): _question(sheet, item) for item in items})
            for sheet, items in told.items()
        }
    )


def look_up(
    asked: Sequence[NameQuestion], published: Edges, ontology: Graph, index: NameIndex | None, language: str
) -> list[list[dict[str, object]]]:
    """For each name the published things that it may mean, the most similar first, as plain values."""
    return [
        [_candidate(thing, name, published, ontology, language) for thing in _meant(name, kinds, published, index)]
        for name, kinds in asked
    ]


def names_of(job_part: object) -> list[NameQuestion]:
    """The names of a job. Shape: pairs of a text and a list of kinds."""
    listed = cast("Sequence[Sequence[Any]]", job_part)
    return [(str(name)[:_LONGEST_NAME], tuple(str(kind) for kind in kinds)) for name, kinds in listed]


def candidates(told: object) -> list[tuple[Candidate, ...]]:
    """The candidates that a checker process told."""
    return [tuple(Candidate(**each) for each in found) for found in cast("Sequence[Sequence[Any]]", told)]


def _told(item: Field) -> dict[str, object]:
    return {
        "key": item.column.key,
        "kind": item.column.kind.value,
        "heading": dict(item.heading),
        "help": dict(item.help),
        "example": item.example,
        "choices": [[str(code.iri), dict(code.names)] for code in item.codes],
        "things": list(item.column.things),
        "many": item.column.many,
        "is_required": item.is_required,
    }


def _question(sheet: str, told: Mapping[str, Any]) -> Question:
    return Question(
        sheet=sheet,
        key=told["key"],
        kind=Kind(told["kind"]),
        heading=told["heading"],
        help=told["help"],
        example=told["example"],
        choices=tuple(Choice(iri, names) for iri, names in told["choices"]),
        things=tuple(told["things"]),
        many=told["many"],
        is_required=told["is_required"],
    )


def _meant(name: str, kinds: tuple[str, ...], published: Edges, index: NameIndex | None) -> list[URIRef]:
    exact = Lookup(published).find(name, kinds)
    first = [exact.thing] if exact.thing is not None else [URIRef(_THINGS + path) for path in exact.candidates]
    alike = [each.thing for each in index.like(name, kinds, _CANDIDATES)] if index is not None else []
    return [thing for thing in dict.fromkeys((*first, *alike)) if str(thing).startswith(_THINGS)][:_CANDIDATES]


def _candidate(thing: URIRef, asked: str, published: Edges, ontology: Graph, language: str) -> dict[str, object]:
    facts: dict[Node, list[Node]] = {}
    for _, predicate, value in published.leaving((thing,), None):
        facts.setdefault(predicate, []).append(value)
    preferred = facts.get(SKOS.prefLabel) or facts.get(FOAF.name) or []
    path = str(thing).removeprefix(_THINGS)
    name = _said(preferred, language) or path
    others = sorted({str(each) for each in facts.get(SKOS.altLabel, ())} - {name}, key=len)
    wanted = asked.strip().casefold()
    named = (str(value).casefold() for link in (SKOS.prefLabel, SKOS.altLabel, FOAF.name, ORG.identifier)
        for value in facts.get(link, ()))  # fmt: skip
    kinds = (labels.label(ontology, kind, language) for kind in sorted(facts.get(ORG.classification, ()), key=str))
    places = published.leaving(facts.get(DCT.spatial, ()), SKOS.prefLabel)
    return {
        "path": path,
        "name": name,
        "kind": next((str(kind) for kind in kinds if kind is not None), ""),
        "place": _said([triple[2] for triple in places], language),
        "also": ", ".join(others[:2]),
        "is_exact": wanted in named or wanted == path,
    }


def _said(texts: Iterable[Node], language: str) -> str:
    """The text of these in this language, else the Dutch one, else any."""
    found = [text for text in texts if isinstance(text, Literal)]
    found.sort(key=lambda text: (text.language != language, text.language != "nl", str(text)))
    return str(found[0]) if found else ""
