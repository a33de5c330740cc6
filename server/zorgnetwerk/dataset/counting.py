"""What a release holds, counted from the data.

Knows queries. Must not know pages nor catalogues, which show these numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rdflib import Literal

from zorgnetwerk.dataset.queries import bind, load
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms.iris import Base

THINGS: Final = "id/"
"""Where things are under the base: the next part of the path is their kind."""


def counts(store: Store, base: Base) -> dict[str, int]:
    """Numbers of the whole data set: quads, triples, graphs, subjects, classes, properties; and by the path under which
    they are (``id/organisatie/``) the things of each kind.
    """
    [solution] = store.select(load("count-release"))
    found = {name: int(str(value)) for name, value in solution.items()}
    space = Literal(base.iri(THINGS))
    rows = store.select(bind(load("count-kinds", base), space=space))
    return found | {f"{THINGS}{row['kind']}/": int(str(row["number"])) for row in rows}


def kinds(counted: Mapping[str, int]) -> dict[str, int]:
    """The number of things of each kind.

    >>> kinds({"quads": 9, "id/organisatie/": 3})
    {'organisatie': 3}
    """
    return {name[len(THINGS) : -1]: number for name, number in sorted(counted.items()) if name.startswith(THINGS)}


def partitions(store: Store, name: str) -> list[tuple[str, int, int]]:
    """IRI, number of triples, number of things for each class (``count-classes``) or property
    (``count-properties``).
    """
    rows = store.select(load(name))
    return [(str(row["term"]), int(str(row["triples"])), int(str(row["things"]))) for row in rows]
