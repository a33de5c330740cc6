"""The first fourteen points of the table: what the data must and must not match."""

from __future__ import annotations

from .points import Point, begin, contradicted, counted, noted, number, party, supposed

EXPLICIT = "zn:zekerheid zekerheid:expliciet"
IMPLICIT = "zn:zekerheid zekerheid:impliciet"
VZN = "vlaams-ziekenhuisnetwerk-ku-leuven"
ZUIDWEST = "ziekenhuisnetwerk-zuidwest-limburg"
AZV = "samenwerkingsverband:medische-specialismen-jessa-azv"
RELING = "samenwerkingsverband:reling"
STZH = "organisatie:sint-trudo-ziekenhuis"
HOSPILIM = "samenwerkingsverband:hospilim"
MARIA = "organisatie:mariaziekenhuis-noord-limburg"

POINTS = (
    Point(
        1,
        "begin of the preferential agreement",
        (
            "tegenspraak:preferentieel-jessa-azv zn:betreft tijd:000-preferentieel-azv , tijd:001-preferentieel-azv .",
            "samenwerkingsverband:preferentieel-jessa-azv"
            " zn:geldigheid tijd:000-preferentieel-azv , tijd:001-preferentieel-azv .",
            begin("tijd:000-preferentieel-azv", "2015-01-01", "2015-12-31"),
            begin("tijd:001-preferentieel-azv", "2016-01-01", "2016-12-31"),
            counted("?t", "?t a zn:Tegenspraak", 1),
        ),
    ),
    Point(
        2,
        "first cooperation with azV",
        (
            f"{AZV} zn:geldigheid tijd:000-medische-specialismen-azv , tijd:001-medische-specialismen-azv .",
            begin("tijd:000-medische-specialismen-azv", "1990-01-01", "1999-12-31"),
            begin("tijd:001-medische-specialismen-azv", "1997-01-01", "1999-12-31"),
            noted(AZV),
        ),
        (contradicted("tijd:000-medische-specialismen-azv"), contradicted("tijd:001-medische-specialismen-azv")),
    ),
    Point(
        3,
        "Sint-Trudo, two states",
        (
            f"bewering:001-netwerkkeuze-stzh rdf:subject {STZH} ; rdf:object netwerkkeuze:nog-te-kiezen .",
            party("000", STZH, ZUIDWEST, 'zn:toestandOp "2022-04-14"^^xsd:date'),
            f"?e dct:type gebeurtenissoort:toetreding ; prov:wasAssociatedWith {STZH} ; zn:geldigheid ?time . "
            + begin("?time", "2019-03-01", "2019-03-31"),
            noted(STZH),
        ),
        (contradicted("bewering:001-netwerkkeuze-stzh"), contradicted("deelname:000-zuidwest-stzh")),
    ),
    Point(
        4,
        "these four hospitals",
        (
            number("hoeveelheid:000-zuidwest-deelnemers", 4, 4),
            counted("?who", f"?d zn:deelnameAan samenwerkingsverband:{ZUIDWEST} ; zn:deelnemer ?who", 4),
            noted(f"samenwerkingsverband:{ZUIDWEST}"),
        ),
    ),
    Point(
        5,
        "size of VZN KU Leuven",
        (
            number("hoeveelheid:000-vzn-ziekenhuizen", 30, 30, "true"),
            number("hoeveelheid:004-vzn-totaal", 31, 31),
            number("hoeveelheid:004-vzn-algemeen", 30, 30),
            number("hoeveelheid:004-vzn-universitair", 1, 1),
            noted(f"samenwerkingsverband:{VZN}"),
        ),
        (contradicted("hoeveelheid:000-vzn-ziekenhuizen"), contradicted("hoeveelheid:004-vzn-totaal")),
    ),
    Point(
        6,
        "who takes part in VZN KU Leuven",
        (
            party("000", "organisatie:jessa-ziekenhuis", VZN, IMPLICIT),
            party("004", "organisatie:az-sint-maarten", VZN, IMPLICIT),
            party("000", "organisatie:uz-leuven", VZN, EXPLICIT),
            party(
                "003",
                "organisatie:noorderhart",
                VZN,
                f"{EXPLICIT} ; zn:deelnamestatus deelnamestatus:geassocieerd-ziekenhuis",
            ),
        ),
    ),
    Point(
        7,
        "members of HospiLim",
        (
            number("hoeveelheid:000-hospilim-psychiatrische-centra", 4, 4),
            number("hoeveelheid:003-hospilim-psychiatrische-centra", 4, 4),
            number("hoeveelheid:000-hospilim-ziekenhuizen", 7, 7),
            f"gebeurtenis:000-oprichting-hospilim zn:betreft {HOSPILIM} ; zn:geldigheid ?time . "
            + begin("?time", "2010-12-14", "2010-12-14"),
            noted(HOSPILIM),
        ),
        (
            f"?d zn:deelnameAan {HOSPILIM} ; zn:geldigheid ?any .",
            contradicted("hoeveelheid:003-hospilim-psychiatrische-centra"),
        ),
    ),
    Point(
        8,
        "Mariaziekenhuis and Noorderhart in HospiLim",
        (
            party("000", MARIA, "hospilim", EXPLICIT),
            party("003", "organisatie:noorderhart", "hospilim", IMPLICIT),
            supposed(MARIA, "organisatie:noorderhart", "onderdeel"),
            supposed("organisatie:mariaziekenhuis", MARIA, "zelfde"),
        ),
    ),
    Point(
        9,
        "Maas en Kempen, hospital and campus",
        (
            supposed("organisatie:ziekenhuis-maas-en-kempen", "campus:zol-maas-en-kempen", "opvolger"),
            "?e zn:betreft organisatie:ziekenhuis-maas-en-kempen , campus:zol-maas-en-kempen ; zn:geldigheid ?time . "
            + begin("?time", "2021-01-01", "2021-01-01"),
            party("000", "organisatie:ziekenhuis-maas-en-kempen", "hospilim", 'zn:toestandOp "2022-04-14"^^xsd:date'),
        ),
    ),
    Point(
        10,
        "Sancta Maria and Asster",
        (
            party("003", "organisatie:sancta-maria", "kinderpsychiatrisch-centrum", EXPLICIT),
            party("000", "organisatie:asster", "hospilim", EXPLICIT),
            supposed("organisatie:sancta-maria", "organisatie:asster", "opvolger"),
        ),
        (supposed("organisatie:sancta-maria", "organisatie:asster", "zelfde"),),
    ),
    Point(
        11,
        "capacity of KPC",
        (
            number("hoeveelheid:003-kpc", 20, 20),
            "GRAPH graaf:verrijking-kpc-genk { ?c rdf:object ?text ; prov:hadPrimarySource bron:kpc-genk }"
            ' FILTER (CONTAINS(?text, "27 plaatsen"))',
            noted("voorziening:k-dienst-kpc"),
        ),
        (contradicted("hoeveelheid:003-kpc"), "GRAPH graaf:003 { ?any zn:aantalMin 27 }"),
    ),
    Point(
        12,
        "three times twenty beds",
        (
            "hoeveelheid:000-psychogeriatrie-sal a zn:Capaciteit ; zn:bedsoort bedsoort:psychogeriatrie .",
            "hoeveelheid:003-kpc a zn:Capaciteit ; zn:bedsoort bedsoort:k .",
            "hoeveelheid:003-nlr a zn:Capaciteit ; zn:bedsoort bedsoort:sp-locomotorisch .",
            counted("?c", "?c a zn:Capaciteit ; zn:aantalMin 20 ; zn:eenheid eenheid:bedden", 3),
            "{ SELECT (SUM(?n) AS ?beds) WHERE { ?c a zn:Capaciteit ; zn:eenheid eenheid:bedden ; zn:aantalMin ?n } }"
            " FILTER (?beds = 60)",
        ),
    ),
    Point(
        13,
        "dialysis in Tongeren",
        ("voorziening:dialyse-tongeren dct:spatial gebied:tongeren .", noted("voorziening:dialyse-tongeren")),
        (
            "voorziening:dialyse-tongeren zn:inSamenwerkingMet organisatie:az-vesalius .",
            "voorziening:dialyse-tongeren zn:aangebodenDoor organisatie:az-vesalius .",
        ),
    ),
    Point(
        14,
        "basis of Reling",
        (
            counted("?c", f"?c rdf:subject {RELING} ; dct:type beweringsoort:grondslag ; zn:citaat ?q", 2),
            noted(RELING),
        ),
    ),
)
