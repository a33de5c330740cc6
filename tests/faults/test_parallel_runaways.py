"""Sixteen runaway queries at once: memory stays under its cap and comes back, cheap work goes on."""

from __future__ import annotations

import contextlib
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .awkward.asking import DIRECT, Asked, asked_site
from .awkward.exchange import Answer
from .awkward.requests import post, request
from .awkward.runaways import runaways
from .small_site import family, until

QUERY_MEMORY = 256_000_000
SLACK = 100_000_000
GREEDY = ("distinct", "grouped", "sort", "concatenated", "identifiers", "hashes", "distinct count", "sort by text")
PAGE = "/nl/describe?iri=http%3A%2F%2Fe%2F"


def resident_bytes(asked: Asked) -> int:
    """The resident memory of all processes of the site; pages that several share count in each."""
    total = 0
    for pid in (asked.site.process.pid, *family(asked.site)):
        with contextlib.suppress(OSError, IndexError):
            total += int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * 4096
    return total


@contextlib.contextmanager
def watched(asked: Asked) -> Iterator[list[int]]:
    """The resident memory ten times a second while the block runs."""
    seen: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.1):
            seen.append(resident_bytes(asked))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()


@contextlib.contextmanager
def sixteen(asked: Asked) -> Iterator[list[Answer]]:
    """Sixteen greedy queries, each another text, under way while the block runs; their answers."""
    greedy = [text for name, text in runaways() if name in GREEDY]
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda text: answers.append(asked.send(post(DIRECT, text))), args=(f"{text} #{n}",))
        for n, text in enumerate(greedy * 2)
    ]
    assert len(threads) == 16
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        for thread in threads:
            thread.join()


def times_of(asked: Asked, ask: Callable[[int], bytes], count: int) -> list[float]:
    times = []
    for number in range(count):
        answer = asked.send(ask(number))
        assert answer.status == 200, answer.text[:200]
        times.append(answer.seconds)
    return times


def page(number: int) -> bytes:
    return request(f"GET {PAGE}{number} HTTP/1.1")


def ask(number: int) -> bytes:
    return request(f"GET /sparql?query=ASK%7B%7D%23{number} HTTP/1.1")


def burn(asked: Asked, count: int) -> dict[str, float]:
    """One round of sixteen: what holds for memory and answers is asserted; gives the 95th percentile of cheap work."""
    until(lambda: asked.send(page(1)).status == 200, 10)
    base = resident_bytes(asked)
    with watched(asked) as seen, sixteen(asked) as answers:
        time.sleep(0.3)
        taken = {"page": times_of(asked, page, count), "ASK": times_of(asked, ask, count)}
    assert {answer.status for answer in answers} <= {429, 503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers)
    assert max(answer.seconds for answer in answers) < asked.limit + 1
    peak = max(seen)
    back = until(lambda: resident_bytes(asked) < max(base * 1.1, base + SLACK), 10)
    p95 = {name: statistics.quantiles(times, n=20)[18] for name, times in taken.items()}
    told = ", ".join(f"{name} p95 {seconds * 1000:.0f} ms" for name, seconds in p95.items())
    print(f"\nmemory {base / 1e6:.0f} MB, peak {peak / 1e6:.0f} MB, back after {back:.1f} s; {told}")  # noqa: T201
    assert peak < base + 16 * QUERY_MEMORY
    return p95


def test_sixteen_at_once_stay_under_the_cap_and_leave_nothing(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f"query_memory = {QUERY_MEMORY}\n", "ascii")
    with asked_site(tmp_path, 4.0, "--config", str(settings)) as asked:
        burn(asked, 20)


@pytest.mark.long
def test_cheap_work_goes_on_beside_sixteen(tmp_path: Path) -> None:
    with asked_site(tmp_path, 10.0) as asked:
        p95 = burn(asked, 100)
        assert max(p95.values()) < 0.5, p95
