"""What things are called on a page."""

from __future__ import annotations

import pytest

from .studio import Studio

HOSPITAL = "id/organisatie/az-noord"
SHAPE = """
    <shapes/R23-deelnemer> a sh:PropertyShape ; dct:identifier "R23" ; sh:severity sh:Warning ;
      sh:name "deelnemer"@nl , "participant"@en ; sh:nodeKind sh:IRI .
    <shapes/R23> a sh:NodeShape ; sh:targetClass org:Membership ; sh:property <shapes/R23-deelnemer> .
    <shapes/R05> a sh:NodeShape ; sh:targetClass org:Membership , org:Role , org:Site ; sh:property <shapes/R23-deelnemer> .
    org:Membership rdfs:label "lidmaatschap"@nl , "membership"@en .
"""


def test_sources_with_one_title_are_told_apart(studio: Studio) -> None:
    found = studio.of(
        HOSPITAL,
        f"""<{HOSPITAL}> a <http://www.w3.org/ns/org#Organization> .
        <id/bron/000> a zn:Bron ; dct:title "Partners"@nl ; dct:publisher <{HOSPITAL}> .
        <id/bron/003> a zn:Bron ; dct:title "Partners"@nl ; dct:publisher <{HOSPITAL}> .
        <id/bron/krant> a zn:Bron ; dct:title "Partners"@nl ; dct:date "2020-02-03"^^xsd:date ; dct:publisher <{HOSPITAL}> .
        <id/bron/004> a zn:Bron ; dct:title "Samen"@nl ; dct:publisher <{HOSPITAL}> .""",
    )
    names = [it.text for it in found.all("a") if it.attributes.get("href", "").startswith("/en/doc/bron/")]
    assert names == ["Partners (000)", "Partners (003)", "Partners (3 February 2020)", "Samen"]


def test_a_shape_is_called_by_its_field_and_its_code(studio: Studio) -> None:
    assert studio.of("shapes/R23-deelnemer", SHAPE, "nl").one("h1").text == "deelnemer (R23-deelnemer)"
    foreign = studio.of("shapes/R23-deelnemer", SHAPE, "fr").one("h1")
    assert (foreign.text, foreign.attributes["lang"]) == ("deelnemer (R23-deelnemer)", "nl")


def test_a_shape_without_a_field_is_called_by_what_it_holds_for(studio: Studio) -> None:
    assert studio.of("shapes/R23", SHAPE, "en").one("h1").text == "membership (R23)"
    assert studio.of("shapes/R05", SHAPE, "en").one("h1").text == "R05"  # three classes make no name


@pytest.mark.parametrize(("language", "word"), [("nl", "waarschuwing"), ("fr", "avertissement"), ("en", "warning")])
def test_a_severity_is_told_in_a_word_that_leads_to_its_definition(studio: Studio, language: str, word: str) -> None:
    page = studio.of("shapes/R23-deelnemer", SHAPE, language)
    [link] = [it for it in page.all("a") if it.attributes.get("href") == "http://www.w3.org/ns/shacl#Warning"]
    assert link.text == word
