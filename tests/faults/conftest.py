"""Sites that are made to be harmed, and one that is asked what nobody should ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conftest import RunningSite
from .awkward.asking import Asked, asked_site
from .small_site import small_site


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A site with a limit of one second, one for all awkward requests: nothing may harm it."""
    with asked_site(tmp_path_factory.mktemp("awkward"), 1.0) as made:
        yield made


@pytest.fixture
def small(tmp_path: Path) -> Iterator[RunningSite]:
    """A site of its own over a few hundred triples, with a short query limit and two workers."""
    yield from small_site(tmp_path)


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The same, one for all tests that only ask and harm nothing."""
    for running in small_site(tmp_path_factory.mktemp("unharmed")):
        running.await_checker()
        yield running
