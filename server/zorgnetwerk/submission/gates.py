"""What is refused before a reader of foreign bytes sees them, and what is refused of what it read.

Cheap gates: encoding, characters, nesting, contexts, DOCTYPE, quoted triples; afterwards IRIs, texts and language tags
that would break pages and formats later. Knows syntaxes. Must not know rules.

Source: reliability report a2 to a4 (measured sizes at which parsers die); XML 1.0 characters; BCP 47.
"""

from __future__ import annotations

import json
import re
import unicodedata
import xml.parsers.expat
from collections.abc import Iterator
from typing import Any

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.errors import Limit, Place, SyntaxInvalid
from zorgnetwerk.submission.places import locate
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType

NESTING_LIMIT = 50
"""Levels of nesting; pyoxigraph's JSON-LD reader needs 5 s for 1,000, and nobody writes 50 by hand."""
CONTEXT_TERM_LIMIT = 500
"""Terms in all contexts of one JSON-LD document; 10,000 that are prefixes of each other end the process."""
ATTRIBUTE_LIMIT = 100
QUOTED_TRIPLE_LIMIT = 20
LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z")
LANGUAGE_TAG_LENGTH = 35

_JSON_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{]|[\]}]', re.DOTALL)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ufdd0-\ufdef\ud800-\udfff]")
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_SCHEME = re.compile(r"(https?://[^/?#\s]+|urn:[a-z0-9-]+:|mailto:|tel:)", re.IGNORECASE)


def text_of(data: bytes) -> str:
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


def gate(data: bytes, text: str, media_type: MediaType) -> None:
    """Refuses a document that would end or stop the parser of its format. Errors: Limit, SyntaxInvalid."""
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


def check_term(term: Node, text: str) -> None:
    """Refuses a term that would break pages and formats later; ``text`` is where its place is looked for.

    Errors: SyntaxInvalid with the place.
    """
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
            check_term(term.datatype, text)


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
