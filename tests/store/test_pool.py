"""The pool as a whole: dispatcher, masters and workers, in memory and from the folder."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zorgnetwerk.errors import (
    DeadlineExceeded,
    MediaTypeUnsupported,
    MemoryExceeded,
    QueryRefused,
    ResultTooLarge,
    SyntaxInvalid,
)
from zorgnetwerk.store.base import DatasetSelection, Limits
from zorgnetwerk.store.frames import connect
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types

from .pool import (
    ASK,
    LIMITS,
    RUNAWAYS,
    WHICH,
    Pool,
    descriptors_of,
    is_alive,
    make_release,
    running,
    wait_until,
)

EXTRA = '<urn:blank> <urn:p> _:b <urn:g1> .\n<urn:default> <urn:p> "default" .'
SHORT = Limits(seconds=1, result_bytes=100_000, memory_bytes=1 << 27)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    make_release(folder, 1, extra=EXTRA)
    (folder / "releases/000001/prefixes.json").write_text(json.dumps({"u": "urn:", "unused": "http://unused/"}))
    return folder


@pytest.fixture(scope="module", params=["memory", "folder"])
def pool(request: pytest.FixtureRequest, state: Path) -> Iterator[Pool]:
    with running(DispatcherOptions(state, workers=2, mode=request.param)) as made:
        yield made


QUESTIONS = {
    "count": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "named graphs": "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    "from": "SELECT (COUNT(*) AS ?n) FROM <urn:g1> WHERE { ?s ?p ?o }",
    "from named": "SELECT (COUNT(*) AS ?n) FROM NAMED <urn:g1> WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }",
    "from in a string": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o FILTER('\\u0027 FROM <urn:g1>' != ?o) } # FROM",
    "path": "SELECT (COUNT(*) AS ?n) WHERE { <urn:e0> <urn:next>+ ?x }",
    "sum": "SELECT (SUM(?o) AS ?n) WHERE { ?s <urn:value> ?o }",
}
ANSWERS = {
    "count": ["63"],
    "named graphs": ["<urn:g0>\t20", "<urn:g1>\t21", "<urn:g2>\t20", "<urn:g>\t1"],
    "from": ["21"],
    "from named": ["21"],
    "from in a string": ["63"],
    "path": ["30"],
    "sum": ["435"],
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_memory_and_folder_give_the_same_answers(pool: Pool, name: str) -> None:
    with pool.store.answer(Query(QUESTIONS[name], "SELECT"), media_types.RESULTS_TSV).body as body:
        assert sorted(body.read().decode().splitlines()[1:]) == sorted(ANSWERS[name])


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (DatasetSelection(("urn:g1",), None), ["21", "0"]),
        (DatasetSelection(None, ("urn:g1",)), ["0", "21"]),
        (DatasetSelection(("urn:g0", "urn:g2"), ("urn:g1",)), ["40", "21"]),
        (DatasetSelection((), ()), ["0", "0"]),
        (DatasetSelection(("urn:none",), ("urn:none",)), ["0", "0"]),
    ],
)
@pytest.mark.parametrize("clause", ["", "FROM <urn:g> FROM NAMED <urn:g>"])
def test_graphs_named_in_the_request_are_the_whole_dataset(
    pool: Pool, clause: str, selection: DatasetSelection, expected: list[str]
) -> None:
    found = []
    for pattern in ("?s ?p ?o", "GRAPH ?g { ?s ?p ?o }"):
        query = Query(f"SELECT (COUNT(*) AS ?n) {clause} WHERE {{ {pattern} }}", "SELECT")
        with pool.store.answer(query, media_types.RESULTS_CSV, LIMITS, selection).body as body:
            found.append(body.read().split()[1].decode())
    assert found == expected


def test_a_small_graph_declares_only_the_prefixes_it_uses(pool: Pool) -> None:
    query = Query("CONSTRUCT WHERE { <urn:e1> ?p ?o }", "CONSTRUCT")
    with pool.store.answer(query, media_types.TURTLE).body as body:
        assert body.read().decode() == "@prefix u: <urn:> .\nu:e1 u:next u:e2 ;\n\tu:value 1 .\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("SELECT *\nWHERE { ?s u:next ?o }", 2, "PREFIX u: <urn:>"),
        ("SELECT *\nWHERE { ?s foaf:name ?o }", 2, "prefix foaf: is not declared"),
        ("SELECT *\nWHERE { ?s ?p }", 2, "does not parse"),
        ("SELECT (1 + ?y ?x)\nWHERE { }", 1, "does not parse"),
    ],
)
def test_a_syntax_error_says_where_and_how_to_mend_it(pool: Pool, text: str, line: int, said: str) -> None:
    with pytest.raises(SyntaxInvalid, match=said) as caught:
        pool.store.answer(Query(text, "SELECT"), media_types.RESULTS_JSON)
    assert caught.value.place.line == line
    assert caught.value.place.excerpt == text.splitlines()[line - 1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT (<urn:function>(1) AS ?x) WHERE { }", "evaluation"),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "service"),
    ],
)
def test_what_the_engine_cannot_do_is_refused(pool: Pool, text: str, reason: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        pool.store.answer(Query(text, "SELECT"), media_types.RESULTS_JSON)
    assert caught.value.reason == reason


def test_a_format_that_cannot_hold_the_answer_is_refused(pool: Pool) -> None:
    with pytest.raises(MediaTypeUnsupported):
        pool.store.answer(ASK, media_types.TURTLE)


def test_service_makes_no_connection(pool: Pool) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.3)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for silent in ("", "SILENT "):
            with contextlib.suppress(QueryRefused):
                pool.text(f"SELECT * WHERE {{ ?s ?p ?o . SERVICE {silent}<{address}> {{ ?s ?p ?o }} }}")
        with pytest.raises(TimeoutError):
            listener.accept()


def test_the_deadline_ends_a_query_and_says_so(pool: Pool) -> None:
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded) as caught:
        pool.text(RUNAWAYS["product"], SHORT)
    assert 1 <= time.monotonic() - began < 2
    assert caught.value.limit == 1
    assert 1 <= caught.value.used < 2
    assert caught.value.retry_after_seconds >= 1


def test_too_much_memory_ends_only_this_query(pool: Pool) -> None:
    before = pool.count("memory")
    with pytest.raises(MemoryExceeded) as caught:
        pool.text(
            "SELECT ?c WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?c",
            Limits(seconds=20, result_bytes=100_000, memory_bytes=48 << 20),
        )
    assert caught.value.limit == 48 << 20
    assert pool.count("memory") == before + 1
    assert pool.store.ask("ASK { ?s ?p ?o }")


def test_a_large_answer_is_refused_whole(pool: Pool) -> None:
    with pytest.raises(ResultTooLarge) as caught:
        pool.text(f"SELECT * WHERE {{ {RUNAWAYS['product'].partition('{')[2]}", SHORT)
    assert caught.value.limit == 100_000


LONG = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j <urn:next> ?l }"


def test_a_worker_that_answered_long_is_kept_when_nobody_else_asked(pool: Pool) -> None:
    wait_until(pool.is_settled, 5)
    before, demoted = set(pool.pids("worker")), pool.count("demoted")
    assert pool.text(LONG).split()[-1] == "?n"
    wait_until(pool.is_settled, 5)
    assert pool.count("demoted") == demoted
    assert set(pool.pids("worker")) == before


def test_workers_that_answered_long_beside_each_other_are_replaced(pool: Pool) -> None:
    wait_until(pool.is_settled, 5)
    before, demoted = set(pool.pids("worker")), pool.count("demoted")
    patient = Limits(60, 100_000, 1 << 27)  # what is demoted waits for everything else on this machine
    with ThreadPoolExecutor(2) as askers:
        texts = list(askers.map(pool.text, (LONG, LONG), (patient, patient)))
    assert [text.split()[-1] for text in texts] == ["?n", "?n"]
    wait_until(pool.is_settled, 5)
    assert pool.count("demoted") == demoted + 2
    assert len(set(pool.pids("worker")) - before) == 2


def test_a_query_of_a_client_that_left_is_stopped(pool: Pool) -> None:
    wait_until(pool.is_settled, 5)
    before = pool.count("cancelled")
    header: dict[str, object] = {
        "op": "query",
        "lane": "query",
        "text": RUNAWAYS["product"],
        "media_type": media_types.RESULTS_JSON.name,
    }
    header |= {"seconds": 60, "result_bytes": 1000, "memory_bytes": 1 << 27}
    spool = os.memfd_create("spool")
    channel = connect(pool.options.socket_path(), 1)
    channel.send(header, (spool,))
    os.close(spool)
    wait_until(lambda: pool.status()["workers"]["query"]["busy"] == 1, 5)
    busy = set(pool.pids("worker"))
    channel.close()
    wait_until(lambda: pool.count("cancelled") == before + 1, 1)
    wait_until(pool.is_settled, 5)
    assert any(not is_alive(pid) for pid in busy)


def test_nonsense_on_the_socket_ends_only_that_connection(pool: Pool) -> None:
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"\x00\x00\x00\x02\x00{}", b'\x00\x00\x00\x0e\x00{"op":"query"}'):
        channel = connect(pool.options.socket_path(), 1)
        channel.socket.sendall(data)
        assert channel.socket.recv(1) == b""
        channel.close()
    assert pool.store.ask("ASK {}")


def test_no_descriptor_leaks(pool: Pool) -> None:
    wait_until(pool.is_settled, 5)
    (dispatcher,), (master,) = pool.pids("dispatcher"), pool.pids("master")
    before = descriptors_of(dispatcher), descriptors_of(master), descriptors_of(os.getpid())
    for _ in range(30):
        pool.text()
        with pytest.raises(SyntaxInvalid):
            pool.text("SELECT")
    for _ in range(3):
        with pytest.raises(DeadlineExceeded):
            pool.text(RUNAWAYS["product"], Limits(0.2, 1000, 1 << 27))
    wait_until(pool.is_settled, 5)
    assert (descriptors_of(dispatcher), descriptors_of(master), descriptors_of(os.getpid())) == before


def test_the_release_folder_is_never_written(pool: Pool, state: Path) -> None:
    folder = state / "releases/000001"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    pool.text()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_only_this_user_can_reach_the_socket(pool: Pool) -> None:
    assert pool.options.socket_path().stat().st_mode & 0o777 == 0o600


def test_answers_name_the_release_and_the_time(pool: Pool) -> None:
    answer = pool.store.answer(Query(WHICH, "SELECT"), media_types.RESULTS_JSON)
    with answer.body:
        assert answer.release == 1 == pool.store.release()
        assert 0 < answer.seconds < 5
