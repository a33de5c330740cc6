"""The engine's complaints about a query, in words that help its author.

The engine names a place and lists what its grammar would have taken there, often dozens of character ranges. Kept: the
place, the line, the signs that a person can type; added: a prefix that nobody declared, the usual reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from zorgnetwerk.errors import Place, SyntaxInvalid
from zorgnetwerk.store.query import undeclared_prefix

_PLACE: Final = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_EXPECTED: Final = re.compile(r'"((?:[^"\\]|\\.)+)"')
_EXCERPT_CHARACTERS: Final = 120
_ALTERNATIVES: Final = 6


def explain(error: SyntaxError, text: str, prefixes: Mapping[str, str]) -> SyntaxInvalid:
    """Our error for the engine's, with line, column, the line itself and a likely cause.

    >>> str(explain(SyntaxError("error at 1:8: expected FROM"), "ASK { a:b a a:c }", {"a": "urn:a#"}))
    'The prefix a: is not declared. Put this line first: PREFIX a: <urn:a#>'
    """
    unknown = undeclared_prefix(text)
    if unknown is not None:
        prefix, place = unknown
        iri = prefixes.get(prefix)
        advice = (
            f"Put this line first: PREFIX {prefix}: <{iri}>"
            if iri
            else f"Put a line like this first: PREFIX {prefix}: <…>"
        )
        return SyntaxInvalid(f"The prefix {prefix}: is not declared. {advice}", place)
    found = _PLACE.match(error.msg or str(error))
    if found is None:
        return SyntaxInvalid(f"The query does not parse: {error.msg or error}")
    return _at(int(found[1]), int(found[2]), _wanted(found[3]), text)


def _at(line: int, column: int, wanted: str, text: str) -> SyntaxInvalid:
    lines = text.splitlines() or [""]
    excerpt = lines[min(line, len(lines)) - 1]
    place = Place(line, column, excerpt[:_EXCERPT_CHARACTERS])
    if line >= len(lines) and column > len(excerpt):
        return SyntaxInvalid(
            f"The query does not parse: something is missing or left over before its end{wanted}.", place
        )
    near = excerpt[max(0, column - 1) :][:20].strip()
    return SyntaxInvalid(
        f"The query does not parse near {near!r}{wanted}." if near else f"The query does not parse{wanted}.", place
    )


def _wanted(expectation: str) -> str:
    """The signs that could stand there, when they are few."""
    signs = [sign.replace('\\"', '"').replace("\\\\", "\\") for sign in _EXPECTED.findall(expectation)]
    return f"; expected {' or '.join(signs)}" if 0 < len(signs) <= _ALTERNATIVES else ""
