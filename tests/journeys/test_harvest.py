"""The harvest journey over HTTP: dumps, catalogue, statistics, health."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re

import pytest
from rdflib import Graph, URIRef

from zorgnetwerk.dataset.paging import HYDRA
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.namespaces import DCAT, DCT, RDF, SPDX, VOID

from ..conftest import Reply, RunningSite


def graph_of(reply: Reply) -> Graph:
    graph = Graph()
    for subject, predicate, value, _ in syntax.parse(reply.body, media_types.TURTLE):
        graph.add((subject, predicate, value))
    return graph


@pytest.fixture(scope="module")
def catalogue(site: RunningSite) -> Graph:
    return graph_of(site.ask("/catalogue", {"Accept": "text/turtle"}))


def test_the_catalogue_has_what_dcat_ap_demands(site: RunningSite, catalogue: Graph) -> None:
    [root] = catalogue.subjects(RDF.type, DCAT.Catalog)
    for term in (DCT.title, DCT.description, DCT.publisher, DCAT.dataset):
        assert catalogue.value(root, term) is not None, term
    [dataset] = catalogue.objects(root, DCAT.dataset)
    for term in (DCT.title, DCT.description, DCT.license, DCT.modified):
        assert catalogue.value(dataset, term) is not None, term
    [service] = catalogue.subjects(RDF.type, DCAT.DataService)
    assert catalogue.value(service, DCAT.endpointURL) == URIRef(f"{site.base}sparql")


def test_every_distribution_is_there_with_its_size_and_hash(site: RunningSite, catalogue: Graph) -> None:
    distributions = list(catalogue.subjects(RDF.type, DCAT.Distribution))
    assert len(distributions) == 6
    for distribution in distributions:
        address = str(catalogue.value(distribution, DCAT.downloadURL)).removeprefix(site.base)
        reply = site.ask(f"/{address}")
        assert reply.status == 200
        assert len(reply.body) == int(catalogue.value(distribution, DCAT.byteSize))  # type: ignore[arg-type]
        checksum = catalogue.value(catalogue.value(distribution, SPDX.checksum), SPDX.checksumValue)
        assert str(checksum) == hashlib.sha256(reply.body).hexdigest()


def test_what_the_catalogue_names_is_there(site: RunningSite, catalogue: Graph) -> None:
    """Each IRI of ours leads to a description, each link of the page to an answer."""
    for term in {it for triple in catalogue for it in triple if isinstance(it, URIRef) and it.startswith(site.base)}:
        path = "/" + term.removeprefix(site.base).partition("#")[0]
        reply = site.ask(path, {"Accept": "text/turtle, */*;q=0.5"})
        assert reply.status in (200, 303), term
        if term.fragment and "/ns/" not in term:
            assert (term, None, None) in graph_of(reply), term
    for language in ("nl", "fr"):
        page = site.ask(f"/{language}/catalogue").text
        links = {html.unescape(found) for found in re.findall(r'href="(/[^"]*)"', page)}
        assert f"/{language}/catalogue#zorgnetwerk-nq" in links
        for link in links:
            assert site.ask(link.partition("#")[0], {"Accept": "text/html, */*;q=0.5"}).status in (200, 303), link
        assert 'id="zorgnetwerk-nq"' in page


@pytest.mark.parametrize("name", ["zorgnetwerk.ttl", "zorgnetwerk.nq.gz"])
def test_a_file_is_sent_as_it_lies(site: RunningSite, name: str) -> None:
    """Never packed again, so that its digest and its published hash hold for what arrives."""
    reply = site.ask(f"/dumps/{name}", {"Accept-Encoding": "gzip"})
    assert "content-encoding" not in reply.headers
    digest = base64.b64encode(hashlib.sha256(reply.body).digest()).decode()
    assert reply.headers["repr-digest"] == f"sha-256=:{digest}:"


def test_a_download_goes_on_where_it_broke_off(site: RunningSite) -> None:
    path = "/dumps/zorgnetwerk.nq"
    whole = site.ask(path)
    assert whole.headers["accept-ranges"] == "bytes"
    size, tag = len(whole.body), whole.headers["etag"]
    for wanted, first, last in (
        (f"bytes={size - 10}-", size - 10, size - 1),
        ("bytes=0-99", 0, 99),
        ("bytes=-5", size - 5, size - 1),
    ):
        part = site.ask(path, {"Range": wanted, "If-Range": tag})
        assert (part.status, part.body) == (206, whole.body[first : last + 1])
        assert part.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert part.headers["etag"] == tag
    for headers in (
        {"Range": "bytes=0-9", "If-Range": '"of another"'},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "bytes=9-2"},
    ):
        assert site.ask(path, headers).body == whole.body
    assert site.ask(path, {"Range": "bytes=0-9", "If-None-Match": tag}).status == 304
    beyond = site.ask(path, {"Range": f"bytes={size}-"})
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    assert json.loads(beyond.body)["title"] == "No such part"
    part = site.ask(path, {"Range": "Bytes=0-9"})
    assert (part.status, part.headers["last-modified"]) == (206, whole.headers["last-modified"])
    since = {"Range": "bytes=0-9", "If-Modified-Since": part.headers["last-modified"]}
    assert site.ask(path, since).status == 304


def test_dumps_say_the_same(site: RunningSite) -> None:
    quads = set(syntax.parse(site.ask("/dumps/zorgnetwerk.nq").body, media_types.N_QUADS))
    trig = set(syntax.parse(gzip.decompress(site.ask("/dumps/zorgnetwerk.trig.gz").body), media_types.TRIG))
    turtle = syntax.parse(site.ask("/dumps/zorgnetwerk.ttl").body, media_types.TURTLE)
    assert len(quads) == len(trig)
    assert len(turtle) == len({quad[:3] for quad in quads})


def test_only_names_of_the_table_are_files(site: RunningSite) -> None:
    for name in ("..%2frelease.json", "dumps.json", "%2e%2e/release.json", "x.nq", "..", "zorgnetwerk.nq%00"):
        assert site.ask(f"/dumps/{name}").status == 404


def test_the_list_of_dumps_is_a_page(site: RunningSite) -> None:
    page = site.ask("/en/dumps/")
    assert page.status == 200
    assert hashlib.sha256(site.ask("/dumps/zorgnetwerk.ttl").body).hexdigest() in page.text


def test_people_are_shown_the_page_that_tells_the_same(site: RunningSite) -> None:
    reply = site.ask("/.well-known/void", {"Accept": "text/html"})
    assert (reply.status, reply.headers["location"]) == (303, "/catalogue")


def test_a_list_in_parts_says_so(site: RunningSite) -> None:
    graph = graph_of(site.ask("/doc/bewering?page=1", {"Accept": "text/turtle"}))
    document = URIRef(f"{site.base}doc/bewering")
    assert graph.value(document, HYDRA.view) == URIRef(f"{document}?page=1")
    assert graph.value(URIRef(f"{document}?page=1"), HYDRA.next) == URIRef(f"{document}?page=2")


def test_statistics_are_counted_from_the_data(site: RunningSite) -> None:
    graph = graph_of(site.ask("/.well-known/void", {"Accept": "text/turtle"}))
    [dataset] = graph.subjects(RDF.type, VOID.Dataset)
    counted = json.loads(site.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body)["results"]["bindings"][0]["n"][
        "value"
    ]
    assert str(graph.value(dataset, VOID.triples)) == counted
    for part in list(graph.objects(dataset, VOID.classPartition))[:10]:
        kind = graph.value(part, VOID["class"])
        rows = json.loads(site.sparql(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{kind}> }}").body)
        assert rows["results"]["bindings"][0]["n"]["value"] == str(graph.value(part, VOID.entities))


@pytest.mark.parametrize(
    "path",
    [
        "/catalogue",
        "/nl/catalogue",
        "/",
        "/nl/",
        "/en/",
        "/fr/",
        "/de/",
        "/nl/dumps/",
        "/robots.txt",
        "/healthz",
        "/readyz",
        "/metrics",
    ],
)
def test_pages_that_are_there(site: RunningSite, path: str) -> None:
    reply = site.ask(path, {"Accept": "text/html, */*;q=0.1"})
    assert reply.status == 200
    assert int(reply.headers["content-length"]) == len(reply.body)
    assert "content-security-policy" in reply.headers


def test_the_home_page_has_numbers_and_questions(site: RunningSite) -> None:
    page = site.ask("/nl/").text
    assert "HospiLim" in page or "samenwerkingsverbanden" in page.lower()
    assert "/nl/queries/" in page


def test_the_context_leads_to_our_terms(site: RunningSite) -> None:
    context = json.loads(site.ask("/context.jsonld").body)
    assert f"{site.base}ns/zorgnetwerk#" in json.dumps(context)


def test_metrics_are_numbers(site: RunningSite) -> None:
    lines = [line for line in site.ask("/metrics").text.splitlines() if not line.startswith("#")]
    assert len(lines) > 50
    for line in lines:
        name, value = line.split(" ")
        assert name.startswith("zorgnetwerk_")
        float(value)
