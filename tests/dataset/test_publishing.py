"""Publishing: the next release from the last by the change alone equals the one made from everything."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zorgnetwerk.dataset import candidates, dumps
from zorgnetwerk.dataset.building import Plan, build
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.dataset.deriving import rules_of
from zorgnetwerk.dataset.publishing import is_due, publish
from zorgnetwerk.store.applying import Candidate
from zorgnetwerk.store.deltas import QUADS, Change, chain_of, lines_of, since
from zorgnetwerk.store.digests import hash_of
from zorgnetwerk.store.journal import Journal, Kind
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Release, Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import RESERVED_BASE, Base, rebase_line
from zorgnetwerk.terms.nquads import parts

from .test_building import BASE, DATA, HEAD, ONTOLOGY

GRAPH = f"<{RESERVED_BASE}id/graaf/inzending-1>"
ZN = f"{RESERVED_BASE}ns/zorgnetwerk#"


def line(subject: str, predicate: str, value: str, graph: str = GRAPH) -> str:
    return f"<{RESERVED_BASE}{subject}> <{predicate}> {value} {graph} ."


def thing(path: str) -> str:
    return f"<{RESERVED_BASE}{path}>"


LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
NAME = line("id/organisatie/z", LABEL, '"Z"@nl')
PARTICIPATION = [
    line("id/deelname/3", f"{ZN}deelnemer", thing("id/organisatie/z")),
    line("id/deelname/3", f"{ZN}deelnameAan", thing("id/samenwerkingsverband/n")),
    line("id/deelname/3", f"{ZN}rol", thing("auth/rollen/deelnemer")),
    line("id/deelname/3", f"{ZN}zekerheid", thing("auth/zekerheden/expliciet")),
]


class House:
    """A state folder with a small house of its own."""

    def __init__(self, folder: Path) -> None:
        self.content = folder / "content"
        for name, text in (("ontologie/zorgnetwerk.ttl", ONTOLOGY), ("data/d.ttl", DATA), ("shapes/s.ttl", "")):
            path = self.content / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(HEAD + text, "utf-8")
        self.releases = Releases(State.open(folder / "state"))
        self.journal = Journal(folder / "state" / "journal.sqlite")
        self.plan = Plan(Content(self.content), BASE)

    def build(self) -> Release:
        return build(self.releases, self.plan).release

    def accept(self, added: Sequence[str], removed: Sequence[str] = (), kind: Kind = "submission") -> None:
        self.journal.record(time="2026-01-01T00:00:00Z", kind=kind, cause="accepted", added=added, removed=removed)

    def publish(self) -> Release:
        release = publish(self.releases, is_house=True, retention=30)
        assert release is not None
        return release


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.build()
    return made


def ask(release: Release, pattern: str, mode: str = "folder") -> bool:
    store = LocalStore(release.folder, mode=mode)  # type: ignore[arg-type]
    prologue = f"PREFIX zn: <{BASE.value}ns/zorgnetwerk#> PREFIX org: <http://www.w3.org/ns/org#> BASE <{BASE.value}>"
    try:
        return store.ask(f"{prologue} ASK {{ {pattern} }}")
    finally:
        store.close()


def is_made_anew(caplog: pytest.LogCaptureFixture) -> bool:
    return any("made anew" in record.message for record in caplog.records)


def agrees(house: House, release: Release) -> None:
    """The release is what the whole journal leads to: lines, both engines' stores, hashes, counts."""
    asserted = house.journal.replay(release.record.journal)
    with tempfile.TemporaryDirectory() as elsewhere:
        derived = candidates.derive(Path(elsewhere), asserted) - asserted
    expected = {rebase_line(said, RESERVED_BASE, BASE.value) for said in asserted | derived}
    assert lines_of(release.folder) == expected
    assert release.record.asserted == hash_of(asserted) == house.journal.state_hash(release.record.journal)
    assert release.record.hash == hash_of(asserted | derived)
    assert release.record.quads == len(expected)
    for mode in ("memory", "folder"):
        store = LocalStore(release.folder, mode=mode)  # type: ignore[arg-type]
        count = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
        merged = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        assert int(str(store.select(count)[0]["n"])) == len(expected)
        assert int(str(store.select(merged)[0]["n"])) == len({parts(said)[:3] for said in expected})
        store.close()


def test_an_accepted_change_becomes_the_next_release(house: House) -> None:
    house.accept([NAME])
    release = house.publish()
    assert (release.number, release.record.parent, release.record.journal) == (2, 1, 2)
    assert house.releases.current_number() == 2
    assert ask(release, "<id/organisatie/z> ?p 'Z'@nl")
    assert ask(release, "<id/organisatie/z> ?p 'Z'@nl", "memory")
    assert not ask(house.releases.get(1), "<id/organisatie/z> ?p ?o")
    agrees(house, release)


def test_nothing_accepted_makes_nothing(house: House) -> None:
    assert not is_due(house.releases, house.journal)
    assert publish(house.releases, is_house=True, retention=30) is None
    assert house.releases.numbers() == [1]


def test_changes_that_wait_together_share_a_release(house: House) -> None:
    house.accept([NAME])
    house.accept(PARTICIPATION)
    house.accept([], [NAME], "withdrawal")
    release = house.publish()
    assert (release.number, release.record.cause, release.record.journal) == (2, "3 changes", 4)
    agrees(house, release)


def test_derived_links_come_and_go_with_their_facts(house: House) -> None:
    graph = "GRAPH <id/graaf/afgeleid>"
    link = f"{graph} {{ <id/organisatie/z> zn:neemtDeelAan <id/samenwerkingsverband/n> ; org:memberOf ?n }}"
    house.accept(PARTICIPATION)
    release = house.publish()
    assert ask(release, link)
    agrees(house, release)
    house.accept([], PARTICIPATION[3:], "withdrawal")
    release = house.publish()
    assert not ask(release, link)
    assert ask(release, f"{graph} {{ <id/organisatie/a> zn:neemtDeelAan <id/samenwerkingsverband/n> }}")
    agrees(house, release)


def test_a_link_stays_while_anything_leads_to_it(house: House) -> None:
    other = [said.replace("deelname/3", "deelname/4").replace("inzending-1", "inzending-2") for said in PARTICIPATION]
    house.accept(PARTICIPATION)
    house.accept(other)
    house.publish()
    house.accept([], PARTICIPATION, "withdrawal")
    release = house.publish()
    assert ask(release, "<id/organisatie/z> zn:neemtDeelAan ?n")
    agrees(house, release)


def test_a_change_of_the_vocabulary_is_made_from_everything(house: House, caplog: pytest.LogCaptureFixture) -> None:
    superclass = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
    house.accept([line("ns/zorgnetwerk#Samenwerkingsverband", superclass, "<http://e/Upper>")], kind="move")
    release = house.publish()
    assert is_made_anew(caplog)
    assert ask(release, "<id/samenwerkingsverband/n> a <http://e/Upper>")
    agrees(house, release)


def test_a_store_that_is_not_what_the_journal_says_is_made_anew(house: House, caplog: pytest.LogCaptureFixture) -> None:
    parent = house.releases.newest()
    assert parent is not None
    other = Candidate.clone(parent.store_folder, parent.folder / "other", merged=True)
    other.apply(Change(added=frozenset([NAME.replace(RESERVED_BASE, BASE.value)])))
    other.close()
    parent.store_folder.rename(parent.folder / "gone")
    (parent.folder / "other").rename(parent.store_folder)
    house.accept([NAME])
    release = house.publish()
    assert is_made_anew(caplog)
    agrees(house, release)


def test_a_missing_store_is_made_anew(house: House, caplog: pytest.LogCaptureFixture) -> None:
    parent = house.releases.newest()
    assert parent is not None
    parent.store_folder.rename(parent.folder / "gone")
    house.accept([NAME])
    agrees(house, house.publish())
    assert is_made_anew(caplog)


def test_files_are_shared_with_the_parent(house: House) -> None:
    house.accept([NAME])
    second = house.publish()
    house.accept(PARTICIPATION)
    third = house.publish()
    for name in ("quads.nq", "loaded.nq", "delta-000002.rdfp"):
        assert (third.folder / name).stat().st_ino == (second.folder / name).stat().st_ino
    assert chain_of(third.folder).deltas == (2, 3)
    assert len(since(third.folder, 1) or ()) == 2
    assert [len(change.added) for change in since(third.folder, 2) or ()] == [4 + 7]
    assert since(third.folder, 7) is None


def test_many_changes_leave_no_more_files_than_few(house: House) -> None:
    """Else the engine stops after twenty to merge them, for seconds where there are a million quads."""
    counts = []
    for number in range(9):
        house.accept([line(f"id/organisatie/n{number}", LABEL, '"N"')])
        counts.append(len(list((house.publish().folder / "store").glob("*.sst"))))
    assert len(set(counts)) == 1
    newest = house.releases.newest()
    assert newest is not None
    assert chain_of(newest.folder).store == 1
    agrees(house, newest)


def test_when_changes_are_many_the_next_store_begins_at_the_last(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zorgnetwerk.store.applying._MANY_LINES", 3)
    bases = []
    for number in range(6):
        house.accept([line(f"id/organisatie/n{number}", LABEL, '"N"')])
        bases.append(chain_of(house.publish().folder).store)
    assert bases == [1, 1, 1, 1, 5, 5]
    newest = house.releases.newest()
    assert newest is not None
    agrees(house, newest)


def test_dumps_stay_those_of_the_release_that_they_name(house: House) -> None:
    house.accept([NAME])
    release = house.publish()
    assert {dump.release for dump in dumps.manifest(release)} == {1}
    _, path = dumps.find(release, "zorgnetwerk.nq")
    assert path.read_bytes() == (house.releases.get(1).folder / QUADS).read_bytes()
    assert (release.record.counted, release.record.counts["quads"]) == (1, release.record.quads)


def test_a_build_beside_keeps_what_was_accepted(house: House) -> None:
    house.accept([NAME])
    house.publish()
    (house.content / "data" / "e.ttl").write_text("<http://e/s> <http://e/p> 1 .", "utf-8")
    release = house.build()
    assert ask(release, "<id/organisatie/z> ?p 'Z'@nl . <http://e/s> <http://e/p> 1")
    agrees(house, release)
    house.accept([], [NAME], "withdrawal")
    release = house.publish()
    assert not ask(release, "<id/organisatie/z> ?p ?o")
    agrees(house, release)
    assert house.journal.verify() == []


def test_what_is_accepted_during_a_build_follows_it(house: House) -> None:
    """The build does not hold it, and its own entry in the journal comes later."""
    (house.content / "data" / "e.ttl").write_text("<http://e/s> <http://e/p> 1 .", "utf-8")

    def accept_meanwhile(step: str) -> None:
        if step == "writing dumps":
            house.accept([NAME])

    built = build(house.releases, house.plan, accept_meanwhile).release
    assert not ask(built, "<id/organisatie/z> ?p ?o")
    assert is_due(house.releases, house.journal)
    release = house.publish()
    assert ask(release, "<id/organisatie/z> ?p 'Z'@nl . <http://e/s> <http://e/p> 1")
    agrees(house, release)
    assert house.journal.verify() == []
    assert not build(house.releases, house.plan).is_new


def test_after_a_rollback_the_next_change_leads_on_from_the_journal(house: House) -> None:
    house.accept([NAME])
    house.publish()
    house.releases.point_to(1)
    assert publish(house.releases, is_house=True, retention=30) is None
    house.accept(PARTICIPATION)
    release = house.publish()
    assert release.number == 3
    agrees(house, release)


def test_old_releases_are_pruned(house: House) -> None:
    for number in range(4):
        house.accept([line(f"id/organisatie/n{number}", LABEL, '"N"')])
        publish(house.releases, is_house=True, retention=2)
    assert house.releases.numbers() == [4, 5]
    newest = house.releases.newest()
    assert newest is not None
    agrees(house, newest)


ORGANISATIONS = [thing(f"id/organisatie/{name}") for name in "abc"]
PARTNERSHIPS = [thing(f"id/samenwerkingsverband/{name}") for name in "nm"]
FACTS = [f"<{RESERVED_BASE}id/deelname/{number}>" for number in range(3)]
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
CHOICES = [
    *((fact, f"<{ZN}deelnemer>", value) for fact in FACTS for value in ORGANISATIONS),
    *((fact, f"<{ZN}deelnameAan>", value) for fact in FACTS for value in PARTNERSHIPS),
    *((fact, f"<{ZN}rol>", thing("auth/rollen/deelnemer")) for fact in FACTS),
    *((fact, f"<{ZN}zekerheid>", thing(f"auth/zekerheden/{name}")) for fact in FACTS for name in ("expliciet", "x")),
    *(
        (value, TYPE, f"<{ZN}{name}>")
        for value in PARTNERSHIPS
        for name in ("Samenwerkingsorganisatie", "Samenwerkingsverband")
    ),
    *((value, f"<{ZN}samenwerkingsvorm>", thing("auth/vormen/v")) for value in PARTNERSHIPS),
    *((value, "<http://www.w3.org/ns/org#siteOf>", other) for value in ORGANISATIONS for other in ORGANISATIONS),
    *((fact, f"<{ZN}betreft>", value) for fact in FACTS for value in PARTNERSHIPS),
    *((fact, "<http://purl.org/dc/terms/type>", thing("auth/gebeurtenissoorten/oprichting")) for fact in FACTS),
    *((value, f"<{ZN}geldigheid>", thing("id/tijd/t")) for value in (*FACTS, *PARTNERSHIPS)),
    *((fact, f"<{ZN}citaat>", other) for fact in FACTS for other in FACTS),
    *((fact, "<http://www.w3.org/ns/prov#wasQuotedFrom>", thing("id/document/d")) for fact in FACTS),
]
VOCABULARY = [
    f"<{ZN}{name}> {TYPE} <http://www.w3.org/2002/07/owl#Class> {GRAPH} ."
    for name in ("Samenwerkingsorganisatie", "Samenwerkingsverband")
] + [
    f"<{ZN}{lower}> <http://www.w3.org/2000/01/rdf-schema#subClassOf> {upper} {GRAPH} ."
    for lower, upper in (
        ("Samenwerkingsorganisatie", f"<{ZN}Samenwerkingsverband>"),
        ("Samenwerkingsverband", "<http://e/Top>"),
    )
]
LINES = [" ".join((*triple, graph, ".")) for triple in CHOICES for graph in ("<http://e/g1>", "<http://e/g2>")]
STATES = st.lists(st.sets(st.sampled_from(LINES), max_size=40), min_size=2, max_size=4)


def is_followed(folder: Path, states: list[set[str]]) -> None:
    """Each state's derived links, followed from the one before, are those that all of it gives."""
    base = Base(RESERVED_BASE)
    rules = rules_of(base)
    first = set(VOCABULARY) | states[0]
    derived = candidates.derive(_fresh(folder / "full"), first)
    candidate = Candidate.new(folder / "store-0", candidates.with_merged(first | derived))
    candidate.close()
    for number, state in enumerate(states[1:], start=1):
        before, after = first, set(VOCABULARY) | state
        candidate = Candidate.clone(folder / f"store-{number - 1}", folder / f"store-{number}", merged=True)
        change = Change(frozenset(after - before), frozenset(before - after))
        going = rules.touched(candidate, [parts(said)[:3] for said in change.removed])
        candidate.apply(change)
        coming = rules.touched(candidate, [parts(said)[:3] for said in change.added])
        gone = (going - coming) - rules.still_following(candidate, going - coming)
        candidate.apply(
            candidate.effective(Change(frozenset(map(rules.line, coming)), frozenset(map(rules.line, gone))))
        )
        held = candidate.triples(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {rules.derived} {{ ?s ?p ?o }} }}")
        everything = candidate.triples("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        candidate.close()
        expected = {" ".join(parts(said)[:3]) for said in candidates.derive(_fresh(folder / "full"), after)}
        assert held == expected
        assert everything == expected | {" ".join(parts(said)[:3]) for said in after}
        first = after


def _fresh(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


@settings(max_examples=12, deadline=None)
@given(STATES)
def test_following_a_change_equals_deriving_everything(
    tmp_path_factory: pytest.TempPathFactory, states: list[set[str]]
) -> None:
    is_followed(tmp_path_factory.mktemp("states"), states)


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(STATES)
def test_following_many_changes_equals_deriving_everything(
    tmp_path_factory: pytest.TempPathFactory, states: list[set[str]]
) -> None:
    is_followed(tmp_path_factory.mktemp("states"), states)
