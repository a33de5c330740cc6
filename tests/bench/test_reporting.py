"""The report: ratios the right way round, goals beside their figures, nothing lost when a peer gave no answer."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from .client import Sample
from .measuring import Asked, Cell, Comparison
from .reporting import Figures, text_of, write


def sample(milliseconds: float, answers: int = 10) -> Sample:
    return Sample([milliseconds / 1000] * answers, elapsed=1.0, client=0.1, server=0.05)


@pytest.fixture
def figures() -> Figures:
    native = Comparison("oxigraph serve", 0.5)
    native.cells = {
        ("tiny, new", 1): Cell(sample(2), sample(1)),
        ("tiny, repeated", 16): Cell(sample(1, 40), sample(2, 20)),
    }
    native.asked = {
        "one": Asked(3, [0.001] * 3, [0.004] * 3),
        "two": Asked(3, [0.001] * 3, [0.001] * 3),
        "three": Asked(3, [0.001] * 3, [], ">10 s"),
        "four": Asked(3, [0.001] * 3, [0.1] * 3, "2 rows instead of 3"),
    }
    slow = Comparison("comunica", 30.0, trouble="the time for this peer was over")
    slow.cells = {
        ("tiny, new", 1): Cell(sample(2, 5), sample(1, 9)),
        ("tiny, new", 4): Cell(sample(2), Sample(failures=4)),
    }
    return Figures(
        {"cores": 2},
        {1: 1000.0},
        {10_000: [native, slow]},
        {"virtuoso at 10,000 quads": "not installed"},
        {"more": {"a": {"b": 1}}},
    )


def test_more_is_better_for_us() -> None:
    cell = Cell(sample(1, 40), sample(2, 20))
    assert (cell.latency_ratio, cell.throughput_ratio) == (2.0, 2.0)
    assert math.isnan(Cell(sample(1), Sample()).latency_ratio)


def test_the_mean_is_geometric_and_over_right_answers_of_both(figures: Figures) -> None:
    assert figures.sizes[10_000][0].mean_ratio == pytest.approx(2.0)
    assert math.isnan(figures.sizes[10_000][1].mean_ratio)


def test_the_report_says_what_was_met_and_what_was_not(figures: Figures) -> None:
    text = text_of(figures)
    assert "met    repeated tiny query, throughput at 16: 2.00 (at least 1.5)" in text
    assert "MISSED new tiny query, latency at 1: 0.50 (at least 0.75)" in text
    assert "MISSED new 10,000 rows, throughput at 4: nan" in text, "what was not measured is not met"
    assert "met    oxigraph serve, questions: 2.00 (more than 1)" in text
    assert "geometric mean over 2 of 18 questions: 2.00x" in text
    assert "MISSED comunica: behind in tiny, new at 1 (10 cells not measured)" in text
    for said in (
        ">10 s",
        "2 rows instead of 3",
        "cut: the time for this peer was over",
        "failed: 4",
        "not installed",
        "\n  b: 1",
    ):
        assert said in text


def test_the_figures_are_json_without_holes(figures: Figures, tmp_path: Path) -> None:
    write(figures, tmp_path / "out")
    loaded = json.loads((tmp_path / "out" / "figures.json").read_text("utf-8"), parse_constant=pytest.fail)
    [native, slow] = loaded["sizes"]["10000"]
    assert native["cells"][0]["latency_ratio"] == 0.5
    assert slow["cells"][1]["theirs"]["median"] is None
    assert loaded["more"] == {"a": {"b": 1}}
    assert (tmp_path / "out" / "report.txt").read_text("utf-8") == text_of(figures)
