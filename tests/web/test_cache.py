"""Kept answers: never of another release, never of another representation, never more than the memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from zorgnetwerk.web.cache import AnswerCache


class Site:
    """A tiny application that counts its calls and shows what it was asked."""

    def __init__(self) -> None:
        self.calls = 0
        self.release = 1
        self.extra: dict[str, str] = {}
        self.status = 200
        self.size = 10

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        self.calls += 1
        shown = f"{self.release} {environ['PATH_INFO']} {environ.get('HTTP_ACCEPT', '')}".encode().ljust(self.size)
        headers = {
            "Zorgnetwerk-Release": str(self.release),
            "Cache-Control": "no-cache",
            "Vary": "Accept",
            "X-Request-Id": str(self.calls),
            **self.extra,
        }
        response = Response(shown, status=self.status, headers=headers, mimetype="text/turtle")
        response.set_etag(f"{self.release}")
        return response(environ, start_response)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def cache(site: Site) -> AnswerCache:
    return AnswerCache(site, lambda: site.release, 100_000)


@pytest.fixture
def client(cache: AnswerCache) -> Client:
    return Client(cache)


def test_a_repeated_request_is_answered_from_memory(site: Site, client: Client) -> None:
    first, second = client.get("/a"), client.get("/a")
    assert site.calls == 1
    assert first.data == second.data
    assert {**first.headers, "X-Request-Id": ""} == {**second.headers, "X-Request-Id": ""}
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "headers",
    [{"Accept": "text/html"}, {"Accept-Language": "fr"}, {"Accept-Encoding": "gzip"}],
    ids=["type", "language", "coding"],
)
def test_what_decides_the_representation_is_in_the_key(site: Site, client: Client, headers: dict[str, str]) -> None:
    client.get("/a")
    client.get("/a", headers=headers)
    assert site.calls == 2


def test_paths_and_queries_are_kept_apart(site: Site, client: Client) -> None:
    for address in ("/a", "/b", "/a?x=1"):
        client.get(address)
    assert site.calls == 3


def test_a_new_release_is_never_answered_with_the_old(site: Site, client: Client) -> None:
    old = client.get("/a").data
    site.release = 2
    assert client.get("/a").data != old


def test_an_answer_of_another_release_than_the_served_one_is_not_kept(site: Site) -> None:
    client = Client(AnswerCache(site, lambda: 9, 100_000))
    client.get("/a")
    client.get("/a")
    assert site.calls == 2


def test_head_and_conditions_are_answered_from_memory(site: Site, client: Client) -> None:
    tag = client.get("/a").headers["ETag"]
    head = client.head("/a")
    held = client.get("/a", headers={"If-None-Match": f'W/{tag}, "x"'})
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", "10")
    assert (held.status_code, held.data, held.headers["Vary"]) == (304, b"", "Accept")
    assert client.get("/a", headers={"If-None-Match": '"other"'}).status_code == 200
    assert site.calls == 1


@pytest.mark.parametrize("status", [303, 404, 503])
def test_only_complete_answers_are_kept(site: Site, client: Client, status: int) -> None:
    site.status = status
    client.get("/a")
    client.get("/a")
    assert site.calls == 2


def test_no_store_is_not_kept(site: Site, client: Client) -> None:
    site.extra = {"Cache-Control": "no-store"}
    client.get("/a")
    client.get("/a")
    assert site.calls == 2


def test_post_is_handed_on(site: Site, client: Client) -> None:
    client.post("/a")
    client.post("/a")
    assert site.calls == 2


def test_memory_is_bounded_and_the_oldest_go_first(site: Site, cache: AnswerCache, client: Client) -> None:
    site.size = 10_000
    for number in range(30):
        client.get(f"/{number}")
    assert 2 <= len(cache) < 10
    calls = site.calls
    client.get("/29")
    assert site.calls == calls
    client.get("/0")
    assert site.calls == calls + 1


def test_a_very_large_answer_is_not_kept(site: Site, cache: AnswerCache, client: Client) -> None:
    site.size = 50_000
    client.get("/a")
    assert len(cache) == 0


def test_zero_bytes_keep_nothing(site: Site) -> None:
    client = Client(AnswerCache(site, lambda: 1, 0))
    client.get("/a")
    client.get("/a")
    assert site.calls == 2


def test_a_part_is_never_answered_from_the_whole(site: Site, client: Client) -> None:
    client.get("/a")
    client.get("/a", headers={"Range": "bytes=0-1"})
    assert site.calls == 2


def test_who_holds_the_state_of_this_time_gets_nothing_again(site: Site, client: Client) -> None:
    time = "Wed, 25 Nov 2026 20:00:00 GMT"
    site.extra = {"Last-Modified": time}
    client.get("/a")
    assert client.get("/a", headers={"If-Modified-Since": time}).status_code == 304
    assert client.get("/a", headers={"If-Modified-Since": "Wed, 25 Nov 2026 21:00:00 GMT"}).status_code == 200
    assert client.get("/a", headers={"If-Modified-Since": time, "If-None-Match": '"other"'}).status_code == 200
    assert site.calls == 1
