"""What an answer to a public query is, whoever asked the store: types on offer, limits, headers.

Used by the application (``sparql.py``) and by the door (``front/plain.py``), so that they cannot differ. Knows no
framework.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from zorgnetwerk.store.base import Body
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import HTML, MediaType
from zorgnetwerk.web.kept import Bytes
from zorgnetwerk.web.representation import Representation

SOLUTION_OFFERS: Final = (*media_types.RESULT_FORMATS, HTML)
VERDICT_OFFERS: Final = (media_types.RESULTS_JSON, media_types.RESULTS_XML, HTML)
GRAPH_OFFERS: Final = (*media_types.GRAPH_FORMATS, HTML)


def offers_for(query: Query) -> tuple[MediaType, ...]:
    """The types in which this query can be answered, the preferred first."""
    if query.is_graph:
        return GRAPH_OFFERS
    return VERDICT_OFFERS if query.form == "ASK" else SOLUTION_OFFERS


def representation_of(
    body: Bytes | Body,
    media_type: MediaType,
    *,
    release: int,
    seconds: float,
    location: str,
    vary: tuple[str, ...],
    links: tuple[str, ...],
    headers: Mapping[str, str],
    etag: str = "",
) -> Representation:
    """The answer as it is told. Units: ``seconds`` the worker took."""
    return Representation(
        body,
        media_type,
        location=location,
        vary=("Accept", *vary),
        links=links,
        release=release,
        etag=etag,
        headers={**headers, "Server-Timing": f"query;dur={seconds * 1000:.1f}"},
    )
