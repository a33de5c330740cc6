"""Where an RDF/XML document says what.

Follows elements with their offsets: node elements, property elements, attributes; names are resolved by namespaces and
base. Nodes without a name are placed where only one of them says a thing. Knows the syntax. Must not know rules.

Source: RDF 1.1 XML Syntax, 2 and 6.1.
"""

from __future__ import annotations

import re
import xml.parsers.expat
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from zorgnetwerk.submission.findings import Spot
from zorgnetwerk.submission.json_places import only_one
from zorgnetwerk.submission.places import Key, Lines, Places
from zorgnetwerk.terms.namespaces import RDF
from zorgnetwerk.terms.syntax import Quad

_SEPARATOR: Final = "\n"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_RDF: Final = str(RDF)
_ABSOLUTE: Final = re.compile(r"[A-Za-z][\w+.-]*:")
_SYNTAX: Final = frozenset(
    f"{_RDF}{name}" for name in ("about", "ID", "nodeID", "resource", "datatype", "parseType", "li", "RDF")
)


@dataclass(slots=True)
class _Element:
    """One open element. ``subject`` is what a node element is about, or what the property element belongs to."""

    name: str
    start: int
    is_node: bool
    subject: str
    base: str
    value: str | None = None
    text: list[str] = field(default_factory=list)
    has_node: bool = False


def places_of(text: str, base_iri: str, quads: Sequence[Quad]) -> Places:
    """Where this document says what."""
    walk = _Walk(text, base_iri, only_one(quads))
    try:
        walk.parse()
    except xml.parsers.expat.ExpatError:
        return Places(text=text)
    return Places(walk.values, walk.properties, walk.nodes, text)


class _Walk:
    def __init__(self, text: str, base_iri: str, blank: dict[tuple[str, str], str]) -> None:
        self._text, self._base, self._blank = text, base_iri, blank
        self._bytes = text.encode()
        self._is_ascii = len(self._bytes) == len(text)
        self._counted = (0, 0)
        self._lines = Lines(text)
        self._open: list[_Element] = []
        self.values: dict[Key, Spot] = {}
        self.properties: dict[Key, Spot] = {}
        self.nodes: dict[str, Spot] = {}
        self._reader = xml.parsers.expat.ParserCreate(encoding="utf-8", namespace_separator=_SEPARATOR)

    def parse(self) -> None:
        """Reads the whole document. Errors: ExpatError."""
        self._reader.StartElementHandler = self._start
        self._reader.EndElementHandler = self._end
        self._reader.CharacterDataHandler = self._characters
        self._reader.Parse(self._bytes, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = _joined(name)
        given = {_joined(key): value for key, value in attributes.items()}
        at = self._offset()
        above = self._open[-1] if self._open else None
        base = urljoin(above.base if above else self._base, given.get(f"{_XML}base", ""))
        is_node = name != f"{_RDF}RDF" and (above is None or not above.is_node)
        if is_node or name == f"{_RDF}RDF":
            self._start_node(name, given, at, base, above, is_node)
            return
        element = _Element(name, at, False, above.subject if above else "", base)
        for key in ("resource", "nodeID"):
            if f"{_RDF}{key}" in given:
                value = given[f"{_RDF}{key}"]
                element.value = _iri(base, value) if key == "resource" else ""
        self._open.append(element)

    def _start_node(
        self, name: str, given: dict[str, str], at: int, base: str, above: _Element | None, is_node: bool
    ) -> None:
        subject = ""
        if f"{_RDF}about" in given:
            subject = _iri(base, given[f"{_RDF}about"])
        elif f"{_RDF}ID" in given:
            subject = _iri(base, f"#{given[f'{_RDF}ID']}")
        if above is not None and not above.is_node and is_node:
            above.value, above.has_node = subject, True
        end = self._text.find(">", at) + 1
        if subject and is_node:
            self.nodes.setdefault(subject, self._lines.spot(at, end))
            if name != f"{_RDF}Description":
                self._note(subject, str(RDF.type), name, at, end)
        for key, value in given.items():
            if is_node and key not in _SYNTAX and not key.startswith(_XML):
                self._note(subject, key, value, *self._attribute(at, end, value))
        # The outermost rdf:RDF holds nodes, as a property element does.
        self._open.append(_Element(name, at, is_node, subject, base))

    def _attribute(self, start: int, end: int, value: str) -> tuple[int, int]:
        found = re.compile("[\"']" + re.escape(value) + "[\"']").search(self._text, start, end)
        return (found.start(), found.end()) if found else (start, end)

    def _end(self, _: str) -> None:
        element = self._open.pop()
        if element.is_node or element.name == f"{_RDF}RDF":
            return
        value = "".join(element.text) if element.value is None and not element.has_node else element.value or ""
        opened = self._text.find(">", element.start) + 1
        is_empty = self._text[opened - 2 : opened] == "/>"
        stop = opened if is_empty else self._text.find(">", self._offset()) + 1
        self._note(element.subject, element.name, value, element.start, stop)

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1].text.append(text)

    def _note(self, subject: str, predicate: str, value: str, start: int, end: int) -> None:
        about = subject or self._blank.get((predicate, value), "")
        if about:
            spot = self._lines.spot(start, end)
            self.values.setdefault((about, predicate, value), spot)
            self.properties.setdefault((about, predicate, value), spot)
            self.nodes.setdefault(about, spot)

    def _offset(self) -> int:
        """Where the reader is, in characters; what was counted before is not counted again."""
        at = self._reader.CurrentByteIndex
        if self._is_ascii:
            return at
        known, characters = self._counted if self._counted[0] <= at else (0, 0)
        characters += len(self._bytes[known:at].decode("utf-8", "ignore"))
        self._counted = (at, characters)
        return characters


def _joined(name: str) -> str:
    return name.replace(_SEPARATOR, "", 1)


def _iri(base: str, name: str) -> str:
    return name if _ABSOLUTE.match(name) else urljoin(base, name) if name else base
