"""What a release holds, counted from the data.

Knows queries. Must not know pages nor catalogues, which show these numbers.
"""

from __future__ import annotations

from zorgnetwerk.dataset.queries import load
from zorgnetwerk.store.base import Store


def counts(store: Store) -> dict[str, int]:
    """Numbers of the whole data set: quads, triples, graphs, subjects, classes, properties."""
    [solution] = store.select(load("count-release"))
    return {name: int(str(value)) for name, value in solution.items()}


def partitions(store: Store, name: str) -> list[tuple[str, int, int]]:
    """IRI, number of triples, number of things for each class (``count-classes``) or property
    (``count-properties``).
    """
    rows = store.select(load(name))
    return [(str(row["term"]), int(str(row["triples"])), int(str(row["things"]))) for row in rows]
