"""Pages in a real browser: they render, break no rule of our own policy, and need no script."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from ..conftest import RunningSite
from .chromium import Browser
from .conftest import FLAGS

PAGES = {
    "home": "/nl/",
    "organisation": "/nl/doc/organisatie/jessa-ziekenhuis",
    "contradiction": "/en/doc/samenwerkingsverband/preferentieel-jessa-azv",
    "partnership": "/fr/doc/samenwerkingsverband/hospilim",
    "vocabulary": "/en/ns/zorgnetwerk",
    "code": "/de/auth/samenwerkingsvormen/preferentiele-samenwerking",
    "list": "/nl/doc/samenwerkingsverband",
    "sparql": "/nl/sparql?query=SELECT%20%3Fs%20%7B%20%3Fs%20a%20%3Fc%20%7D%20LIMIT%203",
    "explain": "/en/sparql/explain?query=SELECT%20%2A%20%7B%20%3Fa%20%3Fp%20%3Fb%20.%20%3Fc%20%3Fq%20%3Fd%20%7D",
    "questions": "/de/queries",
    "question": "/fr/queries/partners-van-een-organisatie",
    "dumps": "/en/dumps/",
    "validate": "/nl/validate",
    "catalogue": "/nl/catalogue",
    "not found": "/nl/doc/organisatie/nobody",
}
pytestmark = pytest.mark.browser


def visit(chromium: str, profile: Path, address: str, *flags: str) -> tuple[str, list[str]]:
    """The document after loading, and what the console complained of."""
    command = [chromium, *FLAGS, f"--user-data-dir={profile}", *flags, "--dump-dom", address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, [line for line in console if re.search(r"Refused|violat|Uncaught|Error|Failed to load", line)]


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_renders_without_complaint(chromium: str, site: RunningSite, tmp_path: Path, path: str) -> None:
    document, complaints = visit(chromium, tmp_path / "profile", site.base.rstrip("/") + path)
    # The document itself answers 404 on purpose on one page; the browser notes that and nothing else.
    unexpected = [line for line in complaints if "404" not in line or path != PAGES["not found"]]
    assert not unexpected
    assert re.search(r"<title>[^<]+</title>", document)
    assert document.count("<h1") == 1
    assert "<main" in document


BROKEN_WORDS = """(() => {
  const text = document.querySelector("h1").firstChild, broken = [];
  for (const word of text.data.matchAll(/[\\p{L}]+/gu)) {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map((it) => it.top)).size > 1) broken.push(word[0]);
  }
  return broken;
})()"""
"""The words of the title that do not stand on one line."""


@pytest.mark.parametrize("width", [360, 500])
@pytest.mark.parametrize(
    "thing",
    [
        "samenwerkingsverband/preferentieel-jessa-sfz",
        "samenwerkingsverband/overeenkomst-jessa-huisartsenkring-houthalen-helchteren-wendelen",
        "organisatie/overlegplatform-ggz-antwerpen",
    ],
)
def test_a_phone_breaks_no_word_of_a_title(browser: Browser, site: RunningSite, thing: str, width: int) -> None:
    browser.look(width, 740, is_phone=True)
    browser.visit(f"{site.base}nl/doc/{thing}")
    assert browser.read(BROKEN_WORDS) == []


def test_a_phone_gets_the_whole_page(chromium: str, site: RunningSite, tmp_path: Path) -> None:
    """At 360 pixels the screenshot is as wide as the window and not empty."""
    target = tmp_path / "phone.png"
    flags = (f"--screenshot={target}", "--window-size=360,740")
    visit(chromium, tmp_path / "profile", f"{site.base}nl/", *flags)
    if target.exists():
        assert target.stat().st_size > 10_000
