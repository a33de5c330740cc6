"""The triples of a document that somebody sends.

Foreign bytes: what could end or stop the parser is refused beforehand by cheap gates, what could break pages and
formats later is refused afterwards. Runs inside a checker process only. Knows documents. Must not know rules;
``checking.py`` turns the errors into findings.

Source: reliability report a2 to a4 (measured sizes at which parsers die); RDF 1.1; XML 1.0 characters; BCP 47.
"""

from __future__ import annotations

import json
import re
import unicodedata
import xml.parsers.expat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.errors import BodyTooLarge, Limit, MediaTypeUnsupported, Place, SyntaxInvalid
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
NESTING_LIMIT = 50
"""Levels of nesting; pyoxigraph's JSON-LD reader needs 5 s for 1,000, and nobody writes 50 by hand."""
CONTEXT_TERM_LIMIT = 500
"""Terms in all contexts of one JSON-LD document; 10,000 that are prefixes of each other end the process."""
ATTRIBUTE_LIMIT = 100
QUOTED_TRIPLE_LIMIT = 20
LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z")
LANGUAGE_TAG_LENGTH = 35

_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ufdd0-\ufdef\ud800-\udfff]")
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_SCHEME = re.compile(r"(https?://[^/?#\s]+|urn:[a-z0-9-]+:|mailto:|tel:)", re.IGNORECASE)
_LOCAL_NAME = re.compile(r"[^\W\d][\w.-]*\Z")


@dataclass(frozen=True, slots=True)
class Limits:
    """Units: bytes of the document; triples in it."""

    document_bytes: int = 5_000_000
    triples: int = 100_000


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read: its triples, and the named graphs it wanted to write to (which nobody may)."""

    graph: Graph
    named_graphs: tuple[Node, ...] = ()


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
    text = _text(data)
    _gate(data, text, media_type)
    try:
        quads = syntax.parse(text.encode(), media_type, base_iri)
    except (ArithmeticError, RecursionError, UnicodeError) as error:
        raise SyntaxInvalid(f"a value cannot be read: {str(error)[:200]}") from error
    return _document(quads, text, limits)


def _document(quads: list[syntax.Quad], text: str, limits: Limits) -> Document:
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
            _check_term(term, text)
            checked.add(term)
        if not _LOCAL_NAME.search(re.split(r"[/#:]", str(predicate))[-1]):
            raise SyntaxInvalid(
                f"the property <{predicate}> has no name at its end; RDF/XML could not write it",
                locate(text, str(predicate)),
            )
        graph.add((subject, predicate, value))
        if name is not None:
            names[name] = None
    return Document(graph, tuple(names))


def locate(text: str, term: str) -> Place:
    """The line and column of the first mention of a term in a document: in full, or by the end of its IRI; nowhere
    gives line 0.

    >>> locate("@prefix a: <http://e/> .\\na:b a:c 1 .", "http://e/b").line
    2
    """
    local = re.escape(re.split(r"[/#]", term)[-1])
    named = rf"(?:<[^>\s]*[/#]|[\w-]*:){local}(?![\w-])" if local else ""
    for pattern in (rf"(?m)^[ \t]*{named}" if named else "", re.escape(term), named):
        found = re.search(pattern, text) if pattern else None
        if found:
            position = found.end() - len(found[0].lstrip())
            start = text.rfind("\n", 0, position) + 1
            end = text.find("\n", position)
            excerpt = text[start : end if end >= 0 else len(text)]
            return Place(text.count("\n", 0, position) + 1, position - start + 1, excerpt[:120].rstrip())
    return Place()


def _text(data: bytes) -> str:
    """The document as text; only UTF-8 is read, so that nothing hides from the gates in another encoding."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SyntaxInvalid(f"the document is not UTF-8 (byte {error.start})", Place(line)) from error
    found = _ILLEGAL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise SyntaxInvalid(f"the character U+{ord(found[0]):04X} does not belong in a document", Place(line))
    return text


def _gate(data: bytes, text: str, media_type: MediaType) -> None:
    if media_type is media_types.JSON_LD:
        _gate_json(data, text)
    elif media_type is media_types.RDF_XML:
        _gate_xml(text)
    elif text.count("<<") > QUOTED_TRIPLE_LIMIT:
        raise Limit(
            "the document has too many quoted triples (<<); write plain triples",
            limit=QUOTED_TRIPLE_LIMIT,
            unit="quoted triples",
        )


def _gate_json(data: bytes, text: str) -> None:
    depth = 0
    for token in _JSON_TOKEN.finditer(data):
        mark = token[0]
        depth += (mark in (b"[", b"{")) - (mark in (b"]", b"}"))
        if depth > NESTING_LIMIT:
            raise Limit(
                f"the document nests more than {NESTING_LIMIT} levels; write the nodes side by side",
                limit=NESTING_LIMIT,
                unit="levels",
            )
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise SyntaxInvalid(f"this is no JSON: {error.msg}", Place(error.lineno, error.colno)) from error
    except (ValueError, RecursionError) as error:
        raise SyntaxInvalid(f"this is no JSON that can be read: {str(error)[:100]}") from error
    terms = 0
    for key, value in _members(document):
        if key == "@context":
            terms += sum(_context_terms(context, text) for context in (value if isinstance(value, list) else [value]))
        elif key == "@language" and value is not None and not _is_language(value):
            raise SyntaxInvalid(
                f"{str(value)[:40]!r} is no language tag; use nl, fr, de or en", locate(text, f'"{value}"')
            )
    if terms > CONTEXT_TERM_LIMIT:
        raise Limit(
            f"the contexts define {terms} terms, at most {CONTEXT_TERM_LIMIT} are read",
            limit=CONTEXT_TERM_LIMIT,
            used=terms,
            unit="terms",
        )


def _members(document: Any) -> Iterator[tuple[str, Any]]:
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield from part.items()
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _context_terms(context: Any, text: str) -> int:
    if isinstance(context, str):
        raise SyntaxInvalid(
            f"the context {context[:100]} is an address; nothing is fetched, so put the context in the document",
            locate(text, context),
        )
    if not isinstance(context, dict):
        return 0
    if "@import" in context:
        raise SyntaxInvalid(
            "the context imports another; nothing is fetched, so put the context in the document",
            locate(text, "@import"),
        )
    return len(context)


def _is_language(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LANGUAGE_TAG_LENGTH and bool(LANGUAGE_TAG.match(value))


def _gate_xml(text: str) -> None:
    """Refuses a DOCTYPE (entities), another encoding, deep nesting and heaps of attributes; the reader knows no
    entities of its own."""
    reader = xml.parsers.expat.ParserCreate(encoding="utf-8")
    depth = 0

    def start(_: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > NESTING_LIMIT:
            raise Limit(
                f"the document nests more than {NESTING_LIMIT} levels; write the nodes side by side",
                limit=NESTING_LIMIT,
                unit="levels",
            )
        if len(attributes) > ATTRIBUTE_LIMIT:
            raise Limit(
                f"an element has {len(attributes)} attributes, at most {ATTRIBUTE_LIMIT} are read",
                limit=ATTRIBUTE_LIMIT,
                unit="attributes",
            )

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise SyntaxInvalid(
            "a DOCTYPE is not read; take it away and write IRIs in full",
            Place(reader.CurrentLineNumber, reader.CurrentColumnNumber + 1),
        )

    reader.StartElementHandler, reader.EndElementHandler, reader.StartDoctypeDeclHandler = start, end, refuse
    try:
        reader.Parse(text.encode(), True)
    except xml.parsers.expat.ExpatError as error:
        message = xml.parsers.expat.ErrorString(error.code)
        raise SyntaxInvalid(f"this is no XML: {message}", Place(error.lineno, error.offset + 1)) from error


def _check_term(term: Node, text: str) -> None:
    if isinstance(term, URIRef):
        reason = _iri_offence(str(term))
        if reason:
            raise SyntaxInvalid(f"the IRI <{str(term)[:200]}> {reason}", locate(text, str(term)))
    elif isinstance(term, Literal):
        found = _ILLEGAL.search(str(term))
        if found:
            raise SyntaxInvalid(
                f"the character U+{ord(found[0]):04X} does not belong in a text",
                locate(text, f"\\u{ord(found[0]):04X}"),
            )
        if term.language and not _is_language(term.language):
            raise SyntaxInvalid(
                f"{term.language[:40]!r} is no language tag; use nl, fr, de or en", locate(text, f"@{term.language}")
            )
        if term.datatype is not None:
            _check_term(term.datatype, text)


def _iri_offence(iri: str) -> str:
    """What is wrong with an IRI; nothing is an empty text.

    >>> _iri_offence("javascript:alert(1)")
    'has a scheme that is not read here; use http, https or urn'
    """
    scheme = _SCHEME.match(iri)
    if not scheme:
        return "has a scheme that is not read here; use http, https or urn"
    if _INVISIBLE.search(iri) or _ILLEGAL.search(iri):
        return "has invisible characters; write it anew"
    if unicodedata.normalize("NFC", iri) != iri:
        return "is not in Unicode normal form C; write letters with their accents as one character"
    if not scheme[0].isascii():
        return "has letters outside ASCII in its host; write the host in its ASCII form (xn--)"
    return ""
