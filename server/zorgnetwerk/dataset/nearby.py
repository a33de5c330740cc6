"""Things whose address is spelled almost like one that does not exist. Must not know pages."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Final

from rdflib import Literal

from zorgnetwerk.dataset import queries
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms import iris
from zorgnetwerk.terms.iris import Base

_LONGEST_SLUG: Final = 120
_MATCHES: Final = 5
_LIKENESS: Final = 0.75


def slugs(store: Store, base: Base) -> Mapping[str, Sequence[str]]:
    """The last parts of the addresses of all things, by kind."""
    found: dict[str, list[str]] = {}
    for row in store.select(queries.bind(queries.load("list-things", base), space=Literal(base.iri("id/")))):
        concept, _, slug = (base.path(str(row["thing"])) or "").removeprefix("id/").partition("/")
        if slug:
            found.setdefault(concept, []).append(slug)
    return found


def near(path: str, known: Mapping[str, Sequence[str]]) -> list[str]:
    """The paths of documents about things of the same kind that are spelled almost like this one, best first.

    >>> near("doc/bron/jesa-2024", {"bron": ["jessa-2024", "jessa-2014", "x"]})
    ['doc/bron/jessa-2024', 'doc/bron/jessa-2014']
    """
    document = path if iris.thing_path(path) else iris.document_path(path)
    if document is None:
        return []
    concept, _, slug = document.removeprefix("doc/").partition("/")
    found = difflib.get_close_matches(slug[:_LONGEST_SLUG], known.get(concept, ()), _MATCHES, _LIKENESS)
    return [f"doc/{concept}/{match}" for match in found]
