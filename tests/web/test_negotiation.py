"""The door in: one row, one rule of RFC 9110 or one header that a real client sends."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zorgnetwerk.errors import NotAcceptable
from zorgnetwerk.terms.media_types import (
    GRAPH_FORMATS,
    HTML,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULT_FORMATS,
    RESULTS_CSV,
    RESULTS_JSON,
    RESULTS_XML,
    TRIG,
    TURTLE,
    MediaType,
)
from zorgnetwerk.web.negotiation import accepts_gzip, choose, choose_language, ranges

DOCUMENT = (HTML, TURTLE, JSON_LD, RDF_XML, N_TRIPLES, TRIG, N_QUADS)
RESULTS = (*RESULT_FORMATS, HTML)
GRAPHS = (*GRAPH_FORMATS, HTML)

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"
RDFLIB = "text/turtle;q=1.0, application/rdf+xml;q=0.9, application/ld+json;q=0.8, text/html;q=0.5, */*;q=0.1"
SPARQLWRAPPER = "application/sparql-results+json,application/json,text/javascript,application/javascript"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
COMUNICA = "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,text/turtle;q=0.6,application/rdf+xml;q=0.5,text/html;q=0.2,application/xml;q=0.1"

ROWS = [
    ("no header takes the first offer", DOCUMENT, None, HTML),
    ("an empty header too", DOCUMENT, "  ", HTML),
    ("anything takes the first offer", DOCUMENT, "*/*", HTML),
    ("a browser gets the page", DOCUMENT, CHROME, HTML),
    ("rdflib gets Turtle", DOCUMENT, RDFLIB, TURTLE),
    ("Comunica gets quads", DOCUMENT, COMUNICA, N_QUADS),
    ("SPARQLWrapper gets JSON results", RESULTS, SPARQLWRAPPER, RESULTS_JSON),
    ("Java's stock header gets results", RESULTS, JAVA, HTML),
    ("Java's lone star", (TURTLE,), "image/gif, *; q=.2", TURTLE),
    ("the higher quality wins", DOCUMENT, "text/turtle;q=0.3, application/ld+json;q=0.7", JSON_LD),
    ("order of the header does not matter", DOCUMENT, "application/ld+json;q=0.7, text/turtle;q=0.3", JSON_LD),
    ("the exact name beats a wildcard of equal quality", DOCUMENT, "*/*, text/turtle", TURTLE),
    ("the exact name beats a type wildcard", DOCUMENT, "text/*, application/rdf+xml", RDF_XML),
    ("the most exact range decides the quality", DOCUMENT, "text/*;q=0.9, text/html;q=0.1, */*;q=0.2", TURTLE),
    ("zero excludes", DOCUMENT, "text/html;q=0, */*", TURTLE),
    ("zero written with decimals excludes", DOCUMENT, "text/html;q=0.000, */*;q=0.5", TURTLE),
    ("an alias counts", DOCUMENT, "application/x-turtle", TURTLE),
    ("application/json gets JSON-LD", DOCUMENT, "application/json", JSON_LD),
    ("application/json gets results", RESULTS, "application/json", RESULTS_JSON),
    ("text/xml gets RDF/XML", GRAPHS, "text/xml", RDF_XML),
    ("application/xml gets XML results", RESULTS, "application/xml", RESULTS_XML),
    ("text/plain gets N-Triples", GRAPHS, "text/plain", N_TRIPLES),
    (
        "an alias does not override the name's zero",
        DOCUMENT,
        "application/ld+json;q=0, application/json, text/turtle;q=0.1",
        TURTLE,
    ),
    ("charset is no restriction", DOCUMENT, "text/turtle;charset=utf-8", TURTLE),
    (
        "a profile is no restriction",
        DOCUMENT,
        'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"',
        JSON_LD,
    ),
    (
        "a comma inside quotes does not split",
        DOCUMENT,
        'application/ld+json;profile="a,text/html", text/turtle;q=0.1',
        JSON_LD,
    ),
    ("a version is no restriction", DOCUMENT, "text/turtle;version=1.2", TURTLE),
    ("names are compared without case", DOCUMENT, "TEXT/Turtle", TURTLE),
    ("Q in upper case", DOCUMENT, "text/html;Q=0.1, text/turtle", TURTLE),
    ("white space is free", DOCUMENT, " text/turtle ; q = 0.9 , text/html;q=0.1", TURTLE),
    ("a malformed item is skipped", DOCUMENT, ",,;q=1,text/turtle", TURTLE),
    ("a malformed quality hardly counts", DOCUMENT, "text/html;q=high, text/turtle;q=0.1", TURTLE),
    ("CSV", RESULTS, "text/csv", RESULTS_CSV),
]


@pytest.mark.parametrize(("offers", "accept", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_choice(offers: tuple[MediaType, ...], accept: str | None, expected: MediaType) -> None:
    assert choose(offers, accept) is expected


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "*/*;q=0", "application/pdf, image/*"])
def test_nothing_fits(accept: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        choose((TURTLE, JSON_LD), accept)
    assert caught.value.offers == ("text/turtle", "application/ld+json")


NAMES = st.sampled_from(
    ["text/turtle", "application/ld+json", "text/html", "*/*", "text/*", "application/rdf+xml", "image/png", "*"]
)
QUALITIES = st.sampled_from(["", ";q=0", ";q=0.5", ";q=1", ";q=0.001", ";q=.3"])
HEADERS = st.lists(st.tuples(NAMES, QUALITIES), min_size=1, max_size=6)


@given(HEADERS)
def test_a_type_with_quality_zero_is_never_chosen(items: list[tuple[str, str]]) -> None:
    zero = {name for name, quality in items if quality == ";q=0"} - {
        name for name, quality in items if quality != ";q=0"
    }
    try:
        chosen = choose(DOCUMENT, ", ".join(name + quality for name, quality in items))
    except NotAcceptable:
        return
    assert chosen.name not in zero


@given(HEADERS, st.text(alphabet=" \t", max_size=3))
def test_white_space_changes_nothing(items: list[tuple[str, str]], space: str) -> None:
    def outcome(joint: str) -> str:
        try:
            return choose(DOCUMENT, joint.join(name + quality for name, quality in items)).name
        except NotAcceptable:
            return "none"

    assert outcome(",") == outcome(f"{space},{space}")


@given(st.text(max_size=200))
def test_any_text_gives_a_choice_or_a_refusal(header: str) -> None:
    with contextlib.suppress(NotAcceptable):
        assert choose(DOCUMENT, header) in DOCUMENT
    assert choose_language(header) in ("nl", "fr", "de", "en")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "nl"),
        ("", "nl"),
        ("nl-BE", "nl"),
        ("nl-BE,nl;q=0.9,en-US;q=0.8,en;q=0.7", "nl"),
        ("en-US,en;q=0.9,nl;q=0.8", "en"),
        ("fr-BE,fr;q=0.9", "fr"),
        ("de", "de"),
        ("es", "nl"),
        ("es, *", "nl"),
        ("nl;q=0, *", "fr"),
        ("en;q=0.1, de;q=0.2", "de"),
        ("EN", "en"),
    ],
)
def test_language(header: str | None, expected: str) -> None:
    assert choose_language(header) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("identity", False),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("x-gzip", True),
    ],
)
def test_gzip(header: str | None, expected: bool) -> None:
    assert accepts_gzip(header) is expected


def test_a_very_long_header_is_read_only_in_part() -> None:
    assert len(list(ranges("a/b," * 100_000))) <= 2_049
