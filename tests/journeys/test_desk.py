"""From a document to a published fact over HTTP: sent, looked at, decided, seen by all; and what is in between by none."""

from __future__ import annotations

import html
import json
import re
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from zorgnetwerk.cli import main
from zorgnetwerk.submission.keys import Keys
from zorgnetwerk.submission.passes import Passes

from ..conftest import ROOT, Reply, start_site
from ..web.reading import Page
from .desk import FORM, PAGE, TURTLE, Desk

try:
    from ..web.identity import CLIENT, SECRET, IdentityProvider
except ImportError:
    IdentityProvider = None  # type: ignore[assignment,misc]  # the extra oidc is not installed

BAD = (ROOT / "tests" / "content" / "submissions" / "BP15-impossible-date.ttl").read_text("utf-8")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    state = tmp_path_factory.mktemp("desk")
    settings = state / "settings.toml"
    identity = IdentityProvider() if IdentityProvider is not None else None
    said = "submission_rate = 500\n"
    if identity is not None:
        said += f'oidc_issuer = "{identity.issuer}"\noidc_client = "{CLIENT}"\noidc_secret = "{SECRET}"\n'
    settings.write_text(said, "utf-8")
    site = start_site(state / "state", ROOT, "--unchecked", "--config", str(settings))
    site.await_checker()
    try:
        yield Desk.at(site, identity)
    finally:
        site.stop()
        if identity is not None:
            identity.stop()


class Browser:
    """A steward's browser: keeps its cookie, reads tokens from forms."""

    def __init__(self, desk: Desk, language: str = "nl") -> None:
        self.site = desk.site
        self.prefix = f"/{language}/review"
        self.cookie = ""

    def get(self, path: str = "") -> Reply:
        return self.site.ask(f"{self.prefix}{path}", PAGE | {"Cookie": self.cookie})

    def post(self, path: str, fields: Mapping[str, str] | list[tuple[str, str]], **headers: str) -> Reply:
        body = urllib.parse.urlencode(fields).encode()
        asked = (
            PAGE | FORM | {"Cookie": self.cookie} | {name.replace("_", "-"): value for name, value in headers.items()}
        )
        return self.site.ask(f"{self.prefix}{path}", asked, "POST", body)

    def token(self, path: str = "") -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)
        assert found, path
        return found[1]

    def sign_in(self, key: str) -> Reply:
        reply = self.post("/login", {"csrf": self.token("/login"), "key": key})
        self.cookie = reply.headers.get("set-cookie", "").partition(";")[0]
        return reply


def test_from_a_document_to_a_published_fact(desk: Desk) -> None:
    receipt = desk.sent("eerste")
    identifier = receipt["id"]
    assert (receipt["state"], receipt["report"]["conforms"]) == ("waiting", True)
    assert receipt["difference"]["added"] > 20
    assert not desk.seen("eerste")
    assert desk.decide(identifier, "accept", comment="Klopt.").status == 303
    assert desk.published("eerste")
    found = json.loads(desk.status(identifier).body)
    assert (found["state"], found["reason"]) == ("published", "Klopt.")
    assert found["release"] >= 2
    page = desk.site.ask("/nl/doc/samenwerkingsverband/eerste", PAGE).text
    assert "Jessa en ZOL werken samen" in page
    assert "ingezonden door Jessa Ziekenhuis" in page
    assert f"Inzending {identifier} van Jessa Ziekenhuis" in page
    graph = desk.site.ask(f"/doc/graaf/inzending-{identifier}.ttl").text
    assert "wasAttributedTo" in graph
    assert desk.site.ask(f"/doc/beslissing/{identifier}", PAGE).status == 200


def test_nothing_that_waits_can_be_seen_outside(desk: Desk) -> None:
    receipt = desk.sent("geheim-plan")
    base = desk.site.base
    for path in (
        "/doc/samenwerkingsverband/geheim-plan", "/id/samenwerkingsverband/geheim-plan", "/doc/deelname/geheim-plan-jessa",
        f"/doc/graaf/inzending-{receipt['id']}", f"/describe?iri={base}id/samenwerkingsverband/geheim-plan",
    ):  # fmt: skip
        assert desk.site.ask(path).status in (303, 404), path
    for path in (
        "/doc/samenwerkingsverband",
        "/metrics",
        "/dumps/",
        "/catalogue.ttl",
        "/queries",
        "/",
        "/changes",
        "/conformance",
        "/vocab.json",
    ):
        assert "geheim-plan" not in desk.site.ask(path).text, path
    for query in (
        "SELECT * { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?s), 'geheim')) }",
        f"SELECT * FROM <{base}id/graaf/inzending-{receipt['id']}> {{ ?s ?p ?o }}",
        f"SELECT * {{ GRAPH <{base}id/graaf/inzending-{receipt['id']}> {{ ?s ?p ?o }} }}",
    ):
        reply = desk.site.sparql(query)
        assert json.loads(reply.body)["results"]["bindings"] == [], query
    other = {"Authorization": f"Bearer {desk.zol}"}
    assert desk.site.ask(f"/submissions/{receipt['id']}", other).status == 404
    assert desk.site.ask(f"/submissions/{receipt['id']}").status == 401
    assert desk.site.ask(f"/submissions/{receipt['id']}?token=x").status == 401
    assert desk.site.ask(f"/submissions/{receipt['id']}/added.nq").status == 401


def test_who_has_the_address_of_the_status_page_sees_it_in_four_languages(desk: Desk) -> None:
    receipt = desk.sent("status")
    location = receipt["location"]
    for language, word in (("nl", "Inzending"), ("fr", "Envoi"), ("de", "Einreichung"), ("en", "Submission")):
        page = desk.site.ask(f"/{language}{location}", PAGE)
        assert page.status == 200
        assert f'lang="{language}"' in page.text
        assert word in page.text
        assert page.headers["cache-control"].startswith("private")
        assert 'name="robots" content="noindex"' in page.text
    found = desk.site.ask(location, {"Accept": "application/json"})
    assert found.headers["etag"].startswith(f'"{receipt["id"]}.1')
    assert desk.site.ask(location, {"Accept": "application/json", "If-None-Match": found.headers["etag"]}).status == 304
    added = desk.site.ask(f"/submissions/{receipt['id']}/added.nq?{location.partition('?')[2]}")
    assert added.text.count("\n") == receipt["difference"]["added"]


def test_a_refusal_reaches_who_sent_it_and_is_never_seen(desk: Desk) -> None:
    receipt = desk.sent("geweigerd")
    assert desk.decide(receipt["id"], "refuse", comment=" ").status == 422
    assert desk.decide(receipt["id"], "refuse", comment="De bron <b>ontbreekt</b>.").status == 303
    page = desk.site.ask(f"/nl{receipt['location']}", PAGE).text
    assert "De bron &lt;b&gt;ontbreekt&lt;/b&gt;." in page
    assert json.loads(desk.status(receipt["id"]).body)["state"] == "refused"
    assert not desk.seen("geweigerd")


def test_a_document_that_does_not_conform_gets_its_report(desk: Desk) -> None:
    asked = TURTLE | {"Authorization": f"Bearer {desk.jessa}"}
    before = len(list((desk.site.state / "inbox").iterdir()))
    reply = desk.site.ask("/submissions", asked, "POST", desk.text("fout", BAD))
    report = json.loads(reply.body)
    assert (reply.status, report["conforms"]) == (422, False)
    assert {found["rule"] for found in report["findings"] if found["severity"] == "Violation"} == {"R30"}
    turtle = desk.site.ask("/submissions", asked | {"Accept": "text/turtle"}, "POST", desk.text("fout", BAD))
    assert (turtle.status, turtle.kind) == (422, "text/turtle")
    assert "ValidationReport" in turtle.text
    assert len(list((desk.site.state / "inbox").iterdir())) == before


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Authorization": ""}, b"", 401),
        ({"Authorization": "Bearer znk_wrong"}, b"", 401),
        ({"Content-Type": "image/png"}, b"", 415),
        ({"Content-Type": ""}, b"", 415),
        ({}, b"#" * 5_100_000, 413),
        ({"Idempotency-Key": "x" * 300}, b"", 422),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(
    desk: Desk, headers: dict[str, str], body: bytes, status: int
) -> None:
    asked = TURTLE | {"Authorization": f"Bearer {desk.jessa}"} | headers
    reply = desk.site.ask("/submissions", asked, "POST", body or desk.text("niets"))
    assert reply.status == status, reply.text[:300]
    problem = json.loads(reply.body)
    assert problem["status"] == status
    assert problem["detail"]
    if status == 401:
        assert "Bearer" in reply.headers["www-authenticate"]


def test_a_repeat_is_answered_alike(desk: Desk) -> None:
    first, second = (desk.send("herhaald", headers={"Idempotency-Key": '"h1"'}) for _ in range(2))
    assert (first.status, second.status) == (201, 201)
    assert first.headers["location"] == second.headers["location"]
    assert (first.headers["idempotency-replayed"], second.headers["idempotency-replayed"]) == ("false", "true")
    assert desk.send("anders", headers={"Idempotency-Key": '"h1"'}).status == 422


def test_a_correction_and_a_withdrawal(desk: Desk) -> None:
    receipt = desk.sent("verbeterd")
    desk.decide(receipt["id"], "accept")
    assert desk.published("verbeterd")
    query = f"?replaces={receipt['id']}"
    assert desk.send("verbeterd", query=query).status == 428
    assert desk.send("verbeterd", query=query, headers={"If-Match": '"old.1-1nl"'}).status == 412
    tag = desk.status(receipt["id"]).headers["etag"]
    assert desk.send("verbeterd", query=query, headers={"If-Match": tag}, key=desk.zol).status == 403
    body = desk.text("verbeterd").replace(b"Samenwerking Jessa - ZOL", b"Samenwerking Jessa en ZOL")
    asked = TURTLE | {"Authorization": f"Bearer {desk.jessa}", "If-Match": tag}
    reply = desk.site.ask(f"/submissions{query}", asked, "POST", body)
    assert reply.status == 201, reply.text[:600]
    new = json.loads(reply.body)
    assert (new["difference"]["added"], new["difference"]["removed"]) == (1, 1)
    assert desk.decide(new["id"], "accept").status == 303
    wait_until(lambda: json.loads(desk.status(new["id"]).body)["state"] == "published")
    assert json.loads(desk.status(receipt["id"]).body)["state"] == "replaced"
    name = f"SELECT ?n {{ <{desk.site.base}id/samenwerkingsverband/verbeterd> <http://www.w3.org/2004/02/skos/core#prefLabel> ?n }}"
    wait_until(lambda: "Jessa en ZOL" in desk.site.sparql(name).text)
    assert "Jessa - ZOL" not in desk.site.sparql(name).text
    state = json.loads(desk.status(new["id"]).body)["id"]
    etag = desk.status(new["id"]).headers["etag"]
    asked = FORM | {"Authorization": f"Bearer {desk.jessa}"}
    assert desk.site.ask(f"/submissions/{state}/withdraw", asked, "POST", b"").status == 428
    assert desk.site.ask(f"/submissions/{state}/withdraw", asked | {"If-Match": etag}, "POST", b"").status == 303
    wait_until(lambda: not desk.seen("verbeterd"))


def test_the_log_says_who_withdrew_it(desk: Desk) -> None:
    withdrawn = []
    for key in (desk.jessa, desk.ann):
        receipt = desk.sent(f"weg-{len(withdrawn)}")
        asked = FORM | {"Authorization": f"Bearer {key}", "If-Match": "*"}
        assert desk.site.ask(f"/submissions/{receipt['id']}/withdraw", asked, "POST", b"").status == 303
        withdrawn.append(json.loads(desk.status(receipt["id"]).body)["steps"][-1])
    assert [step["what"] for step in withdrawn] == ["withdrawn", "withdrawn"]
    assert [step["who"].rsplit("/", 1)[-1] for step in withdrawn] == ["jessa-ziekenhuis", "stad-hasselt"]


def test_a_change_of_a_thing_names_the_state_of_the_thing(desk: Desk) -> None:
    thing = f"{desk.site.base}id/organisatie/jessa-ziekenhuis"
    query = f"?{urllib.parse.urlencode({'thing': thing})}"
    assert desk.send("ding", query=query).status == 428
    assert desk.send("ding", query=query, headers={"If-Match": '"old"'}).status == 412
    tag = desk.site.ask("/doc/organisatie/jessa-ziekenhuis", {"Accept": "text/turtle"}).headers["etag"]
    key = {"Idempotency-Key": "ding-1"}
    assert desk.send("ding", query=query, headers={"If-Match": tag} | key).status == 201
    again = desk.send("ding", query=query, headers={"If-Match": '"old"'} | key)  # it may have changed since: by us
    assert (again.status, again.headers["idempotency-replayed"]) == (201, "true")
    assert desk.send("ding", query="?thing=http://elsewhere/x", headers={"If-Match": tag}).status == 404


def test_two_stewards_on_one_submission(desk: Desk) -> None:
    receipt = desk.sent("twee")
    assert desk.decide(receipt["id"], "accept", key=desk.ann).status == 303
    second = desk.decide(receipt["id"], "accept", key=desk.ben)
    assert second.status == 409
    assert desk.decide(receipt["id"], "refuse", key=desk.ben, comment="neen").status == 409
    assert desk.decide("nothing", "accept").status == 404
    assert desk.decide(receipt["id"], "accept", key=desk.jessa).status == 403


def test_a_decision_is_about_what_the_steward_saw(desk: Desk) -> None:
    receipt = desk.sent("gezien")
    assert desk.decide(receipt["id"], "accept", state=f"{receipt['id']}.9").status == 412
    assert desk.decide(receipt["id"], "accept", state=f"{receipt['id']}.1").status == 303


def test_a_signed_link_opens_the_form_and_sends(desk: Desk) -> None:
    passes = Passes.open(desk.site.state)
    words = passes.invite("https://zorgnetwerk.example/id/organisatie/jessa-ziekenhuis", int(time.time()) + 600)
    page = desk.site.ask(f"/nl/submissions?link={words}", PAGE)
    assert "Jessa Ziekenhuis" in page.text
    assert 'type="password"' not in page.text
    boundary, document = "zorg", desk.text("gelinkt").decode()
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n{value}\r\n'
        for name, extra, value in (("link", "", words), ("file", '; filename="../../a.ttl"', document))
    )
    asked = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Accept": "text/html"}
    reply = desk.site.ask("/nl/submissions", asked, "POST", f"{body}--{boundary}--\r\n".encode())
    assert reply.status == 201, reply.text[-500:]
    assert "Ontvangen" in reply.text
    assert "../" not in reply.headers["location"]
    assert ">a.ttl" in reply.text.replace(" ", "") or "a.ttl" in reply.text
    old = passes.invite("https://zorgnetwerk.example/id/organisatie/jessa-ziekenhuis", int(time.time()) - 1)
    assert desk.site.ask(f"/submissions?link={old}", PAGE).status == 401
    assert desk.site.ask(f"/submissions?link={words}x", PAGE).status == 401


def test_the_difference_is_shown_before_anything_is_sent(desk: Desk) -> None:
    """From the check page to the page on which one sends, with the same files and without storing any."""
    before = len(list((desk.site.state / "inbox").iterdir()))
    headers, body = multipart({"text": desk.text("vooraf").decode(), "format": "ttl"})
    checked = desk.site.ask("/nl/validate", headers | PAGE, "POST", body)
    kept = re.search(r'action="/nl/submissions"[^>]*><input type="hidden" name="kept" value="([^"]+)"', checked.text)
    assert kept, checked.text[:2000]
    headers, body = multipart({"kept": kept[1]})
    page = desk.site.ask("/nl/submissions", headers | PAGE, "POST", body)
    assert page.status == 200
    assert "Wat er zou veranderen" in page.text
    assert "Samenwerking Jessa - ZOL (vooraf)" in page.text
    assert len(list((desk.site.state / "inbox").iterdir())) == before
    headers, body = multipart({"kept": kept[1], "key": desk.jessa})
    sent = desk.site.ask("/nl/submissions", headers | PAGE, "POST", body)
    assert sent.status == 201, sent.text[-800:]
    assert len(list((desk.site.state / "inbox").iterdir())) == before + 1


def test_the_commands_do_the_same_on_the_state_folder(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "opdracht.ttl"
    path.write_bytes(desk.text("opdracht"))
    folder = ["--state-dir", str(desk.site.state)]

    def run(*words: str) -> str:
        outcome = CliRunner().invoke(main, list(words), catch_exceptions=False)
        assert outcome.exit_code == 0, outcome.output
        return outcome.output

    told = run("submit", str(path), "--url", desk.site.base, "--key", desk.jessa)
    identifier = told.split()[1]
    assert identifier in run("review", "list", *folder)
    assert "inzending-" in run("review", "show", *folder, identifier)
    assert "accepted" in run("review", "accept", *folder, "--content", str(ROOT), identifier)
    assert desk.published("opdracht")
    thing = f"{desk.site.base}id/samenwerkingsverband/opdracht"
    assert "is now" in run(
        "review", "move", *folder, "--content", str(ROOT), thing, f"{thing}-twee", "--reason", "naam"
    )
    assert desk.published("opdracht-twee")
    run("review", "withdraw", *folder, "--content", str(ROOT), identifier)
    wait_until(lambda: not desk.seen("opdracht-twee"))
    other = desk.sent("opdracht-drie")["id"]
    assert "refused" in run("review", "refuse", *folder, "--reason", "neen", other)
    link = run("token", "link", *folder, "--organisation", f"{desk.site.base}id/organisatie/jessa-ziekenhuis")
    assert desk.site.ask(link.strip().removeprefix(desk.site.base.rstrip("/")), PAGE).status == 200
    bad = tmp_path / "fout.ttl"
    bad.write_bytes(desk.text("fout", BAD))
    refused = CliRunner().invoke(main, ["submit", str(bad), "--url", desk.site.base, "--key", desk.jessa])
    assert refused.exit_code == 1
    assert "R30" in refused.output


def test_the_room_of_the_stewards_is_closed(desk: Desk) -> None:
    for path in ("/review", "/nl/review", "/review/log", "/review/merge", "/review/abc"):
        reply = desk.site.ask(path, PAGE)
        assert (reply.status, reply.headers["location"][-13:]) == (303, "/review/login"), path
    assert desk.site.ask("/review/abc/accept", FORM, "POST", b"").status == 401
    forged = {"Cookie": "zn_session=made.up"}
    assert desk.site.ask("/review", PAGE | forged).status == 303
    assert Browser(desk).sign_in(desk.jessa).status == 403


def test_signing_in_working_and_signing_out(desk: Desk) -> None:
    browser = Browser(desk)
    reply = browser.sign_in(desk.ann)
    assert reply.status == 303
    assert all(word in reply.headers["set-cookie"] for word in ("HttpOnly", "SameSite=Strict", "Path=/"))
    receipt = desk.sent("rij")
    queue = browser.get()
    assert receipt["id"] in queue.text
    assert queue.headers["cache-control"] == "private, no-store"
    assert "content-security-policy" in queue.headers
    item = browser.get(f"/{receipt['id']}")
    assert "Jessa en ZOL werken samen" in item.text
    assert browser.post(f"/{receipt['id']}/comment", {"csrf": browser.token(), "comment": "Wie?"}).status == 303
    assert "Wie?" in browser.get("/log").text
    assert browser.post("/logout", {"csrf": browser.token()}).status == 303
    assert browser.get().status == 303


def test_a_form_from_elsewhere_does_nothing(desk: Desk) -> None:
    browser = Browser(desk)
    browser.sign_in(desk.ann)
    other = Browser(desk)
    other.sign_in(desk.ben)
    receipt = desk.sent("vals")
    path, good = f"/{receipt['id']}/accept", browser.token()
    for fields, headers in (
        ({}, {}),
        ({"csrf": "x"}, {}),
        ({"csrf": other.token()}, {}),
        ({"csrf": good}, {"Origin": "https://evil.example"}),
        ({"csrf": good}, {"Origin": "null"}),
        ({"csrf": good}, {"Sec_Fetch_Site": "cross-site"}),
    ):
        assert browser.post(path, fields, **headers).status == 403, (fields, headers)
    assert json.loads(desk.status(receipt["id"]).body)["state"] == "waiting"
    origin = desk.site.base.rstrip("/")
    assert browser.post(path, {"csrf": good}, Origin=origin, Sec_Fetch_Site="same-origin").status == 303


def test_several_are_accepted_at_once(desk: Desk) -> None:
    browser = Browser(desk, "fr")
    browser.sign_in(desk.ann)
    good = [desk.sent(f"samen-{number}")["id"] for number in range(3)]
    decided = desk.sent("al-beslist")["id"]
    desk.decide(decided, "accept")
    fields = [("csrf", browser.token()), *(("id", identifier) for identifier in (*good, decided))]
    page = browser.post("/batch", fields)
    assert page.status == 200
    assert "3 envois acceptés" in page.text
    assert f"{decided} is accepted already" in page.text
    assert all(desk.published(f"samen-{number}") for number in range(3))


def test_a_merge_leads_from_the_old_address_to_the_new(desk: Desk) -> None:
    for slug in ("dubbel-een", "dubbel-twee"):
        desk.decide(desk.sent(slug)["id"], "accept")
        assert desk.published(slug)
    browser = Browser(desk)
    browser.sign_in(desk.ann)
    things = {
        name: f"{desk.site.base}id/samenwerkingsverband/dubbel-{word}"
        for name, word in (("old", "een"), ("new", "twee"))
    }
    page = browser.post("/merge", {"csrf": browser.token("/merge"), "kind": "merge", "reason": "zelfde", **things})
    assert page.status == 200, re.sub(r"<[^>]+>", " ", page.text)[-2500:]
    wait_until(lambda: desk.site.ask("/id/samenwerkingsverband/dubbel-een").status == 308)
    assert (
        desk.site.ask("/id/samenwerkingsverband/dubbel-een").headers["location"]
        == "/id/samenwerkingsverband/dubbel-twee"
    )
    gone = desk.site.ask("/doc/samenwerkingsverband/dubbel-een", {"Accept": "application/json"})
    assert (gone.status, json.loads(gone.body)["successor"]) == (410, things["new"])
    assert "/id/samenwerkingsverband/dubbel-twee" in desk.site.ask("/nl/doc/samenwerkingsverband/dubbel-een", PAGE).text
    again = browser.post("/merge", {"csrf": browser.token("/merge"), "kind": "merge", "reason": "zelfde", **things})
    assert (again.status, sentence(again)) == (404, f"Over {things['old']} is niets gepubliceerd.")
    for old, new, status, told in (
        (things["new"], things["new"], 422, "Er zijn twee verschillende adressen van dingen nodig"),
        (things["new"], f"{desk.site.base}id/bron/twee", 422, "van dezelfde soort"),
        (things["new"], f"{things['new']}-niet", 404, f"Over {things['new']}-niet is niets gepubliceerd."),
    ):
        fields = {"csrf": browser.token("/merge"), "kind": "merge", "reason": "fout", "old": old, "new": new}
        page = browser.post("/merge", fields)
        assert page.status == status
        assert told in sentence(page)


@pytest.mark.skipif(IdentityProvider is None, reason="the extra oidc is not installed")
def test_a_steward_comes_in_through_an_identity_provider(desk: Desk) -> None:
    steward = next(key for key in Keys(desk.site.state).all() if key.organisation.endswith("/stad-hasselt"))
    desk.identity.claims = {"zorgnetwerk_key": steward.name}
    assert "/nl/review/oidc" in desk.site.ask("/nl/review/login", PAGE).text
    away = desk.site.ask("/nl/review/oidc", PAGE)
    assert away.headers["location"].startswith(f"{desk.identity.issuer}/authorize?")
    journey = away.headers["set-cookie"].partition(";")[0]
    query = dict(urllib.parse.parse_qsl(away.headers["location"].partition("?")[2]))
    back = desk.identity.authorize(query).removeprefix(desk.site.base.rstrip("/"))
    assert desk.site.ask(back, PAGE).status == 403
    landed = desk.site.ask(back, PAGE | {"Cookie": journey})
    assert (landed.status, landed.headers["refresh"]) == (200, "0; url=/nl/review")
    cookie = re.search(r"zn_session=[^;]+", landed.headers["set-cookie"])
    assert cookie
    assert desk.site.ask("/nl/review", PAGE | {"Cookie": cookie[0]}).status == 200
    desk.identity.claims = {"zorgnetwerk_key": "nobody"}
    away = desk.site.ask("/nl/review/oidc", PAGE)
    query = dict(urllib.parse.parse_qsl(away.headers["location"].partition("?")[2]))
    back = desk.identity.authorize(query).removeprefix(desk.site.base.rstrip("/"))
    assert desk.site.ask(back, PAGE | {"Cookie": away.headers["set-cookie"].partition(";")[0]}).status == 403


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_the_pages_are_well_made(desk: Desk, language: str) -> None:
    """What holds on all pages of the site (``tests/web/test_every_page.py``) holds behind the door too."""
    browser = Browser(desk, language)
    browser.sign_in(desk.ann)
    receipt = desk.sent(f"pagina-{language}")
    refused = multipart({"key": desk.jessa, "text": desk.text("fout", BAD).decode(), "format": "ttl"})
    pages = {
        "queue": browser.get(),
        "all": browser.get("?state=all&q=pagina"),
        "item": browser.get(f"/{receipt['id']}"),
        "merge": browser.get("/merge"),
        "log": browser.get("/log"),
        "batch": browser.post("/batch", {"csrf": browser.token(), "id": "nothing"}),
        "login": desk.site.ask(f"/{language}/review/login", PAGE),
        "send": desk.site.ask(f"/{language}/submissions", PAGE),
        "refused": desk.site.ask(f"/{language}/submissions", refused[0] | PAGE, "POST", refused[1]),
        "status": desk.site.ask(f"/{language}{receipt['location']}", PAGE),
    }
    for name, reply in pages.items():
        assert reply.status == (422 if name == "refused" else 200), name
        page = Page(reply.text)
        assert page.one("html").attributes["lang"] == language, name
        assert page.one("h1").text, name
        ids = [it.attributes["id"] for it in page.elements if "id" in it.attributes]
        assert len(ids) == len(set(ids)), name
        named = {it.attributes["for"] for it in page.all("label") if "for" in it.attributes}
        named |= {it.attributes["aria-labelledby"] for it in page.elements if "aria-labelledby" in it.attributes}
        assert named <= set(ids), name
        levels = [int(it.name[1]) for it in page.elements if it.name in ("h1", "h2", "h3", "h4")]
        assert all(after - before <= 1 for before, after in pairwise(levels)), (name, levels)
        assert not [it for it in page.elements if "style" in it.attributes], name
        assert not [key for it in page.elements for key in it.attributes if key.startswith("on")], name
        forms = [it for it in page.all("form") if it.attributes.get("method") == "post"]
        assert all(it.attributes["action"].startswith(f"/{language}/") for it in forms), name


def test_hostile_words_stay_words(desk: Desk) -> None:
    hostile = '<script>alert(1)</script>"onmouseover=x'
    body = desk.text("vijandig").decode()
    body = body.replace("Samenwerking in het vijandig", hostile.replace('"', '\\"'))
    body += "\n<id/samenwerkingsverband/vijandig> <http://www.w3.org/2000/01/rdf-schema#seeAlso> <javascript:alert(1)> , <data:text/html,x> .\n"
    asked = TURTLE | {"Authorization": f"Bearer {desk.jessa}"}
    reply = desk.site.ask("/submissions", asked, "POST", body.encode())
    browser = Browser(desk)
    browser.sign_in(desk.ann)
    if reply.status == 201:
        pages = [
            browser.get(f"/{json.loads(reply.body)['id']}").text,
            desk.site.ask(f"/nl{reply.headers['location']}", PAGE).text,
        ]
    else:
        form = {"key": desk.jessa, "text": body}
        page = desk.site.ask("/nl/submissions", multipart(form)[0] | PAGE, "POST", multipart(form)[1])
        pages = [page.text]
    for page_text in pages:
        assert "<script>alert" not in page_text
        assert not re.search(r'href="\s*(javascript|data):', page_text, re.IGNORECASE)
        assert "onmouseover=x" not in re.sub(r'"[^"]*"', "", page_text) or "&#34;onmouseover" in page_text


def test_many_wrong_keys_make_one_wait(desk: Desk) -> None:
    """Last of all: it closes the door for this machine for a while."""
    statuses = [desk.send("poort", key="znk_wrong").status for _ in range(8)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    browser = Browser(desk)
    reply = browser.post("/login", {"csrf": browser.token("/login"), "key": "znk_wrong"})
    assert reply.status == 429
    assert int(reply.headers["retry-after"]) > 0
    assert f"Probeer het over {reply.headers['retry-after']} seconden opnieuw." in sentence(reply)


def sentence(reply: Reply) -> str:
    """What a page says in its place for refusals."""
    found = re.search(r'role="alert"><p>([^<]*)', reply.text)
    return html.unescape(found[1]) if found else ""


def multipart(fields: Mapping[str, str]) -> tuple[dict[str, str], bytes]:
    body = "".join(
        f'--zorg\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    return {"Content-Type": "multipart/form-data; boundary=zorg"}, f"{body}--zorg--\r\n".encode()


def wait_until(holds: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
