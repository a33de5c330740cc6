"""From the text of a cell to the terms that it means, and what is told where it means nothing.

Knows the kinds of columns. Must not know files nor how rows become statements.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.errors import SyntaxInvalid
from zorgnetwerk.submission import gates
from zorgnetwerk.submission.fields import Field
from zorgnetwerk.submission.findings import Finding, Spot
from zorgnetwerk.submission.grids import Row
from zorgnetwerk.submission.lookup import Lookup
from zorgnetwerk.submission.rules import Rulebook
from zorgnetwerk.submission.sheet_facts import day_of
from zorgnetwerk.submission.tables import SEPARATOR, YES_NO, Kind
from zorgnetwerk.terms.languages import LANGUAGES, unaccented
from zorgnetwerk.terms.namespaces import ORG, XSD

_YES: Final = frozenset(("true", "1", *(pair[0] for pair in YES_NO.values())))
_NO: Final = frozenset(("false", "0", *(pair[1] for pair in YES_NO.values())))
_NO_IRI: Final = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class CellReader:
    """Reads cells; what cannot be read becomes a finding at its cell, in ``findings``."""

    rules: Rulebook
    lookup: Lookup
    language: str
    findings: list[Finding]

    def values(self, row: Row, item: Field) -> tuple[Node, ...]:
        """The terms that a row gives for a column."""
        column = item.column
        text = row.text(column.key)
        if not text or column.kind in (Kind.QUOTATION, Kind.SOURCE):
            return ()
        if column.path == ORG.identifier and re.fullmatch(r"\d{9}", text):
            text = f"0{text}"  # a spreadsheet takes the number for a quantity and drops its first digit
        parts = text.split(SEPARATOR) if column.many else [row.cells[column.key].text if column.language else text]
        return tuple(
            term for part in parts if part.strip() and (term := self._term(row, item, part)) is not None
        )  # fmt: skip

    def formula(self, row: Row) -> Iterator[str]:
        """The columns of a row whose cell holds a formula: each is told."""
        for key, cell in row.cells.items():
            if cell.is_formula:
                self.tell("G1-formule", row.spot(key), value=Literal(cell.text[:80]), column=row.heading(key))
                yield key

    def tell(self, name: str, spot: Spot, value: Node | None = None, **detail: str) -> None:
        """Notes a finding at a cell."""
        found = self.rules.finding(name, None, path=None, value=value, **detail)
        self.findings.append(dataclasses.replace(found, place=spot))

    def _term(self, row: Row, item: Field, text: str) -> Node | None:
        column = item.column
        term: Node | None
        if column.kind in (Kind.CODE, Kind.LICENCE):
            code = item.code(text)
            if code is None:
                self._unknown_code(row, item, text)
            term = code.iri if code else None
        elif column.kind is Kind.THING:
            term = self._thing(row, item, text)
        elif column.kind is Kind.YES_NO:
            term = self._yes_or_no(row, item, text.strip())
        else:
            term = _plain(column.kind, text, column.language)
        return term if term is not None and self._is_sound(row, item, term) else None

    def _thing(self, row: Row, item: Field, text: str) -> URIRef | None:
        found = self.lookup.find(text, item.column.things)
        if found.thing is None:
            heading = row.heading(item.column.key)
            candidates = ", ".join(found.candidates[:_NAMED]) or "–"
            self.tell("G1-naam", row.spot(item.column.key), value=Literal(text), column=heading, suggestion=candidates)
        return found.thing

    def _unknown_code(self, row: Row, item: Field, text: str) -> None:
        names = {unaccented(code.names[self.language]): code.names[self.language] for code in item.codes}
        near = difflib.get_close_matches(unaccented(text.strip()), names, n=_NAMED, cutoff=0.5)
        listed = [names[name] for name in near] or [*names.values()][:_NAMED]
        heading = row.heading(item.column.key)
        spot = row.spot(item.column.key)
        self.tell("G1-lijst", spot, value=Literal(text.strip()), column=heading, suggestion=", ".join(listed))

    def _yes_or_no(self, row: Row, item: Field, text: str) -> Node | None:
        if text.casefold() in _YES | _NO:
            return Literal(text.casefold() in _YES)
        heading = row.heading(item.column.key)
        expected = " / ".join(YES_NO[self.language if self.language in LANGUAGES else "nl"])
        spot = row.spot(item.column.key)
        self.tell("G1-lijst", spot, value=Literal(text), column=heading, suggestion=expected)
        return None

    def _is_sound(self, row: Row, item: Field, term: Node) -> bool:
        try:
            gates.check_term(term, "")
        except SyntaxInvalid as error:
            heading = row.heading(item.column.key)
            self.tell("G1-cel", row.spot(item.column.key), value=Literal(str(term)[:80]), column=heading,
                reason=str(error))  # fmt: skip
            return False
        return True


def _plain(kind: Kind, text: str, language: str) -> Node:
    words = text.strip()
    if kind is Kind.DATE:
        return day_of(words)
    if kind is Kind.NUMBER:
        is_number = re.fullmatch(r"[+-]?\d{1,18}", words)
        return Literal(words, datatype=XSD.integer, normalize=False) if is_number else Literal(words)
    if kind is Kind.ADDRESS:
        is_address = words.startswith(("http://", "https://")) and not _NO_IRI.search(words)
        return URIRef(words) if is_address else Literal(words)
    return Literal(text if language else words, lang=language or None)
