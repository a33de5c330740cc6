"""What a SPARQL constraint demands: what must be there for a solution to exist at all.

The *core* of a query are its patterns outside OPTIONAL, UNION and filters. A node that lacks what the core demands of a
variable takes part in no solution, so a check need not look behind it: an organisation may have a thousand
partnerships, of which a rule about one form of network concerns two. Knows the algebra of rdflib. Must not know data.

Sound only where a name means one variable throughout, hence without subqueries, which ``constraints.py`` leaves to the
validator. Where a solution takes part in a changed verdict, its core holds in the data before or after the change, so
in both together. Source: SPARQL 1.1, 18.2 (translation to the algebra).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rdflib import Graph, URIRef
from rdflib.paths import Path, SequencePath
from rdflib.term import Node, Variable

from zorgnetwerk.terms.namespaces import DCT, RDF, SH

_PASSED_THROUGH = ("SelectQuery", "Project", "Distinct", "Reduced", "OrderBy", "Filter", "Extend")
_LONGEST = 3
_THIS = Variable("this")
_WORDS = ("severity", "name", "message", "description", "order", "group")
_SAYING_NOTHING = frozenset(
    (RDF.type, DCT.identifier, SH.sparql, SH.targetSubjectsOf, SH.targetObjectsOf, *(SH[word] for word in _WORDS))
)
"""Properties of a shape that add no condition of their own to its constraints."""

Pattern = tuple[Node, Node | Path, Node]


@dataclass(frozen=True, slots=True)
class Demand:
    """From a node these properties must lead, one after another, to this value."""

    way: tuple[URIRef, ...]
    value: URIRef


Demands = frozenset[Demand]


def core_of(algebra: object) -> tuple[Pattern, ...]:
    """The patterns that every solution matches; fewer where the query is of a kind not known here."""
    return tuple(_core(algebra))


def _core(part: object) -> Iterator[Pattern]:
    from rdflib.plugins.sparql.parserutils import CompValue  # slow to load, and here only when shapes are read

    if not isinstance(part, CompValue):
        return
    if part.name == "BGP":
        yield from part["triples"]
    elif part.name == "Join":
        yield from _core(part["p1"])
        yield from _core(part["p2"])
    elif part.name == "LeftJoin":
        yield from _core(part["p1"])
    elif part.name in _PASSED_THROUGH:
        yield from _core(part["p"])


def demands_of(core: Iterable[Pattern]) -> Mapping[Node, Demands]:
    """What a core demands of its variables, through at most three properties."""
    links = [(subject, way, value) for subject, predicate, value in core if (way := _way(predicate))]
    found: dict[Node, set[Demand]] = {subject: set() for subject, _, _ in links if isinstance(subject, Variable)}
    for _ in range(_LONGEST):
        for subject, way, value in links:
            later = [Demand((), value)] if isinstance(value, URIRef) else found.get(value, ())
            own = {Demand(way + then.way, then.value) for then in later if len(way + then.way) <= _LONGEST}
            found.get(subject, own).update(own)
    return MappingProxyType({variable: frozenset(own) for variable, own in found.items() if own})


def _way(predicate: Node | Path) -> tuple[URIRef, ...]:
    """The properties of a way that only leads on; none for any other."""
    steps = predicate.args if isinstance(predicate, SequencePath) else [predicate]
    way = tuple(step for step in steps if isinstance(step, URIRef))
    return way if len(way) == len(steps) else ()


def implies_target(shapes: Graph, shape: Node, core: Iterable[Pattern]) -> bool:
    """Whether whoever solves this core is a target of the shape, which says nothing beside its constraints: then a node
    need not be looked at only because it became a target.
    """
    if not _SAYING_NOTHING.issuperset(shapes.predicates(shape)):
        return False
    patterns = set(core)
    subjects = {predicate for subject, predicate, _ in patterns if subject == _THIS}
    values = {predicate for _, predicate, value in patterns if value == _THIS}
    return any(predicate in subjects for predicate in shapes.objects(shape, SH.targetSubjectsOf)) or any(
        predicate in values for predicate in shapes.objects(shape, SH.targetObjectsOf)
    )
