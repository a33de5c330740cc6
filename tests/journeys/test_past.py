"""SPARQL at a past date over HTTP: the right release, also after a rollback; the headers of RFC 7089; limits as ever."""

from __future__ import annotations

import json
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from zorgnetwerk.cli import main
from zorgnetwerk.terms.dates import parse_http_date

from ..conftest import Reply, RunningSite, start_site

NUMBER = "SELECT ?n { <http://e/edition> <http://e/number> ?n }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) {" + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(9)) + "}"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def day(number: int, hour: int = 12) -> str:
    weekday = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")[(number - 1) % 7]
    return f"{weekday}, {number:02d} Jan 2026 {hour:02d}:00:00 GMT"


def write_edition(content: Path, number: int) -> None:
    content.mkdir(exist_ok=True)
    more = "".join(f"<http://e/{i}> <http://e/in> {number} ." for i in range(200))
    (content / "edition.ttl").write_text(f"<http://e/edition> <http://e/number> {number} .\n{more}", "utf-8")


def run(*arguments: object) -> None:
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output


def until_served(site: RunningSite, number: int) -> None:
    end = time.monotonic() + 20
    while json.loads(site.ask("/readyz").body).get("release") != number:
        assert time.monotonic() < end, f"release {number} is not served"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with the releases 2 to 4 kept; served were 1 from day 1, 2 from day 3, 3 from day 5, 2 again from day 7, 4
    from day 9, and 3 again from day 11."""
    folder = tmp_path_factory.mktemp("past")
    state, content = folder / "state", folder / "content"
    settings = folder / "settings.toml"
    settings.write_text("release_retention = 3\n", "ascii")
    for edition in (1, 2, 3):
        write_edition(content, edition)
        run(
            "build",
            "--config",
            settings,
            "--state-dir",
            state,
            "--content",
            content,
            "--base-iri",
            "http://past.example/",
        )
    run("rollback", "--state-dir", state, 2)
    write_edition(content, 4)
    site = start_site(state, content, "--config", str(settings), "--query-timeout", "2")
    try:
        until_served(site, 4)
        run("rollback", "--state-dir", state, 3)
        until_served(site, 3)
        lines = (state / "history").read_text("ascii").splitlines()
        assert [line.split()[1] for line in lines] == ["1", "2", "3", "2", "4", "3"]
        times = [f"2026-01-{number:02d}T12:00:00.400000+00:00" for number in (1, 3, 5, 7, 9, 11)]
        text = "".join(f"{moment} {line.split()[1]}\n" for moment, line in zip(times, lines, strict=True))
        (state / "history").write_text(text, "ascii")
        yield site
    finally:
        site.stop()


def asked(site: RunningSite, path: str, headers: Mapping[str, str] | None = None, query: str = NUMBER) -> Reply:
    address = f"{path}?{urllib.parse.urlencode({'query': query})}"
    return site.ask(address, {"Accept": "text/csv", **(headers or {})})


def edition(reply: Reply) -> int:
    assert reply.status == 200, reply.text
    return int(reply.text.split()[1])


@pytest.mark.parametrize(
    ("when", "number", "since"),
    [
        (day(3), 2, day(3)),
        (day(4), 2, day(3)),
        (day(5, 11), 2, day(3)),
        (day(5), 3, day(5)),
        (day(7, 13), 2, day(7)),
        (day(9), 4, day(9)),
        (day(11), 3, day(11)),
        ("Fri, 01 Jan 2038 00:00:00 GMT", 3, day(11)),
        ("Wed, 01 Jan 1997 00:00:00 GMT", 2, day(3)),
    ],
    ids=["at", "after", "just before the next", "exactly", "rolled back", "newer again", "now", "future", "before all"],
)
def test_a_date_selects_the_release_then_served(past: RunningSite, when: str, number: int, since: str) -> None:
    reply = asked(past, "/sparql", {"Accept-Datetime": when})
    assert edition(reply) == number
    assert reply.headers["zorgnetwerk-release"] == str(number)
    assert reply.headers["memento-datetime"] == since
    assert "Accept-Datetime" in reply.headers["vary"].split(", ")
    assert reply.headers["content-location"].startswith(f"/release/{number}/sparql?query=")
    assert f'rel="memento"; datetime="{since}"' in reply.headers["link"]
    again = past.ask(reply.headers["content-location"], {"Accept": "text/csv"})
    assert (again.status, again.body, again.headers["etag"]) == (200, reply.body, reply.headers["etag"])


def test_the_present_answer_is_no_memento_and_names_its_timegate(past: RunningSite) -> None:
    for _ in range(2):  # the second time from the answer cache
        reply = asked(past, "/sparql")
        assert edition(reply) == 3
        assert "memento-datetime" not in reply.headers
        assert 'rel="original timegate"' in reply.headers["link"]
        assert "Accept-Datetime" in reply.headers["vary"].split(", ")
        assert edition(asked(past, "/sparql", {"Accept-Datetime": day(9)})) == 4


def test_each_kept_release_has_an_address(past: RunningSite) -> None:
    first = {2: day(3), 3: day(5), 4: day(9)}
    for number, since in first.items():
        reply = asked(past, f"/release/{number}/sparql")
        assert (edition(reply), reply.headers["memento-datetime"]) == (number, since)
        links = reply.headers["link"]
        assert "</sparql?query=" in links
        assert 'rel="original timegate"' in links
        assert 'rel="timemap"; type="application/link-format"' in links


@pytest.mark.parametrize("path", ["/sparql", "/release/4/sparql"])
def test_posted_queries_ask_the_past_too(past: RunningSite, path: str) -> None:
    headers = {"Accept": "text/csv", "Accept-Datetime": day(9)}
    body = urllib.parse.urlencode({"query": NUMBER}).encode()
    assert edition(past.ask(path, {**headers, **FORM}, "POST", body)) == 4
    direct = {**headers, "Content-Type": "application/sparql-query"}
    assert edition(past.ask(path, direct, "POST", NUMBER.encode())) == 4
    reply = past.ask(path, direct, "QUERY", NUMBER.encode())
    assert edition(reply) == 4
    assert reply.headers["content-location"].startswith("/release/4/sparql?query=")


@pytest.mark.parametrize(
    ("path", "headers", "status", "said"),
    [
        ("/sparql", {"Accept-Datetime": day(2)}, 410, "oldest kept release is 2"),
        ("/release/1/sparql", {}, 410, "oldest kept release is 2"),
        ("/release/9/sparql", {}, 404, "no release 9"),
        ("/release/0/sparql", {}, 404, "no release 0"),
        ("/release/x/sparql", {}, 404, ""),
        ("/sparql", {"Accept-Datetime": "yesterday"}, 400, "expected an HTTP date"),
        ("/sparql", {"Accept-Datetime": "2026-01-03"}, 400, "expected an HTTP date"),
        ("/sparql", {"Accept-Datetime": "Tue, 31 Feb 2026 12:00:00 GMT"}, 400, "expected an HTTP date"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_said(
    past: RunningSite, path: str, headers: dict[str, str], status: int, said: str
) -> None:
    reply = asked(past, path, {**headers, "Accept": "application/problem+json"})
    assert (reply.status, reply.kind) == (status, "application/problem+json")
    assert said in json.loads(reply.body)["detail"]


def test_a_wrong_query_is_wrong_in_the_past_too(past: RunningSite) -> None:
    reply = asked(past, "/release/2/sparql", {"Accept": "text/csv, application/problem+json"}, "SELECT * { ?s ?p }")
    assert reply.status == 400
    assert json.loads(reply.body)["line"] == 1
    assert asked(past, "/release/2/sparql", {}, "DROP ALL").status in (400, 403)


def test_a_runaway_in_the_past_ends_at_its_limit_and_the_present_goes_on(past: RunningSite) -> None:
    assert edition(asked(past, "/release/2/sparql")) == 2
    began = time.monotonic()
    reply = asked(past, "/release/2/sparql", {}, RUNAWAY)
    assert time.monotonic() - began < 4
    assert reply.status == 503
    assert int(reply.headers["retry-after"]) > 0
    assert edition(asked(past, "/sparql")) == 3
    assert edition(asked(past, "/release/2/sparql")) == 2


def test_the_timemap_lists_the_kept_releases(past: RunningSite) -> None:
    reply = past.ask("/timemap/sparql")
    assert (reply.status, reply.kind) == (200, "application/link-format")
    lines = reply.text.strip().split(",\n")
    assert lines[0] == '<http://past.example/sparql>; rel="original timegate"'
    assert lines[2:] == [
        f'<http://past.example/release/2/sparql>; rel="first memento"; datetime="{day(3)}"',
        f'<http://past.example/release/3/sparql>; rel="memento"; datetime="{day(5)}"',
        f'<http://past.example/release/4/sparql>; rel="last memento"; datetime="{day(9)}"',
    ]
    asked_for = past.ask("/timemap/sparql?query=ASK%20%7B%7D").text
    assert "/release/4/sparql?query=ASK%20%7B%7D>" in asked_for


def test_the_description_of_a_past_endpoint_names_its_own_address(past: RunningSite) -> None:
    reply = past.ask("/release/4/sparql", {"Accept": "text/turtle"})
    assert reply.status == 200
    assert "http://past.example/release/4/sparql" in reply.text
    assert parse_http_date(reply.headers["memento-datetime"])


@pytest.mark.parametrize("path", ["/release/4/sparql", "/nl/release/4/sparql"])
def test_the_page_of_a_past_state_stays_in_it(past: RunningSite, path: str) -> None:
    reply = asked(past, path, {"Accept": "text/html", "Accept-Language": "nl"})
    assert (reply.status, reply.kind, reply.headers["zorgnetwerk-release"]) == (200, "text/html", "4")
    assert 'action="/nl/release/4/sparql"' in reply.text
    dated = asked(past, "/sparql", {"Accept": "text/html", "Accept-Datetime": day(9), "Accept-Language": "nl"})
    assert 'action="/nl/release/4/sparql"' in dated.text
    assert dated.headers["memento-datetime"] == day(9)


def test_browsers_of_other_sites_may_send_and_read_the_dates(past: RunningSite) -> None:
    headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    allowed = past.ask("/sparql", headers, "OPTIONS").headers["access-control-allow-headers"]
    assert "Accept-Datetime" in allowed
    assert "Memento-Datetime" in asked(past, "/sparql").headers["access-control-expose-headers"]


def test_a_long_question_is_not_repeated_in_the_headers(past: RunningSite) -> None:
    reply = asked(past, "/sparql", {"Accept-Datetime": day(9)}, f"{NUMBER} # {'x' * 3000}")
    assert edition(reply) == 4
    assert "x" * 100 not in str(reply.headers)
