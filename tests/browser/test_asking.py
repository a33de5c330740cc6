"""Asking in a real browser: by keyboard alone, without scripts, on a phone; sorting and filtering of answers."""

from __future__ import annotations

import urllib.parse

import pytest

from ..conftest import RunningSite
from .chromium import Browser

pytestmark = pytest.mark.browser
NUMBERS = "SELECT ?n ?t { VALUES (?n ?t) { (9 'Émile') (10 'zoë') (UNDEF 'Anna') (2 'eva') } }"
CELLS = "[...document.querySelectorAll('table.grid tbody tr:not([hidden])')].map((row) => row.cells[{column}].innerText.trim())"


def asked(site: RunningSite, query: str, page: str = "en/sparql") -> str:
    return f"{site.base}{page}?{urllib.parse.urlencode({'query': query})}"


def test_a_column_is_sorted_by_keyboard_in_both_directions_and_back(browser: Browser, site: RunningSite) -> None:
    browser.visit(asked(site, NUMBERS))
    browser.wait("document.querySelectorAll('.sorter').length === 2")
    browser.tab_to(".sorter")
    expected = {
        "ascending": ["2", "9", "10", ""],
        "descending": ["10", "9", "2", ""],
        None: ["9", "10", "", "2"],
    }
    for direction, cells in expected.items():
        browser.press("Enter")
        assert browser.read("document.querySelector('th').getAttribute('aria-sort')") == direction
        assert browser.read(CELLS.format(column=0)) == cells
    browser.press("Tab")
    browser.press("Enter")
    assert browser.read(CELLS.format(column=1)) == ["Anna", "Émile", "eva", "zoë"]
    assert browser.read("document.querySelectorAll('[aria-sort]').length") == 1


def test_rows_are_filtered_by_words_and_counted_aloud(browser: Browser, site: RunningSite) -> None:
    browser.visit(asked(site, NUMBERS))
    browser.wait("!!document.querySelector('.filter input')")
    browser.tab_to(".filter input")
    browser.type("E")
    assert browser.read(CELLS.format(column=1)) == ["Émile", "zoë", "eva"]
    assert browser.read("document.querySelector('.filter [role=status]').textContent") == "3 of 4 rows shown"


def test_the_sparql_page_works_by_keyboard_alone(browser: Browser, site: RunningSite) -> None:
    browser.visit(f"{site.base}en/sparql")
    browser.tab_to(".editor, textarea#query")
    browser.press("a", modifiers=2)
    browser.write("SELECT ?x { VALUES ?x { 3 1 2")
    browser.press("Enter", modifiers=2)
    browser.wait("location.search.startsWith('?query=') && document.querySelectorAll('.sorter').length === 1")
    assert browser.read(CELLS.format(column=0)) == ["3", "1", "2"]
    assert browser.read("document.querySelector('[data-said]').textContent").startswith("3 rows")
    browser.tab_to(".sorter")
    browser.press("Enter")
    assert browser.read(CELLS.format(column=0)) == ["1", "2", "3"]
    browser.tab_to("#outcome .formats a[type='text/csv']")
    assert (
        browser.settle("fetch(document.activeElement.href).then((answer) => answer.text())") == "x\r\n3\r\n1\r\n2\r\n"
    )


def test_a_query_is_explained_before_it_runs(browser: Browser, site: RunningSite) -> None:
    browser.visit(asked(site, "SELECT ?x { VALUES ?x { 1 } }"))
    browser.tab_to("button[formaction]")
    browser.press("Enter")
    browser.wait("location.pathname === '/en/sparql/explain' && document.readyState === 'complete'")
    assert browser.read("document.querySelector('#query').value") == "SELECT ?x { VALUES ?x { 1 } }"
    assert browser.read("document.querySelector('.cost h2').textContent") == "Cost: cheap"
    browser.tab_to("button[formaction]")
    browser.press("Enter")
    browser.wait("location.pathname === '/en/sparql' && document.readyState === 'complete'")


def test_the_sparql_page_is_a_plain_form_without_scripts(browser: Browser, site: RunningSite) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.visit(f"{site.base}en/sparql")
    assert browser.read("document.querySelectorAll('.editor').length") == 0
    browser.tab_to("textarea#query")
    browser.read("document.activeElement.select()")
    browser.type("SELECT ?x { VALUES ?x { 1 2 } }")
    browser.tab_to("form button")
    browser.press("Enter")
    browser.wait("location.search.startsWith('?query=') && document.readyState === 'complete'")
    assert browser.read(CELLS.format(column=0)) == ["1", "2"]
    assert browser.read("document.querySelectorAll('#outcome .formats a').length") == 4


def test_a_question_is_asked_of_something_else_without_scripts(browser: Browser, site: RunningSite) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.visit(f"{site.base}en/queries/partners-van-een-organisatie")
    first = browser.read(CELLS.format(column=0))
    browser.tab_to("select")
    for key in "Jessa":
        browser.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
    for _ in range(5):
        if browser.read("document.activeElement.value").endswith("/jessa-ziekenhuis"):
            break
        browser.press("ArrowDown")
    browser.tab_to("form button")
    browser.press("Enter")
    browser.wait("location.search.includes('jessa-ziekenhuis') && document.readyState === 'complete'")
    assert browser.read("document.querySelectorAll('.sorter').length") == 0
    second = browser.read(CELLS.format(column=0))
    assert second
    assert second != first


@pytest.mark.parametrize("path", ["sparql", "sparql/explain", "queries", "queries/partners-van-een-organisatie"])
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, site: RunningSite, path: str) -> None:
    browser.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
    query = (
        "" if path.startswith("queries") else f"?{urllib.parse.urlencode({'query': 'SELECT * { ?s ?p ?o } LIMIT 3'})}"
    )
    browser.visit(f"{site.base}nl/{path}{query}")
    assert browser.read("document.documentElement.scrollWidth") <= 360
    assert browser.hosts == {site.base.split("/")[2]}
