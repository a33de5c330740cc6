"""Reads the triples of a query into patterns: predicate and object lists, paths, blank nodes with properties.

Tolerant: what it does not know it steps over, and ``found.is_whole`` then says so. Every call takes at least one token,
so that no text can hold it.

Source: SPARQL 1.1 Query Language, 19.8 (rules 75 to 112).
"""

from __future__ import annotations

from typing import Final

from zorgnetwerk.store.cursor import Cursor
from zorgnetwerk.store.patterns import Around, Pattern, Reading

_MODIFIERS: Final = frozenset("*+?")


class TripleReader(Cursor):
    """A walk that finds patterns."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._blanks = 0
        self.found = Reading(words=frozenset(each.upper() for kind, each, _ in self.tokens if kind == "word"))

    def triples(self, around: Around) -> None:
        before = self.at
        subject = self._node(around)
        if subject and self.here not in (".", "}", ""):
            self._properties(subject, around)
        if self.at == before or not subject:
            self.found.is_whole = False
            if self.at == before:
                self.take()

    def _properties(self, subject: str, around: Around) -> None:
        """Reads ``predicate object, object; predicate …`` of a subject."""
        while True:
            line = self.line
            path = self._path()
            if not path:
                return
            while True:
                value = self._node(around)
                if not value:
                    self.found.is_whole = False
                    return
                self._add(subject, path, value, around, line)
                if self.here != ",":
                    break
                self.take()
            while self.here == ";":
                self.take()
                if self.here in (".", "}", "]", ""):
                    return
            if self.at and self.tokens[self.at - 1][1] != ";":
                return

    def _add(self, subject: str, path: list[str], value: str, around: Around, line: int) -> None:
        for number, predicate in enumerate(path):
            target = value if number == len(path) - 1 else self._blank()
            step = predicate.rstrip("*+?") if predicate[-1] in "*+" and len(predicate) > 1 else ""
            self.found.patterns.append(
                Pattern(
                    subject, predicate, target, line,
                    around.graph, around.scope, around.group, around.role, around.branch, step,
                )
            )  # fmt: skip
            subject = target

    def _path(self) -> list[str]:
        """Reads a property or a path: its steps, one when it is no plain sequence; none when there is no path here."""
        steps, current, is_sequence = [], "", True
        while True:
            while self.here in ("^", "!"):
                current += self.take()
            if self.here == "(":
                current += self.take_brackets()
            elif self.kind in ("iri", "name", "variable") or self.here == "a":
                current += self.take()
            else:
                self.found.is_whole = False
                return []
            while self.here in _MODIFIERS:
                current += self.take()
            if self.here not in ("/", "|"):
                break
            if self.here == "|":
                is_sequence = False
                current += self.take()
            else:
                self.take()
                steps.append(current)
                current = ""
        steps.append(current)
        return steps if is_sequence else ["/".join(steps)]

    def _node(self, around: Around) -> str:
        """Reads a term, a blank node with properties or a list; empty when there is none here."""
        kind, here = self.kind, self.here
        if here == "[":
            self.take()
            blank = self._blank()
            if self.here != "]":
                self._properties(blank, around)
            if self.here == "]":
                self.take()
            return blank
        if here == "(":
            return self._list(around)
        if kind in ("iri", "name", "variable"):
            return self.take()
        if kind == "string":
            return self._literal()
        if here in ("+", "-"):
            return self.take() + (self.take() if self.kind == "number" else "")
        if kind == "number" or here.lower() in ("true", "false"):
            return self.take()
        return ""

    def _literal(self) -> str:
        text = self.take()
        if self.kind == "tag":
            return text + self.take()
        return text + self.take() + self.take() if self.here == "^^" else text

    def _list(self, around: Around) -> str:
        self.take()
        blank = self._blank()
        while self.here not in (")", ""):
            before = self.at
            self._node(around)
            if self.at == before:
                self.take()
        self.take()
        self.found.is_whole = False
        return blank

    def _blank(self) -> str:
        self._blanks += 1
        return f"_:step{self._blanks}"
