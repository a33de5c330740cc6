"""The generated networks and the questions: deterministic, free of repeats, and with an answer to every question."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Literal

from zorgnetwerk.dataset.building import Plan, build
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import Base

from . import networks, questions
from .asking import rows_of
from .words import BASE, PREFIXES


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network") / "content"
    networks.write(folder, 10_000)
    return folder


@pytest.fixture(scope="module")
def store(network: Path, tmp_path_factory: pytest.TempPathFactory) -> LocalStore:
    releases = Releases(State.open(tmp_path_factory.mktemp("network-state")))
    outcome = build(releases, Plan(Content(network), Base(BASE), checked=False))
    return LocalStore(outcome.release.folder, mode="memory")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(network: Path, tmp_path: Path) -> None:
    networks.write(tmp_path / "again", 10_000)
    networks.write(tmp_path / "other", 10_000, seed=1)
    first = (network / "networks-00.nq").read_bytes()
    assert (tmp_path / "again" / "networks-00.nq").read_bytes() == first
    assert (tmp_path / "other" / "networks-00.nq").read_bytes() != first


def test_a_network_has_the_size_asked_for_and_states_no_triple_twice(network: Path) -> None:
    lines = (network / "networks-00.nq").read_text("utf-8").splitlines()
    triples = {line[:-2].rpartition(" ")[0] for line in lines}
    assert 10_000 <= len(lines) < 12_000
    assert len(triples) == len(lines)


def test_a_network_is_written_in_several_files_when_it_is_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "FILE_QUADS", 4_000)
    written = networks.write(tmp_path, 12_000)
    files = sorted(tmp_path.glob("networks-*.nq"))
    assert len(files) > 2
    assert sum(len(path.read_text("utf-8").splitlines()) for path in files) == written


def test_the_release_of_a_network_holds_every_quad(network: Path, store: LocalStore) -> None:
    [counted] = store.select("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")
    assert int(str(counted["n"])) == len((network / "networks-00.nq").read_text("utf-8").splitlines())


@pytest.mark.parametrize("name", questions.QUESTIONS)
def test_every_question_has_an_answer(store: LocalStore, name: str) -> None:
    text = questions.QUESTIONS[name]
    if "CONSTRUCT {" in text:
        assert len(store.construct(text)) > 10
        return
    solutions = store.select(text)
    assert solutions
    counts = [int(str(value)) for row in solutions for value in row.values() if _is_number(value)]
    assert not counts or max(counts) > 0


def test_there_are_eighteen_questions_in_the_terms_of_the_ontology() -> None:
    assert len(questions.QUESTIONS) == 18
    declared = (Path(__file__).parents[2] / "ontologie" / "zorgnetwerk.ttl").read_text("utf-8")
    used = {
        word.split(":")[1].rstrip(".;,)") for text in questions.QUESTIONS.values() for word in text.replace("/", " ").split() if word.startswith("zn:")
    }  # fmt: skip
    assert "neemtDeelAan" in used
    assert all(f"zn:{name} " in declared for name in used), used


@pytest.mark.parametrize("number", [0, 7, 69, 70, 1_000_003])
def test_every_tiny_question_has_one_answer(store: LocalStore, number: int) -> None:
    [solution] = store.select(questions.tiny(number))
    assert isinstance(solution["name"], Literal)


def test_the_big_question_has_ten_thousand_answers_at_the_smallest_size(store: LocalStore) -> None:
    assert len(store.select(questions.ROWS)) == 10_000


def test_answers_are_counted() -> None:
    assert rows_of(b'{"results": {"bindings": [{}, {}]}}', "application/sparql-results+json") == 2
    assert rows_of(b"<a> <b> <c> .\n<a> <b> <c> .\n# end\n", "application/n-triples") == 1


def _is_number(value: object) -> bool:
    return isinstance(value, Literal) and str(value.datatype) == f"{PREFIXES['xsd']}integer"
