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
