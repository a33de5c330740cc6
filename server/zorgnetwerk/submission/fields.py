"""What the columns of the sheets are called and may hold, from ontology, code lists and shapes.

Knows the shapes as data. Must not know files.
"""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from zorgnetwerk.dataset import labels
from zorgnetwerk.submission.rules import Rulebook
from zorgnetwerk.submission.tables import SHEETS, Column, Kind, Sheet
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.namespaces import SH, SKOS

Words: TypeAlias = Mapping[str, str]
"""A text in each language."""

_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a list, with its name in each language."""

    iri: URIRef
    names: Words


@dataclass(frozen=True, slots=True)
class Field:
    """A column with its words. Shape: ``codes`` is the list that it chooses from; ``is_required``: a rule asks for it;
    ``example`` what an example row says; of a code the end of its IRI."""

    column: Column
    heading: Words
    help: Words
    example: str = ""
    codes: tuple[Code, ...] = ()
    is_required: bool = False

    def code(self, text: str) -> Code | None:
        """The code of this name, in whatever language and case, or of this IRI or end of an IRI."""
        wanted = text.strip().casefold()
        for code in self.codes:
            tail = str(code.iri).rpartition("/")[2].casefold()
            if wanted in (str(code.iri).casefold(), tail, *(name.casefold() for name in code.names.values())):
                return code
        return None


@dataclass(frozen=True, slots=True)
class Form:
    """One sheet with its title and the fields of its columns."""

    sheet: Sheet
    title: Words
    fields: tuple[Field, ...]

    def field(self, heading: str) -> Field | None:
        """The field with this heading or key, in whatever language and case."""
        wanted = " ".join(heading.strip().rstrip("*").split()).casefold()
        for item in self.fields:
            if wanted in (item.column.key, *(words.casefold() for words in item.heading.values())):
                return item
        return None


@cache
def sheet_words() -> Mapping[str, Any]:
    """The words that neither ontology nor shapes have, as ``sheets.toml`` holds them."""
    text = (importlib.resources.files("zorgnetwerk.submission") / "sheets.toml").read_text("utf-8")
    return MappingProxyType(tomllib.loads(text))


def forms(rules: Rulebook, ontology: Graph) -> tuple[Form, ...]:
    """All sheets with the words and lists of their columns."""
    words = sheet_words()
    return tuple(
        Form(sheet, words["sheets"][sheet.key], tuple(_fields(sheet, rules.graph, ontology, words))) for sheet in SHEETS
    )


def _fields(sheet: Sheet, shapes: Graph, ontology: Graph, words: Mapping[str, Any]) -> Iterator[Field]:
    required = _required(sheet.thing_class, shapes)
    examples: Mapping[str, str] = words["example"].get(sheet.key, {})
    for column in sheet.columns:
        heading = words["heading"].get(column.key) or {
            tag: _label(ontology, column.path, tag) + (f" ({column.language})" if column.language else "")
            for tag in LANGUAGES
        }
        help_ = words["help"].get(column.key) or {tag: _definition(ontology, column.path, tag) for tag in LANGUAGES}
        yield Field(
            column,
            MappingProxyType(heading),
            MappingProxyType(help_),
            examples.get(column.key, ""),
            _codes(column, shapes, ontology),
            column.path in required and column.language in ("", "nl") and not column.on_time and not column.from_text,
        )


def _label(ontology: Graph, term: URIRef, language: str) -> str:
    found = labels.label(ontology, term, language)
    return str(found) if found is not None else labels.local_name(str(term))


def _definition(ontology: Graph, term: URIRef, language: str) -> str:
    return next((str(text) for text in ontology.objects(term, SKOS.definition) if text.language == language), "")  # type: ignore[attr-defined]


def _codes(column: Column, shapes: Graph, ontology: Graph) -> tuple[Code, ...]:
    if column.kind is Kind.LICENCE:
        listed = (iri for shape in shapes.subjects(SH.path, column.path) for iri in _listed(shapes, shape))
        return tuple(_licence(iri) for iri in dict.fromkeys(listed))
    if column.kind is not Kind.CODE:
        return ()
    scheme = _scheme(column.path, shapes)
    concepts = sorted(concept for concept in ontology.subjects(SKOS.inScheme, scheme) if isinstance(concept, URIRef))
    # What only gathers others is no answer to a question.
    gathering = set(ontology.subjects(SKOS.topConceptOf, scheme)) & set(ontology.objects(None, SKOS.broader))
    chosen = [concept for concept in concepts if concept not in gathering] or concepts
    return tuple(
        Code(concept, MappingProxyType({tag: _label(ontology, concept, tag) for tag in LANGUAGES}))
        for concept in chosen
    )


def _scheme(path: URIRef, shapes: Graph) -> Node | None:
    """The list that a rule demands for the values of a property."""
    for shape in shapes.subjects(SH.path, path):
        for inner in (*shapes.objects(shape, SH.node), *shapes.objects(shape, SH.qualifiedValueShape)):
            for condition in shapes.objects(inner, SH.property):
                scheme = shapes.value(condition, SH.hasValue)
                if shapes.value(condition, SH.path) == SKOS.inScheme and scheme is not None:
                    return scheme
    return None


def _listed(shapes: Graph, shape: Node) -> Iterator[URIRef]:
    head = shapes.value(shape, SH["in"])
    if head is not None:
        yield from (item for item in Collection(shapes, head) if isinstance(item, URIRef))


def _licence(iri: URIRef) -> Code:
    name = str(iri).rpartition("/")[2]
    return Code(iri, MappingProxyType(dict.fromkeys(LANGUAGES, name)))


def _required(thing_class: URIRef, shapes: Graph) -> set[Node]:
    """The properties that some rule on this class asks for at least once."""
    found: set[Node] = set()
    for shape in shapes.subjects(SH.targetClass, thing_class):
        found |= _asked(shapes, shape, _DEEPEST)
    return found


def asked_by(shapes: Graph, shape: Node) -> set[Node]:
    """The properties that a rule asks for at least once."""
    return _asked(shapes, shape, _DEEPEST)


def _asked(shapes: Graph, shape: Node, depth: int) -> set[Node]:
    if depth == 0:
        return set()
    found: set[Node] = set()
    counts = (*shapes.objects(shape, SH.minCount), *shapes.objects(shape, SH.qualifiedMinCount))
    path = shapes.value(shape, SH.path)
    if path is not None and any(str(count) != "0" for count in counts):
        choice = shapes.value(path, SH.alternativePath)
        found |= {path} if choice is None else set(list(Collection(shapes, choice))[:1])
    for inner in shapes.objects(shape, SH.property):
        found |= _asked(shapes, inner, depth - 1)
    for head in shapes.objects(shape, SH["or"]):
        for inner in Collection(shapes, head):
            found |= _asked(shapes, inner, depth - 1)
    return found
