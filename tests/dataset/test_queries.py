"""Values enter queries only as checked terms in slots."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import BNode, Literal, URIRef

from zorgnetwerk.dataset import queries
from zorgnetwerk.terms.iris import RESERVED_BASE, Base

FOLDER = Path(queries.__file__).parent
TEXT = "SELECT * WHERE { VALUES ?thing {} ?thing ?p ?o }"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.rq")), ids=lambda path: path.stem)
def test_every_query_is_valid_as_it_stands_and_says_what_it_answers(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("# ")
    assert "?" in text.splitlines()[0], "the first line is the question"
    ox.Store().query(text)


@pytest.mark.parametrize(
    "value",
    [URIRef("http://e/a> ?p ?o } #"), URIRef("relative"), URIRef("http://e/a b"), URIRef('http://e/"'), BNode("b")],
    ids=str,
)
def test_a_value_that_is_no_iri_never_enters_a_query(value: URIRef | BNode) -> None:
    with pytest.raises(ValueError, match="cannot stand in a query"):
        queries.bind(TEXT, thing=[value])


@pytest.mark.parametrize("text", ['" } DROP ALL #', "\\", "een\nregel", '"""', "é \u202e"])
def test_a_literal_arrives_as_it_was(text: str) -> None:
    bound = queries.bind("SELECT ?word WHERE { VALUES ?word {} }", word=Literal(text))
    [solution] = list(ox.Store().query(bound))
    assert solution["word"].value == text


def test_a_slot_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no slot"):
        queries.bind(TEXT, other=URIRef("http://e/a"))


def test_a_page_mark_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no page mark"):
        queries.paged(TEXT, 10, 1)


def test_loading_moves_the_vocabulary_to_the_base() -> None:
    text = queries.load("describe-entity", Base("http://localhost:1/"))
    assert RESERVED_BASE not in text
    assert "PREFIX zn: <http://localhost:1/ns/zorgnetwerk#>" in text
