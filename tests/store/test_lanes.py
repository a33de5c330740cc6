"""Scheduling with a clock of its own: who runs, who waits, who is told to come back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zorgnetwerk.store.capacity import Capacity
from zorgnetwerk.store.decisions import Decision, Demote, Expire, Refuse, Resume, Run
from zorgnetwerk.store.lanes import Lanes

CAPACITY = Capacity(page=1, express=2, heavy=1, check=1, paused=2, slice_seconds=0.1)


def lanes_with_workers(capacity: Capacity = CAPACITY) -> Lanes:
    """Page worker 1, query workers 11 and 12, check worker 21."""
    lanes = Lanes(capacity)
    lanes.add_idle(1, "page", 0)
    lanes.add_idle(11, "query", 0)
    lanes.add_idle(12, "query", 0)
    lanes.add_idle(21, "check", 0)
    assert lanes.decisions() == []
    return lanes


def after(lanes: Lanes, moment: float) -> list[Decision]:
    lanes.tick(moment)
    return lanes.decisions()


def test_a_request_runs_at_once_when_a_worker_is_idle() -> None:
    lanes = lanes_with_workers()
    lanes.admit(1, "query", 0, 10)
    assert lanes.decisions() == [Run(1, 11)]


def test_requests_wait_in_order_for_a_worker() -> None:
    lanes = lanes_with_workers()
    for number in (1, 2, 3, 4):
        lanes.admit(number, "query", 0, 10)
    assert lanes.decisions() == [Run(1, 11), Run(2, 12)]
    lanes.finish(2)
    lanes.add_idle(12, "query", 0.01)
    assert lanes.decisions() == [Run(3, 12)]


def test_each_lane_has_workers_of_its_own() -> None:
    lanes = lanes_with_workers()
    for number in range(10):
        lanes.admit(number, "query", 0, 10)
    lanes.decisions()
    lanes.admit(100, "page", 0, 10)
    lanes.admit(101, "check", 0, 10)
    assert lanes.decisions() == [Run(100, 1), Run(101, 21)]


def beside_another(lanes: Lanes) -> None:
    """Query 1 on worker 11, and one that waits for a worker of its own: nobody who is alone has to give way."""
    lanes.admit(1, "query", 0, 10)
    lanes.admit(2, "query", 0, 10)
    lanes.decisions()


def test_a_query_beyond_its_slice_is_demoted_to_a_heavy_slot() -> None:
    lanes = Lanes(CAPACITY)
    lanes.add_idle(11, "query", 0)
    beside_another(lanes)
    assert after(lanes, 0.06) == []  # the slice is shorter when somebody waits
    assert after(lanes, 0.07) == [Demote(11, paused=False)]
    assert lanes.figures()["query"] == {"idle": 0, "busy": 1, "express": 0, "heavy": 1, "paused": 0}


def test_a_slice_is_processor_time_within_a_bound_on_the_clock() -> None:
    had = {11: 0.0}
    lanes = Lanes(Capacity(express=1), lambda worker: had[worker])
    lanes.add_idle(11, "query", 0)
    beside_another(lanes)
    had[11] = 0.02
    assert after(lanes, 0.05) == []
    assert lanes.next_moment() == pytest.approx(0.08)
    had[11] = 0.05
    assert after(lanes, 0.08) == [Demote(11, paused=False)]


def test_a_query_that_only_waits_for_the_disk_is_demoted_too() -> None:
    lanes = Lanes(Capacity(express=1), lambda worker: 0.0)
    lanes.add_idle(11, "query", 0)
    beside_another(lanes)
    assert after(lanes, 0.49) == []
    assert after(lanes, 0.55) == [Demote(11, paused=False)]


def test_a_query_that_is_alone_gives_way_to_nobody() -> None:
    lanes = lanes_with_workers()
    lanes.admit(1, "query", 0, 10)
    lanes.admit(2, "page", 0, 20)
    lanes.decisions()
    for moment in (0.1, 1.0, 9.0):
        assert after(lanes, moment) == []
        assert moment < lanes.next_moment() <= moment + 0.1
    assert lanes.figures()["query"] == {"idle": 1, "busy": 1, "express": 1, "heavy": 0, "paused": 0}
    [expired] = after(lanes, 10.0)
    assert isinstance(expired, Expire)


@pytest.mark.parametrize("comes", ["admitted", "adopted"])
def test_a_query_that_was_alone_gives_way_as_soon_as_another_comes(comes: str) -> None:
    lanes = lanes_with_workers()
    lanes.admit(1, "query", 0, 10)
    assert after(lanes, 5.0) == [Run(1, 11)]
    if comes == "admitted":
        lanes.admit(2, "query", 5.01, 10)
    else:
        lanes.adopt(2, 31, 5.01, 10)
    assert lanes.next_moment() <= 5.01
    assert Demote(11, paused=False) in after(lanes, 5.01)
    lanes.finish(2)
    assert [request.phase for request in [lanes.request_of(11)] if request] == ["heavy"]


def test_pages_and_checks_are_never_demoted() -> None:
    lanes = lanes_with_workers()
    lanes.admit(1, "page", 0, 10)
    lanes.admit(2, "check", 0, 10)
    lanes.decisions()
    assert after(lanes, 5) == []


def run_long(lanes: Lanes, numbers: range) -> list[Decision]:
    """Each of these queries gets a fresh express worker and outlives its slice."""
    made: list[Decision] = []
    for number in numbers:
        lanes.admit(number, "query", number, 100)
        lanes.add_idle(1000 + number, "query", number)
        lanes.decisions()
        made += after(lanes, number + 0.5)
    return made


def test_long_queries_beyond_the_slots_are_paused_then_refused() -> None:
    lanes = Lanes(CAPACITY)
    made = run_long(lanes, range(1, 5))
    assert made[:3] == [Demote(1001, paused=False), Demote(1002, paused=True), Demote(1003, paused=True)]
    refusal = made[3]
    assert isinstance(refusal, Refuse)
    assert (refusal.request, refusal.worker, refusal.waiting) == (4, 1004, 2)
    assert refusal.retry_after_seconds >= 1


def test_a_freed_slot_goes_to_the_longest_paused() -> None:
    lanes = Lanes(CAPACITY)
    run_long(lanes, range(1, 4))
    lanes.finish(1)
    assert lanes.decisions() == [Resume(1002)]
    lanes.finish(2)
    assert lanes.decisions() == [Resume(1003)]
    lanes.finish(3)
    assert lanes.decisions() == []


def test_a_cancelled_paused_query_frees_its_place() -> None:
    lanes = Lanes(CAPACITY)
    run_long(lanes, range(1, 4))
    lanes.finish(2)
    assert lanes.decisions() == []
    assert lanes.figures()["query"]["paused"] == 1
    lanes.finish(1)
    assert lanes.decisions() == [Resume(1003)]


def test_slices_are_shorter_when_others_wait_but_not_endlessly_short() -> None:
    lanes = lanes_with_workers()
    assert lanes.slice_seconds() == pytest.approx(0.1)
    for number in range(4):
        lanes.admit(number, "query", 0, 10)
    assert lanes.slice_seconds() == pytest.approx(0.05)
    for number in range(4, 50):
        lanes.admit(number, "query", 0, 10)
    assert lanes.slice_seconds() == pytest.approx(0.025)


def test_a_lane_that_is_full_refuses() -> None:
    lanes = lanes_with_workers()
    for number in range(66):
        lanes.admit(number, "query", 0, 10)
    lanes.decisions()
    lanes.admit(99, "query", 0, 10)
    assert lanes.decisions() == [Refuse(99, 0, 64, 1)]


def test_the_deadline_counts_from_admission() -> None:
    lanes = Lanes(CAPACITY)
    lanes.admit(1, "query", 5.0, 2)
    assert after(lanes, 6.9) == []
    (expiry,) = after(lanes, 7.0)
    assert isinstance(expiry, Expire)
    assert (expiry.request, expiry.worker, expiry.limit, expiry.used) == (1, 0, 2, 2)


def test_an_expired_request_frees_its_slot() -> None:
    lanes = lanes_with_workers()
    lanes.admit(1, "query", 0, 1)
    lanes.admit(2, "query", 0, 10)
    lanes.decisions()
    assert after(lanes, 0.5) == [Demote(11, paused=False), Demote(12, paused=True)]
    lanes.tick(1.0)
    expiry, resume = sorted(lanes.decisions(), key=lambda decision: type(decision).__name__)
    assert isinstance(expiry, Expire)
    assert (expiry.request, expiry.worker) == (1, 11)
    assert resume == Resume(12)


def test_a_request_whose_worker_ended_comes_first_again_with_its_old_deadline() -> None:
    lanes = lanes_with_workers()
    for number in (1, 2, 3):
        lanes.admit(number, "query", 0, 10)
    lanes.decisions()
    lanes.readmit(1, 1)
    assert [request.number for request in lanes.waiting("query")] == [1, 3]
    lanes.add_idle(13, "query", 1)
    assert lanes.decisions() == [Run(1, 13)]
    lanes.finish(2)
    lanes.finish(3)
    (expiry,) = [decision for decision in after(lanes, 10) if isinstance(decision, Expire)]
    assert expiry.worker == 13


def test_an_idle_worker_can_be_taken_away() -> None:
    lanes = lanes_with_workers()
    assert lanes.remove_idle(11)
    assert not lanes.remove_idle(11)
    lanes.admit(1, "query", 0, 10)
    assert lanes.decisions() == [Run(1, 12)]


def test_the_next_moment_is_the_first_slice_or_deadline() -> None:
    lanes = lanes_with_workers()
    assert lanes.next_moment() == math.inf
    lanes.admit(1, "page", 1, 10)
    assert lanes.next_moment() == 11
    lanes.admit(2, "query", 2, 10)
    lanes.decisions()
    assert lanes.next_moment() == pytest.approx(2.1)


EVENTS = st.lists(
    st.tuples(st.sampled_from(("admit", "idle", "finish", "readmit", "tick")), st.integers(0, 30), st.floats(0, 0.3)),
    max_size=80,
)


@settings(deadline=None)
@given(EVENTS)
def test_slots_are_never_overrun_and_no_request_is_lost(events: list[tuple[str, int, float]]) -> None:
    lanes, now, worker = Lanes(CAPACITY), 0.0, 0
    live: set[int] = set()
    paused: set[int] = set()
    for number, (event, choice, pause) in enumerate(events):
        now += pause
        chosen = sorted(live)[choice % len(live)] if live else -1
        if event == "admit":
            lanes.admit(number, "query", now, 2.0, ("", "a", "b")[choice % 3])
            live.add(number)
        elif event == "idle":
            worker += 1
            lanes.add_idle(worker, "query", now)
        elif event == "finish" and live:
            lanes.finish(chosen)
            live.discard(chosen)
        elif event == "readmit" and live and chosen not in {request.number for request in lanes.waiting("query")}:
            lanes.readmit(chosen, now)
        else:
            lanes.tick(now)
        for decision in lanes.decisions():
            if isinstance(decision, Expire | Refuse):
                live.discard(decision.request)
            elif isinstance(decision, Demote) and decision.paused:
                paused.add(decision.worker)
            elif isinstance(decision, Resume):
                assert decision.worker in paused
                paused.discard(decision.worker)
        figures = lanes.figures()["query"]
        assert figures["heavy"] <= CAPACITY.heavy
        assert figures["paused"] <= CAPACITY.paused
        assert not figures["paused"] or figures["heavy"] == CAPACITY.heavy
        assert figures["busy"] + len(lanes.waiting("query")) == len(live)


def run_long_of(lanes: Lanes, client: str, numbers: range, now: float) -> list[Decision]:
    """Long queries of one client at once, each with a fresh express worker; what is decided after their slices."""
    for number in numbers:
        lanes.admit(number, "query", now, 100, client)
        lanes.add_idle(1000 + number, "query", now)
    lanes.decisions()
    return after(lanes, now + 0.11)


ROOMY = Capacity(page=1, express=2, heavy=1, check=1, paused=8, slice_seconds=0.1, per_client=4)


def test_a_freed_slot_goes_to_the_client_that_had_least() -> None:
    lanes = Lanes(ROOMY)
    run_long_of(lanes, "a", range(1, 4), 0)
    run_long_of(lanes, "b", range(4, 5), 0.2)
    assert after(lanes, 0.6) == []
    lanes.finish(1, 0.6)
    assert lanes.decisions() == [Resume(1004)]


def test_a_client_that_had_less_gets_the_slot_of_one_that_had_clearly_more() -> None:
    lanes = Lanes(ROOMY)
    run_long_of(lanes, "a", range(1, 4), 0)
    after(lanes, 5)
    made = run_long_of(lanes, "b", range(4, 5), 5)
    assert made == [Demote(1004, paused=True), Demote(1001, paused=True), Resume(1004)]


def test_two_clients_take_turns_and_what_was_begun_goes_on_first() -> None:
    lanes = Lanes(ROOMY)
    run_long_of(lanes, "a", range(1, 4), 0)
    run_long_of(lanes, "b", range(4, 6), 0.2)
    running = [1001]
    for tenth in range(4, 100):
        for decision in after(lanes, tenth / 10):
            if isinstance(decision, Resume):
                running.append(decision.worker)
    assert running[:5] == [1001, 1004, 1001, 1004, 1001]
    assert set(running) == {1001, 1004}


def test_a_client_has_only_so_many_places() -> None:
    lanes = Lanes(ROOMY)
    made = run_long_of(lanes, "a", range(1, 6), 0)
    refusal = made[-1]
    assert isinstance(refusal, Refuse)
    assert (refusal.request, refusal.worker, refusal.waiting, refusal.of_client) == (5, 1005, 4, True)
    assert run_long_of(lanes, "b", range(6, 7), 0.2) == [Demote(1006, paused=True)]


def test_our_own_long_queries_are_not_counted() -> None:
    lanes = Lanes(ROOMY)
    made = run_long_of(lanes, "", range(1, 8), 0)
    assert not [decision for decision in made if isinstance(decision, Refuse)]


def test_where_the_queue_is_full_the_largest_share_gives_way() -> None:
    lanes = Lanes(Capacity(page=1, express=2, heavy=1, paused=4, per_client=4))
    run_long_of(lanes, "a", range(1, 5), 0)
    run_long_of(lanes, "b", range(5, 6), 0)
    refusal, pause = run_long_of(lanes, "c", range(6, 7), 0)
    assert isinstance(refusal, Refuse)
    assert (refusal.request, refusal.of_client) == (4, False)
    assert pause == Demote(1006, paused=True)


def test_a_client_fills_at_most_half_of_the_line_for_a_first_slice() -> None:
    lanes = lanes_with_workers()
    for number in range(40):
        lanes.admit(number, "query", 0, 10, "a")
    refused = [decision for decision in lanes.decisions() if isinstance(decision, Refuse)]
    assert [decision.request for decision in refused] == list(range(34, 40))
    assert all(decision.of_client and decision.waiting == 32 for decision in refused)
    lanes.admit(99, "query", 0, 10, "b")
    assert lanes.decisions() == []


def test_a_first_slice_goes_to_the_client_that_had_least() -> None:
    lanes = lanes_with_workers()
    for number in range(1, 6):
        lanes.admit(number, "query", 0, 10, "a")
    lanes.admit(6, "query", 0.05, 10, "b")
    lanes.decisions()
    lanes.finish(1, 0.06)
    lanes.add_idle(11, "query", 0.06)
    assert lanes.decisions() == [Run(6, 11)]
