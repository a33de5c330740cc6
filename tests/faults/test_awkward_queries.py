"""A running site that is asked queries which nobody should ask: every answer is whole, in time and harmless, and every
process lives on.

The families of queries are data (``awkward/``). Each test sends one family to one site and names all that went wrong;
the limit is one second, with ``--long`` also 5 and 30.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from .awkward import Text, texts
from .awkward.asking import DIRECT, Asked, asked_site, lasting_processes
from .awkward.exchange import Canaries, exchange
from .awkward.requests import post, request

TEXTS = texts("http://127.0.0.1:1/", "/nowhere")
FAMILIES = list(dict.fromkeys(text.family for text in TEXTS))


def texts_of(asked: Asked, *families: str) -> list[Text]:
    found = texts(asked.canaries.address, str(asked.canaries.file))
    return [text for text in found if text.family in families]


def send_all(asked: Asked, *families: str, at_once: int = 1) -> None:
    def send(text: Text) -> list[str]:
        allowed = text.allowed | {413} if len(text.text) > 200_000 else text.allowed
        return asked.wrongs(f"{text.family}, {text.name}", post(DIRECT, text.text), allowed)

    with ThreadPoolExecutor(at_once) as pool:
        wrongs = [wrong for found in pool.map(send, texts_of(asked, *families)) for wrong in found]
    assert not wrongs, "\n".join(wrongs)


def test_the_canaries_sing(tmp_path: Path) -> None:
    with Canaries.placed(tmp_path) as canaries:
        assert not canaries.was_opened()
        assert canaries.WORD in canaries.file.read_text("utf-8")
        assert canaries.was_opened()
        assert canaries.calls() == 0
        with pytest.raises((OSError, AssertionError)):
            exchange(canaries.port, b"", 0.2)
        assert canaries.calls() == 1


def test_there_are_several_hundred_of_different_names() -> None:
    assert len(TEXTS) > 400
    assert len({(each.family, each.name) for each in TEXTS}) == len(TEXTS)


@pytest.mark.parametrize("family", FAMILIES)
def test_queries(asked: Asked, family: str) -> None:
    send_all(asked, family)


@pytest.mark.parametrize("family", ["federation", "graph", "escape"])
def test_queries_in_an_address(asked: Asked, family: str) -> None:
    """The same by GET, where another layer decodes them."""
    wrongs: list[str] = []
    for text in texts_of(asked, family):
        if len(text.text) < 5_000:
            line = f"GET /sparql?query={quote_plus(text.text)} HTTP/1.1"
            wrongs += asked.wrongs(text.name, request(line, ["Accept: */*"]), text.allowed)
    assert not wrongs, "\n".join(wrongs)


@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri"])
def test_graphs_of_the_protocol(asked: Asked, parameter: str) -> None:
    query = quote_plus("SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
    wrongs: list[str] = []
    for text in texts_of(asked, "graph"):
        if text.name.startswith("FROM NAMED "):
            iri = text.text.partition("<")[2].partition(">")[0]
            sent = post(
                ["Content-Type: application/x-www-form-urlencoded"], f"query={query}&{parameter}={quote_plus(iri)}"
            )
            wrongs += asked.wrongs(text.name, sent, text.allowed)
    assert not wrongs, "\n".join(wrongs)


@pytest.mark.parametrize("path", ["/nl/sparql", "/sparql/explain", "/sparql.csv", "/release/1/sparql"])
def test_queries_at_the_other_doors(asked: Asked, path: str) -> None:
    """Pages, files and past states read queries too."""
    wrongs: list[str] = []
    for text in texts_of(asked, "federation", "broken", "update"):
        line = f"GET {path}?query={quote_plus(text.text)} HTTP/1.1"
        wrongs += asked.wrongs(text.name, request(line, ["Accept: text/html, */*;q=0.1"]), text.allowed | {200, 404})
    assert not wrongs, "\n".join(wrongs)


def test_the_site_still_answers_rightly(asked: Asked) -> None:
    """After all of the above: the same processes, right answers."""
    answer = asked.send(post(DIRECT, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))
    assert (answer.status, '"1200"' in answer.text) == (200, True)
    assert lasting_processes(asked.site) == asked.lasting


@pytest.mark.long
@pytest.mark.parametrize("seconds", [5.0, 30.0])
def test_longer_limits_hold_too(tmp_path: Path, seconds: float) -> None:
    with asked_site(tmp_path, seconds) as asked:
        send_all(asked, "runaway", "path", "many", "nesting", "chain", at_once=2)
        assert lasting_processes(asked.site) == asked.lasting
