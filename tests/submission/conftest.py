"""What the tests of checks share: one checker of our own content."""

from __future__ import annotations

from pathlib import Path

import pytest

from zorgnetwerk.submission.checking import Checker

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def checker() -> Checker:
    """The checker of this repository's content, loaded once."""
    return Checker.load(ROOT)
