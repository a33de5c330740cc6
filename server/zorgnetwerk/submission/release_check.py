"""The shapes' part of checking a candidate release; the build is handed it by whoever starts it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from zorgnetwerk.dataset.building import Check
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.submission.findings import ValidationReport
from zorgnetwerk.terms import graph_names, syntax

_NOT_DATA = (f"<{graph_names.SHAPES}> .", f"<{graph_names.QUERIES}> .", f"<{graph_names.CATALOGUE}> .")
_TOLD = 50
"""Reasons that are listed; the rest is counted."""


def release_checks(content_folder: Path) -> Sequence[tuple[str, Check]]:
    """The checks of a candidate that need shapes: each with its name."""

    def shapes(lines: set[str], _: LocalStore) -> list[str]:
        return violations(lines, content_folder)

    return (("shapes", shapes),)


def violations(lines: Iterable[str], content_folder: Path) -> list[str]:
    """One sentence for each violation in these lines (reserved base), naming rule, node and what right looks like."""
    found = report_on(lines, content_folder).violations
    told = [f"rule {finding.rule}: <{finding.focus_node}>: {finding.message('en')}" for finding in found[:_TOLD]]
    return [*told, f"… and {len(found) - _TOLD} more violations"] if len(found) > _TOLD else told


def report_on(lines: Iterable[str], content_folder: Path) -> ValidationReport:
    """The report on a whole data set (reserved base). Errors: ContentError when a shape cannot be evaluated."""
    # Loaded here because the validator takes a quarter of a second, which an unchanged start does not need.
    from zorgnetwerk.submission.rules import Scope
    from zorgnetwerk.submission.validation import Shapes, validate

    graph = syntax.lines_to_graph(line for line in lines if not line.endswith(_NOT_DATA))
    return validate(graph, Shapes.load(content_folder), Scope.CONTENT)
