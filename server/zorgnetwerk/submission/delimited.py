"""Delimited text (CSV) that somebody sends, as a grid.

Parted by semicolon, comma or tab; in UTF-8, with or without byte order mark, or in the Windows encoding that Belgian
spreadsheets write, which is told. Knows text. Must not know forms.

Source: RFC 4180.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Final

from zorgnetwerk.errors import Limit, Place, SyntaxInvalid
from zorgnetwerk.submission.grids import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Cell, Grid, letters

_MARKS: Final = ";,\t"


def read_delimited(data: bytes, name: str) -> tuple[Grid, str]:
    """The grid of a text, and the encoding that it was read in. Errors: SyntaxInvalid with the line; Limit."""
    text, encoding = _decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    try:
        rows = tuple(_rows(reader))
    except csv.Error as error:
        raise SyntaxInvalid(f"this is no table of values: {error}", Place(reader.line_num, 1)) from error
    return Grid(PurePath(name).stem or "CSV", name, rows), encoding


def with_cells(data: bytes, cells: Mapping[str, str]) -> bytes:
    """The text with other values in the cells of these addresses ("C7"), in the marks and the encoding that it had."""
    text, encoding = _decoded(data)
    mark = delimiter_of(text)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    for number, row in enumerate(rows, 1):
        for column in range(len(row)):
            row[column] = cells.get(f"{letters(column + 1)}{number}", row[column])
    written = io.StringIO(newline="")
    ending = "\r\n" if "\r\n" in text else "\n"
    csv.writer(written, delimiter=mark, lineterminator=ending).writerows(rows)
    start = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    return start + written.getvalue().encode("cp1252" if encoding == "Windows-1252" else "utf-8", "replace")


def delimiter_of(text: str) -> str:
    """The mark that parts the headings; a semicolon where there is none.

    >>> delimiter_of("naam;soort\\na,b;c")
    ';'
    """
    head = text.partition("\n")[0]
    return max(_MARKS, key=head.count)


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise SyntaxInvalid("the file begins as UTF-16 and goes on differently; save it as UTF-8") from error
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        try:
            return data.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise SyntaxInvalid("the file is neither UTF-8 nor Windows-1252; save it as UTF-8", Place(line)) from error


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[Cell, ...]]:
    for number, row in enumerate(reader, 1):
        if number > MOST_ROWS:
            raise Limit(f"the table has more than {MOST_ROWS} rows; send it in parts", limit=MOST_ROWS, unit="rows")
        if len(row) > MOST_COLUMNS:
            raise Limit(f"a row has more than {MOST_COLUMNS} columns", limit=MOST_COLUMNS, unit="columns")
        cells = tuple(
            Cell(text[:LONGEST_CELL], number, column, text.lstrip().startswith("="))
            for column, text in enumerate(row, 1)
            if text.strip()
        )
        if cells or number == 1:
            yield cells
