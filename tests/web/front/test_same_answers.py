"""The door and the application give the same answers: status, headers and bytes, for each kind of request.

Each request goes to the site, where the door answers what is plain, and straight to the application behind it.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.parse
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from ...conftest import ROOT, RunningSite, start_site
from ...store.pool import wait_until

JSON = "application/sparql-results+json"
_OF_THE_MOMENT = frozenset(("date", "x-request-id", "query-id", "server", "server-timing", "connection"))
SELECT = "SELECT ?s ?n { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?n } ORDER BY ?s ?n LIMIT 7"
LARGE = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 3000"
GRAPH = (
    "CONSTRUCT { ?s <urn:p> ?n } WHERE { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?n } ORDER BY ?s LIMIT 9"
)


@dataclass(frozen=True)
class Raw:
    """An answer as it came over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def lasting(self) -> list[tuple[str, str]]:
        told = [(name, value) for name, value in self.headers if name not in _OF_THE_MOMENT]
        return sorted(
            (name, ", ".join(sorted(value.split(", "))) if name == "allow" else value) for name, value in told
        )

    def value(self, name: str) -> str:
        return dict(self.headers).get(name, "")


def exchange(connection: socket.socket, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Raw:
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"] if body else []
    with connection:
        connection.settimeout(30)
        connection.sendall("\r\n".join((*lines, "", "")).encode() + body)
        received = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, rest = received.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    named = tuple((name.lower(), value) for name, _, value in (field.partition(": ") for field in fields))
    return Raw(int(status.split()[1]), named, rest)


class Both:
    """The door of a site, and the application behind it."""

    def __init__(self, site: RunningSite) -> None:
        self._site = site

    def door(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Raw:
        return exchange(socket.create_connection(("localhost", self._site.port)), method, target, headers, body)

    def application(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Raw:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self._site.state / "web-1.sock"))
        with socket.create_connection(("127.0.0.1", self._site.port)) as held:  # a client that has not left
            told = {"x-zorgnetwerk-client": f"127.0.0.1 {held.getsockname()[1]}", **headers}
            return exchange(connection, method, target, told, body)

    def is_up(self) -> bool:
        """Whether the application that is asked directly has started; the door may ask the other one."""
        try:
            return self.application("GET", "/readyz", {}).status == 200
        except OSError:
            return False

    def lent(self) -> int:
        """How many questions lent workers have answered; reported four times a second."""
        time.sleep(0.35)
        lines = self._site.ask("/metrics").text.splitlines()
        [line] = [line for line in lines if 'event="lent"' in line]
        return int(float(line.split()[1]))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("content")
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    lines = [
        f'<http://e/{n}> {label} "thing {n}"@nl ; <http://e/next> <http://e/{n * 7 % 1_500}> .' for n in range(1_500)
    ]
    (folder / "things.ttl").write_text("\n".join(lines), "utf-8")
    running = start_site(tmp_path_factory.mktemp("s"), folder)
    try:
        both = Both(running)
        wait_until(both.is_up, 30)
        yield both
    finally:
        running.stop()


def new(query: str) -> str:
    """The same question as nobody has asked it before."""
    return f"{query} #{uuid.uuid4().hex}"


def address(query: str, **more: str) -> str:
    return f"/sparql?{urllib.parse.urlencode({'query': query, **more})}"


ACCEPTS = (
    JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values", "*/*", "", "application/json", "image/png",
    "text/csv;q=0.5, application/sparql-results+xml;q=0.6", "text/csv;q=0, */*", "application/json;charset=utf-8, text/html;q=0.1",
)  # fmt: skip
GRAPH_ACCEPTS = (
    "text/turtle",
    "application/n-triples",
    "application/ld+json",
    "application/rdf+xml",
    "application/trig",
    "application/n-quads",
    "*/*",
    JSON,
)
OTHERS = {
    "no parameter": ("GET", "/sparql", {"Accept": "text/turtle"}, b""),
    "an empty query": ("GET", "/sparql?query=", {}, b""),
    "two queries": ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}, b""),
    "a wrong query": ("GET", address("SELECT ?x {"), {}, b""),
    "an update": ("GET", "/sparql?update=CLEAR+ALL", {}, b""),
    "a service": ("GET", address("ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"), {}, b""),
    "bad UTF-8": ("GET", "/sparql?query=%ff", {}, b""),
    "a plus and a space": ("GET", "/sparql?query=ASK+%7B+%3Fs+%3Fp+%22a%2Bb%22+%7D", {}, b""),
    "raw characters": ("GET", "/sparql?query=ASK{}", {}, b""),
    "an unknown parameter": ("GET", address("ASK {}", format="json"), {}, b""),
    "a graph": ("GET", address("ASK {}", **{"default-graph-uri": "urn:none"}), {}, b""),
    "a shorter limit": ("GET", address("ASK {}", timeout="3"), {}, b""),
    "a wrong limit": ("GET", address("ASK {}", timeout="x"), {}, b""),
    "FROM": ("GET", address("SELECT * FROM <urn:none> { ?s ?p ?o }"), {}, b""),
    "from inside a name": (
        "GET",
        address("SELECT * { ?s <http://www.w3.org/ns/prov#wasQuotedFrom> ?from } ORDER BY ?s LIMIT 5"),
        {},
        b"",
    ),
    "a date": ("GET", address("ASK {}"), {"Accept-Datetime": "Tue, 24 Nov 2099 20:00:00 GMT"}, b""),
    "HEAD": ("HEAD", address(SELECT), {"Accept": JSON}, b""),
    "OPTIONS": ("OPTIONS", "/sparql", {}, b""),
    "DELETE": ("DELETE", "/sparql", {}, b""),
    "another path": ("GET", "/sparql/?query=ASK%7B%7D", {}, b""),
    "a page": ("GET", "/nl/", {}, b""),
    "a thing": ("GET", "/describe?iri=http%3A%2F%2Fe%2F7", {"Accept": "text/turtle"}, b""),
    "nothing": ("GET", "/doc/x/y", {}, b""),
    "text in a body": ("POST", "/sparql", {"Content-Type": "text/plain"}, b"ASK {}"),
    "an update in a body": ("POST", "/sparql", {"Content-Type": "application/sparql-update"}, b"CLEAR ALL"),
    "another charset": ("POST", "/sparql", {"Content-Type": "application/sparql-query;charset=latin1"}, b"ASK {}"),
    "a coded body": ("POST", "/sparql", {"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"}, b"ASK {}"),
    "no body": ("POST", "/sparql", {"Content-Type": "application/sparql-query", "Content-Length": "0"}, b""),
    "a query in both places": ("POST", "/sparql?query=ASK%7B%7D", {"Content-Type": "application/sparql-query"}, b"ASK {}"),
}  # fmt: skip


def compare(both: Both, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Raw:
    first = both.door(method, target, headers, body)
    second = both.application(method, target, headers, body)
    assert first.status == second.status
    names = frozenset(("etag",)) if first.status >= 400 else frozenset()  # a failure bears the id of its request
    assert [f for f in first.lasting if f[0] not in names] == [f for f in second.lasting if f[0] not in names]
    told = [raw.body.replace(raw.value("x-request-id").encode() or b"-", b"") for raw in (first, second)]
    assert told[0] == told[1]
    assert [bool(raw.value("query-id")) for raw in (first, second)] in ([True, True], [False, False])
    return first


@pytest.mark.parametrize("accept", ACCEPTS)
def test_solutions_are_the_same(both: Both, accept: str) -> None:
    for query in (SELECT, "ASK { ?s ?p ?o }"):
        compare(both, "GET", address(new(query)), {"Accept": accept} if accept else {})


def test_a_page_is_a_page(both: Both) -> None:
    target = address(new(SELECT))
    first, second = (
        both.door("GET", target, {"Accept": "text/html"}),
        both.application("GET", target, {"Accept": "text/html"}),
    )
    assert first.value("content-type") == second.value("content-type") == "text/html; charset=utf-8"


@pytest.mark.parametrize("accept", GRAPH_ACCEPTS)
def test_graphs_are_the_same(both: Both, accept: str) -> None:
    compare(both, "GET", address(new(GRAPH)), {"Accept": accept})


@pytest.mark.parametrize("coding", ["gzip", "identity", "br", "*", "gzip;q=0"])
def test_codings_are_the_same(both: Both, coding: str) -> None:
    for query in (SELECT, LARGE, "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 40"):
        compare(both, "GET", address(new(query)), {"Accept": JSON, "Accept-Encoding": coding})


@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_bodies_are_the_same(both: Both, method: str) -> None:
    direct = {"Content-Type": "application/sparql-query", "Accept": JSON}
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "Accept": "text/csv"}
    for query in (SELECT, "ASK {}", "SELECT ?é { ?é ?p 'ü' } LIMIT 1"):
        text = new(query)
        compare(both, method, "/sparql", direct, text.encode())
        compare(both, method, "/sparql", form, urllib.parse.urlencode({"query": new(query)}).encode())
        compare(both, method, "/sparql?default-graph-uri=urn:none", direct, new(query).encode())


@pytest.mark.parametrize("name", OTHERS)
def test_everything_else_is_the_same(both: Both, name: str) -> None:
    method, target, headers, body = OTHERS[name]
    compare(both, method, target, headers, body)


def test_a_condition_is_judged_the_same(both: Both) -> None:
    target = address(new(SELECT))
    tag = both.application("GET", target, {"Accept": JSON}).value("etag")
    for held in (tag, f"W/{tag}", f'"x", {tag}', '"x"', "*", f'{tag[:-1]}-gzip"'):
        fresh = address(new(SELECT))
        told = compare(both, "GET", fresh, {"Accept": JSON, "If-None-Match": held})
        assert told.status == (200 if held == '"x"' else 304)


def test_a_kept_answer_is_the_first_one(both: Both) -> None:
    for method, headers, body in (
        ("GET", {"Accept": JSON}, b""),
        ("GET", {"Accept": JSON, "Accept-Encoding": "gzip"}, b""),
        ("POST", {"Accept": "text/csv", "Content-Type": "application/sparql-query"}, new(SELECT).encode()),
        ("QUERY", {"Accept": "text/csv", "Content-Type": "application/sparql-query"}, new(SELECT).encode()),
    ):
        target = "/sparql" if body else address(new("SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 40"))
        first = both.door(method, target, headers, body)
        again = both.door(method, target, headers, body)
        assert (again.status, again.lasting, again.body) == (200, first.lasting, first.body)
        assert again.value("x-request-id") != first.value("x-request-id")


def test_what_is_plain_is_answered_by_the_door(both: Both) -> None:
    """Else the comparisons above would compare the application with itself."""
    before = both.lent()
    for accept in (JSON, "text/csv"):
        both.door("GET", address(new(SELECT)), {"Accept": accept})
        both.door("GET", address(new(LARGE)), {"Accept": accept, "Accept-Encoding": "gzip"})
        both.door(
            "POST", "/sparql", {"Accept": accept, "Content-Type": "application/sparql-query"}, new("ASK {}").encode()
        )
    assert both.lent() - before >= 4


def test_the_door_loads_no_framework() -> None:
    program = "import sys, zorgnetwerk.entrance; print([name for name in ('flask', 'werkzeug', 'rdflib', 'pyoxigraph') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT / "server"
    )
    assert done.stdout == "[]\n"
