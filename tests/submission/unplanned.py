"""rdflib as it is: without our order of patterns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rdflib.plugins.sparql import CUSTOM_EVALS


@contextmanager
def rdflib_alone() -> Iterator[None]:
    """Queries are evaluated in rdflib's own order meanwhile, in all of this process."""
    kept = dict(CUSTOM_EVALS)
    CUSTOM_EVALS.clear()
    try:
        yield
    finally:
        CUSTOM_EVALS.update(kept)
