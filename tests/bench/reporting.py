"""What was measured, as text for people and JSON for machines, and beside the goals that were set.

Every ratio is turned so that more is better for us: their latency over ours, our throughput over theirs.
"""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .client import Sample
from .measuring import CONNECTIONS, LOADS, Comparison
from .questions import QUESTIONS


@dataclass
class Figures:
    """One run: the machine, the client's ceiling, and the comparisons by number of quads."""

    machine: dict[str, Any]
    ceiling: dict[int, float] = field(default_factory=dict)
    sizes: dict[int, list[Comparison]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    further: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Goal:
    """One figure that was promised: which cell against which peer, and at least how much."""

    text: str
    load: str
    connections: int
    measure: str
    least: float


NATIVE = "oxigraph serve"
GOALS = (
    Goal("repeated tiny query, throughput at 16", "tiny, repeated", 16, "throughput", 1.5),
    Goal("repeated 10,000 rows, throughput at 16", "10,000 rows, repeated", 16, "throughput", 15.0),
    Goal("new 10,000 rows, throughput at 4", "10,000 rows, new", 4, "throughput", 0.9),
    Goal("new tiny query, latency at 1", "tiny, new", 1, "latency", 0.75),
    Goal("new tiny query, throughput at 4", "tiny, new", 4, "throughput", 0.5),
)


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30), 1),
        "python": platform.python_version(),
        "system": platform.release(),
    }


def text_of(figures: Figures) -> str:
    """The whole report."""
    lines = [f"machine: {figures.machine}"]
    reached = ", ".join(f"{number}: {value:,.0f}/s" for number, value in figures.ceiling.items())
    lines.append(f"the client alone reaches (connections: requests): {reached}")
    lines += [f"not measured: {name}: {reason}" for name, reason in figures.missing.items()]
    for size, comparisons in figures.sizes.items():
        for comparison in comparisons:
            lines += [
                "",
                f"== {size:,} quads: ours beside {comparison.peer} (ready after {comparison.load_seconds:.1f} s)",
            ]
            lines += _loads(comparison)
            lines += _questions(comparison)
        lines += ["", f"== {size:,} quads: goals", *_verdicts(comparisons)]
    for name, value in figures.further.items():
        lines += ["", f"== {name}", *_plain(value)]
    return "\n".join(lines) + "\n"


def _loads(comparison: Comparison) -> Iterator[str]:
    yield f"{'':24s} {'conn':>4s} | {'ours ms':>9s} {'p95':>9s} {'req/s':>9s} {'cpu ms':>8s} | {'theirs ms':>9s} {'p95':>9s} {'req/s':>9s} {'cpu ms':>8s} | {'latency':>8s} {'through':>8s} | client"
    for (load, number), cell in comparison.cells.items():
        share = (cell.ours.client / cell.ours.elapsed) if cell.ours.elapsed else math.nan
        failed = f"  failed: {cell.theirs.failures}" if cell.theirs.failures else ""
        failed += f"  OURS FAILED: {cell.ours.failures}" if cell.ours.failures else ""
        yield (
            f"{load:24s} {number:4d} | {_times(cell.ours)} | {_times(cell.theirs)} | "
            f"{cell.latency_ratio:7.2f}x {cell.throughput_ratio:7.2f}x | {share:4.0%}{failed}"
        )
    if comparison.trouble:
        yield f"cut: {comparison.trouble}"


def _times(sample: Sample) -> str:
    return (
        f"{sample.median * 1000:9.2f} {sample.p95 * 1000:9.2f} {sample.throughput:9.1f} {sample.processor * 1000:8.3f}"
    )


def _questions(comparison: Comparison) -> Iterator[str]:
    for name, asked in comparison.asked.items():
        ours = statistics.median(asked.ours) * 1000 if asked.ours else math.nan
        theirs = statistics.median(asked.theirs) * 1000 if asked.theirs else math.nan
        said = asked.trouble or f"{theirs:9.2f} ms {asked.ratio:7.2f}x"
        yield f"{name:66s} {asked.rows:7,d} rows {ours:9.2f} ms | {said}"
    both = sum(not math.isnan(asked.ratio) for asked in comparison.asked.values())
    yield f"geometric mean over {both} of {len(QUESTIONS)} questions: {comparison.mean_ratio:.2f}x"


def _verdicts(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Each goal with its figure; against the other peers: ahead in every cell or not."""
    for comparison in comparisons:
        if comparison.peer == NATIVE:
            for goal in GOALS:
                cell = comparison.cells.get((goal.load, goal.connections))
                ratio = getattr(cell, f"{goal.measure}_ratio") if cell else math.nan
                yield f"{_mark(ratio >= goal.least)} {goal.text}: {ratio:.2f} (at least {goal.least:g})"
        else:
            behind = [
                f"{load} at {number}" for (load, number), cell in comparison.cells.items() if cell.throughput_ratio <= 1
            ]
            missing = len(LOADS) * len(CONNECTIONS) - len(comparison.cells)
            said = f"behind in {', '.join(behind)}" if behind else "ahead in every cell"
            yield f"{_mark(not behind)} {comparison.peer}: {said}" + (
                f" ({missing} cells not measured)" if missing else ""
            )
        mean = comparison.mean_ratio
        yield f"{_mark(mean > 1)} {comparison.peer}, questions: {mean:.2f} (more than 1)"


def _mark(is_met: bool) -> str:
    return "met   " if is_met else "MISSED"


def _plain(value: Any, depth: int = 0) -> Iterator[str]:
    """Names and values, one a line; what is in something stands further in."""
    if not isinstance(value, Mapping):
        yield str(value)
        return
    for key, item in value.items():
        if isinstance(item, Mapping):
            yield f"{'  ' * depth}{key}"
            yield from _plain(item, depth + 1)
        else:
            yield f"{'  ' * depth}{key}: {item}"


def write(figures: Figures, folder: Path) -> None:
    """``report.txt`` and ``figures.json`` in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.txt").write_text(text_of(figures), "utf-8")
    (folder / "figures.json").write_text(json.dumps(_jsonable(figures), indent=1), "utf-8")


def _jsonable(figures: Figures) -> dict[str, Any]:
    return {
        "machine": figures.machine,
        "ceiling": figures.ceiling,
        "missing": figures.missing,
        "sizes": {size: [_of(comparison) for comparison in found] for size, found in figures.sizes.items()},
        **figures.further,
    }


def _of(comparison: Comparison) -> dict[str, Any]:
    cells = [
        {
            "load": load,
            "connections": number,
            "ours": _numbers(cell.ours),
            "theirs": _numbers(cell.theirs),
            "latency_ratio": _number(cell.latency_ratio),
            "throughput_ratio": _number(cell.throughput_ratio),
        }
        for (load, number), cell in comparison.cells.items()
    ]
    asked = {
        name: {
            "rows": item.rows,
            "ours": item.ours,
            "theirs": item.theirs,
            "ratio": _number(item.ratio),
            "trouble": item.trouble,
        }
        for name, item in comparison.asked.items()
    }
    return {
        "peer": comparison.peer,
        "load_seconds": comparison.load_seconds,
        "trouble": comparison.trouble,
        "mean_ratio": _number(comparison.mean_ratio),
        "cells": cells,
        "questions": asked,
    }


def _numbers(sample: Sample) -> dict[str, Any]:
    return {
        "median": _number(sample.median),
        "p95": _number(sample.p95),
        "throughput": _number(sample.throughput),
        "processor": _number(sample.processor),
        "answers": len(sample.latencies),
        "failures": sample.failures,
        "client_share": _number(sample.client / sample.elapsed if sample.elapsed else math.nan),
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
