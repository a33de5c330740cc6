"""The 28 points on which the documents contradict each other or are not clear, and what the data must say about each.

A point is a row of questions to the union of all graphs: some are to be answered yes, some no. Knows the vocabulary of
the data; knows nothing of how they are read.

Source: domain report, section 3 (contradictions and ambiguities), one point a row of its table.
"""

from __future__ import annotations

from dataclasses import dataclass

from .reading import BASE

_THINGS = (
    *("organisatie", "groep", "samenwerkingsverband", "deelname", "campus", "voorziening", "project", "gebied"),
    *("gebeurtenis", "tijd", "hoeveelheid", "bron", "bewering", "tegenspraak", "graaf"),
)
_LISTS = {
    "vorm": "samenwerkingsvormen",
    "deelnamestatus": "deelnamestatussen",
    "netwerkkeuze": "netwerkkeuzestatussen",
    "doelgroep": "doelgroepen",
    "eenheid": "eenheden",
    "bedsoort": "bedsoorten",
    "zekerheid": "zekerheden",
    "verband": "hypothesesoorten",
    "gebeurtenissoort": "gebeurtenissoorten",
    "beweringsoort": "beweringsoorten",
}
_OTHERS = {
    "zn": f"{BASE}ns/zorgnetwerk#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "refnis2019": "http://vocab.belgif.be/auth/refnis2019/",
    "refnis2025": "http://vocab.belgif.be/auth/refnis2025/",
}
PREFIXES = "".join(
    f"PREFIX {prefix}: <{namespace}>\n"
    for prefix, namespace in (
        {thing: f"{BASE}id/{thing}/" for thing in _THINGS}
        | {prefix: f"{BASE}auth/{scheme}/" for prefix, scheme in _LISTS.items()}
        | _OTHERS
    ).items()
)


@dataclass(frozen=True)
class Point:
    """One row of the table: graph patterns that the data match, and patterns that they do not match."""

    number: int
    topic: str
    yes: tuple[str, ...]
    no: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.number:02} {self.topic}"


def noted(thing: str) -> str:
    """The pattern of a note of ours, in Dutch and in English."""
    return (
        f"GRAPH graaf:curatie {{ {thing} skos:editorialNote ?nl , ?en . "
        'FILTER (LANG(?nl) = "nl" && LANG(?en) = "en") }'
    )


def supposed(first: str, second: str, kind: str) -> str:
    """The pattern of an identity hypothesis that is likely, about these two."""
    return (
        f"GRAPH graaf:curatie {{ ?h a zn:Identiteitshypothese ; zn:betreft {first} , {second} ; "
        f"zn:aardVerband verband:{kind} ; zn:zekerheid zekerheid:waarschijnlijk }}"
    )


def party(document: str, who: str, where: str, rest: str) -> str:
    """The pattern of a participation that the document states."""
    return (
        f"GRAPH graaf:{document} {{ ?d a zn:Deelname ; zn:deelnemer {who} ; "
        f"zn:deelnameAan samenwerkingsverband:{where} ; {rest} }}"
    )


def number(thing: str, low: int, high: int, approximate: str = "false") -> str:
    """The pattern of a quantity with these numbers."""
    return f"{thing} zn:aantalMin {low} ; zn:aantalMax {high} ; zn:benaderend {approximate} ; zn:citaat ?q ."


def begin(time: str, first: str, last: str) -> str:
    """The pattern of a time that begins between these days."""
    return f'{time} zn:vroegsteBegin "{first}"^^xsd:date ; zn:laatsteBegin "{last}"^^xsd:date .'


def counted(what: str, pattern: str, total: int) -> str:
    """The pattern that the number of different values is this."""
    return f"{{ SELECT (COUNT(DISTINCT {what}) AS ?n) WHERE {{ {pattern} }} }} FILTER (?n = {total})"


def contradicted(thing: str) -> str:
    """The pattern that the thing is part of a contradiction."""
    return f"?t a zn:Tegenspraak ; zn:betreft {thing} ."


def claimed(document: str, subject: str, predicate: str, value: str) -> str:
    """The pattern of a claim of the document about this triple."""
    return (
        f"GRAPH graaf:{document} {{ {subject} {predicate} {value} . "
        f"?c rdf:subject {subject} ; rdf:predicate {predicate} ; rdf:object {value} ; zn:citaat ?q }}"
    )
