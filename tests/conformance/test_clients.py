"""Programs that people really use, as they come: rdflib's SPARQLStore, SPARQLWrapper, Comunica."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from xml.dom.minidom import Document

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import SKOS
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from ..conftest import RunningSite

COMUNICA = "@comunica/query-sparql@4.5.0"
"""The last line for the Node 20 that the oldest supported systems have; version 5 needs Node 22."""
HOSPITAL = "id/organisatie/jessa-ziekenhuis"
NAMES = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT ?s ?name { ?s skos:prefLabel ?name } ORDER BY ?s ?name LIMIT 7"
GRAPH = "CONSTRUCT { ?s a ?type } WHERE { ?s a ?type } LIMIT 7"


def count_json(answer: object) -> int:
    assert isinstance(answer, dict)
    return len(answer["results"]["bindings"])


def count_xml(answer: object) -> int:
    assert isinstance(answer, Document)
    return len(answer.getElementsByTagName("result"))


def count_lines(answer: object) -> int:
    assert isinstance(answer, bytes)
    return len(answer.decode("utf-8").strip().splitlines()) - 1


def client(site: RunningSite, query: str, method: str = GET, request: str = URLENCODED) -> SPARQLWrapper:
    asking = SPARQLWrapper(f"{site.base}sparql")
    asking.setQuery(query)
    asking.setMethod(method)
    asking.setRequestMethod(request)
    return asking


@pytest.mark.parametrize(
    ("method", "request_method"),
    [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)],
)
@pytest.mark.parametrize(
    ("form", "count"),
    [(JSON, count_json), (XML, count_xml), (CSV, count_lines), (TSV, count_lines)],
    ids=["json", "xml", "csv", "tsv"],
)
def test_sparqlwrapper_reads_rows(
    site: RunningSite, method: str, request_method: str, form: str, count: Callable[[object], int]
) -> None:
    asking = client(site, NAMES, method, request_method)
    asking.setReturnFormat(form)
    assert count(asking.queryAndConvert()) == 7


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # SPARQLWrapper makes one
@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD])
def test_sparqlwrapper_reads_graphs(site: RunningSite, form: str) -> None:
    asking = client(site, GRAPH)
    asking.setReturnFormat(form)
    answer = asking.queryAndConvert()
    graph = answer if isinstance(answer, Graph) else Graph().parse(data=answer, format="turtle")
    assert len(graph) == 7


def test_sparqlwrapper_reads_verdicts_and_chosen_graphs(site: RunningSite) -> None:
    asking = client(site, "ASK { ?s ?p ?o }")
    asking.setReturnFormat(JSON)
    assert asking.queryAndConvert()["boolean"] is True
    asking.addDefaultGraph("http://other.example/nothing")
    assert asking.queryAndConvert()["boolean"] is False


def test_sparqlwrapper_tells_a_syntax_error_from_a_fault(site: RunningSite) -> None:
    with pytest.raises(QueryBadFormed, match="does not parse"):
        client(site, "ASK {").query()


def test_sparqlwrapper_is_refused_an_update(site: RunningSite) -> None:
    asking = client(site, "DROP ALL", POST)
    with pytest.raises(HTTPError, match="403"):
        asking.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_asks_in_every_way(site: RunningSite, method: str, form: str) -> None:
    graph = Graph(SPARQLStore(f"{site.base}sparql", method=method, returnFormat=form))
    assert len(list(graph.query(NAMES))) == 7


def test_rdflib_walks_the_graph(site: RunningSite) -> None:
    graph = Graph(SPARQLStore(f"{site.base}sparql"))
    hospital = URIRef(site.base + HOSPITAL)
    assert (hospital, RDF.type, None) in graph
    names = set(graph.objects(hospital, SKOS.prefLabel))
    assert names
    assert all(isinstance(name, Literal) and name.language for name in names)
    assert len(graph) > 1_000
    built = graph.query(GRAPH).graph
    assert built is not None
    assert len(built) == 7


def test_rdflib_sees_the_named_graphs(site: RunningSite) -> None:
    store = SPARQLStore(f"{site.base}sparql")
    named = Graph(store, identifier=URIRef(f"{site.base}id/graaf/000"))
    assert 0 < len(named) < len(Graph(store))
    assert URIRef(f"{site.base}id/graaf/000") in set(store.contexts())


@pytest.mark.long
def test_comunica_answers_as_we_do(site: RunningSite, tmp_path: Path) -> None:
    """Types and values are compared: this version loses language tags of every endpoint (it hands an object to a term
    factory that expects a text)."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    installed = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--silent", COMUNICA], cwd=tmp_path, check=False, timeout=300
    )
    if installed.returncode != 0:
        pytest.skip("the package index of npm is not within reach")
    command = [
        str(tmp_path / "node_modules" / ".bin" / "comunica-sparql"),
        f"sparql@{site.base}sparql",
        NAMES,
        "-t",
        "application/sparql-results+json",
    ]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    theirs, ours = (json.loads(text)["results"]["bindings"] for text in (done.stdout, site.sparql(NAMES).body))
    told = [
        [{name: (term["type"], term["value"]) for name, term in row.items()} for row in rows] for rows in (theirs, ours)
    ]
    assert len(ours) == 7
    assert told[0] == told[1]
