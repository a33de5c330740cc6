"""From a document to a published fact over HTTP: sent, looked at, decided, seen by all; and what is in between by none."""

from __future__ import annotations

import json
import re
import time
import urllib.parse
from pathlib import Path

import pytest
from click.testing import CliRunner

from zorgnetwerk.cli import main
from zorgnetwerk.submission.passes import Passes

from ..conftest import ROOT
from .desk import BAD, FORM, PAGE, TURTLE, Desk
from .steward import multipart, wait_until


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
