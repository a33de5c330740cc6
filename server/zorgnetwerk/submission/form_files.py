"""A filled form as the sheets that a submission is made of, and back from a cell to what was asked.

    main thing, participants, new organisations, one source → a CSV file a sheet and the text of the source

So the form is judged and published exactly as a filled template is. Knows columns. Must not know pages nor HTTP.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Self

from zorgnetwerk.submission.forms import Questions
from zorgnetwerk.submission.grids import letters
from zorgnetwerk.submission.lookup import slug_of
from zorgnetwerk.submission.tables import NAME_COLUMNS, SEPARATOR

PARTNERSHIP: Final = "samenwerkingsverbanden"
ORGANISATION: Final = "organisaties"
SUBJECTS: Final = (PARTNERSHIP, ORGANISATION)
PARTICIPATIONS: Final = "deelnames"
SOURCES: Final = "bronnen"
SUBMISSION: Final = "inzending"
SOURCE_TEXT: Final = f"{SOURCES}.tekst"
NEW: Final = "new"
"""The choice of who reports an organisation that is not published yet."""
MOST_PARTICIPANTS: Final = 30
MOST_VALUES: Final = 12
LONGEST: Final = 1_000
LONGEST_SOURCE: Final = 100_000
_MADE: Final = ("bron", "kenmerk", "bestandsnaam", "sha256", "verband")
"""Columns that the form fills itself."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a form. Shape: ``values`` by the name of a field, "sheet.column" or "sheet-number.column";
    ``participants`` are the numbers of the groups, in their order."""

    subject: str = PARTNERSHIP
    participants: tuple[int, ...] = (1, 2)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def read(cls, given: Mapping[str, Sequence[str]], questions: Questions) -> Self:
        """What these fields of a request say; what no form asks is passed over."""
        subject = "".join(given.get("subject", ())[:1])
        listed = "".join(given.get("participants", ())[:1]).split()[:MOST_PARTICIPANTS]
        numbers = tuple(
            dict.fromkeys(int(each) for each in listed if each.isascii() and each.isdigit() and len(each) < 4)
        )
        made = cls(subject if subject in SUBJECTS else PARTNERSHIP, numbers)
        values = {name: tuple(given[name][:MOST_VALUES]) for name in made.names(questions) if name in given}
        return replace(made, values=MappingProxyType(values))

    def names(self, questions: Questions) -> Iterator[str]:
        """The names of all fields that this form may have."""
        groups = [SUBMISSION, SOURCES, *SUBJECTS]
        groups += [f"{sheet}-{number}" for number in self.participants for sheet in (PARTICIPATIONS, ORGANISATION)]
        yield SOURCE_TEXT
        for group in groups:
            for key, question in questions[group.partition("-")[0]].items():
                yield f"{group}.{key}"
                if question.things:
                    yield choice_of(f"{group}.{key}")

    def text(self, name: str) -> str:
        """The first value of a field, as it was typed."""
        return next(iter(self.values.get(name, ())), "")

    def with_values(self, changed: Mapping[str, tuple[str, ...]]) -> Self:
        """The form with other values in some fields."""
        return replace(self, values=MappingProxyType({**self.values, **changed}))

    def added(self) -> Self:
        """The form with one participant more, where there may be one."""
        if len(self.participants) >= MOST_PARTICIPANTS:
            return self
        return replace(self, participants=(*self.participants, max(self.participants, default=0) + 1))

    def without(self, number: int) -> Self:
        """The form without this participant."""
        return replace(self, participants=tuple(each for each in self.participants if each != number))

    def is_new(self, number: int) -> bool:
        """Whether this participant is an organisation that is not published yet."""
        return self.text(choice_of(f"{PARTICIPATIONS}-{number}.deelnemer")) == NEW

    def too_long(self) -> dict[str, int]:
        """The fields that hold more than is read, with how many characters they may have."""
        limits = {name: LONGEST_SOURCE if name == SOURCE_TEXT else LONGEST for name in self.values}
        return {name: limits[name] for name, values in self.values.items() if sum(map(len, values)) > limits[name]}


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a filled form, by name, and which field each cell ("organisaties!C2") comes from; ``rows`` names the
    group of each row ("organisaties!2")."""

    sheets: Mapping[str, bytes]
    source: tuple[str, bytes] | None
    cells: Mapping[str, str]
    rows: Mapping[str, str]

    def field_of(self, cell: str) -> str:
        """The name of the field that a cell was filled from, "" where there is none."""
        return self.cells.get(cell, "")

    def group_of(self, cell: str) -> str:
        """The group of fields that a row was filled from, "" where there is none."""
        sheet, _, address = cell.partition("!")
        return self.rows.get(f"{sheet}!{address.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}", "")


def choice_of(name: str) -> str:
    """The name of the field that says which thing a typed name means."""
    return f"{name}.thing"


def files_of(filled: Filled, questions: Questions, language: str) -> Files:
    """The files that say what a form says."""
    mark = source_mark(filled)
    groups = {SUBMISSION: [SUBMISSION], SOURCES: [SOURCES], filled.subject: [filled.subject]}
    if filled.subject == PARTNERSHIP:
        groups[PARTICIPATIONS] = [f"{PARTICIPATIONS}-{number}" for number in filled.participants]
        groups[ORGANISATION] = [f"{ORGANISATION}-{each}" for each in filled.participants if filled.is_new(each)]
    sheets: dict[str, bytes] = {}
    cells: dict[str, str] = {}
    rows: dict[str, str] = {}
    for sheet, listed in groups.items():
        columns = [key for key in questions[sheet] if key != "id"]
        table = [[questions[sheet][key].heading[language] for key in columns]]
        for number, group in enumerate(listed, 2):
            rows[f"{sheet}!{number}"] = _shown_group(group)
            table.append([_cell(filled, group, key, mark) for key in columns])
            for column, key in enumerate(columns, 1):
                cells[f"{sheet}!{letters(column)}{number}"] = _asked(filled, group, key)
        if listed:
            sheets[f"{sheet}.csv"] = _written(table)
    text = filled.text(SOURCE_TEXT).replace("\r\n", "\n")
    source = (f"{mark}.txt", text.encode()) if text.strip() else None
    return Files(MappingProxyType(sheets), source, MappingProxyType(cells), MappingProxyType(rows))


def source_mark(filled: Filled) -> str:
    """The identifier of the source: after its title and its day."""
    words = [filled.text(f"{SOURCES}.titel")[:LONGEST], filled.text(f"{SOURCES}.toestand-op")[:40]]
    return slug_of(" ".join(word.strip() for word in words if word.strip()) or "bron")


def _cell(filled: Filled, group: str, key: str, mark: str) -> str:
    """What stands in a cell."""
    sheet, _, number = group.partition("-")
    if key in _MADE:
        return _made(filled, key, mark)
    if sheet == ORGANISATION and number and key in ("naam-nl", "citaat"):
        return _line(filled.text(_asked(filled, group, key)))
    name = f"{group}.{key}"
    chosen = filled.text(choice_of(name))
    if chosen and chosen != NEW:
        return chosen
    return SEPARATOR.join(line for value in filled.values.get(name, ()) if (line := _line(value)).strip())


def _made(filled: Filled, key: str, mark: str) -> str:
    if key == "verband":
        names = (_line(filled.text(f"{PARTNERSHIP}.{name}")) for name in NAME_COLUMNS)
        return next((name for name in names if name.strip()), "")
    if key == "bestandsnaam":
        return f"{mark}.txt" if filled.text(SOURCE_TEXT).strip() else ""
    return "" if key == "sha256" else mark


def _asked(filled: Filled, group: str, key: str) -> str:
    """The field that a cell is about."""
    sheet, _, number = group.partition("-")
    if key in ("bestandsnaam", "sha256"):
        return SOURCE_TEXT
    if key in ("bron", "kenmerk"):
        return f"{SOURCES}.titel"
    if key == "verband":
        return f"{filled.subject}.naam-nl"
    if sheet == ORGANISATION and number and key in ("naam-nl", "citaat"):
        return f"{PARTICIPATIONS}-{number}.{'deelnemer' if key == 'naam-nl' else 'citaat'}"
    return f"{group}.{key}"


def _shown_group(group: str) -> str:
    """The group as the page shows it: a new organisation stands in that of its participation."""
    sheet, _, number = group.partition("-")
    return f"{PARTICIPATIONS}-{number}" if sheet == ORGANISATION and number else group


def _line(text: str) -> str:
    """A text without the ends of its lines, which a browser adds where somebody pressed enter."""
    return text.replace("\r\n", "\n").replace("\n", " ") if "\n" in text else text


def _written(table: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(table)
    return text.getvalue().encode()
