"""The submission journey over HTTP, as far as checking: a report for every document, and nothing stored."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rdflib import Graph

from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.namespaces import DCT, RDF, SH

from ..conftest import ROOT, RunningSite

FOLDER = ROOT / "tests" / "content" / "submissions"
TURTLE = {"Content-Type": "text/turtle"}
# The quotation of BP19 is judged against the held text, which a site has only when it is told where the texts are.
FILES = sorted(path for path in FOLDER.glob("*.ttl") if not path.name.startswith("BP19"))


@pytest.fixture(scope="module", autouse=True)
def checker(site: RunningSite) -> None:
    site.await_checker()


def moved(path: Path, site: RunningSite) -> bytes:
    """The document as a submitter of this site writes it: under the site's own base."""
    return path.read_text("utf-8").replace("https://zorgnetwerk.example/", site.base).encode()


def expected(path: Path) -> list[tuple[str, str]]:
    """Rule and severity of each expected finding, from the head of the file."""
    return sorted(re.findall(r"^# expect: ([RG]\d+) (\w+)", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_public_submissions_get_the_named_rules(site: RunningSite, path: Path) -> None:
    reply = site.ask("/validate", {**TURTLE, "Accept": "application/json"}, "POST", moved(path, site))
    assert reply.status == 200, reply.text[:300]
    report = json.loads(reply.body)
    found = sorted({(entry["rule"], entry["severity"]) for entry in report["findings"] if entry["severity"] != "Info"})
    assert found == [pair for pair in expected(path) if pair[1] != "Info"]
    assert reply.headers["zorgnetwerk-conforms"] == ("true" if report["conforms"] else "false")


@pytest.mark.parametrize("media_type", media_types.TRIPLE_FORMATS, ids=str)
def test_the_report_is_a_validation_report_in_rdf(site: RunningSite, media_type: media_types.MediaType) -> None:
    document = moved(FOLDER / "BP15-impossible-date.ttl", site)
    reply = site.ask("/validate", {**TURTLE, "Accept": media_type.name}, "POST", document)
    graph = Graph()
    for subject, predicate, value, _ in syntax.parse(reply.body, media_type):
        graph.add((subject, predicate, value))
    [report] = graph.subjects(RDF.type, SH.ValidationReport)
    assert str(graph.value(report, SH.conforms)) == "false"
    assert "R30" in {str(rule) for rule in graph.objects(None, DCT.identifier)}
    assert {text.language for text in graph.objects(None, SH.resultMessage)} >= {"nl", "fr", "de", "en"}  # type: ignore[attr-defined]


def test_a_syntax_error_is_reported_with_its_line(site: RunningSite) -> None:
    reply = site.ask(
        "/validate", {**TURTLE, "Accept": "application/json"}, "POST", b"@prefix a: <http://a/> .\na:b a:c ]"
    )
    [finding] = json.loads(reply.body)["findings"]
    assert (reply.status, finding["rule"], finding["line"]) == (200, "G1", 2)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "text/html"}, b"<p>", 415),
        ({}, b"", 415),
        ({**TURTLE, "Accept": "image/png"}, b"", 406),
        (TURTLE, b"#" * 5_100_000, 413),
    ],
)
def test_what_is_no_document_is_refused(site: RunningSite, headers: dict[str, str], body: bytes, status: int) -> None:
    assert site.ask("/validate", headers, "POST", body).status == status


def test_nothing_is_stored(site: RunningSite) -> None:
    site.ask("/validate", TURTLE, "POST", moved(FOLDER / "BP01-near-miss.ttl", site))
    reply = site.sparql(f"ASK {{ <{site.base}id/samenwerkingsverband/voorbeeld> ?p ?o }}")
    assert json.loads(reply.body)["boolean"] is False


def test_a_document_with_an_external_entity_is_refused(site: RunningSite) -> None:
    hostile = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&x;</rdf:RDF>'
    reply = site.ask(
        "/validate", {"Content-Type": "application/rdf+xml", "Accept": "application/json"}, "POST", hostile
    )
    assert reply.status == 200
    assert "root:" not in reply.text
    assert json.loads(reply.body)["conforms"] is False


def form_of(**parts: tuple[str, bytes] | str) -> tuple[dict[str, str], bytes]:
    """Headers and body of a form: texts, and files by name and bytes."""
    mark = "mark-of-the-parts"
    body = b""
    for name, value in parts.items():
        body += f'--{mark}\r\nContent-Disposition: form-data; name="{name}"'.encode()
        if isinstance(value, str):
            body += b"\r\n\r\n" + value.encode()
        else:
            body += f'; filename="{value[0]}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + value[1]
        body += b"\r\n"
    return {"Content-Type": f"multipart/form-data; boundary={mark}"}, body + f"--{mark}--\r\n".encode()


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_page_takes_text_and_shows_the_report_in_the_language(site: RunningSite, language: str) -> None:
    assert site.ask(f"/{language}/validate").status == 200
    headers, body = form_of(text=moved(FOLDER / "BP15-impossible-date.ttl", site).decode())
    reply = site.ask(f"/{language}/validate", {**headers, "Accept": "text/html"}, "POST", body)
    assert (reply.status, reply.kind) == (200, "text/html")
    assert reply.headers["zorgnetwerk-conforms"] == "false"
    assert f'<html lang="{language}">' in reply.text
    assert "R30" in reply.text
    assert re.search(r"<mark>[^<]+</mark>", reply.text)


def test_nothing_to_check_is_said_on_the_page(site: RunningSite) -> None:
    headers, body = form_of(text="<http://e.example/a> <http://e.example/b> 1 .", format="ttl")
    reply = site.ask("/en/validate", {**headers, "Accept": "text/html"}, "POST", body)
    assert "Nothing was checked" in reply.text


def test_what_is_sent_is_only_text_on_the_page(site: RunningSite) -> None:
    hostile = '<http://e.example/a> <http://e.example/b> "<script>alert(1)</script>" . <x'
    headers, body = form_of(text=hostile)
    reply = site.ask("/en/validate", {**headers, "Accept": "text/html"}, "POST", body)
    assert "<script>alert" not in reply.text
    assert "&lt;script&gt;" in reply.text


def test_repair_is_applied_by_a_click_and_shown(site: RunningSite) -> None:
    document = moved(FOLDER / "BP06-malformed-enterprise-number.ttl", site).decode()
    headers, body = form_of(text=document)
    page = site.ask("/en/validate", {**headers, "Accept": "text/html"}, "POST", body).text
    [kept] = re.findall(r'name="kept" value="([^"]+)"', page)
    [key] = set(re.findall(r'name="repair" value="(\w{12})"', page))
    headers, body = form_of(kept=kept, repair=key)
    mended = site.ask("/en/validate", {**headers, "Accept": "text/html"}, "POST", body)
    assert mended.headers["zorgnetwerk-conforms"] == "true"
    assert "is-added" in mended.text


def test_repair_over_the_interface(site: RunningSite) -> None:
    document = moved(FOLDER / "BP06-malformed-enterprise-number.ttl", site)
    told = json.loads(
        site.ask("/validate/repair?repair=all", {**TURTLE, "Accept": "application/json"}, "POST", document).body
    )
    assert told["conforms"] is True
    diff = site.ask("/validate/repair?repair=all", {**TURTLE, "Accept": "text/x-diff"}, "POST", document)
    assert (diff.kind, diff.text) == ("text/x-diff", told["diff"])
    mended = site.ask("/validate/repair?repair=all", {**TURTLE, "Accept": "text/turtle"}, "POST", document)
    assert mended.text == told["document"]
    assert site.ask("/validate/repair", TURTLE, "POST", document).status == 400
    assert site.ask("/validate/repair?repair=none", TURTLE, "POST", document).status == 400


def test_template_is_filled_checked_and_comes_back_with_remarks(site: RunningSite) -> None:
    name = f"{site.base}id/organisatie/jessa-ziekenhuis"
    reply = site.ask(f"/templates/zorgnetwerk.xlsx?lang=de&organisation={name}")
    assert (reply.status, reply.kind) == (200, media_types.XLSX.name)
    headers, body = form_of(files=("jessa.xlsx", reply.body))
    report = json.loads(site.ask("/validate", {**headers, "Accept": "application/json"}, "POST", body).body)
    assert {entry["rule"] for entry in report["findings"] if entry["severity"] == "Violation"} == {"R44"}
    copy = site.ask("/validate", {**headers, "Accept": media_types.XLSX.name}, "POST", body)
    assert (copy.status, copy.body[:2]) == (200, b"PK")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/templates/zorgnetwerk.zip", 200),
        ("/templates/organisaties.csv?lang=fr", 200),
        ("/templates/niets.csv", 404),
        ("/templates/zorgnetwerk.pdf", 404),
        ("/templates/zorgnetwerk.xlsx?organisation=http://e.example/a", 404),
    ],
)
def test_only_templates_that_exist_are_given(site: RunningSite, path: str, status: int) -> None:
    assert site.ask(path).status == status


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"files": ("x.exe", b"MZ")}, 415),
        ({"kept": "not ours"}, 400),
        ({"files": ("x.xlsx", b"PK no archive")}, 200),
        ({"text": "x" * 5_100_000}, 413),
        ({"nothing": "x"}, 400),
    ],
    ids=["program", "damaged", "broken-workbook", "too-long", "empty"],
)
def test_forms_that_are_wrong_are_answered(
    site: RunningSite, parts: dict[str, tuple[str, bytes] | str], status: int
) -> None:
    headers, body = form_of(**parts)
    reply = site.ask("/validate", {**headers, "Accept": "application/json"}, "POST", body)
    assert reply.status == status, reply.text[:300]
