"""The published data that a check of one change needs, and the nodes that it has to look at.

A change can only alter the verdict on a node from which a shape reaches a changed triple. Those nodes are found by
walking the chains of the shapes backwards from the change; then the chains are walked forwards from them, and what is
passed is fetched. So the cost follows the change, and the verdict is that of the whole. Knows chains. Must not know
shapes' words nor stores: published data come through ``Edges``.

Source: engine research, part D; a test compares with the validation of the whole on generated changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from rdflib import Graph, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.demands import Demands
from zorgnetwerk.submission.dependencies import CLASS, Chain, Reach, Step

Triple: TypeAlias = tuple[Node, Node, Node]


class Edges(Protocol):
    """Published triples, found from their ends."""

    def leaving(self, nodes: Iterable[Node], predicate: URIRef | None) -> Iterable[Triple]:
        """The triples with one of these subjects and this predicate (None: any)."""

    def entering(self, nodes: Iterable[Node], predicate: URIRef | None) -> Iterable[Triple]:
        """The triples with one of these objects and this predicate (None: any)."""


@dataclass(frozen=True, slots=True)
class GraphEdges:
    """The triples of some graphs held in memory, as edges."""

    graphs: tuple[Graph, ...]

    def leaving(self, nodes: Iterable[Node], predicate: URIRef | None) -> Iterable[Triple]:
        """The triples with one of these subjects and this predicate (None: any)."""
        return (triple for node in nodes for graph in self.graphs for triple in graph.triples((node, predicate, None)))

    def entering(self, nodes: Iterable[Node], predicate: URIRef | None) -> Iterable[Triple]:
        """The triples with one of these objects and this predicate (None: any)."""
        return (triple for node in nodes for graph in self.graphs for triple in graph.triples((None, predicate, node)))

    def using(self, predicate: URIRef) -> Iterator[Triple]:
        """The triples with this predicate."""
        return (triple for graph in self.graphs for triple in graph.triples((None, predicate, None)))


@dataclass(frozen=True, slots=True)
class Together:
    """Several holders of published triples as one."""

    parts: tuple[Edges, ...]

    def leaving(self, nodes: Iterable[Node], predicate: URIRef | None) -> Iterable[Triple]:
        """The triples with one of these subjects and this predicate (None: any)."""
        wanted = tuple(nodes)
        return (triple for part in self.parts for triple in part.leaving(wanted, predicate))

    def entering(self, nodes: Iterable[Node], predicate: URIRef | None) -> Iterable[Triple]:
        """The triples with one of these objects and this predicate (None: any)."""
        wanted = tuple(nodes)
        return (triple for part in self.parts for triple in part.entering(wanted, predicate))


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What to validate: the graph, and for each shape the nodes to look at."""

    graph: Graph
    focus: Mapping[Node, frozenset[Node]]


class _Walker:
    """Walks steps over published edges and a change, each edge asked for once."""

    def __init__(self, edges: Edges, changed: Graph) -> None:
        self._edges = GraphEdges((changed,)), edges
        self._known: dict[tuple[Node, URIRef | None, bool], tuple[Triple, ...]] = {}

    def step(self, nodes: Iterable[Node], step: Step) -> tuple[set[Node], list[Triple]]:
        """The nodes after a step, and the triples passed."""
        passed: list[Triple] = []
        reached: set[Node] = set(nodes) if step.repeats else set()
        frontier = set(nodes)
        while frontier:
            triples = self._triples(frontier, step)
            passed.extend(triples)
            frontier = {triple[0] if step.inverse else triple[2] for triple in triples} - reached
            reached |= frontier
            if not step.repeats:
                break
        return reached, passed

    def meeting(self, nodes: set[Node], wanted: Demands) -> set[Node]:
        """Those of these nodes that have what is demanded."""
        for demand in wanted:
            nodes = {node for node in nodes if demand.value in self.ends(node, map(Step, demand.way))}
        return nodes

    def ends(self, node: Node, chain: Iterable[Step]) -> set[Node]:
        """Where a chain leads to from a node."""
        nodes = {node}
        for step in chain:
            nodes, _ = self.step(nodes, step)
        return nodes

    def _triples(self, nodes: set[Node], step: Step) -> list[Triple]:
        missing = {node for node in nodes if (node, step.predicate, step.inverse) not in self._known}
        if missing:
            found: dict[Node, list[Triple]] = {node: [] for node in missing}
            for edges in self._edges:
                for triple in (edges.entering if step.inverse else edges.leaving)(missing, step.predicate):
                    found[triple[2] if step.inverse else triple[0]].append(triple)
            self._known.update(
                {(node, step.predicate, step.inverse): tuple(triples) for node, triples in found.items()}
            )
        return [triple for node in nodes for triple in self._known[node, step.predicate, step.inverse]]


def neighbourhood(
    reaches: Mapping[Node, Reach], published: Edges, added: Graph, removed: Graph | None = None
) -> Neighbourhood:
    """What has to be validated when these triples are added and those removed.

    Shape: the graph holds the added triples and the published ones that the shapes can reach, without the removed
    ones.
    """
    taken = removed if removed is not None else Graph()
    changed = added + taken if len(taken) else added
    walker = _Walker(published, changed)
    graph = Graph()
    graph += added
    focus: dict[Node, frozenset[Node]] = {}
    for shape, reach in reaches.items():
        nodes = _concerned(reach.chains, walker, changed)
        if reach.classes:
            nodes = {node for node in nodes if walker.ends(node, CLASS) & reach.classes}
        focus[shape] = frozenset(nodes)
        for chain in reach.chains if nodes else ():
            _fetch(chain, nodes, walker, graph)
    for triple in taken:
        graph.remove(triple)
    return Neighbourhood(graph, focus)


def _concerned(own: Iterable[Chain], walker: _Walker, changed: Graph) -> set[Node]:
    """The nodes from which some chain of a shape passes a changed triple."""
    found: set[Node] = set()
    for chain in own:
        for position, step in enumerate(chain):
            triples = changed.triples((None, step.predicate, None))
            passed = [(end, start) if step.inverse else (start, end) for start, _, end in triples]
            ends = walker.meeting({end for _, end in passed}, step.demands)
            starts = {start for start, end in passed if end in ends}
            if not starts:
                continue
            if step.repeats:
                starts, _ = walker.step(starts, step.reversed())
            for earlier in reversed(chain[:position]):
                starts, _ = walker.step(walker.meeting(starts, earlier.demands), earlier.reversed())
            found |= starts
    return found


def _fetch(chain: Chain, nodes: set[Node], walker: _Walker, graph: Graph) -> None:
    for step in chain:
        nodes, passed = walker.step(nodes, step)
        for triple in passed:
            graph.add(triple)
        nodes = walker.meeting(nodes, step.demands)
        if not nodes:
            return
