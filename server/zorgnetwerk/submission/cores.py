"""What every solution of a SPARQL constraint must hold: its core, the patterns outside OPTIONAL, UNION and filters.

A node that lacks what the core demands of a variable takes part in no solution, so a check need not look behind it: an
organisation may have a thousand partnerships, of which a rule about one form of network concerns two. Knows the algebra
of rdflib. Must not know data.

Source: SPARQL 1.1, 18.2 (translation to the algebra). Where a solution takes part in a changed verdict, its core holds
in the data before or after the change, hence in both together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rdflib import Graph, URIRef
from rdflib.paths import Path, SequencePath
from rdflib.term import Node, Variable

from zorgnetwerk.terms.namespaces import DCT, RDF, RDFS, SH

_PASSED_THROUGH = ("SelectQuery", "Project", "Distinct", "Reduced", "OrderBy", "Filter", "Extend")
_LONGEST = 3
_THIS = Variable("this")
_SAYING_NOTHING = frozenset(
    (
        RDF.type,
        RDFS.label,
        RDFS.comment,
        DCT.identifier,
        *(SH[name] for name in ("severity", "sparql", "name", "message", "description", "order", "group")),
        *(SH[name] for name in ("targetSubjectsOf", "targetObjectsOf")),
    )
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


def demands(core: Iterable[Pattern]) -> Mapping[Node, Demands]:
    """What a core demands of its variables."""
    links = [(subject, way, value) for subject, predicate, value in core for way in _ways(predicate)]
    found: dict[Node, set[Demand]] = {}
    for _ in range(_LONGEST):
        for subject, way, value in links:
            if isinstance(subject, Variable):
                own = {Demand(way, value)} if isinstance(value, URIRef) else set()
                later = found.get(value, ()) if isinstance(value, Variable) else ()
                own |= {Demand(way + then.way, then.value) for then in later if len(way + then.way) <= _LONGEST}
                found.setdefault(subject, set()).update(own)
    return MappingProxyType({variable: frozenset(own) for variable, own in found.items() if own})


def _ways(predicate: Node | Path) -> list[tuple[URIRef, ...]]:
    if isinstance(predicate, URIRef):
        return [(predicate,)]
    if isinstance(predicate, SequencePath):
        members = [member for member in predicate.args if isinstance(member, URIRef)]
        return [tuple(members)] if len(members) == len(predicate.args) else []
    return []


def implies_target(shapes: Graph, shape: Node, core: Iterable[Pattern]) -> bool:
    """Whether whoever solves this core is a target of the shape, which says nothing beside its constraints: then a node
    need not be looked at because it became a target.
    """
    if not _SAYING_NOTHING.issuperset(shapes.predicates(shape)):
        return False
    patterns = set(core)
    subjects = {predicate for subject, predicate, _ in patterns if subject == _THIS}
    values = {predicate for _, predicate, value in patterns if value == _THIS}
    return any(predicate in subjects for predicate in shapes.objects(shape, SH.targetSubjectsOf)) or any(
        predicate in values for predicate in shapes.objects(shape, SH.targetObjectsOf)
    )
