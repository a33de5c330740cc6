"""Workers lent to this door: asked directly, one short question each at a time.

What takes longer than a moment is given up: the request goes the long way and takes its worker along, which the
dispatcher then treats like any other (``store/lender.py``). Whatever goes wrong, the question goes the long way. Knows
questions only as something with a text that can be answered or sent on.
"""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zorgnetwerk.store.accounts import Accounts
from zorgnetwerk.store.frames import Channel, Closed, Frame, FrameError, connect
from zorgnetwerk.store.slips import FAILED, Slip
from zorgnetwerk.web.front import polling
from zorgnetwerk.web.front.loan import Loan, Question

if TYPE_CHECKING:
    from zorgnetwerk.web.front.door import Door

SLICE_SECONDS: Final = 0.05
"""How much processor time a question may take here."""
SHORTEST_SLICE_SECONDS: Final = 0.02
"""The same where others wait."""
PATIENCE_SECONDS: Final = 0.2
"""How long one may wait for a lent worker: the long way costs several times as much, which helps no busy machine."""
FIRST_PATIENCE_SECONDS: Final = 3.0
"""The same at the start of a door, until its first worker comes: the application comes later still."""
LONGEST_SLICES: Final = 10
"""The time on the clock is bounded too; on a busy machine the processor is elsewhere most of the time."""
WAITING_LIMIT: Final = 64
_TICK_SECONDS: Final = 0.01
_REPORT_SECONDS: Final = 0.25
_AGAIN_SECONDS: Final = 0.2
_CONNECT_SECONDS: Final = 0.2


class Loans:
    """The workers lent to this process, and the questions that wait for one."""

    def __init__(self, door: Door, dispatcher: Path, wanted: int) -> None:
        self._door = door
        self._path = dispatcher
        self._wanted = wanted
        self._channel: Channel | None = None
        self._idle: list[Loan] = []
        self._busy: dict[int, Loan] = {}
        self._waiting: deque[Question] = deque()
        self._accounts = Accounts()
        self._used: dict[str, float] = {}
        self._answered = 0
        self._is_starting = True
        self._is_recalled = False
        self._is_ticking = False
        self._is_writing = False
        door.later(FIRST_PATIENCE_SECONDS, self._end_start)

    def _end_start(self) -> None:
        self._is_starting = False

    def begin(self) -> None:
        """Asks the dispatcher for workers, again and again until it is there."""
        try:
            channel = connect(self._path, _CONNECT_SECONDS)
        except OSError:
            self._door.later(_AGAIN_SECONDS, self.begin)
            return
        channel.socket.setblocking(False)
        self._channel = channel
        self._is_writing = False
        self._door.poll.watch(channel.fileno(), self._hear_dispatcher)
        self._tell({"op": "borrow", "count": self._wanted})
        self._door.later(_REPORT_SECONDS, lambda: self._report(channel))

    def put(self, question: Question) -> bool:
        """Asks now, or as soon as a worker is free; False when it had better go the long way at once."""
        if self._idle:
            self._give(self._idle.pop(), question)
            return True
        is_hopeless = not self._busy and not self._is_starting
        if is_hopeless or self._is_recalled or len(self._waiting) >= WAITING_LIMIT:
            return False
        if 2 * sum(other.client_name == question.client_name for other in self._waiting) >= WAITING_LIMIT:
            return False
        self._waiting.append(question)
        self._tick_soon()
        return True

    def _give(self, loan: Loan, question: Question) -> None:
        """Sends the question; the socket takes it whole, or the loan is of no use."""
        try:
            is_sent = loan.source.send(question.slip) == len(question.slip)
        except OSError:
            is_sent = False
        if not is_sent:
            self._lose(loan)
            question.send_on()
            return
        loan.question, loan.since = question, self._door.now
        self._busy[loan.number] = loan
        self._tick_soon()

    def _tick_soon(self) -> None:
        if not self._is_ticking:
            self._is_ticking = True
            self._door.later(_TICK_SECONDS, self._tick)

    def _hear(self, loan: Loan) -> None:
        try:
            slip = loan.reader.read()
        except (Closed, FrameError):
            self._lose(loan)
            return
        question = loan.question
        if slip is None:
            return
        if question is None:
            slip.close()
            self._lose(loan)
            return
        self._note(loan, question, slip)
        loan.question = None
        del self._busy[loan.number]
        if self._is_recalled or slip.is_spent:
            self._give_back(loan, is_spent=slip.is_spent)
        elif self._waiting:
            self._give(loan, self._next())
        else:
            self._idle.append(loan)
        if question.is_cancelled:
            slip.close()
        elif slip.kind == FAILED:
            question.send_on()
        else:
            question.answer(slip)

    def _next(self) -> Question:
        """Whose client had least worker time lately; among equals who came first."""
        if len(self._waiting) == 1:
            return self._waiting.popleft()
        now = self._door.now
        chosen = min(self._waiting, key=lambda question: self._accounts.had(question.client_name, now))
        self._waiting.remove(chosen)
        return chosen

    def _note(self, loan: Loan, question: Question, slip: Slip) -> None:
        seconds = question.processor_seconds = max(0.0, slip.processor - loan.processor)
        loan.processor = slip.processor
        self._answered += 1
        self._used[question.client_name] = self._used.get(question.client_name, 0.0) + seconds

    def _tick(self) -> None:
        """Gives up what takes too long, and sends on what waited too long."""
        now = self._door.now
        crowd = len(self._waiting) / self._wanted
        length = max(SHORTEST_SLICE_SECONDS, SLICE_SECONDS / (1 + crowd))
        for loan in [loan for loan in self._busy.values() if now - loan.since >= length]:
            if now - loan.since >= LONGEST_SLICES * length or loan.used() >= length:
                self._give_up(loan)
        patience = FIRST_PATIENCE_SECONDS if self._is_starting else PATIENCE_SECONDS
        while self._waiting and now - self._waiting[0].put_at >= patience:
            self._waiting.popleft().send_on()
        self._is_ticking = False
        if self._busy or self._waiting:
            self._tick_soon()

    def _give_up(self, loan: Loan) -> None:
        """This question is long: the dispatcher takes over the worker with it."""
        question = loan.question
        if question is None or not loan.reader.is_clean:
            return
        del self._busy[loan.number]
        self._forget(loan)
        if question.is_cancelled:
            self._tell({"op": "back", "number": loan.number, "spent": True, "processor": loan.processor})
            return
        self._tell({"op": "given", "number": loan.number, "processor": loan.processor})
        question.send_on(loan.number)

    def _give_back(self, loan: Loan, *, is_spent: bool) -> None:
        self._forget(loan)
        self._tell({"op": "back", "number": loan.number, "spent": is_spent, "processor": loan.processor})

    def _lose(self, loan: Loan) -> None:
        """This worker is gone; its question goes the long way."""
        self._busy.pop(loan.number, None)
        if loan in self._idle:
            self._idle.remove(loan)
        self._forget(loan)
        self._tell({"op": "back", "number": loan.number, "spent": True, "processor": loan.processor})
        if loan.question is not None and not loan.question.is_cancelled:
            loan.question.send_on()

    def _forget(self, loan: Loan) -> None:
        self._door.poll.forget(loan.source.fileno())
        loan.source.close()
        loan.reader.close()

    def _hear_dispatcher(self, _: int) -> None:
        channel = self._channel
        if channel is None:
            return
        try:
            frames = channel.frames()
        except (Closed, FrameError, OSError):
            self._lose_all(channel)
            return
        for frame in frames:
            self._follow(frame)
            frame.close()
        try:
            self._flush(channel)
        except (Closed, FrameError, OSError):
            self._lose_all(channel)

    def _follow(self, frame: Frame) -> None:
        if frame.header.get("op") == "loan":
            [descriptor] = frame.descriptors
            frame.descriptors.clear()
            number, pid = int(str(frame.header["number"])), int(str(frame.header["pid"]))
            loan = Loan(number, pid, socket.socket(fileno=descriptor), float(str(frame.header["processor"])))
            self._end_start()
            self._is_recalled = False
            self._door.poll.watch(descriptor, lambda _: self._hear(loan))
            if self._waiting:
                self._give(loan, self._next())
            else:
                self._idle.append(loan)
        elif frame.header.get("op") == "recall":
            self._is_recalled = True
            idle, self._idle = self._idle, []
            for loan in idle:
                self._give_back(loan, is_spent=False)
            self._send_on_all()

    def _send_on_all(self) -> None:
        waiting, self._waiting = self._waiting, deque()
        for question in waiting:
            question.send_on()

    def _lose_all(self, channel: Channel) -> None:
        """The dispatcher is gone, and its workers with it."""
        self._door.poll.forget(channel.fileno())
        channel.close()
        self._channel = None
        for loan in [*self._idle, *self._busy.values()]:
            self._lose(loan)
        self._send_on_all()
        self._door.later(_AGAIN_SECONDS, self.begin)

    def _report(self, channel: Channel) -> None:
        """Tells the dispatcher what was used by whom, for its accounts."""
        if channel is not self._channel:
            return
        if self._answered:
            for name, seconds in self._used.items():
                self._accounts.charge(name, seconds, self._door.now)
            self._tell({"op": "used", "answered": self._answered, "clients": self._used})
            self._answered, self._used = 0, {}
        self._door.later(_REPORT_SECONDS, lambda: self._report(channel))

    def _tell(self, header: dict[str, object]) -> None:
        channel = self._channel
        if channel is None:
            return
        with contextlib.suppress(Closed, FrameError, OSError):  # its end is heard by reading
            channel.queue(header)
            self._flush(channel)

    def _flush(self, channel: Channel) -> None:
        """Writes what the dispatcher takes now; its socket is waited for only while something is left."""
        is_done = channel.flush()
        if self._is_writing == is_done:
            self._is_writing = not is_done
            self._door.poll.change(channel.fileno(), polling.READ | (0 if is_done else polling.WRITE))
