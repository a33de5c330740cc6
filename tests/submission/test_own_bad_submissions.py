"""Our own bad submissions, in every format: exactly the named rule, severity and thing, and the right line or cell.

Three sources. Each invalid example of the shapes, rewritten with one statement a line, so that the line of each statement
is known beforehand. Hand-written additions to the minimal submission (``bad_submissions.toml``), the line marked in the
text. The tables of a good submission with one cell changed (``bad_tables.toml``), as CSV and as XLSX. In the usual run
each example takes one of the formats in turn; the long run takes all of them.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from zorgnetwerk.submission.checking import Checker, Circumstances
from zorgnetwerk.submission.collecting import Piece
from zorgnetwerk.submission.findings import Finding, Severity, Spot, ValidationReport
from zorgnetwerk.submission.guards import read_sources
from zorgnetwerk.submission.parsing import Limits
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.media_types import MediaType

from ..content.examples import EXAMPLES, Example, examples
from .line_writers import FORMATS, Written, written

HERE = Path(__file__).parent
AROUND = Circumstances(attached=read_sources(EXAMPLES))
NOT_TO_REWRITE = ("G1-syntax", "G1-javascript-address")
"""Their fault is one of Turtle; each format has its own below."""
MARKED: list[dict[str, Any]] = tomllib.loads((HERE / "bad_submissions.toml").read_text("utf-8"))["case"]
TABLES: dict[str, Any] = tomllib.loads((HERE / "bad_tables.toml").read_text("utf-8"))
MINIMAL = (EXAMPLES / "valid" / "R00-minimal.ttl").read_text("utf-8")
MARK = "#!"
LEAST = 100


@dataclass(frozen=True)
class Put:
    """An example in one format."""

    example: Example
    media_type: MediaType

    def __str__(self) -> str:
        return f"{self.example.path.stem}-{self.media_type.suffix}"

    def written(self) -> Written:
        quads = syntax.parse(self.example.path.read_bytes(), media_types.TURTLE, RESERVED_BASE)
        return written((quad[:3] for quad in quads), self.media_type)


def in_formats(folder: str) -> list[Any]:
    """Every example in every format; those that are not its turn are marked long."""
    found = [each for each in examples(EXAMPLES / folder) if "# scope: content" not in each.text]
    return [
        pytest.param(put, id=str(put), marks=() if (number + turn) % len(FORMATS) == 0 else (pytest.mark.long,))
        for number, example in enumerate(each for each in found if each.path.stem not in NOT_TO_REWRITE)
        for turn, media_type in enumerate(FORMATS)
        for put in [Put(example, media_type)]
    ]


def said(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.severity.value, str(finding.focus_node or "")


def told(report: ValidationReport) -> list[Finding]:
    return [finding for finding in report.findings if finding.severity is not Severity.NOTE]


@pytest.mark.parametrize("put", in_formats("invalid"))
def test_rule_speaks_on_the_line_of_the_statement(put: Put, checker: Checker) -> None:
    document = put.written()
    findings = told(checker.check(document.data, put.media_type, AROUND))
    assert {said(finding) for finding in findings} == put.example.expected
    read = syntax.parse(document.data, put.media_type, RESERVED_BASE)
    lines = dict(zip((quad[:3] for quad in read), document.lines.values(), strict=True))
    known = Written(document.data, lines)
    for finding in findings:
        if finding.focus_node is None:
            assert finding.place is None or not finding.place.line
            continue
        expected = known.line_of(finding.focus_node, finding.path, finding.value)
        assert (finding.place.line if finding.place else 0) == expected, finding


@pytest.mark.parametrize("put", in_formats("valid"))
def test_near_miss_passes_in_its_format(put: Put, checker: Checker) -> None:
    assert put.example.expected == set()
    report = checker.check(put.written().data, put.media_type, AROUND)
    assert told(report) == []
    assert report.conforms


def marked(case: dict[str, Any]) -> bytes:
    """The minimal submission with the changes of a case."""
    text = MINIMAL
    for old, new in case.get("replace", []):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return (text + case.get("add", "")).encode()


@pytest.mark.parametrize("case", MARKED, ids=lambda case: case["name"])
def test_marked_line_is_the_one_that_is_named(case: dict[str, Any], checker: Checker) -> None:
    data = marked(case)
    lines_marked = {number for number, line in enumerate(data.decode().split("\n"), 1) if line.endswith(MARK)}
    findings = told(checker.check(data, media_types.TURTLE, AROUND))
    assert sorted({said(finding) for finding in findings}) == sorted(
        (rule, severity, RESERVED_BASE + node if node != "-" else "") for rule, severity, node in case["expect"]
    )
    lines = {finding.place.line for finding in findings if finding.place is not None}
    assert lines == lines_marked


UNREADABLE: list[tuple[str, MediaType, bytes, int]] = [
    ("turtle-dot", media_types.TURTLE, b"@prefix a: <http://e.example/> .\na:b a:c 1\na:d a:e 2 .", 3),
    ("turtle-prefix", media_types.TURTLE, b"<http://e.example/a>\n  skos:prefLabel 'x' .", 2),
    ("turtle-quote", media_types.TURTLE, b'<http://e.example/a> <http://e.example/b>\n "x\n y" .', 2),
    ("turtle-script", media_types.TURTLE, b"\n<http://e.example/a> <http://e.example/b> <javascript:alert(1)> .", 2),
    ("trig-brace", media_types.TRIG, b"{ <http://e.example/a> <http://e.example/b> 1 .\n\n", 3),
    ("trig-script", media_types.TRIG, b"{\n<http://e.example/a> <http://e.example/b> <data:text/html,x> }", 2),
    ("nt-word", media_types.N_TRIPLES, b"<http://e.example/a> <http://e.example/b> 'c' .\n", 1),
    ("nt-relative", media_types.N_TRIPLES, b"# x\n<a> <http://e.example/b> <http://e.example/c> .\n", 2),
    ("json-comma", media_types.JSON_LD, b'{"@id": "http://e.example/a",\n"http://e.example/b": 1,\n}', 3),
    ("json-context", media_types.JSON_LD, b'{\n"@context": "https://schema.org/",\n"name": "x"}', 2),
    ("json-script", media_types.JSON_LD, b'{"@id": "http://e.example/a",\n"http://e.example/b": {"@id": "javascript:x"}}', 2),
    ("xml-tag", media_types.RDF_XML, b"<a>\n<b>\n</a>", 3),
    ("xml-doctype", media_types.RDF_XML, b'<?xml version="1.0"?>\n\n<!DOCTYPE a><a/>', 3),
    ("csv-quote", media_types.RESULTS_CSV, b'naam (nl);soort organisatie\n"a"b;c\n', 2),
]  # fmt: skip


@pytest.mark.parametrize(("name", "media_type", "data", "line"), UNREADABLE, ids=[case[0] for case in UNREADABLE])
def test_unreadable_document_is_told_with_its_line(
    name: str, media_type: MediaType, data: bytes, line: int, checker: Checker
) -> None:
    [finding] = checker.check(data, media_type, AROUND).findings
    assert (finding.rule, finding.severity, finding.focus_node) == ("G1", Severity.VIOLATION, None)
    assert finding.place is not None
    assert finding.place.line == line, finding


@pytest.mark.parametrize("media_type", FORMATS, ids=str)
def test_limits_and_emptiness_are_told_in_each_format(media_type: MediaType, checker: Checker) -> None:
    data = Put(Example(EXAMPLES / "valid" / "R00-minimal.ttl"), media_type).written().data
    for limits in (Limits(document_bytes=len(data) - 1), Limits(triples=5)):
        [finding] = checker.check(data, media_type, Circumstances(limits=limits)).findings
        assert said(finding) == ("G4", "Violation", "")
    [finding] = checker.check(written([], media_type).data, media_type, AROUND).findings
    assert said(finding) == ("G2", "Violation", "")


TEXT = Piece("jaarverslag.txt", media_types.TEXT, TABLES["source"].encode())


def as_csv(sheets: dict[str, str]) -> list[Piece]:
    return [Piece(f"{key}.csv", media_types.RESULTS_CSV, text.encode()) for key, text in sheets.items()]


def as_workbook(sheets: dict[str, str]) -> list[Piece]:
    book = Workbook()
    book.remove(book.active)
    for key, text in sheets.items():
        sheet = book.create_sheet(key)
        for line in text.strip().split("\n"):
            sheet.append([cell or None for cell in line.split(";")])
    buffer = io.BytesIO()
    book.save(buffer)
    return [Piece("inzending.xlsx", media_types.XLSX, buffer.getvalue())]


def changed(case: dict[str, Any]) -> dict[str, str]:
    """The sheets of the good submission with the changes of a case."""
    sheets = dict(TABLES["sheets"])
    for sheet, old, new in case["change"]:
        assert sheets[sheet].count(old) == 1, (sheet, old)
        sheets[sheet] = sheets[sheet].replace(old, new)
    return sheets


def cells(findings: Iterable[Finding]) -> set[tuple[str, str, str]]:
    return {
        (finding.rule, finding.severity.value, finding.place.cell if isinstance(finding.place, Spot) else "")
        for finding in findings
    }


@pytest.mark.parametrize("form", [as_csv, as_workbook], ids=["csv", "xlsx"])
@pytest.mark.parametrize("case", TABLES["case"], ids=lambda case: case["name"])
def test_changed_cell_is_the_one_that_is_named(case: dict[str, Any], form: Any, checker: Checker) -> None:
    report = checker.examine([*form(changed(case)), TEXT]).report
    assert cells(told(report)) == {tuple(each) for each in case["expect"]}


@pytest.mark.parametrize("form", [as_csv, as_workbook], ids=["csv", "xlsx"])
@pytest.mark.parametrize("case", TABLES["near_miss"], ids=lambda case: case["name"])
def test_near_miss_of_a_table_passes(case: dict[str, Any], form: Any, checker: Checker) -> None:
    report = checker.examine([*form(changed(case)), TEXT]).report
    assert report.conforms
    assert told(report) == []


def test_there_are_enough_of_each_kind() -> None:
    bad = [mark for mark in in_formats("invalid") if not mark.marks]
    good = [mark for mark in in_formats("valid") if not mark.marks]
    assert len(bad) >= LEAST
    assert len(bad) + len(MARKED) + len(UNREADABLE) + 2 * len(TABLES["case"]) >= 2 * LEAST
    assert len(good) >= 30
    rules = {mark.values[0].example.rule for mark in in_formats("invalid")}
    assert rules >= {f"R{number:02}" for number in range(1, 48)}
    assert {mark.values[0].media_type for mark in bad} == set(FORMATS)
