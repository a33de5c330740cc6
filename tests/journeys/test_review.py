"""The room of the stewards over HTTP: who comes in, what they decide, and what nobody can make them do."""

from __future__ import annotations

import json
import re
import urllib.parse
from importlib.util import find_spec
from itertools import pairwise

import pytest

from zorgnetwerk.submission.keys import Keys

from ..web.reading import Page
from .desk import BAD, FORM, PAGE, TURTLE, Desk
from .steward import Browser, multipart, sentence, wait_until


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


def test_the_room_of_the_stewards_is_closed(desk: Desk) -> None:
    for path in ("/review", "/nl/review", "/review/log", "/review/merge", "/review/abc"):
        reply = desk.site.ask(path, PAGE)
        assert (reply.status, reply.headers["location"][-13:]) == (303, "/review/login"), path
        assert desk.site.ask(path, PAGE, "HEAD").status == 303, path
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


@pytest.mark.skipif(find_spec("joserfc") is None, reason="the extra oidc is not installed")
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
