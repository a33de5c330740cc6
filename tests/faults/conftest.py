"""Fixtures of the tests that ask what nobody should ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .awkward.asking import Asked, asked_site


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A site with a limit of one second, one for all awkward requests: nothing may harm it."""
    with asked_site(tmp_path_factory.mktemp("awkward"), 1.0) as made:
        yield made
