"""Reading and writing: nothing is changed on the way, mistakes are named with their place."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from zorgnetwerk.errors import ContentError, MediaTypeUnsupported, SyntaxInvalid
from zorgnetwerk.terms import media_types, syntax

BASE = "https://zorgnetwerk.example/"


def sample() -> Graph:
    graph = Graph()
    thing = URIRef("http://e/a")
    graph.add(
        (
            thing,
            URIRef("http://e/p"),
            Literal("01", datatype=URIRef("http://www.w3.org/2001/XMLSchema#integer"), normalize=False),
        )
    )
    graph.add((thing, URIRef("http://e/p"), Literal('quote " and\nline', lang="nl")))
    graph.add((thing, URIRef("http://e/p"), Literal("plain")))
    graph.add((thing, URIRef("http://e/q"), BNode("x")))
    return graph


@pytest.mark.parametrize("media_type", media_types.GRAPH_FORMATS, ids=str)
def test_write_then_parse_is_isomorphic(media_type: media_types.MediaType) -> None:
    graph = sample()
    parsed = Graph()
    for subject, predicate, value, _ in syntax.parse(syntax.write(graph, media_type), media_type, BASE):
        parsed.add((subject, predicate, value))
    assert isomorphic(parsed, graph)


@pytest.mark.parametrize("media_type", [media_types.TRIG, media_types.N_QUADS], ids=str)
def test_graph_name_is_written_where_the_format_has_one(media_type: media_types.MediaType) -> None:
    quads = syntax.parse(syntax.write(sample(), media_type, graph_name="http://e/g"), media_type)
    assert {graph for *_, graph in quads} == {URIRef("http://e/g")}


def test_equal_graphs_give_equal_bytes() -> None:
    assert syntax.write(sample(), media_types.TURTLE) == syntax.write(sample(), media_types.TURTLE)


def test_only_used_prefixes_are_declared() -> None:
    text = syntax.write(sample(), media_types.TURTLE, {"e": "http://e/", "z": "http://z/"}).decode()
    assert "@prefix e:" in text
    assert "@prefix z:" not in text


def test_syntax_error_has_line_column_and_excerpt() -> None:
    with pytest.raises(SyntaxInvalid) as caught:
        syntax.parse(b"<http://e/a> <http://e/b> 1 .\n<http://e/a> <http://e/b> c .", media_types.TURTLE)
    assert (caught.value.place.line, caught.value.place.excerpt) == (2, "<http://e/a> <http://e/b> c .")
    assert caught.value.place.column > 0


def test_content_error_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text("@prefix a: <http://a/> .\na:b a:c d .\n", "utf-8")
    with pytest.raises(ContentError, match=r"broken\.ttl, line 2, column"):
        syntax.read_graph(path, BASE)


@pytest.mark.parametrize(
    ("body", "place", "said"),
    [
        ("<e:b>x</e:c>", "line 3, column 9", "expected `</e:b>`"),
        ('<e:b rdf:resource="http://e/a b"/>', "line 3, column 20", "http://e/a b"),
    ],
)
def test_a_broken_rdf_xml_file_is_named_with_its_line(tmp_path: Path, body: str, place: str, said: str) -> None:
    path = tmp_path / "x.rdf"
    names = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"'
    path.write_text(
        f'<rdf:RDF {names}>\n<rdf:Description rdf:about="http://e/a">\n{body}\n</rdf:Description></rdf:RDF>'
    )
    with pytest.raises(ContentError) as caught:
        syntax.read_graph(path, BASE)
    assert f"x.rdf, {place}" in str(caught.value)
    assert said in str(caught.value)


XML_HEAD = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">\n'
XML_THING = '<rdf:Description rdf:about="http://e/a"><e:b>1</e:b>'


@pytest.mark.parametrize(
    ("end", "place", "said"),
    [
        ("", "line 2, column 53", "no element found"),
        ("</rdf:Description>", "line 2, column 71", "no element found"),
        ("</rdf:Description></rdf:RDF><x/>", "line 2, column", ""),
    ],
)
def test_a_document_in_xml_that_breaks_off_is_no_whole_one(tmp_path: Path, end: str, place: str, said: str) -> None:
    path = tmp_path / "x.rdf"
    path.write_text(XML_HEAD + XML_THING + end)
    with pytest.raises(ContentError) as caught:
        syntax.read_graph(path, BASE)
    assert f"x.rdf, {place}" in str(caught.value)
    assert said in str(caught.value)
    with pytest.raises(SyntaxInvalid):
        syntax.parse(path.read_bytes(), media_types.RDF_XML)
    path.write_text(f"{XML_HEAD}{XML_THING}</rdf:Description></rdf:RDF>\n")
    assert len(syntax.read_graph(path, BASE)) == len(syntax.parse(path.read_bytes(), media_types.RDF_XML)) == 1


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "utf-7", "x-none", "idna", "rot13"])
def test_a_declared_encoding_that_is_not_read_is_pointed_at(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.rdf"
    path.write_text(f'<?xml version="1.0" encoding="{encoding}"?>\n<a/>')
    with pytest.raises(ContentError, match=r"x\.rdf, line 1, column 21.*UTF-8"):
        syntax.read_graph(path, BASE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.ttl", "<http://e/a> <http://e/b> 1 ."),
        ("x.nq", "<http://e/a> <http://e/b> <http://e/c> ."),
        ("x.jsonld", '{"@id": "http://e/a", "http://e/b": 1}'),
        (
            "x.rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
            '<rdf:Description rdf:about="http://e/a"><e:b>1</e:b></rdf:Description></rdf:RDF>',
        ),
    ],
)
def test_a_byte_order_mark_is_no_text(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8-sig")
    assert len(syntax.read_graph(tmp_path / name, BASE)) == 1


def test_a_mistake_behind_a_byte_order_mark_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text("<http://e/a> <http://e/b> 1 .\n<http://e/a> ]", "utf-8-sig")
    with pytest.raises(ContentError, match=r"x\.ttl, line 2, column 14"):
        syntax.read_graph(tmp_path / "x.ttl", BASE)


def test_a_context_elsewhere_is_refused_in_words() -> None:
    with pytest.raises(SyntaxInvalid, match="nothing is fetched; put the context itself into the file"):
        syntax.parse(b'{"@context": "http://e/c", "@id": "http://e/a", "p": 1}', media_types.JSON_LD)


def test_unknown_ending_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    path.write_bytes(b"")
    with pytest.raises(ContentError, match="file ending"):
        syntax.read_graph(path)


def test_html_is_no_rdf_format() -> None:
    with pytest.raises(MediaTypeUnsupported, match="text/turtle"):
        syntax.parse(b"", media_types.HTML)


def test_lines_of_a_file_are_the_same_each_time(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text('<a> <b> [ <c> [ <d> "1" ] ] , ( 1 2 ) .', "utf-8")
    first, second = (sorted(syntax.read_lines(path, base_iri=BASE, graph_name=BASE + "g")) for _ in range(2))
    assert first == second
    assert all(line.endswith(f"<{BASE}g> .") for line in first)


def test_rename_reaches_datatypes_and_never_literals(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(f'<a> <b> "<{BASE}a>"^^<{BASE}type> .', "utf-8")
    [line] = syntax.read_lines(path, base_iri=BASE, graph_name=None, rename=lambda iri: iri.replace(BASE, "http://n/"))
    assert line == f'<http://n/a> <http://n/b> "<{BASE}a>"^^<http://n/type> .'


def test_a_triple_term_is_written_with_its_brackets(tmp_path: Path) -> None:
    path = tmp_path / "x.nt"
    path.write_text("<urn:a> <urn:b> <<( <urn:c> <urn:d> <<( <urn:e> <urn:f> _:g )>> )>> .", "utf-8")
    [line] = syntax.read_lines(path, base_iri=BASE, graph_name=None)
    assert line == "<urn:a> <urn:b> <<( <urn:c> <urn:d> <<( <urn:e> <urn:f> _:b0 )>> )>> ."


def test_triples_without_graph_stay_in_the_default_graph_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "x.trig"
    path.write_text("<a> <b> <c> . <g> { <a> <b> <d> }", "utf-8")
    lines = sorted(syntax.read_lines(path, base_iri=BASE, graph_name=None))
    assert [line.count("<") for line in lines] == [3, 4]


def test_lines_to_graph_and_back() -> None:
    graph = sample()
    assert isomorphic(syntax.lines_to_graph(syntax.graph_to_lines(graph, "http://e/g")), graph)


def test_rewrite_gives_distinct_triples(tmp_path: Path) -> None:
    target = tmp_path / "x.nt"
    syntax.rewrite_lines(
        ["<http://a> <http://b> <http://c> <http://g> .", "<http://a> <http://b> <http://c> <http://h> ."],
        media_types.N_TRIPLES,
        target,
    )
    assert target.read_text("utf-8").count("\n") == 1
