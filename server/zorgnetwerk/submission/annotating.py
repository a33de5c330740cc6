"""The workbook that somebody sent, given back with the findings in their cells.

Each cell that a finding is about is coloured and carries a comment; a sheet of its own lists them all. Nothing else of
the file is changed. Knows workbooks. Must not know how findings come about.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill

from zorgnetwerk.submission.fields import sheet_words
from zorgnetwerk.submission.findings import Edit, Finding, Severity, Spot, ValidationReport
from zorgnetwerk.submission.templates import saved

_FILLS: Final = MappingProxyType({Severity.VIOLATION: "F8CBAD", Severity.WARNING: "DDD6F3", Severity.NOTE: "E2E8E5"})
_SEVERITIES: Final[Mapping[str, Mapping[Severity, str]]] = MappingProxyType(
    {
        "nl": {Severity.VIOLATION: "fout", Severity.WARNING: "opmerking", Severity.NOTE: "melding"},
        "fr": {Severity.VIOLATION: "erreur", Severity.WARNING: "remarque", Severity.NOTE: "note"},
        "de": {Severity.VIOLATION: "Fehler", Severity.WARNING: "Hinweis", Severity.NOTE: "Notiz"},
        "en": {Severity.VIOLATION: "mistake", Severity.WARNING: "warning", Severity.NOTE: "note"},
    }
)
_COMMENT: Final = 900


def annotated(data: bytes, name: str, report: ValidationReport, language: str) -> bytes:
    """The copy of a workbook that was read already, with the findings that are about it."""
    book = load_workbook(io.BytesIO(data), keep_links=False)
    cells: dict[tuple[str, str], list[Finding]] = {}
    for finding, spot in _placed(report, name):
        sheet, _, address = spot.cell.rpartition("!")
        if sheet in book.sheetnames:
            cells.setdefault((sheet, address), []).append(finding)
    for (sheet, address), findings in cells.items():
        _mark(book[sheet][address], findings, language)
    _list(book, list(_placed(report, name)), report, language)
    return saved(book)


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The workbook with other texts in some cells."""
    book = load_workbook(io.BytesIO(data), keep_links=False)
    for edit in edits:
        sheet, _, address = edit.cell.rpartition("!")
        if sheet in book.sheetnames:
            _write(book[sheet][address], edit.text)
    return saved(book)


def _placed(report: ValidationReport, name: str) -> Iterator[tuple[Finding, Spot]]:
    for finding in report.findings:
        if isinstance(finding.place, Spot) and finding.place.cell and finding.place.file == name:
            yield finding, finding.place


def _mark(cell: Any, findings: Sequence[Finding], language: str) -> None:
    worst = min(findings, key=lambda finding: list(_FILLS).index(finding.severity)).severity
    cell.fill = PatternFill("solid", fgColor=_FILLS[worst])
    texts = [f"{_SEVERITIES[language][each.severity]} {each.rule}: {each.message(language)}" for each in findings]
    note = Comment("\n".join(texts)[:_COMMENT], "Zorgnetwerk")
    note.width, note.height = 360, 60 + 60 * len(texts)
    cell.comment = note


def _list(book: Any, placed: Sequence[tuple[Finding, Spot]], report: ValidationReport, language: str) -> None:
    words = sheet_words()["findings"][language]
    title, headings = str(words["title"]), words["columns"]
    if title in book.sheetnames:
        book.remove(book[title])
    sheet = book.create_sheet(title, 0)
    book.active = 0
    for column, (text, width) in enumerate(zip(headings, (12, 26, 26, 34, 80, 8), strict=True), 1):
        cell = sheet.cell(row=1, column=column, value=text)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="0A5A5C")
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "A2"
    spots = {id(finding): spot for finding, spot in placed}
    for row, finding in enumerate(report.findings, 2):
        spot = spots.get(id(finding), Spot())
        texts = (_SEVERITIES[language][finding.severity], spot.cell, spot.heading, spot.excerpt,
            finding.message(language), finding.rule)  # fmt: skip
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(row=row, column=column)
            _write(cell, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(row=row, column=1).fill = PatternFill("solid", fgColor=_FILLS[finding.severity])
        if spot.cell:
            sheet_name, _, address = spot.cell.rpartition("!")
            sheet.cell(row=row, column=2).hyperlink = f"#'{sheet_name}'!{address}"


def _write(cell: Any, text: str) -> None:
    """Writes a text as a text, also when it looks like a formula."""
    cell.value = text
    if text.startswith("="):
        cell.data_type = "s"
