"""Rules of the SPARQL protocol that need more than one exchange to show: limits, fairness, disconnection, description.

Each function takes the running site and fails when its rule is broken; its name begins with the rule's number.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import statistics
import tempfile
import threading
import time
import tomllib
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Namespace, URIRef

from ..conftest import Reply, RunningSite, start_site

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = "http://www.w3.org/ns/formats/"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?l) }"
JSON = "application/sparql-results+json"
PAGE = "/nl/doc/organisatie/jessa-ziekenhuis"
_MEDIA_TYPES = {
    "SPARQL_Results_JSON": JSON,
    "SPARQL_Results_XML": "application/sparql-results+xml",
    "SPARQL_Results_CSV": "text/csv",
    "SPARQL_Results_TSV": "text/tab-separated-values",
    "Turtle": "text/turtle",
    "N-Triples": "application/n-triples",
    "JSON-LD": "application/ld+json",
    "RDF_XML": "application/rdf+xml",
    "TriG": "application/trig",
    "N-Quads": "application/n-quads",
}


def ask(site: RunningSite, query: str, accept: str = JSON, **parameters: str) -> Reply:
    return site.ask(f"/sparql?{urllib.parse.urlencode({'query': query, **parameters})}", {"Accept": accept})


def slowly(site: RunningSite, number: int, seconds: str) -> Reply:
    return ask(site, SLOW.replace("?c != ?l", f"?c != ?l && {number} > 0"), timeout=seconds)


@contextlib.contextmanager
def burning(site: RunningSite, count: int, seconds: str) -> Iterator[None]:
    """Slow queries, each another text, while the block runs."""
    threads = [threading.Thread(target=slowly, args=(site, number + 1, seconds)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.3)
        yield
    finally:
        for thread in threads:
            thread.join()


def median_seconds(work: Callable[[int], Reply], count: int = 15) -> float:
    """The median time of a request; every one must succeed."""
    taken = []
    for number in range(count):
        began = time.monotonic()
        assert work(number).status == 200
        taken.append(time.monotonic() - began)
    return statistics.median(taken)


def rule_79_a_query_over_its_limit_ends_there_and_says_so(site: RunningSite) -> None:
    """Within 10 % by our own measure in the best of three (the machine may be busy with others), and within a second
    for the client in each."""
    used = []
    for number in range(3):
        began = time.monotonic()
        reply = slowly(site, 79 + number, "1")
        assert time.monotonic() - began < 2
        problem = json.loads(reply.body)
        assert (reply.status, problem["limit"], problem["unit"]) == (503, 1, "seconds")
        assert int(reply.headers["retry-after"]) > 0
        used.append(problem["used"])
    assert 1 <= min(used) <= 1.1


def rule_79_a_timeout_above_the_limit_changes_nothing(site: RunningSite) -> None:
    assert ask(site, "ASK {}", timeout="86400").status == 200


def rule_81_no_answer_is_shortened_in_silence(site: RunningSite) -> None:
    """An answer above the byte limit is refused whole, with the limit; below it, ORDER BY and LIMIT mean what they say."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "content").mkdir()
        things = "".join(f"<urn:{number:04}> <urn:p> {number} .\n" for number in range(2_000))
        (folder / "content" / "things.ttl").write_text(things, "utf-8")
        (folder / "settings.toml").write_text("result_bytes = 20000\n", "utf-8")
        capped = start_site(folder / "state", folder / "content", "--config", str(folder / "settings.toml"))
        try:
            query = "SELECT ?s { ?s ?p ?o } ORDER BY DESC(?o)"
            for kind in (JSON, "text/csv", "application/sparql-results+xml"):
                whole = ask(capped, query, f"{kind}, application/problem+json;q=0.5")
                assert whole.status == 503
                assert (json.loads(whole.body)["limit"], json.loads(whole.body)["unit"]) == (20_000, "bytes")
            rows = ask(capped, f"{query} LIMIT 900", "text/csv").text.split()[1:]
            assert rows == [f"urn:{number:04}" for number in range(1_999, 1_099, -1)]
        finally:
            capped.stop()


def rule_82_nothing_is_fetched_and_no_file_is_read(site: RunningSite) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".ttl") as canary, socket.create_server(("127.0.0.1", 0)) as listener:
        canary.write("<urn:canary> <urn:canary> <urn:canary> .")
        canary.flush()
        port = listener.getsockname()[1]
        places = [f"http://127.0.0.1:{port}/x", f"https://127.0.0.1:{port}/", f"ftp://127.0.0.1:{port}/x"]
        for place in (*places, f"http://[::ffff:127.0.0.1]:{port}/", f"file://{canary.name}"):
            for query in (
                f"SELECT * FROM <{place}> {{ ?s ?p ?o }}",
                f"SELECT * FROM NAMED <{place}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            ):
                found = ask(site, query)
                assert (found.status, json.loads(found.body)["results"]["bindings"]) == (200, [])
                assert found.headers["zorgnetwerk-unknown-graphs"] == f"<{place}>"
            chosen = ask(site, "SELECT * { ?s ?p ?o }", **{"default-graph-uri": place})
            assert json.loads(chosen.body)["results"]["bindings"] == []
            for query, reason in (
                (f"ASK {{ SERVICE <{place}> {{ ?s ?p ?o }} }}", "service"),
                (f"LOAD <{place}>", "update"),
            ):
                refused = ask(site, query, "application/problem+json")
                assert (refused.status, json.loads(refused.body)["reason"]) == (400, reason)
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()


def rule_84_a_slow_query_does_not_delay_an_ask(site: RunningSite) -> None:
    """By less than 100 ms, or than the quiet time where the machine is slower than that anyway."""

    def work(number: int) -> Reply:
        return ask(site, f"ASK {{ FILTER({time.monotonic_ns()} > {number}) }}")

    quiet = median_seconds(work)
    with burning(site, 1, "3"):
        assert median_seconds(work) - quiet < max(0.1, quiet)


def rule_85_heavy_queries_leave_pages_fast(site: RunningSite) -> None:
    """Under 300 ms, or twice the quiet time where the machine is slower than that anyway."""

    def work(number: int) -> Reply:
        return site.ask(f"{PAGE}?x={time.monotonic_ns()}-{number}", {"Accept": "text/html"})

    quiet = median_seconds(work, 7)
    with burning(site, 50, "2"):
        assert median_seconds(work, 7) < max(0.3, 2 * quiet)


def rule_86_the_query_of_a_client_that_left_ends(site: RunningSite) -> None:
    """At its deadline at the latest: the interface of the web server does not tell of a client that left before the
    first byte."""
    connection = http.client.HTTPConnection("localhost", site.port, timeout=5)
    connection.request("GET", f"/sparql?{urllib.parse.urlencode({'query': SLOW, 'timeout': '1.5'})}")
    time.sleep(0.3)
    assert busy(site) > 0
    connection.close()
    time.sleep(2.2)
    assert busy(site) == 0


def busy(site: RunningSite) -> float:
    """How many queries are being worked on or wait."""
    numbers = dict(line.split() for line in site.ask("/metrics").text.splitlines() if not line.startswith("#"))
    return sum(
        float(value)
        for name, value in numbers.items()
        if name.startswith('zorgnetwerk_workers{lane="query"') and '"idle"' not in name
    )


def rule_87_scripts_of_other_sites_may_ask(site: RunningSite) -> None:
    origin = {"Origin": "http://other.example"}
    flight = site.ask(
        "/sparql",
        {**origin, "Access-Control-Request-Method": "QUERY", "Access-Control-Request-Headers": "content-type"},
        "OPTIONS",
    )
    assert flight.status == 204
    assert {"GET", "POST", "QUERY"} <= set(flight.headers["access-control-allow-methods"].split(", "))
    assert "content-type" in flight.headers["access-control-allow-headers"].lower()
    assert int(flight.headers["access-control-max-age"]) >= 3_600
    failed = site.ask("/sparql?query=ASK", origin)
    assert failed.status == 400
    for reply in (flight, failed, site.ask("/sparql?query=ASK+%7B%7D", origin)):
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in reply.headers
        exposed = set(reply.headers["access-control-expose-headers"].split(", "))
        assert {"Link", "ETag", "Retry-After", "Content-Location"} <= exposed


def rule_88_the_description_lists_what_there_is(site: RunningSite) -> None:
    graph = Graph().parse(data=site.ask("/sparql", {"Accept": "text/turtle"}).body, format="turtle")
    [service] = graph.subjects(RDF.type, SD.Service)
    assert graph.value(service, SD.endpoint) == URIRef(f"{site.base}sparql")
    listed = {str(name).removeprefix(FORMATS) for name in graph.objects(service, SD.resultFormat)}
    assert listed == set(_MEDIA_TYPES)
    for name in listed:
        kind = _MEDIA_TYPES[name]
        query = "SELECT * { ?s ?p ?o } LIMIT 1" if name.startswith("SPARQL") else "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"
        assert ask(site, query, kind).kind == kind
    named = {str(name) for name in graph.objects(None, SD.name)}
    rows = json.loads(ask(site, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }").body)["results"]["bindings"]
    assert named == {row["g"]["value"] for row in rows}
    assert set(graph.objects(service, SD.feature)) == {SD.UnionDefaultGraph}
    assert ask(site, "ASK { ?s ?p ?o }").body == ask(site, "ASK { GRAPH ?g { ?s ?p ?o } }").body
    assert set(graph.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert not set(graph.objects(service, SD.extensionFunction))


def rule_89_every_deviation_from_the_suites_is_named(site: RunningSite) -> None:
    """The cases themselves run in ``test_sparql_query.py`` and ``test_w3c_protocol.py``; both read this file strictly."""
    named = tomllib.loads((Path(__file__).parent / "expected_failures.toml").read_text("utf-8"))
    assert set(named) == {"sparql_query", "sparql_protocol"}
    assert all(iri.startswith("http") and len(why) > 20 for table in named.values() for iri, why in table.items())


CHECKS = [
    rule_79_a_query_over_its_limit_ends_there_and_says_so,
    rule_79_a_timeout_above_the_limit_changes_nothing,
    rule_81_no_answer_is_shortened_in_silence,
    rule_82_nothing_is_fetched_and_no_file_is_read,
    rule_84_a_slow_query_does_not_delay_an_ask,
    pytest.param(rule_85_heavy_queries_leave_pages_fast, marks=pytest.mark.long),
    rule_86_the_query_of_a_client_that_left_ends,
    rule_87_scripts_of_other_sites_may_ask,
    rule_88_the_description_lists_what_there_is,
    rule_89_every_deviation_from_the_suites_is_named,
]
