"""The stored questions: each is whole, runs alike in two engines, and gives the answer read in the documents by hand.

The union they are asked of is that of the build: the content, and what ``derive-*.rq`` add to it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import pyoxigraph as ox
import pytest
from rdflib import BNode, Dataset, Graph, Literal, URIRef

from zorgnetwerk.dataset import queries
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.terms import graph_names, syntax

from .reading import BASE, DCT, RDF, RDFS, REPOSITORY, normalise, plain, value

SH = "http://www.w3.org/ns/shacl#"
KEYWORDS = "https://schema.org/keywords"
LANGUAGES = frozenset(("nl", "fr", "de", "en"))
FILES = sorted((REPOSITORY / "data" / "queries").glob("*.ttl"))
SLUGS = [path.stem for path in FILES]
ANSWERS = REPOSITORY / "data" / "queries" / "answers"
PUBLIC = [f"CQ{number:02d}" for number in range(1, 21)]
OWN_QUESTIONS = 30

Cell: TypeAlias = tuple[str, str, str] | None
"""Lexical form, language and datatype of a term (an IRI: with datatype "iri"); None where the variable is unbound."""
Rows: TypeAlias = "Counter[tuple[Cell, ...]]"


@dataclass(frozen=True)
class Union:
    """The same content in both engines."""

    engine: ox.Store = field(repr=False)
    flat: Graph = field(repr=False)
    graphs: Dataset = field(repr=False)


@pytest.fixture(scope="module")
def union() -> Union:
    lines = Content(REPOSITORY).lines()
    engine = ox.Store()
    engine.load(input="\n".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
    derived = [
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(graph_names.DERIVED))
        for path in sorted(Path(queries.__file__).parent.glob("derive-*.rq"))
        for triple in engine.query(path.read_text("utf-8"), use_default_graph_as_union=True)
    ]
    engine.extend(derived)
    flat, graphs = Graph(), Dataset(default_union=True)
    for subject, predicate, target, name in syntax.lines_to_quads(str(quad) + " ." for quad in engine):
        flat.add((subject, predicate, target))
        graphs.add((subject, predicate, target, name))
    return Union(engine, flat, graphs)


def quads_of(slug: str) -> list[ox.Quad]:
    path = REPOSITORY / "data" / "queries" / f"{slug}.ttl"
    return list(ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE))


def question(slug: str) -> MappingProxyType[str, list[Any]]:
    """What the file says about its question, by predicate."""
    about: dict[str, list[Any]] = {}
    for quad in quads_of(slug):
        if value(quad.subject) == f"{BASE}id/vraag/{slug}":
            about.setdefault(quad.predicate.value, []).append(quad.object)
    return MappingProxyType(about)


def text_of(slug: str) -> str:
    return value(question(slug)[SH + "select"][0])


def engine_cell(term: Any) -> Cell:
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        return term.value, term.language or "", "" if term.language else term.datatype.value
    return value(term), "", "iri"


def rdflib_cell(term: Any) -> Cell:
    if term is None:
        return None
    if isinstance(term, Literal):
        plain_type = "http://www.w3.org/2001/XMLSchema#string"
        return str(term), term.language or "", "" if term.language else str(term.datatype or plain_type)
    assert isinstance(term, (URIRef, BNode))
    return str(term), "", "iri"


def in_engine(text: str, union: Union) -> tuple[list[str], Rows]:
    found = union.engine.query(text, use_default_graph_as_union=True)
    names = [variable.value for variable in found.variables]
    return names, Counter(tuple(engine_cell(row[name]) for name in names) for row in found)


def in_rdflib(text: str, union: Union) -> tuple[list[str], Rows]:
    found = (union.graphs if "GRAPH" in text else union.flat).query(text)
    names = [str(name) for name in found.vars or ()]
    return names, Counter(tuple(rdflib_cell(row.get(name)) for name in names) for row in found.bindings)


def shown(cell: Cell) -> str | None:
    """The text of a cell as the answers write it: an IRI of ours without the base."""
    return None if cell is None else cell[0].removeprefix(BASE) if cell[2] == "iri" else cell[0]


# rdflib itself uses old names of its Dataset when it evaluates GRAPH
@pytest.mark.filterwarnings("ignore:Dataset.(contexts|default_context) is deprecated:DeprecationWarning")
@pytest.mark.parametrize("slug", SLUGS)
def test_question_gives_the_answer_in_both_engines(slug: str, union: Union) -> None:
    names, rows = in_engine(text_of(slug), union)
    assert rows
    assert in_rdflib(text_of(slug), union) == (names, rows)
    answer = json.loads((ANSWERS / f"{slug}.json").read_text("utf-8"))
    places = [names.index(column) for column in answer["columns"]]
    found = Counter(tuple(shown(row[place]) for place in places) for row in rows.elements())
    assert found == Counter(tuple(row) for row in answer["rows"])


@pytest.mark.parametrize("slug", SLUGS)
def test_question_is_whole(slug: str) -> None:
    about = question(slug)
    assert {value(kind) for kind in about[RDF + "type"]} == {SH + "SPARQLExecutable", SH + "SPARQLSelectExecutable"}
    for predicate in (RDFS + "label", RDFS + "comment"):
        assert sorted(text.language for text in about[predicate]) == sorted(LANGUAGES)
        assert all(normalise(text.value) == text.value for text in about[predicate])
    assert {text.language for text in about[KEYWORDS]} == LANGUAGES
    assert len(about[SH + "select"]) == 1


@pytest.mark.parametrize("slug", SLUGS)
def test_text_stays_on_this_data_and_is_portable(slug: str) -> None:
    text = text_of(slug)
    words = re.sub(r'<[^>]*>|"[^"]*"|#[^\n]*', "", text)
    assert not re.search(r"\b(?:SERVICE|FROM|EXISTS|GROUP_CONCAT|SAMPLE|REDUCED)\b", words, re.IGNORECASE)
    assert "ORDER BY" in words
    assert re.search(r"^# \S", text, re.MULTILINE)
    declared = dict(re.findall(r"^PREFIX (\w*): <([^>]*)>", text, re.MULTILINE))
    assert {prefix for prefix in re.findall(r"(?<![\w?])(\w+):", words) if prefix} == set(declared)
    known = Content(REPOSITORY).prefixes()
    assert {prefix: known.get(prefix) for prefix in declared} == declared


@pytest.mark.parametrize("slug", SLUGS)
def test_parameter_has_a_name_and_its_default_stands_in_the_text(slug: str) -> None:
    quads = quads_of(slug)
    parameters = [value(node) for node in question(slug).get(SH + "parameter", ())]
    assert len(re.findall(r"^  VALUES \?\w+ \{ ", text_of(slug), re.MULTILINE)) >= len(parameters)
    for parameter in parameters:
        name = parameter.removeprefix(f"{BASE}id/vraag/{slug}/parameter/")
        said = {quad.predicate.value: quad.object for quad in quads if value(quad.subject) == parameter}
        names = [
            quad.object for quad in quads if value(quad.subject) == parameter and quad.predicate.value == SH + "name"
        ]
        default = said[SH + "defaultValue"]
        assert {text.language for text in names} == LANGUAGES
        assert value(said[SH + "nodeKind"]) == SH + ("IRI" if isinstance(default, ox.NamedNode) else "Literal")
        assert in_values(default, name, text_of(slug))


def in_values(default: Any, name: str, text: str) -> bool:
    """Whether the text has a block VALUES that gives the variable this one value."""
    prefixes = "\n".join(re.findall(r"^PREFIX .*$", text, re.MULTILINE))
    block = re.search(rf"^  VALUES \?{re.escape(name)} \{{ (.*) \}}$", text, re.MULTILINE)
    assert block
    found = list(ox.Store().query(f"{prefixes}\nSELECT ?{name} {{ {block[0]} }}"))
    return [row[name] for row in found] == [default]


def test_public_questions_are_all_here() -> None:
    identifiers = [value(term) for slug in SLUGS for term in question(slug).get(DCT + "identifier", ())]
    assert sorted(identifiers) == PUBLIC
    assert len(SLUGS) - len(PUBLIC) >= OWN_QUESTIONS


def test_public_question_asks_what_the_list_asks(shared: Path) -> None:
    listed = (shared / "evidence" / "competency_public.md").read_text("utf-8")
    texts = dict(re.findall(r"^## (CQ\d\d).*\n- nl: (.*)$", listed, re.MULTILINE))
    said = {
        value(about[DCT + "identifier"][0]): {plain(text.value) for text in about[RDFS + "label"]}
        for about in map(question, SLUGS)
        if DCT + "identifier" in about
    }
    assert sorted(texts) == PUBLIC
    assert {number for number, text in texts.items() if plain(text) not in said[number]} == set(REWORDED)


# the list asks "Geef alle vermelde capaciteiten ...": a command, not the question of a person
REWORDED = MappingProxyType({"CQ06": "Geef alle vermelde capaciteiten"})


def test_every_question_has_its_answer_and_no_answer_is_left_over() -> None:
    assert sorted(path.stem for path in ANSWERS.glob("*.json")) == SLUGS


def test_no_two_questions_are_asked_in_the_same_words() -> None:
    labels = Counter(plain(text.value) for slug in SLUGS for text in question(slug)[RDFS + "label"])
    assert [label for label, times in labels.items() if times > 1] == []
