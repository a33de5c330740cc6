"""A running site under attack and in trouble: killed processes, runaway queries, swaps, broken content, cut
connections."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..conftest import ROOT, RunningSite, start_site

RUNAWAYS = {
    "product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "sort": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "distinct": "SELECT DISTINCT ?c ?f ?i ?l { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "path": "SELECT (COUNT(*) AS ?n) { ?a (<http://e/next>|^<http://e/next>)* ?b . ?c (<http://e/next>|^<http://e/next>)* ?d . ?e (<http://e/next>)* ?f }",
    "big string": "SELECT (STRLEN(?z) AS ?n) { BIND('0123456789abcdef' AS ?a0) "
    + " ".join(f"BIND(CONCAT(?a{i},?a{i},?a{i},?a{i}) AS ?a{i + 1})" for i in range(15))
    + " BIND(?a15 AS ?z) }",
    "aggregate": "SELECT (GROUP_CONCAT(?c) AS ?s) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
}


def write_content(folder: Path, count: int = 600) -> Path:
    folder.mkdir(exist_ok=True)
    triples = "".join(
        f'<http://e/{n}> <http://e/next> <http://e/{n + 1}> ; <http://e/name> "thing {n}" .\n' for n in range(count)
    )
    (folder / "things.ttl").write_text(triples, "utf-8")
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Iterator[RunningSite]:
    """A site of its own over a few hundred triples, with a short query limit and two workers."""
    yield from small_site(tmp_path)


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The same, one for all tests that only ask and harm nothing."""
    for running in small_site(tmp_path_factory.mktemp("unharmed")):
        running.await_checker()
        yield running


def small_site(folder: Path) -> Iterator[RunningSite]:
    running = start_site(folder / "s", write_content(folder / "content"), "--query-timeout", "1.5", "--workers", "2")
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def family(site: RunningSite) -> dict[int, str]:
    """Every process below serve, with its command line."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(int((entry / "stat").read_text("utf-8").rpartition(")")[2].split()[1]), []).append(
                    int(entry.name)
                )
            except OSError:
                continue
    found: dict[int, str] = {}
    queue = [site.process.pid]
    while queue:
        for child in parents.get(queue.pop(), []):
            found[child] = (
                Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode() if alive(child) else ""
            )
            queue.append(child)
    return found


def pids_by_role(site: RunningSite) -> dict[str, list[int]]:
    program = (
        "import sys, json; from pathlib import Path; from zorgnetwerk.store.embedded import EmbeddedStore;"
        "print(json.dumps(EmbeddedStore(Path(sys.argv[1])).status()['pids']))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "server")}
    done = subprocess.run(
        [sys.executable, "-c", program, str(site.state / "dispatcher.sock")],
        capture_output=True,
        check=True,
        env=environment,
    )
    roles: dict[str, list[int]] = json.loads(done.stdout)
    web = [pid for pid, command in family(site).items() if "granian" in command]
    doors = [pid for pid, command in family(site).items() if "zorgnetwerk.entrance" in command]
    return roles | {"web": web, "door": doors}


def lasting(site: RunningSite) -> dict[str, list[int]]:
    """The processes that nothing replaces unless they crash; workers come and go."""
    return {role: sorted(pids) for role, pids in pids_by_role(site).items() if role != "worker"}


def until(condition: Callable[[], bool], seconds: float) -> float:
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if condition():
            return time.monotonic() - start
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} seconds")


def answers(site: RunningSite) -> bool:
    try:
        reply = site.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv", timeout=3)
    except (OSError, http.client.HTTPException):
        return False
    return reply.status == 200 and reply.text.split() == ["n", "1200"]


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


def test_a_second_site_on_the_same_state_is_refused(small: RunningSite, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="Another 'zorgnetwerk serve' already uses"):
        start_site(small.state, tmp_path / "content")


def test_a_taken_port_is_refused_by_name(small: RunningSite, tmp_path: Path) -> None:
    done = run_command("serve", small, tmp_path / "content", "--port", str(small.port), state=tmp_path / "other")
    assert done.returncode == 1
    assert f"port: 127.0.0.1:{small.port} cannot be used" in done.stderr


def run_command(
    name: str, site: RunningSite, content: Path, *flags: str, state: Path | None = None
) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from zorgnetwerk.cli import main; main()", name]
    command = [*program, "--state-dir", str(state or site.state), "--content", str(content), *flags]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "server")}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)


def run_build(site: RunningSite, content: Path) -> subprocess.CompletedProcess[str]:
    return run_command("build", site, content)


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
