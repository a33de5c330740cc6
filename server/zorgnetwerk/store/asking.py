"""ASK as a SELECT of at most one row, for engines whose ASK cannot be trusted.

Virtuoso 7.2.5 answers ASK (and COUNT(*)) with 1 where the same pattern in a SELECT rightly finds nothing, when the
pattern names a graph that is not chosen. Knows texts only.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from zorgnetwerk.store.tokens import tokens

_MODIFIERS: Final = frozenset(("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"))

_STEPS: Final = MappingProxyType({"{": 1, "}": -1})


def as_selection(text: str) -> str | None:
    """The same question as a SELECT; None when it is no ASK, has no variables, or has solution modifiers.

    >>> as_selection("PREFIX e: <http://e/> ASK { ?s e:ask 'ASK' }")
    "PREFIX e: <http://e/> SELECT * { ?s e:ask 'ASK' }\\nLIMIT 1"
    >>> as_selection("ASK {}")
    """
    place = -1
    depth = 0
    has_variables = False
    for kind, token, offset in tokens(text):
        depth += _STEPS.get(token, 0)
        has_variables |= kind == "variable"
        word = token.upper() if kind == "word" and not depth else ""
        if word in _MODIFIERS or (word in ("SELECT", "CONSTRUCT", "DESCRIBE") and place < 0):
            return None
        if word == "ASK" and place < 0:
            place = offset
    if place < 0 or not has_variables:
        return None
    return f"{text[:place]}SELECT *{text[place + 3 :]}\nLIMIT 1"
