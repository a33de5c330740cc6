"""Sorted streams give what sets and the journal give."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zorgnetwerk.store import streams
from zorgnetwerk.store.entries import pack
from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.streams import FileLines, SortedLines, differences, read_lines, unpacked, write_lines

LINES = st.sets(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1), max_size=12)


def line(number: int) -> str:
    return f'<http://e/s{number}> <http://e/p> "é\u2028{number}" <http://e/g> .'


def test_lines_come_out_sorted_and_once_whatever_the_runs(tmp_path: Path) -> None:
    given_lines = [line(number * 7 % 10) for number in range(40)]
    made = SortedLines(tmp_path / "runs", given_lines, run_lines=3)
    assert list(made) == sorted(set(given_lines))
    assert list(made) == sorted(set(given_lines)), "they can be read again"
    made.close()
    assert list(tmp_path.iterdir()) == []


def test_no_lines_are_no_lines(tmp_path: Path) -> None:
    assert list(SortedLines(tmp_path / "runs", [])) == []


def test_lines_of_a_file_are_a_collection(tmp_path: Path) -> None:
    write_lines(tmp_path / "x", [line(1), line(2)])
    lines = FileLines(tmp_path / "x", 2)
    assert list(lines) == list(read_lines(tmp_path / "x")) == [line(1), line(2)]
    assert (len(lines), line(2) in lines, line(3) in lines) == (2, True, False)


@given(LINES, LINES)
def test_differences_are_those_of_sets(before: set[str], after: set[str]) -> None:
    found = list(differences(sorted(before), sorted(after)))
    assert {text for text, is_added in found if is_added} == after - before
    assert {text for text, is_added in found if not is_added} == before - after
    assert found == sorted(found)


@given(LINES)
def test_packed_lines_are_unpacked(lines: set[str]) -> None:
    assert list(unpacked(pack(sorted(lines)))) == sorted(lines)


def test_packed_lines_are_unpacked_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_PIECE_BYTES", 7)
    lines = [line(number) for number in range(200)]
    assert list(unpacked(pack(lines))) == lines


STATES: list[set[int]] = [{1, 2, 3}, {2, 3, 4}, {2, 3, 4}, set(), set(range(30))]


def rows(journal: Journal) -> list[tuple[object, ...]]:
    with closing(journal.connect()) as connection:
        return list(connection.execute("SELECT * FROM entry ORDER BY number"))


def recorded_by_sets(journal: Journal, before: set[str], after: set[str]) -> None:
    if before != after:
        journal.record(time="t", kind="build", cause="c", added=after - before, removed=before - after)


def recorded_by_streams(journal: Journal, before: Iterable[str], after: Iterable[str]) -> int:
    with journal.transaction() as transaction:
        return streams.record(
            transaction, time="t", kind="build", cause="c", before=sorted(before), after=sorted(after)
        )


def test_what_is_journalled_is_what_the_journal_would_write(tmp_path: Path) -> None:
    by_sets, by_streams = Journal(tmp_path / "a.sqlite"), Journal(tmp_path / "b.sqlite")
    before: set[str] = set()
    for number, state in enumerate(STATES):
        after = {line(item) for item in state}
        recorded_by_sets(by_sets, before, after)
        assert recorded_by_streams(by_streams, before, after) == by_sets.last_number()
        assert rows(by_streams) == rows(by_sets), number
        before = after
    assert by_streams.verify() == []


def test_the_state_of_the_journal_is_replayed_from_any_entry(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    before: set[str] = set()
    for state in STATES:
        after = {line(item) for item in state}
        recorded_by_sets(journal, before, after)
        before = after
    with closing(journal.connect()) as connection:
        last = journal.last_number()
        for until in range(last + 1):
            assert list(streams.replayed(connection, (), 0, until)) == sorted(journal.replay(until))
        base = sorted(journal.replay(1))
        assert list(streams.replayed(connection, base, 1, last)) == sorted(journal.replay(last))


def test_the_kinds_of_changes_are_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    with closing(journal.connect()) as connection:
        assert streams.kinds(connection) == set()
    journal.record(time="t", kind="build", cause="c", added=[line(1)], removed=[])
    journal.record(time="t", kind="submission", cause="c", added=[line(2)], removed=[])
    with closing(journal.connect()) as connection:
        assert streams.kinds(connection) == {"build", "submission"}


def test_a_failure_leaves_no_entry(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")

    def broken() -> Iterable[str]:
        yield line(1)
        raise sqlite3.DataError("no")

    with pytest.raises(sqlite3.DataError), journal.transaction() as transaction:
        streams.record(transaction, time="t", kind="build", cause="c", before=(), after=broken())
    assert journal.last_number() == 0
