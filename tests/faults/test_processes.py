"""Processes that run away or are killed: what the others then see."""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.pool import (
    ASK,
    LIMITS,
    RUNAWAYS,
    SOURCE,
    TESTS,
    WHICH,
    Pool,
    is_alive,
    is_ready,
    make_release,
    running,
    wait_until,
)
from zorgnetwerk.errors import DeadlineExceeded, Limit, QueueFull, StoreUnavailable, WorkerDied
from zorgnetwerk.store.base import Limits
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types

LONG = Limits(seconds=20, result_bytes=1_000_000, memory_bytes=1 << 28)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    state = tmp_path_factory.mktemp("state")
    make_release(state, 1, quads=2_000)
    options = DispatcherOptions(state, workers=2, queue_limit=16, mode="memory", handler="tests.store.handler:prepare")
    with running(options) as made:
        yield made


class Supervised:
    """A dispatcher under the supervisor, in a process of its own."""

    def __init__(self, state: Path, handler: str = "tests.store.handler:prepare") -> None:
        self.options = DispatcherOptions(state, workers=2, mode="memory", handler=handler)
        code = (
            "import sys; from zorgnetwerk.store.supervision import Child, Supervisor; "
            f"sys.exit(Supervisor([Child('dispatcher', {self.options.command()!r})]).run())"
        )
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((SOURCE, TESTS))}
        self.process = subprocess.Popen((sys.executable, "-c", code), env=environment)
        self.store = EmbeddedStore(self.options.socket_path(), limits=LIMITS)
        assert is_ready(self.store, 20)
        self.pool = Pool(self.options, self.process, self.store)
        wait_until(self.pool.is_settled, 20)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervised]:
    state = tmp_path_factory.mktemp("state")
    make_release(state, 1)
    made = Supervised(state)
    yield made
    left = made.pool.all_pids()
    made.process.terminate()
    assert made.process.wait(5) == 0
    wait_until(lambda: not any(is_alive(pid) for pid in left), 2)
    made.store.close()


def ask_everything(store: EmbeddedStore) -> None:
    """A page, a public query and a check, each correct."""
    assert [str(row["n"]) for row in store.select(WHICH)] == ["1"]
    with store.answer(Query(WHICH, "SELECT"), media_types.RESULTS_CSV).body as body:
        assert body.read().split() == [b"n", b"1"]
    assert store.run_check({"do": "echo"}, b"ab", 10)[1] == b"ba"


@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_runaway_query_ends_within_its_limit_and_a_second(pool: Pool, name: str) -> None:
    began = time.monotonic()
    with pytest.raises(Limit):
        pool.text(RUNAWAYS[name], Limits(seconds=1, result_bytes=1_000_000, memory_bytes=1 << 28))
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("role", ["dispatcher", "master", "checker", "worker", "check-worker"])
def test_any_one_process_can_be_killed(site: Supervised, role: str) -> None:
    wait_until(site.pool.is_settled, 10)
    before = site.pool.all_pids()
    victim = site.pool.pids(role)[0]
    os.kill(victim, signal.SIGKILL)
    began = time.monotonic()
    ask_everything(site.store)
    assert time.monotonic() - began < 2
    wait_until(site.pool.is_settled, 5)
    wait_until(lambda: not any(is_alive(pid) for pid in before - site.pool.all_pids()), 2)


@pytest.mark.parametrize("role", ["dispatcher", "master", "worker"])
def test_a_short_query_that_is_under_way_survives_a_kill(site: Supervised, role: str) -> None:
    wait_until(site.pool.is_settled, 10)
    text = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j <urn:value> 3 }"
    expected = str(61**3)
    victims = site.pool.pids(role)
    found: list[object] = []

    def ask() -> None:
        try:
            found.append(str(site.store.select(text)[0]["n"]))
        except StoreUnavailable as error:
            found.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for victim in victims[:1]:
        os.kill(victim, signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_a_long_query_whose_worker_is_killed_is_told_so(pool: Pool) -> None:
    wait_until(pool.is_settled, 10)
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            pool.text(RUNAWAYS["product"], LONG)
        except StoreUnavailable as error:
            caught.append(error)

    idle = set(pool.pids("worker"))
    thread = threading.Thread(target=ask)
    thread.start()
    wait_until(lambda: pool.status()["workers"]["query"]["busy"] == 1, 5)
    time.sleep(1.1)
    (busy,) = [pid for pid in idle if _processor_seconds(pid) > 0.3]
    os.kill(busy, signal.SIGKILL)
    thread.join(5)
    assert isinstance(caught[0], WorkerDied)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_death_of_the_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    make_release(tmp_path, 1)
    made = Supervised(tmp_path)
    left = made.pool.all_pids()
    made.process.kill()
    made.process.wait()
    wait_until(lambda: not any(is_alive(pid) for pid in left), 2)
    made.store.close()


def test_a_child_that_keeps_ending_is_given_up_with_a_message() -> None:
    code = (
        "import logging, sys; logging.basicConfig(); from zorgnetwerk.store.supervision import Child, Supervisor; "
        "sys.exit(Supervisor([Child('web', (sys.executable, '-c', 'raise SystemExit(3)'))]).run())"
    )
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    ended = subprocess.run((sys.executable, "-c", code), env=environment, capture_output=True, timeout=10, check=False)
    assert ended.returncode == 1
    assert b"web: ended 5 times within 10 s (last code 3); giving up" in ended.stderr


def test_a_child_that_readers_do_not_need_ends_nobody_else() -> None:
    code = (
        "import logging, sys; logging.basicConfig(); from zorgnetwerk.store.supervision import Child, Supervisor; "
        "ends, stays = ((sys.executable, '-c', text) for text in ('raise SystemExit(3)', 'import time; time.sleep(60)')); "
        "sys.exit(Supervisor([Child('web', stays), Child('publisher', ends, is_vital=False)]).run())"
    )
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    with subprocess.Popen((sys.executable, "-c", code), env=environment, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        told = next(line for line in process.stderr if b"keeps ending" in line)
        assert b"publisher: keeps ending (last code 3); tried again in 60 s" in told
        assert process.poll() is None
        process.terminate()
        assert process.wait(8) == 0


def test_children_that_nobody_waits_for_start_after_the_others() -> None:
    code = (
        "import sys; from zorgnetwerk.store.supervision import Child, Supervisor; "
        "say = lambda text: (sys.executable, '-c', f'import time; print({text!r}, end=\"\", flush=True); time.sleep(60)'); "
        "children = [Child('late', say('l'), after_seconds=0.5), Child('soon', say('s'))]; "
        "sys.exit(Supervisor(children).run())"
    )
    with subprocess.Popen(
        (sys.executable, "-c", code), env={**os.environ, "PYTHONPATH": SOURCE}, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        began = time.monotonic()
        assert process.stdout.read(2) == b"sl"
        assert time.monotonic() - began >= 0.4
        process.terminate()
        assert process.wait(8) == 0


def test_children_that_ignore_sigterm_are_killed_within_the_limit() -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('u', end='', flush=True); time.sleep(60)"
    code = (
        "import sys; from zorgnetwerk.store.supervision import Child, Supervisor; "
        f"child = (sys.executable, '-c', {stubborn!r}); "
        "sys.exit(Supervisor([Child('a', child), Child('b', child)], stop_seconds=1.0).run())"
    )
    with subprocess.Popen(
        (sys.executable, "-c", code), env={**os.environ, "PYTHONPATH": SOURCE}, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read(2) == b"uu"
        began = time.monotonic()
        process.terminate()
        assert process.wait(5) == 0
        assert time.monotonic() - began < 2


def times_of(ask: Callable[[], object], seconds: float) -> list[float]:
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
        time.sleep(0.02)
    return times


def test_long_queries_starve_neither_pages_nor_short_queries(pool: Pool) -> None:
    wait_until(pool.is_settled, 10)
    ends: list[object] = []

    def ask_long(name: str) -> None:
        try:
            pool.text(RUNAWAYS[name], Limits(6, 1_000_000, 1 << 28))
        except (DeadlineExceeded, QueueFull) as error:
            ends.append(type(error).__name__)

    names = ("product", "big string")
    threads = [threading.Thread(target=ask_long, args=(names[number % 2],)) for number in range(18)]
    for thread in threads:
        thread.start()
    wait_until(lambda: pool.status()["workers"]["query"]["paused"] == 16, 6)
    pages = times_of(lambda: pool.store.select(WHICH), 1.5)
    asks = times_of(lambda: pool.store.answer(ASK, media_types.RESULTS_JSON).body.close(), 1.5)
    assert pool.status()["workers"]["query"]["heavy"] == 2
    for thread in threads:
        thread.join()
    assert ends == ["DeadlineExceeded"] * 18
    for times in (pages, asks):
        assert len(times) > 10
        assert statistics.quantiles(times, n=20)[-1] < 0.5


@pytest.mark.long
def test_hundreds_of_kills_leave_a_working_pool(tmp_path: Path) -> None:
    make_release(tmp_path, 1)
    made = Supervised(tmp_path)
    try:
        for number in range(200):
            role = ("worker", "worker", "master", "check-worker", "checker")[number % 5]
            for victim in made.pool.pids(role)[:1]:
                with contextlib.suppress(ProcessLookupError):  # it may have ended with its master
                    os.kill(victim, signal.SIGKILL)
            ask_everything(made.store)
        wait_until(made.pool.is_settled, 10)
        assert len(made.pool.all_pids()) == 8
    finally:
        made.process.terminate()
        assert made.process.wait(5) == 0
        made.store.close()
