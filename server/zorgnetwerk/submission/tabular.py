"""The tables of a submission as what they say: sheets to rows, rows to triples, each triple with its cell.

Rows refer to each other and to published things by name. Knows forms. Must not know HTTP nor what is done with the
triples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.errors import SyntaxInvalid
from zorgnetwerk.submission.cell_terms import CellReader
from zorgnetwerk.submission.collecting import Piece, Table
from zorgnetwerk.submission.delimited import read_delimited
from zorgnetwerk.submission.fields import Form, sheet_words
from zorgnetwerk.submission.findings import Finding, Spot
from zorgnetwerk.submission.grids import Grid, Row, form_of, rows_of
from zorgnetwerk.submission.lookup import Lookup, identified
from zorgnetwerk.submission.places import Places
from zorgnetwerk.submission.rules import Rulebook
from zorgnetwerk.submission.sheet_facts import Facts, Statements, Writer, day_of, language_of
from zorgnetwerk.submission.tables import ID, NAME_COLUMNS
from zorgnetwerk.submission.workbooks import read_workbook
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.namespaces import XSD


@dataclass(frozen=True, slots=True)
class TableContext:
    """What tables are read with: forms and their words, names, the reader's language, attached source texts."""

    forms: Sequence[Form]
    rules: Rulebook
    ontology: Graph
    lookup: Lookup
    base: Base
    language: str = "nl"
    texts: Mapping[str, bytes] | None = None


def read_tables(pieces: Sequence[Piece], context: TableContext) -> Table:
    """What these tables say. Errors: SyntaxInvalid (its place names the file), Limit."""
    findings: list[Finding] = []
    reader = CellReader(context.rules, context.lookup, context.language, findings)
    rows: list[Row] = []
    for grid, note in _grids(pieces):
        if note:
            reader.tell("G1-codering", Spot(file=grid.file), encoding=note)
        rows.extend(_rows(grid, context, reader))
    said = Statements()
    things = _things(rows, context, reader)
    marks = [mark for row in rows if row.form.sheet.concept == "bron" and (mark := row.text("kenmerk"))]
    sources = {row: _source(row, marks, context, reader) for row in rows}
    dates = _dates(rows, things)
    writer = Writer(said, context.lookup, context.ontology)
    for row in rows:
        refused = set(reader.formula(row))
        values = {
            item.column.key: reader.values(row, item) for item in row.form.fields if item.column.key not in refused
        }
        if row.form.sheet.key == "bronnen":
            values |= _source_values(row, context)
        thing = things[row]
        is_published = bool(row.text(ID)) and context.lookup.is_published(thing)
        writer.write(Facts(row, thing, is_published, values), sources[row], dates)
    return Table(tuple(_based(said, context.base)), _places(said, context.base), findings)


def _grids(pieces: Sequence[Piece]) -> Iterator[tuple[Grid, str]]:
    for piece in pieces:
        try:
            if piece.media_type is media_types.XLSX:
                yield from ((grid, "") for grid in read_workbook(piece.data, piece.name))
                continue
            grid, encoding = read_delimited(piece.data, piece.name)
            yield grid, "" if encoding == "UTF-8" else encoding
        except SyntaxInvalid as error:
            place = error.place
            raise SyntaxInvalid(str(error), Spot(place.line, place.column, file=piece.name)) from error


def _rows(grid: Grid, context: TableContext, reader: CellReader) -> list[Row]:
    """The rows of a grid; a sheet or column that nobody knows and that is filled is told."""
    words = sheet_words()
    beside = {part["title"] for kind in ("guide", "findings") for part in words[kind].values()}
    if grid.name in beside:
        return []
    form = form_of(grid, context.forms)
    if form is None:
        if len(grid.rows) > 1:
            titles = ", ".join(form.title[context.language] for form in context.forms)
            reader.tell("G1-blad", grid.spot(1, 1, ""), value=Literal(grid.name), suggestion=titles)
        return []
    rows, strange = rows_of(grid, form)
    for cell in strange:
        headings = [item.heading[context.language] for item in form.fields]
        reader.tell(
            "G1-kolom", grid.spot(cell.row, cell.column, cell.text, cell.text), value=Literal(cell.text),
            suggestion=", ".join(headings),
        )  # fmt: skip
    return rows


def _things(rows: Sequence[Row], context: TableContext, reader: CellReader) -> dict[Row, URIRef]:
    """What each row is about: the thing that its hidden id names, else a new one after its name."""
    things: dict[Row, URIRef] = {}
    for row in rows:
        sheet = row.form.sheet
        if not sheet.concept:
            things[row] = URIRef(RESERVED_BASE)
            continue
        given = row.text(ID)
        known = identified(given.replace(context.base.value, RESERVED_BASE), (sheet.concept,)) if given else None
        if given and known is None and not given.startswith("#"):
            reader.tell("G1-cel", row.spot(ID), value=Literal(given), column=ID, reason=f"id/{sheet.concept}/…")
        things[row] = known or context.lookup.mint(sheet.concept, _words(row))
        names = [row.text(key) for key in (*NAME_COLUMNS, "kenmerk", "titel")]
        names += row.text("andere-naam").split("|")
        for name in names:
            context.lookup.note(sheet.concept, name.strip(), things[row])
    return things


def _words(row: Row) -> str:
    """The words after which the IRI of a new thing is made."""
    if row.form.sheet.concept == "bron":
        return row.text("kenmerk") or row.text("titel")
    named = next((text for key in NAME_COLUMNS if (text := row.text(key))), "")
    parts = (row.text("bron"), row.text("deelnemer"), row.text("verband"), row.text("van"), row.text("eenheid"))
    return named or "-".join(part for part in parts if part)


def _source(row: Row, marks: Sequence[str], context: TableContext, reader: CellReader) -> URIRef | None:
    """The source that a row names; the only one of the submission (their identifiers are ``marks``) where it names
    none."""
    text = row.text("bron")
    if text:
        found = context.lookup.source(text)
        if found is None:
            heading = row.heading("bron")
            suggestion = ", ".join(marks) or "–"
            reader.tell("G1-naam", row.spot("bron"), value=Literal(text), column=heading, suggestion=suggestion)
        return found
    return context.lookup.source(marks[0]) if len(marks) == 1 else None


def _dates(rows: Sequence[Row], things: Mapping[Row, URIRef]) -> dict[URIRef, Node]:
    """The day of each source that has one; what is no day is told at the source, and not again at all that cites it."""
    days = {things[row]: day_of(row.text("toestand-op")) for row in rows if row.form.sheet.concept == "bron"}
    return {source: day for source, day in days.items() if day.datatype == XSD.date and not day.ill_typed}


def _source_values(row: Row, context: TableContext) -> dict[str, tuple[Node, ...]]:
    """The title in the language of the source, and the digest of an attached text."""
    values: dict[str, tuple[Node, ...]] = {}
    if row.text("titel"):
        values["titel"] = (Literal(" ".join(row.text("titel").split()), lang=language_of(row.text("taal"))),)
    text = (context.texts or {}).get(row.text("bestandsnaam"))
    if text is not None and not row.text("sha256"):
        values["sha256"] = (Literal(hashlib.sha256(text).hexdigest()),)
    return values


def _based(said: Statements, base: Base) -> Iterator[tuple[Node, Node, Node]]:
    for triple in said.triples:
        subject, predicate, value = (
            URIRef(base.rebase(str(term))) if isinstance(term, URIRef) else term for term in triple
        )
        yield subject, predicate, value


def _places(said: Statements, base: Base) -> Places:
    values = {(base.rebase(s), base.rebase(p), base.rebase(o)): spot for (s, p, o), spot in said.values.items()}
    nodes = {base.rebase(node): spot for node, spot in said.nodes.items()}
    empty = {(base.rebase(s), base.rebase(p)): spot for (s, p), spot in said.empty.items()}
    return Places(values, {}, nodes, empty=empty)
