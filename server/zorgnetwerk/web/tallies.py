"""Counters and histograms that all web processes of a site share: any of them can tell the numbers of all.

Each process counts in a small file of its own, mapped into memory; whoever is asked adds up all files. A process that
starts takes over the file of one that ended, so that no number ever falls. Without a folder it counts for itself. Which
series there are is fixed here, for the file is nothing but their values in order.

Source: Prometheus exposition format 0.0.4 (histograms: cumulative buckets, sum, count).
"""

from __future__ import annotations

import fcntl
import mmap
import os
import threading
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

TALLIES: Final = "tallies"
"""The folder in the state folder."""
OUTCOMES: Final = (
    "answered", "syntax", "refused", "media_type", "not_acceptable", "body_too_large", "deadline", "memory",
    "too_large", "queue_full", "client_limit", "stopped", "died", "unavailable", "not_found", "error",
)  # fmt: skip
BOUNDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the buckets, in seconds; the last bucket has none."""
HISTOGRAMS: Final = ("query_seconds", "query_queued_seconds", "query_worker_seconds")
COUNTERS: Final = ("query_processor_seconds", "query_answer_bytes", "cache_hits", "cache_misses")

_SERIES: Final = (
    *(f"queries {outcome}" for outcome in OUTCOMES),
    *COUNTERS,
    *(f"{name} {part}" for name in HISTOGRAMS for part in (*BOUNDS, "above", "sum")),
)
_PLACES: Final[Mapping[str, int]] = {name: place for place, name in enumerate(_SERIES, 1)}
_FIRST_PLACES: Final[Mapping[str, int]] = {name: _PLACES[f"{name} {BOUNDS[0]}"] for name in HISTOGRAMS}
"""Where the buckets of a histogram begin; after them stand the one above all bounds, and the sum."""
_LAYOUT: Final = float(zlib.crc32("\n".join(_SERIES).encode()))
"""Stands first in a file; one of another layout begins anew."""
_BYTES: Final = 8 * (len(_SERIES) + 1)
_MOST_FILES: Final = 256


class Tallies:
    """The numbers of this process, and the sums over all processes that share its folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._descriptor = -1 if folder is None else _own_file(folder)
        memory = mmap.mmap(self._descriptor, _BYTES)
        self._values = memoryview(memory).cast("d")
        if self._values[0] != _LAYOUT:
            self._values[:] = memoryview(bytes(_BYTES)).cast("d")
            self._values[0] = _LAYOUT

    def add(self, name: str, amount: float = 1.0) -> None:
        """Counts on. ``name`` is one of the counters, or ``queries`` and an outcome."""
        with self._lock:
            self._values[_PLACES[name]] += amount

    def observe(self, name: str, seconds: float) -> None:
        """Notes one duration in a histogram."""
        first, values = _FIRST_PLACES[name], self._values
        with self._lock:
            values[first + bisect_left(BOUNDS, seconds)] += 1
            values[first + len(BOUNDS) + 1] += seconds

    def totals(self) -> dict[str, float]:
        """Every series with its value over all processes."""
        sums = [0.0] * (len(_SERIES) + 1)
        for values in self._all():
            sums = [one + other for one, other in zip(sums, values, strict=True)]
        return {name: sums[place] for name, place in _PLACES.items()}

    def _all(self) -> Iterator[memoryview[float]]:
        if self._folder is None:
            yield self._values
            return
        for path in sorted(self._folder.glob("*.tally")):
            values = memoryview(path.read_bytes()[:_BYTES].ljust(_BYTES, b"\0")).cast("d")
            if values[0] == _LAYOUT:
                yield values


def _own_file(folder: Path) -> int:
    """An open file that no living process has; it stays locked until this process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(_MOST_FILES):
        descriptor = os.open(folder / f"{number}.tally", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        os.ftruncate(descriptor, _BYTES)
        return descriptor
    raise OSError(f"all {_MOST_FILES} files in {folder} are in use")
