"""Jobs of a checker worker: the release as published data, several files, lines, repairs, templates."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from zorgnetwerk.errors import MediaTypeUnsupported, NotFound
from zorgnetwerk.submission.jobs import Handler, prepare
from zorgnetwerk.terms.iris import RESERVED_BASE

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "shapes" / "examples"
BASE = "http://localhost:8123/"
MINIMAL = (EXAMPLES / "valid" / "R00-minimal.ttl").read_text("utf-8")
SOURCE = (EXAMPLES / "voorbeeld.txt").read_bytes()


@pytest.fixture(scope="module")
def handle() -> Handler:
    return prepare(str(ROOT))


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder whose release knows one hospital that the content does not, and not those that it does."""
    state = tmp_path_factory.mktemp("state")
    folder = state / "releases" / "000001"
    folder.mkdir(parents=True)
    subject, graph = f"<{BASE}id/organisatie/elders>", f"<{BASE}id/graaf/register>"
    lines = (
        f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/org#Organization> {graph} .",
        f'{subject} <http://www.w3.org/2004/02/skos/core#prefLabel> "AZ Elders Proefstad"@nl {graph} .',
    )
    writer = ox.Store(str(state / "writer"))
    writer.bulk_load("\n".join(lines).encode(), ox.RdfFormat.N_QUADS)
    writer.backup(str(folder / "store"))
    (folder / "release.json").write_text(json.dumps({"number": 1, "quads": 2, "base_iri": BASE}), "utf-8")
    (state / "current").write_text("1\n", "ascii")
    return state


def rules_of(answer: dict[str, Any]) -> set[str]:
    return {entry["rule"] for entry in answer["findings"] if entry["severity"] == "Violation"}


def test_release_is_what_counts_as_published(handle: Handler, state: Path) -> None:
    body = MINIMAL.replace(RESERVED_BASE, BASE).encode()
    job: dict[str, object] = {"media_type": "text/turtle", "base_iri": BASE}
    assert handle(job, body)[0]["conforms"] is True
    assert "R23" in rules_of(handle({**job, "state_dir": str(state)}, body)[0])


def test_names_of_the_release_are_compared(handle: Handler, state: Path) -> None:
    body = MINIMAL.replace(RESERVED_BASE, BASE) + (
        'organisatie:nieuw a <http://www.w3.org/ns/org#Organization> ; skos:prefLabel "AZ Elders"@nl .'
    )
    answer, _ = handle({"media_type": "text/turtle", "base_iri": BASE, "state_dir": str(state)}, body.encode())
    findings: Any = answer["findings"]
    [warning] = [entry for entry in findings if entry["severity"] == "Warning"]
    assert (warning["rule"], warning["detail"]["candidates"]) == ("R07", f"{BASE}id/organisatie/elders")
    assert "AZ Elders Proefstad" in warning["message"]
    assert (state / "names" / "000001.sqlite").exists()


def test_lines_come_behind_the_report_under_the_reserved_base(handle: Handler) -> None:
    text = MINIMAL.replace(RESERVED_BASE, BASE) + 'samenwerkingsverband:voorbeeld dct:relation [ dct:title "x"@nl ] .'
    job: dict[str, object] = {"media_type": "text/turtle", "base_iri": BASE, "lines": True, "submission": "7f"}
    answer, body = handle(job, text.encode())
    lines = body[int(str(answer["report_bytes"])) :].decode().splitlines()
    graph = f"<{RESERVED_BASE}id/graaf/inzending-7f>"
    assert lines
    assert all(line.endswith(f" {graph} .") for line in lines)
    assert BASE not in "\n".join(lines)
    assert any(line.startswith(f"<{RESERVED_BASE}.well-known/genid/7f-1> ") for line in lines)
    assert not any("_:" in line for line in lines)
    assert any(line.startswith(f"{graph} <http://purl.org/dc/terms/contributor>") for line in lines)
    again, other = handle(job, text.encode())
    assert other[int(str(again["report_bytes"])) :].decode().splitlines() == lines


@pytest.mark.parametrize(
    ("more", "media_type"),
    [
        (f"<{RESERVED_BASE}auth/rollen/deelnemer> <http://e.example/p> 1 .", "text/turtle"),
        (f"<{RESERVED_BASE}id/graaf/register> {{ <http://e.example/a> <http://e.example/p> 1 }}", "application/trig"),
        ("<broken", "text/turtle"),
    ],
    ids=["vocabulary", "graph", "syntax"],
)
def test_no_lines_of_what_reaches_too_far_or_cannot_be_read(more: str, media_type: str, handle: Handler) -> None:
    answer, body = handle(
        {"media_type": media_type, "lines": True, "submission": "7f"}, f"{MINIMAL}\n{more}".encode()
    )  # fmt: skip
    assert answer["conforms"] is False
    assert len(body) == answer["report_bytes"]


def test_document_may_say_only_so_much_of_its_graph(handle: Handler) -> None:
    text = MINIMAL + "<> prov:invalidatedAtTime 1 ; dct:isReplacedBy <http://e.example/a> ."
    answer, body = handle({"media_type": "text/turtle", "lines": True, "submission": "7f"}, text.encode())
    assert b"invalidatedAtTime" not in body[int(str(answer["report_bytes"])) :]
    assert b"isReplacedBy" not in body[int(str(answer["report_bytes"])) :]


def test_files_are_read_together_and_findings_name_theirs(handle: Handler) -> None:
    head, middle, tail = MINIMAL.partition("\ncitaat:voorbeeld-1")
    prefixes = "".join(line for line in MINIMAL.splitlines(True) if line.startswith("@"))
    second = (prefixes + middle + tail).replace('dct:identifier "voorbeeld"', 'dct:identifier ""').encode()
    parts = [("a.ttl", "text/turtle", head.encode()), ("b.ttl", "text/turtle", second)]
    parts.append(("voorbeeld.txt", "text/plain", SOURCE))
    files = [{"name": name, "media_type": media_type, "bytes": len(data)} for name, media_type, data in parts]
    answer, _ = handle({"files": files}, b"".join(data for _, _, data in parts))
    findings: Any = answer["findings"]
    assert all(entry["file"] == "b.ttl" and entry["line"] for entry in findings if entry["severity"] == "Violation")
    assert not [entry for entry in findings if entry["rule"] == "R42"]
    broken = [{**files[0]}, {"name": "c.ttl", "media_type": "text/turtle", "bytes": 8}]
    told: Any = handle({"files": broken}, head.encode() + b"\n\n<broken")[0]["findings"]
    assert (told[0]["rule"], told[0]["file"], told[0]["line"]) == ("G1", "c.ttl", 3)


def test_chosen_repair_gives_the_mended_file_and_the_difference(handle: Handler) -> None:
    body = (EXAMPLES / "invalid" / "R30-year.ttl").read_bytes()
    job: dict[str, object] = {"media_type": "text/turtle", "report": "application/json"}
    findings: Any = handle(job, body)[0]["findings"]
    repair = next(entry["repair"] for entry in findings if entry["rule"] == "R30")
    assert (repair["old"], repair["new"]) == ('"2015"^^xsd:gYear', '"2015-01-01"^^xsd:date')
    answer, told = handle({**job, "repair": [repair["key"]]}, body)
    assert answer["conforms"] is True
    mended = told[int(str(answer["report_bytes"])) :]
    assert mended == body.replace(b'"2015"^^xsd:gYear', b'"2015-01-01"^^xsd:date')
    assert '+  zn:vroegsteBegin "2015-01-01"^^xsd:date' in str(answer["diff"])
    assert "mended" not in handle({**job, "repair": ["unknown"]}, body)[0]


def test_report_names_things_and_properties(handle: Handler) -> None:
    body = (EXAMPLES / "invalid" / "R27-implied-member.ttl").read_bytes()
    findings: Any = handle({"media_type": "text/turtle", "language": "fr"}, body)[0]["findings"]
    assert findings[0]["focusName"].startswith("participation de Jessa Ziekenhuis à ")
    body = (EXAMPLES / "invalid" / "R11-dots.ttl").read_bytes()
    findings = handle({"media_type": "text/turtle", "language": "de"}, body)[0]["findings"]
    assert (findings[0]["pathName"], findings[0]["valueName"]) == ("Nummer der Organisation", "0671.516.647")


def test_many_findings_of_a_rule_are_counted_and_said(handle: Handler) -> None:
    more = "".join(
        f'<{RESERVED_BASE}id/tijd/x{n}> a zn:Tijdsaanduiding ; zn:tijdstekst "x "@nl ; zn:citaat citaat:voorbeeld-1 .\n'
        for n in range(130)
    )
    answer, report = handle({"media_type": "text/turtle"}, f"{MINIMAL}\n{more}".encode())
    left_out: Any = answer["left_out"]
    assert left_out["R02"] == 30
    assert b"Rule R02: 30 more findings." in report


def test_report_as_csv_begins_no_formula(handle: Handler) -> None:
    text = MINIMAL.replace('"Samenwerking Jessa', '"=cmd ')
    _, report = handle({"media_type": "text/turtle", "report": "text/csv"}, text.replace("(voorbeeld)", " ").encode())
    rows = report.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("severity,rule,")
    assert not any(cell.startswith(('"=', "=")) for row in rows[1:] for cell in row.split(","))


@pytest.mark.parametrize(("kind", "start"), [("xlsx", b"PK"), ("zip", b"PK"), ("organisaties", b"\xef\xbb\xbfid;")])
def test_template_of_each_kind(kind: str, start: bytes, handle: Handler) -> None:
    _, made = handle({"template": kind, "language": "de"}, b"")
    assert made.startswith(start)


def test_template_is_filled_with_what_is_published(handle: Handler, state: Path) -> None:
    job: dict[str, object] = {"template": "zip", "base_iri": BASE, "state_dir": str(state)}
    _, made = handle({**job, "organisation": f"{BASE}id/organisatie/elders"}, b"")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert "organisatie/elders;AZ Elders Proefstad" in archive.read("organisaties.csv").decode()
    with pytest.raises(NotFound):
        handle({**job, "organisation": f"{BASE}id/organisatie/niemand"}, b"")
    with pytest.raises(NotFound):
        handle({**job, "template": "onzin"}, b"")


def test_annotated_copy_needs_a_sheet(handle: Handler) -> None:
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    with pytest.raises(MediaTypeUnsupported):
        handle({"media_type": "text/turtle", "report": xlsx}, MINIMAL.encode())
    with pytest.raises(MediaTypeUnsupported):
        handle({"media_type": xlsx, "report": xlsx}, b"no archive")
