"""Every bad submission and near miss over HTTP and on the command line: the same rules, things, lines and cells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from zorgnetwerk.submission.checking import Checker
from zorgnetwerk.submission.collecting import Piece
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.iris import RESERVED_BASE

from ..conftest import ROOT, RunningSite
from ..submission.cases import Case, Told, cases
from ..submission.test_own_bad_submissions import TEXT
from .test_submissions import checker as ready  # noqa: F401  # waits for the site's checker

CASES = list(cases())
TURN = 10
USUAL = [case for number, case in enumerate(CASES) if case.name.startswith("BP") or number % TURN == 0]
"""All public ones and each tenth of our own; the long run takes all."""
SIZES = pytest.mark.parametrize("chosen", [USUAL, pytest.param(CASES, marks=pytest.mark.long)], ids=["usual", "all"])
TABLE_TURN = 7
"""Each seventh of these tables is checked on the command line: a call takes more than a second."""
MARK = "mark-of-the-parts"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"


@pytest.fixture(scope="module")
def ours() -> Checker:
    return Checker.load(ROOT)


def test_there_are_enough() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)) > 300
    assert len(USUAL) >= 70
    assert sum(name.startswith("BP") for name in names) == 40


def moved(piece: Piece, base: str) -> bytes:
    """The file as someone writes it who submits to the site with this base; archives hold no address of it."""
    return (
        piece.data
        if piece.media_type is media_types.XLSX
        else piece.data.replace(RESERVED_BASE.encode(), base.encode())
    )


def posted(pieces: Iterable[Piece], base: str) -> bytes:
    body = b""
    for piece in pieces:
        name = f'--{MARK}\r\nContent-Disposition: form-data; name="files"; filename="{piece.name}"\r\n'
        body += name.encode() + f"Content-Type: {piece.media_type.name}\r\n\r\n".encode() + moved(piece, base) + b"\r\n"
    return body + f"--{MARK}--\r\n".encode()


def said(report: dict[str, Any], base: str = RESERVED_BASE) -> list[Told]:
    return sorted(
        (
            entry["rule"],
            entry["severity"],
            (entry["focusNode"] or "").replace(base, RESERVED_BASE),
            entry["line"],
            entry["cell"],
        )
        for entry in report["findings"]
    )


@SIZES
def test_over_http(site: RunningSite, ours: Checker, chosen: list[Case]) -> None:
    before = site.sparql(COUNT).body
    headers = {"Content-Type": f"multipart/form-data; boundary={MARK}", "Accept": "application/json"}
    wrong = []
    for case in chosen:
        reply = site.ask("/validate", headers, "POST", posted(case.pieces, site.base))
        if reply.status != 200 or said(json.loads(reply.body), site.base) != case.told(ours):
            wrong.append(
                (
                    case.name,
                    reply.status,
                    case.told(ours),
                    said(json.loads(reply.body), site.base) if reply.status == 200 else reply.text,
                )
            )
    assert not wrong
    assert site.sparql(COUNT).body == before


def grouped(chosen: list[Case]) -> list[list[Case]]:
    """What is checked by one call of the command: all documents with sources, all without, and some tables alone."""
    tables = [case for case in chosen if case.pieces[-1] is TEXT]
    documents = [case for case in chosen if case.pieces[-1] is not TEXT and not case.pieces[0].name.endswith(".csv")]
    with_sources = [case for case in documents if case.pieces[1:]]
    return [
        with_sources,
        [case for case in documents if not case.pieces[1:]],
        *([case] for case in tables[::TABLE_TURN]),
    ]


def documents(text: str) -> Iterator[dict[str, Any]]:
    """The JSON documents that stand one behind the other."""
    reader = json.JSONDecoder()
    place = 0
    while place < len(text.rstrip()):
        found, place = reader.raw_decode(text, place)
        place += len(text[place:]) - len(text[place:].lstrip())
        yield found


@SIZES
def test_on_the_command_line(ours: Checker, tmp_path: Path, chosen: list[Case]) -> None:
    """RDF documents in one call, since each is a submission; tables, which are one together, in calls of their own."""
    wrong = []
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ZORGNETWERK_")}
    for group in grouped(chosen):
        folder = tmp_path / group[0].name
        folder.mkdir()
        files: dict[str, None] = {}
        for case in group:
            for piece in case.pieces:
                path = folder / piece.name
                path.write_bytes(piece.data)
                files[str(path)] = None
        words = ["check", "--content", str(ROOT), "--state-dir", str(tmp_path / "none"), "--format", "json", *files]
        done = subprocess.run(
            [sys.executable, "-c", "from zorgnetwerk.cli import main; main()", *words],
            capture_output=True, check=False, timeout=300, cwd=tmp_path, env=environment,
        )  # fmt: skip
        reports = list(documents(done.stdout.decode()))
        assert len(reports) == len(group), done.stderr.decode()[-2_000:]
        wrong += [
            (case.name, case.told(ours), said(report))
            for case, report in zip(group, reports, strict=True)
            if said(report) != case.told(ours)
        ]
        assert done.returncode == (0 if all(report["conforms"] for report in reports) else 1)
    assert not wrong
