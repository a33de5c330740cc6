"""Reads the triple patterns of a query from its tokens, so that each can be counted before the query is run.

A tolerant reader: it follows the grammar where it can, steps over what it does not know, judges and evaluates nothing.
``Query.parse`` comes first and bounds length and nesting, and with it the depth of the recursion here. A path of
several steps becomes a pattern a step, joined by blank nodes ``_:step1`` …

Source: SPARQL 1.1 Query Language, 19.8 (grammar).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from zorgnetwerk.store.patterns import Around, Branch, Inner, Reading, Role, Rows, is_open
from zorgnetwerk.store.triples import TripleReader

_AGGREGATES: Final = frozenset(("COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"))


def read(text: str) -> Reading:
    """The patterns of a query that passed the gate.

    >>> [pattern.text for pattern in read("SELECT * { ?s a <urn:C> ; <urn:p>/<urn:q> 'x'@nl. }").patterns]
    ['?s a <urn:C>', '?s <urn:p> _:step1', "_:step1 <urn:q> 'x'@nl"]
    """
    reader = _GroupReader(text)
    reader.query()
    return reader.found


class _GroupReader(TripleReader):
    """A walk over a whole query."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._made = 0
        self._alone: set[int] = set()

    def query(self) -> None:
        """Reads prologue, dataset clause, pattern and modifiers."""
        while self.word in ("PREFIX", "BASE"):
            length = 3 if self.word == "PREFIX" else 2
            self.found.prologue += " ".join(self.take() for _ in range(length)) + "\n"
        if self.word == "CONSTRUCT":
            self.take()
            if self.here == "{":
                self.take_brackets()
        _, is_computed = self._select(Around())
        while self.here:
            if self.word == "VALUES":
                self._values(Around())
                continue
            part = self.take()
            is_computed |= part.upper() == "GROUP"
            if part.upper() == "LIMIT" and self.here.isdecimal():
                self.found.limit = int(self.take())
        self.found.is_computed = is_computed
        self._forget_single_branches()

    def _forget_single_branches(self) -> None:
        """Braces without UNION are no alternative: what stands in them joins with what stands around them."""

        def kept(branch: Branch) -> Branch:
            return tuple(pair for pair in branch if pair[0] not in self._alone)

        found = self.found
        found.patterns = [replace(each, branch=kept(each.branch)) for each in found.patterns]
        found.rows = [replace(each, branch=kept(each.branch)) for each in found.rows]
        found.inner = [replace(each, branch=kept(each.branch)) for each in found.inner]

    def _select(self, around: Around) -> tuple[tuple[str, ...], bool]:
        """Reads up to and with the group of a SELECT, ASK, DESCRIBE or CONSTRUCT.

        The variables that it shows, and whether one is an aggregate.
        """
        projected: list[str] = []
        is_computed = is_all = False
        while self.here and self.here != "{":
            if self.word == "FROM":
                self.take()
                named = f"{self.take()} " if self.word == "NAMED" else ""
                self.found.dataset += f"FROM {named}{self.take()} "
            elif self.here == "(":
                start = self.at
                projected += self._balanced(around)[-1:]
                is_computed |= any(part.upper() in _AGGREGATES for _, part, _ in self.tokens[start : self.at])
            else:
                part = self.take()
                projected += [part] if is_open(part) else []
                is_all |= part == "*"
        before = len(self.found.patterns)
        if self.here == "{":
            self._group(around)
        if is_all:
            inside = [name for each in self.found.patterns[before:] for name in each.variables]
            projected = list(dict.fromkeys(inside))
        return tuple(projected), is_computed

    def _group(self, around: Around) -> None:
        """Reads one group from its opening to its closing brace."""
        self.take()
        self._made += 1
        around = Around(around.scope, self._made, around.graph, around.role, around.branch)
        if self.word == "SELECT":
            self._inner(around)
        keywords: dict[str, Callable[[Around], None]] = {
            "OPTIONAL": self._optional,
            "MINUS": self._minus,
            "GRAPH": self._graph,
            "FILTER": self._filter,
            "BIND": self._bind,
            "VALUES": self._values,
            "LATERAL": self._lateral,
        }
        while self.here not in ("}", ""):
            if self.here == "{":
                self._alternatives(around)
            elif self.here in (".", ";"):
                self.take()
            elif (read_clause := keywords.get(self.word)) is not None:
                read_clause(around)
            else:
                self.triples(around)
        self.take()

    def _inner(self, around: Around) -> None:
        """Reads an inner SELECT up to the brace that closes it: a scope of its own, which shows what it projects."""
        self._made += 1
        scope = self._made
        projected, is_computed = self._select(Around(scope, around.group, around.graph, around.role))
        most = 1 if is_computed else None
        while self.here not in ("}", ""):
            if self.here == "(":
                self._balanced(around)
            elif self.word == "VALUES":
                self._values(around)
            else:
                word = self.take().upper()
                most = None if word == "GROUP" else most
                most = int(self.take()) if word == "LIMIT" and self.here.isdecimal() else most
        self.found.inner.append(Inner(scope, around.scope, projected, around.branch, most))

    def _alternatives(self, around: Around) -> None:
        self._made += 1
        union, number = self._made, 0
        self._alone.add(union)
        while self.here == "{":
            branch = (*around.branch, (union, number))
            self._group(Around(around.scope, around.group, around.graph, around.role, branch))
            number += 1
            if self.word != "UNION":
                break
            self._alone.discard(union)
            self.take()

    def _optional(self, around: Around) -> None:
        self._within(around, around.role or "optional")

    def _minus(self, around: Around) -> None:
        self._within(around, "minus")

    def _lateral(self, around: Around) -> None:
        self._within(around, around.role)

    def _within(self, around: Around, role: Role) -> None:
        self.take()
        if self.here == "{":
            self._group(Around(around.scope, around.group, around.graph, role, around.branch))

    def _graph(self, around: Around) -> None:
        self.take()
        name = self.take()
        if self.here == "{":
            self._group(Around(around.scope, around.group, name, around.role, around.branch))

    def _filter(self, around: Around) -> None:
        """Reads a filter: a bracketed expression, a call, or EXISTS with a group."""
        self.take()
        while self.here not in ("(", "{", "}", ""):
            self.take()
        if self.here == "(":
            self._balanced(around)
        elif self.here == "{":
            self._group(Around(around.scope, around.group, around.graph, "exists", around.branch))

    def _bind(self, around: Around) -> None:
        self.take()
        if self.here == "(":
            self.found.links.append((around.scope, tuple(self._balanced(around))))

    def _values(self, around: Around) -> None:
        self.take()
        names: list[str] = []
        many = self.here == "("
        while self.here not in ("{", ""):
            part = self.take()
            names += [part] if is_open(part) else []
        number = depth = 0
        while self.here not in ("}", ""):
            part = self.take()
            depth += (part == "(") - (part == ")")
            if part == "^^":
                self.take()
            elif many:
                number += part == "("
            elif not part.startswith(("{", "@", "+", "-")):
                number += 1
        self.take()
        self.found.rows.append(Rows(tuple(names), number, around.scope, around.branch))

    def _balanced(self, around: Around) -> list[str]:
        """Reads brackets to their end; the variables inside. A group inside belongs to EXISTS."""
        variables: list[str] = []
        depth = 0
        while self.here:
            if self.here == "{":
                self._group(Around(around.scope, around.group, around.graph, "exists", around.branch))
                continue
            part = self.take()
            depth += (part in ("(", "[")) - (part in (")", "]"))
            variables += [part] if is_open(part) else []
            if depth <= 0:
                break
        return variables
