"""Sheets as grids of cells, whatever file they came in, and the rows of a form in them.

Knows cells, headings and example rows. Must not know files (``workbooks.py``, ``delimited.py``) nor RDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from zorgnetwerk.submission.fields import Field, Form
from zorgnetwerk.submission.findings import Spot
from zorgnetwerk.submission.tables import ID
from zorgnetwerk.terms.languages import LANGUAGES

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 10_000
"""Characters of a cell that are read."""
EXAMPLE_MARK: Final = "#"
"""The id of an example row begins with it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. Units: ``row`` and ``column`` count from 1. ``is_formula``: what it says would have to be computed."""

    text: str
    row: int
    column: int
    is_formula: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet of a file; a file without sheets is one, under its own name. ``rows`` hold only cells that say
    something."""

    name: str
    file: str
    rows: tuple[tuple[Cell, ...], ...]

    def address(self, row: int, column: int) -> str:
        """The address of a cell as spreadsheets write it.

        >>> Grid("Organisaties", "", ()).address(7, 3)
        'Organisaties!C7'
        """
        return f"{self.name}!{letters(column)}{row}"

    def spot(self, row: int, column: int, heading: str, text: str = "") -> Spot:
        """The place of a cell."""
        return Spot(
            line=row, column=column, excerpt=text[:120], token=text[:120], file=self.file,
            cell=self.address(row, column), heading=heading,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One filled row of a form. ``headings`` are the words above the columns, as they stand in the file; ``columns``
    the number of each column, filled here or not."""

    form: Form
    grid: Grid
    number: int
    cells: Mapping[str, Cell]
    headings: Mapping[str, str]
    columns: Mapping[str, int]

    def text(self, key: str) -> str:
        """What stands in a column, without spaces at its ends; empty when nothing does."""
        return self.cells[key].text.strip() if key in self.cells else ""

    def heading(self, key: str) -> str:
        """The words above a column, its key where the file has no such column."""
        return self.headings.get(key, key)

    def spot(self, key: str) -> Spot:
        """The place of a column in this row, filled or not; that of the first cell where the file has no such
        column."""
        column = self.columns.get(key)
        if column is None:
            key = next(iter(self.columns))
            column = self.columns[key]
        return self.grid.spot(self.number, column, self.headings.get(key, ""), self.text(key))


def letters(column: int) -> str:
    """The letters of a column.

    >>> letters(1), letters(26), letters(28)
    ('A', 'Z', 'AB')
    """
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def form_of(grid: Grid, forms: Sequence[Form]) -> Form | None:
    """The form that a grid is filled after: by its name, else by its headings."""
    name = grid.name.strip().casefold()
    for form in forms:
        if any(name in (form.sheet.key, title.casefold()) for title in form.title.values()):
            return form
    headings = [cell.text for cell in grid.rows[0]] if grid.rows else []
    scores = {form.sheet.key: sum(form.field(text) is not None for text in headings) for form in forms}
    best = max(forms, key=lambda form: scores[form.sheet.key])
    return best if scores[best.sheet.key] >= 2 else None


def rows_of(grid: Grid, form: Form) -> tuple[list[Row], list[Cell]]:
    """The filled rows of a grid without the example, and the headings above filled columns that nobody knows."""
    if not grid.rows:
        return [], []
    fields: dict[int, Field | None] = {cell.column: form.field(cell.text) for cell in grid.rows[0]}
    ids = [cell.column for cell in grid.rows[0] if cell.text.strip().casefold() == ID]
    headings = {
        field.column.key: cell.text.rstrip(" *") for cell in grid.rows[0] if (field := fields[cell.column]) is not None
    }
    columns = {field.column.key: number for number, field in fields.items() if field}
    rows = []
    used: set[int] = set()
    for line in grid.rows[1:]:
        cells = {found.column.key: cell for cell in line if (found := fields.get(cell.column))}
        cells |= next(({ID: cell} for cell in line if cell.column in ids), {})
        if is_example(form, cells) or not any(key != ID for key in (*cells, *_strange(line, fields, ids))):
            continue
        used.update(cell.column for cell in line)
        rows.append(Row(form, grid, line[0].row, cells, headings, columns))
    strange = [cell for cell in grid.rows[0] if fields[cell.column] is None and cell.column not in ids]
    return rows, [cell for cell in strange if cell.column in used]


def _strange(line: Sequence[Cell], fields: Mapping[int, Field | None], ids: Sequence[int]) -> Iterator[str]:
    for cell in line:
        if fields.get(cell.column) is None and cell.column not in ids:
            yield cell.text


def example_of(form: Form, language: str) -> dict[str, str]:
    """What the example row of a form says, by column."""
    said: dict[str, str] = {}
    for item in form.fields:
        code = item.code(item.example) if item.example else None
        text = code.names[language] if code is not None else item.example
        if text:
            said[item.column.key] = text
    return said


def is_example(form: Form, cells: Mapping[str, Cell]) -> bool:
    """Whether a row is the untouched example: marked as such, and saying nothing else."""
    if ID not in cells or not cells[ID].text.startswith(EXAMPLE_MARK):
        return False
    said = {key: cell.text.strip() for key, cell in cells.items() if key != ID}
    return any(said == example_of(form, language) for language in LANGUAGES)
