"""The links by which an answer at the SPARQL endpoint names its past, without any framework.

Source: RFC 7089, 2.2 (original, timegate, timemap); RFC 6690 (link format).
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from zorgnetwerk.web.representation import Asked

LINK_FORMAT: Final = "application/link-format"
LONGEST_LINKED_QUERY: Final = 1_000
"""Bytes; a longer question is not repeated in each header, which proxies would refuse."""
_SAFE: Final = "%&=?/:@!$()*+-._~"


def links_of(asked: Asked) -> tuple[str, ...]:
    """The links to the original resource, which is its own timegate, and to the list of its states."""
    question = question_of(asked)
    if len(question) > LONGEST_LINKED_QUERY:
        return ()
    return (
        f'</sparql{question}>; rel="original timegate"',
        f'</timemap/sparql{question}>; rel="timemap"; type="{LINK_FORMAT}"',
    )


def question_of(asked: Asked) -> str:
    """The query part of the address as it may stand in a header."""
    text = quote(asked.query_string, safe=_SAFE)
    return f"?{text}" if text else ""
