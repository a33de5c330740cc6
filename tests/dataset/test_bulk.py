"""The build in little memory gives the release and the journal of the build that holds everything."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Literal

import pytest

from zorgnetwerk.dataset import bulk, dumps
from zorgnetwerk.dataset.building import Plan, build
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.errors import ContentError
from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Release, Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import RESERVED_BASE, Base

DATA = {
    "one.nq": """<https://zorgnetwerk.example/id/a> <http://e/p> "1" <http://e/g> .
<https://zorgnetwerk.example/id/a> <http://e/p> "1" <http://e/h> .
<https://zorgnetwerk.example/id/a> <http://e/p> "1"@nl <http://e/g> .
<https://zorgnetwerk.example/id/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/C> .
<http://e/z> <http://e/q> "see <https://zorgnetwerk.example/id/a>" .
""",
    "things.nq": "\n".join(
        f"<https://zorgnetwerk.example/id/{path}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/{kind}> {graph}."
        for path in ("organisatie/x", "organisatie/y", "organisatie/y/z", "plaats/x", "plaats")
        for kind in ("C", "D")
        for graph in ("<http://e/g> ", "")
    )
    + "\n",
    "two.ttl": '<#x> <http://e/p> "1", 2, [ <http://e/q> "é\u2028" ] . <http://e/z> a <http://e/D> .',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    content = tmp_path / "content"
    content.mkdir()
    for name, text in DATA.items():
        (content / name).write_text(text, "utf-8")
    return content


def built(
    state: Path, content: Path, monkeypatch: pytest.MonkeyPatch, *, in_bulk: bool, base: str = RESERVED_BASE, default_graph: Literal["union", "own"] = "union"
) -> Release:  # fmt: skip
    monkeypatch.setattr(bulk, "LEAST_BYTES", 0 if in_bulk else 1 << 60)
    said: list[str] = []
    plan = Plan(Content(content), Base(base), default_graph=default_graph, checked=False)
    outcome = build(Releases(State.open(state)), plan, said.append)
    assert outcome.is_new
    assert ("journalling" in said) == in_bulk
    return outcome.release


def files(release: Release) -> dict[str, object]:
    """What a release holds, as far as it does not depend on the time."""
    store = LocalStore(release.folder, mode="folder", default_graph="release")
    rows = store.select("SELECT ?g ?s ?p ?o WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
    named = {path.name: set(path.read_bytes().splitlines()) for path in release.folder.glob("*.nq")}
    listed = [replace(dump, created="", sha256="", size=0) for dump in dumps.manifest(release)]
    return {
        **named,
        "prefixes": release.prefixes(),
        "record": asdict(release.record) | {"created": ""},
        "store": sorted(json.dumps({name: str(term) for name, term in row.items()}, sort_keys=True) for row in rows),
        "dumps": listed,
        "turtle": set(
            (release.folder / dumps.folder_name(release.number) / "zorgnetwerk.ttl").read_text("utf-8").splitlines()
        ),
    }


@pytest.mark.parametrize("base", [RESERVED_BASE, "http://localhost:8000/"])
@pytest.mark.parametrize("default_graph", ["union", "own"])
def test_the_release_is_the_same(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, base: str, default_graph: Literal["union", "own"]
) -> None:
    made = [
        built(tmp_path / name, folder, monkeypatch, in_bulk=in_bulk, base=base, default_graph=default_graph)
        for name, in_bulk in (("sets", False), ("streams", True))
    ]
    by_sets, by_streams = map(files, made)
    assert by_streams == by_sets
    assert not [path for path in made[1].folder.iterdir() if path.name in ("asserted", "served")]


def test_the_journal_is_the_same_after_changes(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for change in ("", "<http://e/new> <http://e/p> <http://e/a> .", "<http://e/newer> <http://e/p> <http://e/a> ."):
        (folder / "three.nt").write_text(change, "utf-8")
        for name, in_bulk in (("sets", False), ("streams", True)):
            built(tmp_path / name, folder, monkeypatch, in_bulk=in_bulk)
    by_sets, by_streams = (Journal(tmp_path / name / "journal.sqlite") for name in ("sets", "streams"))
    assert [(entry.added, entry.removed, entry.state_hash) for entry in by_streams.entries()] == [
        (entry.added, entry.removed, entry.state_hash) for entry in by_sets.entries()
    ]
    assert by_streams.verify() == []


def test_nothing_is_made_when_nothing_changed(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(tmp_path / "state", folder, monkeypatch, in_bulk=True)
    plan = Plan(Content(folder), Base(RESERVED_BASE), checked=False)
    assert not build(Releases(State.open(tmp_path / "state")), plan).is_new


def test_a_file_that_cannot_be_read_leaves_nothing(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "zzz.nt").write_text("<http://e/a> nonsense .", "utf-8")
    with pytest.raises(ContentError):
        built(tmp_path / "state", folder, monkeypatch, in_bulk=True)
    assert list((tmp_path / "state" / "releases").iterdir()) == []
    assert Journal(tmp_path / "state" / "journal.sqlite").last_number() == 0


def test_accepted_submissions_are_kept_by_the_build_that_holds_everything(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LEAST_BYTES", 0)
    plan = Plan(Content(folder), Base(RESERVED_BASE), checked=False)
    journal = Journal(State.open(tmp_path / "state").folder / "journal.sqlite")
    assert bulk.is_for(plan, journal)
    assert not bulk.is_for(replace(plan, checked=True), journal)
    journal.record(
        time="t", kind="submission", cause="c", added=["<http://e/s> <http://e/p> <http://e/o> ."], removed=[]
    )
    assert not bulk.is_for(plan, journal)
