"""The whole site on a remote engine: pages, SPARQL, catalogue; two publishers at once; a push while they serve."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from zorgnetwerk.cli import main

from ..conftest import ROOT, RunningSite, free_port
from ..store.engines import Engine, oxigraph, virtuoso

BASE = "http://remote.example/"


@dataclass
class Publishers:
    """An engine, the state folder that is pushed from, and the sites that read."""

    engine: Engine
    state: Path
    content: Path
    sites: list[RunningSite]


def run(*arguments: object, secret: str = "") -> str:
    done = CliRunner(env={"ZORGNETWERK_REMOTE_SECRET": secret}).invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def push(publishers: Publishers) -> str:
    engine = publishers.engine
    flags = ["--remote-query", engine.query, "--remote-update", engine.update]
    if engine.credentials:
        flags += ["--remote-user", engine.credentials.user]
    return run(
        "push", "--state-dir", publishers.state, *flags, secret=engine.credentials.secret if engine.credentials else ""
    )


def build(publishers: Publishers, *flags: str) -> None:
    run("build", "--state-dir", publishers.state, "--content", publishers.content, "--base-iri", BASE, *flags)


def start(engine: Engine, state: Path, *flags: str) -> RunningSite:
    """A copy of the publisher with nothing of its own but an empty folder."""
    state.mkdir()
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ZORGNETWERK_")}
    environment["PYTHONPATH"] = str(ROOT / "server")
    command = [sys.executable, "-c", "from zorgnetwerk.cli import main; main()", "serve", "--port", str(port)]
    command += ["--state-dir", str(state), "--content", str(ROOT), "--remote-query", engine.query, *flags]
    log = state / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    site = RunningSite(process, port, state, log)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text("utf-8")
        try:
            if site.ask("/healthz").status == 200:
                return site
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


@pytest.fixture(scope="module", params=["oxigraph", pytest.param("virtuoso", marks=pytest.mark.long)])
def publishers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publishers]:
    """Our own content in each engine, and two publishers on it."""
    folder = tmp_path_factory.mktemp(f"remote-{request.param}")
    (folder / "engine").mkdir()
    place = folder / "engine"
    with oxigraph(place) if request.param == "oxigraph" else virtuoso(place, query_seconds=60) as engine:
        made = Publishers(engine, folder / "state", ROOT, [])
        build(made, "--unchecked")
        push(made)
        try:
            made.sites += [start(engine, folder / f"copy{number}") for number in (1, 2)]
            yield made
        finally:
            for site in made.sites:
                site.stop()


def count(site: RunningSite, query: str) -> int:
    reply = site.sparql(query, "text/csv")
    assert reply.status == 200, reply.text
    return int(reply.text.split()[1])


def test_both_copies_are_ready_with_the_same_release(publishers: Publishers) -> None:
    found = [json.loads(site.ask("/readyz").body) for site in publishers.sites]
    assert found == [{"ready": True, "release": 1}] * 2


def test_every_statement_is_there_once(publishers: Publishers) -> None:
    expected = json.loads((publishers.state / "releases/000001/release.json").read_text("utf-8"))["quads"]
    for site in publishers.sites:
        assert count(site, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == expected


@pytest.mark.parametrize(
    "path",
    ["/nl/", "/nl/doc/organisatie/jessa-ziekenhuis", "/nl/doc/organisatie", "/nl/sparql", "/nl/catalogue", "/nl/ns/zorgnetwerk", "/nl/dumps/"],
)  # fmt: skip
def test_pages_are_the_same_on_both_copies(publishers: Publishers, path: str) -> None:
    first, second = (site.ask(path, {"Accept": "text/html"}) for site in publishers.sites)
    assert (first.status, first.kind) == (200, "text/html"), first.text[:500]
    assert first.headers["zorgnetwerk-release"] == "1"
    assert first.body == second.body
    assert "~zn-" not in first.text


@pytest.mark.parametrize("path", ["/doc/organisatie/jessa-ziekenhuis.ttl", "/catalogue.ttl", "/.well-known/void"])
def test_documents_name_published_graphs_only(publishers: Publishers, path: str) -> None:
    reply = publishers.sites[0].ask(path, {"Accept": "text/turtle"})
    assert reply.status == 200
    assert BASE in reply.text
    assert "~zn-" not in reply.text


def test_identifiers_lead_to_documents(publishers: Publishers) -> None:
    reply = publishers.sites[1].ask("/id/organisatie/jessa-ziekenhuis")
    assert (reply.status, reply.headers["location"]) == (303, "/doc/organisatie/jessa-ziekenhuis")
    assert publishers.sites[1].ask("/id/organisatie/nobody").status == 404


def test_the_service_describes_what_the_engine_can(publishers: Publishers) -> None:
    reply = publishers.sites[0].ask("/sparql", {"Accept": "text/turtle"})
    assert reply.status == 200
    assert f"{BASE}id/graaf/" in reply.text or "/graaf/" in reply.text
    assert "urn:x-zorgnetwerk" not in reply.text


def test_history_is_told_honestly(publishers: Publishers) -> None:
    site = publishers.sites[0]
    dated = {"Accept-Datetime": "Tue, 24 Nov 2026 20:00:00 GMT", "Accept": "application/problem+json"}
    reply = site.ask(f"/sparql?{urllib.parse.urlencode({'query': 'ASK {}'})}", dated)
    assert reply.status == 404
    assert "keeps no earlier states" in json.loads(reply.body)["detail"]
    assert site.ask("/release/1/sparql?query=ASK%7B%7D").status == 404
    assert site.ask("/timemap/sparql").status == 404
    assert "memento-datetime" not in site.sparql("ASK {}").headers


def test_updates_and_federation_are_refused_as_ever(publishers: Publishers) -> None:
    for query in ("DROP ALL", "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }"):
        assert publishers.sites[0].sparql(query).status in (400, 403)


def test_a_syntax_error_is_the_askers(publishers: Publishers) -> None:
    assert publishers.sites[0].sparql("SELECT * { ?s ?p").status == 400


def test_a_push_reaches_both_copies_while_they_serve(publishers: Publishers, tmp_path: Path) -> None:
    (tmp_path / "things.ttl").write_text("<http://e/a> <http://e/in> 2 .", "utf-8")
    before = publishers.content
    try:
        publishers.content = tmp_path
        build(publishers, "--unchecked", "--accept-loss")
        assert "new" in push(publishers)
        assert "unchanged" in push(publishers)
    finally:
        publishers.content = before
    end = time.monotonic() + 10
    while {count(site, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") for site in publishers.sites} != {1}:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert [json.loads(site.ask("/readyz").body)["release"] for site in publishers.sites] == [2, 2]


def test_a_site_waits_for_the_first_push(tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir()
    with oxigraph(tmp_path / "engine") as engine:
        site = start(engine, tmp_path / "copy")
        try:
            assert site.ask("/readyz").status == 503  # nothing was pushed yet
            reply = site.sparql("ASK {}", "application/sparql-results+json, application/problem+json")
            assert reply.status == 503
            assert "zorgnetwerk push" in json.loads(reply.body)["detail"]
            (tmp_path / "content").mkdir()
            (tmp_path / "content/things.ttl").write_text("<http://e/a> <http://e/in> 1 .", "utf-8")
            made = Publishers(engine, tmp_path / "state", tmp_path / "content", [site])
            build(made)
            push(made)
            end = time.monotonic() + 10
            while site.ask("/readyz").status != 200:
                assert time.monotonic() < end
                time.sleep(0.1)
            assert count(site, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 1
        finally:
            site.process.send_signal(signal.SIGTERM)
            assert site.process.wait(10) == 0


def test_what_is_missing_for_a_push_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["push", "--state-dir", str(tmp_path), "--remote-query", "http://e/"])
    assert done.exit_code == 1
    assert "remote_update" in done.output
    done = CliRunner().invoke(main, ["push", "--state-dir", str(tmp_path), "--remote-query", "ftp://e/"])
    assert "http://" in done.output
