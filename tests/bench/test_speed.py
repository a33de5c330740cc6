"""Measurements: our site beside the native Oxigraph server, in the same run, on the same data.

Run by ``python3 dev.py bench``. Times are wall times of one client over one kept connection, interleaved (ours, theirs, ours, …), median
and 95th percentile; what counts is the ratio. Nothing here fails on a slow machine.
"""

from __future__ import annotations

import http.client
import statistics
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..conftest import RunningSite, free_port, start_site
from ..store.test_remote import oxigraph_program

pytestmark = pytest.mark.bench
THINGS = 12_000
TINY = "SELECT ?n { <http://e/thing/7> <http://e/name> ?n }"
ROWS = "SELECT ?s ?n { ?s <http://e/name> ?n } LIMIT 10000"
JOIN = "SELECT ?a ?c (COUNT(?b) AS ?n) { ?a <http://e/knows> ?b . ?b <http://e/knows> ?c } GROUP BY ?a ?c ORDER BY DESC(?n) ?a ?c LIMIT 20"
SCAN = "SELECT (COUNT(*) AS ?n) { ?s <http://e/name> ?name FILTER(CONTAINS(?name, '99')) }"
GRAPH = "CONSTRUCT { ?s <http://e/label> ?n } WHERE { ?s <http://e/name> ?n } LIMIT 3000"


@dataclass(frozen=True)
class Peer:
    """A server that answers queries: its port and the path of its endpoint."""

    name: str
    port: int
    path: str


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "content"
    folder.mkdir()
    with (folder / "things.nt").open("w", encoding="utf-8") as file:
        for number in range(THINGS):
            thing = f"<http://e/thing/{number}>"
            file.write(f'{thing} <http://e/name> "thing number {number}" .\n')
            file.write(f"{thing} <http://e/knows> <http://e/thing/{number * 7 % 1_009}> .\n")
            file.write(f"{thing} <http://e/knows> <http://e/thing/{number * 13 % 503}> .\n")
    return folder


@pytest.fixture(scope="module")
def ours(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    running = start_site(tmp_path_factory.mktemp("bench-state"), data)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def native(data: Path) -> Iterator[Peer]:
    port = free_port()
    command = [oxigraph_program(), "serve", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        body = (data / "things.nt").read_bytes()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/store?default", body, {"Content-Type": "application/n-triples"}, method="POST"
        )
        for _ in range(100):
            try:
                with urllib.request.urlopen(request, timeout=60):
                    break
            except urllib.error.URLError:
                time.sleep(0.05)
        yield Peer("oxigraph serve", port, "/query")
        process.kill()


def asking(peer: Peer, query: Callable[[int], str], accept: str) -> Callable[[int], float]:
    """A function that asks once over a kept connection and gives the seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=60)

    def ask(number: int) -> float:
        path = f"{peer.path}?{urllib.parse.urlencode({'query': query(number)})}"
        start = time.perf_counter()
        connection.request("GET", path, headers={"Accept": accept})
        answer = connection.getresponse()
        size = len(answer.read())
        seconds = time.perf_counter() - start
        assert answer.status == 200
        assert size > 10
        return seconds

    return ask


CASES = {
    "tiny, repeated": (lambda _: TINY, "application/sparql-results+json", 300),
    "tiny, each new": (lambda number: f"{TINY} #{number}", "application/sparql-results+json", 300),
    "10,000 rows, repeated": (lambda _: ROWS, "application/sparql-results+json", 20),
    "10,000 rows, each new": (lambda number: f"{ROWS} #{number}", "application/sparql-results+json", 20),
    "two-step join, each new": (lambda number: f"{JOIN} #{number}", "application/sparql-results+json", 15),
    "text scan, each new": (lambda number: f"{SCAN} #{number}", "application/sparql-results+json", 30),
    "3,000 triples as Turtle, each new": (lambda number: f"{GRAPH} #{number}", "text/turtle", 20),
}


@pytest.mark.parametrize("name", CASES)
def test_ratio_to_the_native_server(
    ours: RunningSite, native: Peer, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    query, accept, rounds = CASES[name]
    clients = [asking(Peer("ours", ours.port, "/sparql"), query, accept), asking(native, query, accept)]
    measured: list[list[float]] = [[], []]
    for number in range(rounds + 3):
        for index, client in enumerate(clients):
            seconds = client(number)
            if number >= 3:
                measured[index].append(seconds)
    medians = [statistics.median(times) for times in measured]
    p95 = [statistics.quantiles(times, n=20)[18] for times in measured]
    with capsys.disabled():
        print(
            f"\n{name:36s} ours {medians[0] * 1000:8.2f} ms (p95 {p95[0] * 1000:8.2f})   native {medians[1] * 1000:8.2f} ms (p95 {p95[1] * 1000:8.2f})"
            f"   speed ratio {medians[1] / medians[0]:6.2f}",
            end="",
        )
    assert medians[0] > 0


def test_pages_of_our_own_content(site: RunningSite, capsys: pytest.CaptureFixture[str]) -> None:
    """Entity pages and files, new and repeated; the slowest thing (Jessa) and a small one."""
    for path in (
        "/nl/doc/organisatie/jessa-ziekenhuis",
        "/doc/organisatie/jessa-ziekenhuis.ttl",
        "/nl/doc/campus/sal",
        "/nl/",
    ):
        times = []
        for number in range(12):
            start = time.perf_counter()
            assert site.ask(path, {"Accept-Language": f"nl;q=0.{number + 1}"}).status == 200
            times.append(time.perf_counter() - start)
        repeated = []
        for _ in range(50):
            start = time.perf_counter()
            site.ask(path)
            repeated.append(time.perf_counter() - start)
        with capsys.disabled():
            print(
                f"\n{path:44s} new {statistics.median(times) * 1000:7.1f} ms   kept {statistics.median(repeated) * 1000:6.2f} ms",
                end="",
            )
        assert statistics.median(repeated) < statistics.median(times)
