"""Counters that several processes share."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from zorgnetwerk.web import tallies
from zorgnetwerk.web.tallies import BOUNDS, Tallies


def test_a_process_alone_counts_for_itself() -> None:
    one, other = Tallies(), Tallies()
    one.add("cache_hits", 3)
    one.add("cache_hits")
    assert (one.totals()["cache_hits"], other.totals()["cache_hits"]) == (4, 0)


@pytest.mark.parametrize(
    ("seconds", "part"), [(0.0, 0.001), (0.001, 0.001), (0.0011, 0.005), (29, 30.0), (30.0, 30.0), (31, "above")]
)
def test_a_duration_falls_into_one_bucket(seconds: float, part: float | str) -> None:
    counted = Tallies()
    counted.observe("query_seconds", seconds)
    totals = counted.totals()
    assert totals[f"query_seconds {part}"] == 1
    assert sum(totals[f"query_seconds {each}"] for each in (*BOUNDS, "above")) == 1
    assert totals["query_seconds sum"] == seconds


def test_processes_of_one_folder_add_up(tmp_path: Path) -> None:
    one, other = Tallies(tmp_path), Tallies(tmp_path)
    one.add("queries answered")
    other.add("queries answered", 2)
    assert one.totals() == other.totals()
    assert one.totals()["queries answered"] == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.tally", "1.tally"]


def _count(folder: Path) -> None:
    Tallies(folder).add("cache_misses", 5)
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_process_is_followed_by_one_that_counts_on(tmp_path: Path) -> None:
    for number in range(1, 3):
        process = multiprocessing.get_context("fork").Process(target=_count, args=(tmp_path,))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert [path.name for path in tmp_path.iterdir()] == ["0.tally"]
        values = memoryview((tmp_path / "0.tally").read_bytes()).cast("d")
        assert values[tallies._PLACES["cache_misses"]] == 5 * number


def test_a_file_of_another_version_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "0.tally").write_bytes(b"\x01" * 4_000)
    (tmp_path / "7.tally").write_bytes(b"\x01" * 10)
    counted = Tallies(tmp_path)
    assert set(counted.totals().values()) == {0}
