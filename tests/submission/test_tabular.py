"""Tables in: rows become things, cells become triples, and every finding knows its cell and its column."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula
from rdflib import URIRef

from zorgnetwerk.errors import Limit, SyntaxInvalid
from zorgnetwerk.submission import templates
from zorgnetwerk.submission.annotating import annotated, edited
from zorgnetwerk.submission.checking import Checker, Circumstances, Examination
from zorgnetwerk.submission.collecting import Piece
from zorgnetwerk.submission.delimited import read_delimited
from zorgnetwerk.submission.filling import rows_about
from zorgnetwerk.submission.findings import Edit, Finding, Spot
from zorgnetwerk.submission.workbooks import read_workbook
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.languages import LANGUAGES

SOURCE = b"AZ Proef is een ziekenhuis. AZ Proef en ZOL werken samen."
SUBMISSION = "inzender;datum;licentie\nJessa Ziekenhuis;2026-03-31;CC_BY_4_0\n"
SOURCES = "kenmerk;titel (nl);taal;bestandsnaam;toestand op\nproef;Jaarverslag;nl;jaarverslag.txt;2026-03-31\n"
ORGANISATIONS = (
    "naam (nl);soort organisatie;ondernemingsnummer;citaat;bron\n"
    "AZ Proef;algemeen ziekenhuis;0123456749;AZ Proef is een ziekenhuis;proef\n"
)
PARTNERSHIPS = (
    "naam (nl);samenwerkingsvorm;tijdstekst (nl);vroegste begin;laatste begin;citaat;bron\n"
    "AZ Proef met ZOL;functionele samenwerking;sinds 2015;2015-01-01;2015-12-31;AZ Proef en ZOL werken samen;proef\n"
)
PARTICIPATIONS = (
    "deelnemer;samenwerkingsverband;rol;citaat;bron\n"
    "AZ Proef;AZ Proef met ZOL;;AZ Proef en ZOL werken samen;proef\n"
    "Ziekenhuis Oost-Limburg;AZ Proef met ZOL;deelnemer;AZ Proef en ZOL werken samen;proef\n"
)
GOOD = {
    "inzending": SUBMISSION,
    "bronnen": SOURCES,
    "organisaties": ORGANISATIONS,
    "samenwerkingsverbanden": PARTNERSHIPS,
    "deelnames": PARTICIPATIONS,
}
TEXT = Piece("jaarverslag.txt", media_types.TEXT, SOURCE)


def csv_files(**changed: str) -> list[Piece]:
    """The good submission as CSV files, some of them changed."""
    return [Piece(f"{key}.csv", media_types.RESULTS_CSV, text.encode()) for key, text in (GOOD | changed).items()]


def as_workbook(*changes: tuple[str, str, object]) -> bytes:
    """The good submission as a workbook, with other values in some cells."""
    book = Workbook()
    book.remove(book.active)
    for key, text in GOOD.items():
        sheet = book.create_sheet(key.capitalize())
        for line in text.strip().split("\n"):
            sheet.append(line.split(";"))
    for sheet_name, address, value in changes:
        book[sheet_name][address] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def examined(checker: Checker, pieces: list[Piece], language: str = "nl") -> Examination:
    return checker.examine([*pieces, TEXT], Circumstances(language=language))


def cells(result: Examination) -> set[tuple[str, str]]:
    """Rule and cell of each violation."""
    return {(finding.rule, spot_of(finding).cell) for finding in result.report.violations}


def spot_of(finding: Finding) -> Spot:
    assert isinstance(finding.place, Spot)
    return finding.place


def test_good_tables_conform_and_say_what_they_mean(checker: Checker) -> None:
    result = examined(checker, csv_files())
    assert result.report.conforms, [finding.message("en") for finding in result.report.violations]
    assert not result.report.notes
    listed = result.lines("proef", Base(RESERVED_BASE))
    lines = "\n".join(listed)
    for path in (
        "id/organisatie/az-proef",
        "id/samenwerkingsverband/az-proef-met-zol",
        "id/tijd/proef-az-proef-met-zol",
    ):
        assert f"<{RESERVED_BASE}{path}>" in lines
    assert not any(line.startswith(f"<{RESERVED_BASE}id/organisatie/ziekenhuis-oost-limburg>") for line in listed)
    assert f"<{RESERVED_BASE}id/graaf/inzending-proef> <http://purl.org/dc/terms/license>" in lines


def test_same_tables_give_the_same_lines(checker: Checker) -> None:
    first, second = (examined(checker, csv_files()).lines("x", Base(RESERVED_BASE)) for _ in range(2))
    assert first == second


def test_workbook_says_the_same_as_the_csv_files(checker: Checker) -> None:
    book = Piece("proef.xlsx", media_types.XLSX, as_workbook())
    base = Base(RESERVED_BASE)
    assert examined(checker, [book]).lines("x", base) == examined(checker, csv_files()).lines("x", base)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"organisaties": ORGANISATIONS.replace("0123456749", "0123.456.749")}, ("R11", "organisaties!C2")),
        ({"organisaties": ORGANISATIONS.replace("0123456749", "0123456748")}, ("R11", "organisaties!C2")),
        ({"organisaties": ORGANISATIONS.replace("algemeen z", "algemen z")}, ("G1", "organisaties!B2")),
        ({"organisaties": ORGANISATIONS.replace("algemeen ziekenhuis", "")}, ("R09", "organisaties!B2")),
        ({"organisaties": ORGANISATIONS.replace("AZ Proef;a", "AZ  Proef;a")}, ("R02", "organisaties!A2")),
        ({"organisaties": ORGANISATIONS.replace("soort org", "sort org")}, ("G1", "organisaties!B1")),
        ({"samenwerkingsverbanden": PARTNERSHIPS.replace("2015-12-31", "31/12/2015")}, ("R30", "samenwerkingsverbanden!E2")),
        ({"samenwerkingsverbanden": PARTNERSHIPS.replace("2015-12-31", "2014-12-31")}, ("R31", "samenwerkingsverbanden!D2")),
        ({"deelnames": PARTICIPATIONS.replace("Oost-Limburg;", "Oost-Limbrg;")}, ("G1", "deelnames!A3")),
        ({"deelnames": PARTICIPATIONS.replace("en ZOL werken samen;proef\nZiek", "en ZOL werken ook;proef\nZiek")}, ("R42", "deelnames!D2")),
        ({"deelnames": PARTICIPATIONS.replace(";deelnemer;AZ Proef en ZOL werken samen", ";deelnemer;")}, ("R41", "deelnames!D3")),
        ({"deelnames": PARTICIPATIONS.replace(";deelnemer;", ";=1+1;")}, ("G1", "deelnames!C3")),
        ({"bronnen": SOURCES.replace("Jaarverslag", "")}, ("R43", "bronnen!B2")),
        ({"inzending": SUBMISSION.replace("CC_BY_4_0", "")}, ("R44", "inzending!C2")),
    ],
)  # fmt: skip
def test_mistake_is_told_at_its_cell(changed: dict[str, str], expected: tuple[str, str], checker: Checker) -> None:
    result = examined(checker, csv_files(**changed))
    assert expected in cells(result)
    assert all(cell for _, cell in cells(result))


def test_finding_names_the_column_and_speaks_plainly(checker: Checker) -> None:
    result = examined(checker, csv_files(organisaties=ORGANISATIONS.replace("algemeen ziekenhuis", "")))
    [finding] = [finding for finding in result.report.violations if finding.rule == "R09"]
    assert spot_of(finding).heading == "soort organisatie"
    assert "org:classification" not in finding.message("nl")
    assert "“soort organisatie”" in finding.message("nl")


def test_cell_that_cannot_be_read_is_told_once(checker: Checker) -> None:
    result = examined(checker, csv_files(deelnames=PARTICIPATIONS.replace(";deelnemer;", ";=1+1;")))
    assert [finding.rule for finding in result.report.violations if spot_of(finding).cell == "deelnames!C3"] == ["G1"]


def test_misspelt_name_is_answered_with_the_published_one(checker: Checker) -> None:
    result = examined(checker, csv_files(deelnames=PARTICIPATIONS.replace("Oost-Limburg;", "Oost-Limbrg;")))
    [finding] = [each for each in result.report.violations if each.rule == "G1"]
    assert "Ziekenhuis Oost-Limburg" in finding.message("fr")
    assert finding.repair is not None
    assert finding.repair.edits[0].text == "Ziekenhuis Oost-Limburg"


def test_number_that_a_spreadsheet_took_for_a_quantity_keeps_its_first_digit(checker: Checker) -> None:
    book = as_workbook(("Organisaties", "C2", 123456749))
    assert examined(checker, [Piece("p.xlsx", media_types.XLSX, book)]).report.conforms


def test_windows_text_is_read_and_told(checker: Checker) -> None:
    text = ORGANISATIONS.replace("AZ Proef;", "AZ Proéf;").encode("cp1252")
    pieces = [*csv_files(), Piece("organisaties.csv", media_types.RESULTS_CSV, text)]
    report = examined(checker, [piece for piece in pieces if piece.data != ORGANISATIONS.encode()]).report
    assert any("Windows-1252" in note.message("nl") for note in report.notes)


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_every_mark_parts_columns(mark: str) -> None:
    grid, encoding = read_delimited(f"a{mark}b\n1{mark}2\n".encode("utf-8-sig"), "x.csv")
    assert [[cell.text for cell in row] for row in grid.rows] == [["a", "b"], ["1", "2"]]
    assert encoding == "UTF-8"


@pytest.mark.parametrize("language", LANGUAGES)
def test_template_alone_says_nothing_and_its_example_is_not_read(language: str, checker: Checker) -> None:
    book = Piece("leeg.xlsx", media_types.XLSX, templates.workbook(checker.forms, language, {}))
    report = checker.examine([book], Circumstances(language=language)).report
    assert {finding.rule for finding in report.findings} == {"G2"}


def test_changed_example_is_read(checker: Checker) -> None:
    data = edited(templates.workbook(checker.forms, "nl", {}), [Edit("AZ Anders", cell="Organisaties!B2")])
    report = checker.examine([Piece("x.xlsx", media_types.XLSX, data)]).report
    assert any(spot_of(finding).cell.startswith("Organisaties!") for finding in report.violations)


@pytest.mark.parametrize("language", LANGUAGES)
def test_template_has_headings_help_and_lists_in_the_language(language: str, checker: Checker) -> None:
    book = load_workbook(io.BytesIO(templates.workbook(checker.forms, language, {})))
    form = next(form for form in checker.forms if form.sheet.key == "organisaties")
    sheet = book[form.title[language]]
    assert sheet["B1"].value == f"{form.fields[0].heading[language]} *"
    assert sheet.column_dimensions["A"].hidden
    assert len(sheet.data_validations.dataValidation) >= 3
    listed = {cell.value for row in book["lijsten"].iter_rows() for cell in row}
    assert form.fields[5].codes[0].names[language] in listed
    assert any(cell.comment for cell in sheet[1])


def test_template_is_the_same_each_time(checker: Checker) -> None:
    assert templates.workbook(checker.forms, "nl", {}) == templates.workbook(checker.forms, "nl", {})


def test_bundle_holds_one_csv_a_sheet(checker: Checker) -> None:
    with zipfile.ZipFile(io.BytesIO(templates.bundle(checker.forms, "fr", {}))) as archive:
        assert archive.namelist() == [f"{form.sheet.key}.csv" for form in checker.forms]


def test_filled_template_comes_back_unchanged_and_changes_nothing(checker: Checker) -> None:
    """Rows that are published already are known again: nothing new is said about things of others."""
    jessa = URIRef(f"{RESERVED_BASE}id/organisatie/jessa-ziekenhuis")
    rows = rows_about(jessa, checker.forms, checker.published, "de")
    assert len(rows["deelnames"]) > 10
    book = Piece("jessa.xlsx", media_types.XLSX, templates.workbook(checker.forms, "de", rows))
    result = checker.examine([book], Circumstances(language="de"))
    about = [finding for finding in result.report.violations if finding.rule != "R44"]
    assert about == [], [(finding.rule, finding.message("en"), finding.place) for finding in about[:5]]


def test_annotated_copy_marks_the_cells_and_lists_the_findings(checker: Checker) -> None:
    data = as_workbook(("Organisaties", "C2", "0123.456.749"))
    result = examined(checker, [Piece("p.xlsx", media_types.XLSX, data)])
    book = load_workbook(io.BytesIO(annotated(data, "p.xlsx", result.report, "nl")))
    assert book.sheetnames[0] == "Bevindingen"
    assert "R11" in book["Organisaties"]["C2"].comment.text
    assert book["Organisaties"]["C2"].fill.fgColor.rgb.endswith("F8CBAD")
    assert [row[1].value for row in book["Bevindingen"].iter_rows(min_row=2)] == ["Organisaties!C2"]


def test_annotated_copy_can_be_sent_again(checker: Checker) -> None:
    data = as_workbook(("Organisaties", "C2", "0123.456.749"))
    result = examined(checker, [Piece("p.xlsx", media_types.XLSX, data)])
    again = annotated(data, "p.xlsx", result.report, "nl")
    assert cells(examined(checker, [Piece("p.xlsx", media_types.XLSX, again)])) == cells(result)


def test_text_that_looks_like_a_formula_stays_text(checker: Checker) -> None:
    data = as_workbook(("Organisaties", "A2", "AZ Proef"))
    book = load_workbook(io.BytesIO(edited(data, [Edit("=1+1", cell="Organisaties!A2")])))
    assert book["Organisaties"]["A2"].data_type == "s"


def test_array_formula_is_refused_with_its_cell(checker: Checker) -> None:
    data = as_workbook(("Organisaties", "C2", ArrayFormula("C2:C2", "=SUM(1,2)")))
    assert ("G1", "Organisaties!C2") in cells(examined(checker, [Piece("p.xlsx", media_types.XLSX, data)]))


def _repacked(change: Callable[[str, bytes], bytes], extra: tuple[str, bytes] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_workbook())) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        if extra:
            new.writestr(*extra)
    return buffer.getvalue()


def _same(_: str, data: bytes) -> bytes:
    return data


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 no archive",
        b"",
        _repacked(_same, ("xl/vbaProject.bin", b"x")),
        _repacked(_same, ("xl/externalLinks/externalLink1.xml", b"<a/>")),
        _repacked(_same, ("xl/embeddings/oleObject1.bin", b"x")),
        _repacked(_same, ("../evil.xml", b"<a/>")),
        _repacked(lambda name, data: DOCTYPE + data if name.endswith("sheet1.xml") else data),
        _repacked(lambda name, data: data.decode().encode("utf-16") if name.endswith("sheet1.xml") else data),
        _repacked(lambda name, data: data[: len(data) // 2] if name.endswith("sheet1.xml") else data),
        _repacked(lambda name, data: b"<a>" * 5000 if name.endswith("workbook.xml") else data),
    ],
    ids=["torn", "empty", "macros", "links", "embedded", "path", "doctype", "utf-16", "half", "nonsense"],
)
def test_hostile_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(SyntaxInvalid):
        read_workbook(data, "x.xlsx")


def test_archive_that_grows_is_refused_before_it_has_grown() -> None:
    with pytest.raises(Limit):
        read_workbook(_repacked(_same, ("xl/media/big.xml", b"0" * 70_000_000)), "x.xlsx")


def test_archive_of_many_parts_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(300):
            archive.writestr(f"{number}.xml", b"<a/>")
    with pytest.raises(Limit):
        read_workbook(buffer.getvalue(), "x.xlsx")


def test_control_characters_in_a_cell_are_told_and_not_published(checker: Checker) -> None:
    text = ORGANISATIONS.replace("AZ Proef;", "AZ \x07Proef;")
    result = examined(checker, csv_files(organisaties=text))
    assert ("G1", "organisaties!A2") in cells(result)
