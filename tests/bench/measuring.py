"""Two servers measured in alternation: ours, the other, ours, the other. What disturbs the machine disturbs both.

A request is *repeated* (the same bytes each time) or *new* (a text that nobody asked before). A cell is one kind of request at one number of connections.
"""

from __future__ import annotations

import itertools
import math
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from . import questions
from .asking import Failed, ask
from .client import Connection, Requests, Sample, connections, request, run
from .peers import Server
from .processes import processor_seconds

LOADS = ("tiny, repeated", "tiny, new", "10,000 rows, repeated", "10,000 rows, new")
CONNECTIONS = (1, 4, 16)
_JSON = "application/sparql-results+json"
_numbers = itertools.count(1)
"""Every new text of a run gets a number of its own, whoever is asked."""


@dataclass(frozen=True)
class Effort:
    """How much is spent on one pair. Units: seconds; ``patience`` is how long an answer may still take when a cell's time is over."""

    seconds: float = 0.7
    rounds: int = 3
    question_seconds: float = 10.0
    question_runs: int = 7
    patience: float = 15.0
    cell_seconds: float = 6.0
    budget: float = 300.0


@dataclass
class Cell:
    """What both servers did in one cell."""

    ours: Sample = field(default_factory=Sample)
    theirs: Sample = field(default_factory=Sample)

    @property
    def latency_ratio(self) -> float:
        """Their median latency over ours: above 1, ours is quicker."""
        return self.theirs.median / self.ours.median if self.theirs.latencies else math.nan

    @property
    def throughput_ratio(self) -> float:
        """Our answers a second over theirs."""
        return self.ours.throughput / self.theirs.throughput if self.theirs.latencies else math.nan


@dataclass
class Asked:
    """One question: the times of both, and what went wrong with the other server, if anything did."""

    rows: int = 0
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    trouble: str = ""

    @property
    def ratio(self) -> float:
        """Their median time over ours; not a number when they gave no (right) answer."""
        if self.trouble or not self.theirs:
            return math.nan
        return statistics.median(self.theirs) / statistics.median(self.ours)


@dataclass
class Comparison:
    """Everything that was measured between ours and one other server."""

    peer: str
    load_seconds: float
    cells: dict[tuple[str, int], Cell] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    trouble: str = ""

    @property
    def mean_ratio(self) -> float:
        """The geometric mean over the questions that both answered."""
        ratios = [asked.ratio for asked in self.asked.values() if not math.isnan(asked.ratio)]
        return math.exp(statistics.fmean(map(math.log, ratios))) if ratios else math.nan


def compare(us: Server, them: Server, effort: Effort, say: Callable[[str], object]) -> Comparison:
    """Measures a pair; stops with what there is when the other server stops answering or the budget is spent."""
    found = Comparison(them.name, them.load_seconds)
    end = time.monotonic() + effort.budget
    try:
        for name, text in questions.QUESTIONS.items():
            _within(end)
            found.asked[name] = _ask_in_turn(us, them, text, effort)
        say("questions")
        for load in LOADS:
            for number in CONNECTIONS:
                _within(end)
                found.cells[load, number] = _load_in_turn(us, them, load, number, effort)
            say(load)
    except Failed as failure:
        found.trouble = str(failure)
    return found


def _within(end: float) -> None:
    if time.monotonic() > end:
        raise Failed("the time for this peer was over")


def _ask_in_turn(us: Server, them: Server, text: str, effort: Effort) -> Asked:
    """Both asked once unmeasured, rows compared, then in turn until each was asked often or long enough."""
    media_type, limit = questions.accept(text), effort.question_seconds
    asked = Asked(ask(us, _new(text), media_type, limit).rows)
    try:
        first = ask(them, _new(text), media_type, limit)
    except Failed as failure:
        asked.trouble = str(failure)
        _settle(them)
        return asked
    if first.rows != asked.rows:
        asked.trouble = f"{first.rows:,} rows instead of {asked.rows:,}"
    if first.seconds > limit / 4:
        asked.theirs.append(first.seconds)
    while len(asked.ours) < 3 or (
        len(asked.ours) < effort.question_runs and sum(asked.ours + asked.theirs) < limit / 4
    ):
        asked.ours.append(ask(us, _new(text), media_type, limit).seconds)
        if first.seconds <= limit / 4:
            asked.theirs.append(ask(them, _new(text), media_type, limit * 3).seconds)
    return asked


def _load_in_turn(us: Server, them: Server, load: str, number: int, effort: Effort) -> Cell:
    cell = Cell()
    with connections(us.port, number) as ours, connections(them.port, number) as theirs:
        our_requests, their_requests = _requests(us, load), _requests(them, load)
        run(ours, our_requests, 0.15, effort.patience)
        run(theirs, their_requests, 0.15, effort.patience)
        for _ in range(effort.rounds):
            cell.ours += _run(us, ours, our_requests, effort)
            cell.theirs += _run(them, theirs, their_requests, effort)
            if cell.theirs.elapsed > effort.cell_seconds:
                break
    if cell.theirs.failures:
        _settle(them)
    return cell


def _run(server: Server, opened: list[Connection], requests: Requests, effort: Effort) -> Sample:
    before = processor_seconds(server.process)
    sample = run(opened, requests, effort.seconds, effort.patience)
    sample.server = processor_seconds(server.process) - before
    return sample


def _requests(server: Server, load: str) -> Requests:
    """The requests of a load for this server."""
    make = questions.tiny if load.startswith("tiny") else lambda _: questions.ROWS
    if load.endswith("repeated"):
        same = request(server.port, server.path, make(7), _JSON)
        return lambda _: same

    def new(_: int) -> bytes:
        number = next(_numbers)
        return request(server.port, server.path, f"{make(number)} # {number}", _JSON)

    return new


def _new(text: str) -> str:
    return f"{text}# {next(_numbers)}\n"


def _settle(server: Server) -> None:
    """Waits until a server that fell behind answers small things again. Errors: Failed when it does not."""
    for pause in _pauses():
        try:
            ask(server, _new(questions.tiny(1)), _JSON, 5.0)
            return
        except Failed:
            time.sleep(pause)
    raise Failed("it did not answer any more")


def _pauses() -> Iterator[float]:
    yield from (0.5, 1.0, 2.0, 4.0)
