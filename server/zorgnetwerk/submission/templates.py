"""Templates to fill: a workbook (XLSX) or a bundle of CSV files, in the language of the reader.

Headings, help, lists and required columns come from ontology and shapes (``fields.py``). The same input gives the same
bytes. Knows spreadsheet files. Must not know where filled rows come from (``filling.py``).
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation

from zorgnetwerk.submission.fields import Field, Form, sheet_words
from zorgnetwerk.submission.grids import EXAMPLE_MARK, example_of, letters
from zorgnetwerk.submission.tables import ID, YES_NO, Kind

FilledRow = Mapping[str, str]
"""One row: ``id`` and the columns by key."""

_ACCENT: Final = "0A5A5C"
_OPTIONAL: Final = "4F7F80"
_HEAD: Final = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
_EXAMPLE: Final = Font(name="Calibri", size=11, italic=True, color="6B7A76")
_EXAMPLE_FILL: Final = PatternFill("solid", fgColor="F1F4F2")
_LAST_ROW: Final = 500
_DAY: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
_LISTS: Final = "lijsten"


def workbook(forms: Sequence[Form], language: str, filled: Mapping[str, Sequence[FilledRow]]) -> bytes:
    """The template as a workbook; ``filled`` rows by the key of their sheet stand in it beside the example."""
    book = Workbook()
    guide = book.active
    _write_guide(guide, language)
    lists = book.create_sheet(_LISTS)
    for form in forms:
        _write_sheet(book.create_sheet(form.title[language][:31]), form, forms, lists, language,
            filled.get(form.sheet.key, ()))  # fmt: skip
    book.move_sheet(lists, len(forms))
    lists.sheet_state = "hidden"
    book.properties.creator = "Zorgnetwerk"
    book.properties.created = book.properties.modified = _DAY
    return saved(book)


def bundle(forms: Sequence[Form], language: str, filled: Mapping[str, Sequence[FilledRow]]) -> bytes:
    """The template as a ZIP of CSV files, one a sheet."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for form in forms:
            info = zipfile.ZipInfo(f"{form.sheet.key}.csv", _DAY.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, delimited(form, language, filled.get(form.sheet.key, ())))
    return buffer.getvalue()


def delimited(form: Form, language: str, filled: Sequence[FilledRow] = ()) -> bytes:
    """One sheet as CSV: semicolons and a byte order mark, as Belgian spreadsheets expect."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    keys = [ID, *(item.column.key for item in form.fields)]
    writer.writerow([ID, *(_heading(item, language) for item in form.fields)])
    for row in (_example(form, language), *filled):
        writer.writerow([row.get(key, "") for key in keys])
    return text.getvalue().encode("utf-8-sig")


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook, the same for the same content: the writer puts the time of day into the archive."""
    buffer = io.BytesIO()
    book.save(buffer)
    again = io.BytesIO()
    with zipfile.ZipFile(buffer) as written, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in written.namelist():
            info = zipfile.ZipInfo(name, _DAY.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            data = written.read(name)
            archive.writestr(info, _dated(data) if name == "docProps/core.xml" else data)
    return again.getvalue()


def _dated(core: bytes) -> bytes:
    """The properties of a workbook without the moment at which it was saved."""
    start, end = core.find(b"<dcterms:modified"), core.find(b"</dcterms:modified>")
    if start < 0 or end < 0:
        return core
    inner = core.find(b">", start) + 1
    return core[:inner] + _DAY.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + core[end:]


def _write_guide(sheet: Any, language: str) -> None:
    guide = sheet_words()["guide"][language]
    sheet.title = guide["title"]
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 3
    sheet.column_dimensions["B"].width = 95
    sheet["B2"] = guide["head"]
    sheet["B2"].font = Font(name="Georgia", size=18, bold=True, color=_ACCENT)
    for number, step in enumerate(guide["steps"], 1):
        cell = sheet.cell(row=3 + number, column=2, value=f"{number}. {step}")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(name="Calibri", size=12)


def _write_sheet(
    sheet: Any, form: Form, forms: Sequence[Form], lists: Any, language: str, filled: Sequence[FilledRow]
) -> None:
    keys = [ID, *(item.column.key for item in form.fields)]
    sheet.cell(row=1, column=1, value=ID)
    for number, item in enumerate(form.fields, 2):
        _write_heading(sheet, number, item, language)
        _validate(sheet, number, item, forms, lists, language)
    sheet.column_dimensions["A"].hidden = True
    sheet.freeze_panes = "C2" if len(form.fields) > 3 else "A2"
    sheet.row_dimensions[1].height = 34
    for number, row in enumerate((_example(form, language), *filled), 2):
        for column, key in enumerate(keys, 1):
            text = row.get(key, "")
            cell = sheet.cell(row=number, column=column, value=text or None)
            if text.startswith(("=", "+", "-", "@")):
                cell.data_type = "s"
            if number == 2:
                cell.font, cell.fill = _EXAMPLE, _EXAMPLE_FILL
            cell.alignment = Alignment(vertical="top", wrap_text=len(text) > 40)


def _write_heading(sheet: Any, number: int, item: Field, language: str) -> None:
    cell = sheet.cell(row=1, column=number, value=_heading(item, language))
    cell.font = _HEAD
    cell.fill = PatternFill("solid", fgColor=_ACCENT if item.is_required else _OPTIONAL)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    cell.border = Border(right=Side("thin", color="FFFFFF"))
    wide = item.column.kind in (Kind.QUOTATION, Kind.TEXT, Kind.THING)
    sheet.column_dimensions[letters(number)].width = 34 if wide else 20
    if item.help[language]:
        note = Comment(item.help[language], "Zorgnetwerk")
        note.width, note.height = 320, 130
        cell.comment = note


def _validate(sheet: Any, number: int, item: Field, forms: Sequence[Form], lists: Any, language: str) -> None:
    """The drop-down of a column, and its format; what is not in a list is refused by the check, not by the sheet."""
    cells = f"{letters(number)}2:{letters(number)}{_LAST_ROW}"
    choices: Sequence[str] = ()
    if item.codes:
        choices = sorted((code.names[language] for code in item.codes), key=str.casefold)
    elif item.column.kind is Kind.YES_NO:
        choices = YES_NO[language]
    formula = _listed(lists, choices) if choices else _named(item, forms, language)
    if formula:
        rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=False)
        sheet.add_data_validation(rule)
        rule.add(cells)
    if item.column.kind is Kind.PLAIN:
        for row in range(2, _LAST_ROW + 1):
            sheet.cell(row=row, column=number).number_format = "@"
    elif item.column.kind is Kind.DATE:
        sheet.column_dimensions[letters(number)].number_format = "yyyy-mm-dd"


def _listed(lists: Any, choices: Sequence[str]) -> str:
    """The cells of the hidden sheet that hold these choices."""
    column = lists.max_column + 1 if lists.cell(row=1, column=1).value is not None else 1
    for row, choice in enumerate(choices, 1):
        lists.cell(row=row, column=column, value=choice)
    name = letters(column)
    return f"{_LISTS}!${name}$1:${name}${len(choices)}"


def _named(item: Field, forms: Sequence[Form], language: str) -> str:
    """The cells of another sheet whose names this column may take."""
    wanted = ("bron",) if item.column.kind is Kind.SOURCE else item.column.things
    for form in forms:
        if form.sheet.concept and form.sheet.concept in wanted:
            title = form.title[language][:31]
            return f"'{title}'!$B$2:$B${_LAST_ROW}"
    return ""


def _heading(item: Field, language: str) -> str:
    return item.heading[language] + (" *" if item.is_required else "")


def _example(form: Form, language: str) -> dict[str, str]:
    mark = sheet_words()["guide"][language]["example"]
    return {ID: f"{EXAMPLE_MARK}{mark}", **example_of(form, language)}
