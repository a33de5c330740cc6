"""Documents at a past date over HTTP: the release then current, mementos with addresses of their own, the time map; what
is gone, and pages that say that they show the past."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from ..conftest import Reply, RunningSite, start_site
from .test_past import day, run, until_served

BASE = "http://past.example/"
SHOP = "/doc/winkel/hoek"
LABEL = URIRef("http://www.w3.org/2000/01/rdf-schema#label")


def write_state(content: Path, number: int) -> None:
    """The shop has its number in its name; the fair is there in the states 3 and 4 only."""
    content.mkdir(exist_ok=True)
    names = {"winkel/hoek": f"Shop {number}"} | {f"winkel/{n}": f"Stall {n}" for n in range(20)}
    names |= {"winkel/kermis": "Fair"} if number in (3, 4) else {}
    lines = "".join(
        f'<id/{path}> a <ns/zorgnetwerk#Winkel> ; <{LABEL}> "{name}"@nl .\n' for path, name in names.items()
    )
    if number in (3, 4):
        lines += "<id/winkel/kermis> <ns/zorgnetwerk#naast> <id/winkel/hoek> .\n"
    (content / "shop.ttl").write_text(f"@base <https://zorgnetwerk.example/> .\n{lines}", "utf-8")


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Releases 2 to 5 are kept; they were served from the days 1, 3, 5, 7 and 9."""
    folder = tmp_path_factory.mktemp("past")
    state, content, settings = folder / "state", folder / "content", folder / "settings.toml"
    settings.write_text("release_retention = 4\n", "ascii")
    for number in range(1, 6):
        write_state(content, number)
        run("build", "--config", settings, "--state-dir", state, "--content", content, "--base-iri", BASE)
    lines = (state / "history").read_text("ascii").splitlines()
    assert [line.split()[1] for line in lines] == ["1", "2", "3", "4", "5"]
    dated = (f"2026-01-{2 * n + 1:02d}T12:00:00.400000+00:00 {n + 1}\n" for n in range(5))
    (state / "history").write_text("".join(dated), "ascii")
    site = start_site(state, content, "--config", str(settings))
    try:
        until_served(site, 5)
        yield site
    finally:
        site.stop()


def turtle(site: RunningSite, path: str, when: str = "") -> Reply:
    return site.ask(path, {"Accept": "text/turtle", **({"Accept-Datetime": when} if when else {})})


def name(reply: Reply, path: str = SHOP) -> str:
    assert reply.status == 200, reply.text
    iri = URIRef(BASE + path.lstrip("/").replace("doc/", "id/"))
    return str(Graph().parse(data=reply.text, format="turtle").value(iri, LABEL))


@pytest.mark.parametrize(
    ("when", "number"),
    [
        (day(3), 2),
        (day(4), 2),
        (day(5, 11), 2),
        (day(5), 3),
        (day(8), 4),
        (day(9), 5),
        ("Fri, 01 Jan 2038 00:00:00 GMT", 5),
    ],
)
def test_a_date_selects_the_document_then_current(past: RunningSite, when: str, number: int) -> None:
    reply = turtle(past, SHOP, when)
    assert name(reply) == f"Shop {number}"
    since = day(2 * number - 1)
    assert reply.headers["memento-datetime"] == since
    assert reply.headers["zorgnetwerk-release"] == str(number)
    assert "Accept-Datetime" in reply.headers["vary"].split(", ")
    assert reply.headers["content-location"] == f"/release/{number}{SHOP}.ttl"
    assert f'<{SHOP}>; rel="original timegate"' in reply.headers["link"]
    assert f'</timemap{SHOP}>; rel="timemap"; type="application/link-format"' in reply.headers["link"]
    assert f'</release/{number}{SHOP}>; rel="memento"; datetime="{since}"' in reply.headers["link"]
    again = past.ask(reply.headers["content-location"])
    assert (again.status, again.body, again.headers["etag"]) == (200, reply.body, reply.headers["etag"])


def test_the_present_document_is_no_memento_and_names_its_timegate(past: RunningSite) -> None:
    for _ in range(2):  # the second time from the kept answers
        reply = turtle(past, SHOP)
        assert name(reply) == "Shop 5"
        assert "memento-datetime" not in reply.headers
        assert 'rel="original timegate"' in reply.headers["link"]
        assert "Accept-Datetime" in reply.headers["vary"].split(", ")
        assert name(turtle(past, SHOP, day(5))) == "Shop 3"
    for path in (f"{SHOP}.ttl", f"/nl{SHOP}"):
        fixed = past.ask(path, {"Accept-Datetime": day(5)})
        assert "Shop 5" in fixed.text
        assert "Accept-Datetime" not in fixed.headers["vary"]
        assert f'<{SHOP}>; rel="timegate"' in fixed.headers["link"]


@pytest.mark.parametrize("suffix", ["", ".ttl", ".jsonld", ".rdf", ".nt", ".trig", ".nq"])
def test_a_memento_in_any_format_never_changes(past: RunningSite, suffix: str) -> None:
    reply = turtle(past, f"/release/3{SHOP}{suffix}")
    assert "Shop 3" in reply.text
    assert "immutable" in reply.headers["cache-control"]
    assert reply.headers["memento-datetime"] == day(5)
    assert "Accept-Datetime" not in reply.headers["vary"]
    assert f'<{SHOP}>; rel="original timegate"' in reply.headers["link"]
    unchanged = past.ask(f"/release/3{SHOP}{suffix}", {"Accept": "text/turtle", "If-None-Match": reply.headers["etag"]})
    assert (unchanged.status, unchanged.headers["memento-datetime"]) == (304, day(5))


@pytest.mark.parametrize(
    ("language", "words", "way"),
    [
        ("nl", "Vroegere toestand", "Naar de huidige toestand"),
        ("fr", "État antérieur", "Voir l’état actuel"),
        ("de", "Früherer Stand", "Zum heutigen Stand"),
        ("en", "Earlier state", "See the present state"),
    ],
)
def test_a_page_of_the_past_says_so_and_stays_in_it(past: RunningSite, language: str, words: str, way: str) -> None:
    dated = past.ask(SHOP, {"Accept": "text/html", "Accept-Language": language, "Accept-Datetime": day(5)})
    fixed = past.ask(f"/{language}/release/3{SHOP}")
    assert dated.body == fixed.body
    assert dated.headers["content-location"] == f"/{language}/release/3{SHOP}"
    assert "Shop 3" in fixed.text
    assert words in fixed.text
    assert f'<a href="/{language}{SHOP}">{way}</a>' in fixed.text
    assert '<meta name="robots" content="noindex">' in fixed.text
    assert f'href="/{language}/release/3/doc/winkel/kermis"' in fixed.text
    assert f'href="/release/3{SHOP}.ttl"' in fixed.text
    assert words not in past.ask(f"/{language}{SHOP}").text


def test_the_language_of_a_page_of_the_past_can_be_changed(past: RunningSite) -> None:
    text = past.ask(f"/fr/release/3{SHOP}").text
    for language in ("nl", "de", "en"):
        assert f'<a href="/{language}/release/3{SHOP}" hreflang="{language}"' in text


def test_a_list_of_the_past_has_what_it_had(past: RunningSite) -> None:
    for number, has_fair in ((2, False), (3, True), (4, True), (5, False)):
        reply = past.ask(f"/release/{number}/doc/winkel.nt")
        assert ("winkel/kermis>" in reply.text) is has_fair


def test_things_of_the_past_lead_to_their_documents(past: RunningSite) -> None:
    reply = past.ask("/release/3/id/winkel/kermis")
    assert (reply.status, reply.headers["location"]) == (303, "/release/3/doc/winkel/kermis")
    assert past.ask("/id/winkel/kermis").status == 404
    assert past.ask("/release/2/id/winkel/kermis").status == 404


def test_a_date_before_the_first_state_of_a_document_selects_that(past: RunningSite) -> None:
    for when in ("Wed, 01 Jan 1997 00:00:00 GMT", day(3), day(4), day(5)):
        reply = turtle(past, "/doc/winkel/kermis", when)
        assert name(reply, "/doc/winkel/kermis") == "Fair"
        assert reply.headers["memento-datetime"] == day(5)
    assert turtle(past, "/doc/winkel/kermis", day(9)).status == 404
    assert turtle(past, "/doc/winkel/kermis").status == 404


@pytest.mark.parametrize(
    ("path", "numbers"),
    [(SHOP, (2, 3, 4, 5)), ("/doc/winkel/kermis", (3, 4)), ("/doc/winkel", (2, 3, 4, 5))],
)
def test_the_timemap_lists_the_states_that_have_the_document(
    past: RunningSite, path: str, numbers: tuple[int, ...]
) -> None:
    reply = past.ask(f"/timemap{path}")
    assert (reply.status, reply.kind) == (200, "application/link-format")
    original, own, *mementos = reply.text.strip().split(",\n")
    assert original == f'<{BASE}{path[1:]}>; rel="original timegate"'
    assert own == f'<{BASE}timemap{path}>; rel="self"; type="application/link-format"'
    for number, line in itertools.zip_longest(numbers, mementos):
        relation = "first " * (number == numbers[0]) + "last " * (number == numbers[-1]) + "memento"
        assert line == f'<{BASE}release/{number}{path}>; rel="{relation}"; datetime="{day(2 * number - 1)}"'
        assert past.ask(f"/release/{number}{path}").status == 200


@pytest.mark.parametrize(
    ("path", "when", "status"),
    [
        (f"/release/1{SHOP}", "", 410),
        (f"/nl/release/1{SHOP}", "", 410),
        ("/release/1/id/winkel/hoek", "", 410),
        (SHOP, day(1), 410),
        (f"/release/9{SHOP}", "", 404),
        (f"/release/0{SHOP}", "", 404),
        ("/release/3/doc/winkel/nooit", "", 404),
        ("/timemap/doc/winkel/nooit", "", 404),
        (SHOP, "yesterday", 400),
        (SHOP, "Tue, 99 Foo 2026 25:61:61 GMT", 400),
    ],
)
def test_what_is_not_there_is_told_apart(past: RunningSite, path: str, when: str, status: int) -> None:
    assert turtle(past, path, when).status == status
    page = past.ask(
        path, {"Accept": "text/html", "Accept-Language": "en", **({"Accept-Datetime": when} if when else {})}
    )
    assert (page.status, page.kind) == (status, "text/html")
    assert "Earlier state" not in page.text
