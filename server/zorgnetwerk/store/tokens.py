"""The tokens of a query text, by the grammar of SPARQL.

Knows how words, names, strings and signs are spelled. Judges nothing: any text has tokens.

Source: SPARQL 1.1 Query Language, 19.8 (terminals), with the signs of 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

OPENING: Final = frozenset(("(", "[", "{", "<<", "<<(", "{|"))
CLOSING: Final = frozenset((")", "]", "}", ">>", ")>>", "|}"))

_STRING: Final = r"""(?P<string>
    \'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'
    |\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
    |'(?:[^'\\\n\r]|\\.)*'
    |"(?:[^"\\\n\r]|\\.)*")"""
_LOCAL: Final = r"(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-])"
_OTHER: Final = r"""(?P<space>[\s\ufeff]+|\#[^\n\r]*)
    |(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    |(?P<name>(?:[^\W\d][\w.-]{0,200})?:(?:_LOCAL(?:\.*+(?:-|_LOCAL))*)?)
    |(?P<variable>[?$]\w+)
    |(?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?)
    |(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<word>[^\W\d]\w*)
    |(?P<sign><<\(|\)>>|<<|>>|\{\||\|\}|\|\||&&|\^\^|!=|<=|>=|.)""".replace("_LOCAL", _LOCAL)
_TOKEN = re.compile(f"{_STRING}|{_OTHER}", re.VERBOSE | re.DOTALL)
_WITHOUT_STRINGS = re.compile(_OTHER, re.VERBOSE | re.DOTALL)


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind (iri, name, variable, string, word, sign …), text and offset of each token of a query, comments left out.

    After a quotation mark that nothing closes, the rest is read as if there were no strings: no parser accepts such a
    text, and looking for the end again at each further mark would take quadratic time.
    """
    for match in _TOKEN.finditer(text):
        if match[0] in ("'", '"'):
            break
        if match.lastgroup != "space":
            yield match.lastgroup or "sign", match[0], match.start()
    else:
        return
    for rest in _WITHOUT_STRINGS.finditer(text, match.end()):
        if rest.lastgroup != "space":
            yield rest.lastgroup or "sign", rest[0], rest.start()
