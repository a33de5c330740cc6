"""What a person finds on each page."""

from __future__ import annotations

import json

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic

from zorgnetwerk.dataset import entities, labels, paging
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.media_types import JSON_LD
from zorgnetwerk.terms.namespaces import DCAT, DCT, RDF, XSD
from zorgnetwerk.web.views.results import Refusal, Table, Verdict

from .reading import Page
from .studio import ENTITIES, Studio


@pytest.mark.parametrize("path", ENTITIES)
def test_the_embedded_data_is_the_document(studio: Studio, path: str) -> None:
    description = entities.describe(studio.store, URIRef(studio.base.iri(f"id/{path}")), studio.base)
    page = studio.entity(path)
    [data] = [it for it in page.all("script") if it.attributes.get("type") == "application/ld+json"]
    text = "".join(data.parts)
    assert "<" not in text
    json.loads(text)
    graph = Graph()
    for subject, predicate, value, _ in syntax.parse(text.encode(), JSON_LD):
        graph.add((subject, predicate, value))
    assert isomorphic(graph, description.graph)


def test_a_title_names_the_thing_and_its_kind(studio: Studio) -> None:
    assert studio.entity("organisatie/az-noord", "fr").one("title").text == "AZ Noord – Organisation · Zorgnetwerk"


def test_a_name_in_another_language_is_marked(studio: Studio) -> None:
    assert studio.entity("organisatie/az-noord", "fr").one("h1").attributes["lang"] == "nl"
    assert "lang" not in studio.entity("organisatie/az-noord", "nl").one("h1").attributes


def test_every_quotation_in_another_language_is_marked(studio: Studio) -> None:
    quotations = studio.entity("samenwerkingsverband/noordzuid", "de").all("q")
    assert quotations
    assert all(it.attributes.get("lang") == "nl" for it in quotations)


def test_a_contradiction_shows_both_sides_with_their_words(studio: Studio) -> None:
    [block] = studio.entity("samenwerkingsverband/noordzuid", "en").all("article", "is-contradiction")
    for words in (
        "Sources contradict each other",
        "sinds 2015",
        "sinds 2016",
        "met AZ Zuid sinds 2016",
        "One source says 2015",
    ):
        assert words in block.text


@pytest.mark.parametrize("language", ["fr", "de"])
def test_a_contradiction_without_words_in_a_language_is_marked_as_that_of_another(
    studio: Studio, language: str
) -> None:
    page = studio.entity("tegenspraak/begin-noordzuid", language)
    assert page.one("h1").attributes["lang"] == "nl"
    assert page.one("p", "eyebrow").text == {"fr": "Contradiction", "de": "Widerspruch"}[language]
    assert "De ene bron noemt 2015, de andere 2016." in [
        it.text for it in page.all("span") if it.attributes.get("lang") == "nl"
    ]


def test_a_hypothesis_names_the_other_thing_and_never_merges(studio: Studio) -> None:
    [block] = studio.entity("organisatie/az-zuid", "en").all("article", "is-hypothesis")
    for words in ("Zuiderkliniek", "same", "probable", "Same address.", "not merged"):
        assert words in block.text


def test_a_partnership_lists_its_participants_with_role_and_certainty(studio: Studio) -> None:
    page = studio.entity("samenwerkingsverband/noordzuid", "en")
    rows = [row.text for row in page.all("tr")[1:]]
    assert [row.split(" participant")[0] for row in rows] == [
        "AZ Noord hospital",
        "AZ Zuid hospital",
        "huisartsen Group of parties",
    ]
    assert "not stated outright" in rows[2]
    assert "implicit" in rows[2]
    assert "ook huisartsen zoals die van Noordstad" in rows[2]
    assert "there may be more participants" in page.main


def test_an_organisation_lists_what_it_takes_part_in(studio: Studio) -> None:
    page = studio.entity("organisatie/az-noord", "en")
    [row] = [row.text for row in page.all("tr")[1:]]
    assert row.startswith("Netwerk NoordZuid clinical network participant")


def test_a_quantity_is_told_with_unit_and_approximation(studio: Studio) -> None:
    assert "ongeveer 20 bedden" in studio.entity("organisatie/az-noord", "nl").main
    assert "environ 20 lits" in studio.entity("organisatie/az-noord", "fr").main


def test_a_kind_that_no_document_states_is_marked_as_ours(studio: Studio) -> None:
    assert "eigen indeling" in studio.entity("organisatie/az-noord", "nl").main
    assert "eigen indeling" not in studio.entity("samenwerkingsverband/noordzuid", "nl").main


def test_a_time_is_told_in_the_words_of_the_source_and_in_bounds(studio: Studio) -> None:
    text = studio.entity("samenwerkingsverband/noordzuid", "de").main
    assert "sinds 2015 Beginn: 2015" in text
    assert "op 14 december 2010" in studio.entity("gebeurtenis/901-ondertekening", "de").main
    assert "Beginn: 14. Dezember 2010" in studio.entity("gebeurtenis/901-ondertekening", "de").main


def test_what_points_here_is_grouped_and_counted(studio: Studio) -> None:
    page = studio.entity("organisatie/az-noord", "en")
    headings = [heading.text for heading in page.all("h2")]
    assert "Campuses 1" in headings
    assert "een 20-tal bedden op campus Haven" in page.main


def test_a_statement_says_who_made_it(studio: Studio) -> None:
    assert "Said by An Peeters" in studio.entity("samenwerkingsverband/noordzuid", "en").main


def test_a_source_shows_what_it_says(studio: Studio) -> None:
    page = studio.entity("bron/901", "en")
    assert "“het Noordziekenhuis (AZN)”" in page.main
    assert "AZ Noord – also called: AZN" in page.main


def test_a_graph_lists_its_claims_with_their_values(studio: Studio) -> None:
    assert "AZ Noord – also called: AZN" in studio.entity("graaf/901", "en").main


def test_a_note_of_the_editors_stands_in_the_language_of_the_page(studio: Studio) -> None:
    assert "The number of members is not stated." in studio.entity("samenwerkingsverband/noordzuid", "en").main
    assert "Het aantal leden" not in studio.entity("samenwerkingsverband/noordzuid", "en").main


def test_text_of_the_data_never_becomes_markup(studio: Studio) -> None:
    page = studio.entity("samenwerkingsverband/noordzuid")
    assert 'betere zorg voor <iedereen> & "sneller"' in page.main
    assert not page.all("iedereen")
    assert "<script>alert('x')</script>" in studio.foreign("http://voorbeeld.example/ding-1").main


def test_a_foreign_thing_gets_a_page_with_all_its_facts(studio: Studio) -> None:
    page = studio.foreign("http://voorbeeld.example/ding-1")
    assert "Sterk Ding" in page.one("title").text or "SterkDing" in page.one("title").text
    for words in ("heeft waarde", "Kerkstraat", "3 February 2020", "12,345,678,901,234,567,890,123"):
        assert words in page.main
    targets = [it.attributes["href"] for it in page.all("a")]
    assert "/en/describe?iri=http%3A%2F%2Fvoorbeeld.example%2Fding-2" in targets


def test_a_class_lists_its_things_by_name(studio: Studio) -> None:
    page = studio.foreign("http://www.w3.org/ns/org#Organization")
    assert "Instances 4 AZ Noord AZ Zuid Netwerk NoordZuid Zuiderkliniek" in page.main


def test_in_which_part_of_a_document_a_page_stands_is_no_fact(studio: Studio, base: Base) -> None:
    thing = URIRef("http://voorbeeld.example/ding-1")
    description = entities.describe(studio.store, thing, base)
    paging.add(description.graph, str(thing), 1, 2)
    page = Page(studio.renderer.entity_page(description, studio.frame("/describe", "en", f"iri={thing}")))
    assert not [it for it in page.all("dt") if it.text == "view"]


def test_a_literal_that_is_not_of_its_datatype_stands_verbatim_and_flagged(studio: Studio) -> None:
    assert "geen-datum not a valid date" in studio.foreign("http://voorbeeld.example/ding-1").main


def test_a_script_address_is_never_a_link(studio: Studio) -> None:
    page = studio.foreign("http://voorbeeld.example/ding-1")
    assert "javascript:alert(1)" in page.main
    assert not [it for it in page.all("a") if it.attributes["href"].startswith("javascript")]


def test_the_vocabulary_has_an_anchor_for_each_term(all_pages: dict[str, dict[str, Page]]) -> None:
    page = all_pages["fr"]["vocabulary"]
    ids = {it.attributes["id"] for it in page.all("article", "term")}
    assert ids == {"Samenwerkingsverband", "Samenwerkingsorganisatie", "Deelname", "doel", "rol"}
    assert "utilisé 3 fois" in page.main


def test_a_code_list_is_a_tree_with_uses(all_pages: dict[str, dict[str, Page]]) -> None:
    page = all_pages["de"]["scheme"]
    assert "Teilnehmer 3 Mal verwendet Direktor 1 Mal verwendet" in page.main
    assert len(page.all("ul", "tree")) == 2


def test_the_first_page_shows_numbers_that_were_counted(all_pages: dict[str, dict[str, Page]]) -> None:
    text = all_pages["en"]["home"].main
    for words in ("3 organisations", "1 partnership", "6 quotations", "2 sources", "Start of the network"):
        assert words in text


def test_a_query_stays_in_its_box_when_it_fails(studio: Studio) -> None:
    refusal = Refusal("expected one of }", 2, 7, "SELECT <", 400)
    page = Page(studio.renderer.sparql_page(studio.frame("/sparql", "en"), "SELECT\n</textarea><b>", [], refusal))
    assert "".join(page.one("textarea").parts).strip() == "SELECT\n</textarea><b>"
    assert "Line 2, column 7" in page.one("section", "refusal").text
    assert page.one("section", "refusal").attributes["role"] == "alert"


def test_a_table_of_answers_shows_names_with_links(studio: Studio) -> None:
    hospital = URIRef(studio.base.iri("id/organisatie/az-noord"))
    found = labels.labels_for(studio.store, [hospital], studio.base)
    table = Table(
        ("who", "year", "none"), [{"who": hospital, "year": Literal("2015")}] * 3, found, 0.0123, shown_limit=2
    )
    page = Page(studio.renderer.sparql_page(studio.frame("/sparql", "en"), "SELECT …", [], table))
    assert [cell.text for cell in page.all("td")] == ["AZ Noord", "2015", ""] * 2
    assert "The first 2 rows are shown" in page.main
    assert "12 ms" in page.main


@pytest.mark.parametrize(("value", "word"), [(True, "ja"), (False, "nee")])
def test_a_verdict_is_told_in_words(studio: Studio, value: bool, word: str) -> None:
    page = Page(studio.renderer.sparql_page(studio.frame("/sparql"), "ASK {}", [], Verdict(value, 0.001)))
    assert page.one("p", "verdict-word").text == word


@pytest.mark.parametrize(
    ("language", "size", "day"),
    [
        ("nl", "1,2 MB", "2 januari 2026"),
        ("fr", "1,2 Mo", "2 janvier 2026"),
        ("de", "1,2 MB", "2. Januar 2026"),
        ("en", "1.2 MB", "2 January 2026"),
    ],
)
def test_a_file_has_its_size_and_day_as_the_language_writes_them(
    all_pages: dict[str, dict[str, Page]], language: str, size: str, day: str
) -> None:
    cells = [it.text for it in all_pages[language]["dumps"].all("td")]
    assert cells[:2] == [size, day]


def test_the_catalogue_tells_moments_in_the_time_of_brussels(studio: Studio) -> None:
    moment = Literal("2026-07-01T23:30:00+00:00", datatype=XSD.dateTime)
    graph = Graph()
    graph.add((URIRef("http://localhost:7777/id/dataset/x"), RDF.type, DCAT.Dataset))
    graph.add((URIRef("http://localhost:7777/id/dataset/x"), DCT.modified, moment))
    page = Page(studio.renderer.catalogue_page(graph, studio.frame("/catalogue", "fr")))
    assert "2 juil. 2026, 01:30:00" in page.main


def test_an_error_page_tells_what_went_wrong_and_the_way_out(all_pages: dict[str, dict[str, Page]]) -> None:
    page = all_pages["nl"]["problem"]
    assert "Niet gevonden" in page.one("h1").text
    assert "There is nothing at /x." in page.main
    assert "r1" in page.main
    assert [it.attributes["content"] for it in page.all("meta") if it.attributes.get("name") == "robots"] == ["noindex"]


def test_a_document_in_parts_links_to_its_neighbours(studio: Studio) -> None:
    made = studio.frame("/doc/organisatie/x", "nl", "page=2&a=1")
    assert made.numbered(3) == "/nl/doc/organisatie/x?a=1&page=3"
