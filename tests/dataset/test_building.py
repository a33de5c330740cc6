"""The build: what it makes, when it makes nothing, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from zorgnetwerk.dataset import deriving, dumps
from zorgnetwerk.dataset.building import Plan, build, with_accepted_changes
from zorgnetwerk.dataset.candidates import served_line
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.dataset.queries import load
from zorgnetwerk.errors import CandidateRefused, ContentError, StateError
from zorgnetwerk.store.deltas import QUADS
from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Release, Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import RESERVED_BASE, Base

BASE = Base("http://localhost:8000/")
HEAD = """@base <https://zorgnetwerk.example/> . @prefix zn: <ns/zorgnetwerk#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix org: <http://www.w3.org/ns/org#> .
"""
ONTOLOGY = """zn:Samenwerkingsverband a owl:Class . zn:Samenwerkingsorganisatie a owl:Class ; rdfs:subClassOf zn:Samenwerkingsverband , org:Organization .
"""
DATA = """<id/samenwerkingsverband/n> a zn:Samenwerkingsorganisatie ; skos:prefLabel "N"@nl .
<id/deelname/1> zn:deelnemer <id/organisatie/a> ; zn:deelnameAan <id/samenwerkingsverband/n> ; zn:rol <auth/rollen/deelnemer> ; zn:zekerheid <auth/zekerheden/expliciet> .
<id/deelname/2> zn:deelnemer <id/organisatie/b> ; zn:deelnameAan <id/samenwerkingsverband/n> ; zn:rol <auth/rollen/deelnemer> ; zn:zekerheid <auth/zekerheden/impliciet> .
<id/campus/c> org:siteOf <id/organisatie/a> .
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("ontologie/zorgnetwerk.ttl", ONTOLOGY), ("data/d.ttl", DATA), ("shapes/s.ttl", "")):
        path = tmp_path / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + text, "utf-8")
    return tmp_path / "content"


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(State.open(tmp_path / "state"))


@pytest.fixture
def plan(folder: Path) -> Plan:
    return Plan(Content(folder), BASE)


def ask(release: Release, pattern: str) -> bool:
    store = LocalStore(release.folder)
    try:
        return store.ask(
            f"PREFIX zn: <{BASE.value}ns/zorgnetwerk#> PREFIX org: <http://www.w3.org/ns/org#> BASE <{BASE.value}> ASK {{ {pattern} }}"
        )
    finally:
        store.close()


def test_a_release_stands_under_the_configured_base(releases: Releases, plan: Plan) -> None:
    release = build(releases, plan).release
    text = (release.folder / QUADS).read_text("utf-8")
    assert "http://localhost:8000/id/deelname/1" in text
    assert RESERVED_BASE not in text
    assert release.record.quads == len(text.splitlines())
    assert release.record.counts["quads"] == release.record.quads


def test_links_are_derived_from_explicit_participations_only(releases: Releases, plan: Plan) -> None:
    release = build(releases, plan).release
    graph = "GRAPH <id/graaf/afgeleid>"
    assert ask(
        release,
        f"{graph} {{ <id/organisatie/a> zn:neemtDeelAan <id/samenwerkingsverband/n> ; org:memberOf <id/samenwerkingsverband/n> }}",
    )
    assert ask(
        release,
        f"{graph} {{ <id/samenwerkingsverband/n> a zn:Samenwerkingsverband , org:Organization ; zn:heeftDeelnemer <id/organisatie/a> }}",
    )
    assert ask(release, f"{graph} {{ <id/deelname/1> a org:Membership }}")
    assert ask(release, f"{graph} {{ <id/organisatie/a> org:hasSite <id/campus/c> }}")
    assert not ask(release, "<id/organisatie/b> zn:neemtDeelAan ?x")
    assert not ask(release, "<id/deelname/2> a org:Membership")


def test_nothing_changed_makes_nothing(releases: Releases, plan: Plan) -> None:
    first = build(releases, plan)
    second = build(releases, plan)
    assert (first.is_new, second.is_new, second.release.number) == (True, False, 1)


def test_changed_content_makes_a_release_and_a_journal_entry(releases: Releases, plan: Plan, folder: Path) -> None:
    build(releases, plan)
    (folder / "data" / "d.ttl").write_text(HEAD + DATA + '<id/organisatie/a> skos:prefLabel "A"@nl .', "utf-8")
    release = build(releases, plan).release
    journal = Journal(releases.state.folder / "journal.sqlite")
    first, second = journal.entries()
    assert (release.number, release.record.parent) == (2, 1)
    assert len(second.added) == 1
    assert second.removed == ()
    assert "organisatie/a" in second.added[0]
    assert second.state_hash == release.record.asserted
    assert len(first.added) == 2 + len(first.added) - 2 > 5
    assert journal.verify() == []


def test_a_new_base_is_a_rebuild_and_no_new_history(releases: Releases, plan: Plan, folder: Path) -> None:
    first = build(releases, plan).release
    other = build(releases, Plan(Content(folder), Base("http://elsewhere.example/"))).release
    assert other.number == 2
    assert other.record.hash == first.record.hash
    assert len(list(Journal(releases.state.folder / "journal.sqlite").entries())) == 1


def test_both_engines_folders_hold_the_same(releases: Releases, plan: Plan) -> None:
    release = build(releases, plan).release
    counted = []
    for mode in ("memory", "folder"):
        store = LocalStore(release.folder, mode=mode)  # type: ignore[arg-type]
        counted.append(store.select("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"))
        store.close()
    assert counted[0] == counted[1]


def test_accepted_changes_of_the_journal_are_part_of_every_build(releases: Releases, plan: Plan, folder: Path) -> None:
    build(releases, plan)
    journal = Journal(releases.state.folder / "journal.sqlite")
    line = f'<{RESERVED_BASE}id/organisatie/z> <http://www.w3.org/2004/02/skos/core#prefLabel> "Z"@nl <{RESERVED_BASE}id/graaf/inzending-1> .'
    journal.record(time="t", kind="submission", cause="accepted", added=[line], removed=[])
    release = build(releases, plan).release
    assert ask(release, "<id/organisatie/z> ?p ?o")


def refusing(reason: str) -> Sequence[tuple[str, Callable[[set[str], LocalStore], Sequence[str]]]]:
    return (("test", lambda lines, store: [reason] if lines and store.ask("ASK { ?s ?p ?o }") else []),)


def test_a_refused_candidate_leaves_everything_as_it_was(releases: Releases, plan: Plan, folder: Path) -> None:
    build(releases, plan)
    (folder / "data" / "d.ttl").write_text(HEAD + DATA + '<id/organisatie/a> skos:prefLabel "A"@nl .', "utf-8")
    with pytest.raises(CandidateRefused, match="because") as caught:
        build(releases, Plan(Content(folder), BASE, checks=refusing("because")))
    assert caught.value.reasons == ("because",)
    assert releases.current_number() == 1
    assert releases.numbers() == [1]
    assert len(list(Journal(releases.state.folder / "journal.sqlite").entries())) == 1
    assert not list(releases.root.glob("candidate-*"))


def test_house_rules_name_the_rule_and_the_thing(releases: Releases, plan: Plan, folder: Path) -> None:
    (folder / "ontologie" / "checks").mkdir()
    advice = "# Which thing has a role?\n# Columns: thing, detail.\n# Fix:     take it away.\n"
    rule = f"{advice}PREFIX zn: <https://zorgnetwerk.example/ns/zorgnetwerk#> SELECT ?thing ?detail WHERE {{ ?thing zn:rol ?role BIND('has a role' AS ?detail) }}"
    (folder / "ontologie" / "checks" / "no-roles.rq").write_text(rule, "utf-8")
    with pytest.raises(CandidateRefused) as caught:
        build(releases, plan)
    reason = caught.value.reasons[0]
    place, _, said = reason.partition(": house rule no-roles: ")
    thing, advised = said.split("> has a role. ")
    assert advised == "Which thing has a role? Fix: take it away."
    assert thing.startswith("<http://localhost:8000/id/deelname/")
    file, _, line = place.partition(", line ")
    assert thing.partition("/id/")[2] in (folder / file).read_text("utf-8").splitlines()[int(line) - 1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT ?s WHERE { ?s ?p <http://e/nobody> }", "finds nothing"),
        ("SELECT ?s WHERE { ?s ", "does not run"),
        ("SELECT ?s WHERE { ?s <https://zorgnetwerk.example/ns/zorgnetwerk#rol> ?o }", ""),
    ],
    ids=["finds nothing", "does not run", "fine"],
)
def test_stored_questions_must_run_and_find_something(
    releases: Releases, plan: Plan, folder: Path, text: str, reason: str
) -> None:
    (folder / "data" / "queries").mkdir()
    (folder / "data" / "queries" / "q.ttl").write_text(
        f'{HEAD}@prefix sh: <http://www.w3.org/ns/shacl#> . <id/vraag/q> a sh:SPARQLExecutable ; rdfs:label "?"@nl ; sh:select "{text}" .',
        "utf-8",
    )
    if reason:
        with pytest.raises(CandidateRefused, match=f"data/queries/q.ttl, line [0-9]+: question q: {reason}"):
            build(releases, plan)
    else:
        assert build(releases, plan).is_new


def test_a_large_loss_is_refused_unless_it_is_meant(releases: Releases, plan: Plan, folder: Path) -> None:
    build(releases, plan)
    (folder / "data" / "d.ttl").write_text(HEAD + "<id/organisatie/a> a org:Organization .", "utf-8")
    with pytest.raises(CandidateRefused, match="--accept-loss"):
        build(releases, plan)
    assert build(releases, Plan(Content(folder), BASE, accept_loss=True)).is_new


def test_a_mistake_in_a_file_is_named_with_its_line(releases: Releases, plan: Plan, folder: Path) -> None:
    (folder / "data" / "e.ttl").write_text("<a> <b> ]", "utf-8")
    with pytest.raises(ContentError, match=r"e\.ttl, line 1, column 9"):
        build(releases, plan)


def test_old_releases_are_pruned(releases: Releases, folder: Path) -> None:
    for number in range(4):
        (folder / "data" / "n.ttl").write_text(f"<http://e/{number}> <http://e/p> 1 .", "utf-8")
        build(releases, Plan(Content(folder), BASE, retention=2))
    assert releases.numbers() == [3, 4]


def test_dumps_agree_with_the_release(releases: Releases, plan: Plan) -> None:
    release = build(releases, plan).release
    made = dumps.manifest(release)
    assert [dump.name for dump in made] == [
        f"zorgnetwerk.{suffix}{coding}" for suffix in ("nq", "trig", "ttl") for coding in ("", ".gz")
    ]
    _, path = dumps.find(release, "zorgnetwerk.nq")
    assert path.read_bytes() == (release.folder / QUADS).read_bytes()


def test_equal_content_gives_equal_dumps(releases: Releases, plan: Plan, tmp_path: Path) -> None:
    first = build(releases, plan).release
    second = build(Releases(State.open(tmp_path / "other")), plan).release
    hashes = [[dump.sha256 for dump in dumps.manifest(release) if not dump.coding] for release in (first, second)]
    assert hashes[0] == hashes[1]


def test_a_move_renames_terms_and_leaves_texts(tmp_path: Path) -> None:
    old, new = f"{RESERVED_BASE}id/groep/a", f"{RESERVED_BASE}id/groep/b"
    journal = Journal(tmp_path / "journal.sqlite")
    details = {"old": old, "new": new}
    journal.record(time="t", kind="move", cause="move", added=[], removed=[], details=details)
    content = {f'<{old}> <http://e/p> "was <{old}>"@nl <{old}> .', f"<http://e/s> <http://e/p> <{old}c> ."}
    assert with_accepted_changes(content, journal) == {
        f'<{new}> <http://e/p> "was <{old}>"@nl <{new}> .',
        f"<http://e/s> <http://e/p> <{old}c> .",
    }


def test_query_texts_move_with_the_base_and_other_literals_stay() -> None:
    select = f'<{RESERVED_BASE}q> <http://www.w3.org/ns/shacl#select> "ASK {{ <{RESERVED_BASE}x> ?p ?o }}" .'
    note = f'<{RESERVED_BASE}q> <http://www.w3.org/2000/01/rdf-schema#comment> "see {RESERVED_BASE}" .'
    assert RESERVED_BASE not in served_line(select, BASE)
    assert f'"see {RESERVED_BASE}"' in served_line(note, BASE)


def test_every_derivation_has_its_query() -> None:
    for name in deriving.DERIVATIONS:
        assert "CONSTRUCT" in load(name)


def test_a_release_says_what_it_is(releases: Releases, plan: Plan) -> None:
    release = build(releases, Plan(plan.content, BASE, cause="first data")).release
    record = json.loads((release.folder / "release.json").read_text("utf-8"))
    assert record["format"] == 1
    assert record["cause"] == "first data"
    assert record["base_iri"] == BASE.value


def test_a_triple_in_two_graphs_is_found_once(releases: Releases, plan: Plan, folder: Path) -> None:
    """The engine's own union gives it twice, which makes every count wrong."""
    for name in ("x", "y"):
        (folder / "data" / f"{name}.ttl").write_text("<http://e/s> <http://e/p> 1 .", "utf-8")
    release = build(releases, plan).release
    for mode in ("memory", "folder"):
        store = LocalStore(release.folder, mode=mode)  # type: ignore[arg-type]
        try:
            assert len(store.select("SELECT ?o { <http://e/s> <http://e/p> ?o }")) == 1
            assert len(store.select("SELECT ?g { GRAPH ?g { <http://e/s> <http://e/p> 1 } }")) == 2
        finally:
            store.close()
    assert release.record.counts["quads"] == release.record.counts["triples"] + 1


def test_changed_blank_nodes_leave_nothing_behind(releases: Releases, plan: Plan, folder: Path) -> None:
    for number in range(3):
        (folder / "data" / "b.ttl").write_text(f"<http://e/s> <http://e/p> [ <http://e/q> {number} ] .", "utf-8")
        release = build(releases, plan).release
    store = LocalStore(release.folder, mode="folder")
    try:
        assert [
            str(row["n"]) for row in store.select("SELECT ?n { <http://e/s> <http://e/p> ?b . ?b <http://e/q> ?n }")
        ] == ["2"]
    finally:
        store.close()


def test_a_journal_that_lost_entries_is_no_base_for_a_release(releases: Releases, plan: Plan) -> None:
    build(releases, plan)
    for left in releases.state.folder.glob("journal.sqlite*"):
        left.unlink()
    with pytest.raises(StateError, match="The journal ends at entry 0, but release 1 was made up to entry 1"):
        build(releases, plan)
    assert releases.numbers() == [1]
