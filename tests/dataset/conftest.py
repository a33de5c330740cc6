"""A small network of invented hospitals in a store in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from zorgnetwerk.terms.iris import Base

from ..memory_store import MemoryStore

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


@pytest.fixture(scope="package")
def base() -> Base:
    return Base("http://localhost:7777/")


@pytest.fixture(scope="package")
def network(base: Base) -> MemoryStore:
    return MemoryStore([FIXTURES / "network.trig", FIXTURES / "elsewhere.ttl"], base)
