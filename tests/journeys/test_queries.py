"""Stored questions over HTTP: one stable address that gives page, answer and SPARQL."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import urllib.parse

import pytest

from ..conftest import RunningSite
from ..web.reading import Page

SLUG = "partners-van-een-organisatie"


def question(**values: str) -> str:
    return f"?{urllib.parse.urlencode(values)}" if values else ""


def test_every_question_answers_as_its_own_text_does(site: RunningSite) -> None:
    listed = json.loads(site.ask("/queries", {"Accept": "application/json"}).body)
    assert len(listed) > 60
    for each in listed:
        path = "/" + each["address"].removeprefix(site.base)
        text = site.ask(f"{path}.rq").text
        answer = site.ask(f"{path}.csv")
        assert answer.status == 200, path
        assert answer.body == site.sparql(text, "text/csv").body, path
        assert len(list(csv.reader(io.StringIO(answer.text)))) > 1, path


@pytest.mark.parametrize(
    ("accept", "kind", "location"),
    [
        ("text/html", "text/html", f"/nl/queries/{SLUG}"),
        ("text/csv", "text/csv", f"/queries/{SLUG}.csv"),
        ("application/json", "application/sparql-results+json", f"/queries/{SLUG}.json"),
        ("application/sparql-query", "application/sparql-query", f"/queries/{SLUG}.rq"),
        ("*/*", "text/html", f"/nl/queries/{SLUG}"),
    ],
)
def test_the_address_negotiates(site: RunningSite, accept: str, kind: str, location: str) -> None:
    reply = site.ask(f"/queries/{SLUG}", {"Accept": accept})
    assert (reply.status, reply.kind, reply.headers["content-location"]) == (200, kind, location)
    assert "Accept" in reply.headers["vary"].split(", ")
    same = site.ask(location)
    assert (same.status, same.kind) == (200, kind)
    if kind != "text/html":
        assert same.body == reply.body
        assert "Accept" not in same.headers["vary"].split(", ")
    again = site.ask(f"/queries/{SLUG}", {"Accept": accept, "If-None-Match": reply.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_what_is_not_offered_is_406_with_the_list(site: RunningSite) -> None:
    reply = site.ask(f"/queries/{SLUG}", {"Accept": "image/png"})
    assert reply.status == 406
    assert "application/sparql-query" in reply.text


def test_a_parameter_changes_answer_text_and_page(site: RunningSite) -> None:
    own = f"{site.base}id/organisatie/jessa-ziekenhuis"
    given = question(eigen=own)
    assert f"VALUES ?eigen {{ <{own}> }}" in site.ask(f"/queries/{SLUG}.rq{given}").text
    assert site.ask(f"/queries/{SLUG}.csv{given}").body != site.ask(f"/queries/{SLUG}.csv").body
    page = Page(site.ask(f"/en/queries/{SLUG}{given}").text)
    [chosen] = [it for it in page.all("option") if "selected" in it.attributes]
    assert (chosen.attributes["value"], chosen.text) == (own, "Jessa Ziekenhuis")
    assert "Asked here of something else" in page.one("p", "note").text
    assert "organisation: Jessa Ziekenhuis" in page.one("p", "note").text
    assert not Page(site.ask(f"/en/queries/{SLUG}").text).all("p", "note")
    links = [it.attributes["href"] for it in page.all("a")]
    assert f"/queries/{SLUG}.csv{given}" in links


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/queries/nobody", 404),
        ("/nl/queries/nobody", 404),
        ("/queries/nobody.csv", 404),
        ("/queries/alle-bronnen.ttl", 404),
        ("/queries/alle-bronnen.exe", 404),
        ("/queries/", 404),
        ("/queries/zeker-geldig-op-een-dag.csv?dag=2016-02-30", 400),
        ("/nl/queries/zeker-geldig-op-een-dag?dag=2016-02-30", 400),
        ("/queries/zeker-geldig-op-een-dag.csv?dag=%FF", 400),
        ("/queries/zeker-geldig-op-een-dag.csv?day=2016-02-20", 400),
        ("/queries/zeker-geldig-op-een-dag.rq?dag=2016-02-20&dag=2016-02-20", 400),
        ("/queries/partners-van-een-organisatie.csv?eigen=x%3E%20%7D%20%23", 400),
    ],
)
def test_what_cannot_be_answered_is_refused(site: RunningSite, path: str, status: int) -> None:
    assert site.ask(path, {"Accept": "text/html, */*;q=0.1"}).status == status
    assert site.ask(path).status == status


def test_a_wrong_value_stays_in_its_field_beside_the_rule(site: RunningSite) -> None:
    page = Page(site.ask("/en/queries/zeker-geldig-op-een-dag?dag=%22%3E%3Cb%3E").text)
    [field] = [it for it in page.all("input") if it.attributes.get("name") == "dag"]
    assert field.attributes["value"] == '"><b>'
    assert "expected a date such as 2016-11-15" in page.one("section", "refusal").text


def test_the_list_is_searched_without_scripts(site: RunningSite) -> None:
    everything, found = Page(site.ask("/fr/queries").text), Page(site.ask("/fr/queries?q=reseau+partenaires").text)
    assert found.one("form").attributes["action"] == "/fr/queries"
    numbers = [
        len([it for it in page.all("a") if re.match(r"/fr/queries/\w", it.attributes["href"])])
        for page in (everything, found)
    ]
    assert 0 < numbers[1] < numbers[0]
    assert "Aucune question" in site.ask("/fr/queries?q=zzzz").text
    assert "<script>x" not in site.ask("/fr/queries?q=%3Cscript%3Ex").text


def test_the_first_page_and_the_sparql_page_lead_to_questions(site: RunningSite) -> None:
    for path in ("/de/", "/de/sparql"):
        links = {it.attributes["href"] for it in Page(site.ask(path).text).all("a")}
        assert "/de/queries" in links
        assert any(link.startswith("/de/queries/") for link in links)


@pytest.mark.parametrize(
    ("query", "suffix", "kind"),
    [
        ("SELECT * { ?s a ?c } LIMIT 2", "csv", "text/csv"),
        ("SELECT * { ?s a ?c } LIMIT 2", "xml", "application/sparql-results+xml"),
        ("ASK {}", "json", "application/sparql-results+json"),
        ("CONSTRUCT { ?s a ?c } { ?s a ?c } LIMIT 2", "jsonld", "application/ld+json"),
    ],
)
def test_an_answer_is_a_file_by_its_suffix(site: RunningSite, query: str, suffix: str, kind: str) -> None:
    encoded = urllib.parse.urlencode({"query": query})
    reply = site.ask(f"/sparql.{suffix}?{encoded}")
    assert (reply.status, reply.kind) == (200, kind)
    assert reply.headers["content-disposition"] == f'attachment; filename="zorgnetwerk.{suffix}"'
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert site.ask(f"/sparql.{suffix}", form, "POST", encoded.encode()).body == reply.body
    release = reply.headers["zorgnetwerk-release"]
    assert site.ask(f"/release/{release}/sparql.{suffix}?{encoded}").body == reply.body


@pytest.mark.parametrize(
    ("path", "status"),
    [("/sparql.csv", 400), ("/sparql.csv?query=ASK%7B%7D", 404), ("/sparql.ttl?query=SELECT*%7B%7D", 404), ("/sparql.html?query=ASK%7B%7D", 404), ("/sparql.csv?query=SELECT", 400)],
)  # fmt: skip
def test_a_file_that_cannot_be_is_refused(site: RunningSite, path: str, status: int) -> None:
    assert site.ask(path).status == status


def test_the_sparql_page_offers_every_format_and_code_that_runs(site: RunningSite) -> None:
    query = "SELECT ?s WHERE { ?s a ?c } ORDER BY ?s LIMIT 3"
    page = Page(site.ask(f"/en/sparql?{urllib.parse.urlencode({'query': query})}").text)
    files = [it.attributes["href"] for it in page.all("a") if it.attributes["href"].startswith("/sparql.")]
    assert [site.ask(path).status for path in files] == [200] * 4
    codes = dict(zip([it.text for it in page.all("summary")], page.all("pre"), strict=True))
    done = subprocess.run(
        [sys.executable, "-c", "".join(codes["Python"].parts)], capture_output=True, text=True, check=True
    )
    assert done.stdout.count("{'s': 'http") == 3


def test_a_long_query_is_downloaded_from_a_form(site: RunningSite) -> None:
    query = "SELECT * WHERE { VALUES ?x { " + "<http://e/abcdefgh> " * 300 + "} }"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urllib.parse.urlencode({"query": query}).encode()
    page = Page(site.ask("/en/sparql", form, "POST", body).text)
    [kept] = [it for it in page.all("input") if it.attributes["name"] == "query"]
    assert kept.attributes["value"] == query
    assert [it.attributes["formaction"] for it in page.all("button") if "formaction" in it.attributes and it.attributes["formaction"].startswith("/sparql.")] == [
        "/sparql.json", "/sparql.xml", "/sparql.csv", "/sparql.tsv",
    ]  # fmt: skip
