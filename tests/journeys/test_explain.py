"""Explain before run, over HTTP: what a query would do, in JSON and on a page, without running it."""

from __future__ import annotations

import json
import time
import urllib.parse
from typing import Any

import pytest

from ..conftest import RunningSite
from ..web.reading import Page

ZN = "PREFIX zn: <{base}ns/zorgnetwerk#> "
PRODUCT = "SELECT * {\n ?a ?p ?b .\n ?c ?q ?d }"


def explain(site: RunningSite, query: str) -> dict[str, Any]:
    reply = site.ask(f"/sparql/explain?{urllib.parse.urlencode({'query': query})}")
    assert reply.status == 200, reply.text
    found: dict[str, Any] = json.loads(reply.body)
    return found


def test_a_pattern_comes_with_its_matches(site: RunningSite) -> None:
    prefix = ZN.format(base=site.base)
    found = explain(site, f"{prefix}SELECT ?s {{ ?s a zn:Samenwerkingsverband }}")
    counted = site.sparql(f"{prefix}SELECT (COUNT(*) AS ?n) {{ ?s a zn:Samenwerkingsverband }}").body
    [pattern] = found["patterns"]
    assert pattern["matches"] == int(json.loads(counted)["results"]["bindings"][0]["n"]["value"]) > 20
    assert (pattern["predicate"], pattern["object"], pattern["role"]) == ("a", "zn:Samenwerkingsverband", "needed")
    assert (found["form"], found["cost"], found["complete"], found["advice"]) == ("SELECT", "cheap", True, [])


@pytest.mark.parametrize(
    ("query", "rule", "lines"),
    [
        (PRODUCT, "product", [2, 3]),
        ("SELECT * { ?a (<urn:x>|!<urn:x>)* ?b }", "closure", [1]),
        ("SELECT * {\n ?s a <urn:nothing> }", "nothing", [2]),
        ("SELECT * { ?s a ?c FILTER NOT EXISTS { ?s ?p ?o . ?o ?q ?r } }", "exists", [1]),
        ("SELECT * { ?a ?p ?x . ?b ?q ?x }", "rows", []),
    ],
)
def test_what_to_change_is_named_with_its_lines(site: RunningSite, query: str, rule: str, lines: list[int]) -> None:
    found = explain(site, query)
    advice = {each["rule"]: each for each in found["advice"]}
    assert sorted(advice[rule]["lines"]) == lines
    assert advice[rule]["text"]
    assert found["cost"] == ("cheap" if rule == "nothing" else "heavy")


def test_every_stored_question_is_told_to_be_affordable(site: RunningSite) -> None:
    for each in json.loads(site.ask("/queries", {"Accept": "application/json"}).body)[::6]:
        text = site.ask("/" + each["address"].removeprefix(site.base) + ".rq").text
        found = explain(site, text)
        assert found["cost"] in ("cheap", "moderate"), each["address"]
        assert found["complete"], each["address"]
        assert "nothing" not in [advice["rule"] for advice in found["advice"]], each["address"]


def test_it_is_not_run(site: RunningSite) -> None:
    began = time.perf_counter()
    assert explain(site, "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }")["cost"] == "heavy"
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("query", "members"),
    [
        ("SELECT * {\n ?s a }", {"line": 2}),
        ("SELECT * {\n ?s a ex:C }", {"line": 2}),
        ("SELECT * {\n SERVICE <http://x/> { } }", {"line": 2, "reason": "service"}),
        ("DROP ALL", {"reason": "update"}),
        ("", {"reason": "empty"}),
    ],
)
def test_what_cannot_be_run_is_refused_with_its_place(site: RunningSite, query: str, members: dict[str, Any]) -> None:
    reply = site.ask(f"/sparql/explain?{urllib.parse.urlencode({'query': query})}")
    assert reply.status == 400
    told = json.loads(reply.body)
    assert {name: told.get(name) for name in members} == members
    page = site.ask(f"/en/sparql/explain?{urllib.parse.urlencode({'query': query})}")
    assert page.status == 400
    assert "refusal" in page.text


def test_it_takes_what_the_endpoint_takes(site: RunningSite) -> None:
    query = "ASK { ?s a ?c }"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    direct = {"Content-Type": "application/sparql-query"}
    body = urllib.parse.urlencode({"query": query}).encode()
    wanted = explain(site, query)
    for method, headers, sent in (
        ("POST", form, body),
        ("POST", direct, query.encode()),
        ("QUERY", direct, query.encode()),
    ):
        assert json.loads(site.ask("/sparql/explain", headers, method, sent).body) == wanted
    assert site.ask("/sparql/explain").status == 400
    assert site.ask("/en/sparql/explain").status == 200


def test_the_page_says_it_in_the_language_of_the_reader(site: RunningSite) -> None:
    path = f"/sparql/explain?{urllib.parse.urlencode({'query': PRODUCT})}"
    page = Page(site.ask(f"/fr{path}").text)
    assert "Charge : lourde" in page.main
    assert "Les lignes 2, 3 ne partagent aucune variable" in page.main
    assert [cell.text for cell in page.all("td")][:2] == ["2", "?a ?p ?b"]
    negotiated = site.ask(path, {"Accept": "text/html", "Accept-Language": "fr"})
    assert (negotiated.status, negotiated.headers["content-location"]) == (200, f"/fr{path}")
    assert negotiated.headers["vary"].startswith("Accept, Accept-Language")


def test_the_sparql_page_leads_there(site: RunningSite) -> None:
    buttons = Page(site.ask("/nl/sparql").text).all("button")
    assert "/nl/sparql/explain" in [button.attributes.get("formaction") for button in buttons]
