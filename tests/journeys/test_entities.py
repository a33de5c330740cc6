"""The entities journey over HTTP: /id → 303 → /doc, six formats that say the same, pages in four languages."""

from __future__ import annotations

import datetime
import email.utils
import json
import re
from html.parser import HTMLParser

import pytest
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.media_types import GRAPH_FORMATS, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, MediaType
from zorgnetwerk.terms.namespaces import OWL, RDF, SH

from ..conftest import Reply, RunningSite

THING = "organisatie/jessa-ziekenhuis"
CONCEPTS = (
    "organisatie",
    "groep",
    "samenwerkingsverband",
    "campus",
    "voorziening",
    "uitrusting",
    "project",
    "persoon",
    "gebied",
)


def graph_of(reply: Reply, media_type: MediaType) -> Graph:
    graph = Graph()
    for subject, predicate, value, _ in syntax.parse(reply.body, media_type):
        graph.add((subject, predicate, value))
    return graph


def follow(site: RunningSite, path: str, accept: str) -> Reply:
    first = site.ask(path, {"Accept": accept})
    assert first.status == 303
    return site.ask(first.headers["location"], {"Accept": accept})


def things(site: RunningSite, filter_text: str) -> list[str]:
    query = f"SELECT DISTINCT ?thing WHERE {{ ?thing a ?class FILTER(STRSTARTS(STR(?thing), '{site.base}id/') {filter_text}) }} ORDER BY ?thing"
    rows = json.loads(site.sparql(query).body)["results"]["bindings"]
    return [row["thing"]["value"].removeprefix(site.base) for row in rows]


def assert_same_in_all_formats(site: RunningSite, path: str) -> None:
    reference = None
    for media_type in (TURTLE, JSON_LD, RDF_XML, N_TRIPLES):
        reply = follow(site, f"/{path}", media_type.name)
        assert (reply.status, reply.kind) == (200, media_type.name)
        graph = graph_of(reply, media_type)
        if reference is None:
            reference = graph
        assert len(graph) > 1
        # Equal sets are isomorphic, and found equal in a fraction of the time.
        assert set(graph) == set(reference) or isomorphic(graph, reference), f"{path} differs in {media_type}"


def test_a_thing_leads_to_its_document(site: RunningSite) -> None:
    reply = site.ask(f"/id/{THING}", {"Accept": "text/turtle"})
    assert (reply.status, reply.headers["location"], reply.headers["vary"]) == (303, f"/doc/{THING}", "Accept")


@pytest.mark.parametrize("concept", CONCEPTS)
def test_things_of_each_kind_say_the_same_in_four_formats(site: RunningSite, concept: str) -> None:
    """Each third of them; the long run asks for every node."""
    paths = things(site, f"&& CONTAINS(STR(?thing), '/id/{concept}/')")
    assert paths
    for path in paths[::3]:
        assert_same_in_all_formats(site, path)


@pytest.mark.long
def test_every_node_says_the_same_in_four_formats(site: RunningSite) -> None:
    paths = things(site, "")
    assert len(paths) > 1_000
    for path in paths:
        assert_same_in_all_formats(site, path)


@pytest.mark.parametrize("media_type", GRAPH_FORMATS, ids=str)
def test_formats_have_addresses_of_their_own(site: RunningSite, media_type: MediaType) -> None:
    negotiated = site.ask(f"/doc/{THING}", {"Accept": media_type.name})
    assert negotiated.status == 200
    assert negotiated.headers["content-location"] == f"/doc/{THING}.{media_type.suffix}"
    assert negotiated.headers["vary"] == "Accept, Accept-Language, Accept-Datetime, Accept-Encoding"
    named = site.ask(f"/doc/{THING}.{media_type.suffix}")
    assert named.body == negotiated.body
    assert "Accept-Language" not in named.headers["vary"]


@pytest.mark.parametrize("media_type", [TRIG, N_QUADS], ids=str)
def test_quads_name_the_document_as_their_graph(site: RunningSite, media_type: MediaType) -> None:
    quads = syntax.parse(site.ask(f"/doc/{THING}.{media_type.suffix}").body, media_type)
    assert {str(graph) for *_, graph in quads} == {f"{site.base}doc/{THING}"}


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_pages_in_four_languages(site: RunningSite, language: str) -> None:
    reply = site.ask(f"/doc/{THING}", {"Accept": "text/html", "Accept-Language": f"{language};q=0.9"})
    assert (reply.status, reply.headers["content-language"]) == (200, language)
    assert reply.headers["content-location"] == f"/{language}/doc/{THING}"
    assert f'<html lang="{language}"' in reply.text
    assert site.ask(f"/{language}/doc/{THING}").body == reply.body


class JsonLdFinder(HTMLParser):
    """Collects the embedded JSON-LD of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "script" and ("type", "application/ld+json") in attrs

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        self.found += data if self.inside else ""


@pytest.mark.parametrize(
    "path", ["organisatie/jessa-ziekenhuis", "samenwerkingsverband/hospilim", "persoon/nadja-vananroye"]
)
def test_a_page_embeds_the_same_graph(site: RunningSite, path: str) -> None:
    finder = JsonLdFinder()
    finder.feed(site.ask(f"/nl/doc/{path}").text)
    embedded = graph_of(Reply(200, {}, finder.found.encode()), JSON_LD)
    assert isomorphic(embedded, graph_of(site.ask(f"/doc/{path}.ttl"), TURTLE))


def test_links_on_a_page_stay_on_this_host(site: RunningSite) -> None:
    page = site.ask(f"/nl/doc/{THING}").text
    hrefs = re.findall(r'<a [^>]*href="([^"]*)"', page)
    assert len(hrefs) > 20
    assert not [href for href in hrefs if href.startswith(site.base)]


def test_no_inline_style_or_script(site: RunningSite) -> None:
    page = site.ask(f"/nl/doc/{THING}").text
    assert " style=" not in page
    assert "<style" not in page
    assert not re.findall(r"<script(?![^>]*(?:src=|application/ld\+json))", page)
    assert not re.findall(r' on\w+="', page)


def test_every_quotation_on_a_page_names_its_source(site: RunningSite) -> None:
    page = site.ask("/en/doc/samenwerkingsverband/preferentieel-jessa-azv").text
    assert "sinds 2015" in page
    assert "sinds 2016" in page
    assert "Samenwerkingsverbanden" in page


def test_page_and_files_are_announced(site: RunningSite) -> None:
    links = site.ask(f"/doc/{THING}").headers["link"]
    for part in (
        f'</doc/{THING}.ttl>; rel="alternate"; type="text/turtle"',
        f'</fr/doc/{THING}>; rel="alternate"; hreflang="fr"',
        f'</id/{THING}>; rel="describes"',
    ):
        assert part in links


@pytest.mark.parametrize("path", [f"/doc/{THING}.nt", f"/nl/doc/{THING}", "/dumps/", "/catalogue.ttl", "/nl/"])
def test_what_did_not_change_since_is_not_sent_again(site: RunningSite, path: str) -> None:
    """By the time of the release, never that of a start; twice, since the door keeps what it has told."""
    [release] = [entry for entry in (site.state / "releases").iterdir() if entry.name.isdigit()]
    made = datetime.datetime.fromisoformat(json.loads((release / "release.json").read_text("utf-8"))["created"])
    for _ in range(2):
        told = site.ask(path).headers["last-modified"]
        assert told == email.utils.format_datetime(made, usegmt=True)
        again = site.ask(path, {"If-Modified-Since": told})
        assert (again.status, again.body) == (304, b"")
        assert "etag" in again.headers
        assert not {"content-type", "last-modified"} & set(again.headers)
        assert site.ask(path, {"If-Modified-Since": told, "If-None-Match": '"another"'}).status == 200
        assert site.ask(path, {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}).status == 200


def test_every_shape_has_a_page_and_data(site: RunningSite) -> None:
    """Reports name shapes, so that a shape can be looked up."""
    text = f"SELECT ?s {{ ?s a <{SH.NodeShape}> FILTER(STRSTARTS(STR(?s), '{site.base}')) }}"
    shapes = [row["s"]["value"] for row in json.loads(site.sparql(text).body)["results"]["bindings"]]
    assert len(shapes) > 50
    for shape in shapes[::7]:
        path = "/" + shape.removeprefix(site.base)
        assert (URIRef(shape), RDF.type, SH.NodeShape) in graph_of(site.ask(path, {"Accept": "text/turtle"}), TURTLE)
        assert site.ask(f"/nl{path}").status == 200
    assert site.ask("/shapes/none").status == 404


def test_the_version_of_the_vocabulary_leads_to_it(site: RunningSite) -> None:
    vocabulary = graph_of(site.ask("/ns/zorgnetwerk.ttl"), TURTLE)
    version = vocabulary.value(URIRef(f"{site.base}ns/zorgnetwerk"), OWL.versionIRI)
    path = "/" + str(version).removeprefix(site.base)
    assert len(graph_of(site.ask(path, {"Accept": "text/turtle"}), TURTLE)) == len(vocabulary)
    assert site.ask(f"/fr{path}").status == 200
    assert site.ask("/ns/zorgnetwerk/0.0.1").status == 404


@pytest.mark.parametrize(("path", "status"), [("/doc/organisatie/<b>", 400), (f"/doc/{'a' * 65_530}", 414)])
def test_what_never_reaches_us_is_refused_in_words(site: RunningSite, path: str, status: int) -> None:
    reply = site.ask(path)
    assert (reply.status, json.loads(reply.body)["status"]) == (status, status)
    assert reply.headers["content-type"] == "application/problem+json"
    head = site.ask(path, method="HEAD")
    assert (head.status, head.body) == (status, b"")


def test_too_many_fields_are_refused_in_words(site: RunningSite) -> None:
    reply = site.ask("/nl/?many-fields", {f"X-{number}": "1" for number in range(120)})
    assert (reply.status, json.loads(reply.body)["status"]) == (431, 431)


def test_held_documents_are_not_sent_again(site: RunningSite) -> None:
    first = site.ask(f"/doc/{THING}.ttl")
    again = site.ask(f"/doc/{THING}.ttl", {"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])


@pytest.mark.parametrize(
    "path",
    [
        "/id/organisatie/nobody",
        "/doc/organisatie/nobody",
        "/nl/doc/organisatie/nobody",
        "/doc/organisatie/nobody.ttl",
        "/id/x",
        "/id/",
        "/id/organisatie/..",
        "/id/organisatie/a%20b",
        "/id/organisatie/%3Cscript%3E",
        "/doc/organisatie/%2e%2e/%2e%2e/etc/passwd",
        "/nl/doc/organisatie/jessa-ziekenhuis.ttl",
        "/doc//organisatie/jessa-ziekenhuis",
        "/doc/organisatie/jessa-ziekenhuis/",
        "/xx/doc/organisatie/jessa-ziekenhuis",
        "/doc/organisatie/jessa-ziekenhuis?page=0",
        "/doc/organisatie/jessa-ziekenhuis?page=99999",
        "/auth/nothing",
        "/auth/rollen/nobody",
        "/ns/other",
    ],
)
def test_what_is_not_there_is_not_found(site: RunningSite, path: str) -> None:
    reply = site.ask(path)
    assert reply.status == 404
    problem = json.loads(site.ask(path, {"Accept": "application/problem+json"}).body)
    assert problem["status"] == 404
    assert problem["detail"]


def test_a_type_that_is_not_there_is_refused_with_the_list(site: RunningSite) -> None:
    reply = site.ask(f"/doc/{THING}", {"Accept": "image/png"})
    assert reply.status == 406
    assert "text/turtle" in json.loads(reply.body)["available"]
    assert "Accept" in reply.headers["vary"]


def test_vocabulary_and_codes_dereference(site: RunningSite) -> None:
    for path, expected in (
        ("/ns/zorgnetwerk", "deelnameAan"),
        ("/auth/rollen", "initiatiefnemer"),
        ("/auth/rollen/initiatiefnemer", "initiatiefnemer"),
    ):
        turtle = site.ask(path, {"Accept": "text/turtle"})
        assert turtle.status == 200
        assert expected in turtle.text
        graph_of(turtle, TURTLE)
        page = site.ask(path, {"Accept": "text/html", "Accept-Language": "en"})
        assert (page.status, page.headers["content-language"]) == (200, "en")
        assert expected in page.text


def test_every_term_of_the_vocabulary_has_an_anchor(site: RunningSite) -> None:
    rows = json.loads(
        site.sparql(
            f"SELECT DISTINCT ?t WHERE {{ ?t <http://www.w3.org/2000/01/rdf-schema#isDefinedBy> <{site.base}ns/zorgnetwerk> }}"
        ).body
    )
    terms = [row["t"]["value"].partition("#")[2] for row in rows["results"]["bindings"]]
    page = site.ask("/nl/ns/zorgnetwerk").text
    assert len(terms) > 40
    assert [term for term in terms if f'id="{term}"' not in page] == []


def test_lists_of_things(site: RunningSite) -> None:
    page = site.ask("/nl/doc/organisatie")
    assert page.status == 200
    assert "Jessa Ziekenhuis" in page.text


def test_foreign_things_that_the_data_describes_have_a_page(site: RunningSite) -> None:
    reply = site.ask("/nl/describe?iri=http%3A%2F%2Fwww.w3.org%2Fns%2Forg%23Organization")
    assert reply.status == 200
    assert site.ask("/nl/describe?iri=javascript%3Aalert(1)").status == 404
    away = site.ask(f"/describe?iri={site.base}/other.example/")
    assert away.headers.get("location", "").startswith("/other.example/")
    assert site.ask("/nl/describe").status == 404


@pytest.mark.parametrize(
    ("path", "way"),
    [("/doc/", "/"), ("/fr/doc/", "/fr/"), ("/auth/", "/"), ("/ns/", "/ns/zorgnetwerk")],
)
def test_an_address_without_its_end_leads_to_where_one_can_begin(site: RunningSite, path: str, way: str) -> None:
    reply = site.ask(path, {"Accept": "text/html"})
    assert (reply.status, reply.headers["location"]) == (303, way)
    assert site.ask(way, {"Accept": "text/html"}).status == 200
