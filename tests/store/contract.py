"""What every store keeps, whichever engine is behind it. ``test_remote.py`` and ``test_contract_embedded.py`` run this
suite."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree

import pytest
from rdflib import BNode, Graph, Literal, URIRef

from zorgnetwerk.errors import DeadlineExceeded, NotAcceptable, ResultTooLarge, SyntaxInvalid
from zorgnetwerk.store.base import DatasetSelection, Limits, Store
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.media_types import MediaType

DATA = """
<http://e/a> <http://e/name> "één"@nl <http://e/g1> .
<http://e/a> <http://e/name> "one"@en <http://e/g1> .
<http://e/a> <http://e/knows> <http://e/b> <http://e/g1> .
<http://e/b> <http://e/size> "3"^^<http://www.w3.org/2001/XMLSchema#integer> <http://e/g2> .
<http://e/b> <http://e/day> "2010-12-14"^^<http://www.w3.org/2001/XMLSchema#date> <http://e/g2> .
<http://e/b> <http://e/part> _:x <http://e/g2> .
_:x <http://e/name> "quote \\" comma, and\\nline" <http://e/g2> .
"""
COUNT = len(DATA.strip().splitlines())
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE {" + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(12)) + "}"


class StoreContract:
    """The suite; a subclass gives the fixture ``store``, filled with DATA, answering over the union of its graphs."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    def test_select_gives_rdflib_terms(self, store: Store) -> None:
        rows = store.select("SELECT ?o WHERE { <http://e/a> <http://e/name> ?o } ORDER BY ?o")
        assert {row["o"] for row in rows} == {Literal("één", lang="nl"), Literal("one", lang="en")}

    def test_select_leaves_unbound_variables_out(self, store: Store) -> None:
        assert store.select("SELECT ?x ?y WHERE { BIND(1 AS ?x) OPTIONAL { ?y <http://e/none> ?x } }")[0].keys() == {
            "x"
        }

    def test_datatypes_and_blank_nodes_survive(self, store: Store) -> None:
        rows = {row["p"]: row["o"] for row in store.select("SELECT ?p ?o WHERE { <http://e/b> ?p ?o }")}
        assert rows[URIRef("http://e/day")].n3() == '"2010-12-14"^^<http://www.w3.org/2001/XMLSchema#date>'
        assert isinstance(rows[URIRef("http://e/part")], BNode)

    def test_ask(self, store: Store) -> None:
        assert store.ask("ASK { ?s <http://e/knows> ?o }")
        assert not store.ask("ASK { ?s <http://e/hates> ?o }")

    def test_construct(self, store: Store) -> None:
        graph = store.construct("CONSTRUCT { ?o <http://e/knownBy> ?s } WHERE { ?s <http://e/knows> ?o }")
        assert set(graph) == {(URIRef("http://e/b"), URIRef("http://e/knownBy"), URIRef("http://e/a"))}

    @pytest.mark.parametrize("media_type", media_types.RESULT_FORMATS, ids=str)
    def test_rows_in_every_format(self, store: Store, media_type: MediaType) -> None:
        query = Query.parse("SELECT ?o WHERE { ?s <http://e/name> ?o } ORDER BY ?o")
        with store.answer(query, media_type).body as body:
            data = body.read()
        assert len(data) == body.size
        assert _count_rows(data, media_type) == 3

    @pytest.mark.parametrize("media_type", media_types.GRAPH_FORMATS, ids=str)
    def test_graphs_in_every_format(self, store: Store, media_type: MediaType) -> None:
        query = Query.parse("CONSTRUCT { ?s ?p ?o } WHERE { ?s <http://e/name> ?o ; ?p ?o FILTER(isIRI(?s)) }")
        with store.answer(query, media_type).body as body:
            graph = Graph()
            for subject, predicate, value, _ in syntax.parse(body.read(), media_type):
                graph.add((subject, predicate, value))
        assert len(graph) == 2

    @pytest.mark.parametrize(
        ("text", "media_type", "named"),
        [
            ('CONSTRUCT { <a:b> <http://x/1> "x" } {}', media_types.RDF_XML, "<http://x/1>"),
            ('CONSTRUCT { <a:b> <a:c> "a\\u0001b" } {}', media_types.RDF_XML, r"U\+0001"),
            ('SELECT ("a\\uFFFEb" AS ?x) {}', media_types.RESULTS_XML, r"U\+FFFE"),
        ],
        ids=["predicate", "character in a graph", "character in a row"],
    )
    def test_what_xml_cannot_say_is_refused(self, store: Store, text: str, media_type: MediaType, named: str) -> None:
        with pytest.raises(NotAcceptable, match=named) as caught:
            store.answer(Query.parse(text), media_type)
        assert caught.value.offers
        assert media_type.name not in caught.value.offers

    def test_a_carriage_return_survives_xml(self, store: Store) -> None:
        with store.answer(Query.parse('SELECT ("a\\r\\nb" AS ?x) {}'), media_types.RESULTS_XML).body as body:
            document = body.read()
        assert len(document) == body.size
        assert ElementTree.fromstring(document).findtext(".//{*}literal") == "a\r\nb"

    def test_verdict_as_json(self, store: Store) -> None:
        with store.answer(Query.parse("ASK {}"), media_types.RESULTS_JSON).body as body:
            assert json.loads(body.read())["boolean"] is True

    def test_default_graph_is_the_union(self, store: Store) -> None:
        assert store.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")[0]["n"].toPython() == COUNT  # type: ignore[attr-defined]

    def test_selection_of_graphs(self, store: Store) -> None:
        query = Query.parse("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
        answer = store.answer(query, media_types.RESULTS_CSV, None, DatasetSelection(("http://e/g1",), ()))
        with answer.body as body:
            assert body.read().split() == [b"n", b"3"]

    def test_named_graphs_can_be_asked(self, store: Store) -> None:
        rows = store.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")
        assert [str(row["g"]) for row in rows] == ["http://e/g1", "http://e/g2"]

    def test_a_syntax_error_is_the_askers(self, store: Store) -> None:
        with pytest.raises(SyntaxInvalid):
            store.answer(Query("SELECT ?x WHERE { ?x ", "SELECT"), media_types.RESULTS_JSON)

    def test_the_deadline_holds(self, store: Store) -> None:
        limits = Limits(1.0, 1_000_000, 1 << 28)
        with pytest.raises(DeadlineExceeded) as caught:
            store.answer(Query(RUNAWAY, "SELECT"), media_types.RESULTS_JSON, limits)
        assert caught.value.retry_after_seconds > 0

    def test_a_large_answer_is_refused_whole(self, store: Store) -> None:
        query = Query.parse("SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
        with pytest.raises(ResultTooLarge):
            store.answer(query, media_types.RESULTS_JSON, Limits(10.0, 2_000, 1 << 30))


def _count_rows(data: bytes, media_type: MediaType) -> int:
    if media_type is media_types.RESULTS_JSON:
        return len(json.loads(data)["results"]["bindings"])
    if media_type is media_types.RESULTS_XML:
        return len(ElementTree.fromstring(data).findall(".//{*}result"))
    if media_type is media_types.RESULTS_CSV:
        return len(list(csv.reader(io.StringIO(data.decode("utf-8"))))) - 1
    return len(data.decode("utf-8").strip().split("\n")) - 1
