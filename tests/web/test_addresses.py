"""Spellings of addresses and methods: one right one each, told without trusting the request; what is near when nothing is
there."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from zorgnetwerk.dataset.building import Plan, build
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.errors import QueueFull
from zorgnetwerk.settings import load
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.web.app import create_app
from zorgnetwerk.web.bodies import AwaitedBodies
from zorgnetwerk.web.rendering import Renderer
from zorgnetwerk.web.site import Site

BASE = Base("http://shops.example/")
SHOP = "/doc/winkel/hoekwinkel"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("content")
    things = "".join(
        f'<id/winkel/{name}> a <ns/zorgnetwerk#Winkel> ; <http://www.w3.org/2000/01/rdf-schema#label> "{name}" .\n'
        for name in ("hoekwinkel", "hoekwinkels", "markt")
    )
    things += (
        "<id/dataset/shops> a <http://www.w3.org/ns/dcat#Dataset> ; "
        "<http://purl.org/dc/terms/license> <http://licences.example/by> .\n"
    )
    (folder / "shops.ttl").write_text(f"@base <https://zorgnetwerk.example/> .\n{things}", "utf-8")
    releases = Releases(State.open(tmp_path_factory.mktemp("state")))
    release = build(releases, Plan(Content(folder), BASE, checked=False)).release
    store = LocalStore(release.folder)
    site = Site(load({"content_dir": str(folder)}, environment={}), BASE, store, releases, Renderer.load())
    yield create_app(site).test_client()
    store.close()


@pytest.mark.parametrize(
    ("asked", "location"), [("/dumps", "/dumps/"), ("/nl", "/nl/"), ("/nl?a=%3Cb%3E&c", "/nl/?a=%3Cb%3E&c")]
)
def test_the_host_of_the_request_stands_in_no_redirect(client: FlaskClient, asked: str, location: str) -> None:
    reply = client.get(asked, headers={"Host": "evil.example"})
    assert (reply.status_code, reply.headers["Location"], reply.get_data()) == (308, location, b"")


@pytest.mark.parametrize("method", ["get", "Get", "head", "post"])
def test_methods_have_a_case(client: FlaskClient, method: str) -> None:
    reply = client.open("/nl/", environ_overrides={"REQUEST_METHOD": method})
    assert reply.status_code == 405
    assert "GET" in reply.headers["Allow"]


@pytest.mark.parametrize(
    "path", [f"/{SHOP}", "//nl/", "//evil.example/", f"{SHOP}/", "/doc//winkel/markt", "/doc/winkel/./markt"]
)
def test_no_second_spelling_shows_a_document(client: FlaskClient, path: str) -> None:
    assert client.get(path, environ_overrides={"PATH_INFO": path}).status_code == 404


@pytest.mark.parametrize("path", [SHOP, "/id/winkel/markt", "/dumps/", "/nl/"])
def test_options_lists_the_methods_and_has_no_body(client: FlaskClient, path: str) -> None:
    reply = client.open(path, method="OPTIONS")
    assert (reply.status_code, reply.get_data()) == (204, b"")
    assert {"GET", "HEAD", "OPTIONS"} <= set(reply.headers["Allow"].split(", "))


def test_a_page_chosen_by_language_says_so(client: FlaskClient) -> None:
    replies = [client.get(f"{SHOP}.html", headers={"Accept-Language": language}) for language in ("nl", "fr")]
    assert replies[0].get_data() != replies[1].get_data()
    for reply in replies:
        assert reply.headers["Vary"] == "Accept-Language, Accept-Encoding"
    assert client.get(f"{SHOP}.ttl").headers["Vary"] == "Accept-Encoding"
    assert client.get(f"/nl{SHOP}").headers["Vary"] == "Accept-Encoding"


def test_a_refused_format_comes_with_the_address_of_each_other(client: FlaskClient) -> None:
    reply = client.get(SHOP, headers={"Accept": "image/png"})
    assert reply.status_code == 406
    told = json.loads(reply.get_data())
    assert [link["title"] for link in told["links"]] == told["available"]
    for link in told["links"]:
        found = client.get(link["href"])
        assert (found.status_code, found.mimetype) == (200, link["title"])
        assert f'<{link["href"]}>; rel="alternate"' in reply.headers.getlist("Link")


@pytest.mark.parametrize("path", ["/id/winkel/hoekwinke", "/doc/winkel/hoekwinke", "/nl/doc/winkel/hoekwinke"])
def test_what_is_spelled_almost_so_is_offered(client: FlaskClient, path: str) -> None:
    reply = client.get(path, headers={"Accept": "application/json"})
    assert reply.status_code == 404
    links = reply.headers.getlist("Link")
    assert links == [f'<{SHOP}>; rel="related"', f'<{SHOP}s>; rel="related"']
    page = client.get(path, headers={"Accept": "text/html"}).get_data(as_text=True)
    assert f'<a href="{SHOP}">' in page
    assert (
        client.get("/id/winkel/nothing-like-it", headers={"Accept": "application/json"}).headers.getlist("Link") == []
    )


def test_an_error_speaks_the_language_of_its_address(client: FlaskClient) -> None:
    for language, words in (("fr", "Rien n’est publié"), ("de", "nichts veröffentlicht"), ("nl", "niets gepubliceerd")):
        reply = client.get(f"/{language}/doc/winkel/geen", headers={"Accept": "text/html", "Accept-Language": "en"})
        assert words in reply.get_data(as_text=True)
        assert f'<html lang="{language}">' in reply.get_data(as_text=True)


def test_a_document_names_its_collection(client: FlaskClient) -> None:
    assert '</doc/winkel>; rel="collection"' in client.get(SHOP).headers.getlist("Link")
    assert client.get("/doc/winkel").status_code == 200


def test_a_document_names_its_licence_and_its_canonical_address(client: FlaskClient) -> None:
    """The canonical address is the one that the head of the page names."""
    page = client.get(f"/fr{SHOP}")
    assert f'</fr{SHOP}>; rel="canonical"' in page.headers.getlist("Link")
    assert f'<link rel="canonical" href="/fr{SHOP}">' in page.get_data(as_text=True)
    data = client.get(SHOP, headers={"Accept": "text/turtle"})
    assert f'<{SHOP}>; rel="canonical"' in data.headers.getlist("Link")
    for reply in (page, data):
        assert '<http://licences.example/by>; rel="license"' in reply.headers.getlist("Link")


def test_more_awaited_bodies_than_allowed_are_told_to_come_back() -> None:
    """Two threads wait for bodies that do not come; the third is refused at once, and served when one is through."""
    entered, ready = threading.Semaphore(0), threading.Event()

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            entered.release()
            assert ready.wait(10)
            return super().read(size)

    def application(environ: dict[str, Any], _: object) -> list[bytes]:
        return [environ["wsgi.input"].read(10)]

    layer = AwaitedBodies(application, 2)  # type: ignore[arg-type]
    threads = [threading.Thread(target=layer, args=({"wsgi.input": Slow(b"x")}, None)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert entered.acquire(timeout=10)
    with pytest.raises(QueueFull):
        layer({"wsgi.input": io.BytesIO(b"x")}, None)  # type: ignore[arg-type]
    ready.set()
    for thread in threads:
        thread.join()
    assert list(layer({"wsgi.input": io.BytesIO(b"y")}, None)) == [b"y"]  # type: ignore[arg-type]
