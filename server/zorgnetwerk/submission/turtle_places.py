"""Where a document of the Turtle family (Turtle, TriG, N-Triples, N-Quads) says what.

A tolerant walk over tokens that gives the statements in the order in which the engine's parser gives them, so that each
of them is one of the parsed ones, blank nodes included. Where the two disagree, the statements between named things are
placed by their own words. Knows the grammar. Must not know rules.

Source: RDF 1.1 Turtle and TriG, grammar.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from rdflib import BNode
from rdflib.term import Node

from zorgnetwerk.submission.findings import Spot
from zorgnetwerk.submission.places import Key, Lines, Places
from zorgnetwerk.terms.namespaces import RDF
from zorgnetwerk.terms.syntax import Quad

_TOKEN: Final = re.compile(
    r'''(?P<space>\s+|\#[^\n]*)
    |(?P<iri><[^<>"{}|^`\x00-\x20]*>)
    |(?P<string>"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+"""|\'\'\'[^'\\]*+(?:(?:\\.|'(?!\'\'))[^'\\]*+)*+\'\'\'
        |"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+')
    |(?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<type>\^\^)
    |(?P<blank>_:[\w](?:[\w.-]*[\w-])?)
    |(?P<name>[^\W\d_](?:[\w.-]*[\w-])?:(?:[\w:%](?:(?:[\w.:%-]|\\.)*(?:[\w:%-]|\\.))?|\\.(?:[\w.:%-]|\\.)*)?
        |:(?:[\w:%](?:(?:[\w.:%-]|\\.)*(?:[\w:%-]|\\.))?)?)
    |(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z]+)
    |(?P<mark>[.;,\[\](){}])''',
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_DEEPEST: Final = 100
_TERMS: Final = ("iri", "name", "blank", "string", "number", "word")


class _Lost(Exception):
    """The walk met what it does not know."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Term:
    """A term as it is written: its full text (None for a blank node), and where it stands."""

    text: str | None
    start: int
    end: int
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class _Statement:
    subject: _Term
    predicate: _Term
    value: _Term


def places_of(text: str, base_iri: str, quads: Sequence[Quad]) -> Places:
    """Where this document says what."""
    walk = _Walk(text, base_iri)
    with contextlib.suppress(_Lost):
        walk.document()
    lines = Lines(text)
    values: dict[Key, Spot] = {}
    properties: dict[Key, Spot] = {}
    nodes: dict[str, Spot] = {}
    for statement, key in _named(walk.found, quads):
        values.setdefault(key, lines.spot(statement.value.start, statement.value.end))
        properties.setdefault(key, lines.spot(statement.predicate.start, statement.predicate.end))
        nodes.setdefault(key[0], lines.spot(statement.subject.start, statement.subject.end))
    return Places(values, properties, nodes, text)


def _named(found: Sequence[_Statement], quads: Sequence[Quad]) -> Iterator[tuple[_Statement, Key]]:
    """The statements with the terms that they were parsed to.

    Lists are left out on both sides: the parser gives their links in an order of its own.
    """
    cells = {quad[0] for quad in quads if quad[1] == RDF.first}
    parsed = [quad for quad in quads if quad[0] not in cells and quad[2] not in cells]
    if len(found) == len(parsed) and all(
        _agrees(term, node)
        for statement, quad in zip(found, parsed, strict=True)
        for term, node in zip((statement.subject, statement.predicate, statement.value), quad[:3], strict=True)
    ):
        for statement, quad in zip(found, parsed, strict=True):
            yield statement, (str(quad[0]), str(quad[1]), str(quad[2]))
        return
    for statement in found:
        if statement.subject.text is not None:
            yield statement, (statement.subject.text, str(statement.predicate.text), statement.value.text or "")


def _agrees(term: _Term, node: Node) -> bool:
    return isinstance(node, BNode) if term.text is None else term.text == str(node)


class _Walk:
    """The statements of a document, in the parser's order."""

    def __init__(self, text: str, base_iri: str) -> None:
        self._tokens = [
            _Token(str(match.lastgroup), match[0], match.start(), match.end())
            for match in _TOKEN.finditer(text)
            if match.lastgroup != "space"
        ]
        self._at = 0
        self._base = base_iri
        self._prefixes: dict[str, str] = {}
        self._depth = 0
        self.found: list[_Statement] = []

    def document(self) -> None:
        while self._at < len(self._tokens):
            if not self._directive():
                self._block()

    def _directive(self) -> bool:
        token = self._tokens[self._at]
        word = token.text.lstrip("@").lower()
        if token.kind not in ("tag", "word") or word not in ("prefix", "base"):
            return False
        self._at += 1
        if word == "prefix":
            name = self._take("name").text
            self._prefixes[name.rstrip(":") if name != ":" else ""] = self._iri(self._take("iri"))
        else:
            self._base = self._iri(self._take("iri"))
        self._skip(".")
        return True

    def _block(self) -> None:
        if self._here().upper() == "GRAPH":
            self._at += 1
            self._term()
        if self._skip("{"):
            while not self._skip("}"):
                self._statements()
                self._skip(".")
            return
        start = self._at
        if self._tokens[start].kind in ("iri", "name", "blank"):
            self._at += 1
            if self._here() == "{":
                return
            self._at = start
        self._statements()
        if self._here() not in (".", "}", ""):
            self._term()  # the graph name of an N-Quads line
        self._skip(".")

    def _statements(self) -> None:
        bracketed = self._here() == "["
        subject = self._node()
        if bracketed and self._here() in (".", "}"):
            return
        self._properties(subject)

    def _properties(self, subject: _Term) -> None:
        while True:
            predicate = self._predicate()
            while True:
                value = self._node()
                self._add(_Statement(subject, predicate, value))
                if not self._skip(","):
                    break
            if not self._skip(";"):
                return
            while self._skip(";"):
                pass
            if self._here() in (".", "]", "}", ""):
                return

    def _add(self, statement: _Statement) -> None:
        """Notes a statement. The parser waits behind a string for its language or type; where a bracket closes there
        instead, it gives the outer statement first."""
        if statement.subject.is_list or statement.value.is_list:
            return
        before = self._tokens[self._at - 2] if self._at > 1 else None
        closed = statement.value.text is None and self._tokens[self._at - 1].text == "]"
        late = closed and before is not None and before.kind == "string"
        self.found.insert(len(self.found) - late, statement)

    def _predicate(self) -> _Term:
        token = self._peek()
        if token.kind == "word" and token.text == "a":
            self._at += 1
            return _Term(str(RDF.type), token.start, token.end)
        return self._term()

    def _node(self) -> _Term:
        if (mark := self._here()) not in ("[", "("):
            return self._term()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Lost
        token = self._peek()
        self._at += 1
        term = self._list(token) if mark == "(" else self._blank(token)
        self._depth -= 1
        return term

    def _blank(self, token: _Token) -> _Term:
        term = _Term(None, token.start, token.end)
        if not self._skip("]"):
            self._properties(term)
            self._expect("]")
        return term

    def _list(self, token: _Token) -> _Term:
        if self._skip(")"):
            return _Term(str(RDF.nil), token.start, token.end)
        while not self._skip(")"):
            self._node()
        return _Term(None, token.start, token.end, is_list=True)

    def _term(self) -> _Term:
        token = self._peek()
        if token.kind not in _TERMS:
            raise _Lost
        self._at += 1
        if token.kind == "iri":
            return _Term(self._iri(token), token.start, token.end)
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            local = re.sub(r"\\(.)", r"\1", local)
            return _Term(self._prefixes.get(prefix, f"{prefix}:") + local, token.start, token.end)
        if token.kind == "blank":
            return _Term(None, token.start, token.end)
        return self._literal(token) if token.kind == "string" else _Term(token.text, token.start, token.end)

    def _literal(self, token: _Token) -> _Term:
        quote = 3 if token.text[:3] in ('"""', "'''") else 1
        value, end = _unescaped(token.text[quote:-quote]), token.end
        if self._at < len(self._tokens) and self._tokens[self._at].kind == "tag":
            end = self._tokens[self._at].end
            self._at += 1
        elif self._at < len(self._tokens) and self._tokens[self._at].kind == "type":
            self._at += 1
            end = self._term().end
        return _Term(value, token.start, end)

    def _iri(self, token: _Token) -> str:
        iri = _unescaped(token.text[1:-1])
        if re.match(r"[A-Za-z][\w+.-]*:", iri):
            return iri
        return urljoin(self._base, iri) + ("#" if iri.endswith("#") else "") if iri else self._base

    def _peek(self) -> _Token:
        if self._at >= len(self._tokens):
            raise _Lost
        return self._tokens[self._at]

    def _here(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def _take(self, kind: str) -> _Token:
        token = self._peek()
        if token.kind != kind:
            raise _Lost
        self._at += 1
        return token

    def _skip(self, mark: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at].text == mark:
            self._at += 1
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._skip(mark):
            raise _Lost


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(found[3], found[3])
