"""What costs all of the data follows a release: dumps, counts, fewer files; each says of which release it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from zorgnetwerk.dataset import agreement, candidates, dumps, outlets
from zorgnetwerk.store.deltas import chain_of
from zorgnetwerk.store.release import Release

from .test_publishing import LABEL, NAME, PARTICIPATION, House, agrees, line


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.build()
    made.accept([NAME])
    made.publish()
    return made


def newest(house: House) -> Release:
    release = house.releases.newest()
    assert release is not None
    return release


def test_they_are_due_after_a_change_and_not_after_a_build(house: House) -> None:
    assert not outlets.are_due(house.releases.get(1))
    assert outlets.are_due(newest(house))
    assert outlets.make(house.releases, newest(house)).number == 2
    assert not outlets.are_due(newest(house))
    assert not (house.releases.state.folder / "outlets").exists()


def test_dumps_and_counts_are_those_of_the_release(house: House) -> None:
    release = outlets.make(house.releases, newest(house))
    assert {dump.release for dump in dumps.manifest(release)} == {2}
    _, path = dumps.find(release, "zorgnetwerk.nq")
    assert set(path.read_text("utf-8").splitlines()) == release.lines()
    assert (release.record.counted, release.record.counts["quads"]) == (0, release.record.quads)
    assert list(agreement.problems(house.releases)) == []


def test_a_later_release_gets_them_under_their_own_number(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    published_meanwhile(house, monkeypatch)
    release = outlets.make(house.releases, house.releases.get(2))
    assert release.number == 3
    assert {dump.release for dump in dumps.manifest(release)} == {2}
    assert (release.record.counted, release.record.counts["quads"]) == (2, release.record.quads)
    assert outlets.are_due(release)
    outlets.make(house.releases, release)
    assert not outlets.are_due(newest(house))


def published_meanwhile(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another change is published while the outlets of the last one are made."""
    original: Callable[..., object] = dumps.make

    def make(*arguments: object) -> object:
        monkeypatch.setattr(dumps, "make", original)
        house.accept(PARTICIPATION)
        house.publish()
        return original(*arguments)

    monkeypatch.setattr(dumps, "make", make)


def test_a_long_chain_is_summed_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "LONGEST_CHAIN", 1)
    house.accept(PARTICIPATION)
    before = house.publish()
    assert len(chain_of(before.folder).deltas) == 2
    release = outlets.make(house.releases, before)
    chain = chain_of(release.folder)
    assert (chain.quads, chain.base, chain.deltas) == ("quads-000003.nq", 3, ())
    agrees(house, release)
    house.accept([line("id/organisatie/y", LABEL, '"Y"')])
    after = house.publish()
    assert chain_of(after.folder).deltas == (4,)
    assert not (after.folder / "quads.nq").exists()
    agrees(house, after)
    assert list(agreement.problems(house.releases)) == []


def test_a_chain_is_summed_up_beside_later_changes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "LONGEST_CHAIN", 0)
    published_meanwhile(house, monkeypatch)
    release = outlets.make(house.releases, house.releases.get(2))
    chain = chain_of(release.folder)
    assert (release.number, chain.base, chain.deltas) == (3, 2, (3,))
    agrees(house, release)
    assert list(agreement.problems(house.releases)) == []


def test_a_build_meanwhile_keeps_its_own(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "LONGEST_CHAIN", 0)
    original = candidates.write_lines

    def write(path: Path, lines: set[str]) -> None:
        monkeypatch.setattr(candidates, "write_lines", original)
        (house.content / "data" / "e.ttl").write_text("<http://e/s> <http://e/p> 1 .", "utf-8")
        house.build()
        original(path, lines)

    monkeypatch.setattr(candidates, "write_lines", write)
    release = outlets.make(house.releases, house.releases.get(2))
    assert release.number == 3
    assert {dump.release for dump in dumps.manifest(release)} == {3}
    assert release.record.counted == 0
    agrees(house, release)
    assert list(agreement.problems(house.releases)) == []
