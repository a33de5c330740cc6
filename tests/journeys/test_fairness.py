"""Limits for each client over HTTP: shares, stopping by id, refusals that help, the log, the numbers."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
import urllib.parse
from collections.abc import Iterable, Iterator

import pytest

from ..conftest import Reply, RunningSite, start_site

LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"
LONG_STATES = ("heavy", "paused")
WIDE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?f))) > 3) }"
JSON = "application/sparql-results+json, application/problem+json;q=0.9"
LIMIT = 6
GREEDY, MODEST, GONE = "127.0.0.21", "127.0.0.22", "127.0.0.23"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site of 400 triples: two long queries of a client, one at a time, small answers, a log that tells."""
    folder = tmp_path_factory.mktemp("fair")
    content = folder / "content"
    content.mkdir()
    (content / "things.ttl").write_text(
        "".join(f"<http://e/{n}> <http://e/next> <http://e/{n + 1}> .\n" for n in range(400)), "utf-8"
    )
    settings = folder / "settings.toml"
    settings.write_text("result_bytes = 20000\nclient_limit = 2\n", "utf-8")
    flags = ("--config", str(settings), "--workers", "1", "--query-timeout", str(LIMIT))
    running = start_site(folder / "state", content, *flags, "--log-level", "info")
    try:
        yield running
    finally:
        running.stop()


def ask(
    site: RunningSite, query: str, client: str, *, query_id: str = "", accept: str = JSON, method: str = "GET"
) -> Reply:
    """What a client at this address is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60, source_address=(client, 0))
    headers = {"Accept": accept} | ({"Query-Id": query_id} if query_id else {})
    encoded = urllib.parse.urlencode({"query": query})
    try:
        if method == "GET":
            connection.request("GET", f"/sparql?{encoded}", headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", "/sparql", encoded.encode(), headers)
        answer = connection.getresponse()
        named: dict[str, str] = {}
        for name, value in answer.getheaders():
            named[name.lower()] = ", ".join(filter(None, (named.get(name.lower()), value)))
        return Reply(answer.status, named, answer.read())
    finally:
        connection.close()


class Asked:
    """A query that runs while the test goes on."""

    def __init__(self, site: RunningSite, query: str, client: str, query_id: str = "") -> None:
        self._replies: list[Reply] = []
        self._thread = threading.Thread(
            target=lambda: self._replies.append(ask(site, query, client, query_id=query_id))
        )
        self._thread.start()

    def reply(self) -> Reply:
        self._thread.join(30)
        return self._replies[0]


def numbers(site: RunningSite) -> dict[str, float]:
    lines = [line for line in site.ask("/metrics").text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def at_work(site: RunningSite, states: Iterable[str]) -> float:
    found = numbers(site)
    return sum(found[f'zorgnetwerk_workers{{lane="query",state="{state}"}}'] for state in states)


def until_long(site: RunningSite, count: int, seconds: float = 10, states: Iterable[str] = LONG_STATES) -> None:
    end = time.monotonic() + seconds
    while at_work(site, states) != count:
        assert time.monotonic() < end, f"there are {at_work(site, states)} such queries, not {count}"
        time.sleep(0.05)


def until_alone(site: RunningSite) -> None:
    """One query is at work; it need not give way to anybody."""
    until_long(site, 1, states=("express", *LONG_STATES))


def until_none(site: RunningSite, seconds: float = 10) -> None:
    until_long(site, 0, seconds, ("express", *LONG_STATES))


def test_a_client_beyond_its_share_gets_429_and_others_are_served(small: RunningSite) -> None:
    held = [Asked(small, LONG, GREEDY, f"greedy-{number}") for number in range(2)]
    until_long(small, 2)
    refused = ask(small, LONG, GREEDY)
    assert (refused.status, refused.kind) == (429, "application/problem+json")
    problem = json.loads(refused.body)
    assert (problem["title"], problem["limit"], problem["used"], problem["unit"]) == (
        "Too many at once",
        2,
        2,
        "queries",
    )
    assert 0 < int(refused.headers["retry-after"]) <= LIMIT
    assert '</dumps/>; rel="alternate"' in refused.headers["link"]
    assert [link["rel"] for link in problem["links"]] == ["alternate", "help"]
    assert small.ask(problem["links"][1]["href"], {"Accept": "application/json"}).status == 200
    assert ask(small, "ASK {}", MODEST).status == 200
    assert ask(small, LONG, MODEST, query_id="its-own-time").status == 503  # its deadline, not a full queue
    assert [asked.reply().status for asked in held] == [503, 503]


def test_fifty_long_queries_of_one_client_do_not_keep_another_waiting(small: RunningSite) -> None:
    crowd = [Asked(small, LONG, GREEDY, f"crowd-query-{number}") for number in range(50)]
    try:
        until_long(small, 2, 30)
        reply = ask(small, HEAVY, MODEST, accept="text/csv")
    finally:
        for number in range(50):
            small.ask(f"/sparql/queries/crowd-query-{number}", method="DELETE")
    outcomes = [asked.reply().status for asked in crowd]
    assert (reply.status, reply.text.split()) == (200, ["n", "160000"])
    assert 429 in outcomes
    assert set(outcomes) <= {429, 409, 503}


def test_an_address_that_a_stranger_claims_is_not_believed(small: RunningSite) -> None:
    held = [Asked(small, LONG, GREEDY, f"claimed-{number}") for number in range(2)]
    until_long(small, 2)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", small.port, source_address=(GREEDY, 0))
        path = f"/sparql?{urllib.parse.urlencode({'query': LONG})}"
        connection.request("GET", path, headers={"X-Forwarded-For": "198.51.100.7", "Accept": JSON})
        assert connection.getresponse().status == 429
        connection.close()
    finally:
        for number in range(2):
            small.ask(f"/sparql/queries/claimed-{number}", method="DELETE")
    assert [asked.reply().status for asked in held] == [409, 409]


@pytest.mark.parametrize(
    ("method", "path", "accept", "status"),
    [
        ("DELETE", "/sparql/queries/{}", "*/*", 204),
        ("POST", "/sparql/stop/{}", "*/*", 204),
        ("POST", "/sparql/stop/{}", "text/html,*/*;q=0.8", 303),
    ],
)
def test_who_knows_the_id_of_a_query_stops_it(
    small: RunningSite, method: str, path: str, accept: str, status: int
) -> None:
    began = time.monotonic()
    asked = Asked(small, LONG, MODEST, "a-query-of-mine")
    until_alone(small)
    reply = small.ask(path.format("a-query-of-mine"), {"Accept": accept}, method)
    assert (reply.status, reply.body) == (status, b"")
    assert reply.headers.get("location", "/sparql") == "/sparql"
    stopped = asked.reply()
    assert time.monotonic() - began < LIMIT
    assert (stopped.status, json.loads(stopped.body)["title"]) == (409, "Stopped")
    assert stopped.headers["query-id"] == "a-query-of-mine"
    assert "retry-after" not in stopped.headers
    assert small.ask(path.format("a-query-of-mine"), {"Accept": "*/*"}, method).status == 404


def test_each_query_has_an_id_that_nobody_can_guess_or_its_own(small: RunningSite) -> None:
    first, second = (ask(small, f"ASK {{}} # {number}", MODEST).headers["query-id"] for number in range(2))
    assert first != second
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", first)
    named = small.ask("/sparql?query=ASK+%7B%7D+%23x&query-id=called-in-address", {"Accept": JSON})
    assert named.headers["query-id"] == "called-in-address"
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": JSON}
    posted = small.ask("/sparql", form, "POST", b"query=ASK+%7B%7D&query-id=called-in-form")
    assert (posted.status, posted.headers["query-id"]) == (200, "called-in-form")
    for wrong in ("short", "with space", "x" * 65):
        reply = small.ask(f"/sparql?query=ASK+%7B%7D+%23{len(wrong)}", {"Query-Id": wrong, "Accept": JSON})
        assert (reply.status, "8 to 64" in json.loads(reply.body)["detail"]) == (400, True)


def test_the_query_of_a_client_that_left_ends_long_before_its_limit(small: RunningSite) -> None:
    until_none(small)
    connection = http.client.HTTPConnection("127.0.0.1", small.port, source_address=(GONE, 0))
    connection.request("GET", f"/sparql?{urllib.parse.urlencode({'query': LONG})}", headers={"Accept": JSON})
    until_alone(small)
    other = http.client.HTTPConnection("127.0.0.1", small.port, source_address=(GONE, 0))
    other.connect()
    connection.close()
    until_none(small, LIMIT - 2)
    other.close()


def test_the_timeout_of_a_request_lowers_the_limit(small: RunningSite) -> None:
    began = time.monotonic()
    encoded = urllib.parse.urlencode({"query": LONG, "timeout": "0.5"})
    reply = small.ask(f"/sparql?{encoded}", {"Accept": JSON})
    assert time.monotonic() - began < 2.5
    problem = json.loads(reply.body)
    assert (reply.status, problem["limit"], problem["unit"]) == (503, 0.5, "seconds")
    assert problem["used"] >= 0.5
    assert int(reply.headers["retry-after"]) >= 1


@pytest.mark.parametrize("accept", [JSON, "text/plain"])
def test_an_answer_that_is_too_large_is_refused_whole_with_the_way_on(small: RunningSite, accept: str) -> None:
    reply = small.ask(f"/sparql.csv?{urllib.parse.urlencode({'query': WIDE})}", {"Accept": accept})
    assert reply.status == 503
    assert "LIMIT" in reply.text
    assert "/dumps/" in reply.text
    assert "/sparql/explain?query=" in reply.headers["link"]
    if accept == JSON:
        problem = json.loads(reply.body)
        assert (problem["title"], problem["limit"], problem["unit"]) == ("Answer too large", 20_000, "bytes")
        assert problem["used"] > 20_000


WORDS = {
    "nl": ("Het antwoord is groter dan de 20\N{NARROW NO-BREAK SPACE}000 bytes", "Alle gegevens als bestanden"),
    "fr": ("La réponse dépasse les 20\N{NARROW NO-BREAK SPACE}000 octets", "Toutes les données en fichiers"),
    "de": ("Die Antwort ist größer als die 20\N{NARROW NO-BREAK SPACE}000 Bytes", "Alle Daten als Dateien"),
    "en": ("The answer is larger than 20,000 bytes", "All data as files"),
}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("path", ["/sparql.csv", "/sparql"])
def test_a_reader_is_told_the_limit_and_the_way_on_in_his_language(
    small: RunningSite, path: str, language: str
) -> None:
    accepted = {"Accept": "text/html", "Accept-Language": language}
    reply = small.ask(f"{path}?{urllib.parse.urlencode({'query': WIDE})}", accepted)
    assert (reply.status, reply.kind) == (503, "text/html")
    said, way_on = WORDS[language]
    assert said in reply.text
    assert re.search(f'<a href="(/{language})?/dumps/">{way_on}</a>', reply.text)


def log_of(site: RunningSite, query_id: str) -> dict[str, object]:
    """The one line that the log holds of this query."""
    end = time.monotonic() + 5
    while True:
        lines = [line for line in site.log.read_text("utf-8").splitlines() if f'"{query_id}"' in line]
        if lines:
            [line] = lines
            entry: dict[str, object] = json.loads(line)
            return entry
        assert time.monotonic() < end, f"nothing is logged of {query_id}"
        time.sleep(0.05)


def test_the_log_tells_what_became_of_a_query_and_nothing_of_who_asked(small: RunningSite) -> None:
    ask(small, "SELECT ?s { ?s ?p ?o } LIMIT 3", MODEST, query_id="log-answered", accept="text/csv")
    ask(small, WIDE, MODEST, query_id="log-too-large")
    ask(small, "ASK { SERVICE <http://other.example/> {} }", MODEST, query_id="log-service", method="POST")
    ask(small, "SELECT ?s { ?s ?p }", MODEST, query_id="log-syntax")
    ask(small, "ASK {}", MODEST, query_id="log-image", accept="image/png")
    answered = log_of(small, "log-answered")
    assert answered["logger"] == "zorgnetwerk.query"
    assert (answered["outcome"], answered["form"], answered["type"]) == ("answered", "SELECT", "text/csv")
    assert int(str(answered["release"])) >= 1
    assert int(str(answered["bytes"])) > 10
    assert all(float(str(answered[name])) >= 0 for name in ("queued_ms", "worker_ms", "processor_ms", "total_ms"))
    assert re.fullmatch("[0-9a-f]{16}", str(answered["text_hash"]))
    too_large = log_of(small, "log-too-large")
    assert (too_large["outcome"], too_large["limit"], too_large["unit"]) == ("too_large", 20_000, "bytes")
    refused = log_of(small, "log-service")
    assert (refused["outcome"], refused["rule"], refused["method"]) == ("refused", "service", "POST")
    assert log_of(small, "log-syntax")["outcome"] == "syntax"
    assert log_of(small, "log-image")["outcome"] == "not_acceptable"
    whole = small.log.read_text("utf-8")
    assert "127.0.0.2" not in whole
    assert "?s ?p ?o" not in whole


def test_a_question_that_the_door_answers_is_logged_and_counted_like_any(small: RunningSite) -> None:
    before = numbers(small)
    reply = small.sparql("SELECT (1 AS ?one) {}")
    again = small.ask(f"/sparql?{urllib.parse.urlencode({'query': 'SELECT (1 AS ?one) {}'})}", {"Accept": JSON})
    entry = log_of(small, reply.headers["query-id"])
    assert (entry["outcome"], entry["form"], entry["bytes"]) == ("answered", "SELECT", len(reply.body))
    assert entry["logger"] == "zorgnetwerk.query"
    assert again.status == 200
    small.sparql("SELECT (1 AS ?one) {}")
    end = time.monotonic() + 5
    while True:
        after = numbers(small)
        hits = 'zorgnetwerk_answer_cache_requests_total{result="hits"}'
        if after[hits] > before[hits]:
            break
        small.sparql("SELECT (1 AS ?one) {}")
        assert time.monotonic() < end, "no hit is counted"
    name = 'zorgnetwerk_queries_total{outcome="answered"}'
    assert after[name] > before[name]


SAMPLE = re.compile(
    r'(zorgnetwerk_[a-z_]+)(\{[a-z]+="[A-Za-z0-9_.+-]+"(?:,[a-z]+="[A-Za-z0-9_.+-]+")*\})? ([0-9.e+-]+)'
)


def test_the_numbers_are_what_the_exposition_format_says(small: RunningSite) -> None:
    ask(small, "ASK {} # counted", MODEST)
    kinds: dict[str, str] = {}
    seen: dict[str, float] = {}
    family = ""
    reply = small.ask("/metrics")
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert reply.text.endswith("\n")
    for line in reply.text.splitlines():
        if line.startswith("# HELP "):
            family = line.split(" ")[2]
            assert family not in kinds, f"{family} is told twice"
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == family
            assert kind in ("counter", "gauge", "histogram")
            kinds[family] = kind
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            suffix = found[1].removeprefix(family)
            assert suffix in (("_bucket", "_sum", "_count") if kinds[family] == "histogram" else ("",))
            assert f"{found[1]}{found[2] or ''}" not in seen, f"{line} is told twice"
            seen[f"{found[1]}{found[2] or ''}"] = float(found[3])
    assert all(name.endswith("_total") for name, kind in kinds.items() if kind == "counter")
    for name in (name for name, kind in kinds.items() if kind == "histogram"):
        buckets = [value for key, value in seen.items() if key.startswith(f"{name}_bucket")]
        assert buckets == sorted(buckets)
        assert buckets[-1] == seen[f'{name}_bucket{{le="+Inf"}}'] == seen[f"{name}_count"] > 0
        assert seen[f"{name}_sum"] > 0
    assert seen['zorgnetwerk_queries_total{outcome="answered"}'] >= 1
    for name in ("zorgnetwerk_ready", "zorgnetwerk_quads", "zorgnetwerk_releases", 'zorgnetwerk_waiting{lane="query"}'):
        assert name in seen


def test_the_numbers_of_all_web_processes_are_one(small: RunningSite) -> None:
    name = 'zorgnetwerk_queries_total{outcome="syntax"}'
    before = numbers(small)[name]
    for number in range(12):
        small.sparql(f"ASK {{ # {number}")
    assert {numbers(small)[name] for _ in range(6)} == {before + 12}
