"""Pages and files of our own content: new to the cache, and kept by it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from ..conftest import ROOT, start_site
from .peers import PACKAGE

PATHS = ("/nl/doc/organisatie/jessa-ziekenhuis", "/doc/organisatie/jessa-ziekenhuis.ttl", "/nl/doc/campus/sal", "/nl/")
"""The slowest thing that there is, as a page and as a file; a small thing; the front page."""


def measure(state: Path) -> dict[str, str]:
    """The median of each path in milliseconds: asked for in a way that the cache has not seen, and asked for again."""
    site = start_site(state, ROOT, wait_seconds=180, package=PACKAGE)
    try:
        found = {}
        for path in PATHS:
            new, kept = [], []
            for number in range(12):
                new.append(_seconds(lambda: site.ask(path, {"Accept-Language": f"nl;q=0.{number + 1}"}).status))  # noqa: B023
            for _ in range(50):
                kept.append(_seconds(lambda: site.ask(path).status))  # noqa: B023
            found[path] = f"new {statistics.median(new) * 1000:.1f}, kept {statistics.median(kept) * 1000:.2f}"
        return found
    finally:
        site.stop()


def _seconds(ask: Callable[[], int]) -> float:
    began = time.perf_counter()
    assert ask() == 200
    return time.perf_counter() - began
