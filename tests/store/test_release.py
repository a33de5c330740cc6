"""Releases: numbered, immutable, one pointer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zorgnetwerk.errors import Gone, NotFound, StateError
from zorgnetwerk.store.release import Record, Release, Releases
from zorgnetwerk.store.state import State


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(State.open(tmp_path))


def admit(releases: Releases) -> Release:
    candidate = releases.candidate()
    (candidate / "quads.nq").write_text("", "utf-8")
    number = releases.next_number()
    return releases.admit(
        candidate,
        Record(number, releases.current_number(), "2026-01-01T00:00:00+00:00", "test", "http://a/", "h", "f", 0),
    )


def test_before_the_first_build_there_is_none(releases: Releases) -> None:
    assert releases.current() is None
    assert releases.numbers() == []


def test_admitted_releases_are_served_and_count_up(releases: Releases) -> None:
    assert [admit(releases).number for _ in range(3)] == [1, 2, 3]
    current = releases.current()
    assert current is not None
    assert (current.number, current.record.parent) == (3, 2)


def test_a_number_is_never_used_twice_after_a_rollback(releases: Releases) -> None:
    for _ in range(3):
        admit(releases)
    releases.point_to(1)
    assert releases.current_number() == 1
    assert admit(releases).number == 4


def test_pruning_keeps_the_newest_and_the_served_one(releases: Releases) -> None:
    for _ in range(6):
        admit(releases)
    releases.point_to(1)
    assert releases.prune(3) == [2, 3, 4]
    assert releases.numbers() == [1, 5, 6]


def test_a_pruned_release_is_gone_and_a_future_one_not_found(releases: Releases) -> None:
    for _ in range(4):
        admit(releases)
    releases.prune(1)
    with pytest.raises(Gone, match="oldest kept release is 4"):
        releases.get(2)
    with pytest.raises(NotFound, match="no release 9"):
        releases.get(9)


def test_remains_of_an_interrupted_build_are_cleared(releases: Releases) -> None:
    (releases.candidate() / "half").write_text("x", "utf-8")
    assert list(releases.candidate().iterdir()) == []


def test_a_damaged_pointer_is_named(releases: Releases) -> None:
    admit(releases)
    (releases.state.folder / "current").write_text("x", "utf-8")
    with pytest.raises(StateError, match="instead of the number of a release"):
        releases.current()


def test_a_record_of_another_format_is_named(releases: Releases) -> None:
    release = admit(releases)
    path = release.folder / "release.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"format": 9}), "utf-8")
    with pytest.raises(StateError, match="format 9"):
        releases.current()


def test_a_missing_record_is_named(releases: Releases) -> None:
    release = admit(releases)
    (release.folder / "release.json").unlink()
    with pytest.raises(StateError, match=r"release\.json cannot be read"):
        releases.current()


def test_a_release_that_is_being_pruned_is_gone_at_once(releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        admit(releases)
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)  # the machine stops here
    releases.prune(2)
    with pytest.raises(Gone):
        releases.get(1)
    monkeypatch.undo()
    assert admit(releases).number == 4
    assert not list(releases.root.glob("candidate-*"))
