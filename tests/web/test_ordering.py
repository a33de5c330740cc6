"""In which order the values of a fact stand."""

from __future__ import annotations

from .studio import Studio

HOSPITAL = "id/organisatie/az-noord"


def in_this_order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def test_quantities_stand_by_their_size(studio: Studio) -> None:
    amounts = " ".join(f"<id/hoeveelheid/{number}> zn:aantalMin {number} ; zn:aantalMax {number} ." for number in (9, 20, 1000, 100))  # fmt: skip
    links = " , ".join(f"<id/hoeveelheid/{number}>" for number in (9, 20, 1000, 100))
    text = studio.of(HOSPITAL, f"<{HOSPITAL}> zn:hoeveelheid {links} . {amounts}").main
    assert in_this_order(text, " 9 ", " 20 ", " 100 ", " 1,000 "), text


def test_numbers_and_days_stand_by_their_size(studio: Studio) -> None:
    text = studio.of(
        HOSPITAL,
        f"""<{HOSPITAL}> <http://e/beds> 9 , 100 , 20.5 ;
        <http://e/day> "2020-10-01"^^xsd:date , "2020-02-28"^^xsd:date , "2019-12-31"^^xsd:date .""",
    ).main
    assert in_this_order(text, " 9 ", " 20.5 ", " 100 "), text
    assert in_this_order(text, "31 December 2019", "28 February 2020", "1 October 2020"), text


def test_times_stand_by_their_begin(studio: Studio) -> None:
    text = studio.of(
        HOSPITAL,
        f"""<{HOSPITAL}> zn:geldigheid <id/tijd/a> , <id/tijd/b> .
        <id/tijd/a> zn:tijdstekst "in the spring of 2019" ; zn:vroegsteBegin "2019-03-01"^^xsd:date .
        <id/tijd/b> zn:tijdstekst "since 2008" ; zn:vroegsteBegin "2008-01-01"^^xsd:date .""",
    ).main
    assert in_this_order(text, "since 2008", "in the spring of 2019"), text


def test_words_stand_by_their_letters(studio: Studio) -> None:
    text = studio.of(HOSPITAL, f'<{HOSPITAL}> <http://e/word> "Zon" , "école" , "dak" .').main
    assert in_this_order(text, "dak", "école", "Zon"), text
