"""A short way through the gate for short, ordinary query texts.

What is found here passes the whole inspection (``query.py``) and has the same form; the reverse need not hold. The
conditions are about characters, not tokens, so that no trick of spelling matters: the text is too short for a chain, a
run or a depth to reach its bound, and holds nothing that spells a refused word, even inside a name or a string.
Measured: 2 µs, where the inspection takes 30.
"""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 1_000
"""Characters, so that no run of terms and no number of separators reaches its bound."""
_FEW_WORDS: Final = 800
"""Characters; the shortest chained word has four letters, so that fewer than 201 of them find room."""
CHAINED_WORDS: Final = frozenset(
    ("UNION", "OPTIONAL", "FILTER", "BIND", "MINUS", "GRAPH", "EXISTS", "VALUES", "LATERAL", "FROM", "PREFIX")
)
"""Words that make chains, which end or stall the engine when they are long."""
_ALWAYS_SHORT: Final = 200
_MOST_CHAINED: Final = 200
_MOST_BRACKETS: Final = 100
_SIGNS: Final = "+-*/|^!=<>&"
_BRACKETS: Final = "([{<"
_REFUSED: Final = (
    "service", "insert", "delete", "clear", "drop", "create", "copy", "move", "add", "load", "with", "\\",
)  # fmt: skip
_IRI: Final = r'<[^<>"{}|^`\\\x00-\x20]*>'
_FORM: Final = re.compile(
    rf"\s*(?:(?:PREFIX\s+(?:[a-z][a-z0-9_-]*)?:\s*{_IRI}|BASE\s+{_IRI})\s*)*(SELECT|ASK|CONSTRUCT|DESCRIBE)(?=[\s({{?*<])",
    re.ASCII | re.IGNORECASE,
)


def form_of(text: str) -> str | None:
    """The form of a text that surely passes the gate; None when only the inspection can tell.

    >>> form_of("PREFIX e: <urn:e:> select ?s { ?s e:p 1 }"), form_of("ASK { ?s <urn:load> 1 }")
    ('SELECT', None)
    """
    if len(text) > _LONGEST or not text.isascii():
        return None
    lowered = text.lower()
    for word in _REFUSED:
        if word in lowered:
            return None
    count = text.count
    if len(text) > _FEW_WORDS and max(map(text.upper().count, CHAINED_WORDS)) > _MOST_CHAINED:
        return None
    if len(text) > _MOST_BRACKETS and sum(map(count, _BRACKETS)) > _MOST_BRACKETS:
        return None
    if len(text) > _ALWAYS_SHORT and any(count(sign) > _MOST_CHAINED for sign in _SIGNS):
        return None
    found = _FORM.match(text)
    return found[1].upper() if found else None
