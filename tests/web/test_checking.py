"""The page on which people check what they want to send."""

from __future__ import annotations

import re

import pytest

from zorgnetwerk.errors import SyntaxInvalid
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.web import sendings
from zorgnetwerk.web.rendering import Renderer
from zorgnetwerk.web.sendings import Sent
from zorgnetwerk.web.views.checking import CheckView, report_view

from .checked import answer, entry
from .studio import MakeFrame


def shown(renderer: Renderer, frame: MakeFrame, language: str = "en", **said: object) -> str:
    page = frame("/validate", language)
    report = report_view(answer(**said), renderer.translations.for_language(language), page)
    return renderer.checking_page(CheckView(report=report, kept="kept", sheet=True, mended=True), page)


def test_finding_shows_thing_property_place_and_what_right_looks_like(renderer: Renderer, frame: MakeFrame) -> None:
    page = shown(renderer, frame)
    assert "“sinds 2015”" in page
    assert "earliest begin" in page
    assert "line 3, column 5" in page
    assert "<mark>&#34;2015&#34;</mark>" in page
    assert "No day: write" in page
    assert re.search(r"<dt>found</dt><dd>2</dd>", page)
    assert "MaxCount" not in page


def test_cell_is_named_with_its_column_and_file(renderer: Renderer, frame: MakeFrame) -> None:
    assert "cell Organisaties!B3 (name (nl)), my sheet.xlsx" in shown(renderer, frame)


def test_candidates_lead_to_their_pages(renderer: Renderer, frame: MakeFrame) -> None:
    assert '<a href="/fr/doc/organisatie/az-noord">AZ Noord</a>' in shown(renderer, frame, "fr")


def test_repair_is_a_button_with_the_old_and_the_new(renderer: Renderer, frame: MakeFrame) -> None:
    page = shown(renderer, frame)
    assert 'name="repair" value="abc123def456"' in page
    assert "&lt;b&gt;2015-01-01" in page
    assert '<span class="is-removed">-old &lt;b&gt;</span>' in page


def test_what_is_left_out_is_said(renderer: Renderer, frame: MakeFrame) -> None:
    assert "And 12 more of rule R30." in shown(renderer, frame)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"findings": [entry("Violation", "G2", "x", shape="http://x/shapes/G2-leeg")]}, "Nothing was checked"),
        ({"conforms": True, "findings": []}, "This can be sent"),
        ({}, "Not yet"),
    ],
)
def test_verdict_is_said_in_one_line(said: dict[str, object], words: str, renderer: Renderer, frame: MakeFrame) -> None:
    assert re.search(rf'<h2 id="verdict">{words}</h2>', shown(renderer, frame, **said))


def test_report_is_not_for_search_engines_and_the_form_is(renderer: Renderer, frame: MakeFrame) -> None:
    assert "noindex" in shown(renderer, frame)
    assert "noindex" not in renderer.checking_page(CheckView(), frame("/validate", "nl"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_that_was_sent_stays_in_its_field(language: str, renderer: Renderer, frame: MakeFrame) -> None:
    view = CheckView(text="\n</textarea><script>", chosen="ttl")
    page = renderer.checking_page(view, frame("/validate", language))
    assert "\n\n&lt;/textarea&gt;&lt;script&gt;</textarea>" in page
    assert '<option value="ttl" selected>' in page


def test_kept_files_come_back_as_they_were() -> None:
    files = [Sent("a b.ttl", media_types.TURTLE, b"\x00\xff"), Sent("", media_types.XLSX, b"PK")]
    assert sendings.unpacked(sendings.packed(files)) == files
    assert sendings.packed([Sent("", media_types.TURTLE, b"x" * (sendings.KEPT_BYTES + 1))]) == ""


@pytest.mark.parametrize("field", ["%%%", "aGVsbG8=", "W1sieCJdXQ==", "W1sieCIsICJ4L3kiLCAiIl1d"])
def test_damaged_field_is_refused(field: str) -> None:
    with pytest.raises(SyntaxInvalid):
        sendings.unpacked(field)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("@prefix a: <http://e/> .", "Turtle"),
        ("PREFIX a: <http://e/>\na:b a:c 1, 2 .", "Turtle"),
        ('\ufeff {"@id": "x"}', "JSON-LD"),
        ('[ {"@id": "x"} ]', "JSON-LD"),
        ("[] a <http://e/> .", "Turtle"),
        ('<?xml version="1.0"?><a/>', "RDF/XML"),
        ("naam,soort\nA,B", "CSV"),
        ("naam\tsoort\nA\tB", "CSV"),
        ("", "Turtle"),
    ],
)
def test_format_is_taken_from_the_looks_of_a_text(text: str, label: str) -> None:
    assert sendings.sniffed(text).label == label
