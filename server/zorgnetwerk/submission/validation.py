"""Data against shapes: the only place that knows the SHACL validator.

Two phases, so that a value of the wrong kind is told and breaks nothing: first what values are (R02, R05, R11, R13,
R30, R34), then all other rules, on a graph where a literal that is no value of its datatype has become plain text.
Plain graphs only, no inference, no rules, no imports: a submitted document cannot bring shapes along. Must not know
submissions (``checking.py``) nor stores.

Source: SHACL; domain report 5.6 and 7. Measured: order constraints on an ill-typed date raise TypeError in the engine.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pyshacl.shape
from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shape import Shape
from pyshacl.shapes_graph import ShapesGraph
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection as RdfList
from rdflib.term import Node

from zorgnetwerk.errors import ContentError
from zorgnetwerk.submission.constraints import Constraint, prepared
from zorgnetwerk.submission.findings import Finding, ValidationReport, report_of
from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.submission.rules import Rulebook, Scope
from zorgnetwerk.terms.namespaces import SH, XSD

FIRST_PHASE = frozenset(("R02", "R05", "R11", "R13", "R30", "R34"))
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_FOREIGN = (
    ConstraintLoadError,
    ReportableRuntimeError,
    ShapeLoadError,
    ValidationFailure,
    TypeError,
    ValueError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
)

# The validator asks of every triple of every shape whether its predicate is among these, in a list; with a set, all
# takes a quarter less time. It fills this attribute itself on first use; a test holds the results equal.
setattr(  # noqa: B010  # a module attribute that its types do not declare
    pyshacl.shape.module, "CONSTRAINT_PARAMS", (frozenset(ALL_CONSTRAINT_PARAMETERS), CONSTRAINT_PARAMETERS_MAP)
)

Focus = Mapping[Node, Collection[Node]]
"""For each shape that has targets, the nodes to look at."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of a content folder, made ready once and used for every check."""

    rules: Rulebook
    validators: tuple[Shape, ...]
    constraints: Mapping[Node, list[Constraint]]

    @classmethod
    def load(cls, content_dir: Path) -> Shapes:
        """The shapes of a content folder. Errors: ContentError when a shape is malformed."""
        return cls.of(Rulebook.load(content_dir))

    @classmethod
    def of(cls, rules: Rulebook) -> Shapes:
        """The shapes of a rulebook."""
        constraints = prepared(rules)
        graph = Graph()
        graph += rules.graph
        for shape, group in constraints.items():
            for constraint in group:
                graph.remove((shape, SH.sparql, constraint.node))
        try:
            found = [shape for shape in ShapesGraph(graph).shapes if _has_target(graph, shape)]
        except _FOREIGN as error:
            raise ContentError(f"a shape is malformed: {error}") from error
        return cls(rules, tuple(sorted(found, key=lambda shape: str(shape.node))), MappingProxyType(constraints))

    def targeted(self, scope: Scope) -> Iterator[Shape]:
        """The shapes that look for their nodes themselves, as far as they apply in this scope."""
        for shape in self.validators:
            if scope is Scope.SUBMISSION or shape.node not in self.rules.submission_only:
                yield shape

    def phase(self, shape: Shape) -> int:
        """1 for the kinds of values, 2 for all else."""
        return 1 if self.rules.rule(shape.node) in FIRST_PHASE else 2


def _has_target(graph: Graph, shape: Shape) -> bool:
    """Whether a shape looks for its nodes itself: it names them, or is the class whose members it is for."""
    is_class = bool(shape.implicit_class_targets())  # type: ignore[no-untyped-call]  # the validator has no types here
    return is_class or any((shape.node, target, None) in graph for target in _TARGETS)


def validate(graph: Graph, shapes: Shapes, scope: Scope, focus: Focus | None = None) -> ValidationReport:
    """The report on this graph.

    With ``focus`` only the nodes named there are looked at, shape by shape; without, all targets in the graph.
    Errors: ContentError when a shape cannot be evaluated.
    """
    findings: list[Finding] = []
    checked: set[Node] = set()
    typed, meant = _without_ill_typed(graph)
    for phase, data in ((1, graph), (2, typed)):
        for shape in shapes.targeted(scope):
            if shapes.phase(shape) != phase:
                continue
            nodes = _focus_nodes(shape, data, focus)
            if nodes:
                checked.update(nodes)
                findings.extend(_as_written(_evaluate(shape, shapes, data, nodes), meant if phase == 2 else {}))
    return report_of(findings, checked)


def _focus_nodes(shape: Shape, graph: Graph, focus: Focus | None) -> list[Node]:
    if focus is not None and not focus.get(shape.node):
        return []
    targets: set[Node] = shape.focus_nodes(graph)  # type: ignore[no-untyped-call]  # the validator has no types here
    wanted = targets if focus is None else targets & set(focus[shape.node])
    return sorted(wanted, key=str)


def _evaluate(shape: Shape, shapes: Shapes, graph: Graph, nodes: list[Node]) -> Iterator[Finding]:
    executor = SHACLExecutor(allow_infos=True, allow_warnings=True)
    try:
        _, results = shape.validate(executor, graph, focus=nodes)  # type: ignore[arg-type]  # any node may be looked at
        for _, result, triples in results:
            yield _finding(result, triples, shapes.rules, graph)
        for constraint in shapes.constraints.get(shape.node, ()):
            yield from constraint.evaluate(graph, nodes, shapes.rules)
    except _FOREIGN as error:
        raise ContentError(f"the shape <{shape.node}> cannot be evaluated on this data: {str(error)[:200]}") from error


def _finding(result: Node, triples: Iterable[tuple[Node, Node, object]], rules: Rulebook, graph: Graph) -> Finding:
    said: dict[Node, Node] = {}
    for subject, predicate, value in triples:
        if subject == result:
            said[predicate] = value[1] if isinstance(value, tuple) else value  # type: ignore[assignment]
    speaker = said.get(SH.sourceConstraint) or said.get(SH.sourceShape)
    if speaker is None or not rules.texts(speaker):
        speaker = said.get(SH.sourceShape)
    focus, value = said.get(SH.focusNode), said.get(SH.value)
    detail = _measured(said, rules, graph)
    return Finding(
        rule=rules.rule(speaker),
        severity=rules.severity(said.get(SH.sourceShape)),
        focus_node=focus,
        messages=rules.texts(speaker) or _engine_words(said),
        path=_predicate(said.get(SH.resultPath), focus, value, rules.graph, graph),
        value=value,
        detail=MappingProxyType(detail),
        shape=speaker if isinstance(speaker, URIRef) else None,
        component=component if isinstance(component := said.get(SH.sourceConstraintComponent), URIRef) else None,
    )


def _engine_words(said: Mapping[Node, Node]) -> dict[str, str]:
    """The engine's own sentence, for shapes of other people that bring no message."""
    text = said.get(SH.resultMessage)
    return {} if text is None else {"en": str(text)}


def _measured(said: Mapping[Node, Node], rules: Rulebook, graph: Graph) -> dict[str, str]:
    """What was counted where a count is wrong, and which kind of constraint speaks."""
    component = str(said.get(SH.sourceConstraintComponent, "")).removeprefix(str(SH))
    component = component.removesuffix("ConstraintComponent")
    detail = {"component": component} if component else {}
    shape, focus, path = said.get(SH.sourceShape), said.get(SH.focusNode), said.get(SH.resultPath)
    if component in ("MinCount", "MaxCount") and isinstance(path, URIRef) and focus is not None:
        expected = rules.graph.value(shape, SH.minCount if component == "MinCount" else SH.maxCount)
        detail |= {"found": str(len(set(graph.objects(focus, path)))), "expected": str(expected)}
    return detail


def _predicate(path: Node | None, focus: Node | None, value: Node | None, shapes: Graph, graph: Graph) -> URIRef | None:
    """The property that the result is about: the path, or of a choice of paths the one that leads to the value."""
    if isinstance(path, URIRef):
        return path
    choice = shapes.value(path, SH.alternativePath) if path is not None else None
    if choice is None or focus is None or value is None:
        return None
    members = (member for member in RdfList(shapes, choice) if isinstance(member, URIRef))
    return next((member for member in members if (focus, member, value) in graph), None)


def _without_ill_typed(graph: Graph) -> tuple[Graph, Mapping[Triple, Literal]]:
    """The graph with every literal that is no value of its datatype as plain text, and what each such text was; the
    same graph if there is none. A wrong boolean may stay: nothing puts booleans in order."""
    wrong = [(s, p, o) for s, p, o in graph if isinstance(o, Literal) and o.ill_typed and o.datatype != XSD.boolean]
    if not wrong:
        return graph, {}
    copy = Graph()
    copy += graph
    meant: dict[Triple, Literal] = {}
    for subject, predicate, value in wrong:
        plain = (subject, predicate, Literal(str(value)))
        copy.remove((subject, predicate, value))
        copy.add(plain)
        if plain not in graph:
            meant[plain] = value
    return copy, meant


def _as_written(findings: Iterable[Finding], meant: Mapping[Triple, Literal]) -> Iterator[Finding]:
    """The findings with each value as the document has it, datatype included."""
    for finding in findings:
        said = finding.focus_node, finding.path, finding.value
        value = meant.get(said) if None not in said else None  # type: ignore[arg-type]  # three terms
        yield finding if value is None else dataclasses.replace(finding, value=value)
