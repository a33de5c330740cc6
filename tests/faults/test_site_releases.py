"""A running site and its releases: built beside it, refused, served after another start, complete in every answer."""

from __future__ import annotations

import http.client
import shutil
import socket
import threading
import time
import urllib.parse
from pathlib import Path

import pytest

from ..conftest import RunningSite, start_site
from .small_site import (
    RUNAWAYS,
    answers,
    family,
    run_build,
    run_command,
    until,
    write_content,
)


def test_a_second_site_on_the_same_state_is_refused(small: RunningSite, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="Another 'zorgnetwerk serve' already uses"):
        start_site(small.state, tmp_path / "content")


def test_a_taken_port_is_refused_by_name(small: RunningSite, tmp_path: Path) -> None:
    done = run_command("serve", small, tmp_path / "content", "--port", str(small.port), state=tmp_path / "other")
    assert done.returncode == 1
    assert f"port: 127.0.0.1:{small.port} cannot be used" in done.stderr


def test_broken_content_leaves_the_served_release_untouched(small: RunningSite, tmp_path: Path) -> None:
    content = tmp_path / "content"
    (content / "bad.ttl").write_text("@prefix e: <http://e/> .\n\ne:a e:b ]\n", "utf-8")
    done = run_build(small, content)
    assert done.returncode == 1
    assert "bad.ttl, line 3, column" in done.stderr
    assert answers(small)
    assert (small.state / "current").read_text("ascii") == "1\n"
    assert not list((small.state / "releases").glob("candidate-*"))


def test_a_new_release_is_served_without_a_restart(small: RunningSite, tmp_path: Path) -> None:
    write_content(tmp_path / "content", 700)
    assert run_build(small, tmp_path / "content").returncode == 0
    until(lambda: small.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv").text.split() == ["n", "1400"], 5)
    assert small.ask("/readyz").text.find('"release": 2') > 0


def test_a_second_start_rebuilds_nothing(small: RunningSite, tmp_path: Path) -> None:
    port, state = small.port, small.state
    small.stop()
    again = start_site(state, tmp_path / "content", port=port)
    try:
        assert (state / "current").read_text("ascii") == "1\n"
        assert "unchanged" in again.log.read_text("utf-8")
    finally:
        again.stop()


def test_another_port_keeps_the_iris(small: RunningSite, tmp_path: Path) -> None:
    base = small.base
    small.stop()
    other = start_site(small.state, tmp_path / "content")
    try:
        assert other.port != small.port
        assert f"IRIs begin with {base}" in other.log.read_text("utf-8")
        page = other.ask("/nl/")
        assert page.status == 200
        assert f'href="{base}' not in page.text.replace(f'rel="canonical" href="{base}', "")
    finally:
        other.stop()


def test_a_cut_body_can_never_look_complete(site: RunningSite) -> None:
    """Every body has a Content-Length, so a client that gets fewer bytes knows it; nothing is sent in chunks."""
    query = urllib.parse.urlencode({"query": "SELECT * { ?s ?p ?o } LIMIT 20000"})
    with socket.create_connection(("localhost", site.port), 10) as raw:
        raw.sendall(
            f"GET /sparql?{query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\nConnection: close\r\n\r\n".encode()
        )
        received = b""
        while piece := raw.recv(65_536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    headers = {line.partition(b":")[0].lower(): line.partition(b":")[2].strip() for line in head.split(b"\r\n")[1:]}
    assert b"transfer-encoding" not in headers
    assert int(headers[b"content-length"]) == len(body)
    assert body.endswith(b"\r\n")


@pytest.mark.parametrize("mode", ["memory", "folder"])
def test_both_modes_give_the_same_answers(tmp_path: Path, mode: str) -> None:
    """Memory mode and folder mode are compared against the same expected answers, byte for byte."""
    limit = "5000000" if mode == "memory" else "0"
    running = start_site(tmp_path / "s", write_content(tmp_path / "content", 50), "--memory-mode-quads", limit)
    try:
        told = running.ask("/metrics").text
        assert "zorgnetwerk_quads 100" in told
        rows = running.sparql("SELECT ?n { <http://e/7> <http://e/name> ?n }", "text/csv").text
        graph = running.sparql(
            "CONSTRUCT { ?s <http://e/n> ?n } WHERE { ?s <http://e/name> ?n } ORDER BY ?s LIMIT 3",
            "application/n-triples",
        ).text
        ordered = running.sparql("SELECT ?s ?n { ?s <http://e/name> ?n } ORDER BY ?n", "text/tab-separated-values").text
    finally:
        running.stop()
    assert rows == "n\r\nthing 7\r\n"
    assert set(graph.splitlines()) == {f'<http://e/{n}> <http://e/n> "thing {n}" .' for n in (0, 1, 10)}
    names = sorted(f"thing {n}" for n in range(50))
    assert ordered.splitlines()[1:] == [f'<http://e/{name.split()[1]}>\t"{name}"' for name in names]


@pytest.mark.long
def test_many_swaps_under_load(small: RunningSite, tmp_path: Path) -> None:
    """Forty releases, each told by its count; every answer names the release that it is of, and no other."""
    expected: dict[int, int] = {1: 1200}
    problems: list[str] = []
    stop = threading.Event()
    time.sleep(5)  # what starts later is there by then
    before = len(family(small))

    def watch(number: int) -> None:
        while not stop.is_set():
            try:
                reply = small.sparql(
                    f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} #{number}{time.monotonic()}", "text/csv", timeout=10
                )
            except (OSError, http.client.HTTPException) as error:
                problems.append(f"connection: {error!r}")
                continue
            release = int(reply.headers.get("zorgnetwerk-release", 0))
            if reply.status != 200 or int(reply.text.split()[1]) != expected.get(release):
                problems.append(f"release {release}: {reply.status} {reply.text[:100]}")

    def burn() -> None:
        while not stop.is_set():
            small.sparql(RUNAWAYS["product"], timeout=30)

    threads = [threading.Thread(target=watch, args=(n,), daemon=True) for n in range(3)] + [
        threading.Thread(target=burn, daemon=True)
    ]
    for thread in threads:
        thread.start()
    for number in range(2, 43):
        expected[number] = 2 * (600 + number)
        write_content(tmp_path / "content", 600 + number)
        assert run_build(small, tmp_path / "content").returncode == 0
    until(lambda: small.ask("/readyz").text.find('"release": 42') > 0, 5)
    stop.set()
    for thread in threads:
        thread.join(15)
    assert not problems, problems[:5]
    until(lambda: len(family(small)) <= before + 1, 20)  # the chores may be at work
    shutil.rmtree(tmp_path / "content")
