"""Lent workers: asked directly, fenced like all, taken over when long, called back before another release is shown."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from zorgnetwerk.errors import DeadlineExceeded
from zorgnetwerk.store.base import Asker, Limits
from zorgnetwerk.store.failures import from_fields
from zorgnetwerk.store.frames import Closed, connect
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.query import Query
from zorgnetwerk.store.slips import DONE, FAILED, IN_FILE, Reader, Slip, question
from zorgnetwerk.terms import media_types

from .pool import LIMITS, RUNAWAYS, WHICH, Pool, is_alive, make_release, point, running, wait_until

TSV = media_types.RESULTS_TSV.name


class Borrower:
    """A process that borrows workers, as a door does."""

    def __init__(self, path: Path, count: int) -> None:
        self.channel = connect(path, 2)
        self._loans: list[Loan] = []
        self.channel.send({"op": "borrow", "count": count})

    def loan(self) -> Loan:
        """The next worker that is lent."""
        self.channel.socket.settimeout(5)
        frame = self.channel.receive()
        assert frame.header["op"] == "loan"
        made = Loan(int(str(frame.header["number"])), int(str(frame.header["release"])), frame.descriptors.pop())
        self._loans.append(made)
        return made

    def close(self) -> None:
        for loan in self._loans:
            loan.source.close()
        self.channel.close()

    def says(self) -> str:
        """What the dispatcher says next."""
        self.channel.socket.settimeout(5)
        return str(self.channel.receive().header["op"])

    def give_back(self, loan: Loan) -> None:
        self.channel.send({"op": "back", "number": loan.number, "spent": False, "processor": loan.processor})
        loan.source.close()


class Loan:
    """One lent worker."""

    def __init__(self, number: int, release: int, descriptor: int) -> None:
        self.number = number
        self.release = release
        self.source = socket.socket(fileno=descriptor)
        self.source.setblocking(False)
        self.processor = 0.0
        self._reader = Reader(self.source)

    def put(self, text: str, media_type: str = TSV) -> None:
        self.source.send(question(text, media_type))

    def answer(self, seconds: float = 5) -> Slip:
        """The answer to what was put. Errors: Closed when the worker has ended."""
        end = time.monotonic() + seconds
        while (slip := self._reader.read()) is None:
            assert time.monotonic() < end, "no answer"
            time.sleep(0.002)
        self.processor = slip.processor
        return slip

    def ask(self, text: str, media_type: str = TSV) -> Slip:
        self.put(text, media_type)
        return self.answer()


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    make_release(tmp_path, 1)
    options = DispatcherOptions(
        tmp_path, workers=2, loan_workers=2, page_workers=1, express_workers=1, memory_bytes=1 << 28
    )
    with running(options) as started:
        yield started


@pytest.fixture
def borrower(pool: Pool) -> Iterator[Borrower]:
    made = Borrower(pool.options.socket_path(), 2)
    yield made
    made.close()


def pid_of(pool: Pool, loan: Loan) -> int:
    """The process of a lent worker: the one that works while the others wait."""
    used = {pid: _ticks(pid) for pid in pool.pids("worker")}
    loan.put(RUNAWAYS["product"])
    found: list[int] = []
    end = time.monotonic() + 5
    while not found:
        assert time.monotonic() < end
        time.sleep(0.05)
        found = [pid for pid in used if _ticks(pid) > used[pid] + 3]
    return found[0]


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_lent_worker_answers_directly_and_names_its_release(borrower: Borrower) -> None:
    loan = borrower.loan()
    slip = loan.ask(WHICH)
    assert (slip.kind, slip.release, loan.release) == (DONE, 1, 1)
    assert slip.body == b'?n\n"1"\n'
    assert slip.size == len(slip.body)
    assert loan.ask(WHICH).digest == slip.digest
    assert loan.processor > 0


def test_a_large_answer_comes_as_a_sealed_file(borrower: Borrower) -> None:
    slip = borrower.loan().ask("SELECT * { ?a ?b ?c . ?d ?e ?f }")
    assert slip.kind == IN_FILE
    assert os.fstat(slip.descriptor).st_size == slip.size > 50_000
    with pytest.raises(PermissionError):
        os.ftruncate(slip.descriptor, 0)
    with pytest.raises(PermissionError):
        os.pwrite(slip.descriptor, b"x", 0)
    slip.close()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT ?n {", "SyntaxInvalid"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "QueryRefused"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "ResultTooLarge"),
    ],
)
def test_failures_come_as_errors_and_the_worker_goes_on(tmp_path: Path, text: str, kind: str) -> None:
    make_release(tmp_path, 1)
    options = DispatcherOptions(
        tmp_path, workers=1, loan_workers=1, page_workers=1, express_workers=1, result_bytes=400_000
    )
    with running(options):
        borrower = Borrower(options.socket_path(), 1)
        loan = borrower.loan()
        slip = loan.ask(text)
        assert slip.kind == FAILED
        assert type(from_fields(slip.error())).__name__ == kind
        assert loan.ask(WHICH).kind == DONE
        borrower.close()


def test_memory_is_limited(borrower: Borrower) -> None:
    loan = borrower.loan()
    loan.put("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?c ?f ?i ?l")
    try:
        slip = loan.answer(20)
    except Closed:
        return  # the engine aborts where it gets no memory, or the kernel's limit of time came first
    assert slip.kind == FAILED
    assert slip.is_spent


def test_nobody_looking_the_kernel_ends_a_runaway(pool: Pool, borrower: Borrower) -> None:
    """The worker is stuck inside the engine, the borrower does nothing: the limit of processor time ends it."""
    loan = borrower.loan()
    pid = pid_of(pool, loan)
    wait_until(lambda: not is_alive(pid), 60)
    with pytest.raises(Closed):
        loan.answer()
    wait_until(lambda: len(pool.pids("worker")) == 4, 5)


def test_a_long_question_is_taken_over_with_its_worker(pool: Pool, borrower: Borrower) -> None:
    loan = borrower.loan()
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STR(?c) != STR(?f)) }"
    expected = pool.text(text)
    loan.put(text)
    time.sleep(0.05)
    borrower.channel.send({"op": "given", "number": loan.number, "processor": 0.0})
    store = pool.store.asked_by(Asker("someone", "query-1", None, loan.number))
    with store.answer(Query(text, "SELECT"), media_types.RESULTS_TSV, LIMITS).body as body:
        assert "\n".join(sorted(body.read().decode().splitlines())) == expected
    assert pool.count("adopted") == 1


def test_a_large_answer_of_a_taken_over_worker_arrives_whole(pool: Pool, borrower: Borrower) -> None:
    loan = borrower.loan()
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
    loan.put(text)
    time.sleep(0.3)  # the answer is there already when it is taken over
    borrower.channel.send({"op": "given", "number": loan.number, "processor": 0.0})
    store = pool.store.asked_by(Asker("someone", "query-2", None, loan.number))
    with store.answer(Query(text, "SELECT"), media_types.RESULTS_TSV, LIMITS).body as body:
        assert sorted(body.read().decode().splitlines()) == pool.text(text).splitlines()
    assert pool.count("adopted") == 1


def test_a_taken_over_runaway_ends_at_its_deadline(pool: Pool, borrower: Borrower) -> None:
    """Longer than the kernel's limit of a lent worker, which is lifted: the deadline decides."""
    loan = borrower.loan()
    pid = pid_of(pool, loan)
    borrower.channel.send({"op": "given", "number": loan.number, "processor": 0.0})
    store = pool.store.asked_by(Asker("someone", "query-3", None, loan.number))
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        store.answer(Query(RUNAWAYS["product"], "SELECT"), media_types.RESULTS_TSV, Limits(4, 1 << 20, 1 << 28))
    assert 3.9 < time.monotonic() - began < 6
    wait_until(lambda: not is_alive(pid), 2)


def test_an_unknown_worker_is_no_reason_to_refuse(pool: Pool) -> None:
    store = pool.store.asked_by(Asker("someone", "query-4", None, 999_999))
    with store.answer(Query(WHICH, "SELECT"), media_types.RESULTS_TSV, LIMITS).body as body:
        assert body.read() == b'?n\n"1"\n'


def test_a_given_up_worker_that_nobody_takes_is_ended(pool: Pool, borrower: Borrower) -> None:
    loan = borrower.loan()
    pid = pid_of(pool, loan)
    borrower.channel.send({"op": "back", "number": loan.number, "spent": True, "processor": 0.0})
    wait_until(lambda: not is_alive(pid), 2)


def test_a_killed_worker_is_replaced(pool: Pool, borrower: Borrower) -> None:
    loan = borrower.loan()
    os.kill(pid_of(pool, loan), signal.SIGKILL)
    with pytest.raises(Closed):
        loan.answer()
    borrower.loan()
    assert borrower.loan().ask(WHICH).kind == DONE


def test_workers_of_a_borrower_that_is_gone_are_ended(pool: Pool, borrower: Borrower) -> None:
    pid = pid_of(pool, borrower.loan())
    borrower.close()
    wait_until(lambda: not is_alive(pid), 2)
    other = Borrower(pool.options.socket_path(), 1)
    assert other.loan().ask(WHICH).kind == DONE
    other.close()


def test_no_other_release_is_shown_while_a_worker_of_the_old_one_is_lent(pool: Pool, borrower: Borrower) -> None:
    first, second = borrower.loan(), borrower.loan()
    make_release(pool.options.state_dir, 2)
    assert borrower.says() == "recall"
    assert first.ask(WHICH).release == 1
    assert pool.store.release() == 1
    borrower.give_back(first)
    assert second.ask(WHICH).release == 1
    assert pool.store.release() == 1
    borrower.give_back(second)
    loan = borrower.loan()
    assert (loan.release, loan.ask(WHICH).body, pool.text()) == (2, b'?n\n"2"\n', '"2"\n?n')


def test_a_borrower_that_keeps_its_workers_loses_them_at_a_switch(pool: Pool, borrower: Borrower) -> None:
    loan = borrower.loan()
    make_release(pool.options.state_dir, 2)
    wait_until(lambda: pool.store.release() == 2, 8)
    with pytest.raises(Closed):
        loan.answer()


def test_a_rollback_calls_loans_back_too(pool: Pool, borrower: Borrower) -> None:
    make_release(pool.options.state_dir, 2)
    wait_until(lambda: pool.store.release() == 2, 8)
    while True:
        frame = borrower.channel.receive()
        header = frame.header
        frame.close()
        if header["op"] == "loan" and header["release"] == 2:
            break
    point(pool.options.state_dir, 1)
    wait_until(lambda: pool.store.release() == 1, 8)


def test_the_end_of_the_dispatcher_is_the_end_of_lent_workers(pool: Pool, borrower: Borrower) -> None:
    pid = pid_of(pool, borrower.loan())
    pool.process.kill()
    pool.process.wait()
    wait_until(lambda: not is_alive(pid), 3)


def test_use_is_counted_for_each_client(pool: Pool, borrower: Borrower) -> None:
    before = pool.count("answered")
    borrower.channel.send({"op": "used", "answered": 7, "clients": {"someone": 1.5}})
    wait_until(lambda: pool.count("answered") == before + 7, 2)
    assert pool.count("lent") == 7


def test_nonsense_on_the_socket_of_a_lent_worker_ends_only_that(pool: Pool, borrower: Borrower) -> None:
    loan = borrower.loan()
    loan.source.send(b"\xff" * 64)
    with pytest.raises(Closed):
        loan.answer()
    assert pool.text() == '"1"\n?n'
