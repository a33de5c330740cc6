"""The gate: what the public endpoint never runs is refused before any parser sees it; nothing harmless is."""

from __future__ import annotations

import time

import pytest

from zorgnetwerk.errors import QueryRefused
from zorgnetwerk.store.query import LENGTH_LIMIT_BYTES, Query

PASSES = {
    "select": ("SELECT * { ?s ?p ?o }", "SELECT"),
    "lower case": ("ask{}", "ASK"),
    "prefixes first": (
        "PREFIX a: <http://a/> BASE <http://b/> CONSTRUCT { ?s a:b ?o } WHERE { ?s a:b ?o }",
        "CONSTRUCT",
    ),
    "describe": ("DESCRIBE <http://a/service>", "DESCRIBE"),
    "variable named service": ("SELECT ?service { ?service ?load $insert }", "SELECT"),
    "prefix named service": ("PREFIX service: <x:> ASK { ?s service:load service: }", "ASK"),
    "service in a string": ("ASK { ?s ?p 'SERVICE <http://x/> {}' }", "ASK"),
    "service in a long string": ('ASK { ?s ?p """a "" SERVICE \\""" b""" }', "ASK"),
    "service in an IRI": ("ASK { ?s ?p <http://x/SERVICE> }", "ASK"),
    "service in a comment": ("ASK { ?s ?p ?o } # SERVICE <http://x/>", "ASK"),
    "hash inside an IRI": ("ASK { ?s <http://x/#SERVICE> ?o }", "ASK"),
    "language tag": ("ASK { ?s ?p 'x'@nl-BE }", "ASK"),
    "comparison without spaces": ("ASK { ?s ?p ?o FILTER(?o<5&&?o>3) }", "ASK"),
    "a hundred brackets": ("ASK { FILTER(" + "(" * 97 + "true" + ")" * 97 + ") }", "ASK"),
    "two hundred unions": ("ASK {" + "{?s ?p 1} UNION " * 199 + "{?s ?p 2}}", "ASK"),
    "select word first inside a string": ("ASK { ?s ?p 'SELECT' }", "ASK"),
    "federated looking name": ("SELECT ?x { ?x <a>/<b>|^<c> ?y }", "SELECT"),
    "triple term": ("ASK { << ?s ?p ?o >> ?q ?r }", "ASK"),
    "name before a group": ("SELECT * { GRAPH service:g { ?s ?p service:o } }", "SELECT"),
    "bracket in an IRI": ("ASK { ?s ?p <http://x/service(1)> }", "ASK"),
    "long table": ("ASK { VALUES ?x {" + " 1" * 9_000 + "} }", "ASK"),
    "long table of rows": ("ASK { VALUES (?x ?y) {" + " (1 2)" * 6_000 + "} }", "ASK"),
    "escaped letter": ("ASK { ?s ?p '\\u0041' }", "ASK"),
}

REFUSED = {
    "service": ("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", "service"),
    "service silent, mixed case": ("ASK { sErViCe SILENT <http://x/> {} }", "service"),
    "service in a sub-select": (
        "SELECT * { { SELECT * { ?a ?b ?c OPTIONAL { SERVICE <http://x/> {} } } } }",
        "service",
    ),
    "service by escapes": ("ASK { SERV\\u0049CE <http://x/> {} }", "service"),
    "service by long escapes": ("ASK { \\U00000053ERVICE <http://x/> {} }", "service"),
    "service glued to other tokens": ("ASK{<a>Service<b>{}}", "service"),
    "service after a comment line": ("ASK { # nothing\nSERVICE <http://x/> {} }", "service"),
    "service behind a broken quotation mark": ("ASK { ' SERVICE <http://x/> {} }", "service"),
    "service glued to a prefix": ("PREFIX e: <http://x/> SELECT * { SERVICEe:x { ?a ?b ?c } }", "service"),
    "service glued to an empty prefix": ("PREFIX : <http://x/> SELECT * { service:x#\n{ ?a ?b ?c } }", "service"),
    "service glued to a verdict": ("SELECT * { ?s ?p trueSERVICE <http://x/> {} }", "service"),
    "service after an empty name": ("SELECT * { ?s ?p e:.SERVICE <http://x/> {} }", "service"),
    "service in a comparison that looks like an IRI": ("SELECT * { FILTER(0<1)SERVICE:x#>\n{} }", "service"),
    "load": ("LOAD <file:///etc/passwd>", "update"),
    "insert": ("INSERT DATA { <a> <b> <c> }", "update"),
    "delete where": ("DELETE WHERE { ?s ?p ?o }", "update"),
    "clear": ("clear default", "update"),
    "update behind a comment": ("#ASK\nDROP ALL", "update"),
    "with": ("WITH <g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "update"),
    "update after a query": ("ASK {} ; INSERT DATA {}", "update"),
    "operators in what looks like an IRI": ("ASK { FILTER(0<1" + "+1" * 201 + "&&2>1) }", "chain"),
    "a thousand groups in a row": ("ASK {" + "{}" * 1_001 + "}", "chain"),
    "a thousand terms in a row": ("DESCRIBE" + " <a>" * 1_001, "chain"),
    "a thousand terms after a table": ("ASK { VALUES ?x { 1 } ?s ?p (" + "1 " * 1_001 + ") }", "chain"),
    "conditions glued to words": ("ASK {" + "FILTERNOT EXISTS{}" * 201 + "}", "chain"),
    "empty": ("", "empty"),
    "blank": (" \n\t", "empty"),
    "no form": ("PREFIX a: <b>", "form"),
    "only a comment": ("# SELECT", "form"),
    "too long": ("ASK {}" + " " * LENGTH_LIMIT_BYTES, "length"),
    "NUL": ("ASK {\x00}", "character"),
    "surrogate": ("ASK { ?s ?p '\ud800' }", "character"),
    "deep brackets": ("ASK { FILTER(" + "(" * 900 + "true" + ")" * 900 + ") }", "depth"),
    "deep groups": ("SELECT * " + "{" * 2_200 + "}" * 2_200, "depth"),
    "deep calls": ("ASK { FILTER(" + "STR(" * 956 + "1" + ")" * 956 + ") }", "depth"),
    "deep lists": ("ASK { ?s ?p " + "(" * 4_000 + ")" * 4_000 + "}", "depth"),
    "deep triple terms": ("ASK { ?s ?p " + "<<( ?a ?b " * 200 + "1" + " )>>" * 200 + "}", "depth"),
    "closing brackets first do not pay for opening ones": ("ASK " + "}" * 500 + "{" * 150, "depth"),
    "long sums": ("ASK { FILTER(1" + "+1" * 500 + " > 0) }", "chain"),
    "many negations": ("ASK { FILTER(" + "!" * 9_350 + "true) }", "chain"),
    "long alternatives": ("ASK { FILTER(true" + "||true" * 300 + ") }", "chain"),
    "long paths": ("ASK { ?s " + "<p>/" * 300 + "<p> ?o }", "chain"),
    "many optionals": ("ASK {" + "OPTIONAL { ?s ?p ?o }" * 300 + "}", "chain"),
    "many patterns": ("ASK {" + "?s ?p ?o ." * 3_000 + "}", "chain"),
}


@pytest.mark.parametrize(("text", "form"), PASSES.values(), ids=PASSES)
def test_harmless_text_passes(text: str, form: str) -> None:
    query = Query.parse(text)
    assert (query.text, query.form) == (text, form)


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_never_runs_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        Query.parse(text)
    assert caught.value.reason == reason
    assert str(caught.value).endswith((".", ")."))


def test_the_place_is_named() -> None:
    with pytest.raises(QueryRefused) as caught:
        Query.parse("ASK {\n  ?s ?p ?o .\n  SERVICE <http://x/> {}\n}")
    assert (caught.value.place.line, caught.value.place.column, caught.value.place.excerpt) == (
        3,
        3,
        "  SERVICE <http://x/> {}",
    )


HOSTILE = [
    "'",
    '"',
    '"""\\"',
    "'''a",
    "\\",
    "<",
    "a",
    "?",
    "%41",
    "a.b-",
    "a''",
    "a:",
    "@a-",
    "#\n",
    "\\u0041",
    "<a",
    "1e",
    ".",
    "-a",
    "_:a.",
    "<<",
    "{|",
    "\ufeff",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_reading_takes_linear_time(piece: str) -> None:
    text = piece * (60_000 // len(piece.encode()))
    start = time.process_time()
    with pytest.raises(QueryRefused):
        Query.parse(text)
    assert time.process_time() - start < 2


def test_graph_forms_are_known() -> None:
    assert Query.parse("DESCRIBE <a>").is_graph
    assert not Query.parse("ASK {}").is_graph
