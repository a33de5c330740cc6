"""Documents in XML: read back as they were meant, or refused; nothing between."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from zorgnetwerk.errors import NotAcceptable
from zorgnetwerk.terms import markup, media_types, syntax

THING = URIRef("http://e/a")
NAMED = URIRef("http://e/p")
PREFIXES = {"e": "http://e/", "": "http://d/"}
RDF_WORDS = str(RDF)


def graph_of(*triples: tuple[URIRef | BNode, URIRef, URIRef | BNode | Literal]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


def read_back(document: bytes) -> Graph:
    return Graph().parse(data=document, format="xml")


def is_impossible(text: str) -> bool:
    return any((sign < " " and sign not in "\t\n\r") or sign in "\ufffe\uffff" for sign in text)


@settings(deadline=None)
@given(st.text())
@example("a\r\nb\r")
@example(" \t\n<&>\"']]><e: >\u0085\u2028")
@example("a\u0001b")
@example("\uffff")
def test_a_text_comes_back_exactly_or_is_refused(text: str) -> None:
    graph = graph_of((THING, NAMED, Literal(text)))
    if is_impossible(text):
        with pytest.raises(NotAcceptable, match=r"U\+[0-9A-F]{4}"):
            syntax.write(graph, media_types.RDF_XML)
        return
    (read,) = read_back(syntax.write(graph, media_types.RDF_XML)).objects()
    assert str(read) == text


@pytest.mark.parametrize(
    "predicate",
    [
        "http://e/1", "http://e/", "http://x/p/", "http://x/a%20", "urn:uuid:1-2", "http://d/", "http://d/1",
        RDF_WORDS, "http://www.w3.org/2000/xmlns/", "http://www.w3.org/2000/xmlns/a", "http://x/a&'/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("prefixes", [None, PREFIXES], ids=["no prefixes", "prefixes"])
@pytest.mark.parametrize("value", [Literal("x"), THING, BNode("x"), Literal("x", lang="nl")], ids=type)
def test_a_predicate_without_a_name_is_refused_and_named(
    predicate: str, prefixes: dict[str, str] | None, value: URIRef | BNode | Literal
) -> None:
    graph = graph_of((THING, NAMED, THING), (THING, URIRef(predicate), value))
    with pytest.raises(NotAcceptable) as caught:
        syntax.write(graph, media_types.RDF_XML, prefixes)
    assert f"<{predicate}>" in str(caught.value)
    assert caught.value.offers == ("text/turtle", "application/ld+json", "application/n-triples")


@settings(deadline=None)
@given(st.text("aé·1_-.:/#%&'~").map(lambda rest: f"http://x/{rest.replace('%', '%20').replace('#', '')}"))
def test_any_predicate_comes_back_or_is_refused(predicate: str) -> None:
    graph = graph_of((THING, URIRef(predicate), Literal("x")), (THING, RDF.type, URIRef(predicate)))
    if re.search(r"[A-Za-zé_][\w·.-]*\Z", predicate):
        assert isomorphic(read_back(syntax.write(graph, media_types.RDF_XML)), graph)
    else:
        with pytest.raises(NotAcceptable, match=re.escape(f"<{predicate}>")):
            syntax.write(graph, media_types.RDF_XML)


@pytest.mark.parametrize("word", ["li", "about", "Description", "RDF"])
def test_a_predicate_that_is_a_word_of_rdf_xml_is_refused(word: str) -> None:
    with pytest.raises(NotAcceptable, match="a word of RDF/XML itself"):
        syntax.write(graph_of((THING, URIRef(RDF_WORDS + word), THING)), media_types.RDF_XML)


@pytest.mark.parametrize(
    "kind", ["http://e/1", "http://e/", "http://d/", "urn:uuid:1", "http://www.w3.org/2000/xmlns/a"]
)
@pytest.mark.parametrize("prefixes", [None, PREFIXES], ids=["no prefixes", "prefixes"])
def test_a_type_without_a_name_is_written_as_a_property(kind: str, prefixes: dict[str, str] | None) -> None:
    other = BNode("x")
    graph = graph_of((THING, RDF.type, URIRef(kind)), (other, RDF.type, URIRef(kind)), (other, RDF.value, THING))
    assert isomorphic(read_back(syntax.write(graph, media_types.RDF_XML, prefixes)), graph)


def test_labels_that_are_no_names_stay_apart() -> None:
    labels = ("1", "_1", "_", "a:b", "a.-b", "_a:b", "b", "1.2", "1:2")
    graph = graph_of(*((BNode(label), NAMED, Literal(label)) for label in labels))
    read = read_back(syntax.write(graph, media_types.RDF_XML))
    assert isomorphic(read, graph)


def test_a_large_document_is_the_same_in_pieces_of_any_size() -> None:
    graph = graph_of(
        *((URIRef(f"http://e/{n}"), RDF.type, URIRef("http://e/1")) for n in range(300)),
        *((URIRef(f"http://e/{n}"), NAMED, Literal("é\r\n" * n)) for n in range(300)),
    )
    document = syntax.write(graph, media_types.RDF_XML, PREFIXES)
    assert isomorphic(read_back(document), graph)
    pieces = io.BytesIO()

    def serialise(target: markup.Target) -> None:
        for at in range(0, len(document), 7):
            target.write(document[at : at + 7])

    markup.write(serialise, pieces, media_types.RDF_XML.name)
    assert pieces.getvalue() == document


def test_other_formats_pass_untouched() -> None:
    target = io.BytesIO()
    markup.write(lambda output: output.write(b"<p: >\r\x01"), target, media_types.TURTLE.name)
    assert target.getvalue() == b"<p: >\r\x01"


def test_a_failure_of_writing_stays_what_it_is() -> None:
    def serialise(target: markup.Target) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        markup.write(serialise, io.BytesIO(), media_types.RDF_XML.name)


def test_a_file_of_lines_is_guarded_too(tmp_path: Path) -> None:
    target = tmp_path / "x.rdf"
    syntax.rewrite_lines([r'<http://e/a> <http://e/p> "a\r" .'], media_types.RDF_XML, target)
    assert ElementTree.parse(target).findtext(".//{http://e/}p") == "a\r"
    with pytest.raises(NotAcceptable, match="<http://e/1>"):
        syntax.rewrite_lines(["<http://e/a> <http://e/1> <http://e/b> ."], media_types.RDF_XML, target)
