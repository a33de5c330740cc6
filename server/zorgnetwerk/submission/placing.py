"""The places of what a document says, by its syntax.

One reader a syntax, each tolerant: the document was parsed already, so what such a reader does not understand only
costs the exact place, and the place of the node stands in for it. Runs where documents are parsed. Must not know rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from zorgnetwerk.submission import json_places, turtle_places, xml_places
from zorgnetwerk.submission.places import Places
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.terms.syntax import Quad

Reader = Callable[[str, str, Sequence[Quad]], Places]
_READERS: Mapping[MediaType, Reader] = MappingProxyType(
    {
        media_types.TURTLE: turtle_places.places_of,
        media_types.TRIG: turtle_places.places_of,
        media_types.N_TRIPLES: turtle_places.places_of,
        media_types.N_QUADS: turtle_places.places_of,
        media_types.JSON_LD: json_places.places_of,
        media_types.RDF_XML: xml_places.places_of,
    }
)


def places_of(text: str, media_type: MediaType, base_iri: str, quads: Sequence[Quad]) -> Places:
    """Where this document says what."""
    reader = _READERS.get(media_type)
    return reader(text, base_iri, quads) if reader else Places(text=text)
