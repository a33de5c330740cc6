"""A running site that gets requests which nobody should send: whole, harmless answers below 500; slow senders hold up
nobody else."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from ..conftest import RunningSite, start_site
from .awkward.asking import Asked
from .awkward.exchange import exchange
from .awkward.requests import request, requests
from .small_site import write_content

REQUESTS = requests()
FAMILIES = list(dict.fromkeys(each.family for each in REQUESTS))
PAGE = request("GET /nl/describe?iri=http%3A%2F%2Fe%2F1 HTTP/1.1")
ASK = request("GET /sparql?query=ASK%7B%7D HTTP/1.1")


def test_there_are_several_hundred() -> None:
    assert len(REQUESTS) > 400


@pytest.mark.parametrize("family", FAMILIES)
def test_requests(asked: Asked, family: str) -> None:
    wrongs: list[str] = []
    for each in REQUESTS:
        if each.family == family:
            wrongs += asked.wrongs(each.name, each.sent, each.allowed, each.without_body, each.is_cut)
    assert not wrongs, "\n".join(wrongs)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with few threads, which is soon full."""
    folder = tmp_path_factory.mktemp("narrow")
    settings = folder / "settings.toml"
    settings.write_text("web_threads = 8\nweb_workers = 1\n", "ascii")
    site = start_site(folder / "s", write_content(folder / "content"), "--config", str(settings))
    try:
        yield site
    finally:
        site.stop()


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /sparql HTTP/1.1\r\nHost: h\r\nContent-Type: application/sparql-query\r\nContent-Length: 90\r\n\r\nASK",
        b"POST /validate HTTP/1.1\r\nHost: h\r\nContent-Type: text/turtle\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<a> ",
        b"GET /sparql HTTP/1.1\r\nHost: h\r\nX-Never-",
    ],
    ids=["body", "chunks", "head"],
)
def test_requests_that_never_end_hold_up_nobody(narrow: RunningSite, sent: bytes) -> None:
    with contextlib.ExitStack() as held:
        for _ in range(40):
            client = held.enter_context(socket.create_connection(("127.0.0.1", narrow.port), 5))
            client.sendall(sent)
        for asked in (PAGE, ASK, PAGE, ASK):
            assert exchange(narrow.port, asked, 10).status == 200
    assert exchange(narrow.port, ASK, 10).status == 200
