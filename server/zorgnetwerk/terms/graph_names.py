"""The named graphs that this publisher itself makes or gives a meaning to.

Graphs of source documents are named in the content files; these are the others.
"""

from __future__ import annotations

from zorgnetwerk.terms.iris import RESERVED_BASE

_GRAPH = f"{RESERVED_BASE}id/graaf/"

DERIVED = f"{_GRAPH}afgeleid"
"""Superclass types, inverse links and shortcuts; generated at build."""
ONTOLOGY = f"{_GRAPH}ontologie"
"""Vocabulary, code lists and the labels of reused terms."""
SHAPES = f"{_GRAPH}vormen"
CATALOGUE = f"{_GRAPH}catalogus"
QUERIES = f"{_GRAPH}vragen"


def of_file(stem: str) -> str:
    """The graph for triples of a content file that names no graph itself.

    >>> of_file("mijn gegevens")
    'https://zorgnetwerk.example/id/graaf/mijn-gegevens'
    """
    slug = "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in stem.lower()).split())
    return _GRAPH + (slug or "bestand")
