"""The journal: durable, ordered, and a change of the past shows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from zorgnetwerk.errors import StateError
from zorgnetwerk.store.journal import Journal, hash_of


def fill(path: Path) -> Journal:
    journal = Journal(path)
    journal.record(time="t1", kind="build", cause="first", added=["b", "a"], removed=[], state_hash=hash_of(["a", "b"]))
    journal.record(
        time="t2",
        kind="build",
        cause="second",
        added=["c"],
        removed=["a"],
        state_hash=hash_of(["b", "c"]),
        details={"by": "é"},
    )
    return journal


def test_entries_come_back_as_they_were(tmp_path: Path) -> None:
    first, second = fill(tmp_path / "j").entries()
    assert (first.number, first.added, first.removed) == (1, ("a", "b"), ())
    assert (second.cause, second.added, second.removed, second.details) == ("second", ("c",), ("a",), {"by": "é"})


def test_replay_gives_the_state(tmp_path: Path) -> None:
    assert fill(tmp_path / "j").replay() == {"b", "c"}


def test_last_and_entries_after(tmp_path: Path) -> None:
    journal = fill(tmp_path / "j")
    last = journal.last()
    assert last is not None
    assert [entry.number for entry in journal.entries(after=1)] == [last.number] == [2]
    assert journal.state_hash() == last.state_hash
    assert Journal(tmp_path / "empty").last() is None
    assert Journal(tmp_path / "empty").state_hash() == ""


def test_a_whole_journal_verifies(tmp_path: Path) -> None:
    assert fill(tmp_path / "j").verify() == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE entry SET cause='other' WHERE number=1", "Entry 1 was changed"),
        ("UPDATE entry SET state_hash='0' WHERE number=2", "Entry 2 was changed"),
        ("DELETE FROM entry WHERE number=1", "Entry 1 is missing"),
    ],
)
def test_a_change_of_the_past_shows(tmp_path: Path, change: str, problem: str) -> None:
    journal = fill(tmp_path / "j")
    with closing(sqlite3.connect(tmp_path / "j")) as connection:
        connection.execute(change)
        connection.commit()
    assert any(problem in said for said in journal.verify())


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    fill(tmp_path / "j")
    with closing(sqlite3.connect(tmp_path / "j")) as connection:
        connection.execute("PRAGMA user_version=7")
    with pytest.raises(StateError, match="format 7"):
        Journal(tmp_path / "j")


def test_commits_are_synced(tmp_path: Path) -> None:
    journal = fill(tmp_path / "j")
    with closing(journal._connect()) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_something_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"not a database, not a database, not a database")
    with pytest.raises(StateError, match="cannot be opened"):
        Journal(tmp_path / "j")
