"""The last fourteen points of the table: what the data must and must not match."""

from __future__ import annotations

from .points import Point, claimed, contradicted, counted, noted, number, party, supposed

EXPLICIT = "zn:zekerheid zekerheid:expliciet"
IMPLICIT = "zn:zekerheid zekerheid:impliciet"
VZN = "vlaams-ziekenhuisnetwerk-ku-leuven"
ZUIDWEST = "ziekenhuisnetwerk-zuidwest-limburg"
NOORDOOST = "samenwerkingsverband:ziekenhuisnetwerk-noord-oost-limburg"
BESCHUT = "samenwerkingsverband:beschut-wonen-noord-limburg"
ZORGSTAD = "samenwerkingsverband:hasselt-zorgstad"
RELING = "samenwerkingsverband:reling"
STZH = "organisatie:sint-trudo-ziekenhuis"
VALUES_RELING = (
    "VALUES ?who { organisatie:jessa-ziekenhuis groep:ggz-voorzieningen-west-limburg groep:eerste-lijn"
    " groep:familieorganisaties organisatie:mariaziekenhuis }"
)
TAKES_PART = f"?d zn:deelnemer ?who ; zn:deelnameAan {RELING} ; {EXPLICIT} ."

POINTS = (
    Point(
        15,
        "participants of Reling",
        (
            counted("?who", f"{VALUES_RELING} {TAKES_PART}", 5),
            counted("?who", TAKES_PART, 5),
            claimed("000", RELING, "zn:doelgroep", "doelgroep:volwassenen-18-64-met-een-psychische-kwetsbaarheid"),
        ),
    ),
    Point(
        16,
        "projects of Beschut Wonen",
        (
            number("hoeveelheid:003-beschut-wonen-projecten", 2, 2),
            counted("?p", f"{BESCHUT} zn:heeftProject ?p", 3),
            noted(BESCHUT),
        ),
        (contradicted("hoeveelheid:003-beschut-wonen-projecten"),),
    ),
    Point(
        17,
        "Zorgverzekeraars Nederland",
        (
            party("003", "groep:nederlandse-zorgverzekeraars", "noorderhart-nederlandse-zorgverzekeraars", EXPLICIT),
            noted("samenwerkingsverband:noorderhart-nederlandse-zorgverzekeraars"),
        ),
        ('?o a org:Organization ; skos:prefLabel "Zorgverzekeraars Nederland"@nl .',),
    ),
    Point(
        18,
        "BIOMED and Modem",
        (
            party("003", "organisatie:noorderhart", "noorderhart-biomed", IMPLICIT),
            party("003", "organisatie:biomed", "noorderhart-biomed", IMPLICIT),
            party("003", "organisatie:noorderhart", "noorderhart-modem", IMPLICIT),
            party("003", "organisatie:modem", "noorderhart-modem", IMPLICIT),
            noted("samenwerkingsverband:noorderhart-biomed"),
            noted("samenwerkingsverband:noorderhart-modem"),
        ),
    ),
    Point(
        19,
        "form of Noord-Oost Limburg",
        (claimed("003", NOORDOOST, "zn:samenwerkingsvorm", "vorm:ziekenhuisnetwerk"), noted(NOORDOOST)),
        (f"{NOORDOOST} zn:samenwerkingsvorm vorm:locoregionaal-klinisch-ziekenhuisnetwerk .",),
    ),
    Point(
        20,
        "KULeuven as a hospital",
        (
            party("004", "organisatie:kuleuven-ziekenhuis", "functionele-samenwerking-az-sint-maarten", EXPLICIT),
            supposed("organisatie:kuleuven-ziekenhuis", "organisatie:uz-leuven", "zelfde"),
        ),
    ),
    Point(
        21,
        "three forms of Hasselt Zorgstad",
        (
            claimed("000", ZORGSTAD, "zn:samenwerkingsvorm", "vorm:initiatief"),
            claimed("000", ZORGSTAD, "zn:samenwerkingsvorm", "vorm:netwerk"),
            claimed("002", ZORGSTAD, "zn:samenwerkingsvorm", "vorm:initiatief"),
            claimed("002", ZORGSTAD, "zn:samenwerkingsvorm", "vorm:project"),
            noted(ZORGSTAD),
        ),
    ),
    Point(
        22,
        "no start date of Hasselt Zorgstad",
        (noted(ZORGSTAD),),
        (f"{ZORGSTAD} zn:geldigheid ?time .", f"?e zn:betreft {ZORGSTAD} ; zn:geldigheid ?time ."),
    ),
    Point(
        23,
        "Sint-Trudo among the urologists",
        (
            party("001", STZH, "urologische-groep-robotchirurgie", EXPLICIT),
            f"GRAPH graaf:001 {{ {STZH} zn:netwerkkeuze netwerkkeuze:nog-te-kiezen }}",
            noted("samenwerkingsverband:urologische-groep-robotchirurgie"),
        ),
        (contradicted("deelname:001-urologische-groep-stzh"),),
    ),
    Point(
        24,
        "lost references",
        (noted("project:efro-transmurale-zorgpaden"), noted("samenwerkingsverband:az-sint-maarten-thomas-more-snor")),
    ),
    Point(
        25,
        "open lists",
        tuple(
            claimed(document, f"samenwerkingsverband:{which}", "zn:deelnemersVolledig", "false")
            for document, which in (
                ("000", "wetenschappelijke-samenwerking-jessa"),
                ("000", "happy-aging"),
                ("001", "borstkanker"),
                ("004", "regionale-samenwerking-az-sint-maarten"),
            )
        ),
    ),
    Point(
        26,
        "one locoregional network since 2020",
        (
            "GRAPH graaf:verrijking-healthybelgium-netwerken {"
            " ?c rdf:subject vorm:locoregionaal-klinisch-ziekenhuisnetwerk ;"
            ' dct:type beweringsoort:wettelijk-kader ; rdf:object ?text } FILTER (CONTAINS(?text, "1 januari 2020"))',
        ),
    ),
    Point(
        27,
        "municipalities with another code",
        (
            "gebied:hasselt skos:exactMatch refnis2019:71022 ; skos:closeMatch refnis2025:71072 .",
            "gebied:tongeren skos:exactMatch refnis2019:73083 ; skos:closeMatch refnis2025:73111 .",
            "gebied:bilzen skos:exactMatch refnis2019:73006 ; skos:closeMatch refnis2025:73110 .",
            'refnis2025:73111 skos:prefLabel "Tongeren-Borgloon"@nl .',
            noted("gebied:hasselt"),
        ),
    ),
    Point(
        28,
        "spelling",
        (
            'gebied:herk-de-stad skos:hiddenLabel "Herk-De-stad"@nl .',
            'organisatie:radboud-university-nijmegen skos:hiddenLabel "Radboud University Nijmeghen"@nl .',
            'vorm:samenwerkingsverband skos:hiddenLabel "samenwerkinsverband"@nl .',
            f"samenwerkingsverband:{ZUIDWEST} skos:altLabel"
            ' "Locoregionaal klinisch ziekenhuisnetwerk Zuid-West Limburg"@nl .',
            f'samenwerkingsverband:{VZN} skos:altLabel "Vlaams ziekenhuisnetwerk K.U.Leuven"@nl .',
        ),
        ('?any skos:altLabel "samenwerkinsverband"@nl .', '?any skos:altLabel "az Vesalius Rongeren"@nl .'),
    ),
)
