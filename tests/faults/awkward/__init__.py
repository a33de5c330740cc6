"""Queries and requests at and beyond the edge, in named families, and what each may be answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from . import runaways, shapes, spellings

REFUSED: Final = frozenset((400, 403))
DECIDED: Final = frozenset((200, 400))
ENDED: Final = frozenset((200, 400, 503))
"""A text that may run into a limit."""


@dataclass(frozen=True)
class Text:
    """One query: family and name, the text, and the statuses that it may get."""

    family: str
    name: str
    text: str
    allowed: frozenset[int]


def texts(address: str, file: str) -> list[Text]:
    """All queries. ``address`` is a listener that nobody may call, ``file`` the path of a file that nobody may open."""
    families = (
        ("nesting", ENDED, shapes.nesting()),
        ("chain", ENDED, shapes.chains()),
        ("many", ENDED, shapes.many()),
        ("path", ENDED, runaways.paths()),
        ("runaway", ENDED, runaways.runaways()),
        ("escape", DECIDED, spellings.escapes()),
        ("number", DECIDED, spellings.numbers()),
        ("character", DECIDED, spellings.characters()),
        ("federation", frozenset((400,)), spellings.federation(address)),
        ("graph", DECIDED, spellings.graphs(address, file)),
        ("update", REFUSED, spellings.updates(address, file)),
        ("broken", frozenset((400,)), spellings.broken()),
    )
    return [Text(family, name, text, allowed) for family, allowed, found in families for name, text in found]
