"""The form: its questions are those of the templates, and a filled one is judged as the sheets that it becomes."""

from __future__ import annotations

import csv
import io

import pytest

from zorgnetwerk.submission import form_files, forms
from zorgnetwerk.submission.checking import Checker, Circumstances, Examination
from zorgnetwerk.submission.collecting import Piece
from zorgnetwerk.submission.findings import Spot
from zorgnetwerk.submission.form_files import Filled, files_of
from zorgnetwerk.submission.forms import Questions
from zorgnetwerk.submission.tables import SHEETS
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.languages import LANGUAGES

SENTENCE = "AZ Proef en ZOL werken samen"
GOOD = {
    "inzending.inzender": "Jessa Ziekenhuis",
    "inzending.datum": "2026-11-24",
    "inzending.licentie": "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
    "bronnen.titel": "Jaarverslag 2025",
    "bronnen.taal": "nl",
    "bronnen.toestand-op": "2025-12-31",
    "bronnen.adres": "https://www.azproef.example/jaarverslag",
    "bronnen.tekst": f"Inleiding.\r\n{SENTENCE} sinds 2015.",
    "samenwerkingsverbanden.naam-nl": "Samenwerking AZ Proef en ZOL",
    "samenwerkingsverbanden.vorm": f"{RESERVED_BASE}auth/samenwerkingsvormen/functionele-samenwerking",
    "samenwerkingsverbanden.citaat": SENTENCE,
    "deelnames-1.deelnemer": "AZ Proef",
    "deelnames-1.deelnemer.thing": "new",
    "deelnames-1.citaat": SENTENCE,
    "organisaties-1.soort": f"{RESERVED_BASE}auth/organisatiesoorten/algemeen-ziekenhuis",
    "deelnames-2.deelnemer": "ZOL",
    "deelnames-2.deelnemer.thing": "organisatie/ziekenhuis-oost-limburg",
    "deelnames-2.citaat": SENTENCE,
}


@pytest.fixture(scope="module")
def questions(checker: Checker) -> Questions:
    return forms.read(forms.described(checker.forms))


def filled(questions: Questions, **changed: str) -> Filled:
    """The good form, some fields changed; in their names __ stands for the full stop."""
    given = {name: [value] for name, value in GOOD.items()} | {
        name.replace("__", "."): [value] for name, value in changed.items()
    }
    return Filled.read({"participants": ["1 2"], **given}, questions)


def examined(checker: Checker, form: Filled, questions: Questions) -> tuple[Examination, form_files.Files]:
    files = files_of(form, questions, "nl")
    pieces = [Piece(name, media_types.RESULTS_CSV, data) for name, data in files.sheets.items()]
    if files.source is not None:
        pieces.append(Piece(files.source[0], media_types.TEXT, files.source[1]))
    return checker.examine(pieces, Circumstances()), files


def test_questions_are_those_of_the_templates_in_all_languages(checker: Checker, questions: Questions) -> None:
    assert {sheet: list(asked) for sheet, asked in questions.items()} == {
        sheet.key: [column.key for column in sheet.columns] for sheet in SHEETS
    }
    for form in checker.forms:
        for item in form.fields:
            question = questions[form.sheet.key][item.column.key]
            assert dict(question.heading) == dict(item.heading)
            assert set(question.heading) == set(LANGUAGES)
            assert [choice.iri for choice in question.choices] == [str(code.iri) for code in item.codes]
            assert question.is_required == item.is_required


def test_good_form_conforms_and_says_what_it_means(checker: Checker, questions: Questions) -> None:
    examination, _ = examined(checker, filled(questions), questions)
    assert examination.report.conforms, [each.message("en") for each in examination.report.violations]
    assert not examination.report.notes
    lines = "\n".join(examination.lines("proef", Base(RESERVED_BASE)))
    for said in (
        "id/organisatie/az-proef>",
        "id/samenwerkingsverband/samenwerking-az-proef-en-zol>",
        "ns/zorgnetwerk#deelnemer> <https://zorgnetwerk.example/id/organisatie/ziekenhuis-oost-limburg>",
        "retrievedFrom> <https://www.azproef.example/jaarverslag>",
    ):
        assert said in lines


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("bronnen.toestand-op", "31/12/2025", "R30"),
        ("inzending.datum", "gisteren", "R44"),
        ("samenwerkingsverbanden.naam-nl", "", "R01"),
        ("samenwerkingsverbanden.citaat", "AZ Proef en ZOL doen niets", "R42"),
        ("deelnames-1.citaat", "", "R41"),
        ("deelnames-2.citaat", "AZ Proef en ZOL doen alles", "R42"),
        ("organisaties-1.nummer", "0123456748", "R11"),
        ("organisaties-1.soort", "", "R09"),
        ("bronnen.tekst", "", "R43"),
    ],
)
def test_mistake_is_told_at_the_field_it_was_typed_in(
    name: str, value: str, rule: str, checker: Checker, questions: Questions
) -> None:
    examination, files = examined(checker, filled(questions, **{name.replace(".", "__"): value}), questions)
    told = {
        (finding.rule, files.field_of(finding.place.cell))
        for finding in examination.report.violations
        if isinstance(finding.place, Spot)
    }
    assert (rule, name) in told


def test_row_knows_its_group(questions: Questions) -> None:
    files = files_of(filled(questions), questions, "nl")
    assert files.group_of("organisaties!C2") == "deelnames-1"
    assert files.group_of("deelnames!A3") == "deelnames-2"
    assert files.group_of("deelnames!A9") == ""


def test_only_what_a_form_asks_is_read_and_not_without_bound(questions: Questions) -> None:
    numbers = " ".join(map(str, range(1, 100)))
    form = Filled.read(
        {
            "participants": [f"{numbers} x ٣ 5000"],
            "subject": ["people"],
            "deelnames-1.nobody": ["x"],
            "samenwerkingsverbanden.vorm": ["x"] * 50,
            "__class__": ["x"],
        },
        questions,
    )
    assert form.subject == form_files.PARTNERSHIP
    assert len(form.participants) == form_files.MOST_PARTICIPANTS
    assert set(form.values) == {"samenwerkingsverbanden.vorm"}
    assert len(form.values["samenwerkingsverbanden.vorm"]) == form_files.MOST_VALUES
    assert form.added() == form


def test_participants_come_and_go_and_keep_their_numbers() -> None:
    form = Filled().added().without(2)
    assert form.participants == (1, 3)
    assert form.added().participants == (1, 3, 4)


def test_too_long_is_named_with_its_limit(questions: Questions) -> None:
    form = filled(questions, bronnen__titel="x" * 1_001)
    assert form.too_long() == {"bronnen.titel": form_files.LONGEST}


def test_signs_of_a_table_stay_in_their_cell(questions: Questions) -> None:
    typed = 'a;b"c\r\nd|=1'
    files = files_of(filled(questions, samenwerkingsverbanden__doel=typed), questions, "nl")
    [head, row] = list(csv.reader(io.StringIO(files.sheets["samenwerkingsverbanden.csv"].decode()), delimiter=";"))
    assert len(head) == len(row)
    assert 'a;b"c d|=1' in row


def test_names_are_looked_up_with_kind_and_place(checker: Checker) -> None:
    asked = [("vesalius", ("organisatie",)), ("ZOL", ("organisatie", "groep")), ("qqqqqq", ("organisatie",))]
    found = forms.candidates(forms.look_up(asked, checker.published, checker.ontology, checker.index(), "de"))
    assert [(each.path, each.is_exact) for each in found[0]] == [("organisatie/az-vesalius", False)]
    assert found[0][0].place == "Tongeren"
    assert found[0][0].kind
    assert found[1][0].path == "organisatie/ziekenhuis-oost-limburg"
    assert found[1][0].is_exact
    assert found[2] == ()
