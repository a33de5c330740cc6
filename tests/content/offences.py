"""For each house rule the smallest data set that breaks it, the offender, and the same data mended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Offence:
    """Turtle without prefixes. ``thing`` is the offender, below the base."""

    thing: str
    wrong: str
    right: str


_FOUR = '"a"@nl , "a"@fr , "a"@de , "a"@en'
_CODE = "domein:x a skos:Concept ; skos:inScheme <auth/zorgdomeinen> "
_TERM = "zn:x rdfs:isDefinedBy <ns/zorgnetwerk> "
_CLAIM = "bewering:1 a zn:Bewering ; rdf:subject organisatie:x ; rdf:predicate zn:doel ; rdf:object "
_EXPLICIT = (
    "organisatie:x zn:neemtDeelAan samenwerkingsverband:y . deelname:1 zn:deelnemer organisatie:x ;"
    " zn:deelnameAan samenwerkingsverband:y ; zn:zekerheid zekerheid:"
)
_FIFTEEN = "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien"

OFFENCES = {
    "undeclared-term": Offence(
        "id/deelname/1",
        "deelname:1 zn:deelnemmer organisatie:x .",
        "deelname:1 zn:deelnemer organisatie:x . zn:deelnemer rdfs:isDefinedBy <ns/zorgnetwerk> .",
    ),
    "unknown-concept": Offence(
        "id/samenwerkingsverband/x",
        "samenwerkingsverband:x zn:status status:aktief .",
        "samenwerkingsverband:x zn:status status:actief . status:actief a skos:Concept .",
    ),
    "concept-without-mapping": Offence(
        "auth/zorgdomeinen/x", _CODE + ".", _CODE + '; skos:editorialNote "er is geen code"@nl .'
    ),
    "concept-texts": Offence(
        "auth/zorgdomeinen/x",
        _CODE + f'; skos:prefLabel {_FOUR} ; skos:definition "a"@nl , "a"@fr , "a"@de .',
        _CODE + f"; skos:prefLabel {_FOUR} ; skos:definition {_FOUR} .",
    ),
    "term-texts": Offence(
        "ns/zorgnetwerk#x",
        _TERM + f'; rdfs:label "a"@nl ; skos:definition {_FOUR} .',
        _TERM + f"; rdfs:label {_FOUR} ; skos:definition {_FOUR} .",
    ),
    "concept-cycle": Offence(
        "auth/zorgdomeinen/x", "domein:x skos:broader domein:x .", "domein:x skos:broader domein:y ."
    ),
    "long-quotation": Offence(
        "id/citaat/1", f'citaat:1 oa:exact "{_FIFTEEN}\u00a0zestien"@nl .', f'citaat:1 oa:exact " {_FIFTEEN} "@nl .'
    ),
    "unused-quotation": Offence(
        "id/citaat/1",
        'citaat:1 a zn:Citaat ; oa:exact "a"@nl .',
        'citaat:1 a zn:Citaat ; oa:exact "a"@nl . bewering:1 zn:citaat citaat:1 .',
    ),
    "fact-without-quotation": Offence(
        "id/bewering/1",
        'bewering:1 a zn:Bewering ; prov:hadPrimarySource bron:000 . bron:000 zn:bestandsnaam "000.txt" .',
        "bewering:1 a zn:Bewering ; zn:citaat citaat:1 . bewering:2 a zn:Bewering ; prov:hadPrimarySource bron:x .",
    ),
    "claim-without-triple": Offence(
        "id/bewering/1",
        _CLAIM + '"a"@nl . organisatie:x zn:doel "a"@en .',
        _CLAIM + '"a"@nl . organisatie:x zn:doel "a"@nl .',
    ),
    "claim-with-several-triples": Offence("id/bewering/1", _CLAIM + '"a"@nl , "b"@nl .', _CLAIM + '"a"@nl .'),
    "slug": Offence(
        "id/organisatie/Jessa_Ziekenhuis",
        "<id/organisatie/Jessa_Ziekenhuis> a org:Organization .",
        "organisatie:jessa-ziekenhuis a org:Organization . domein:x a skos:Concept ."
        " <id/vraag/x/parameter/dag> a sh:Parameter .",
    ),
    "thing-without-class": Offence(
        "id/organisatie/y",
        "organisatie:x a org:Organization ; org:subOrganizationOf organisatie:y .",
        "organisatie:x a org:Organization ; org:subOrganizationOf organisatie:y . organisatie:y a org:Organization .",
    ),
    "thing-without-name": Offence(
        "id/persoon/x", "persoon:x a foaf:Person .", 'persoon:x a foaf:Person ; foaf:name "X" .'
    ),
    "loose-time-or-quantity": Offence(
        "id/tijd/1",
        "tijd:1 a zn:Tijdsaanduiding . deelname:1 zn:citaat tijd:1 .",
        "tijd:1 a zn:Tijdsaanduiding . deelname:1 zn:geldigheid tijd:1 .",
    ),
    "same-as": Offence(
        "id/organisatie/x",
        "organisatie:x owl:sameAs organisatie:y .",
        "organisatie:x owl:sameAs <https://elders.example/x> .",
    ),
    "collaboration-with-legal-form": Offence(
        "id/samenwerkingsverband/x",
        "samenwerkingsverband:x a org:OrganizationalCollaboration ; zn:rechtsvorm rechtsvorm:vzw .",
        "samenwerkingsverband:x a org:FormalOrganization ; zn:rechtsvorm rechtsvorm:vzw .",
    ),
    "agreement-as-organisation": Offence(
        "id/samenwerkingsverband/x",
        "samenwerkingsverband:x a zn:Samenwerkingsovereenkomst . deelname:1 org:organization samenwerkingsverband:x .",
        "samenwerkingsverband:x a zn:Samenwerkingsovereenkomst . deelname:1 zn:deelnameAan samenwerkingsverband:x .",
    ),
    "year-literal": Offence(
        "id/tijd/1", 'tijd:1 zn:vroegsteBegin "2008"^^xsd:gYear .', 'tijd:1 zn:vroegsteBegin "2008-01-01"^^xsd:date .'
    ),
    "shortcut-without-participation": Offence("id/organisatie/x", _EXPLICIT + "impliciet .", _EXPLICIT + "expliciet ."),
    "fact-without-claim": Offence(
        "id/organisatie/x",
        "bron:000 a zn:Bron . organisatie:x dct:spatial gebied:y .",
        "bron:000 a zn:Bron . organisatie:x dct:spatial gebied:y ."
        " bewering:1 rdf:subject organisatie:x ; rdf:predicate dct:spatial ; rdf:object gebied:y .",
    ),
}
