"""The list of changes and the report on all data: public, in four languages, for machines, and never ahead of a release."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef

from tests.dataset.test_building import BASE
from tests.dataset.test_publishing import LABEL, PARTICIPATION, House, line
from zorgnetwerk.dataset import changes
from zorgnetwerk.settings import load
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.redaction import Target
from zorgnetwerk.submission import conformance
from zorgnetwerk.submission.findings import Finding, Severity, report_of
from zorgnetwerk.submission.redaction import redact
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.namespaces import DCT, PROV, SH, VOID
from zorgnetwerk.web.app import create_app
from zorgnetwerk.web.rendering import Renderer
from zorgnetwerk.web.site import Site

NAME = "Quisthoudt & <Zonen>"
THING = "id/organisatie/quisthoudt"


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.build()
    return made


class Served:
    """A client of the site of a house, as it stands now."""

    def __init__(self, house: House, renderer: Renderer, **flags: bool) -> None:
        release = house.releases.current()
        assert release is not None
        folders = {"content_dir": str(house.content), "state_dir": str(house.releases.state.folder)}
        settings = load({**folders, **flags}, environment={})
        self.store = LocalStore(release.folder)
        site = Site(settings, BASE, self.store, house.releases, renderer, is_checking=settings.checks_everything)
        self.client: FlaskClient = create_app(site).test_client()


Serve = Callable[..., FlaskClient]


@pytest.fixture
def serve(renderer: Renderer) -> Iterator[Serve]:
    made: list[Served] = []

    def start(house: House, **flags: bool) -> FlaskClient:
        made.append(Served(house, renderer, **flags))
        return made[-1].client

    yield start
    for served in made:
        served.store.close()


def accept(house: House) -> None:
    with house.journal.transaction() as transaction:
        transaction.record(
            time="2026-03-01T10:00:00+00:00",
            kind="submission",
            cause="submission s1",
            added=[line(THING, LABEL, '"Quisthoudt & <Zonen>"@nl'), *PARTICIPATION],
            removed=[],
            details={"submission": "s1", "organisation": "https://zorgnetwerk.example/id/organisatie/a"},
        )


def test_changes_are_listed_newest_first_with_their_counts(house: House, serve: Serve) -> None:
    accept(house)
    house.publish()
    listed = serve(house).get("/changes", headers={"Accept": "application/json"}).get_json()
    assert [(change["number"], change["kind"]) for change in listed["changes"]] == [(2, "submission"), (1, "build")]
    assert (listed["changes"][0]["added"], listed["changes"][0]["removed"]) == (5, 0)
    assert listed["changes"][0]["organisation"] == f"{BASE.value}id/organisatie/a"


def test_a_change_is_listed_only_when_a_release_holds_it(house: House, serve: Serve) -> None:
    accept(house)
    client = serve(house)
    assert len(client.get("/changes.json").get_json()["changes"]) == 1
    assert client.get("/changes/2.rdfp").status_code == 404
    assert b"Quisthoudt" not in client.get("/nl/changes").data


def test_the_list_is_rdf_too(house: House, serve: Serve) -> None:
    accept(house)
    house.publish()
    graph = Graph().parse(data=serve(house).get("/changes.ttl").data, format="turtle")
    change = URIRef(f"{BASE.value}changes/2")
    added = graph.value(change, PROV.generated)
    assert graph.value(added, VOID.triples) == Literal(5)
    assert graph.value(change, PROV.wasAssociatedWith) == URIRef(f"{BASE.value}id/organisatie/a")


def test_a_change_is_named_by_what_it_is_about(house: House, serve: Serve) -> None:
    accept(house)
    house.publish()
    client = serve(house)
    assert client.get("/changes.json").get_json()["changes"][0]["about"] == [NAME]
    assert "Quisthoudt &amp; &lt;Zonen&gt;</a>" in client.get("/nl/changes").text
    graph = Graph().parse(data=client.get("/changes.ttl").data, format="turtle")
    assert graph.value(URIRef(f"{BASE.value}changes/2"), DCT.title) == Literal(NAME)


def test_a_change_too_large_to_be_told_is_counted_and_the_dumps_are_named(
    house: House, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(house)
    house.publish()
    monkeypatch.setattr(changes, "LINES_LIMIT", 4)
    client = serve(house)
    page = client.get("/nl/changes/2")
    assert page.status_code == 200
    assert "/nl/dumps/" in page.text
    assert "/changes/2.rdfp" not in page.text
    for suffix in ("rdfp", "json"):
        answer = client.get(f"/changes/2.{suffix}")
        assert answer.status_code >= 400
        assert "/dumps/" in answer.text
    assert client.get("/changes/2.ttl").status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_say_the_change_in_words(house: House, serve: Serve, language: str) -> None:
    accept(house)
    house.publish()
    client = serve(house)
    assert "/changes/2" in client.get(f"/{language}/changes").text
    page = client.get(f"/{language}/changes/2")
    assert page.status_code == 200
    assert page.headers["Content-Language"] == language
    assert "Quisthoudt &amp; &lt;Zonen&gt;" in page.text
    assert "<Zonen>" not in page.text


def test_a_change_is_a_patch_too(house: House, serve: Serve) -> None:
    accept(house)
    house.publish()
    answer = serve(house).get("/changes/2.rdfp")
    assert answer.headers["Content-Type"].startswith("application/rdf-patch")
    rows = answer.text.splitlines()
    assert len(rows) == 5
    assert all(row.startswith(f"A <{BASE.value}") for row in rows)


@pytest.mark.parametrize("path", ["/changes/0", "/changes/9", "/changes?page=0", "/changes?page=9", "/changes?page=x"])
def test_what_is_not_there_is_not_found(house: House, serve: Serve, path: str) -> None:
    assert serve(house).get(path).status_code == 404


def test_what_was_forgotten_is_counted_and_not_shown(house: House, serve: Serve) -> None:
    accept(house)
    house.publish()
    redact(house.releases, Target(NAME), time="2026-03-02T10:00:00+00:00", reason="on request", is_house=True)
    client = serve(house)
    for path in (
        "/changes/2.json",
        "/changes/2.rdfp",
        "/nl/changes/2",
        "/nl/changes/3",
        "/changes.json",
        "/changes/3.json",
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "uisthoudt" not in answer.text, path
    assert client.get("/changes/2.json").get_json()["forgotten"] == 1
    assert not any(row.startswith("=") for row in client.get("/changes/2.rdfp").text.splitlines())


def test_a_thing_that_was_removed_for_good_is_gone(house: House, serve: Serve) -> None:
    accept(house)
    house.publish()
    redact(house.releases, Target(f"https://zorgnetwerk.example/{THING}"), time="t", reason="on request", is_house=True)
    client = serve(house)
    for path in (f"/{THING}", f"/doc/{THING.removeprefix('id/')}", f"/nl/doc/{THING.removeprefix('id/')}"):
        answer = client.get(path)
        assert answer.status_code == 410
        assert "removed for good" in answer.text
    assert client.get("/id/organisatie/nobody").status_code == 404


def test_before_the_first_check_machines_are_told_to_wait_and_people_too(house: House, serve: Serve) -> None:
    (house.content / "shapes").mkdir(exist_ok=True)
    client = serve(house)
    for name in ("/conformance.json", "/conformance.ttl"):
        answer = client.get(name)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    page = client.get("/fr/conformance")
    assert page.status_code == 200
    assert "La première vérification est en cours" in page.text
    assert page.headers["Cache-Control"] == "no-cache"


def test_where_nothing_is_checked_there_is_no_report_nor_a_way_to_it(house: House, serve: Serve) -> None:
    (house.content / "shapes").mkdir(exist_ok=True)
    client = serve(house, conformance_check=False)
    assert client.get("/conformance").status_code == 404
    assert "/nl/conformance" not in client.get("/nl/").text
    assert "/nl/conformance" in serve(house).get("/nl/").text


def test_the_report_on_all_data_is_public(house: House, serve: Serve) -> None:
    release = house.releases.current()
    assert release is not None
    thing = URIRef("https://zorgnetwerk.example/id/samenwerkingsverband/n")
    finding = Finding(
        rule="R01",
        severity=Severity.WARNING,
        focus_node=thing,
        messages={code: f"words in {code}" for code in LANGUAGES},
    )
    conformance.keep(house.releases.state.folder, release, report_of([finding], {thing}), 1.5)
    client = serve(house)
    for language in LANGUAGES:
        page = client.get(f"/{language}/conformance")
        assert f"words in {language}" in page.text
        assert "/doc/samenwerkingsverband/n" in page.text
    values = client.get("/conformance.json").get_json()
    assert (values["release"], values["conforms"], values["warnings"]) == (1, True, 1)
    for suffix, name in (("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml")):
        graph = Graph().parse(data=client.get(f"/conformance.{suffix}").data, format=name)
        assert (None, SH.focusNode, URIRef(f"{BASE.value}id/samenwerkingsverband/n")) in graph


def test_only_the_newest_reports_are_kept(house: House) -> None:
    folder = house.releases.state.folder
    for number in range(5):
        house.accept([line(f"id/organisatie/n{number}", LABEL, '"N"')])
        conformance.keep(folder, house.publish(), report_of([], set()), 0)
    assert conformance.newest_number(folder) == 6
    assert len(list((folder / "conformance").glob("*.json"))) == 3
