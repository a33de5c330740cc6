"""The journal tells since when something is said about a thing, and until when."""

from __future__ import annotations

from pathlib import Path

import pytest

from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.lifetimes import lifetime
from zorgnetwerk.terms.iris import RESERVED_BASE

SHOP, GRAPH = f"{RESERVED_BASE}id/winkel/hoek", f"{RESERVED_BASE}id/graaf/winkels"


def line(subject: str, value: str, graph: str = GRAPH) -> str:
    return f"<{subject}> <http://e/p> {value} <{graph}> ."


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """The shop is named from entry 2 on, renamed in 3, gone in 4, back in 6; entry 5 only mentions it."""
    made = Journal(tmp_path / "journal.sqlite")
    other = f"{SHOP}-2"
    for added, removed in (
        ([line(other, '"other"')], []),
        ([line(SHOP, '"1"')], []),
        ([line(SHOP, '"2"')], [line(SHOP, '"1"')]),
        ([], [line(SHOP, '"2"')]),
        ([line(other, f"<{SHOP}>")], []),
        ([line(SHOP, '"3"')], []),
    ):
        made.record(time="2026-01-01T00:00:00Z", kind="build", cause="test", added=added, removed=removed)
    return made


def test_a_thing_lives_while_something_is_said_about_it(journal: Journal) -> None:
    assert lifetime(journal, SHOP).turns == (2, 4, 6)
    assert [lifetime(journal, SHOP).holds_after(number) for number in range(8)] == [0, 0, 1, 1, 0, 0, 1, 1]


def test_a_like_name_is_another_thing(journal: Journal) -> None:
    assert lifetime(journal, f"{SHOP}-2").turns == (1,)
    assert lifetime(journal, f"{RESERVED_BASE}id/winkel/hoe").turns == ()


def test_a_kind_lives_while_one_of_it_does(journal: Journal) -> None:
    assert lifetime(journal, f"{RESERVED_BASE}id/winkel/", is_prefix=True).turns == (1,)


def test_a_graph_lives_while_it_holds_something(journal: Journal) -> None:
    assert lifetime(journal, GRAPH).turns == (1,)
