"""Where a document says what: the exact value in every syntax, else the node, never a wrong place."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import BNode, URIRef

from zorgnetwerk.submission.checking import Checker, Circumstances
from zorgnetwerk.submission.findings import Spot
from zorgnetwerk.submission.guards import read_sources
from zorgnetwerk.submission.parsing import parse_document
from zorgnetwerk.submission.placing import places_of
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.media_types import MediaType

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "shapes" / "examples"
SYNTAXES = (media_types.TURTLE, media_types.TRIG, media_types.N_TRIPLES, media_types.JSON_LD, media_types.RDF_XML)

TURTLE = """@prefix a: <http://e.example/> .
a:s a:p "x"@nl , "y" ;
  a:q [ a:r "inner" ; a:t ( a:i "z" [ a:u 1 ] ) ] .
_:b a:p "of b" .
[] a:p 3.14 .
"""
JSON = """{
  "@context": {"a": "http://e.example/", "p": "a:p", "of": {"@reverse": "a:q"}, "day": {"@id": "a:day", "@type": "a:d"}},
  "@graph": [
    {"@id": "a:s", "@type": "a:T", "p": ["x", {"@value": "y", "@language": "nl"}], "a:q": {"@id": "a:o"}},
    {"@id": "a:o", "day": "2015", "of": {"@id": "a:z"}, "a:n": 12},
    {"p": "only one"}
  ]
}"""
XML = """<?xml version="1.0"?>
<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="http://e.example/">
  <a:T r:about="http://e.example/s" a:n="é">
    <a:p xml:lang="nl">x</a:p>
    <a:q><r:Description r:about="http://e.example/o"><a:p>y</a:p></r:Description></a:q>
    <a:w r:resource="http://e.example/z"/>
  </a:T>
</r:RDF>"""


def where(text: str, media_type: MediaType, subject: str, predicate: str, value: str) -> tuple[int, str]:
    """Line and text of a value, whose column is that of the text."""
    quads = syntax.parse(text.encode(), media_type, "http://e.example/")
    spot = places_of(text, media_type, "http://e.example/", quads).value(
        URIRef(f"http://e.example/{subject}"), URIRef(f"http://e.example/{predicate}"), URIRef(value)
    )
    assert spot is not None, (subject, predicate, value)
    said = text[spot.start : spot.end]
    assert text.splitlines()[spot.line - 1].startswith(said, spot.column - 1)
    return spot.line, said


@pytest.mark.parametrize(
    ("text", "media_type", "triple", "expected"),
    [
        (TURTLE, media_types.TURTLE, ("s", "p", "x"), (2, '"x"@nl')),
        (TURTLE, media_types.TURTLE, ("s", "p", "y"), (2, '"y"')),
        (JSON, media_types.JSON_LD, ("s", "p", "x"), (4, '"x"')),
        (JSON, media_types.JSON_LD, ("s", "p", "y"), (4, '{"@value": "y", "@language": "nl"}')),
        (JSON, media_types.JSON_LD, ("s", "q", "http://e.example/o"), (4, '{"@id": "a:o"}')),
        (JSON, media_types.JSON_LD, ("o", "day", "2015"), (5, '"2015"')),
        (JSON, media_types.JSON_LD, ("o", "n", "12"), (5, "12")),
        (JSON, media_types.JSON_LD, ("z", "q", "http://e.example/o"), (5, '{"@id": "a:z"}')),
        (XML, media_types.RDF_XML, ("s", "p", "x"), (4, '<a:p xml:lang="nl">x</a:p>')),
        (XML, media_types.RDF_XML, ("s", "n", "é"), (3, '"é"')),
        (XML, media_types.RDF_XML, ("o", "p", "y"), (5, "<a:p>y</a:p>")),
        (XML, media_types.RDF_XML, ("s", "w", "http://e.example/z"), (6, '<a:w r:resource="http://e.example/z"/>')),
    ],
)
def test_value_is_found_where_it_stands(
    text: str, media_type: MediaType, triple: tuple[str, str, str], expected: tuple[int, str]
) -> None:
    assert where(text, media_type, *triple) == expected


def test_blank_nodes_are_told_apart_by_the_order_of_the_parser() -> None:
    quads = syntax.parse(TURTLE.encode(), media_types.TURTLE, "http://e.example/")
    places = places_of(TURTLE, media_types.TURTLE, "http://e.example/", quads)
    found = {
        str(quad[2]): spot.line
        for quad in quads
        if isinstance(quad[0], BNode) and (spot := places.value(*quad[:3])) is not None
    }
    assert {"inner": 3, "1": 3, "of b": 4, "3.14": 5}.items() <= found.items()


@pytest.mark.parametrize("folder", ["shapes", "ontologie", "data", "tests/content/submissions"])
def test_every_statement_is_found_in_what_is_written_by_hand(folder: str) -> None:
    """Blank nodes included: the walk gives the statements in the order of the parser."""
    looked_at = 0
    for path in sorted((ROOT / folder).rglob("*")):
        media_type = syntax.media_type_of(path)
        if media_type not in (media_types.TURTLE, media_types.TRIG) or path.name == "G1-syntax.ttl":
            continue
        text = path.read_text("utf-8")
        quads = syntax.parse(text.encode(), media_type, RESERVED_BASE)
        cells = {quad[0] for quad in quads if str(quad[1]).endswith("#first")}
        plain = [quad for quad in quads if quad[0] not in cells and quad[2] not in cells]
        places = places_of(text, media_type, RESERVED_BASE, quads)
        assert not [quad for quad in plain if places.value(*quad[:3]) is None], path
        looked_at += len(plain)
    assert looked_at


def test_what_the_walk_does_not_know_costs_only_the_exact_place() -> None:
    text = "<http://e.example/s> <http://e.example/p> 1 .\n<< broken"
    places = places_of(text, media_types.TURTLE, "http://e.example/", ())
    assert places.find(URIRef("http://e.example/s"), None, None) is not None
    assert places_of("{]", media_types.JSON_LD, "", ()).find(URIRef("http://e.example/s"), None, None) is None
    assert places_of("<a", media_types.RDF_XML, "", ()).find(URIRef("http://e.example/s"), None, None) is None


@pytest.mark.parametrize("media_type", SYNTAXES, ids=str)
@pytest.mark.parametrize(
    ("name", "rule", "word"),
    [
        ("R30-year", "R30", "2015"),
        ("R11-dots", "R11", "0671.516.647"),
        ("R02-double-space", "R02", "betere  zorg"),
        ("R13-text", "R13", "www.voorbeeld.be"),
        ("R24-role-of-another-list", "R24", "organisatiesoorten"),
    ],
)
def test_finding_stands_on_the_value_that_it_is_about(
    media_type: MediaType, name: str, rule: str, word: str, checker: Checker
) -> None:
    graph = syntax.read_graph(EXAMPLES / "invalid" / f"{name}.ttl", RESERVED_BASE)
    data = syntax.write(graph, media_type)
    report = checker.check(data, media_type, Circumstances(attached=read_sources(EXAMPLES)))
    places = [finding.place for finding in report.violations if finding.rule == rule]
    assert places
    for place in places:
        assert isinstance(place, Spot)
        if rule != "R24":
            line = data.decode().splitlines()[place.line - 1]
            assert line[place.column - 1 : place.end_column - 1][:120] == place.token
            assert word in data.decode()[place.start : place.end]


def test_parsed_document_tells_its_places_only_when_asked() -> None:
    document = parse_document(TURTLE.encode(), media_types.TURTLE, "http://e.example/")
    assert document.places().values
