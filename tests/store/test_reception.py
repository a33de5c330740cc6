"""Earlier releases: answered from their folders, by few workers that come on demand and go again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from zorgnetwerk.errors import DeadlineExceeded, Gone, QueryStopped, QueueFull, StoreUnavailable, SyntaxInvalid
from zorgnetwerk.store import reception
from zorgnetwerk.store.base import Answer, Asker, Limits, Store
from zorgnetwerk.store.loop import Loop
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types

from .contract import StoreContract
from .pool import LIMITS, RUNAWAYS, WHICH, Pool, is_alive, make_release, point, running, wait_until
from .test_contract_embedded import state_with_contract_data

RELEASES = 5


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    for number in range(1, RELEASES + 1):
        make_release(tmp_path, number)
    with running(DispatcherOptions(tmp_path, page_workers=1, express_workers=1, memory_bytes=1 << 28)) as pool:
        yield pool


def ask(store: Store, query: str = WHICH, limits: Limits = LIMITS) -> Answer:
    return store.answer(Query(query, "SELECT"), media_types.RESULTS_CSV, limits)


def number_in(answer: Answer) -> int:
    with answer.body as body:
        return int(body.read().split()[1])


def test_each_release_answers_for_itself(pool: Pool) -> None:
    for number in (1, 4, RELEASES, 1):
        answer = ask(pool.store.at(number))
        assert (number_in(answer), answer.release) == (number, number)
    assert number_in(ask(pool.store)) == RELEASES
    assert pool.store.at(2).select(WHICH)[0]["n"].toPython() == "2"  # type: ignore[attr-defined]
    assert pool.status()["past"] == [1, 2, 4]


def test_the_present_release_needs_no_workers_of_its_own(pool: Pool) -> None:
    assert number_in(ask(pool.store.at(RELEASES))) == RELEASES
    assert pool.status()["past"] == []


def test_few_are_open_at_once_and_the_one_unused_longest_makes_room(pool: Pool) -> None:
    for number in (1, 2, 3):
        ask(pool.store.at(number)).body.close()
    ask(pool.store.at(1)).body.close()
    gone = set(pool.status()["pids"]["past-worker"])
    ask(pool.store.at(4)).body.close()
    assert pool.status()["past"] == [1, 3, 4]
    left = gone - set(pool.status()["pids"]["past-worker"])
    assert left
    wait_until(lambda: not any(is_alive(pid) for pid in left), 3)


def test_when_all_are_at_work_another_is_refused_with_a_time(pool: Pool) -> None:
    def burn(number: int) -> None:
        with pytest.raises(DeadlineExceeded):
            ask(pool.store.at(number), RUNAWAYS["product"], Limits(4.0, 1_000, 1 << 27))

    threads = [threading.Thread(target=burn, args=(number,)) for number in (1, 2, 3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: pool.status()["past"] == [1, 2, 3], 5)
    with pytest.raises(QueueFull) as caught:
        ask(pool.store.at(4))
    assert caught.value.retry_after_seconds > 0
    assert number_in(ask(pool.store)) == RELEASES
    for thread in threads:
        thread.join()
    assert number_in(ask(pool.store.at(4))) == 4


def test_a_runaway_ends_at_its_deadline_and_the_release_goes_on_answering(pool: Pool) -> None:
    past = pool.store.at(2)
    ask(past).body.close()
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        ask(past, RUNAWAYS["product"], Limits(1.0, 1_000, 1 << 27))
    assert time.monotonic() - began < 2.0
    assert number_in(ask(past)) == 2


@pytest.mark.parametrize("is_open", [True, False], ids=["at work", "in front of a desk that is being opened"])
def test_a_query_about_an_earlier_release_is_stopped_by_its_id(pool: Pool, is_open: bool) -> None:
    past = pool.store.at(3)
    if is_open:
        ask(past).body.close()
    caught: list[BaseException] = []

    def burn() -> None:
        with pytest.raises(QueryStopped) as stopped:
            ask(past.asked_by(Asker("client", "about-the-past")), RUNAWAYS["product"], Limits(20, 1_000, 1 << 27))
        caught.append(stopped.value)

    thread = threading.Thread(target=burn)
    thread.start()
    wait_until(lambda: pool.store.stop("about-the-past"), 10)
    thread.join(5)
    assert "stopped" in str(caught[0])
    assert not pool.store.stop("about-the-past")
    assert number_in(ask(past)) == 3


def test_what_is_wrong_with_a_query_is_said_as_ever(pool: Pool) -> None:
    with pytest.raises(SyntaxInvalid):
        ask(pool.store.at(1), "SELECT ?x WHERE { ?x ")


@pytest.mark.parametrize("number", [77, 10**9])
def test_a_release_that_is_not_kept_is_gone(pool: Pool, number: int) -> None:
    with pytest.raises(Gone):
        ask(pool.store.at(number))


def test_after_a_swap_the_former_release_answers_from_its_folder(pool: Pool) -> None:
    state = pool.options.state_dir
    make_release(state, RELEASES + 1)
    wait_until(lambda: pool.store.release() == RELEASES + 1, 10)
    assert number_in(ask(pool.store.at(RELEASES))) == RELEASES
    point(state, 1)
    wait_until(lambda: pool.store.release() == 1, 10)
    assert number_in(ask(pool.store.at(RELEASES + 1))) == RELEASES + 1


def test_swaps_under_load_never_answer_from_another_release(pool: Pool) -> None:
    wrong: list[int] = []
    stop = threading.Event()

    def watch(number: int) -> None:
        while not stop.is_set():
            if number_in(ask(pool.store.at(number))) != number:
                wrong.append(number)

    threads = [threading.Thread(target=watch, args=(number,)) for number in (4, 5)]
    for thread in threads:
        thread.start()
    for number in (4, 5, 4):
        point(pool.options.state_dir, number)
        wait_until(lambda number=number: pool.store.release() == number, 10)  # type: ignore[misc]
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_release_whose_store_is_damaged_is_named_and_harms_nobody(pool: Pool) -> None:
    folder = pool.options.state_dir / "releases/000002/store"
    for file in folder.iterdir():
        file.unlink()
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="not ready"):
        ask(pool.store.at(2))
    assert time.monotonic() - began < reception.PATIENCE_SECONDS + 2
    assert number_in(ask(pool.store)) == RELEASES
    assert number_in(ask(pool.store.at(1))) == 1


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    state = tmp_path_factory.mktemp("past")
    state_with_contract_data(state)
    make_release(state, 2)
    with running(DispatcherOptions(state)) as pool:
        yield pool.store.at(1)


class TestPastRelease(StoreContract):
    @pytest.fixture
    def store(self, past: Store) -> Store:
        return past


class QuietDesk:
    """A desk that nobody asks."""

    def __init__(self) -> None:
        self.is_busy, self.release, self.is_closed = False, 3, False

    def look_around(self, now: float) -> None:
        """Nothing happens."""

    def close(self) -> None:
        self.is_closed = True


def test_an_earlier_release_that_nobody_asks_is_closed(tmp_path: Path) -> None:
    house = reception.Reception(DispatcherOptions(tmp_path), Loop())
    quiet, busy = QuietDesk(), QuietDesk()
    busy.is_busy = True
    house._earlier = {3: reception.Earlier(quiet, 100.0), 4: reception.Earlier(busy, 100.0)}  # type: ignore[arg-type]
    house.look_around(100.0 + reception.IDLE_SECONDS)
    assert not quiet.is_closed
    house.look_around(101.0 + reception.IDLE_SECONDS)
    assert (quiet.is_closed, busy.is_closed) == (True, False)
    assert list(house._earlier) == [4]
