"""The SPARQL journey over HTTP: protocol rules, formats, refusals, limits."""

from __future__ import annotations

import csv
import io
import json
import urllib.parse
import xml.etree.ElementTree as ElementTree

import pytest
from rdflib import Graph
from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

from zorgnetwerk.terms import media_types, syntax

from ..conftest import RunningSite

ASK = "ASK {}"
NAMES = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT ?s ?name WHERE { ?s skos:prefLabel ?name FILTER(LANG(?name) = 'nl') } ORDER BY ?name LIMIT 5"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}


def encoded(**parameters: str | list[str]) -> str:
    return urllib.parse.urlencode(parameters, doseq=True)


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("GET", f"/sparql?{encoded(query=ASK)}", {}, None),
        ("POST", "/sparql", FORM, encoded(query=ASK).encode()),
        ("POST", "/sparql", DIRECT, ASK.encode()),
        ("POST", "/sparql", {"Content-Type": "application/sparql-query; charset=UTF-8"}, ASK.encode()),
        ("GET", f"/sparql?{encoded(query=ASK, format='json', unknown='1')}", {}, None),
    ],
    ids=["GET", "form", "direct", "direct with charset", "unknown parameters"],
)
def test_three_ways_to_ask(
    site: RunningSite, method: str, path: str, headers: dict[str, str], body: bytes | None
) -> None:
    reply = site.ask(path, {**headers, "Accept": "application/sparql-results+json"}, method, body)
    assert (reply.status, json.loads(reply.body)["boolean"]) == (200, True)
    assert int(reply.headers["zorgnetwerk-release"]) >= 1
    assert int(reply.headers["content-length"]) == len(reply.body)


@pytest.mark.parametrize("media_type", media_types.RESULT_FORMATS, ids=str)
def test_rows_in_every_format(site: RunningSite, media_type: media_types.MediaType) -> None:
    reply = site.sparql(NAMES, media_type.name)
    assert reply.headers["content-type"] == media_type.header
    assert reply.headers["vary"].startswith("Accept")
    if media_type is media_types.RESULTS_CSV:
        assert len(list(csv.reader(io.StringIO(reply.text)))) == 6
    elif media_type is media_types.RESULTS_XML:
        assert len(ElementTree.fromstring(reply.body).findall(".//{*}result")) == 5
    elif media_type is media_types.RESULTS_JSON:
        assert len(json.loads(reply.body)["results"]["bindings"]) == 5
    else:
        assert len(reply.text.strip().split("\n")) == 6


@pytest.mark.parametrize("media_type", media_types.GRAPH_FORMATS, ids=str)
def test_graphs_in_every_format(site: RunningSite, media_type: media_types.MediaType) -> None:
    reply = site.sparql("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 20", media_type.name)
    assert reply.headers["content-type"] == media_type.header
    assert len(syntax.parse(reply.body, media_type)) == 20


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("query", "media_type", "named"),
    [
        ('CONSTRUCT { <a:b> <http://x/1> "x" } {}', "application/rdf+xml", "<http://x/1>"),
        ("CONSTRUCT { <a:b> <urn:uuid:1-2> <a:c> } {}", "application/xml", "<urn:uuid:1-2>"),
        ('CONSTRUCT { <a:b> <a:c> "a\\u0001b" } {}', "application/rdf+xml", "U+0001"),
        ('SELECT ("a\\u0001b" AS ?x) {}', "application/sparql-results+xml", "U+0001"),
    ],
    ids=["predicate ends in a digit", "predicate is a UUID", "character in a graph", "character in a row"],
)
def test_what_xml_cannot_say_is_refused_and_named(
    site: RunningSite, method: str, query: str, media_type: str, named: str
) -> None:
    accept = {"Accept": f"{media_type}, application/problem+json;q=0.1"}
    path, body = (f"/sparql?{encoded(query=query)}", None) if method == "GET" else ("/sparql", query.encode())
    reply = site.ask(path, {**accept, **(DIRECT if body else {})}, method, body)
    assert (reply.status, reply.headers["content-type"]) == (406, "application/problem+json")
    problem = json.loads(reply.body)
    assert named in problem["detail"]
    for other in problem["available"]:
        assert site.sparql(query, other).status == 200


def test_a_carriage_return_survives_xml(site: RunningSite) -> None:
    rows = site.sparql('SELECT ("a\\r\\nb" AS ?x) {}', "application/sparql-results+xml")
    assert ElementTree.fromstring(rows.body).findtext(".//{*}literal") == "a\r\nb"
    graph = site.sparql('CONSTRUCT { <a:b> <a:c> "a\\r\\nb" } {}', "application/rdf+xml")
    assert [str(value) for value in Graph().parse(data=graph.body, format="xml").objects()] == ["a\r\nb"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("GET", f"/sparql?{encoded(query=[ASK, ASK])}", {}, None, 400),
        ("GET", "/sparql?query=", {}, None, 400),
        ("GET", f"/sparql?{encoded(query='SELECT nonsense')}", {}, None, 400),
        ("GET", f"/sparql?{encoded(query='SELECT * { ?s ?p }')}", {}, None, 400),
        ("GET", "/sparql?query=%FF%FE", {}, None, 400),
        ("GET", f"/sparql?{encoded(update='DROP ALL')}", {}, None, 403),
        ("GET", f"/sparql?{encoded(query='DROP ALL')}", {}, None, 400),
        ("POST", "/sparql", {"Content-Type": "application/sparql-update"}, b"DROP ALL", 403),
        ("POST", "/sparql", FORM, b"update=DROP+ALL", 403),
        ("POST", "/sparql", {"Content-Type": "text/plain"}, ASK.encode(), 415),
        ("POST", "/sparql", DIRECT, b"\xff\xfe", 400),
        ("POST", f"/sparql?{encoded(query=ASK)}", DIRECT, ASK.encode(), 400),
        ("POST", "/sparql", DIRECT, b"ASK {" + b" " * 70_000 + b"}", 400),
        ("POST", "/sparql", DIRECT, b"ASK {" + b" " * 700_000 + b"}", 413),
        ("POST", "/sparql", FORM, b"&".join(b"a%d=1" % number for number in range(2_000)), 400),
        ("DELETE", "/sparql", {}, None, 405),
        ("PUT", "/sparql", DIRECT, ASK.encode(), 405),
        ("GET", f"/sparql?{encoded(query='ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }')}", {}, None, 400),
        ("GET", f"/sparql?{encoded(query=ASK, timeout='soon')}", {}, None, 400),
        ("GET", f"/sparql?{encoded(query='ASK { FILTER(<http://e/f>(1)) }')}", {}, None, 400),
    ],
)
def test_refusals_are_the_askers_fault_and_say_why(
    site: RunningSite, method: str, path: str, headers: dict[str, str], body: bytes | None, status: int
) -> None:
    reply = site.ask(path, {**headers, "Accept": "application/problem+json, */*;q=0.1"}, method, body)
    assert reply.status == status
    problem = json.loads(reply.body)
    assert problem["status"] == status
    assert problem["detail"]


def test_a_syntax_error_has_its_place(site: RunningSite) -> None:
    problem = json.loads(site.sparql("SELECT ?s\nWHERE { ?s ?p }").body)
    assert problem["line"] == 2
    assert problem["column"] > 1


def test_nothing_acceptable_is_refused_before_any_evaluation(site: RunningSite) -> None:
    reply = site.sparql("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }", "image/png")
    assert reply.status == 406
    assert "text/csv" in json.loads(reply.body)["available"]


def test_head_has_headers_and_no_body(site: RunningSite) -> None:
    full = site.sparql(NAMES)
    head = site.ask(f"/sparql?{encoded(query=NAMES)}", {"Accept": "application/sparql-results+json"}, "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", full.headers["content-length"])


def test_a_browser_of_another_site_may_ask(site: RunningSite) -> None:
    reply = site.ask("/sparql", {"Origin": "http://other.example", "Access-Control-Request-Method": "POST"}, "OPTIONS")
    assert reply.status == 204
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in reply.headers
    assert "Retry-After" in site.sparql(ASK).headers["access-control-expose-headers"]


def test_graphs_can_be_chosen(site: RunningSite) -> None:
    graph = f"{site.base}id/graaf/000"
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    counts = []
    for text, parameters in (
        (query, {"default-graph-uri": graph}),
        (query.replace("WHERE", f"FROM <{graph}> WHERE"), {}),
        (query, {}),
    ):
        reply = site.ask(f"/sparql?{encoded(query=text, **parameters)}", {"Accept": "text/csv"})
        counts.append(int(reply.text.split()[1]))
    assert 0 < counts[0] == counts[1] < counts[2]


def test_from_a_file_or_an_address_reads_nothing(site: RunningSite) -> None:
    for place in ("file:///etc/passwd", "http://127.0.0.1:9/x"):
        reply = site.sparql(f"SELECT * FROM <{place}> {{ ?s ?p ?o }}", "text/csv")
        assert reply.status == 200
        assert len(reply.text.split()) == 1


def test_without_a_query_the_service_describes_itself(site: RunningSite) -> None:
    reply = site.ask("/sparql", {"Accept": "text/turtle"})
    graph = Graph()
    for subject, predicate, value, _ in syntax.parse(reply.body, media_types.TURTLE):
        graph.add((subject, predicate, value))
    formats = {str(value) for value in graph.objects(None, None)}
    assert f"{site.base}sparql" in formats
    assert f"{site.base}id/graaf/000" in formats


def test_the_page_shows_form_names_and_errors(site: RunningSite) -> None:
    page = site.ask("/nl/sparql")
    assert page.status == 200
    assert "<textarea" in page.text
    filled = site.ask(f"/nl/sparql?{encoded(query=NAMES)}")
    assert filled.status == 200
    assert "<table" in filled.text
    broken = site.ask(f"/en/sparql?{encoded(query='SELECT * { ?s ?p }')}")
    assert broken.status == 400
    assert "line" in broken.text.lower()


def test_hostile_text_is_shown_escaped(site: RunningSite) -> None:
    query = 'SELECT * { ?s ?p "<script>alert(1)</script>" }'
    page = site.ask(f"/nl/sparql?{encoded(query=query)}")
    assert "<script>alert" not in page.text


def test_sparqlwrapper_as_people_use_it(site: RunningSite) -> None:
    client = SPARQLWrapper(f"{site.base}sparql")
    client.setQuery(NAMES)
    client.setReturnFormat(JSON)
    assert len(client.query().convert()["results"]["bindings"]) == 5
    client.setMethod(POST)
    assert len(client.query().convert()["results"]["bindings"]) == 5
    client.setQuery("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 3")
    client.setReturnFormat(TURTLE)
    assert b"<" in client.query().convert()


def test_rdflib_reads_things(site: RunningSite) -> None:
    graph = Graph()
    graph.parse(f"{site.base}id/organisatie/jessa-ziekenhuis")
    assert len(graph) > 10


def test_a_repeated_answer_is_the_same_and_can_be_held(site: RunningSite) -> None:
    first, second = site.sparql(NAMES), site.sparql(NAMES)
    assert first.body == second.body
    held = site.ask(
        f"/sparql?{encoded(query=NAMES)}",
        {"Accept": "application/sparql-results+json", "If-None-Match": first.headers["etag"]},
    )
    assert held.status == 304


def test_no_trace_of_the_inside_is_shown(site: RunningSite) -> None:
    reply = site.sparql("SELECT * { ?s ?p }")
    assert "Traceback" not in reply.text
    assert "pyoxigraph" not in reply.text.lower()
    assert "/zorgnetwerk/" not in reply.text
