"""A running site under attack: killed processes, runaway queries, what reaches outside."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import statistics
import threading
import time
import urllib.parse
from pathlib import Path

import pytest

from ..conftest import RunningSite, start_site
from .small_site import (
    RUNAWAYS,
    alive,
    answers,
    family,
    lasting,
    pids_by_role,
    until,
    write_content,
)


@pytest.mark.parametrize("role", ["dispatcher", "master", "checker", "worker", "web", "door"])
def test_any_killed_process_is_followed_by_correct_answers(small: RunningSite, role: str) -> None:
    roles = pids_by_role(small)
    assert roles.get(role), f"there is no process of role {role}: {roles}"
    before = set(family(small))
    for pid in roles[role][:1]:
        os.kill(pid, signal.SIGKILL)
    until(lambda: answers(small), 2.5)
    until(lambda: all(alive(pid) for pid in family(small)), 3)
    strangers = [pid for pid in before - set(family(small)) if alive(pid)]
    assert not strangers, "a process was orphaned"


def test_a_stop_answers_what_is_in_flight_and_leaves_nothing(small: RunningSite) -> None:
    outcome: list[int] = []
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER(STRLEN(STR(?c)) + STRLEN(STR(?f)) > 5) }"
    asking = threading.Thread(target=lambda: outcome.append(small.sparql(query, "text/csv").status))
    asking.start()
    time.sleep(0.15)
    members = set(family(small))
    start = time.monotonic()
    assert small.stop() == 0
    assert time.monotonic() - start < 5
    asking.join(5)
    assert outcome
    assert outcome[0] in (200, 503)
    until(lambda: not [pid for pid in members if alive(pid)], 1)


def test_a_stop_leaves_no_question_without_a_word(tmp_path: Path) -> None:
    """What cannot be answered before the end is told so, in each way that a question can take."""
    site = start_site(tmp_path / "s", write_content(tmp_path / "content"), "--query-timeout", "30", "--workers", "2")
    heard: dict[str, tuple[int, str]] = {}

    def ask(name: str, path: str, method: str) -> None:
        reply = site.ask(path, {"Accept": "text/csv"}, method)
        heard[name] = (reply.status, reply.headers.get("retry-after", ""))

    endless = urllib.parse.urlencode({"query": RUNAWAYS["product"]})
    ways = {"door": (f"/sparql?{endless}", "GET"), "application": (f"/sparql.csv?{endless}", "GET")}
    threads = [threading.Thread(target=ask, args=(name, *way)) for name, way in ways.items()]
    for thread in threads:
        thread.start()
    time.sleep(1.5)
    members = set(family(site))
    start = time.monotonic()
    assert site.stop() == 0
    assert time.monotonic() - start < 5
    for thread in threads:
        thread.join(5)
    assert heard == dict.fromkeys(ways, (503, "2"))
    until(lambda: not [pid for pid in members if alive(pid)], 1)


def test_killing_the_top_leaves_nothing(small: RunningSite) -> None:
    members = set(family(small))
    assert len(members) > 4
    small.process.kill()
    small.process.wait()
    until(lambda: not [pid for pid in members if alive(pid)], 3)


@pytest.mark.parametrize("query", RUNAWAYS.values(), ids=RUNAWAYS)
def test_runaway_queries_end_at_their_limit(unharmed: RunningSite, query: str) -> None:
    start = time.monotonic()
    reply = unharmed.sparql(query)
    assert time.monotonic() - start < 1.5 + 1
    assert reply.status == 503, reply.text[:200]
    assert int(reply.headers["retry-after"]) >= 1
    problem = json.loads(reply.body)
    assert problem["limit"]


def test_cheap_work_goes_on_while_both_cores_burn(small: RunningSite) -> None:
    stop = threading.Event()

    def burn(query: str) -> None:
        while not stop.is_set():
            try:
                small.sparql(query, timeout=30)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)

    threads = [
        threading.Thread(target=burn, args=(query,), daemon=True)
        for query in list(RUNAWAYS.values())[:4] * 4 + [RUNAWAYS["product"]] * 2
    ]
    for thread in threads:
        thread.start()
    time.sleep(1)
    seconds: dict[str, list[float]] = {"page": [], "ask": []}
    for number in range(40):
        for name, path, accept in (
            ("page", f"/nl/describe?iri=http%3A%2F%2Fe%2F{number + 1}", "text/html"),
            (
                "ask",
                f"/sparql?{urllib.parse.urlencode({'query': 'ASK {} #' + str(number)})}",
                "application/sparql-results+json",
            ),
        ):
            start = time.monotonic()
            reply = small.ask(path, {"Accept": accept})
            seconds[name].append(time.monotonic() - start)
            assert reply.status == 200, (name, reply.status, reply.text[:200])
    stop.set()
    for name, measured in seconds.items():
        p95 = statistics.quantiles(measured, n=20)[18]
        assert p95 < 0.5, f"{name}: p95 {p95:.3f} s"


def test_federation_makes_no_connection(unharmed: RunningSite) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        for text in (
            f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERV\\u0049CE SILENT <{address}> {{ ?s ?p ?o }} }}",
            f"LOAD <{address}>",
            f"SELECT * FROM <{address}> {{ ?s ?p ?o }}",
            f"SELECT * FROM NAMED <{address}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            f"DESCRIBE <{address}>",
        ):
            assert unharmed.sparql(text, "*/*").status < 500
        try:
            connection, _ = listener.accept()
            heard.append(connection.recv(100))
        except TimeoutError:
            pass
    assert heard == []


def test_no_file_is_read(unharmed: RunningSite, tmp_path: Path) -> None:
    canary = tmp_path / "canary.ttl"
    canary.write_text('<http://e/secret> <http://e/is> "CANARY" .', "utf-8")
    for text in (
        f"SELECT * FROM <file://{canary}> {{ ?s ?p ?o }}",
        f"LOAD <file://{canary}>",
        f"BASE <file://{tmp_path}/> SELECT * FROM <canary.ttl> {{ ?s ?p ?o }}",
    ):
        reply = unharmed.sparql(text, "*/*")
        assert reply.status < 500
        assert "CANARY" not in reply.text


@pytest.mark.parametrize(
    "query",
    [
        "ASK { FILTER(" + "STR(" * 956 + "1" + ")" * 956 + ") }",
        "SELECT * " + "{" * 2_191 + "}" * 2_191,
        "ASK { ?s ?p " + "(" * 4_091 + ")" * 4_091 + "}",
        "ASK { FILTER(" + "!" * 9_350 + "true) }",
        "ASK { FILTER(" + "COALESCE(" * 922 + "1" + ")" * 922 + ") }",
    ],
    ids=["calls", "groups", "lists", "negations", "coalesce"],
)
def test_a_nested_query_crashes_nothing(unharmed: RunningSite, query: str) -> None:
    before = lasting(unharmed)
    body = query.encode()
    assert unharmed.ask("/sparql", {"Content-Type": "application/sparql-query"}, "POST", body).status == 400
    assert answers(unharmed)
    assert lasting(unharmed) == before
