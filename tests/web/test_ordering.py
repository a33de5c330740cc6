"""In which order the values of a fact stand, and how sources with one title are told apart."""

from __future__ import annotations

from collections.abc import Callable

from rdflib import Graph, URIRef

from zorgnetwerk.dataset.entities import Description
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.web.frames import Frame
from zorgnetwerk.web.rendering import Renderer

from .reading import Page

HOSPITAL = "id/organisatie/az-noord"
PREFIXES = """
    @prefix zn: <http://localhost:7777/ns/zorgnetwerk#> .
    @prefix dct: <http://purl.org/dc/terms/> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    @base <http://localhost:7777/> .
"""


def page(turtle: str, base: Base, renderer: Renderer, frame: Callable[..., Frame]) -> Page:
    iri, graph = URIRef(base.iri(HOSPITAL)), Graph().parse(data=PREFIXES + turtle, format="turtle")
    description = Description(iri, graph, Graph(), {})
    return Page(renderer.entity_page(description, frame("/doc/organisatie/az-noord", "en")))


def in_this_order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def test_quantities_stand_by_their_size(base: Base, renderer: Renderer, frame: Callable[..., Frame]) -> None:
    amounts = " ".join(f"<id/hoeveelheid/{number}> zn:aantalMin {number} ; zn:aantalMax {number} ." for number in (9, 20, 1000, 100))  # fmt: skip
    links = " , ".join(f"<id/hoeveelheid/{number}>" for number in (9, 20, 1000, 100))
    text = page(f"<{HOSPITAL}> zn:hoeveelheid {links} . {amounts}", base, renderer, frame).main
    assert in_this_order(text, " 9 ", " 20 ", " 100 ", " 1,000 "), text


def test_numbers_and_days_stand_by_their_size(base: Base, renderer: Renderer, frame: Callable[..., Frame]) -> None:
    text = page(
        f"""<{HOSPITAL}> <http://e/beds> 9 , 100 , 20.5 ;
        <http://e/day> "2020-10-01"^^xsd:date , "2020-02-28"^^xsd:date , "2019-12-31"^^xsd:date .""",
        base,
        renderer,
        frame,
    ).main
    assert in_this_order(text, " 9 ", " 20.5 ", " 100 "), text
    assert in_this_order(text, "31 December 2019", "28 February 2020", "1 October 2020"), text


def test_times_stand_by_their_begin(base: Base, renderer: Renderer, frame: Callable[..., Frame]) -> None:
    text = page(
        f"""<{HOSPITAL}> zn:geldigheid <id/tijd/a> , <id/tijd/b> .
        <id/tijd/a> zn:tijdstekst "in the spring of 2019" ; zn:vroegsteBegin "2019-03-01"^^xsd:date .
        <id/tijd/b> zn:tijdstekst "since 2008" ; zn:vroegsteBegin "2008-01-01"^^xsd:date .""",
        base,
        renderer,
        frame,
    ).main
    assert in_this_order(text, "since 2008", "in the spring of 2019"), text


def test_words_stand_by_their_letters(base: Base, renderer: Renderer, frame: Callable[..., Frame]) -> None:
    text = page(f'<{HOSPITAL}> <http://e/word> "Zon" , "école" , "dak" .', base, renderer, frame).main
    assert in_this_order(text, "dak", "école", "Zon"), text


def test_sources_with_one_title_are_told_apart(base: Base, renderer: Renderer, frame: Callable[..., Frame]) -> None:
    found = page(
        f"""<{HOSPITAL}> a <http://www.w3.org/ns/org#Organization> .
        <id/bron/000> a zn:Bron ; dct:title "Partners"@nl ; dct:publisher <{HOSPITAL}> .
        <id/bron/003> a zn:Bron ; dct:title "Partners"@nl ; dct:publisher <{HOSPITAL}> .
        <id/bron/krant> a zn:Bron ; dct:title "Partners"@nl ; dct:date "2020-02-03"^^xsd:date ; dct:publisher <{HOSPITAL}> .
        <id/bron/004> a zn:Bron ; dct:title "Samen"@nl ; dct:publisher <{HOSPITAL}> .""",
        base,
        renderer,
        frame,
    )
    names = [it.text for it in found.all("a") if it.attributes.get("href", "").startswith("/en/doc/bron/")]
    assert names == ["Partners (000)", "Partners (003)", "Partners (3 February 2020)", "Samen"]
