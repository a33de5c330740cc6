"""One query, evaluated and written in this process: what XML makes of any text, in both kinds of spool."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib import Graph

from zorgnetwerk.errors import NotAcceptable, ResultTooLarge
from zorgnetwerk.store.evaluation import Evaluator, Request
from zorgnetwerk.store.failures import from_fields, to_fields
from zorgnetwerk.store.lent import Sheet
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType

LIMIT = 1 << 20
EVALUATOR = Evaluator(ox.Store(), prefixes={"e": "http://e/"})


def spooled(text: str, media_type: MediaType, limit: int = LIMIT) -> bytes:
    descriptor = os.memfd_create("spool")
    try:
        outcome = EVALUATOR.evaluate(Request(text, media_type.name, limit), descriptor)
        data = os.pread(descriptor, limit, 0)
        assert outcome.size == len(data)
        return data
    finally:
        os.close(descriptor)


def on_a_sheet(text: str, media_type: MediaType) -> bytes:
    sheet = Sheet(LIMIT)
    try:
        EVALUATOR.write(Request(text, media_type.name, LIMIT), sheet)
        body, descriptor, _ = sheet.take()
        assert descriptor < 0
        return body
    finally:
        sheet.close()


def literal(text: str) -> str:
    return '"' + "".join(f"\\U{ord(sign):08X}" for sign in text) + '"'


def is_impossible(text: str) -> bool:
    return any((sign < " " and sign not in "\t\n\r") or sign in "\ufffe\uffff" for sign in text)


@settings(deadline=None)
@given(st.text())
@example("a\r\nb\r")
@example(" <e: >]]>\t\n")
@example("a\u0001b")
def test_a_text_in_rows_comes_back_exactly_or_is_refused(text: str) -> None:
    query = f"SELECT ({literal(text)} AS ?x) {{}}"
    for written in (spooled, on_a_sheet):
        if is_impossible(text):
            with pytest.raises(NotAcceptable, match=r"U\+[0-9A-F]{4}"):
                written(query, media_types.RESULTS_XML)
        else:
            document = ElementTree.fromstring(written(query, media_types.RESULTS_XML))
            assert (document.findtext(".//{*}literal") or "") == text


@settings(deadline=None)
@given(st.text())
@example("a\r\nb\r")
@example("a\ufffeb")
def test_a_text_in_a_graph_comes_back_exactly_or_is_refused(text: str) -> None:
    query = f"CONSTRUCT {{ <a:b> <http://e/p> {literal(text)} }} {{}}"
    if is_impossible(text):
        with pytest.raises(NotAcceptable, match=r"U\+[0-9A-F]{4}"):
            spooled(query, media_types.RDF_XML)
    else:
        (read,) = Graph().parse(data=on_a_sheet(query, media_types.RDF_XML), format="xml").objects()
        assert str(read) == text


def test_a_refusal_arrives_on_the_other_side_as_itself() -> None:
    with pytest.raises(NotAcceptable, match="the predicate <http://e/1>") as caught:
        spooled('CONSTRUCT { <a:b> <http://e/1> "x" } {}', media_types.RDF_XML)
    arrived = from_fields(to_fields(caught.value))
    assert isinstance(arrived, NotAcceptable)
    assert (str(arrived), arrived.offers) == (str(caught.value), caught.value.offers)


def test_what_is_escaped_counts_towards_the_limit() -> None:
    query = f"SELECT ({literal(chr(13) * 2_000)} AS ?x) {{}}"
    assert len(spooled(query, media_types.RESULTS_XML)) > 10_000
    with pytest.raises(ResultTooLarge):
        spooled(query, media_types.RESULTS_XML, 10_000)


@pytest.mark.parametrize(
    "media_type", [media_types.RESULTS_JSON, media_types.RESULTS_CSV, media_types.RESULTS_TSV], ids=str
)
def test_other_formats_hold_any_text(media_type: MediaType) -> None:
    assert spooled(r'SELECT ("a\u0001b" AS ?x) {}', media_type)
