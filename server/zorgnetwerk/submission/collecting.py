"""A submission of one file or several, as one document.

Data files are read and put together, each with its blank nodes to itself; plain texts are the source documents that its
quotations stand in. Knows formats. Must not know rules.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from rdflib import Graph
from rdflib.term import Node

from zorgnetwerk.errors import Limit, SyntaxInvalid
from zorgnetwerk.submission import parsing
from zorgnetwerk.submission.findings import Finding, Spot
from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.submission.parsing import Document, Limits
from zorgnetwerk.submission.places import Places, together
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType

TABLES = (media_types.RESULTS_CSV, media_types.XLSX)
ACCEPTED = (*parsing.ACCEPTED, *TABLES)
SENT = (*ACCEPTED, media_types.TEXT)
"""The media types that a sender may name; of plain text the contents decide."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file as it was sent; a single one may have no name."""

    name: str
    media_type: MediaType
    data: bytes


@dataclass(frozen=True, slots=True)
class Table:
    """What the tables of a submission say; ``findings`` about cells that say nothing that can be read."""

    triples: Sequence[Triple]
    places: Places
    findings: Sequence[Finding] = ()


TableReader = Callable[[Sequence[Piece]], Table]
"""From tables to what they say. Errors: SyntaxInvalid, Limit."""


@dataclass(frozen=True, slots=True)
class Collected:
    """All files of a submission as one document; ``texts`` are attached sources by file name."""

    document: Document
    findings: tuple[Finding, ...] = ()
    texts: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))


def collect(pieces: Sequence[Piece], base_iri: str, limits: Limits, tables: TableReader) -> Collected:
    """What these files say together.

    Errors: SyntaxInvalid (its place names the file), Limit, BodyTooLarge, MediaTypeUnsupported.
    """
    texts = {piece.name: piece.data for piece in pieces if piece.media_type is media_types.TEXT}
    sheets = [piece for piece in pieces if piece.media_type in TABLES]
    documents = [
        _read(piece, base_iri, limits)
        for piece in pieces
        if piece.media_type not in TABLES and piece.media_type is not media_types.TEXT
    ]
    table = tables(sheets) if sheets else Table((), Places())
    triples = tuple(
        dict.fromkeys(triple for part in (*(each.triples for each in documents), table.triples) for triple in part)
    )
    if len(triples) > limits.triples:
        said = f"the files have {len(triples)} triples together, at most {limits.triples} are read"
        raise Limit(said, limit=limits.triples, used=len(triples), unit="triples")
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    names: dict[Node, None] = dict.fromkeys(name for each in documents for name in each.named_graphs)
    single = documents[0].places if len(documents) == 1 and not sheets else None
    places = single or (lambda: together((table.places, *(each.places() for each in documents))))
    return Collected(Document(graph, tuple(names), triples, places), tuple(table.findings), MappingProxyType(texts))


def _read(piece: Piece, base_iri: str, limits: Limits) -> Document:
    try:
        document = parsing.parse_document(piece.data, piece.media_type, base_iri, limits)
    except SyntaxInvalid as error:
        place = error.place
        raise SyntaxInvalid(
            str(error), Spot(place.line, place.column, place.excerpt, place.token, file=piece.name)
        ) from error
    found = document.places
    return dataclasses.replace(document, places=lambda: found().within(piece.name)) if piece.name else document
