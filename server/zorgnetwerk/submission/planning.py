"""In which order rdflib looks at the triple patterns of a query.

rdflib orders them once, by how many terms each has unbound at the start. A pattern with a constant then comes before
one that follows from what an earlier pattern bound, and all things of that kind are walked through for each focus node:
the cost of a constraint grows with the square of the data. Here a pattern that meets what is bound by then comes first.
Only the order differs, never the solutions. It is registered where rdflib provides for it, and holds for the whole
process, the validator's own queries included.

Source: rdflib, ``evaluate.evalPart`` (its order) and ``CUSTOM_EVALS`` (where another is registered).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from rdflib import RDF
from rdflib.term import BNode, Identifier, Variable

if TYPE_CHECKING:
    from rdflib.plugins.sparql.parserutils import CompValue
    from rdflib.plugins.sparql.sparql import QueryContext

Pattern = tuple[Identifier, Any, Identifier]
"""A triple pattern; the predicate may be a property path."""

_NAME: Final = "zorgnetwerk:order"


def register() -> None:
    """Makes rdflib evaluate basic graph patterns in our order, once for this process."""
    # slow to load, and only needed where queries are evaluated
    from rdflib.plugins.sparql import CUSTOM_EVALS
    from rdflib.plugins.sparql.evaluate import evalBGP

    def evaluate(context: QueryContext, part: CompValue) -> Any:
        if part.name != "BGP":
            raise NotImplementedError  # how rdflib is told that a part is left to itself
        terms = {term for pattern in part.triples for term in pattern if _is_open(term)}
        return evalBGP(context, ordered(part.triples, {term for term in terms if context[term] is not None}))

    CUSTOM_EVALS[_NAME] = evaluate


def ordered(patterns: Iterable[Pattern], bound: set[Identifier]) -> list[Pattern]:
    """The patterns, each as soon as it is answered by few: what is bound whole, then what meets a bound variable.

    Of equals ``rdf:type`` comes last, which most things of a kind share; then the given order decides.

    >>> this, other, kind = Variable("this"), Variable("other"), BNode("kind")
    >>> [p for _, p, _ in ordered([(other, "is", 1), (kind, "of", other), (this, "knows", other)], {this})]
    ['knows', 'is', 'of']
    """
    known, waiting, found = set(bound), list(patterns), []
    while waiting:
        best = min(waiting, key=lambda pattern: _cost(pattern, known))
        waiting.remove(best)
        found.append(best)
        known.update(term for term in best if _is_open(term))
    return found


def _cost(pattern: Pattern, known: set[Identifier]) -> tuple[bool, bool, int, bool]:
    opens = [term for term in pattern if _is_open(term)]
    unbound = sum(term not in known for term in opens)
    return unbound > 0, unbound == len(opens), unbound, pattern[1] == RDF.type


def _is_open(term: object) -> bool:
    return isinstance(term, Variable | BNode)
