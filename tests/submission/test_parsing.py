"""Foreign bytes: what is read, what is refused, and with which place."""

from __future__ import annotations

import json
import time

import pytest
from rdflib import BNode, Literal, URIRef

from zorgnetwerk.errors import BodyTooLarge, Limit, MediaTypeUnsupported, SyntaxInvalid
from zorgnetwerk.submission.gates import CONTEXT_TERM_LIMIT, NESTING_LIMIT
from zorgnetwerk.submission.parsing import ACCEPTED, Limits, parse_document
from zorgnetwerk.submission.places import locate
from zorgnetwerk.terms import media_types

TRIPLE = (URIRef("http://e.example/a"), URIRef("http://e.example/b"), Literal("c"))
SAME = {
    media_types.TURTLE: b'<http://e.example/a> <http://e.example/b> "c" .',
    media_types.TRIG: b'<http://e.example/a> <http://e.example/b> "c" .',
    media_types.N_TRIPLES: b'<http://e.example/a> <http://e.example/b> "c" .',
    media_types.N_QUADS: b'<http://e.example/a> <http://e.example/b> "c" .',
    media_types.JSON_LD: b'{"@context": {"b": "http://e.example/b"}, "@id": "http://e.example/a", "b": "c"}',
    media_types.RDF_XML: b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/">'
    b'<r:Description r:about="http://e.example/a"><e:b>c</e:b></r:Description></r:RDF>',
}


@pytest.mark.parametrize("media_type", ACCEPTED, ids=str)
def test_every_accepted_format_gives_the_same_triple(media_type: media_types.MediaType) -> None:
    assert list(parse_document(SAME[media_type], media_type).graph) == [TRIPLE]


def test_other_formats_are_named_as_refused() -> None:
    with pytest.raises(MediaTypeUnsupported, match="text/turtle"):
        parse_document(b"", media_types.HTML)


def test_byte_order_mark_is_no_error() -> None:
    assert len(parse_document(b"\xef\xbb\xbf" + SAME[media_types.TURTLE], media_types.TURTLE).graph) == 1


def test_relative_iris_lie_under_the_base() -> None:
    graph = parse_document(b"<> <http://e.example/b> <id/x/y> .", media_types.TURTLE, "https://own.example/").graph
    assert set(graph) == {(URIRef("https://own.example/"), TRIPLE[1], URIRef("https://own.example/id/x/y"))}


def test_blank_nodes_of_two_documents_stay_apart() -> None:
    first, second = (parse_document(b"_:a <http://e.example/b> 1 .", media_types.TURTLE).graph for _ in range(2))
    assert isinstance(next(iter(first))[0], BNode)
    assert not set(first.subjects()) & set(second.subjects())


def test_named_graphs_are_reported_and_not_hidden() -> None:
    document = parse_document(b"<http://e.example/g> { <http://e.example/a> <http://e.example/b> 1 }", media_types.TRIG)
    assert document.named_graphs == (URIRef("http://e.example/g"),)


def test_lexical_forms_are_kept() -> None:
    graph = parse_document(
        b'<http://e.example/a> <http://e.example/b> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        media_types.TURTLE,
    ).graph
    assert [str(value) for value in graph.objects()] == ["01"]


@pytest.mark.parametrize(
    ("media_type", "data", "line"),
    [
        (media_types.TURTLE, b"<http://e.example/a> <http://e.example/b> 1 .\n<http://e.example/a> <b .\n", 2),
        (media_types.TURTLE, b'<http://e.example/a>\n <http://e.example/b> "\x01" .', 2),
        (media_types.TURTLE, b'<http://e.example/a>\n <http://e.example/b> "\\u0001" .', 2),
        (media_types.TURTLE, b"\n\n<http://e.example/a> <http://e.example/b> <javascript:alert(1)> .", 3),
        (media_types.TURTLE, b"\n<http://e.example/a> <http://e.example/123> 1 .", 2),
        (media_types.TURTLE, "\n<http://e.example/\u202eab> <http://e.example/b> 1 .".encode(), 2),
        (media_types.TURTLE, "\n<http://\u0435xample.org/a> <http://e.example/b> 1 .".encode(), 2),
        (media_types.TURTLE, "<http://e.example/e\u0301> <http://e.example/b> 1 .".encode(), 1),
        (media_types.TURTLE, b"\n\xff", 2),
        (media_types.JSON_LD, b'{\n"@id": }', 2),
        (media_types.JSON_LD, b'{"@context":\n"https://schema.org/"}', 2),
        (media_types.JSON_LD, b'{"@context": {"@import": "https://schema.org/"}}', 1),
        (media_types.JSON_LD, b'{"http://e.example/b": {"@value": "x",\n"@language": "a_b"}}', 2),
        (media_types.RDF_XML, b"<a>\n<b></a>", 2),
        (media_types.RDF_XML, b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]><a/>', 2),
        (media_types.RDF_XML, b"<!doctype a><a/>", 1),
    ],
)
def test_what_does_not_parse_is_refused_with_its_line(
    media_type: media_types.MediaType, data: bytes, line: int
) -> None:
    with pytest.raises(SyntaxInvalid) as caught:
        parse_document(data, media_type)
    assert caught.value.place.line == line


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        (media_types.JSON_LD, b"[" * 100_000),
        (
            media_types.JSON_LD,
            json.dumps({"@context": {f"t{n}": f"t{n + 1}:x" for n in range(CONTEXT_TERM_LIMIT + 1)}}).encode(),
        ),
        (
            media_types.JSON_LD,
            json.dumps([{"@context": {"a": "http://e.example/a"}}] * (CONTEXT_TERM_LIMIT + 1)).encode(),
        ),
        (media_types.RDF_XML, b"<a>" * (NESTING_LIMIT + 1)),
        (media_types.RDF_XML, b"<a " + b" ".join(b'b%d=""' % n for n in range(101)) + b"/>"),
        (media_types.TURTLE, b"<<( " * 100_000),
        (media_types.N_QUADS, b"<<( " * 100_000),
    ],
    ids=["json-depth", "context-chain", "contexts", "xml-depth", "attributes", "quoted-triples", "quoted-triples-nq"],
)
def test_what_would_stop_the_reader_is_refused_before(media_type: media_types.MediaType, data: bytes) -> None:
    start = time.process_time()
    with pytest.raises(Limit):
        parse_document(data, media_type)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "data",
    [
        b"<http://e.example/a> <http://e.example/b> ( " + b"( " * 50_000,
        b"[ <http://e.example/b> " * 50_000,
        b'"' * 100_000,
        b"\\" * 100_000,
    ],
    ids=["lists", "blank-nodes", "quotes", "backslashes"],
)
def test_hostile_turtle_ends_in_an_error_soon(data: bytes) -> None:
    start = time.process_time()
    with pytest.raises((SyntaxInvalid, Limit)):
        parse_document(data, media_types.TURTLE)
    assert time.process_time() - start < 5


def test_text_in_quotes_does_not_count_as_nesting() -> None:
    data = json.dumps({"@id": "http://e.example/a", "http://e.example/b": "[" * 1000 + '"{' * 1000}).encode()
    assert len(parse_document(data, media_types.JSON_LD).graph) == 1


def test_size_limits_are_kept() -> None:
    data = b"\n".join(b"<http://e.example/a> <http://e.example/b> %d ." % n for n in range(20))
    assert len(parse_document(data, media_types.TURTLE, limits=Limits(len(data), 20)).graph) == 20
    with pytest.raises(BodyTooLarge):
        parse_document(data, media_types.TURTLE, limits=Limits(len(data) - 1, 20))
    with pytest.raises(Limit, match="20 triples"):
        parse_document(data, media_types.TURTLE, limits=Limits(len(data), 19))


def test_numbers_too_long_for_the_machine_are_an_error_or_a_value() -> None:
    """An integer of more than 4,300 digits and an endless duration raise other classes in rdflib."""
    for value in (
        '"%s"^^<http://www.w3.org/2001/XMLSchema#integer>' % ("9" * 5000),
        '"P%sY"^^<http://www.w3.org/2001/XMLSchema#duration>' % ("9" * 5000),
    ):
        try:
            document = parse_document(
                f"<http://e.example/a> <http://e.example/b> {value} .".encode(), media_types.TURTLE
            )
        except SyntaxInvalid:
            continue
        assert len(document.graph) == 1


def test_node_is_found_where_it_is_described() -> None:
    text = "@prefix a: <http://e.example/> .\na:x a:y a:b-2 , a:b .\n  a:b a:y 1 ."
    place = locate(text, "http://e.example/b")
    assert (place.line, place.column, place.excerpt) == (3, 3, "  a:b a:y 1 .")
    assert locate(text, "http://e.example/none").line == 0
