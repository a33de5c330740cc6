"""SPARQL constraints of our own shapes, prepared once.

A validator that reads the query text anew for every node spends a third of its time on that. Here each ``sh:sparql``
constraint of a node shape is parsed once and evaluated with ``$this`` bound beforehand, exactly as the standard says;
the text in the shape stays the one truth, and a test holds the results equal to the validator's own.

Source: SHACL section 5.3 (pre-bound $this; projected ?this, ?path and ?value; {?name} in messages).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef
from rdflib.query import ResultRow
from rdflib.term import Node

from zorgnetwerk.errors import ContentError
from zorgnetwerk.submission import planning
from zorgnetwerk.submission.findings import Finding, fill
from zorgnetwerk.submission.rules import Rulebook
from zorgnetwerk.terms.namespaces import OWL, SH

if TYPE_CHECKING:
    from rdflib.plugins.sparql.sparql import Query

_LEFT_OUT = re.compile(
    r"[$?](?:PATH|shapesGraph|currentShape)\b|\b(?:MINUS|VALUES|SERVICE)\b|{\s*SELECT\b|\bAS\s+[$?]this\b",
    re.IGNORECASE,
)
"""What SHACL forbids beside pre-bound variables, or gives a meaning of its own: the validator judges that."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One ``sh:sparql`` constraint of a node shape."""

    shape: Node
    node: Node
    text: str
    query: Query

    def evaluate(self, graph: Graph, focus_nodes: Iterable[Node], rules: Rulebook) -> Iterator[Finding]:
        """A finding for each distinct solution on each of these nodes."""
        messages = rules.texts(self.node) or rules.texts(self.shape)
        for focus in focus_nodes:
            seen: set[tuple[Node, ...]] = set()
            for row in graph.query(self.query, initBindings={"this": focus}):  # type: ignore[dict-item]  # any node
                if not isinstance(row, ResultRow) or tuple(row) in seen:
                    continue
                seen.add(tuple(row))
                yield self._finding(row.asdict(), focus, messages, rules)

    def _finding(self, row: Mapping[str, Node], focus: Node, messages: Mapping[str, str], rules: Rulebook) -> Finding:
        path = row.get("path")
        detail = {name: str(term) for name, term in row.items() if name not in ("this", "path", "value")}
        words = fill(messages, {**{name: str(term) for name, term in row.items()}, "this": str(focus)})
        return Finding(
            rule=rules.rule(self.node),
            severity=rules.severity(self.shape),
            focus_node=row.get("this", focus),
            messages=words,
            path=path if isinstance(path, URIRef) else None,
            value=row.get("value", focus),
            detail=MappingProxyType(detail),
            shape=self.node if isinstance(self.node, URIRef) else None,
            component=SH.SPARQLConstraintComponent,
        )


def prepared(rules: Rulebook) -> dict[Node, list[Constraint]]:
    """The constraints that can be prepared, by their node shape.

    What is left out (constraints of property shapes, what SHACL forbids in a query, deactivated ones) stays the
    validator's.
    Errors: ContentError when a query does not parse.
    """
    from rdflib.plugins.sparql import prepareQuery  # slow to load, and only needed where shapes are read

    planning.register()
    found: dict[Node, list[Constraint]] = {}
    for shape, node in rules.graph.subject_objects(SH.sparql):
        text = rules.graph.value(node, SH.select)
        special = text is None or _LEFT_OUT.search(str(text)) is not None
        if special or (shape, SH.path, None) in rules.graph or (node, SH.deactivated, None) in rules.graph:
            continue
        try:
            query = prepareQuery(str(text), initNs=_prefixes(rules.graph, node))
        except Exception as error:  # the parser raises its own classes, and those of pyparsing
            raise ContentError(f"the query of the constraint {node} does not parse: {error}") from error
        found.setdefault(shape, []).append(Constraint(shape, node, str(text), query))
    return found


def _prefixes(graph: Graph, constraint: Node) -> dict[str, str]:
    owners = (
        owner
        for named in graph.objects(constraint, SH.prefixes)
        for owner in graph.transitive_objects(named, OWL.imports)
    )
    declarations = [item for owner in owners for item in graph.objects(owner, SH.declare)]
    return {str(graph.value(item, SH.prefix)): str(graph.value(item, SH.namespace)) for item in declarations}
