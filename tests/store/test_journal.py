"""The journal: durable, ordered, and a change of the past shows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from zorgnetwerk.errors import StateError
from zorgnetwerk.store.digests import hash_of
from zorgnetwerk.store.journal import Journal


def fill(path: Path) -> Journal:
    journal = Journal(path)
    journal.record(time="t1", kind="build", cause="first", added=["b", "a"], removed=[])
    journal.record(time="t2", kind="build", cause="second", added=["c"], removed=["a"], details={"by": "é"})
    return journal


def test_entries_come_back_as_they_were(tmp_path: Path) -> None:
    first, second = fill(tmp_path / "j").entries()
    assert (first.number, first.added, first.removed) == (1, ("a", "b"), ())
    assert (second.cause, second.added, second.removed, second.details) == ("second", ("c",), ("a",), {"by": "é"})


def test_the_state_hash_is_that_of_the_lines(tmp_path: Path) -> None:
    journal = fill(tmp_path / "j")
    assert [entry.state_hash for entry in journal.entries()] == [hash_of(["a", "b"]), hash_of(["b", "c"])]
    assert journal.state_hash(1) == hash_of(["a", "b"])


def test_replay_gives_the_state(tmp_path: Path) -> None:
    journal = fill(tmp_path / "j")
    assert journal.replay() == {"b", "c"}
    assert journal.replay(until=1) == {"a", "b"}


def test_last_and_entries_after(tmp_path: Path) -> None:
    journal = fill(tmp_path / "j")
    last = journal.last()
    assert last is not None
    assert [entry.number for entry in journal.entries(after=1)] == [last.number] == [journal.last_number()] == [2]
    assert [entry.number for entry in journal.entries(until=1)] == [1]
    assert journal.state_hash() == last.state_hash
    assert Journal(tmp_path / "empty").last() is None
    assert Journal(tmp_path / "empty").state_hash() == ""
    assert Journal(tmp_path / "empty").last_number() == 0


def test_a_transaction_holds_rows_of_others_and_the_entry_or_nothing(tmp_path: Path) -> None:
    journal = fill(tmp_path / "j")
    with journal.transaction() as transaction:
        transaction.connection.execute("CREATE TABLE note (text TEXT)")

    def fail() -> None:
        with journal.transaction() as transaction:
            transaction.connection.execute("INSERT INTO note VALUES ('lost')")
            transaction.record(time="t3", kind="submission", cause="x", added=["d"], removed=[])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert journal.last_number() == 2
    with journal.transaction() as transaction:
        transaction.connection.execute("INSERT INTO note VALUES ('kept')")
        entry = transaction.record(time="t3", kind="submission", cause="x", added=["d"], removed=["c"])
        assert transaction.last_number() == entry.number == 3
    with closing(journal.connect()) as connection:
        assert connection.execute("SELECT text FROM note").fetchall() == [("kept",)]
    assert journal.state_hash() == hash_of(["b", "d"])


def test_a_transaction_reads_the_lines_about_a_thing(tmp_path: Path) -> None:
    journal = fill(tmp_path / "j")
    with journal.transaction() as transaction:
        transaction.record(time="t", kind="submission", cause="x", added=["bb", "cc"], removed=["c"])
        assert transaction.lines("b") == {"b", "bb"}
        assert transaction.lines("c") == {"cc"}


def test_a_change_of_no_kind_or_of_a_line_in_both_is_refused(tmp_path: Path) -> None:
    journal = fill(tmp_path / "j")
    with pytest.raises(ValueError, match="kind 'other'"):
        journal.record(time="t", kind="other", cause="x", added=["d"], removed=[])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="different lines"):
        journal.record(time="t", kind="build", cause="x", added=["b"], removed=["b"])
    assert journal.last_number() == 2


def test_a_whole_journal_verifies(tmp_path: Path) -> None:
    assert fill(tmp_path / "j").verify() == []


def test_an_entry_that_adds_what_is_there_does_not_verify(tmp_path: Path) -> None:
    journal = fill(tmp_path / "j")
    journal.record(time="t", kind="submission", cause="x", added=["b"], removed=[])
    assert journal.verify() == ["Entry 3 does not lead to the state that it names."]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE entry SET cause='other' WHERE number=1", "Entry 1 was changed"),
        ("UPDATE entry SET state_hash='0' WHERE number=2", "Entry 2 was changed"),
        ("UPDATE entry SET added=(SELECT added FROM entry WHERE number=2) WHERE number=1", "Entry 1 was changed"),
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
    with closing(journal.connect()) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_something_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"not a database, not a database, not a database")
    with pytest.raises(StateError, match="cannot be opened"):
        Journal(tmp_path / "j")
