"""The check of a change that is no document: a withdrawal, a merge or a move of things, as lines that come and go.

Judges what the shapes say of the data after the change, on the nodes that the change can touch. Knows lines under the
reserved base. Must not know who asked for the change (``moving.py``, ``reviewing.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rdflib import Graph, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.changes import lines_of
from zorgnetwerk.submission.checking import Checker
from zorgnetwerk.submission.findings import ValidationReport
from zorgnetwerk.submission.neighbourhood import Edges, GraphEdges, Triple, neighbourhood
from zorgnetwerk.submission.rules import Scope
from zorgnetwerk.submission.validation import validate
from zorgnetwerk.terms import syntax


@dataclass(frozen=True, slots=True)
class Changed:
    """Published triples as they will be when these come and those go.

    A triple that goes from one graph counts as gone although another may state it: this holds for the second in which
    a change was accepted and is not published yet.
    """

    published: Edges
    new: GraphEdges
    gone: frozenset[Triple]

    def leaving(self, nodes: Iterable[Node], predicate: URIRef | None) -> Iterator[Triple]:
        """The triples with one of these subjects and this predicate (None: any)."""
        wanted = tuple(nodes)
        yield from (each for each in self.published.leaving(wanted, predicate) if each not in self.gone)
        yield from self.new.leaving(wanted, predicate)

    def entering(self, nodes: Iterable[Node], predicate: URIRef | None) -> Iterator[Triple]:
        """The triples with one of these objects and this predicate (None: any)."""
        wanted = tuple(nodes)
        yield from (each for each in self.published.entering(wanted, predicate) if each not in self.gone)
        yield from self.new.entering(wanted, predicate)


def beside(checker: Checker, change: bytes) -> Checker:
    """The checker over what will be published when this change is."""
    if not change:
        return checker
    added, removed = (syntax.lines_to_graph(lines) for lines in lines_of(change))
    gone = frozenset(triple for triple in removed if triple not in added)
    return replace(checker, published=Changed(checker.published, GraphEdges((added,)), gone))


def judge_change(checker: Checker, added: Sequence[str], removed: Sequence[str]) -> ValidationReport:
    """What the shapes say of the data after this change.

    Where nothing comes, ``checker`` is over what is published without the graph that goes, and a triple that another
    graph still states stays.
    """
    new, old = syntax.lines_to_graph(added), syntax.lines_to_graph(removed)
    gone = Graph()
    for triple in old - new:
        gone.add(triple)
    if not added:
        for triple in list(checker.published.leaving(set(gone.subjects()), None)):
            gone.remove(triple)
    near = neighbourhood(checker.reaches, checker.published, new, gone)
    return validate(near.graph, checker.shapes, Scope.CONTENT, near.focus)
