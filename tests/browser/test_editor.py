"""The editor in a real browser: completion, prefixes, mistakes, stopping; and that it breaks no rule of ours."""

from __future__ import annotations

import json
import os
import time
import urllib.parse
from pathlib import Path

import pytest

from ..conftest import RunningSite
from .chromium import Browser
from .conftest import Axe
from .test_accessibility import LOOKS

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[2] / "server" / "zorgnetwerk" / "web" / "static"
INSIDE = "document.querySelector('.editor').shadowRoot"
VALUE = "document.querySelector('#query').value"
OPTIONS = f"[...{INSIDE}.querySelectorAll('[role=option]')]"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture
def page(browser: Browser, site: RunningSite) -> Browser:
    """The English SPARQL page with an empty editor that has the focus and knows its words."""
    if not (STATIC / "editor.js").exists():
        if os.environ.get("CI"):
            pytest.fail("the editor was not built")
        pytest.skip("the editor was not built: see server/frontend/bundle.py")
    browser.visit(f"{site.base}en/sparql")
    browser.tab_to(".editor")
    browser.press("a", modifiers=2)
    browser.press("Backspace")
    assert browser.read(VALUE) == ""
    browser.wait(
        "performance.getEntriesByType('resource').some((it) => it.name.includes('/vocab.json') && it.responseEnd)"
    )
    return browser


def offered(page: Browser) -> list[str]:
    """The words that are offered, once they can be taken: the editor ignores Enter in the first moment, lest somebody who
    types on takes one unseen.
    """
    page.wait(f"{OPTIONS}.length > 0")
    time.sleep(0.2)
    return list(page.read(f"{OPTIONS}.map((option) => option.innerText.replace(/\\s+/g, ' ').trim())"))


def test_a_class_is_completed_with_its_prefix(page: Browser, site: RunningSite) -> None:
    page.write("SELECT ?s { ?s a partn")
    first = offered(page)[0]
    assert first.startswith("zn:Samenwerkingsverband")
    assert first.rsplit(" ", 1)[1].isdigit()
    page.press("Enter")
    prefix = f"PREFIX zn: <{site.base}ns/zorgnetwerk#>"
    assert page.read(VALUE) == f"{prefix}\n\nSELECT ?s {{ ?s a zn:Samenwerkingsverband}}"
    page.press("z", modifiers=2)
    assert page.read(VALUE) == "SELECT ?s { ?s a partn}"


def test_a_thing_is_found_by_its_name(page: Browser, site: RunningSite) -> None:
    page.write("SELECT ?s { ?s ?p jessa z")
    page.press("Backspace")
    page.press("Backspace")
    page.press(" ", modifiers=2)
    assert offered(page)[0].startswith("Jessa Ziekenhuis organisatie:jessa-ziekenhuis")
    page.press("Enter")
    assert page.read(VALUE).startswith(f"PREFIX organisatie: <{site.base}id/organisatie/>")
    assert "?p organisatie:jessa-ziekenhuis" in page.read(VALUE)


def test_a_declared_prefix_is_not_declared_again(page: Browser, site: RunningSite) -> None:
    page.write(f"PREFIX z: <{site.base}ns/zorgnetwerk#>\nSELECT ?s {{ ?s a z:Samenwerkingsv")
    assert offered(page)[0].startswith("z:Samenwerkingsverband")
    page.press("Enter")
    assert page.read(VALUE).count("PREFIX") == 1
    assert page.read(VALUE).endswith("{ ?s a z:Samenwerkingsverband}")


def test_names_are_in_the_language_of_the_page(page: Browser, site: RunningSite) -> None:
    page.visit(f"{site.base}de/sparql")
    page.tab_to(".editor")
    page.press("a", modifiers=2)
    page.write("SELECT * { ?s skos:prefL")
    assert any("Name" in option for option in offered(page))


def test_a_mistake_is_shown_where_the_server_found_it(page: Browser) -> None:
    page.complaints.clear()
    page.write("SELECT * {\n?s a foo:bar ")
    page.press("Enter", modifiers=2)
    page.wait(f"!!{INSIDE}.querySelector('.refused')")
    assert page.read(f"{INSIDE}.querySelector('.refused').textContent") == "foo:bar"
    assert page.read(f"{INSIDE}.querySelector('.refused-line').textContent").strip().startswith("?s a foo:bar")
    assert page.read(f"{INSIDE}.querySelector('.reason').textContent") == page.read(
        "document.querySelector('#refusal [data-detail]').textContent"
    )
    assert page.read(f"{INSIDE}.querySelector('.cm-content').getAttribute('aria-invalid')") == "true"
    page.press("Backspace")
    assert page.read(f"{INSIDE}.querySelectorAll('.refused, .reason').length") == 0
    # The browser notes the 400, and nothing else.
    assert all("status of 400" in line for line in page.complaints)
    page.complaints.clear()


def test_a_mistake_is_shown_in_a_page_that_is_opened_with_it(page: Browser, site: RunningSite) -> None:
    query = urllib.parse.urlencode({"query": "SELECT * {\n  ?é ?p '😀', foo:bar }"})
    page.visit(f"{site.base}en/sparql?{query}")
    page.wait(f"!!{INSIDE}.querySelector('.refused')")
    assert page.read(f"{INSIDE}.querySelector('.refused').textContent") == "foo:bar"
    page.complaints.clear()


def test_tab_leaves_the_editor_even_when_words_are_offered(page: Browser) -> None:
    page.write("SEL")
    assert offered(page) == ["SELECT"]
    page.press("Tab")
    assert page.read("document.activeElement.matches('button[data-run]')")
    assert page.read(VALUE) == "SEL"
    page.press("Tab", modifiers=8)
    assert page.read("document.activeElement.className") == "editor"


def test_brackets_are_closed_and_matched(page: Browser) -> None:
    page.write("ASK {")
    assert page.read(VALUE) == "ASK {}"
    page.wait(f"{INSIDE}.querySelectorAll('.cm-matchingBracket').length === 2")
    page.write("}")
    assert page.read(VALUE) == "ASK {}"


def test_a_reader_of_the_screen_hears_name_keys_and_outcome(page: Browser) -> None:
    content = f"{INSIDE}.querySelector('.cm-content')"
    assert page.read(f"{content}.getAttribute('role')") == "textbox"
    assert page.read(f"{content}.getAttribute('aria-label')") == "Query in SPARQL"
    described = page.read(f"{INSIDE}.getElementById({content}.getAttribute('aria-describedby')).textContent")
    assert "Tab leaves the box" in described
    page.write("ASK {")
    page.press("Enter", modifiers=2)
    page.wait("document.querySelector('[role=status]').textContent.startsWith('yes')")
    page.visit(page.read("location.href").replace("/en/", "/nl/"))
    assert page.read(f"{content}.getAttribute('aria-label')") == "Query in SPARQL"


def test_a_query_that_runs_long_is_stopped(page: Browser) -> None:
    page.type(ENDLESS)
    page.press("Enter", modifiers=2)
    page.wait("!document.querySelector('[data-stop]').hidden")
    assert page.read("document.querySelector('[data-run]').hidden")
    assert page.read("document.querySelector('#outcome').getAttribute('aria-busy')") == "true"
    page.wait("/^\\d+\\.\\d s$/.test(document.querySelector('[data-time]').textContent)")
    page.tab_to("[data-stop]")
    page.press("Enter")
    page.wait("document.querySelector('[data-stop]').hidden")
    assert page.read("document.querySelector('[data-said]').textContent").startswith("Stopped after ")
    assert page.read("document.querySelector('#outcome').textContent.trim()") == ""
    assert page.read("document.activeElement.matches('[data-run]')")
    page.wait(
        "performance.getEntriesByType('resource').some((it) => it.name.includes('/sparql/stop/') && it.responseEnd)"
    )
    # The answer of a stopped query (409) may arrive before the page has let go of it; Chromium then tells of it.
    page.complaints = [line for line in page.complaints if "status of 409" not in line]
    page.read("document.querySelector('.editor').shadowRoot.querySelector('.cm-content').focus()")
    page.press("a", modifiers=2)
    page.write("ASK {")
    page.press("Enter", modifiers=2)
    page.wait("document.querySelector('[data-said]').textContent.startsWith('yes')")


def test_going_back_shows_the_query_before(page: Browser) -> None:
    for number in "12":
        page.press("a", modifiers=2)
        page.type(f"SELECT ?x {{ VALUES ?x {{ {number} }} }}")
        page.press("Enter", modifiers=2)
        page.wait(f"document.querySelector('.grid tbody')?.innerText.trim() === '{number}'")
        assert page.read("document.querySelector('.languages a[hreflang=nl]').getAttribute('href')").endswith(
            f"VALUES+%3Fx+%7B+{number}+%7D+%7D"
        )
    page.read("window.isSame = true; document.querySelector('a.skip').click()")
    page.wait("location.hash === '#main'")
    page.read("history.back()")
    page.wait("location.hash === ''")
    assert page.read("window.isSame")
    page.read("history.back()")
    page.wait("document.querySelector('.grid tbody')?.innerText.trim() === '1'")
    page.wait(f"{VALUE}.includes('{{ 1 }}')")


def test_a_query_too_long_for_an_address_runs(page: Browser) -> None:
    page.type("SELECT ?x { VALUES ?x { 7 } } # " + "long " * 2000)
    page.press("Enter", modifiers=2)
    page.wait("document.querySelector('.grid tbody')?.innerText.trim() === '7'")
    assert page.read("location.search") == ""


def test_axe_finds_nothing_in_the_editor_with_words_offered_or_a_mistake(page: Browser, axe: Axe) -> None:
    found = {}
    for name, look in LOOKS.items():
        page.look(**look)
        page.press("a", modifiers=2)
        page.press("Backspace")
        page.write("SELECT * { ?s a sam")
        assert offered(page)
        found[f"{name}, words"] = axe(page)
        page.press("Escape")
        page.press("Enter", modifiers=2)
        page.wait(f"!!{INSIDE}.querySelector('.reason')")
        found[f"{name}, mistake"] = axe(page)
    assert not any(found.values()), found
    page.complaints = [line for line in page.complaints if "status of 400" not in line]


def test_nothing_is_asked_of_another_host(page: Browser, site: RunningSite) -> None:
    page.write("SELECT * { ?s a sam")
    assert offered(page)
    page.press("Enter")
    page.press("Enter", modifiers=2)
    page.wait("!!document.querySelector('#outcome section')")
    assert page.hosts == {site.base.split("/")[2]}
    page.complaints = [line for line in page.complaints if "status of 400" not in line]


def test_the_words_are_fetched_when_the_editor_is_used_and_not_before(browser: Browser, site: RunningSite) -> None:
    browser.visit(f"{site.base}nl/sparql")
    names = json.loads(browser.read("JSON.stringify(performance.getEntriesByType('resource').map((it) => it.name))"))
    assert not any("vocab.json" in name for name in names)


def test_without_the_bundle_the_text_box_stays_and_runs_in_place(browser: Browser, site: RunningSite) -> None:
    browser.call("Network.setBlockedURLs", urls=["*/static/editor.*"])
    browser.visit(f"{site.base}en/sparql")
    browser.tab_to("textarea#query")
    browser.read("document.activeElement.select()")
    browser.type("SELECT ?x { VALUES ?x { 5 } }")
    browser.press("Enter", modifiers=2)
    browser.wait("document.querySelector('.grid tbody')?.innerText.trim() === '5'")
    assert browser.read("document.querySelector('[data-editor-keys]').hidden")
    browser.complaints = [line for line in browser.complaints if "ERR_BLOCKED_BY_CLIENT" not in line]
