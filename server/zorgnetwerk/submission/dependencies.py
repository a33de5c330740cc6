"""Which triples a shape can look at: the paths that lead away from its nodes.

Read from the shapes themselves: the targets, the paths of nested property shapes, classes with their superclasses, and
the patterns of SPARQL constraints. A chain is such a path, step by step. ``neighbourhood.py`` walks the chains
forwards to fetch data, and backwards to find the nodes that a change may concern. Knows shapes. Must not know data.

Source: SHACL sections 2.3 (paths), 4 (constraints that lead to other shapes), 5 (SPARQL); engine research, part D
(incremental validation).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef
from rdflib.collection import Collection as RdfList
from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, Path, SequencePath
from rdflib.term import Node, Variable

from zorgnetwerk.submission.constraints import Constraint
from zorgnetwerk.submission.demands import Demands, Pattern, core_of, demands_of, implies_target
from zorgnetwerk.terms.namespaces import RDF, RDFS, SH

if TYPE_CHECKING:
    from zorgnetwerk.submission.validation import Shapes


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain: along a property (None: any), or against it; ``repeats`` means any number of times, also
    none. A chain goes on only from nodes that meet the ``demands``."""

    predicate: URIRef | None
    inverse: bool = False
    repeats: bool = False
    demands: Demands = frozenset()

    def reversed(self) -> Step:
        """The same step in the other direction, which demands nothing."""
        return Step(self.predicate, not self.inverse, self.repeats)


Chain = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """What the evaluation of a shape may look at: its chains, and the classes whose things are its targets (none: it
    has targets of other kinds)."""

    chains: frozenset[Chain]
    classes: frozenset[Node]


CLASS: Chain = (Step(RDF.type), Step(RDFS.subClassOf, repeats=True))
"""From a thing to its classes."""
_SAME_NODE = (SH.node, SH["not"], SH.qualifiedValueShape)
_LISTS = (SH["or"], SH["and"], SH.xone)
_OTHER_TARGETS = (SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target)
_PAIRS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)


def reaches(shapes: Shapes) -> dict[Node, Reach]:
    """For each shape with targets what its evaluation may look at, targets included."""
    graph = shapes.rules.graph
    found: dict[Node, Reach] = {}
    for shape in shapes.validators:
        own = set(_of_shape(graph, shape.node, (), frozenset()))
        constraints = shapes.constraints.get(shape.node, ())
        cores = [core_of(constraint.query.algebra) for constraint in constraints]
        for constraint, core in zip(constraints, cores, strict=True):
            own |= set(_of_constraint(constraint, core))
        if not (cores and all(implies_target(graph, shape.node, core) for core in cores)):
            own |= set(_targets(graph, shape.node))
        found[shape.node] = Reach(frozenset(filter(None, own)), frozenset(_classes(graph, shape.node)))
    return found


def _classes(graph: Graph, shape: Node) -> Iterator[Node]:
    if all((shape, predicate, None) not in graph for predicate in _OTHER_TARGETS):
        yield from graph.objects(shape, SH.targetClass)
        if (shape, RDF.type, RDFS.Class) in graph:
            yield shape


def _targets(graph: Graph, shape: Node) -> Iterator[Chain]:
    if (shape, SH.targetClass, None) in graph or (shape, RDF.type, RDFS.Class) in graph:
        yield CLASS
    for predicate in graph.objects(shape, SH.targetSubjectsOf):
        yield (Step(URIRef(str(predicate))),)
    for predicate in graph.objects(shape, SH.targetObjectsOf):
        yield (Step(URIRef(str(predicate)), inverse=True),)


def _of_shape(graph: Graph, shape: Node, before: Chain, seen: frozenset[tuple[Node, int]]) -> Iterator[Chain]:
    """The chains of a shape whose value nodes lie at the end of ``before``; a shape inside itself is followed once."""
    if (shape, len(before)) in seen or len(before) > 12:
        return
    seen = seen | {(shape, len(before))}
    ends = [before]
    path = graph.value(shape, SH.path)
    if path is not None:
        ends = [before + steps for steps in _of_path(graph, path)]
        yield from ends
    for end in ends:
        yield from _of_values(graph, shape, before, end)
        for inner in _inner_shapes(graph, shape):
            yield from _of_shape(graph, inner, end, seen)


def _of_values(graph: Graph, shape: Node, before: Chain, end: Chain) -> Iterator[Chain]:
    if (shape, SH["class"], None) in graph:
        yield end + CLASS
    if (shape, SH.closed, None) in graph:
        yield (*end, Step(None))
    for predicate in (value for pair in _PAIRS for value in graph.objects(shape, pair)):
        yield (*before, Step(URIRef(str(predicate))))


def _inner_shapes(graph: Graph, shape: Node) -> Iterator[Node]:
    for predicate in (*_SAME_NODE, SH.property):
        yield from graph.objects(shape, predicate)
    for predicate in _LISTS:
        for head in graph.objects(shape, predicate):
            yield from RdfList(graph, head)


def _of_path(graph: Graph, path: Node) -> list[Chain]:
    """The chains of a SHACL path; a choice gives several."""
    if isinstance(path, URIRef):
        return [(Step(path),)]
    inverse = graph.value(path, SH.inversePath)
    if inverse is not None:
        return [_reverse(chain) for chain in _of_path(graph, inverse)]
    choice = graph.value(path, SH.alternativePath)
    if choice is not None:
        return [chain for member in RdfList(graph, choice) for chain in _of_path(graph, member)]
    for predicate in (SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath):
        repeated = graph.value(path, predicate)
        if repeated is not None:
            return [_repeat(chain) for chain in _of_path(graph, repeated)]
    return _product([_of_path(graph, member) for member in RdfList(graph, path)])


def _reverse(chain: Chain) -> Chain:
    return tuple(step.reversed() for step in reversed(chain))


def _repeat(chain: Chain) -> Chain:
    return tuple(Step(step.predicate, step.inverse, repeats=True) for step in chain)


def _product(parts: list[list[Chain]]) -> list[Chain]:
    found: list[Chain] = [()]
    for part in parts:
        found = [left + right for left in found for right in part]
    return found


def _of_constraint(constraint: Constraint, core: Iterable[Pattern]) -> Iterator[Chain]:
    """One chain from ``$this`` for every pattern of the query, by the way that passes the fewest nodes; constants are
    ends.

    One is enough: whatever solution a triple takes part in, that solution also holds the way to one of its two ends.
    """
    edges = [
        (subject, steps, value)
        for subject, predicate, value in _patterns(constraint.query.algebra)
        for steps in _of_sparql_path(predicate)
    ]
    wanted = demands_of(core)
    forwards = [(start, _demanding(steps, wanted.get(end)), end) for start, steps, end in edges]
    backwards = [(end, _demanding(_reverse(steps), wanted.get(start)), start) for start, steps, end in edges]
    ways: dict[Node, Chain] = {Variable("this"): ()}
    for _ in edges:
        for start, steps, end in (*forwards, *backwards):
            if start in ways and isinstance(end, Variable):
                way = ways[start] + steps
                if end not in ways or _cost(way) < _cost(ways[end]):
                    ways[end] = way
    for directions in zip(forwards, backwards, strict=True):
        found = [ways[start] + steps for start, steps, _ in directions if start in ways]
        if found:
            yield min(found, key=_cost)


def _demanding(steps: Chain, wanted: Demands | None) -> Chain:
    """The same steps, of which the last must lead to a node with this."""
    if not wanted or not steps or steps[-1].repeats:
        return steps
    return (*steps[:-1], replace(steps[-1], demands=wanted))


def _cost(chain: Chain) -> int:
    """How many nodes a way is likely to pass: against a property there are more than along it, and a class has very
    many things."""
    return sum((100 if step.predicate == RDF.type else 4) if step.inverse else 1 for step in chain)


def _patterns(part: object) -> Iterator[tuple[Node, Node | Path, Node]]:
    from rdflib.plugins.sparql.parserutils import CompValue  # slow to load, and here only when shapes are read

    if isinstance(part, CompValue):
        for name, inner in part.items():
            if name == "triples":
                yield from inner
            else:
                yield from _patterns(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from _patterns(inner)


def _of_sparql_path(path: Node | Path) -> list[Chain]:
    if isinstance(path, URIRef):
        return [(Step(path),)]
    if isinstance(path, InvPath):
        return [_reverse(chain) for chain in _of_sparql_path(path.arg)]
    if isinstance(path, AlternativePath):
        return [chain for member in path.args for chain in _of_sparql_path(member)]
    if isinstance(path, SequencePath):
        return _product([_of_sparql_path(member) for member in path.args])
    if isinstance(path, MulPath):
        return [_repeat(chain) for chain in _of_sparql_path(path.path)]
    return [(Step(None),)] if isinstance(path, NegatedPath | Variable) else []


def predicates(all_chains: Iterable[Chain]) -> frozenset[URIRef | None]:
    """Every property that some chain walks; None stands for any."""
    return frozenset(step.predicate for chain in all_chains for step in chain)
