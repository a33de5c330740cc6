"""The whole application in this process: every route answers with the status, type and headers that it promises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from zorgnetwerk.dataset.building import Plan, build
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.settings import load
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.web.app import create_app
from zorgnetwerk.web.rendering import Renderer
from zorgnetwerk.web.site import Site

from ..conftest import ROOT
from .reading import Page

BASE = Base("http://localhost:8000/")
JESSA = "organisatie/jessa-ziekenhuis"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    releases = Releases(State.open(tmp_path_factory.mktemp("app")))
    release = build(releases, Plan(Content(ROOT), BASE, checked=False)).release
    store = LocalStore(release.folder)
    site = Site(load({"content_dir": str(ROOT)}, environment={}), BASE, store, releases, Renderer.load())
    yield create_app(site).test_client()
    store.close()


ROWS = [
    ("/", "text/html", 200, "text/html"),
    ("/fr/", "text/html", 200, "text/html"),
    (f"/id/{JESSA}", "text/turtle", 303, ""),
    (f"/doc/{JESSA}", "text/html", 200, "text/html"),
    (f"/doc/{JESSA}", "application/rdf+xml", 200, "application/rdf+xml"),
    (f"/doc/{JESSA}.nq", "*/*", 200, "application/n-quads"),
    (f"/doc/{JESSA}", "image/png", 406, "application/problem+json"),
    ("/en/doc/campus/sal", "*/*", 200, "text/html"),
    ("/doc/organisatie/nobody", "text/html", 404, "text/html"),
    ("/doc/organisatie/nobody", "text/plain", 404, "text/plain"),
    ("/nl/doc/campus", "*/*", 200, "text/html"),
    ("/doc/campus", "text/turtle", 200, "text/turtle"),
    ("/ns/zorgnetwerk", "text/turtle", 200, "text/turtle"),
    ("/de/ns/zorgnetwerk", "*/*", 200, "text/html"),
    ("/auth/rollen", "text/html", 200, "text/html"),
    ("/auth/rollen.jsonld", "*/*", 200, "application/ld+json"),
    ("/auth/rollen/verwijzer", "text/html", 200, "text/html"),
    ("/auth/rollen/verwijzer", "application/n-triples", 200, "application/n-triples"),
    ("/describe?iri=http%3A%2F%2Fwww.w3.org%2Fns%2Forg%23Role", "text/turtle", 200, "text/turtle"),
    ("/nl/describe?iri=http%3A%2F%2Fwww.w3.org%2Fns%2Forg%23Role", "*/*", 200, "text/html"),
    ("/describe?iri=http%3A%2F%2Flocalhost%3A8000%2Fauth%2Frollen%2Fverwijzer", "*/*", 303, ""),
    ("/describe", "text/html", 404, "text/html"),
    ("/dumps/", "*/*", 200, "text/html"),
    ("/dumps/zorgnetwerk.ttl", "*/*", 200, "text/turtle"),
    ("/dumps/zorgnetwerk.nq.gz", "*/*", 200, "application/gzip"),
    ("/dumps/other", "*/*", 404, "application/problem+json"),
    ("/catalogue", "text/turtle", 200, "text/turtle"),
    ("/catalogue", "text/html", 200, "text/html"),
    ("/catalogue.rdf", "*/*", 200, "application/rdf+xml"),
    ("/.well-known/void", "application/ld+json", 200, "application/ld+json"),
    ("/context.jsonld", "*/*", 200, "application/ld+json"),
    ("/vocab.json", "*/*", 200, "application/json"),
    ("/vocab.json?lang=xx", "*/*", 404, "application/problem+json"),
    ("/robots.txt", "*/*", 200, "text/plain"),
    ("/healthz", "*/*", 200, "text/plain"),
    ("/readyz", "*/*", 200, "application/json"),
    ("/metrics", "*/*", 200, "text/plain"),
    ("/static/nothing.css", "*/*", 404, "application/problem+json"),
    ("/sparql", "text/turtle", 200, "text/turtle"),
    ("/sparql", "text/html", 200, "text/html"),
    ("/sparql?query=ASK+%7B%7D", "*/*", 200, "application/sparql-results+json"),
    ("/sparql?query=ASK+%7B%7D", "text/html", 200, "text/html"),
    ("/nl/sparql?query=SELECT+%2A+%7B+%3Fs+a+%3Fc+%7D+LIMIT+3", "*/*", 200, "text/html"),
    ("/nl/sparql?query=CONSTRUCT+%7B+%3Fs+a+%3Fc+%7D+WHERE+%7B+%3Fs+a+%3Fc+%7D+LIMIT+3", "*/*", 200, "text/html"),
    ("/nl/sparql?query=SELECT+nonsense", "*/*", 400, "text/html"),
    ("/sparql.csv?query=SELECT+%2A+%7B+%3Fs+a+%3Fc+%7D+LIMIT+3", "*/*", 200, "text/csv"),
    ("/sparql.ttl?query=CONSTRUCT+%7B+%3Fs+a+%3Fc+%7D+WHERE+%7B+%3Fs+a+%3Fc+%7D+LIMIT+3", "*/*", 200, "text/turtle"),
    ("/sparql?query=DROP+ALL", "*/*", 400, "application/problem+json"),
    ("/queries", "text/html", 200, "text/html"),
    ("/queries", "application/json", 200, "application/json"),
    ("/nl/queries?q=hospilim", "*/*", 200, "text/html"),
    ("/queries/oprichtingsdatum-van-hospilim.csv", "*/*", 200, "text/csv"),
    ("/queries/oprichtingsdatum-van-hospilim.rq", "*/*", 200, "application/sparql-query"),
    ("/nl/queries/oprichtingsdatum-van-hospilim", "*/*", 200, "text/html"),
    ("/queries/no-such-question", "text/html", 404, "text/html"),
    ("/nowhere", "*/*", 404, "application/problem+json"),
]


@pytest.mark.parametrize(("path", "accept", "status", "kind"), ROWS)
def test_a_route_keeps_its_promise(client: FlaskClient, path: str, accept: str, status: int, kind: str) -> None:
    with client.get(path, headers={"Accept": accept}) as reply:
        assert reply.status_code == status, reply.text[:300]
        assert not kind or reply.mimetype == kind
        assert int(reply.headers["Content-Length"]) == len(reply.data)
        assert "Content-Security-Policy" in reply.headers
        assert reply.headers["X-Request-Id"]
        assert "Vary" in reply.headers


@pytest.mark.parametrize("path", ["/fr/doc/organisatie/nobody", "/fr/auth/nobody", "/fr/describe?iri=http://e/x"])
def test_a_missing_thing_is_told_in_the_language_of_the_page_alone(client: FlaskClient, path: str) -> None:
    with client.get(path, headers={"Accept": "text/html"}) as reply:
        page = Page(reply.text)
    assert "Rien n’est publié à cette adresse." in page.main
    assert not [it for it in page.all("p") if it.attributes.get("lang") == "en"]
    assert "presque" not in page.main


def test_near_addresses_are_told_where_there_are_any(client: FlaskClient) -> None:
    with client.get("/fr/doc/organisatie/jesa-ziekenhuis", headers={"Accept": "text/html"}) as reply:
        page = Page(reply.text)
    assert "Adresses presque identiques : /doc/organisatie/jessa-ziekenhuis" in page.main


def test_a_page_that_a_document_does_not_have_is_explained(client: FlaskClient) -> None:
    with client.get(f"/fr/doc/{JESSA}?page=9", headers={"Accept": "text/html"}) as reply:
        assert "page(s), not 9." in Page(reply.text).main


def test_a_form_and_a_body_are_read(client: FlaskClient) -> None:
    with (
        client.post("/sparql", data={"query": "ASK {}"}) as form,
        client.post("/sparql", data="ASK {}", content_type="application/sparql-query") as body,
    ):
        assert (form.status_code, body.status_code) == (200, 200)
    with client.post("/sparql", data="DROP ALL", content_type="application/sparql-update") as update:
        assert update.status_code == 403
    with client.put("/sparql") as wrong:
        assert wrong.status_code == 405


def test_a_failure_of_ours_shows_nothing_of_the_inside(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("zorgnetwerk.web.pages._ready", fail)
    with client.get("/readyz") as reply:
        assert reply.status_code == 500
        assert "secret" not in reply.text


def test_a_site_without_a_checker_says_so(client: FlaskClient) -> None:
    with client.post("/validate", data=b"<a:a> <a:b> <a:c> .", content_type="text/turtle") as reply:
        assert reply.status_code == 503
        assert "no checker" in reply.text


def test_another_site_may_ask_beforehand(client: FlaskClient) -> None:
    headers = {"Origin": "http://other.example", "Access-Control-Request-Method": "POST"}
    with client.options("/sparql", headers=headers) as reply:
        assert reply.status_code == 204
        assert reply.headers["Access-Control-Allow-Origin"] == "*"


def test_the_state_folder_is_not_shown(client: FlaskClient, tmp_path: Path) -> None:
    for path in ("/dumps/..%2f..%2fstate.json", f"/static/{tmp_path}", "/dumps/%2e%2e/quads.nq"):
        with client.get(path) as reply:
            assert reply.status_code == 404
