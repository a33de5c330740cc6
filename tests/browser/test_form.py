"""The form in a browser without scripts of its own: filled with the keyboard's help, told, and axe finds nothing."""

from __future__ import annotations

import pytest

from ..conftest import RunningSite
from .chromium import Browser
from .conftest import Axe
from .test_accessibility import LOOKS

pytestmark = pytest.mark.browser

FILL = """(values => { for (const [name, value] of Object.entries(values))
    document.querySelector(`.guided [name="${name}"]`).value = value; })"""
PRESS = "document.querySelector('.form-end button').click()"
SENTENCE = "Jessa en ZOL werken samen in dit voorbeeld"


def looked_at(browser: Browser, axe: Axe) -> dict[str, list[str]]:
    found = {}
    for name, look in LOOKS.items():
        browser.look(**look)
        found[name] = axe(browser)
    return {name: said for name, said in found.items() if said}


def test_axe_finds_nothing_when_it_is_refused_nor_when_it_can_be_sent(
    shown: Browser, axe: Axe, site: RunningSite
) -> None:
    shown.visit(f"{site.base}nl/form")
    shown.read(PRESS)
    shown.wait("document.querySelector('.verdict-panel') !== null")
    assert looked_at(shown, axe) == {}
    first = shown.read("document.querySelector('.form-summary a').hash")
    shown.read("document.querySelector('.form-summary a').click()")
    assert shown.read(f"document.querySelector('{first}').getAttribute('aria-invalid')") == "true"

    values = {
        "bronnen.titel": "Verslag",
        "bronnen.toestand-op": "2025-12-31",
        "bronnen.tekst": SENTENCE,
        "samenwerkingsverbanden.naam-nl": "Voorbeeld van een formulier",
        "samenwerkingsverbanden.vorm": "https://zorgnetwerk.example/auth/samenwerkingsvormen/functionele-samenwerking",
        "deelnames-1.deelnemer": "Jessa Ziekenhuis",
        "deelnames-1.citaat": SENTENCE,
        "deelnames-2.deelnemer": "ZOL",
        "deelnames-2.citaat": SENTENCE,
        "inzending.inzender": "Jessa Ziekenhuis",
        "inzending.licentie": "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
    }
    shown.read(f"{FILL}({values!r})")
    shown.read(PRESS)
    shown.wait("document.querySelector('.verdict-panel.is-conforms') !== null")
    assert looked_at(shown, axe) == {}
    assert "Voorbeeld van een formulier" in str(shown.read("document.querySelector('main').innerText"))
