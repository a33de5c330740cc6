"""axe finds nothing on any kind of page: in light, in dark, on a phone."""

from __future__ import annotations

import urllib.parse

import pytest
from rdflib import URIRef

from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.submission import conformance
from zorgnetwerk.submission.findings import Finding, Severity, report_of
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.languages import LANGUAGES

from ..conftest import RunningSite
from .chromium import Browser
from .conftest import Axe

pytestmark = pytest.mark.browser


def asked(path: str, query: str) -> str:
    return f"{path}?{urllib.parse.urlencode({'query': query})}"


PAGES = {
    "home": "nl/",
    "organisation": "nl/doc/organisatie/jessa-ziekenhuis",
    "contradiction": "en/doc/samenwerkingsverband/preferentieel-jessa-azv",
    "partnership": "fr/doc/samenwerkingsverband/hospilim",
    "source": "de/doc/bron/000",
    "vocabulary": "en/ns/zorgnetwerk",
    "code list": "nl/auth/rollen",
    "code": "de/auth/samenwerkingsvormen/preferentiele-samenwerking",
    "list": "nl/doc/samenwerkingsverband",
    "sparql": "nl/sparql",
    "table": asked("nl/sparql", "SELECT * { ?s a ?c ; ?p ?o } LIMIT 30"),
    "no rows": asked("fr/sparql", "SELECT * { ?s a <http://example.org/nothing> }"),
    "verdict": asked("de/sparql", "ASK {}"),
    "graph": asked("en/sparql", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 5"),
    "mistake": asked("nl/sparql", "SELECT * {\n  ?s ?p\n}"),
    "explain": asked("en/sparql/explain", "SELECT * { ?a ?p ?b . ?c ?q ?d }"),
    "questions": "de/queries",
    "question": "fr/queries/partners-van-een-organisatie",
    "downloads": "en/dumps/",
    "catalogue": "nl/catalogue",
    "not found": "nl/doc/organisatie/nobody",
    "an earlier state": "nl/release/1/sparql",
    "changes": "fr/changes",
    "one change": "en/changes/1",
    "conformance": "de/conformance",
    "check": "nl/validate",
    "form": "nl/form",
    "form about an organisation": "de/form?subject=organisaties",
    "submissions": "fr/submissions",
    "sign in": "nl/review/login",
    "wrong method": "fr/sparql/stop/nothing",
}
LOOKS = {
    "light": {},
    "dark": {"is_dark": True},
    "phone": {"width": 390, "height": 844, "is_phone": True},
    "dark phone": {"width": 390, "height": 844, "is_phone": True, "is_dark": True},
}


@pytest.fixture(scope="module")
def checked(site: RunningSite) -> RunningSite:
    """The site with a report on its whole data set, which says something of each severity."""
    release = Releases(State.open(site.state)).current()
    assert release is not None
    thing = URIRef(f"{RESERVED_BASE}id/organisatie/jessa-ziekenhuis")
    found = [
        Finding(rule="R01", severity=severity, focus_node=thing, messages=dict.fromkeys(LANGUAGES, "Iets klopt niet."))
        for severity in Severity
    ]
    conformance.keep(site.state, release, report_of(found, {thing}), 1.5)
    return site


def in_turn() -> list[object]:
    """Each page in one of the four looks, the next page in the next; the rest in the long run."""
    return [
        pytest.param(path, look, id=f"{name}, {look}", marks=() if (number + turn) % 4 == 0 else (pytest.mark.long,))
        for number, (name, path) in enumerate(PAGES.items())
        for turn, look in enumerate(("light", "dark", "dark phone", "phone"))
    ]


@pytest.mark.parametrize(("path", "look"), in_turn())
def test_axe_finds_nothing(shown: Browser, axe: Axe, checked: RunningSite, path: str, look: str) -> None:
    shown.complaints.clear()
    shown.look(**LOOKS[look])
    shown.visit(checked.base + path)
    assert axe(shown) == []
    assert shown.hosts == {checked.base.split("/")[2]}
    assert [line for line in shown.complaints if "server responded with a status of 4" not in line] == []
