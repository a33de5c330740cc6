"""Releases that change while everybody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.pool import RUNAWAYS, WHICH, Pool, make_release, memory_of, point, running, wait_until
from tests.store.test_succession import follow
from zorgnetwerk.errors import DeadlineExceeded
from zorgnetwerk.store.base import Limits
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types


class Load:
    """Threads that ask all the time and note every wrong release and every error that is no deadline.

    An answer may be of any release that was current between its question and its arrival, and must be what its label says.
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.current = 1
        self.wrong: list[object] = []
        self.answers = 0
        self.deadlines = 0
        self._stopping = threading.Event()
        work = (self._ask_public, self._ask_public, self._ask_page, self._ask_long)
        self._threads = [threading.Thread(target=self._repeat, args=(ask,)) for ask in work]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, ask: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            try:
                ask()
            except DeadlineExceeded:
                self.deadlines += 1
            except Exception as error:
                self.wrong.append(error)

    def _judge(self, oldest: int, said: int, label: int) -> None:
        self.answers += 1
        if said != label or not oldest <= said <= self.current:
            self.wrong.append((oldest, said, label, self.current))

    def _ask_public(self) -> None:
        oldest = self.current - 1
        answer = self.pool.store.answer(Query(WHICH, "SELECT"), media_types.RESULTS_CSV)
        with answer.body as body:
            self._judge(oldest, int(body.read().split()[1]), answer.release)

    def _ask_page(self) -> None:
        oldest = self.current - 1
        said = int(str(self.pool.store.select(WHICH)[0]["n"]))
        self._judge(oldest, said, said)

    def _ask_long(self) -> None:
        self.pool.text(RUNAWAYS["product"], Limits(0.4, 1000, 1 << 27))


def swap_under_load(state: Path, swaps: int, mode: str) -> None:
    """Releases change while everything asks; afterwards nothing is wrong, left over or larger."""
    make_release(state, 1, quads=2_000)
    with running(DispatcherOptions(state, workers=2, mode=mode)) as pool:  # type: ignore[arg-type]
        wait_until(pool.is_settled, 10)
        memory: list[int] = []
        with Load(pool) as load:
            for number in range(2, swaps + 2):
                make_release(state, number, quads=2_000, current=False)
                load.current = number
                point(state, number)
                wait_until(lambda: pool.status()["release"] == load.current, 10)  # read at once
                if number in (4, swaps + 1):
                    wait_until(lambda: len(pool.pids("master")) == 1, 10)
                    memory.append(memory_of(set(pool.pids("dispatcher"))))
        wait_until(pool.is_settled, 10)
        assert load.wrong == []
        assert pool.count("swaps") == swaps
        assert load.deadlines >= swaps // 4
        assert load.answers > 10 * swaps
        assert pool.count("died") == pool.count("retried") == 0
        assert memory[-1] < memory[0] + (4 << 20)


def test_releases_change_under_load_without_a_wrong_answer(tmp_path: Path) -> None:
    swap_under_load(tmp_path, 4, "memory")


def test_followed_releases_change_under_load_without_a_wrong_answer(tmp_path: Path) -> None:
    """Masters that are forks of each other: no answer of another release, no error, no master loaded anew."""
    make_release(tmp_path, 1, quads=2_000)
    with running(DispatcherOptions(tmp_path, workers=2, mode="memory")) as pool:
        wait_until(pool.is_settled, 10)
        with Load(pool) as load:
            for number in range(2, 10):
                load.current = number
                follow(tmp_path, number, is_loadable=False)
                wait_until(lambda: pool.status()["release"] == load.current, 20)
        wait_until(pool.is_settled, 20)
        assert load.wrong == []
        assert pool.count("swaps") == 8
        assert load.answers > 80
        assert pool.count("died") == pool.count("retried") == 0


@pytest.mark.long
@pytest.mark.parametrize("mode", ["memory", "folder"])
def test_forty_releases_change_under_load_without_a_wrong_answer(tmp_path: Path, mode: str) -> None:
    swap_under_load(tmp_path, 44, mode)
