"""A folder of RDF files that has nothing to do with care: everything in it has a way to it, nothing leads nowhere."""

from __future__ import annotations

import gzip
import json
import re
import urllib.parse
from collections.abc import Iterator

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from zorgnetwerk.terms.languages import LANGUAGES

from ..conftest import RunningSite, start_site

PEOPLE = """@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix ex: <http://example.org/> .
<> a foaf:Document ; foaf:primaryTopic ex:alice .
ex:alice a foaf:Person ; foaf:name "Alice" ; foaf:knows ex:bob .
ex:bob a foaf:Person ; foaf:name "Bob"@nl ; foaf:based_near <#place> .
<#place> a ex:Place ; ex:population 12 .
"""
THINGS = """<http://example.org/thing> <http://www.w3.org/2000/01/rdf-schema#label> "A thing" .
<http://example.org/nameless> <http://example.org/size> "1" .
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder = tmp_path_factory.mktemp("other")
    content = folder / "content"
    (content / "more" / "data").mkdir(parents=True)
    (content / "people.ttl").write_text(PEOPLE, "utf-8")
    (content / "more" / "data" / "some things.nt").write_text(THINGS, "utf-8")
    (content / "packed.ttl.gz").write_bytes(gzip.compress(b""))
    running = start_site(folder / "state", content, "--workers", "1")
    try:
        yield running
    finally:
        running.stop()


def links(text: str) -> set[str]:
    found = re.findall(r'<a [^>]*href="(/[^"]*)"', text)
    return {link.replace("&amp;", "&") for link in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_link_leads_nowhere(other: RunningSite, language: str) -> None:
    seen, coming = set[str](), {f"/{language}/"}
    while coming:
        path = coming.pop()
        seen.add(path)
        reply = other.ask(path, {"Accept": "text/html,*/*;q=0.5"})
        if reply.status == 303:
            reply = other.ask(reply.headers["location"], {"Accept": "text/html"})
        assert reply.status == 200, path
        if reply.kind == "text/html" and path.startswith(f"/{language}/"):
            coming |= {link.partition("#")[0] for link in links(reply.text)} - seen
    paths = {urllib.parse.unquote(path) for path in seen}
    for thing in ("http://example.org/bob", "http://example.org/nameless", f"{other.base}bestand/people.ttl#place"):
        assert f"/{language}/describe?iri={thing}" in paths
    assert not any("organisatie" in path or "/ns/" in path or "/form" in path for path in paths)


def test_the_first_page_counts_what_there_is(other: RunningSite) -> None:
    text = other.ask("/en/", {"Accept": "text/html"}).text
    assert "Who works with whom" not in text
    assert re.search(r"<b>12</b> <span>statements", text)
    assert re.search(r"foaf%2F0.1%2FPerson\"><span>Person</span> <b>2</b>", text)
    assert re.search(r'href="/en/doc/graaf/more-data-some-things"><span>[^<]*</span> <b>2</b>', text)


def test_the_file_left_out_is_named_at_the_start(other: RunningSite) -> None:
    assert "left out for their endings: packed.ttl.gz (1)" in other.log.read_text("utf-8")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/rdf+xml", "xml")],
)
def test_a_file_answers_at_its_own_address_with_all_it_says(other: RunningSite, accept: str, kind: str) -> None:
    first = other.ask("/bestand/people.ttl", {"Accept": accept})
    assert first.status == 303
    reply = other.ask(first.headers["location"], {"Accept": accept})
    assert (reply.status, reply.kind) == (200, accept)
    wanted = Graph().parse(data=PEOPLE, format="turtle", publicID=f"{other.base}bestand/people.ttl")
    assert isomorphic(Graph().parse(data=reply.body, format=kind), wanted)


def test_a_file_leads_people_to_what_it_speaks_of(other: RunningSite) -> None:
    for path, graph in (("people.ttl", "people"), ("more/data/some%20things.nt", "more-data-some-things")):
        reply = other.ask(f"/bestand/{path}", {"Accept": "text/html"})
        assert (reply.status, reply.headers["location"]) == (303, f"/doc/graaf/{graph}")
    assert other.ask("/bestand/none.ttl", {"Accept": "text/html"}).status == 404
    assert other.ask("/bestand/people", {"Accept": "text/html"}).status == 404


def test_a_program_finds_a_thing_at_the_address_that_its_page_names(other: RunningSite) -> None:
    iri = urllib.parse.quote(f"{other.base}bestand/people.ttl#place", safe="")
    page = other.ask(f"/en/describe?iri={iri}", {"Accept": "text/html"}).text
    assert f"{other.base}describe?iri={iri}" in page
    reply = other.ask(f"/describe?iri={iri}", {"Accept": "application/ld+json"})
    assert "population" in json.dumps(json.loads(reply.body))


def test_a_class_that_is_only_used_lists_its_things(other: RunningSite) -> None:
    reply = other.ask("/en/describe?iri=http://xmlns.com/foaf/0.1/Person", {"Accept": "text/html"})
    assert reply.status == 200
    assert {"http://example.org/alice", "http://example.org/bob"} <= {
        urllib.parse.unquote(link).partition("iri=")[2] for link in links(reply.text)
    }
    assert other.ask("/en/describe?iri=http://example.org/nothing", {"Accept": "text/html"}).status == 404


def test_the_data_set_is_described_by_the_catalogue(other: RunningSite) -> None:
    for path, way in (
        ("/id/dataset/zorgnetwerk", "/catalogue"),
        ("/fr/doc/dataset/zorgnetwerk", "/fr/catalogue"),
        ("/doc/catalogus/zorgnetwerk.ttl", "/catalogue.ttl"),
    ):
        reply = other.ask(path, {"Accept": "*/*"})
        assert (reply.status, reply.headers["location"]) == (303, way)
        assert other.ask(way, {"Accept": "*/*"}).status == 200
