"""The remote store against real servers, and against ones that lie."""

from __future__ import annotations

import gc
import http.server
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zorgnetwerk.errors import DeadlineExceeded, StoreUnavailable, SyntaxInvalid
from zorgnetwerk.store import conversion, remote
from zorgnetwerk.store.base import Limits, Store
from zorgnetwerk.store.query import Query
from zorgnetwerk.store.remote import Credentials, RemoteStore
from zorgnetwerk.terms import media_types

from .contract import DATA, StoreContract


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def oxigraph_program() -> str:
    beside = Path(sys.executable).parent / "oxigraph"
    found = str(beside) if beside.exists() else shutil.which("oxigraph")
    assert found, "the development requirements hold the oxigraph server"
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A native Oxigraph server with the contract's data, answering over the union."""
    port = free_port()
    folder = tmp_path_factory.mktemp("oxigraph")
    command = [
        oxigraph_program(),
        "serve",
        "--location",
        str(folder),
        "--bind",
        f"127.0.0.1:{port}",
        "--union-default-graph",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _load(f"http://127.0.0.1:{port}/store")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _load(address: str) -> None:
    request = urllib.request.Request(address, DATA.encode(), {"Content-Type": "application/n-quads"}, method="POST")
    for _ in range(100):
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except urllib.error.URLError:
            time.sleep(0.05)
    raise AssertionError("the Oxigraph server did not start")


class TestRemote(StoreContract):
    @pytest.fixture
    def store(self, server: str) -> Store:
        return RemoteStore(f"{server}/query", update_endpoint=f"{server}/update")


def test_updates_are_applied_and_seen(server: str) -> None:
    store = RemoteStore(f"{server}/query", update_endpoint=f"{server}/update", credentials=Credentials("a", "b"))
    store.apply("INSERT DATA { GRAPH <http://e/new> { <http://e/n> <http://e/p> 1 } }")
    assert store.ask("ASK { GRAPH <http://e/new> { <http://e/n> ?p ?o } }")
    store.apply("DROP GRAPH <http://e/new>")
    assert not store.ask("ASK { <http://e/n> ?p ?o }")


def test_a_broken_update_is_refused(server: str) -> None:
    with pytest.raises(SyntaxInvalid):
        RemoteStore(f"{server}/query", update_endpoint=f"{server}/update").apply("INSERT NONSENSE")


def test_without_an_update_address_the_store_is_read_only(server: str) -> None:
    store = RemoteStore(f"{server}/query")
    assert not store.capabilities.writable
    with pytest.raises(StoreUnavailable, match="read-only"):
        store.apply("CLEAR ALL")


def test_nobody_there_is_named() -> None:
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        RemoteStore(f"http://127.0.0.1:{free_port()}/").ask("ASK {}")


class Liar(http.server.BaseHTTPRequestHandler):
    """A server that answers as told: the path says how."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.path = self.path.partition("?")[0]
        if self.path == "/late":
            time.sleep(3)
        if self.path == "/error":
            self.send_error(500, "out of memory")
            return
        if self.path == "/closed":
            self.send_error(401)
            return
        bodies = {
            "/cut": b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"http://e/a"}},',
            "/apology": b'{"head":{"vars":["x"]},"results":{"bindings":[]}}The operation has been cancelled',
            "/verdict": b'{"head":{},"boolean":true}',
            "/rows": b'{"head":{"vars":["x"]},"results":{"bindings":[]}}',
            "/triples": b"<http://e/a> <http://e/b> ",
            "/short": b'{"head":{},"boolean":true}',
        }
        body = bodies.get(self.path, b"")
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body) + (20 if self.path == "/short" else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def liar() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("path", ["/cut", "/apology", "/short", "/empty", "/error", "/closed"])
def test_a_broken_answer_is_never_believed(liar: str, path: str) -> None:
    with pytest.raises(StoreUnavailable):
        RemoteStore(liar + path).answer(Query.parse("SELECT ?x { ?x ?y ?z }"), media_types.RESULTS_CSV)


@pytest.mark.parametrize("read", [remote.solutions_of, conversion.solutions_of])
def test_an_error_that_ends_in_another_thread_takes_no_solutions_with_it(
    read: Callable[[bytes], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"http://e/a"}},'
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    gc.disable()
    try:
        with pytest.raises(StoreUnavailable) as caught:
            read(body)
        caught.value.__cause__.__context__ = caught.value  # type: ignore[union-attr]  # only the collector ends them
        del caught
        collector = threading.Thread(target=gc.collect)
        collector.start()
        collector.join()
    finally:
        gc.enable()
    assert complaints == []


def test_a_graph_that_breaks_off_is_never_believed(liar: str) -> None:
    with pytest.raises(StoreUnavailable):
        RemoteStore(f"{liar}/triples").construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")


def test_the_wrong_kind_of_answer_is_never_believed(liar: str) -> None:
    with pytest.raises(StoreUnavailable):
        RemoteStore(f"{liar}/verdict").select("SELECT ?x { ?x ?y ?z }")
    with pytest.raises(StoreUnavailable):
        RemoteStore(f"{liar}/rows").ask("ASK {}")


def test_a_late_answer_reaches_the_deadline(liar: str) -> None:
    start = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        RemoteStore(f"{liar}/late", limits=Limits(1.0, 1_000, 1_000)).ask("ASK {}")
    assert time.monotonic() - start < 2.5
