"""Questions at a door that has only just started: they wait for its first worker, but not for ever."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from zorgnetwerk.store import slips
from zorgnetwerk.store.dispatcher import listen
from zorgnetwerk.store.frames import Channel
from zorgnetwerk.store.slips import DONE, Slip
from zorgnetwerk.web.front.door import Door
from zorgnetwerk.web.front.loans import FIRST_PATIENCE_SECONDS, PATIENCE_SECONDS, Loans
from zorgnetwerk.web.front.polling import Poll


class Clockwork:
    """What loans need of a door, with a clock that the test moves."""

    def __init__(self) -> None:
        self.poll = Poll()
        self.now = 100.0
        self._timers: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self._timers.append((self.now + seconds, call))

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self._timers if timer[0] <= end]:
            timer = min(due, key=lambda each: each[0])
            self._timers.remove(timer)
            self.now = max(self.now, timer[0])
            timer[1]()
        self.now = end


class Asked:
    """A question that notes what becomes of it."""

    client_name = "somebody"
    processor_seconds = 0.0
    is_cancelled = False
    slip = slips.question("ASK {}", "text/csv")

    def __init__(self, now: float) -> None:
        self.put_at = now
        self.answers: list[Slip] = []
        self.is_sent_on = False

    def answer(self, slip: Slip) -> None:
        self.answers.append(slip)

    def send_on(self, worker: int = 0) -> None:
        self.is_sent_on = True


@pytest.fixture
def clockwork() -> Iterator[Clockwork]:
    made = Clockwork()
    yield made
    made.poll.close()


def begun(clockwork: Clockwork, path: Path) -> Loans:
    loans = Loans(cast("Door", clockwork), path, 1)
    loans.begin()
    return loans


def put(loans: Loans, clockwork: Clockwork) -> Asked | None:
    asked = Asked(clockwork.now)
    return asked if loans.put(asked) else None


def test_a_question_waits_for_the_first_worker(clockwork: Clockwork, tmp_path: Path) -> None:
    dispatcher = listen(tmp_path / "d.sock")
    loans = begun(clockwork, tmp_path / "d.sock")
    asked = put(loans, clockwork)
    assert asked is not None
    clockwork.wait(2 * PATIENCE_SECONDS)
    ours, theirs = socket.socketpair()
    with dispatcher, ours, theirs:
        channel = Channel(dispatcher.accept()[0])
        assert channel.receive().header["op"] == "borrow"
        channel.send({"op": "loan", "number": 3, "pid": os.getpid(), "processor": 0.0}, (theirs.fileno(),))
        clockwork.poll.step(5)
        assert slips.read_question(bytearray(ours.recv(1_000))) == ("ASK {}", "text/csv")
        ours.sendall(slips.answer(Slip(DONE, 7, 4, 0.1, 0.2, "ab" * 12, b"true")))
        clockwork.poll.step(5)
        assert [(slip.release, slip.body) for slip in asked.answers] == [(7, b"true")]
        channel.close()
        clockwork.poll.step(5)  # the dispatcher is gone: what belongs to it is closed


def test_nobody_waits_longer_than_the_start_lasts(clockwork: Clockwork, tmp_path: Path) -> None:
    loans = begun(clockwork, tmp_path / "nobody.sock")
    first = put(loans, clockwork)
    clockwork.wait(FIRST_PATIENCE_SECONDS - 2 * PATIENCE_SECONDS)
    second = put(loans, clockwork)
    assert first is not None
    assert second is not None
    assert not first.is_sent_on
    clockwork.wait(3 * PATIENCE_SECONDS)
    assert first.is_sent_on
    assert second.is_sent_on
    assert put(loans, clockwork) is None
