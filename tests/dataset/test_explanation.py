"""What a query will cost: counts of its patterns, arithmetic over them, and what to change."""

from __future__ import annotations

import pytest

from zorgnetwerk.dataset.estimating import Counted, Estimate, estimate
from zorgnetwerk.dataset.explanation import count_text
from zorgnetwerk.store.query import Query
from zorgnetwerk.store.reading import read

from ..memory_store import MemoryStore


def estimated(text: str, number: int = 10_000, **values: float) -> Estimate:
    """The estimate when every pattern matches so often; ``values`` by variable, all different by default."""
    found = read(text)
    named = {f"?{name}": value for name, value in values.items()}
    return estimate(found, [Counted(each, number, named) for each in found.patterns])


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("ASK { }", 1),
        ("ASK { ?a x:p ?b }", 10_000),
        ("ASK { ?a x:p ?b . ?a x:q ?c }", 10_000),
        ("ASK { ?a x:p ?b . ?c x:q ?d }", 100_000_000),
        ("ASK { ?a x:p ?b . BIND(STR(?a) AS ?c) . ?c x:q ?d }", 10_000),
        ("ASK { VALUES ?a { 1 2 } ?a x:p ?b }", 2),
        ("ASK { ?a x:p ?b OPTIONAL { ?a x:q ?c } }", 10_000),
        ("ASK { { ?a x:p ?b } UNION { ?c x:q ?d } }", 10_000),
        ("ASK { { ?a x:p ?b } { ?c x:q ?d } }", 100_000_000),
        ("ASK { ?a x:p ?b MINUS { ?c x:q ?d } }", 10_000),
        ("SELECT * { ?a x:p ?b } LIMIT 5", 5),
        ("ASK { { SELECT ?a { ?a x:p ?b } LIMIT 3 } ?a x:q ?c }", 3),
        ("ASK { { SELECT * { ?a x:p ?b } } { SELECT * { ?c x:q ?d } } }", 100_000_000),
    ],
)
def test_rows_follow_from_what_patterns_share(text: str, rows: float) -> None:
    assert estimated(text).rows == rows


def test_values_that_come_often_make_a_join_long() -> None:
    text = "ASK { ?a x:p ?t . ?b x:q ?t }"
    assert estimated(text, t=10_000).rows == 10_000
    assert estimated(text, t=10).rows == 10_000_000


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("SELECT * { ?a x:p ?b }", "cheap"),
        ("SELECT * { ?a x:p* ?b }", "heavy"),
        ("SELECT * { <urn:x> x:p* ?b }", "cheap"),
        ("SELECT * { ?a x:p ?b FILTER NOT EXISTS { ?a x:q ?c } }", "cheap"),
        ("SELECT * { ?a x:p ?b FILTER NOT EXISTS { ?a x:q ?c . ?c x:r ?d } }", "heavy"),
    ],
)
def test_the_class_follows_the_rule(text: str, cost: str) -> None:
    assert estimated(text).cost == cost


def test_an_answer_that_would_be_too_long_is_heavy_unless_it_is_limited_or_summed_up() -> None:
    def cost(text: str) -> str:
        return estimated(text, 2_000_000).cost

    assert cost("SELECT * { ?a x:p ?b }") == "heavy"
    assert cost("SELECT * { ?a x:p ?b } LIMIT 10") == "moderate"
    assert cost("SELECT (COUNT(*) AS ?n) { ?a x:p ?b }") == "moderate"


def test_what_could_not_be_counted_is_heavy() -> None:
    found = read("ASK { ?a x:p ?b }")
    assert estimate(found, [Counted(found.patterns[0], None)]).cost == "heavy"


def test_a_product_names_its_lines() -> None:
    assert estimated("ASK {\n ?a x:p ?b .\n ?c x:q ?d }").products == ((2, 3),)
    assert estimated("ASK {\n ?a x:p ?b .\n ?a x:q ?d }").products == ()


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX org: <http://www.w3.org/ns/org#> ASK { ?s a org:Organization }",
        "ASK { ?s ?p ?o }",
        "ASK { GRAPH ?g { ?s ?p ?s } }",
        "ASK { ?s <urn:nothing> _:b }",
        "ASK { ?s (<urn:x>|a)+ ?o }",
        "ASK { ?s a/^a ?o }",
    ],
)
def test_a_count_is_right_and_its_query_passes_the_gate(network: MemoryStore, text: str) -> None:
    found = read(text)
    for pattern in found.patterns:
        counting = count_text(found, pattern)
        Query.parse(counting)
        [row] = network.select(counting)
        body = (
            f"GRAPH {pattern.graph} {{ {pattern.subject} {pattern.predicate.rstrip('+')} {pattern.object} }}"
            if pattern.graph
            else f"{pattern.subject} {pattern.predicate.rstrip('+')} {pattern.object}"
        )
        rows = network.select(f"{found.prologue}SELECT * {{ {body} }}".replace("_:b", "?b").replace("_:step1", "?step"))
        assert int(str(row["n"])) == len(rows)
        first = pattern.variables[0].replace("_:", "?").lstrip("?")
        if first in (rows[0] if rows else ()):
            often: dict[str, int] = {}
            for each in rows:
                often[str(each[first])] = often.get(str(each[first]), 0) + 1
            assert int(str(row["s0"])) == sum(times**2 for times in often.values())


def test_a_term_of_the_query_stands_in_its_count_as_it_is() -> None:
    found = read("BASE <http://e/> PREFIX x: <x#> SELECT * FROM <g> { ?s x:p 'a b'@nl }")
    text = count_text(found, found.patterns[0])
    assert text.startswith("BASE <http://e/>\nPREFIX x: <x#>\nSELECT * FROM <g> WHERE {")
    assert "{ ?v0 x:p 'a b'@nl }" in text
