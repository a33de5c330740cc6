"""The writer's store: its copies hold exactly the asked state, whatever it held before."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from zorgnetwerk.errors import StateError
from zorgnetwerk.store import writer


def line(number: int) -> str:
    return f'<http://e/{number}> <http://e/p> "{number}" <http://e/g> .'


def held(folder: Path) -> set[str]:
    return {
        f"{quad.subject} {quad.predicate} {quad.object} {quad.graph_name} ." for quad in ox.Store.read_only(str(folder))
    }


def test_copies_follow_the_changes(tmp_path: Path) -> None:
    states = [set[str](), {line(1), line(2)}, {line(2), line(3)}, {line(3)}]
    for number, (before, after) in enumerate(itertools.pairwise(states)):
        writer.make_copy(tmp_path / "writer", before, after, tmp_path / f"copy{number}")
        assert held(tmp_path / f"copy{number}") == after
    assert held(tmp_path / "copy0") == states[1], "an earlier copy changed"


def test_a_missing_store_is_made_anew(tmp_path: Path) -> None:
    writer.make_copy(tmp_path / "writer", set(), {line(1)}, tmp_path / "a")
    shutil.rmtree(tmp_path / "writer")
    (tmp_path / "writer.state").unlink()
    writer.make_copy(tmp_path / "writer", {line(1)}, {line(1), line(2)}, tmp_path / "b")
    assert held(tmp_path / "b") == {line(1), line(2)}


def test_a_store_in_another_state_is_made_anew(tmp_path: Path) -> None:
    writer.make_copy(tmp_path / "writer", set(), {line(1), line(9)}, tmp_path / "a")
    writer.make_copy(tmp_path / "writer", {line(1)}, {line(2)}, tmp_path / "b")
    assert held(tmp_path / "b") == {line(2)}


def test_a_half_applied_change_is_made_anew(tmp_path: Path) -> None:
    """The mark is gone while a change is applied, so a crash there leaves a store that is not trusted."""
    writer.make_copy(tmp_path / "writer", set(), {line(1)}, tmp_path / "a")
    (tmp_path / "writer.state").unlink()
    ox.Store(str(tmp_path / "writer")).update('INSERT DATA { GRAPH <http://e/g> { <http://e/7> <http://e/p> "half" } }')
    writer.make_copy(tmp_path / "writer", {line(1)}, {line(1), line(2)}, tmp_path / "b")
    assert held(tmp_path / "b") == {line(1), line(2)}


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StateError, match="cannot be written"):
        writer.make_copy(tmp_path / "file" / "writer", set(), {line(1)}, tmp_path / "a")
