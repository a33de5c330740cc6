"""Shares of clients in the workers, and queries stopped by their id, with real processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from zorgnetwerk.errors import ClientLimit, DeadlineExceeded, QueryStopped, ZorgnetwerkError
from zorgnetwerk.store.base import Asker, Limits
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types

from .pool import ASK, RUNAWAYS, Pool, make_release, running, wait_until

LONG = Query(RUNAWAYS["product"], "SELECT")
HEAVY = Query(
    "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(CONCAT(STR(?c), STR(?f))) > 0) }",
    "SELECT",
)
"""Long enough to be set aside, short enough to end: several tenths of a second alone."""


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    state = tmp_path_factory.mktemp("fair")
    make_release(state, 1, quads=120)
    options = DispatcherOptions(state, workers=1, queue_limit=20, client_limit=8, mode="memory")
    with running(options) as pool:
        yield pool


def ask(pool: Pool, query: Query, asker: Asker, seconds: float) -> int:
    """How many bytes a query of this asker brings."""
    limits = Limits(seconds, 100_000, 1 << 27)
    with pool.store.asked_by(asker).answer(query, media_types.RESULTS_JSON, limits).body as body:
        return len(body.read())


class Crowd:
    """Queries of one client, all at once, and what became of each."""

    def __init__(self, pool: Pool, askers: list[Asker], seconds: float) -> None:
        self.outcomes: list[str] = []
        self._threads = [threading.Thread(target=self._ask, args=(pool, asker, seconds)) for asker in askers]
        for thread in self._threads:
            thread.start()

    def _ask(self, pool: Pool, asker: Asker, seconds: float) -> None:
        try:
            ask(pool, LONG, asker, seconds)
            self.outcomes.append("answered")
        except ZorgnetwerkError as error:
            self.outcomes.append(type(error).__name__)

    def end(self) -> list[str]:
        for thread in self._threads:
            thread.join()
        return sorted(self.outcomes)


def figure(pool: Pool, name: str) -> Callable[[], int]:
    def read() -> int:
        found: dict[str, Any] = pool.status()["workers"]["query"]
        return int(found[name])

    return read


def test_fifty_long_queries_of_one_client_do_not_starve_another(pool: Pool) -> None:
    refused = pool.count("client_limit")
    crowd = Crowd(pool, [Asker("greedy", f"greedy-{number:03}") for number in range(50)], seconds=20)
    paused = figure(pool, "paused")
    wait_until(lambda: paused() >= 6 and pool.count("client_limit") - refused >= 40, 20)
    began = time.monotonic()
    try:
        ask(pool, HEAVY, Asker("other"), 60)
        together = time.monotonic() - began
        still = paused()
        ask(pool, ASK, Asker("third"), 5)
    finally:
        for number in range(50):
            pool.store.stop(f"greedy-{number:03}")
    outcomes = crowd.end()
    assert still >= 6, "the crowd was gone before the other client asked"
    assert outcomes.count("ClientLimit") >= 40
    assert set(outcomes) <= {"ClientLimit", "QueryStopped"}
    # It overtook those who had waited longer: none of them had come to its end. Alone it takes a second or two.
    assert together < 20


def test_one_client_beyond_its_share_is_told_the_limit_and_when_to_come_back(pool: Pool) -> None:
    askers = [Asker("one", f"one-query-{number}") for number in range(8)]
    crowd = Crowd(pool, askers, seconds=15)
    figures = figure(pool, "paused"), figure(pool, "heavy")
    try:
        wait_until(lambda: sum(each() for each in figures) == 8, 20)
        with pytest.raises(ClientLimit) as caught:
            ask(pool, LONG, Asker("one"), 15)
        error = caught.value
        assert (error.limit, error.used, error.unit) == (8, 8, "queries")
        assert 0 < error.retry_after_seconds <= 15
        with pytest.raises(DeadlineExceeded):
            ask(pool, LONG, Asker("two"), 1)
    finally:
        for asker in askers:
            assert pool.store.stop(asker.query_id)
    assert crowd.end() == ["QueryStopped"] * 8
    assert pool.count("client_limit") >= 1


def test_our_own_queries_have_no_share(pool: Pool) -> None:
    crowd = Crowd(pool, [Asker() for _ in range(12)], seconds=2)
    assert set(crowd.end()) == {"DeadlineExceeded"}


def test_a_stopped_query_says_so_and_its_worker_is_gone(pool: Pool) -> None:
    caught: list[BaseException] = []

    def long() -> None:
        try:
            ask(pool, LONG, Asker("one", "the-long-one"), 20)
        except QueryStopped as error:
            caught.append(error)

    thread = threading.Thread(target=long)
    thread.start()
    wait_until(lambda: figure(pool, "busy")() == 1, 10)
    before = pool.count("stopped")
    assert pool.store.stop("the-long-one")
    thread.join(2)
    assert "stopped" in str(caught[0])
    wait_until(pool.is_settled, 10)
    assert pool.count("stopped") == before + 1


def test_what_nobody_asked_cannot_be_stopped(pool: Pool) -> None:
    assert not pool.store.stop("nobody-asked-this")
    assert not pool.store.stop("")


def test_the_query_of_a_client_that_left_is_given_up(pool: Pool) -> None:
    began = time.monotonic()
    with pytest.raises(QueryStopped, match="left"):
        ask(pool, LONG, Asker("gone", "left-query", is_there=lambda: False), 20)
    assert time.monotonic() - began < 10
    wait_until(pool.is_settled, 10)


def test_an_answer_tells_what_it_cost(pool: Pool) -> None:
    answer = pool.store.asked_by(Asker("one")).answer(HEAVY, media_types.RESULTS_JSON, Limits(60, 100_000, 1 << 27))
    with answer.body:
        assert 0 <= answer.queued_seconds < 60
        assert 0 < answer.processor_seconds <= answer.seconds * 1.5
