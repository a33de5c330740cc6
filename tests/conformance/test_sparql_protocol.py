"""The rules of the SPARQL protocol as our users know them (numbers 70-89 of the project's list), over HTTP.

One row, one rule; the number of the rule begins the id. Rules that need more than one request and one answer stand in
the second table, as functions of the site.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from ..conftest import Reply, RunningSite
from .protocol_checks import CHECKS

ASK = "ASK {}"
ROWS = "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s LIMIT 3"
GRAPH = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 3"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
PROBLEM = "application/problem+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
BODIES = "application/sparql-query, application/x-www-form-urlencoded"


def form(**parameters: str | list[str]) -> str:
    return urllib.parse.urlencode(parameters, doseq=True)


def at(query: str, **parameters: str | list[str]) -> str:
    return f"/sparql?{form(query=query, **parameters)}"


def is_true(reply: Reply) -> bool:
    return json.loads(reply.body)["boolean"] is True


def reason(code: str) -> Callable[[Reply], bool]:
    return lambda reply: json.loads(reply.body)["reason"] == code and len(json.loads(reply.body)["detail"]) > 20


def has_place(line: int, column: int, token: str) -> Callable[[Reply], bool]:
    place = {"line": line, "column": column, "token": token}
    return lambda reply: {name: json.loads(reply.body).get(name) for name in place} == place


def has_header(name: str, value: str) -> Callable[[Reply], bool]:
    return lambda reply: reply.headers.get(name) == value


def count_is(test: Callable[[int], bool]) -> Callable[[Reply], bool]:
    return lambda reply: test(int(json.loads(reply.body)["results"]["bindings"][0]["n"]["value"]))


def lists(*names: str) -> Callable[[Reply], bool]:
    return lambda reply: set(names) <= set(json.loads(reply.body)["available"])


@dataclass(frozen=True)
class Rule:
    """One exchange. ``{base}`` in target and body is the site's base; ``kind`` is the media type of the answer, ``holds``
    whatever else must be true of it."""

    number: int
    says: str
    target: str
    status: int
    kind: str = ""
    accept: str = f"{JSON}, {PROBLEM};q=0.5"
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | bytes = ""
    holds: Callable[[Reply], Any] = lambda reply: True


UPDATE = "INSERT DATA { <urn:s> <urn:p> <urn:o> }"
KNOWN = "{base}id/graaf/000"
RULES = (
    Rule(70, "GET", at(ASK), 200, JSON, holds=is_true),
    Rule(70, "POST of a form", "/sparql", 200, JSON, method="POST", headers=FORM, body=form(query=ASK), holds=is_true),
    Rule(70, "POST of a query", "/sparql", 200, JSON, method="POST", headers=DIRECT, body=ASK, holds=is_true),
    Rule(70, "QUERY with a query", "/sparql", 200, JSON, method="QUERY", headers=DIRECT, body=ASK, holds=is_true),
    Rule(70, "QUERY with a form", "/sparql", 200, JSON, method="QUERY", headers=FORM, body=form(query=ASK), holds=is_true),
    Rule(70, "QUERY names the address that GET takes", "/sparql", 200, JSON, method="QUERY", headers=DIRECT, body=ASK, holds=has_header("content-location", at(ASK))),
    Rule(70, "HEAD has the headers of GET and no body", at(ROWS), 200, JSON, method="HEAD", holds=lambda reply: not reply.body and int(reply.headers["content-length"]) > 50),
    Rule(70, "OPTIONS tells the methods", "/sparql", 204, method="OPTIONS", holds=has_header("allow", "GET, HEAD, POST, QUERY, OPTIONS")),
    Rule(70, "OPTIONS tells the types of a query", "/sparql", 204, method="OPTIONS", holds=has_header("accept-query", BODIES)),
    Rule(70, "charset=utf-8 is what a query is in", "/sparql", 200, JSON, method="POST", headers={"Content-Type": "application/sparql-query; charset=UTF-8"}, body=ASK),
    Rule(71, "no query, a browser: the editor", "/sparql", 200, "text/html", accept=BROWSER, holds=lambda reply: "<textarea" in reply.text),
    Rule(71, "no query, Turtle asked: the description", "/sparql", 200, "text/turtle", accept="text/turtle", holds=lambda reply: "service-description#" in reply.text),
    Rule(71, "no query, JSON-LD asked: the description", "/sparql", 200, "application/ld+json", accept="application/ld+json"),
    Rule(71, "no query, unknown type asked: 406", "/sparql", 406, accept="image/png"),
    Rule(71, "graph parameters alone are no query", f"/sparql?{form(**{'default-graph-uri': 'urn:g'})}", 200, "text/turtle", accept="text/turtle"),
    Rule(71, "POST without a query: 400", "/sparql", 400, method="POST", headers=FORM, body="x=1", holds=reason("empty")),
    Rule(72, "two queries in the address", at(ASK) + "&" + form(query=ROWS), 400, holds=reason("duplicate")),
    Rule(72, "two queries in a form", "/sparql", 400, method="POST", headers=FORM, body=form(query=[ASK, ASK]), holds=reason("duplicate")),
    Rule(72, "a query in address and body", at(ASK), 400, method="POST", headers=DIRECT, body=ASK),
    Rule(72, "a query in address and form", at(ASK), 400, method="POST", headers=FORM, body=form(query=ASK), holds=reason("duplicate")),
    Rule(72, "QUERY with a query in address and body", at(ASK), 400, method="QUERY", headers=FORM, body=form(query=ASK), holds=reason("duplicate")),
    Rule(72, "a form whose query stands in the address", at(ASK), 400, method="POST", headers=FORM, body="x=1", holds=reason("misplaced")),
    Rule(73, "unknown parameters", at(ROWS, format="json", output="json", results=["json", "xml"]), 200, XML, accept=XML),
    Rule(73, "unknown parameters in a form", "/sparql", 200, JSON, method="POST", headers=FORM, body=form(query=ASK, format="xml")),
    Rule(74, "default-graph-uri", at(COUNT, **{"default-graph-uri": KNOWN}), 200, JSON, holds=count_is(lambda n: n > 10)),
    Rule(74, "default-graph-uri, repeated", at(COUNT, **{"default-graph-uri": [KNOWN, "{base}id/graaf/003"]}), 200, JSON, holds=count_is(lambda n: n > 10)),
    Rule(74, "default-graph-uri, unknown: empty", at(COUNT, **{"default-graph-uri": "http://other.example/"}), 200, JSON, holds=count_is(lambda n: n == 0)),
    Rule(74, "an unpublished graph is named in a header", at(COUNT, **{"default-graph-uri": [KNOWN, "http://other.example/é"]}), 200, JSON, holds=has_header("zorgnetwerk-unknown-graphs", "<http://other.example/%C3%A9>")),
    Rule(74, "published graphs are named in none", at(COUNT.replace("WHERE", f"FROM <{KNOWN}> WHERE")), 200, JSON, holds=lambda reply: "zorgnetwerk-unknown-graphs" not in reply.headers),
    Rule(74, "default-graph-uri beside a form", f"/sparql?{form(**{'default-graph-uri': 'urn:none'})}", 200, JSON, method="POST", headers=FORM, body=form(query=COUNT), holds=count_is(lambda n: n == 0)),
    Rule(74, "default-graph-uri beside a query body", f"/sparql?{form(**{'default-graph-uri': 'urn:none'})}", 200, JSON, method="QUERY", headers=DIRECT, body=COUNT, holds=count_is(lambda n: n == 0)),
    Rule(74, "named-graph-uri shows that graph only", at("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }", **{"named-graph-uri": KNOWN}), 200, JSON, holds=count_is(lambda n: n == 1)),
    Rule(74, "named-graph-uri empties the default graph", at(COUNT, **{"named-graph-uri": KNOWN}), 200, JSON, holds=count_is(lambda n: n == 0)),
    Rule(74, "parameters override FROM", at(COUNT.replace("WHERE", "FROM <urn:none> WHERE"), **{"default-graph-uri": KNOWN}), 200, JSON, holds=count_is(lambda n: n > 10)),
    Rule(74, "a graph that is no IRI", at(COUNT, **{"default-graph-uri": "not an iri"}), 400, PROBLEM),
    Rule(74, "GRAPH ?g shows published graphs only", at("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER(!STRSTARTS(STR(?g), '{base}id/graaf/')) }"), 200, JSON, holds=count_is(lambda n: n == 0)),
    *(Rule(75, f"SELECT as {kind}", at(ROWS), 200, kind, accept=kind) for kind in (JSON, XML, "text/csv", "text/tab-separated-values")),
    *(Rule(75, f"ASK as {kind}", at(ASK), 200, kind, accept=kind) for kind in (JSON, XML)),
    *(Rule(75, f"CONSTRUCT as {kind}", at(GRAPH), 200, kind, accept=kind) for kind in ("text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml", "application/trig", "application/n-quads")),
    Rule(75, "DESCRIBE as Turtle", at("DESCRIBE <{base}id/organisatie/jessa-ziekenhuis>"), 200, "text/turtle", accept="text/turtle"),
    Rule(75, "SELECT as Turtle: 406 with the list", at(ROWS), 406, PROBLEM, accept="text/turtle", holds=lists(JSON, XML, "text/csv")),
    Rule(75, "CONSTRUCT as CSV: 406 with the list", at(GRAPH), 406, PROBLEM, accept="text/csv", holds=lists("text/turtle", "application/ld+json")),
    Rule(75, "ASK as CSV: 406, CSV defines no verdict", at(ASK), 406, PROBLEM, accept="text/csv", holds=lists(JSON, XML)),
    Rule(75, "q=0 is a refusal", at(ASK), 200, XML, accept=f"{JSON};q=0, {XML}"),
    Rule(75, "everything refused: 406", at(ASK), 406, accept="*/*;q=0"),
    Rule(75, "the stock header of Java", at(ASK), 200, "text/html", accept=JAVA),
    Rule(75, "no Accept at all", at(ROWS), 200, JSON, accept=""),
    Rule(75, "parameters of a type do not hinder", at(GRAPH), 200, "application/ld+json", accept='application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded", text/turtle;version=1.2;charset=utf-8;q=0.5'),
    Rule(76, "application/json is the JSON of the kind: solutions", at(ROWS), 200, JSON, accept="application/json"),
    Rule(76, "application/json is the JSON of the kind: graphs", at(GRAPH), 200, "application/ld+json", accept="application/json"),
    Rule(76, "text/xml is the XML of the kind: solutions", at(ROWS), 200, XML, accept="text/xml"),
    Rule(76, "application/xml is the XML of the kind: graphs", at(GRAPH), 200, "application/rdf+xml", accept="application/xml"),
    Rule(77, "a syntax error has line, column, token", at("SELECT ?s\nWHERE { ?s ?p }"), 400, PROBLEM, holds=has_place(2, 15, "}")),
    Rule(77, "the token is the one that does not fit", at("SELECT ?s { ?s ?p ?o } LIMIT many"), 400, PROBLEM, holds=has_place(1, 30, "many")),
    Rule(77, "an error at the end has no token", at("ASK {"), 400, PROBLEM, holds=has_place(1, 6, "")),
    Rule(77, "an undeclared prefix is named", at("ASK { ?s no:such ?o }"), 400, PROBLEM, holds=has_place(1, 10, "no:such")),
    Rule(77, "an error in text for readers", at("ASK {"), 400, "text/plain", accept=f"{JSON}, text/plain", holds=lambda reply: "line 1, column 6" in reply.text),
    Rule(77, "an empty query", "/sparql?query=", 400, PROBLEM, holds=reason("empty")),
    Rule(77, "an address that is not UTF-8", "/sparql?query=%FF", 400, PROBLEM),
    Rule(77, "a body that is not UTF-8", "/sparql", 400, PROBLEM, method="POST", headers=DIRECT, body=b"ASK { ?s ?p '\xff' }"),
    Rule(78, "an update as a query", at(UPDATE), 400, PROBLEM, holds=reason("update")),
    Rule(78, "an update as a query body", "/sparql", 400, PROBLEM, method="QUERY", headers=DIRECT, body=UPDATE, holds=reason("update")),
    Rule(78, "the parameter update, GET", f"/sparql?{form(update=UPDATE)}", 403, PROBLEM, holds=reason("update")),
    Rule(78, "the parameter update, POST", "/sparql", 403, PROBLEM, method="POST", headers=FORM, body=form(update=UPDATE), holds=reason("update")),
    Rule(78, "update beside query is not overlooked", at(ASK, update=UPDATE), 403, PROBLEM, holds=reason("update")),
    Rule(78, "an update body", "/sparql", 403, PROBLEM, method="POST", headers={"Content-Type": "application/sparql-update"}, body=UPDATE, holds=reason("update")),
    *(Rule(78, f"{name} asks for an update", "/sparql", 403, PROBLEM, method="POST", headers=FORM, body=form(query=ASK, **{name: "urn:g"}), holds=reason("update")) for name in ("using-graph-uri", "using-named-graph-uri")),
    Rule(78, "a wrong type by POST: 415 tells the right ones", "/sparql", 415, PROBLEM, method="POST", headers={"Content-Type": "text/plain"}, body=ASK, holds=has_header("accept-post", BODIES)),
    Rule(78, "a wrong type by QUERY: 415 tells the right ones", "/sparql", 415, PROBLEM, method="QUERY", headers={"Content-Type": "text/plain"}, body=ASK, holds=has_header("accept-query", BODIES)),
    Rule(78, "no type at all", "/sparql", 415, PROBLEM, method="POST", body=ASK),
    Rule(78, "another charset", "/sparql", 415, PROBLEM, method="POST", headers={"Content-Type": "application/sparql-query; charset=UTF-16"}, body=ASK.encode("utf-16")),
    Rule(78, "a coded body", "/sparql", 415, PROBLEM, method="POST", headers={**DIRECT, "Content-Encoding": "gzip"}, body=ASK),
    Rule(78, "another method", "/sparql", 405, PROBLEM, method="PUT", headers=DIRECT, body=ASK, holds=lambda reply: {"GET", "HEAD", "POST", "QUERY", "OPTIONS"} == set(reply.headers["allow"].split(", "))),
    *(Rule(80, f"an error is never {kind}", at(f"{text} {{"), 400, PROBLEM, accept=kind) for text, kind in (("SELECT *", "text/csv"), ("SELECT *", "text/tab-separated-values"), ("CONSTRUCT", "application/n-triples"))),
    *(Rule(83, f"{words} is refused", at(f"ASK {{ {words} <http://127.0.0.1:9/> {{ ?s ?p ?o }} }}"), 400, PROBLEM, holds=reason("service")) for words in ("SERVICE", "SERVICE SILENT", "SeRvIcE SiLeNt", "S\\u0045RVICE")),
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.number} {rule.says}")
def test_rule(site: RunningSite, rule: Rule) -> None:
    target = rule.target.replace("%7Bbase%7D", urllib.parse.quote_plus(site.base)).replace("{base}", site.base)
    body = rule.body.encode() if isinstance(rule.body, str) else rule.body
    accept = {"Accept": rule.accept} if rule.accept else {}
    reply = site.ask(target, {**accept, **rule.headers}, rule.method, body or None)
    assert reply.status == rule.status, reply.text
    assert reply.kind == rule.kind or not rule.kind
    assert rule.holds(reply), (dict(reply.headers), reply.text[:1_000])


@pytest.mark.parametrize("check", CHECKS)
def test_rule_by_several_requests(site: RunningSite, check: Callable[[RunningSite], None]) -> None:
    check(site)
