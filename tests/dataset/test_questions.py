"""Stored questions: read from the data, asked of checked values and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Literal, URIRef

from zorgnetwerk.dataset import parameters, questions
from zorgnetwerk.dataset.parameters import Parameter, bound
from zorgnetwerk.dataset.questions import Question
from zorgnetwerk.errors import NotFound, SyntaxInvalid
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.namespaces import XSD

from ..memory_store import MemoryStore, content_files

ROOT = Path(__file__).resolve().parents[2]
BASE = Base("http://localhost:7777/")
IRI = Parameter("x", (), URIRef("http://e/a"))
DAY = Parameter("x", (), Literal("2016-11-15", datatype=XSD.date))
NUMBER = Parameter("x", (), Literal("69", datatype=XSD.integer))
SIZE = Parameter("x", (), Literal("6.9", datatype=XSD.decimal))
TRUTH = Parameter("x", (), Literal("true", datatype=XSD.boolean))
WORDS = Parameter("x", (), Literal("zol"))
TAGGED = Parameter("x", (), Literal("huis", lang="nl"))
TEXT = "SELECT * WHERE {\n  VALUES ?x { <http://e/a> }\n  ?x ?p ?o .\n}"


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    return MemoryStore(content_files(ROOT), BASE)


@pytest.fixture(scope="module")
def found(store: MemoryStore) -> list[Question]:
    return questions.stored(store)


def test_every_file_is_a_question_with_words_in_four_languages(found: list[Question]) -> None:
    files = {path.stem for path in (ROOT / "data" / "queries").glob("*.ttl")}
    assert {question.slug for question in found} == files
    for question in found:
        assert {text.language for text in question.labels} == {"nl", "fr", "de", "en"}, question.slug
        assert question.topics("fr"), question.slug


def test_every_parameter_enters_the_text_where_its_default_stood(found: list[Question]) -> None:
    asked = [question for question in found if question.parameters]
    assert len(asked) > 30
    for question in asked:
        values = question.values([])
        assert question.asked(values) == question.text
        again = bound(question.text, values)
        assert Query.parse(again).form == question.form
        assert again.count("VALUES") == question.text.count("VALUES")


def test_another_value_gives_another_answer(store: MemoryStore, found: list[Question]) -> None:
    question = questions.named(found, "opzoeken-op-naam")
    rows = store.select(question.asked(question.values([("zoekterm", "HospiLim")])))
    assert {str(row["ding"]) for row in rows} == {BASE.iri("id/samenwerkingsverband/hospilim")}
    assert rows != store.select(question.text)


def test_the_parameters_come_in_the_order_of_the_text(found: list[Question]) -> None:
    question = questions.named(found, "gebeurtenissen-in-een-periode")
    assert [each.name for each in question.parameters] == ["van", "tot"]
    assert question.parameters[0].label("de") == "von"


def test_choices_are_things_of_the_kind_of_the_default(store: MemoryStore, found: list[Question]) -> None:
    [parameter] = questions.named(found, "partners-van-een-organisatie").parameters
    named = parameters.named_choices(store, BASE, parameter, "nl")
    assert (BASE.iri("id/organisatie/jessa-ziekenhuis"), "Jessa Ziekenhuis") in named
    assert all(iri.startswith(BASE.iri("id/organisatie/")) for iri, _ in named)
    assert parameters.choices(store, BASE, parameter, limit=3) is None
    assert parameters.named_choices(store, BASE, DAY, "nl") == ()


def test_codes_are_the_choices_of_a_code(store: MemoryStore, found: list[Question]) -> None:
    [parameter] = questions.named(found, "organisaties-met-rechtsvorm-vzw").parameters
    named = parameters.named_choices(store, BASE, parameter, "fr")
    assert BASE.iri("auth/rechtsvormen/vzw") in dict(named)
    assert len(named) > 1


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        (IRI, "id/organisatie/jessa"),
        (IRI, ""),
        (IRI, "http://e/a> } #"),
        (IRI, "http://e/a b"),
        (IRI, "http://e/" + "a" * 500),
        (DAY, "2016-13-01"),
        (DAY, "2016"),
        (DAY, '2016-11-15"^^xsd:date } #'),
        (NUMBER, "6,9"),
        (NUMBER, "1e9"),
        (NUMBER, "٣"),
        (SIZE, "NaN"),
        (TRUTH, "yes"),
        (WORDS, ""),
        (WORDS, "a\nb"),
        (WORDS, "a\x00"),
        (TAGGED, "a\r"),
    ],
)
def test_a_value_against_the_rule_is_refused_with_the_rule(parameter: Parameter, text: str) -> None:
    with pytest.raises(SyntaxInvalid, match=r"^x (is|has) .*expected"):
        parameter.term(text)


@pytest.mark.parametrize(
    ("parameter", "text", "written"),
    [
        (IRI, "urn:x:é", "<urn:x:é>"),
        (DAY, "2020-02-29", f'"2020-02-29"^^<{XSD.date}>'),
        (NUMBER, "007", f'"007"^^<{XSD.integer}>'),
        (SIZE, "-.5", f'"-.5"^^<{XSD.decimal}>'),
        (WORDS, 'a "b" \\ } #', '"a \\"b\\" \\\\ } #"'),
        (TAGGED, "huis'", '"huis\'"@nl'),
    ],
)
def test_a_value_by_the_rule_stands_alone_between_the_braces(parameter: Parameter, text: str, written: str) -> None:
    assert bound(TEXT, {"x": parameter.term(text)}).split("\n")[1] == f"  VALUES ?x {{ {written} }}"


@given(st.text(max_size=60))
def test_no_text_from_outside_leaves_its_literal(store_rows: MemoryStore, text: str) -> None:
    """Whatever is typed, the query stays one VALUES block that gives back the typed text."""
    try:
        term = WORDS.term(text)
    except SyntaxInvalid:
        return
    [row] = store_rows.select(bound("SELECT ?x WHERE {\n  VALUES ?x { 1 }\n}", {"x": term}))
    assert str(row["x"]) == text


@pytest.fixture(scope="module")
def store_rows() -> MemoryStore:
    return MemoryStore([], BASE)


def test_a_text_without_the_line_of_a_parameter_is_told() -> None:
    with pytest.raises(ValueError, match="0 lines"):
        bound("SELECT * { VALUES ?x { 1 } }", {"x": Literal("a")})


@pytest.mark.parametrize("given_", [[("y", "1")], [("x", "http://e/a"), ("x", "http://e/b")]])
def test_a_name_that_is_unknown_or_doubled_is_refused(given_: list[tuple[str, str]]) -> None:
    question = Question(URIRef("http://e/q"), TEXT, "SELECT", (), (), (), (IRI,))
    with pytest.raises(SyntaxInvalid):
        question.values(given_)


@pytest.mark.parametrize(
    ("words", "holds"),
    [("RESEAU partner", "partners-van-partners"), ("Netzwerkanalyse", "partners-van-partners"), ("", "alle-bronnen")],
)
def test_a_search_finds_words_in_any_language_without_accents(found: list[Question], words: str, holds: str) -> None:
    assert holds in {question.slug for question in questions.matching(found, words)}


def test_a_search_wants_every_word(found: list[Question]) -> None:
    assert questions.matching(found, "partners zzz") == []


def test_an_unknown_slug_is_not_found(found: list[Question]) -> None:
    with pytest.raises(NotFound, match="/queries"):
        questions.named(found, "nobody")
