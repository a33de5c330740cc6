"""Changes on the engine: the merge stays a set, clones leave their parent alone."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from zorgnetwerk.errors import StateError
from zorgnetwerk.store import applying, deltas
from zorgnetwerk.store.applying import Candidate
from zorgnetwerk.store.deltas import Change


def line(number: int, graph: str = "g") -> str:
    return f'<http://e/{number}> <http://e/p> "{number}" <http://e/{graph}> .'


def merged(*lines: str) -> set[str]:
    return {*lines, *(f"{said.rpartition(' <')[0]} ." for said in lines)}


def held(folder: Path) -> set[str]:
    return {str(quad) + " ." for quad in ox.Store.read_only(str(folder))}


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    Candidate.new(tmp_path / "parent", merged(line(1), line(1, "h"), line(2))).close()
    return tmp_path / "parent"


def test_a_clone_takes_changes_and_its_parent_none(parent: Path, tmp_path: Path) -> None:
    clone = Candidate.clone(parent, tmp_path / "clone", merged=True)
    clone.apply(Change(frozenset([line(3)]), frozenset([line(2)])))
    clone.close()
    assert held(tmp_path / "clone") == merged(line(1), line(1, "h"), line(3))
    assert held(parent) == merged(line(1), line(1, "h"), line(2))


def test_many_clones_of_clones_hold_their_own_state(parent: Path, tmp_path: Path) -> None:
    folder, expected = parent, {line(1), line(1, "h"), line(2)}
    for number in range(3, 15):
        clone = Candidate.clone(folder, tmp_path / str(number), merged=True)
        clone.apply(Change(frozenset([line(number)]), frozenset([line(number - 1)])))
        if number == 9:
            clone.compact()
        clone.close()
        folder, expected = tmp_path / str(number), (expected - {line(number - 1)}) | {line(number)}
        assert held(folder) == merged(*expected)


def test_a_triple_stays_in_the_merge_while_a_graph_states_it(parent: Path, tmp_path: Path) -> None:
    clone = Candidate.clone(parent, tmp_path / "clone", merged=True)
    clone.apply(Change(removed=frozenset([line(1)])))
    assert clone.triples("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }") == {
        '<http://e/1> <http://e/p> "1"',
        '<http://e/2> <http://e/p> "2"',
    }
    clone.apply(Change(removed=frozenset([line(1, "h")])))
    assert clone.triples("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }") == {'<http://e/2> <http://e/p> "2"'}
    clone.close()


def test_only_what_changes_anything_is_a_change(parent: Path, tmp_path: Path) -> None:
    clone = Candidate.clone(parent, tmp_path / "clone", merged=True)
    asked = Change(frozenset([line(2), line(5)]), frozenset([line(1), line(6)]))
    assert clone.effective(asked) == Change(frozenset([line(5)]), frozenset([line(1)]))
    clone.close()


def test_a_loaded_release_has_its_changes(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    (first / deltas.QUADS).write_text("\n".join((line(1), line(2), "")), "utf-8")
    (first / deltas.LOADED).write_text("\n".join((*merged(line(1), line(2)), "")), "utf-8")
    deltas.extend(first, 1, second, 2, Change(frozenset([line(3)]), frozenset([line(1)])))
    assert {str(quad) + " ." for quad in applying.load(second)} == merged(line(2), line(3))


def test_changes_of_blank_nodes_are_found_when_a_release_is_loaded(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    blank = '_:f0b1 <http://e/p> "1" <http://e/g> .'
    (first / deltas.QUADS).write_text("\n".join((blank, line(2), "")), "utf-8")
    deltas.extend(first, 1, second, 2, Change(removed=frozenset([blank])))
    assert [str(quad) + " ." for quad in applying.load(second)] == [line(2)]


def test_blank_nodes_keep_their_labels_at_each_start(tmp_path: Path) -> None:
    blank = "_:f0b1 <http://e/p> _:f0b2 <http://e/g> ."
    (tmp_path / deltas.QUADS).write_text("\n".join((blank, line(1), "")), "utf-8")
    for _ in range(2):
        assert {str(quad) + " ." for quad in applying.load(tmp_path)} == {blank, line(1)}


def test_a_folder_that_cannot_be_made_is_named(parent: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StateError, match="cannot be made"):
        Candidate.clone(parent, tmp_path / "file" / "clone", merged=True)
