"""The patterns of a query, read from its tokens: in its own words, and never stuck."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zorgnetwerk.errors import QueryRefused
from zorgnetwerk.store.query import Query
from zorgnetwerk.store.reading import read

QUESTIONS = Path(__file__).resolve().parents[2] / "data" / "queries"


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("ASK { ?s a ex:C. }", ["?s a ex:C"]),
        ("SELECT * { ?s ?p 1.5 , 2. ?s ?q -3 ; ?r true . }", ["?s ?p 1.5", "?s ?p 2", "?s ?q -3", "?s ?r true"]),
        ("ASK { ?s x:p 'a'@nl , \"b\"^^x:t ; }", ["?s x:p 'a'@nl", '?s x:p "b"^^x:t']),
        ("ASK { ?s x:p/^x:q/x:r ?o }", ["?s x:p _:step1", "_:step1 ^x:q _:step2", "_:step2 x:r ?o"]),
        ("ASK { ?s x:p|x:q/x:r ?o }", ["?s x:p|x:q/x:r ?o"]),
        ("ASK { ?s (x:p/x:q)* ?o }", ["?s (x:p/x:q)* ?o"]),
        ("ASK { ?s !(a|^x:p) ?o }", ["?s !(a|^x:p) ?o"]),
        ("ASK { ?s x:p [ x:q ?o ; x:r [] ] }", ["_:step1 x:q ?o", "_:step1 x:r _:step2", "?s x:p _:step1"]),
        ("ASK { [] a x:C ; x:p _:b. }", ["_:step1 a x:C", "_:step1 x:p _:b"]),
        ("ASK { [ x:p ?o ] }", ["_:step1 x:p ?o"]),
        ("ASK { GRAPH ?g { ?s ?p ?o } }", ["GRAPH ?g { ?s ?p ?o }"]),
        ("CONSTRUCT { ?s x:new ?o } WHERE { ?s x:old ?o }", ["?s x:old ?o"]),
        ("CONSTRUCT WHERE { ?s x:old ?o }", ["?s x:old ?o"]),
        ("DESCRIBE ?s WHERE { ?s a x:C }", ["?s a x:C"]),
        ("DESCRIBE <urn:x>", []),
        ("ASK { FILTER(?x > 1 && ?y = '}') BIND(1 + 2 AS ?z) VALUES ?x { 1 } ?s ?p ?x }", ["?s ?p ?x"]),
        ("ASK { FILTER REGEX(?x, 'a') ?s ?p ?x } # ?no ?no ?no", ["?s ?p ?x"]),
    ],
)
def test_patterns_stand_in_the_words_of_the_query(text: str, patterns: list[str]) -> None:
    found = read(text)
    assert [pattern.text for pattern in found.patterns] == patterns
    assert found.is_whole


def test_what_a_pattern_stands_in_is_known() -> None:
    found = read(
        "PREFIX x: <urn:x> SELECT ?a FROM <urn:g> {\n ?a x:p ?b\n OPTIONAL { ?a x:q ?c } MINUS { ?a x:r ?d }\n"
        " FILTER NOT EXISTS { ?a x:s ?e . ?e x:t ?f } FILTER(!EXISTS { ?a x:u ?g })\n"
        " { ?a x:v ?h } UNION { ?a x:w ?i } { ?a x:y ?j } } ORDER BY ?a LIMIT 7"
    )
    roles = {pattern.predicate: pattern.role for pattern in found.patterns}
    assert roles == {
        "x:p": "", "x:q": "optional", "x:r": "minus", "x:s": "exists", "x:t": "exists", "x:u": "exists",
        "x:v": "", "x:w": "", "x:y": "",
    }  # fmt: skip
    branches = {pattern.predicate: pattern.branch for pattern in found.patterns}
    assert branches["x:p"] == branches["x:y"] == ()
    assert branches["x:v"][0][0] == branches["x:w"][0][0]
    assert branches["x:v"] != branches["x:w"]
    assert [pattern.line for pattern in found.patterns][:3] == [2, 3, 3]
    assert (found.limit, found.prologue, found.dataset) == (7, "PREFIX x: <urn:x>\n", "FROM <urn:g> ")
    assert {"UNION", "ORDER", "OPTIONAL"} <= found.words


def test_an_inner_select_is_a_scope_of_its_own() -> None:
    found = read("SELECT * { ?a x:p ?b { SELECT ?b (COUNT(*) AS ?n) { ?b x:q ?c } GROUP BY ?b LIMIT 3 } }")
    outer, inner = found.patterns
    assert outer.scope != inner.scope
    [shown] = found.inner
    assert (shown.scope, shown.outer, shown.variables, shown.most) == (inner.scope, outer.scope, ("?b", "?n"), 3)
    assert not found.is_computed
    assert read("SELECT * { { SELECT * { ?s ?p ?o } } }").inner[0].variables == ("?s", "?p", "?o")
    assert read("SELECT * { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }").inner[0].most == 1
    assert read("SELECT * { { SELECT (STR(?s) AS ?n) { ?s ?p ?o } } }").inner[0].most is None


@pytest.mark.parametrize(
    ("text", "is_computed"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", True),
        ("SELECT ?s { ?s ?p ?o } GROUP BY ?s", True),
        ("SELECT (STR(?o) AS ?n) { ?s ?p ?o }", False),
        ("SELECT * { ?s ?p ?o } ORDER BY ?s", False),
    ],
)
def test_a_summed_up_answer_is_known(text: str, is_computed: bool) -> None:
    assert read(text).is_computed is is_computed


@pytest.mark.parametrize(
    ("text", "variables", "number"),
    [
        ("ASK { VALUES ?x { 1 'a'@nl 'b'^^x:t <urn:x> -2 UNDEF } }", ("?x",), 6),
        ("ASK { VALUES (?x ?y) { (1 2) (3 UNDEF) () } }", ("?x", "?y"), 3),
        ("ASK { ?s ?p ?x } VALUES ?x { 1 2 }", ("?x",), 2),
    ],
)
def test_the_rows_of_values_are_counted(text: str, variables: tuple[str, ...], number: int) -> None:
    [rows] = read(text).rows
    assert (rows.variables, rows.number) == (variables, number)


@pytest.mark.parametrize("path", sorted(QUESTIONS.glob("*.ttl")), ids=lambda path: path.stem)
def test_every_stored_question_is_read_as_a_whole(path: Path) -> None:
    text = re.search(r'sh:select """(.*?)"""', path.read_text("utf-8"), re.DOTALL)
    assert text is not None
    found = read(text[1])
    assert found.patterns
    assert found.is_whole


@pytest.mark.parametrize("text", ["ASK { << ?s ?p ?o >> ?q ?r }", "ASK { ?s ?p ( 1 2 ) }", "ASK { ?s ) ?p }"])
def test_what_is_not_taken_apart_is_told(text: str) -> None:
    assert not read(text).is_whole


PIECES = [
    "SELECT",
    "ASK",
    "CONSTRUCT",
    "DESCRIBE",
    "WHERE",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ".",
    ";",
    ",",
    "?x",
    "a",
    "x:p",
    "'a'",
    "1",
    "/",
    "|",
    "^",
    "!",
    "*",
    "+",
    "?",
    "UNION",
    "OPTIONAL",
    "MINUS",
    "GRAPH",
    "FILTER",
    "EXISTS",
    "NOT",
    "BIND",
    "VALUES",
    "FROM",
    "NAMED",
    "LIMIT",
    "PREFIX",
    "x:",
    "<urn:x>",
    "BASE",
    "@nl",
    "^^",
    "<<",
    ">>",
    "GROUP",
]


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_row_of_tokens_is_read_to_its_end(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert read(text) == read(text)


@given(st.text(max_size=200))
def test_any_text_that_passes_the_gate_is_read(text: str) -> None:
    try:
        Query.parse(f"ASK {{ {text} }}")
    except QueryRefused:
        return
    read(f"ASK {{ {text} }}")


@pytest.mark.parametrize(
    "text",
    ["ASK " + "{" * 99 + "}" * 99, "ASK { ?s ?p " + "[ ?p " * 98 + "1" + " ]" * 98 + " }", "ASK { " + "?s ?p ?o . " * 1_900 + "}", "ASK { ?s " + "(" * 98 + "a" + ")" * 98 + " ?o }"],
    ids=["groups", "blank nodes", "triples", "path"],
)  # fmt: skip
def test_the_largest_texts_of_the_gate_are_read_at_once(text: str) -> None:
    Query.parse(text)
    began = time.perf_counter()
    read(text)
    assert time.perf_counter() - began < 2
