"""The triples of a document that somebody sends.

Foreign bytes: what could end or stop the parser is refused beforehand, what could break pages and formats later
afterwards (``gates.py``). Runs inside a checker process only. Knows documents. Must not know rules; ``checking.py``
turns the errors into findings.

Source: RDF 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rdflib import Graph
from rdflib.term import Node

from zorgnetwerk.errors import BodyTooLarge, Limit, MediaTypeUnsupported, SyntaxInvalid
from zorgnetwerk.submission import gates, placing
from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.submission.places import Places, locate
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.media_types import MediaType

ACCEPTED = (
    media_types.TURTLE,
    media_types.TRIG,
    media_types.N_TRIPLES,
    media_types.N_QUADS,
    media_types.JSON_LD,
    media_types.RDF_XML,
)
_LOCAL_NAME = re.compile(r"[^\W\d][\w.-]*\Z")


@dataclass(frozen=True, slots=True)
class Limits:
    """Units: bytes of the document; triples in it."""

    document_bytes: int = 5_000_000
    triples: int = 100_000


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read.

    Shape: ``triples`` in the order of the document; ``graph`` the same as a set; ``named_graphs`` those that it wanted
    to write to (which nobody may); ``places`` finds where it says what, and is made only when somebody asks.
    """

    graph: Graph
    named_graphs: tuple[Node, ...] = ()
    triples: tuple[Triple, ...] = ()
    places: Callable[[], Places] = Places


def parse_document(
    data: bytes, media_type: MediaType, base_iri: str = RESERVED_BASE, limits: Limits = Limits()
) -> Document:
    """The triples of a document, blank nodes renamed.

    Errors: BodyTooLarge or Limit when it is too large or too deep; SyntaxInvalid with the place; MediaTypeUnsupported.
    """
    if media_type not in ACCEPTED:
        names = tuple(accepted.name for accepted in ACCEPTED)
        raise MediaTypeUnsupported(f"{media_type} is not read here; send one of {', '.join(names)}", names)
    if len(data) > limits.document_bytes:
        raise BodyTooLarge(
            f"the document has {len(data)} bytes, at most {limits.document_bytes} are read",
            limit=limits.document_bytes, used=len(data), unit="bytes",
        )  # fmt: skip
    text = gates.text_of(data)
    gates.gate(data, text, media_type)
    try:
        quads = syntax.parse(text.encode(), media_type, base_iri)
    except (ArithmeticError, RecursionError, UnicodeError) as error:
        raise SyntaxInvalid(f"a value cannot be read: {str(error)[:200]}") from error
    return _document(quads, text, limits, lambda: placing.places_of(text, media_type, base_iri, quads))


def _document(quads: list[syntax.Quad], text: str, limits: Limits, places: Callable[[], Places]) -> Document:
    if len(quads) > limits.triples:
        raise Limit(
            f"the document has {len(quads)} triples, at most {limits.triples} are read",
            limit=limits.triples,
            used=len(quads),
            unit="triples",
        )
    graph = Graph()
    names: dict[Node, None] = {}
    checked: set[Node] = set()
    for subject, predicate, value, name in quads:
        for term in {subject, predicate, value} - checked:
            gates.check_term(term, text)
            checked.add(term)
        if not _LOCAL_NAME.search(re.split(r"[/#:]", str(predicate))[-1]):
            raise SyntaxInvalid(
                f"the property <{predicate}> has no name at its end; RDF/XML could not write it",
                locate(text, str(predicate)),
            )
        graph.add((subject, predicate, value))
        if name is not None:
            names[name] = None
    return Document(graph, tuple(names), tuple(dict.fromkeys(quad[:3] for quad in quads)), places)
