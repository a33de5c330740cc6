"""Derived links: rules that are CONSTRUCT queries, evaluated as a whole, or for what one change can have touched.

A rule is a conjunction of triple patterns with filters. What a changed triple can add or take away binds the variables
of a pattern that it matches, so each pattern is asked with the changed triples as its values. What may have gone is
asked once more on the state after the change, since it may follow from other facts. Knows rules and N-Triples terms as
text. Must not know the engine.

Source: incremental view maintenance by counting out and re-deriving (Gupta, Mumick and Subrahmanian 1993, DRed).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from rdflib import URIRef, Variable
from rdflib.paths import Path

from zorgnetwerk.dataset.queries import load
from zorgnetwerk.terms import graph_names
from zorgnetwerk.terms.iris import Base

if TYPE_CHECKING:
    from rdflib.plugins.sparql.parserutils import CompValue

DERIVATIONS: Final = (
    "derive-superclasses",
    "derive-participation",
    "derive-membership",
    "derive-sites",
    "derive-founding",
    "derive-sources",
)
Triple: TypeAlias = tuple[str, str, str]
"""Terms as N-Triples writes them; a variable as ``?name``."""

_UNBOUND: Final = "UNDEF"
_FILTER: Final = re.compile(r"FILTER\s*\(")
_PREDICATE: Final = re.compile(r"<[^<>]*>")
_SHAPES: Final = frozenset(("ConstructQuery", "Project", "Filter", "BGP", "Join"))


class Held(Protocol):
    """Whatever answers CONSTRUCT on the state as it is now."""

    def triples(self, construct: str) -> set[str]:
        """The triples as ``subject predicate object``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, taken apart: what it concludes, from which patterns, under which filters. ``path_predicates`` are those
    that a path steps over: a changed step can touch anything.
    """

    name: str
    conclusions: tuple[Triple, ...]
    patterns: tuple[Triple, ...]
    paths: tuple[str, ...]
    path_predicates: frozenset[str]
    filters: str

    @classmethod
    def of(cls, name: str, base: Base | None = None) -> Rule:
        """The rule in ``queries/{name}.rq``. Errors: ValueError when it is more than patterns and filters."""
        from rdflib.plugins.sparql import prepareQuery  # slow to load, and only needed when links are derived

        text = load(name, base)
        algebra = prepareQuery(text).algebra
        found = list(_triples(algebra, name))
        paths = tuple(" ".join(_text(term) for term in triple) for triple in found if isinstance(triple[1], Path))
        return cls(
            name,
            tuple(_plain(triple) for triple in algebra.template),
            tuple(_plain(triple) for triple in found if not isinstance(triple[1], Path)),
            paths,
            frozenset(predicate for path in paths for predicate in _PREDICATE.findall(path)),
            " ".join(_filters(text)),
        )

    def query(self, pattern: Triple, triples: Iterable[Triple], derived: str, heads: frozenset[str]) -> str:
        """The rule as CONSTRUCT, for the solutions in which this pattern is one of these triples; empty for none."""
        rows = {row for triple in triples if (row := _row(pattern, triple)) is not None}
        if not rows:
            return ""
        names = " ".join(_variables(pattern))
        values = " ".join(f"({' '.join(row)})" for row in sorted(rows))
        body = [_stated(number, triple, derived, heads) for number, triple in enumerate(self.patterns)]
        head = " . ".join(" ".join(triple) for triple in self.conclusions)
        paths = " ".join(f"{path} ." for path in self.paths)
        return (
            f"CONSTRUCT {{ {head} }} "
            f"WHERE {{ VALUES ({names}) {{ {values} }} {' '.join(body)} {paths} {self.filters} }}"
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules under one base."""

    rules: tuple[Rule, ...]
    derived: str
    heads: frozenset[str]

    def can_follow(self, changed: Iterable[Triple]) -> bool:
        """Whether the consequences of this change can be found from the change alone."""
        steps = frozenset(step for rule in self.rules for step in rule.path_predicates)
        return steps.isdisjoint(predicate for _, predicate, _ in changed)

    def touched(self, held: Held, changed: Sequence[Triple]) -> set[str]:
        """What follows, in the state that is held, from at least one of these triples."""
        found: set[str] = set()
        for rule in self.rules:
            for pattern in rule.patterns:
                if query := rule.query(pattern, changed, self.derived, self.heads):
                    found |= held.triples(query)
        return found

    def still_following(self, held: Held, triples: set[str]) -> set[str]:
        """Those of these derived triples that follow from what is held."""
        wanted = [_split(triple) for triple in triples]
        found: set[str] = set()
        for rule in self.rules:
            for conclusion in rule.conclusions:
                if query := rule.query(conclusion, wanted, self.derived, self.heads):
                    found |= held.triples(query)
        return found & triples

    def line(self, triple: str) -> str:
        """A derived triple as a line of its graph."""
        return f"{triple} {self.derived} ."


@cache
def rules_of(base: Base) -> Rules:
    """The rules of the house, under this base; read once, which takes longer than following a change."""
    rules = tuple(Rule.of(name, base) for name in DERIVATIONS)
    heads = frozenset(triple[1] for rule in rules for triple in rule.conclusions)
    return Rules(rules, f"<{base.rebase(graph_names.DERIVED)}>", heads)


def _stated(number: int, pattern: Triple, derived: str, heads: frozenset[str]) -> str:
    """The pattern as it must be found: not among derived links, since rules start from facts."""
    text = " ".join(pattern)
    if pattern[1] not in heads and not pattern[1].startswith("?"):
        return f"{text} ."
    return f"GRAPH ?graph{number} {{ {text} }} FILTER(?graph{number} != {derived})"


def _row(pattern: Triple, triple: Triple) -> tuple[str, ...] | None:
    """The values of the pattern's variables in this triple; None when it does not match."""
    values: dict[str, str] = {}
    for asked, given in zip(pattern, triple, strict=True):
        if not asked.startswith("?"):
            if asked != given:
                return None
        elif values.setdefault(asked, given) != given:
            return None
    # A blank node cannot stand in a query: then this place is left open, and more is asked than needed.
    return tuple(_UNBOUND if value.startswith("_:") else value for value in values.values())


def _variables(pattern: Triple) -> list[str]:
    return list(dict.fromkeys(term for term in pattern if term.startswith("?")))


def _split(triple: str) -> Triple:
    subject, predicate, value = triple.split(" ", 2)
    return subject, predicate, value


def _triples(part: CompValue, name: str) -> Iterator[tuple[object, object, object]]:
    from rdflib.plugins.sparql.parserutils import CompValue

    if part.name not in _SHAPES:
        raise ValueError(f"the rule {name} holds {part.name}; a rule is triple patterns and FILTER, nothing else")
    if part.name == "BGP":
        yield from part.triples
    for key in ("p", "p1", "p2"):
        if isinstance(part.get(key), CompValue):
            yield from _triples(part[key], name)


def _plain(triple: tuple[object, object, object]) -> Triple:
    if not all(isinstance(term, URIRef | Variable) for term in triple):
        raise ValueError(f"{triple!r}: a rule holds IRIs and variables only")
    return _text(triple[0]), _text(triple[1]), _text(triple[2])


def _text(term: object) -> str:
    return str(term.n3())  # type: ignore[attr-defined]  # terms and paths both have it


def _filters(text: str) -> Iterator[str]:
    """The FILTER clauses, each from its name to the bracket that closes it; texts in them hold no brackets."""
    for match in _FILTER.finditer(text):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        yield text[match.start() : end]
