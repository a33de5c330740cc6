"""Spreadsheet files (XLSX) that somebody sends, as grids; nothing in them is run or computed.

A workbook is a ZIP of XML from a stranger: entries, sizes and expansion are limited, macros, links to other files and
declarations of entities are refused before anything is parsed, and a cell with a formula is told by its address. Runs
inside a checker process only. Knows the file format. Must not know forms.

Source: ECMA-376, Open Packaging Conventions; reliability report a3 (archives and XML that grow).
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from zorgnetwerk.errors import Limit, SyntaxInvalid
from zorgnetwerk.submission.grids import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Cell, Grid

_ENTRIES: Final = 200
_EXPANDED_BYTES: Final = 60_000_000
_PART_BYTES: Final = 40_000_000
_REFUSED_PARTS: Final = (
    ("vbaproject", "it carries macros; save it as a workbook without macros (.xlsx)"),
    ("externallinks/", "it links to other workbooks; paste the values instead"),
    ("embeddings/", "it embeds other documents; take them out"),
    ("activex/", "it carries controls; take them out"),
    ("connections.xml", "it connects to other data; paste the values instead"),
)
_XML: Final = (".xml", ".rels", ".vml")
_ENCODING: Final = re.compile(rb"""^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.-]+)["']""")
_DECLARATION: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def read_workbook(data: bytes, name: str) -> list[Grid]:
    """The visible sheets of a workbook. Errors: SyntaxInvalid when it is none or carries what is refused; Limit."""
    _gate(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False, keep_vba=False)
        return [
            Grid(str(sheet.title), name, tuple(_rows(sheet)))
            for sheet in book.worksheets
            if sheet.sheet_state == "visible"
        ]
    except (InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError,
            AttributeError, IndexError, OverflowError, EOFError) as error:  # fmt: skip
        raise SyntaxInvalid(f"this is no workbook that can be read: {str(error)[:120]}") from error


def _gate(data: bytes) -> None:
    """Refuses a file that would grow without bound, or that carries more than cells."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if len(infos) > _ENTRIES:
                raise Limit(f"the workbook has {len(infos)} parts, at most {_ENTRIES} are read", limit=_ENTRIES,
                    used=len(infos), unit="parts")  # fmt: skip
            total = 0
            for info in infos:
                _refuse_part(info)
                total += _examine(archive, info, _EXPANDED_BYTES - total)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise SyntaxInvalid(f"this is no workbook (.xlsx): {str(error)[:120]}") from error


def _refuse_part(info: zipfile.ZipInfo) -> None:
    name = info.filename.lower().replace("\\", "/")
    for part, reason in _REFUSED_PARTS:
        if part in name:
            raise SyntaxInvalid(f"the workbook is not read: {reason}")
    if info.flag_bits & 0x1:
        raise SyntaxInvalid("the workbook is locked by a password; save it without")
    if ".." in name.split("/") or name.startswith("/"):
        raise SyntaxInvalid("the workbook is not read: a part of it has a path outside")


def _examine(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> int:
    """The real size of one part, read no further than allowed; its XML must be UTF-8 and declare no entities."""
    limit = min(_PART_BYTES, left)
    with archive.open(info) as part:
        data = part.read(limit + 1)
    if len(data) > limit:
        raise Limit("the workbook is too large when unpacked", limit=_EXPANDED_BYTES, unit="bytes")
    if info.filename.lower().endswith(_XML):
        encoding = _ENCODING.match(data[3:] if data.startswith(b"\xef\xbb\xbf") else data)
        if (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")) or b"\x00" in data[:200]:
            raise SyntaxInvalid("the workbook is not read: a part of it is not UTF-8")
        if _DECLARATION.search(data):
            raise SyntaxInvalid("the workbook is not read: a part of it declares entities (DOCTYPE)")
    return len(data)


def _rows(sheet: Any) -> Iterator[tuple[Cell, ...]]:
    """The rows that say something; the first is the headings, even when it is empty."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        if number > MOST_ROWS:
            raise Limit(f"a sheet has more than {MOST_ROWS} rows; send it in parts", limit=MOST_ROWS, unit="rows")
        cells = tuple(
            Cell(_text(cell)[:LONGEST_CELL], number, column, cell.data_type == "f")
            for column, cell in enumerate(row, 1)
            if cell.value is not None and _text(cell).strip()
        )
        if cells or number == 1:
            yield cells


def _text(cell: Any) -> str:
    """What a cell says, dates as year-month-day and whole numbers without a point."""
    value = cell.value
    if isinstance(value, datetime.datetime):
        is_day = value.time() == datetime.time()
        return value.date().isoformat() if is_day else value.isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
