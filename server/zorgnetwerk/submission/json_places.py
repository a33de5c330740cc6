"""Where a JSON-LD document says what.

A reader of JSON that keeps offsets, and as much of contexts as it takes to know what a key means: terms, prefixes,
vocabulary, base, reverse terms. Nodes without a name are placed where only one of them says a thing. Knows the syntax.
Must not know rules.

Source: RFC 8259; JSON-LD 1.1, 4.1, 4.2, 4.8.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final
from urllib.parse import urljoin

from rdflib import BNode

from zorgnetwerk.submission.findings import Spot
from zorgnetwerk.submission.places import Key, Lines, Places
from zorgnetwerk.terms.namespaces import RDF
from zorgnetwerk.terms.syntax import Quad

_TOKEN: Final = re.compile(r'\s*(?:("[^"\\]*+(?:\\.[^"\\]*+)*+")|([\[\]{}:,])|([^\s\[\]{}:,"]+))', re.DOTALL)
_ABSOLUTE: Final = re.compile(r"[A-Za-z][\w+.-]*:")


@dataclass(frozen=True, slots=True)
class Part:
    """A value with its offsets: ``members`` of an object (key, where it stands, value), ``items`` of a list, or a
    plain ``value``."""

    start: int
    end: int
    value: object = None
    members: tuple[tuple[str, int, int, Part], ...] = ()
    items: tuple[Part, ...] = ()
    kind: str = "plain"

    def get(self, key: str) -> Part | None:
        """The value of a key of an object."""
        return next((part for name, _, _, part in self.members if name == key), None)


@dataclass(frozen=True, slots=True)
class _Context:
    base: str
    vocabulary: str = ""
    terms: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reverse: frozenset[str] = frozenset()

    def with_part(self, part: Part | None) -> _Context:
        """This context with another one laid over it."""
        if part is None:
            return self
        found = self
        for each in part.items if part.kind == "list" else (part,):
            found = found._with(each)
        return found

    def _with(self, part: Part) -> _Context:
        changed = self
        for key, _, _, value in part.members:
            if key == "@vocab":
                changed = replace(changed, vocabulary=str(value.value or ""))
            elif key == "@base":
                changed = replace(changed, base=urljoin(changed.base, str(value.value or "")))
        terms = dict(changed.terms)
        reverse = set(changed.reverse)
        for key, _, _, value in part.members:
            if key.startswith("@"):
                continue
            inverse = value.get("@reverse")
            named = inverse or value.get("@id") if value.kind == "object" else value
            terms[key] = str(named.value) if named is not None else key
            reverse |= {key} if inverse is not None else set()
        return replace(changed, terms=terms, reverse=frozenset(reverse))

    def expand(self, name: str, depth: int = 8) -> str:
        """The IRI that a key or a type means."""
        if depth and name in self.terms and self.terms[name] != name:
            return self.expand(self.terms[name], depth - 1)
        prefix, colon, rest = name.partition(":")
        if colon and not rest.startswith("//") and prefix in self.terms and depth:
            return self.expand(self.terms[prefix], depth - 1) + rest
        return name if colon or name.startswith("@") else self.vocabulary + name

    def iri(self, name: str) -> str:
        """The IRI that an ``@id`` means."""
        prefix, colon, rest = name.partition(":")
        if colon and not rest.startswith("//") and prefix in self.terms:
            return self.expand(name)
        return name if _ABSOLUTE.match(name) else urljoin(self.base, name) if name else self.base


def places_of(text: str, base_iri: str, quads: Sequence[Quad]) -> Places:
    """Where this document says what."""
    try:
        root = read(text)
    except (IndexError, ValueError, RecursionError):
        return Places(text=text)
    walk = _Walk(Lines(text), quads)
    walk.visit(root, _Context(base_iri))
    return Places(walk.values, walk.properties, walk.nodes, text)


def read(text: str) -> Part:
    """A JSON text with offsets. Errors: ValueError, IndexError where it is none."""
    tokens = [
        (found[found.lastindex or 0], found.start(found.lastindex or 0), found.end(found.lastindex or 0))
        for found in _TOKEN.finditer(text)
    ]
    part, _ = _read(tokens, 0)
    return part


def _read(tokens: Sequence[tuple[str, int, int]], at: int) -> tuple[Part, int]:
    mark, start, end = tokens[at]
    if mark == "{":
        return _read_object(tokens, at)
    if mark == "[":
        items = []
        at += 1
        while tokens[at][0] != "]":
            item, at = _read(tokens, at)
            items.append(item)
            at += tokens[at][0] == ","
        return Part(start, tokens[at][2], items=tuple(items), kind="list"), at + 1
    return Part(start, end, json.loads(mark)), at + 1


def _read_object(tokens: Sequence[tuple[str, int, int]], at: int) -> tuple[Part, int]:
    start = tokens[at][1]
    members = []
    at += 1
    while tokens[at][0] != "}":
        key, begin, end = tokens[at]
        value, at = _read(tokens, at + 2)
        members.append((str(json.loads(key)), begin, end, value))
        at += tokens[at][0] == ","
    return Part(start, tokens[at][2], members=tuple(members), kind="object"), at + 1


class _Walk:
    """Notes the places of a tree. Blank nodes are known by what only one of them says."""

    def __init__(self, lines: Lines, quads: Sequence[Quad]) -> None:
        self._lines = lines
        self._blank = only_one(quads)
        self.values: dict[Key, Spot] = {}
        self.properties: dict[Key, Spot] = {}
        self.nodes: dict[str, Spot] = {}

    def visit(self, part: Part, context: _Context) -> None:
        """Notes what an object, and all within it, says."""
        if part.kind == "list":
            for item in part.items:
                self.visit(item, context)
            return
        if part.kind != "object":
            return
        context = context.with_part(part.get("@context"))
        subject = self._subject(part, context)
        for key, begin, end, value in part.members:
            if key in ("@graph", "@list", "@set", "@included"):
                self.visit(value, context)
            elif key == "@type" or not key.startswith("@"):
                self._property(subject, key, (begin, end), value, context)
            if key not in ("@context", "@value"):
                for inner in _objects(value):
                    self.visit(inner, context)

    def _subject(self, part: Part, context: _Context) -> str:
        named = part.get("@id")
        if named is None or str(named.value).startswith("_:"):
            return ""
        iri = context.iri(str(named.value))
        if any(not key.startswith("@") or key == "@type" for key, _, _, _ in part.members):
            self.nodes.setdefault(iri, self._lines.spot(named.start, named.end))
        return iri

    def _property(self, subject: str, key: str, at: tuple[int, int], value: Part, context: _Context) -> None:
        predicate = str(RDF.type) if key == "@type" else context.expand(key)
        for item in _items(value):
            text = self._text(item, key, context)
            ends = (text, subject) if key in context.reverse else (subject, text)
            about = ends[0] or self._blank.get((predicate, ends[1]), "")
            if not about:
                continue
            spot = self._lines.spot(item.start, item.end)
            self.values.setdefault((about, predicate, ends[1]), spot)
            self.properties.setdefault((about, predicate, ends[1]), self._lines.spot(*at))
            self.nodes.setdefault(about, spot)

    def _text(self, part: Part, key: str, context: _Context) -> str:
        """A value as its term says it: the text of a literal, the IRI of a node."""
        if part.kind == "object":
            literal, named = part.get("@value"), part.get("@id")
            if literal is not None:
                return _lexical(literal.value)
            return context.with_part(part.get("@context")).iri(str(named.value)) if named is not None else ""
        text = _lexical(part.value)
        if key == "@type":
            expanded = context.expand(text)
            return expanded if _ABSOLUTE.match(expanded) else context.iri(text)
        return text


def _items(part: Part) -> Iterator[Part]:
    if part.kind == "list":
        for item in part.items:
            yield from _items(item)
    elif part.kind == "object" and (inner := part.get("@set") or part.get("@list")) is not None:
        yield from _items(inner)
    else:
        yield part


def _objects(part: Part) -> Iterator[Part]:
    for item in part.items if part.kind == "list" else (part,):
        if item.kind in ("object", "list"):
            yield item


def _lexical(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def only_one(quads: Sequence[Quad]) -> dict[tuple[str, str], str]:
    """For property and value the one blank node that says it; none where several do."""
    found: dict[tuple[str, str], str] = {}
    for subject, predicate, value, _ in quads:
        if isinstance(subject, BNode):
            key = (str(predicate), str(value))
            found[key] = "" if found.get(key, str(subject)) != str(subject) else str(subject)
    return found
