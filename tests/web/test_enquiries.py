"""What the log tells of a query, and the numbers where the store does not answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from zorgnetwerk.dataset.building import Plan, build
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.logs import JsonFormatter
from zorgnetwerk.settings import load
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.web import metrics
from zorgnetwerk.web.app import create_app
from zorgnetwerk.web.rendering import Renderer
from zorgnetwerk.web.site import Site

QUERY = "SELECT ?s { ?s ?p 'a secret question' }"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("enquiries")
    (folder / "content").mkdir()
    (folder / "content" / "things.ttl").write_text("<http://e/a> <http://e/b> 1 .\n", "utf-8")
    base = Base("http://localhost:8000/")
    releases = Releases(State.open(folder / "state"))
    release = build(releases, Plan(Content(folder / "content"), base, checked=False)).release
    store = LocalStore(release.folder)
    settings = load({"content_dir": str(folder / "content")}, environment={})
    yield Site(settings, base, store, releases, Renderer.load())
    store.close()


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, object]]]:
    caplog.set_level(logging.INFO, "zorgnetwerk.query")

    def read() -> list[dict[str, object]]:
        formatter = JsonFormatter()
        return [json.loads(formatter.format(each)) for each in caplog.records if each.name == "zorgnetwerk.query"]

    return read


def client(site: Site, *, log_queries: bool = False) -> FlaskClient:
    return create_app(replace(site, settings=replace(site.settings, log_queries=log_queries))).test_client()


def test_the_text_of_a_query_is_written_only_where_the_setting_says_so(
    site: Site, lines: Callable[[], list[dict[str, object]]]
) -> None:
    for log_queries in (False, True):
        client(site, log_queries=log_queries).get("/sparql", query_string={"query": QUERY})
    without, with_text = lines()
    assert "text" not in without
    assert "secret" not in json.dumps(without)
    assert with_text["text"] == QUERY
    assert without["text_hash"] == with_text["text_hash"]


@pytest.mark.parametrize(
    ("path", "accept", "outcome", "form"),
    [
        ("/sparql", "text/csv", "answered", "SELECT"),
        ("/sparql", "text/html", "answered", "SELECT"),
        ("/nl/sparql", "*/*", "answered", "SELECT"),
        ("/sparql.csv", "*/*", "answered", "SELECT"),
        ("/sparql", "image/png", "not_acceptable", None),
    ],
)
def test_each_operation_is_one_line_wherever_it_comes_in(
    site: Site, lines: Callable[[], list[dict[str, object]]], path: str, accept: str, outcome: str, form: str | None
) -> None:
    before = site.tallies.totals()[f"queries {outcome}"]
    client(site).get(path, query_string={"query": QUERY}, headers={"Accept": accept})
    [line] = lines()
    assert (line["outcome"], line.get("form")) == (outcome, form)
    assert site.tallies.totals()[f"queries {outcome}"] == before + 1


@pytest.mark.parametrize("path", ["/sparql", "/dumps/", "/nl/"])
def test_what_is_no_query_is_no_line(site: Site, lines: Callable[[], list[dict[str, object]]], path: str) -> None:
    assert client(site).get(path, headers={"Accept": "text/turtle, text/html;q=0.5"}).status_code == 200
    assert lines() == []


def test_a_site_without_stoppable_queries_says_so(site: Site) -> None:
    reply = client(site).delete("/sparql/queries/anything-at-all", headers={"Accept": "application/problem+json"})
    assert reply.status_code == 404
    assert "time limit" in reply.get_json(force=True)["detail"]


def test_the_numbers_that_remain_are_told_where_the_store_does_not_answer(site: Site, tmp_path: Path) -> None:
    gone = EmbeddedStore(tmp_path / "nobody.sock", patience_seconds=0.05)
    told = metrics.text(replace(site, store=gone)).decode()
    assert "\nzorgnetwerk_ready 0\n" in told
    assert "\nzorgnetwerk_releases 1\n" in told
    assert "zorgnetwerk_workers" not in told
    assert 'zorgnetwerk_queries_total{outcome="answered"}' in told
