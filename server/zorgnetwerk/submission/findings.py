"""What a check found: findings, and the report that holds them.

Knows the severities, the words of a finding in four languages, and how a report is written as RDF. Must not know any
validator.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.errors import Place
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.namespaces import DCT, RDF, RDFS, SH


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


class Severity(enum.StrEnum):
    """How much a finding matters: a violation refuses, a warning is told, a note says what was not checked."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    NOTE = "Info"

    @property
    def iri(self) -> URIRef:
        """The severity as SHACL names it."""
        return SH[self.value]

    @classmethod
    def of(cls, iri: object) -> Severity:
        """The severity that an IRI of SHACL names; anything else counts as a violation.

        >>> Severity.of(SH.Warning).name
        'WARNING'
        """
        return next((severity for severity in cls if severity.iri == iri), cls.VIOLATION)


@dataclass(frozen=True, slots=True)
class Spot(Place):
    """Where in what was sent: a stretch of a text, or a cell of a sheet.

    Units: ``start`` and ``end`` count characters of the text from 0, -1 where unknown; ``end_column`` from 1, behind
           the last character. ``cell`` is "Sheet!B7" and ``heading`` the words above that column.
    """

    end_column: int = 0
    start: int = -1
    end: int = -1
    file: str = ""
    cell: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of what was sent: characters ``start`` to ``end`` of a text, or a cell, become ``text``."""

    text: str
    start: int = -1
    end: int = -1
    cell: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """A mend that a person may choose: what it does, in each language, what stands there and what would."""

    title: Mapping[str, str]
    old: str
    new: str
    edits: tuple[Edit, ...]


_ORDER: Mapping[Severity, int] = MappingProxyType({Severity.VIOLATION: 0, Severity.WARNING: 1, Severity.NOTE: 2})

_MORE: Mapping[str, str] = MappingProxyType(
    {
        "nl": "Regel {?rule}: nog {?count} bevindingen.",
        "fr": "Règle {?rule} : encore {?count} constatations.",
        "de": "Regel {?rule}: noch {?count} Befunde.",
        "en": "Rule {?rule}: {?count} more findings.",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that one node breaks.

    Shape: ``messages`` maps a language to a sentence that says what is wrong and what right looks like; ``detail``
    holds what was
           measured, by name; ``place`` is the line in the document, where known; ``shape`` the IRI of the shape that
           speaks; ``component`` is the kind of constraint that it is, where the validator looked.
    """

    rule: str
    severity: Severity
    focus_node: Node | None
    messages: Mapping[str, str]
    path: URIRef | None = None
    value: Node | None = None
    detail: Mapping[str, str] = field(default_factory=_nothing)
    shape: URIRef | None = None
    place: Place | None = None
    repair: Repair | None = None
    component: URIRef | None = None

    def message(self, language: str) -> str:
        """The sentence in this language, or in the first language that there is."""
        return self.messages.get(language) or next(iter(self.messages.values()), "")

    @property
    def sort_key(self) -> tuple[int, str, str, str, str]:
        """Violations first, then by rule, node and value: equal data give equal reports."""
        return (
            _ORDER[self.severity],
            self.rule,
            str(self.focus_node or ""),
            str(self.path or ""),
            str(self.value or ""),
        )


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """All findings of one check, in a fixed order; ``checked`` holds the nodes that a shape looked at, ``left_out`` how
    many more findings each rule has than are told."""

    findings: tuple[Finding, ...]
    checked: frozenset[Node] = frozenset()
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def conforms(self) -> bool:
        """Whether nothing refuses; a warning alone does not."""
        return not self.violations

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings that refuse."""
        return self._of(Severity.VIOLATION)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that are told and do not refuse."""
        return self._of(Severity.WARNING)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What was not checked, and why."""
        return self._of(Severity.NOTE)

    def _of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is severity)

    def graph(self) -> Graph:
        """The report as RDF.

        Shape:  one sh:ValidationReport with sh:conforms; an sh:ValidationResult for each finding, with dct:identifier
        (the rule),
                sh:focusNode, sh:resultPath, sh:value, sh:resultSeverity, sh:sourceShape and one sh:resultMessage a
                language.
        Source: SHACL section 3.6; sh:conforms here is false for violations only.
        """
        graph = Graph()
        report = BNode("report")
        graph.add((report, RDF.type, SH.ValidationReport))
        graph.add((report, SH.conforms, Literal(self.conforms)))
        for rule, count in self.left_out.items():
            for language, text in fill(_MORE, {"rule": rule, "count": str(count)}).items():
                graph.add((report, RDFS.comment, Literal(text, lang=language)))
        for number, finding in enumerate(self.findings, 1):
            result = BNode(f"result{number}")
            graph.add((report, SH.result, result))
            _describe(graph, result, finding)
        return graph


def _describe(graph: Graph, result: BNode, finding: Finding) -> None:
    graph.add((result, RDF.type, SH.ValidationResult))
    graph.add((result, DCT.identifier, Literal(finding.rule)))
    graph.add((result, SH.resultSeverity, finding.severity.iri))
    for predicate, value in (
        (SH.focusNode, finding.focus_node),
        (SH.resultPath, finding.path),
        (SH.value, finding.value),
        (SH.sourceShape, finding.shape),
        (SH.sourceConstraintComponent, finding.component),
    ):
        if value is not None:
            graph.add((result, predicate, value))
    for language, text in finding.messages.items():
        graph.add((result, SH.resultMessage, Literal(text, lang=language)))


def report_of(findings: Iterable[Finding], checked: Iterable[Node] = ()) -> ValidationReport:
    """The report of these findings: each once, and of one rule on one node and value only the most severe."""
    kept: dict[tuple[str, str, str], Finding] = {}
    ordered: list[Finding] = []
    for finding in sorted(set_of(findings), key=lambda found: found.sort_key):
        key = (finding.rule, str(finding.focus_node), str(finding.value))
        strongest = kept.setdefault(key, finding)
        if strongest.severity is finding.severity:
            ordered.append(finding)
    return ValidationReport(tuple(ordered), frozenset(checked))


def capped(report: ValidationReport, most: int) -> ValidationReport:
    """The report with at most so many findings of each rule; how many more there are stands in ``left_out``."""
    told: dict[str, int] = {}
    kept: list[Finding] = []
    for finding in report.findings:
        told[finding.rule] = told.get(finding.rule, 0) + 1
        if told[finding.rule] <= most:
            kept.append(finding)
    left_out = {rule: count - most for rule, count in told.items() if count > most}
    return ValidationReport(tuple(kept), report.checked, MappingProxyType(left_out)) if left_out else report


def set_of(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that say the same by the same shape."""
    seen: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        seen.setdefault(
            (finding.rule, finding.shape, finding.focus_node, finding.path, finding.value, finding.severity), finding
        )
    return list(seen.values())


def fill(messages: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The sentences with every ``{?name}`` replaced, in the order of the site's languages.

    >>> fill({"en": "{?value} is wrong"}, {"value": "12"})
    {'en': '12 is wrong'}
    """
    filled: dict[str, str] = {}
    for language in sorted(messages, key=lambda tag: LANGUAGES.index(tag) if tag in LANGUAGES else len(LANGUAGES)):
        text = messages[language]
        for name, value in values.items():
            text = text.replace(f"{{?{name}}}", value).replace(f"{{${name}}}", value)
        filled[language] = text
    return filled
