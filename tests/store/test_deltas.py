"""Releases as a build and the changes since: files are linked, order counts, damage is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from zorgnetwerk.errors import StateError
from zorgnetwerk.store import deltas
from zorgnetwerk.store.deltas import Chain, Change


def line(number: int) -> str:
    return f'<http://e/{number}> <http://e/p> "A {number}\\nD" <http://e/g> .'


def lines(*numbers: int) -> frozenset[str]:
    return frozenset(map(line, numbers))


@pytest.fixture
def third(tmp_path: Path) -> Path:
    """Release 3, made of release 1 and two changes."""
    first, second, third = (tmp_path / str(number) for number in (1, 2, 3))
    for folder in (first, second, third):
        folder.mkdir()
    (first / deltas.QUADS).write_text("".join(f"{said}\n" for said in sorted(lines(1, 2))), "utf-8")
    deltas.extend(first, 1, second, 2, Change(lines(3), lines(1)))
    deltas.extend(second, 2, third, 3, Change(lines(1, 4), lines(3)))
    return third


def test_a_release_is_its_build_and_all_changes_in_order(third: Path) -> None:
    assert deltas.lines_of(third) == lines(1, 2, 4)
    assert deltas.chain_of(third) == Chain(base=1, deltas=(2, 3))
    assert deltas.lines_of(third.parent / "2") == lines(2, 3)
    assert deltas.chain_of(third.parent / "1") == Chain()


def test_the_way_from_an_earlier_release_is_known(third: Path) -> None:
    assert deltas.since(third, 2) == [Change(lines(1, 4), lines(3))]
    assert len(deltas.since(third, 1) or ()) == 2
    assert deltas.since(third, 3) == []
    assert deltas.since(third, 9) is None


def test_files_are_links(third: Path) -> None:
    assert (third / deltas.QUADS).stat().st_nlink == 3
    assert (third / deltas.delta_name(2)).stat().st_nlink == 2


def test_changes_that_follow_each_other_are_one(third: Path) -> None:
    first, second = deltas.since(third, 1) or ()
    assert first.then(second) == Change(lines(1, 4), lines(3))
    assert not Change()


def test_a_damaged_file_is_named(third: Path) -> None:
    (third / "deltas.json").write_text("{", "utf-8")
    with pytest.raises(StateError, match=r"deltas\.json"):
        deltas.chain_of(third)
    deltas.write_chain(third, Chain(base=1, deltas=(2, 7)))
    with pytest.raises(StateError, match="delta-000007"):
        deltas.lines_of(third)
