"""Repairs are offered where one answer is safe, at the very place, and mend what they say they mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from zorgnetwerk.submission.checking import Checker, Circumstances
from zorgnetwerk.submission.collecting import Piece
from zorgnetwerk.submission.findings import Edit, Repair, ValidationReport
from zorgnetwerk.submission.guards import read_sources
from zorgnetwerk.submission.mending import chosen
from zorgnetwerk.submission.repairs import day_in
from zorgnetwerk.submission.rewriting import applied, difference
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.media_types import MediaType

from .test_own_bad_submissions import TABLES, TEXT, as_csv

EXAMPLES = Path(__file__).resolve().parents[2] / "shapes" / "examples"
AROUND = Circumstances(attached=read_sources(EXAMPLES))
MENDED = ("R02-double-space", "R02-trailing-newline", "R06-misspelled-property", "R06-misspelled-class", "R11-dots",
    "R13-text", "R30-year", "R30-time-zone")  # fmt: skip
SYNTAXES = (media_types.TURTLE, media_types.N_TRIPLES, media_types.JSON_LD, media_types.RDF_XML)


def report(checker: Checker, data: bytes, media_type: MediaType) -> ValidationReport:
    return checker.check(data, media_type, AROUND)


def mended(checker: Checker, data: bytes, media_type: MediaType) -> bytes:
    """The document with all repairs of its report."""
    repairs = chosen(report(checker, data, media_type), ["all"])
    return applied([Piece("", media_type, data)], repairs)[0].data


@pytest.mark.parametrize("name", MENDED)
def test_repair_mends_the_mistake(name: str, checker: Checker) -> None:
    data = (EXAMPLES / "invalid" / f"{name}.ttl").read_bytes()
    before, after = (
        {finding.rule for finding in report(checker, text, media_types.TURTLE).violations}
        for text in (data, mended(checker, data, media_types.TURTLE))
    )
    assert name.partition("-")[0] in before
    assert not after & {name.partition("-")[0], "G1"}


@pytest.mark.parametrize("media_type", SYNTAXES, ids=str)
@pytest.mark.parametrize("name", ["R02-double-space", "R11-dots", "R30-year"])
def test_repair_holds_in_every_syntax(name: str, media_type: MediaType, checker: Checker) -> None:
    graph = syntax.read_graph(EXAMPLES / "invalid" / f"{name}.ttl", RESERVED_BASE)
    data = syntax.write(
        graph, media_type, {"zn": f"{RESERVED_BASE}ns/zorgnetwerk#", "org": "http://www.w3.org/ns/org#"}
    )
    assert report(checker, mended(checker, data, media_type), media_type).conforms


@pytest.mark.parametrize(
    "name", ["R30-impossible-day", "R11-check-digits", "R01-no-dutch-name", "R42-not-literal", "R15-lonely"]
)
def test_no_repair_is_offered_where_nobody_knows_the_answer(name: str, checker: Checker) -> None:
    data = (EXAMPLES / "invalid" / f"{name}.ttl").read_bytes()
    assert not chosen(report(checker, data, media_types.TURTLE), ["all"])


def test_label_of_a_code_becomes_the_code(checker: Checker) -> None:
    text = (EXAMPLES / "valid" / "R00-minimal.ttl").read_text("utf-8")
    data = text.replace(
        "zn:rol rol:deelnemer ; zn:zekerheid zekerheid:expliciet",
        'zn:rol "Teilnehmer"@de ; zn:zekerheid zekerheid:expliciet',
        1,
    )
    [repair] = chosen(report(checker, data.encode(), media_types.TURTLE), ["all"])
    assert (repair.old, repair.new) == ('"Teilnehmer"@de', "rol:deelnemer")
    assert mended(checker, data.encode(), media_types.TURTLE) == text.encode()


def test_titles_stand_in_four_languages(checker: Checker) -> None:
    data = (EXAMPLES / "invalid" / "R30-year.ttl").read_bytes()
    assert all(
        set(repair.title) == set(LANGUAGES) for repair in chosen(report(checker, data, media_types.TURTLE), ["all"])
    )


def test_repairs_that_overlap_follow_each_other() -> None:
    piece = Piece("", media_types.TURTLE, b"abcdef")
    repairs = [Repair({}, "", "", (Edit("X", 1, 4),)), Repair({}, "", "", (Edit("Y", 2, 6),))]
    [once] = applied([piece], repairs)
    assert once.data == b"abY"
    assert "-abcdef" in difference([piece], [once], repairs)


@pytest.mark.parametrize("text", ["2015", "32/1/2015", "1/13/2015", "vandaag", "", "2015-13-01", "99999/1/1"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day_in(text) is None


def sheet_with(kind: str) -> list[Piece]:
    sheets = {key: text.replace("algemeen ziekenhuis", kind) for key, text in TABLES["sheets"].items()}
    return [*as_csv(sheets), TEXT]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [("algemen ziekenhuis", "algemeen ziekenhuis"), ("Âlgemeen ziekenhuïs", "algemeen ziekenhuis"), ("kasteel", None)],
)
def test_a_value_of_a_list_is_mended_only_when_it_is_meant_beyond_doubt(
    kind: str, wanted: str | None, checker: Checker
) -> None:
    [finding] = [it for it in checker.examine(sheet_with(kind)).report.violations if it.rule == "G1"]
    assert "algemeen ziekenhuis" in finding.message("nl") or wanted is None
    assert (finding.repair.new if finding.repair else None) == wanted
