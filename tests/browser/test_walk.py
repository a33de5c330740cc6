"""The whole way of a new user, in Dutch and in French: from the template to a published fact, in a browser.

An invented hospital fills the template with three mistakes, is told each in its cell, mends them, sends; a steward
signs in and accepts; then page, SPARQL and list of changes know it. Pictures of each step lie in the test's folder.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from zorgnetwerk.submission.keys import Keys

from ..conftest import ROOT, RunningSite, start_site
from .chromium import Browser

pytestmark = pytest.mark.browser

SOURCE = "AZ Proef is een ziekenhuis. AZ Proef en ZOL werken samen."
ROWS = {
    "nl": {
        "Inzending": {"inzender": "Jessa Ziekenhuis", "datum": "2026-03-31", "licentie": "CC_BY_4_0"},
        "Bronnen": {
            "kenmerk": "proef-nl", "titel (nl)": "Jaarverslag", "taal": "nl", "bestandsnaam": "jaarverslag.txt",
            "toestand op": "2026-03-31",
        },
        "Organisaties": {
            "naam (nl)": "AZ Proef Nl", "soort organisatie": "algemeen ziekenhuis", "ondernemingsnummer": "0123456749",
            "website": "https://www.azproef.example/", "citaat": "AZ Proef is een ziekenhuis", "bron": "proef-nl",
        },
        "Samenwerkingsverbanden": {
            "naam (nl)": "AZ Proef Nl met ZOL", "samenwerkingsvorm": "functionele samenwerking",
            "citaat": "AZ Proef en ZOL werken samen", "bron": "proef-nl",
        },
        "Deelnames": {
            "deelnemer": "AZ Proef Nl", "samenwerkingsverband": "AZ Proef Nl met ZOL", "rol": "deelnemer",
            "citaat": "AZ Proef en ZOL werken samen", "bron": "proef-nl",
        },
    },
    "fr": {
        "Envoi": {"envoyé par": "Jessa Ziekenhuis", "date": "2026-03-31", "licence": "CC_BY_4_0"},
        "Sources": {
            "identifiant": "proef-fr", "titre (nl)": "Jaarverslag", "langue": "nl", "nom de fichier": "jaarverslag.txt",
            "état au": "2026-03-31",
        },
        "Organisations": {
            "nom (nl)": "AZ Proef Fr", "type d'organisation": "hôpital général", "numéro d'entreprise": "0123456749",
            "site web": "https://www.azproef.example/", "citation": "AZ Proef is een ziekenhuis", "source": "proef-fr",
        },
        "Collaborations": {
            "nom (nl)": "AZ Proef Fr met ZOL", "forme de collaboration": "collaboration fonctionnelle",
            "citation": "AZ Proef en ZOL werken samen", "source": "proef-fr",
        },
        "Participations": {
            "participant": "AZ Proef Fr", "collaboration": "AZ Proef Fr met ZOL", "rôle": "participant",
            "citation": "AZ Proef en ZOL werken samen", "source": "proef-fr",
        },
    },
}  # fmt: skip
PARTNER = "Ziekenhuis Oost-Limburg"
MISTAKES = {
    "nl": [
        ("Organisaties", "soort organisatie", "algemen ziekenhuis"),
        ("Organisaties", "ondernemingsnummer", "0123456748"),
        ("Deelnames", "rol", "meedoener"),
    ],
    "fr": [
        ("Organisations", "type d'organisation", "hopital generall"),
        ("Organisations", "numéro d'entreprise", "0123456748"),
        ("Participations", "rôle", "particpant"),
    ],
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site that may be written to."""
    site = start_site(tmp_path_factory.mktemp("walk") / "state", ROOT, "--unchecked")
    try:
        site.await_checker()
        yield site
    finally:
        site.stop()


def filled(template: bytes, language: str, *, with_mistakes: bool) -> bytes:
    """The template as someone fills it who keeps the example rows."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    for title, cells in ROWS[language].items():
        sheet = book[title]
        rows = [dict(cells)]
        if with_mistakes:
            rows[0] |= {heading: text for where, heading, text in MISTAKES[language] if where == title}
        if title == list(ROWS[language])[-1]:
            rows.append(cells | {next(iter(cells)): PARTNER})
        for number, row in enumerate(rows, 3):
            for heading, text in row.items():
                sheet.cell(number, column_of(sheet, heading), text)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def column_of(sheet: Worksheet, heading: str) -> int:
    named = {str(cell.value).removesuffix(" *"): number for number, cell in enumerate(sheet[1], 1)}
    return named[heading]


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_from_the_template_to_a_published_fact(
    browser: Browser, desk: RunningSite, language: str, tmp_path: Path
) -> None:
    def pictured(name: str) -> None:
        browser.picture(tmp_path / f"{language}-{name}.png")

    def chosen(name: str, data: bytes) -> None:
        for file, content in ((name, data), ("jaarverslag.txt", SOURCE.encode())):
            (tmp_path / file).write_bytes(content)
        browser.choose_files("#files", tmp_path / name, tmp_path / "jaarverslag.txt")
        browser.leave_by(".check-form .actions button")

    keys = Keys(desk.state)
    organisation = f"{desk.base}id/organisatie/jessa-ziekenhuis"
    submitter = keys.create("submitter", organisation, "2026-11-24T10:00:00+00:00")[1]
    steward = keys.create("steward", f"{desk.base}id/organisatie/stad-hasselt", "2026-11-24T10:00:00+00:00")[1]

    browser.visit(f"{desk.base}{language}/")
    browser.leave_by(f"a[href$='/{language}/validate']")
    address = browser.read("document.querySelector(\"a[href*='zorgnetwerk.xlsx']\").getAttribute('href')")
    template = desk.ask(address).body

    chosen("proef.xlsx", filled(template, language, with_mistakes=True))
    pictured("1-told")
    cells = browser.read(
        "[...document.querySelectorAll('.finding.violation .place, .finding .place')].map(x => x.innerText)"
    )
    told = browser.read("document.querySelector('main').innerText")
    for title, heading, text in MISTAKES[language]:
        sheet = openpyxl.load_workbook(io.BytesIO(template))[title]
        wanted = f"{sheet.cell(3, column_of(sheet, heading)).coordinate}"
        assert any(wanted in cell and title in cell for cell in cells), (wanted, title, cells)
        assert text in told
    assert len(cells) == len(MISTAKES[language]), cells

    chosen("proef2.xlsx", filled(template, language, with_mistakes=False))
    pictured("2-conforms")
    assert browser.read("document.querySelector('.verdict-panel.is-conforms') !== null"), browser.read(
        "document.querySelector('main').innerText"
    )

    browser.leave_by(".next button")
    pictured("3-send")
    browser.read(f"document.querySelector('#key').value = {json.dumps(submitter)}")
    browser.leave_by(".sending button[type=submit]")
    pictured("4-sent")
    status = browser.read("document.querySelector('.keep code').innerText")

    browser.visit(f"{desk.base}{language}/review/login")
    browser.read(f"document.querySelector('#key').value = {json.dumps(steward)}")
    browser.leave_by(".sending button[type=submit]")
    pictured("5-queue")
    browser.leave_by(".queue tbody a")
    pictured("6-item")
    browser.leave_by(".choice button")
    began = time.monotonic()
    pictured("7-decided")

    name = ROWS[language][list(ROWS[language])[2]][f"{'naam' if language == 'nl' else 'nom'} (nl)"]
    asked = f"SELECT ?thing WHERE {{ ?thing <http://www.w3.org/2004/02/skos/core#prefLabel> '{name}'@nl }}"
    rows: list[dict[str, dict[str, str]]] = []
    while not rows and time.monotonic() - began < 10:
        rows = json.loads(desk.sparql(asked).body)["results"]["bindings"]
        time.sleep(0.05)
    assert len(rows) == 1, "not in SPARQL within ten seconds"
    thing = rows[0]["thing"]["value"]
    browser.visit(f"{desk.base}{language}/doc/{thing.partition('/id/')[2]}")
    pictured("8-page")
    assert name in browser.read("document.querySelector('h1').innerText")
    assert PARTNER in browser.read("document.querySelector('main').innerText") or f"{name} met ZOL" in browser.read(
        "document.querySelector('main').innerText"
    )
    browser.visit(f"{desk.base}{language}/changes")
    pictured("9-changes")
    assert f"{name}, {name} met ZOL" in browser.read("document.querySelector('main').innerText")
    browser.visit(status)
    pictured("10-status")
    assert name in browser.read("document.querySelector('h1').innerText")
