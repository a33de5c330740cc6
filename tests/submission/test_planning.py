"""The order of patterns: linear where rdflib's is not, and never another solution."""

from __future__ import annotations

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.plugins.sparql import prepareQuery
from rdflib.query import ResultRow
from rdflib.term import BNode, Identifier, Variable

from zorgnetwerk.submission.checking import Checker
from zorgnetwerk.submission.holdings import read_folder
from zorgnetwerk.submission.planning import ordered, register

from ..conftest import ROOT
from .unplanned import rdflib_alone

THIS, OTHER, KIND = Variable("this"), Variable("other"), Variable("kind")
KNOWS, IS, OF = URIRef("http://e.example/knows"), URIRef("http://e.example/is"), URIRef("http://e.example/of")
TALL = Literal("tall")
QUERIES = {
    "a constant comes after what is met": "SELECT ?other { ?other <http://e.example/is> 'tall' . $this <http://e.example/knows> ?other }",
    "a blank node joins": "SELECT ?other { $this <http://e.example/knows> [ <http://e.example/knows> ?other ] }",
    "a path joins": "SELECT ?other { ?other <http://e.example/is> 'tall' . $this <http://e.example/knows>+ ?other }",
    "an optional part knows what is bound": "SELECT ?other ?far { $this <http://e.example/knows> ?other OPTIONAL { ?far <http://e.example/is> 'tall' . ?other <http://e.example/knows> ?far } }",
    "what does not exist": "SELECT ?other { $this <http://e.example/knows> ?other FILTER NOT EXISTS { ?far <http://e.example/is> 'tall' . ?other <http://e.example/knows> ?far } }",
    "two ways": "SELECT ?other { { $this <http://e.example/knows> ?other } UNION { ?other <http://e.example/knows> $this . ?other <http://e.example/is> 'tall' } }",
    "a product": "SELECT ?other ?kind { ?other <http://e.example/is> 'tall' . $this <http://e.example/is> ?kind }",
    "one variable twice": "SELECT ?other { ?other <http://e.example/knows> ?other . $this <http://e.example/knows> ?other }",
}


class Counting(Graph):
    """A graph that counts how many triples it was asked for."""

    asked = 0

    def triples(self, triple):  # type: ignore[no-untyped-def]  # as the library's own
        for found in super().triples(triple):
            self.asked += 1
            yield found


def thing(number: int) -> URIRef:
    return URIRef(f"http://e.example/{number}")


def many(count: int) -> Counting:
    """Each knows the next and itself now and then; each second one is tall."""
    graph = Counting()
    for number in range(count):
        graph.add((thing(number), KNOWS, thing((number + 1) % count)))
        if number % 5 == 0:
            graph.add((thing(number), KNOWS, thing(number)))
        graph.add((thing(number), IS, TALL if number % 2 else Literal("small")))
    return graph


def solutions(graph: Graph, query: str, this: Identifier) -> list[str]:
    rows = graph.query(prepareQuery(query), initBindings={"this": this})
    return sorted(str(row.asdict()) for row in rows if isinstance(row, ResultRow))


@pytest.fixture(autouse=True)
def _registered() -> None:
    register()


@pytest.mark.parametrize("name", QUERIES)
def test_solutions_are_those_of_rdflib(name: str) -> None:
    graph = many(30)
    for number in range(12):
        with rdflib_alone():
            expected = solutions(graph, QUERIES[name], thing(number))
        assert solutions(graph, QUERIES[name], thing(number)) == expected
    assert any(solutions(graph, QUERIES[name], thing(number)) for number in range(12))


def test_a_constant_does_not_make_the_cost_grow_with_the_data() -> None:
    query = QUERIES["a constant comes after what is met"]
    asked = {}
    for count in (100, 1_000):
        graph = many(count)
        graph.asked = 0
        solutions(graph, query, thing(1))
        asked[count] = graph.asked
    assert asked[100] == asked[1_000] < 10
    with rdflib_alone():
        graph.asked = 0
        solutions(graph, query, thing(1))
    assert graph.asked > 400, "rdflib orders well by itself now: this module can go"


def test_what_is_bound_is_met_first_and_types_last() -> None:
    node = BNode()
    patterns = [(THIS, RDF.type, KIND), (OTHER, RDF.type, KIND), (OTHER, KNOWS, node), (node, OF, THIS)]
    assert ordered(patterns, {THIS}) == [patterns[3], patterns[2], patterns[0], patterns[1]]
    assert ordered([], {THIS}) == []


def test_constraints_of_our_shapes_find_what_they_found(checker: Checker) -> None:
    graph, rules = read_folder(ROOT / "data") + read_folder(ROOT / "ontologie"), checker.shapes.rules
    compared = 0
    for shape in checker.shapes.validators:
        for constraint in checker.shapes.constraints.get(shape.node, ()):
            focus = sorted(shape.focus_nodes(graph), key=str)[:40]  # type: ignore[no-untyped-call]  # no types there
            with rdflib_alone():
                expected = sorted(map(repr, constraint.evaluate(graph, focus, rules)))
            assert sorted(map(repr, constraint.evaluate(graph, focus, rules))) == expected, constraint.node
            compared += len(focus)
    assert compared > 300
