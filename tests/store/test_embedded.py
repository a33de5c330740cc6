"""The store of the web processes: terms, the checker's lane, many threads, a dispatcher that is not there."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Literal, URIRef

from zorgnetwerk.errors import (
    DeadlineExceeded,
    MemoryExceeded,
    NotFound,
    StoreUnavailable,
    SyntaxInvalid,
    WorkerDied,
    ZorgnetwerkError,
)
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.terms import media_types

from .pool import SOURCE, TESTS, Pool, is_ready, make_release, running, wait_until

EXTRA = """
<urn:odd> <urn:value> "01"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:g> .
<urn:odd> <urn:value> "geen getal"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:g> .
<urn:odd> <urn:label> "één\\n\\"twee\\""@nl-BE <urn:g> .
"""


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    state = tmp_path_factory.mktemp("state")
    make_release(state, 1, extra=EXTRA)
    options = DispatcherOptions(
        state,
        mode="memory",
        handler="tests.store.handler:prepare",
        content_dir=Path("/content"),
        check_memory_bytes=1 << 28,
    )
    with running(options) as made:
        yield made


def test_lexical_forms_stay_as_the_engine_keeps_them(pool: Pool) -> None:
    """The engine stores numbers by value ("01" becomes "1"), and nothing after it changes a form, not even a wrong one."""
    rows = pool.store.select("SELECT ?v WHERE { <urn:odd> <urn:value> ?v }")
    assert {str(row["v"]) for row in rows} == {"1", "geen getal"}
    assert len(pool.store.construct("CONSTRUCT WHERE { <urn:odd> <urn:value> ?v }")) == 2


def test_languages_and_escapes_survive_both_doors(pool: Pool) -> None:
    expected = Literal('één\n"twee"', lang="nl-be")
    (row,) = pool.store.select("SELECT ?v WHERE { <urn:odd> <urn:label> ?v }")
    (triple,) = pool.store.construct("CONSTRUCT WHERE { <urn:odd> <urn:label> ?v }")
    assert row["v"] == expected == triple[2]


def test_describe_gives_a_graph(pool: Pool) -> None:
    assert URIRef("urn:odd") in set(pool.store.construct("DESCRIBE <urn:odd>").subjects())


def test_the_wrong_door_is_said_to_be_wrong(pool: Pool, tmp_path: Path) -> None:
    local = LocalStore(make_release(tmp_path, 1))
    for store in (pool.store, local):
        with pytest.raises(ZorgnetwerkError):
            store.select("ASK {}")
        with pytest.raises(ZorgnetwerkError):
            store.ask("SELECT * WHERE { ?s ?p ?o }")
        with pytest.raises(ZorgnetwerkError):
            store.construct("SELECT * WHERE { ?s ?p ?o }")
        with pytest.raises(SyntaxInvalid):
            store.select("SELECT")


def test_pages_can_have_bytes(pool: Pool) -> None:
    answer = pool.store.answer_page("CONSTRUCT WHERE { <urn:odd> ?p ?o }", media_types.N_TRIPLES)
    with answer.body as body:
        assert len(b"".join(body.chunks(10)).splitlines()) == 3


def test_many_threads_get_each_their_own_answer(pool: Pool) -> None:
    wrong: list[object] = []

    def ask(number: int) -> None:
        for _ in range(20):
            found = pool.store.select(f"SELECT (<urn:t{number}> AS ?x) WHERE {{ }}")
            if found != [{"x": URIRef(f"urn:t{number}")}]:
                wrong.append(found)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_spools_can_lie_in_a_folder(pool: Pool, tmp_path: Path) -> None:
    store = EmbeddedStore(pool.options.socket_path(), spool_dir=tmp_path)
    assert store.ask("ASK {}")
    assert list(tmp_path.iterdir()) == []
    store.close()


def test_a_check_gets_job_and_body_and_gives_both_back(pool: Pool) -> None:
    result, output = pool.store.run_check({"do": "echo"}, b"abc" * 100_000, 10)
    assert (result["content"], result["length"]) == ("/content", 300_000)
    assert output == b"cba" * 100_000


def test_each_check_has_a_fresh_worker(pool: Pool) -> None:
    first, _ = pool.store.run_check({"do": "echo"}, b"", 10)
    second, _ = pool.store.run_check({"do": "echo"}, b"", 10)
    assert first["pid"] != second["pid"]
    assert first["prepared"] == second["prepared"]


@pytest.mark.parametrize(
    ("job", "error"),
    [
        ({"do": "refuse"}, SyntaxInvalid),
        ({"do": "miss"}, NotFound),
        ({"do": "sleep", "seconds": 30}, DeadlineExceeded),
        ({"do": "crash"}, WorkerDied),
        ({"do": "fill memory"}, MemoryExceeded),
        ({"do": "large result"}, ZorgnetwerkError),
        ({"do": "start a program"}, WorkerDied),
        ({"do": "fork"}, WorkerDied),
    ],
    ids=lambda value: value.get("do") if isinstance(value, dict) else "",
)
def test_a_check_that_goes_wrong_says_how(pool: Pool, job: dict[str, object], error: type[ZorgnetwerkError]) -> None:
    with pytest.raises(error):
        pool.store.run_check(job, b"", 1)
    result, _ = pool.store.run_check({"do": "echo"}, b"x", 10)
    assert result["length"] == 1


def test_the_place_of_a_checks_error_arrives(pool: Pool) -> None:
    with pytest.raises(SyntaxInvalid) as caught:
        pool.store.run_check({"do": "refuse"}, b"", 10)
    assert (caught.value.place.line, caught.value.place.column, caught.value.place.excerpt) == (3, 4, "bad line")


def test_a_check_reaches_no_network(pool: Pool) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        with pytest.raises(WorkerDied):
            pool.store.run_check({"do": "connect", "port": listener.getsockname()[1]}, b"", 5)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_the_checker_can_be_prepared_anew(pool: Pool) -> None:
    before, _ = pool.store.run_check({"do": "echo"}, b"", 10)
    pool.store.renew_checker()
    wait_until(lambda: pool.store.run_check({"do": "echo"}, b"", 10)[0]["prepared"] != before["prepared"], 5)
    wait_until(lambda: len(pool.pids("checker")) == 1, 5)


def test_without_a_checker_a_check_is_refused_at_once(tmp_path: Path) -> None:
    make_release(tmp_path, 1)
    with (
        running(DispatcherOptions(tmp_path, mode="memory")) as pool,
        pytest.raises(StoreUnavailable, match="without a checker"),
    ):
        pool.store.run_check({"do": "echo"}, b"", 10)


def test_a_handler_that_does_not_exist_is_named(tmp_path: Path) -> None:
    make_release(tmp_path, 1)
    options = DispatcherOptions(tmp_path, mode="memory", handler="tests.store.nowhere:prepare")
    store = EmbeddedStore(options.socket_path())
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((SOURCE, TESTS))}
    process = subprocess.Popen(options.command(), env=environment)
    try:
        assert is_ready(store, 10)
        wait_until(lambda: "tests.store.nowhere" in str(store.status()["message"]), 5)
        assert store.ask("ASK {}")
    finally:
        store.close()
        process.terminate()
        assert process.wait(5) == 0


def test_a_dispatcher_that_is_not_there_is_waited_for_then_reported(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "dispatcher.sock", patience_seconds=0.3)
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        store.ask("ASK {}")
    assert 0.3 <= time.monotonic() - began < 1.5
    assert not is_ready(store, 0.1)


def test_closing_gives_back_every_connection(pool: Pool) -> None:
    before = len(os.listdir("/proc/self/fd"))
    store = EmbeddedStore(pool.options.socket_path())
    store.ask("ASK {}")
    store.close()
    store.close()
    assert len(os.listdir("/proc/self/fd")) == before
