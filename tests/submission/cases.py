"""All bad submissions, public and our own, and the near misses, as files that can be sent or checked from a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zorgnetwerk.submission.checking import Checker, Circumstances
from zorgnetwerk.submission.collecting import Piece
from zorgnetwerk.submission.findings import Finding, Spot
from zorgnetwerk.submission.guards import read_sources
from zorgnetwerk.terms import media_types

from ..content.examples import EXAMPLES, SUBMISSIONS, examples
from . import test_own_bad_submissions as own

SOURCES = tuple(Piece(name, media_types.TEXT, data) for name, data in read_sources(EXAMPLES).items())
Told = tuple[str, str, str, int, str]
"""Rule, severity, focus node, line, cell."""


@dataclass(frozen=True)
class Case:
    """The files of one submission."""

    name: str
    pieces: tuple[Piece, ...]

    def told(self, checker: Checker) -> list[Told]:
        """What the check says in this process, which other tests hold against what is expected."""
        return sorted(told(finding) for finding in checker.examine(self.pieces, Circumstances()).report.findings)


def told(finding: Finding) -> Told:
    """What a finding says, as far as it is the same everywhere."""
    cell = finding.place.cell if isinstance(finding.place, Spot) else ""
    line = finding.place.line if finding.place else 0
    return finding.rule, finding.severity.value, str(finding.focus_node or ""), line, cell


def cases() -> Iterator[Case]:
    """Each in one format; tables in both."""
    for folder in ("invalid", "valid"):
        for mark in own.in_formats(folder):
            if not mark.marks:
                put = mark.values[0]
                piece = Piece(
                    f"{folder}-{put.example.path.stem}.{put.media_type.suffix}", put.media_type, put.written().data
                )
                yield Case(f"{folder}-{put}", (piece, *SOURCES))
    for case in own.MARKED:
        yield Case(case["name"], (Piece(f"{case['name']}.ttl", media_types.TURTLE, own.marked(case)), *SOURCES))
    for name, media_type, data, _ in own.UNREADABLE:
        yield Case(name, (Piece(f"{name}.{media_type.suffix}", media_type, data),))
    for kind in ("case", "near_miss"):
        for case in own.TABLES[kind]:
            for form in (own.as_csv, own.as_workbook):
                yield Case(f"{kind}-{case['name']}-{form.__name__}", (*form(own.changed(case)), own.TEXT))
    for example in examples(SUBMISSIONS):
        yield Case(example.path.stem, (Piece(example.path.name, media_types.TURTLE, example.path.read_bytes()),))
