"""Examples with what they expect: ``# expect: R15 Violation <id/…>``, ``# expect: conforms``, ``# scope: content``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from rdflib.term import Node

from zorgnetwerk.submission.checking import Checker, Circumstances
from zorgnetwerk.submission.findings import Severity, ValidationReport
from zorgnetwerk.submission.guards import read_sources
from zorgnetwerk.submission.neighbourhood import neighbourhood
from zorgnetwerk.submission.rules import Scope
from zorgnetwerk.submission.validation import validate
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "shapes" / "examples"
SUBMISSIONS = Path(__file__).parent / "submissions"
_EXPECT = re.compile(
    r"^# expect: (?:(?P<rule>[RG]\d+) (?P<severity>\w+) (?:<(?P<node>[^>]*)>|-)|conforms)$", re.MULTILINE
)

Result = tuple[str, str, str]
"""Rule, severity, focus node (empty where there is none)."""


@dataclass(frozen=True)
class Example:
    """One file, and the results that it must give: all of them, and no other."""

    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def expected(self) -> set[Result]:
        found = list(_EXPECT.finditer(self.text))
        assert found, f"{self.path} does not say what it expects"
        return {(m["rule"], m["severity"], _iri(m["node"])) for m in found if m["rule"]}

    @property
    def rule(self) -> str:
        return self.path.name.partition("-")[0]

    def check(self, checker: Checker, sources: Path | None = None) -> ValidationReport:
        """The report: as a submission, or as part of the content."""
        if "# scope: content" in self.text:
            near = neighbourhood(checker.reaches, checker.published, syntax.read_graph(self.path, RESERVED_BASE))
            return validate(near.graph, checker.shapes, Scope.CONTENT, near.focus)
        attached = read_sources(EXAMPLES) | read_sources(sources)
        return checker.check(self.path.read_bytes(), media_types.TURTLE, Circumstances(attached=attached))


def _iri(node: str | None) -> str:
    return "" if node is None else urljoin(RESERVED_BASE, node)


def results(report: ValidationReport) -> set[Result]:
    """What a report says, without notes."""
    return {
        (finding.rule, finding.severity.value, _shown(finding.focus_node))
        for finding in report.findings
        if finding.severity is not Severity.NOTE
    }


def _shown(node: Node | None) -> str:
    return "" if node is None else str(node)


def examples(folder: Path) -> list[Example]:
    return [Example(path) for path in sorted(folder.glob("*.ttl"))]
