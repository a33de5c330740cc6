"""The history of the pointer: durable, in order, true after rollbacks and crashes."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from zorgnetwerk.errors import Gone, NotFound, StateError
from zorgnetwerk.store.history import Entry, History
from zorgnetwerk.store.release import Record, Release, Releases
from zorgnetwerk.store.state import State

HOUR = datetime.timedelta(hours=1)


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"2026-01-{text}T12:00:00+00:00")


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(State.open(tmp_path))


def admit(releases: Releases, created: str = "2026-01-01T00:00:00+00:00") -> Release:
    candidate = releases.candidate()
    number = releases.next_number()
    return releases.admit(candidate, Record(number, 0, created, "test", "http://a/", "h", "f", 0))


def write(releases: Releases, *lines: tuple[str, int]) -> None:
    """A history with these days, the last of them served."""
    text = "".join(f"{moment(day).isoformat()} {number}\n" for day, number in lines)
    (releases.state.folder / "history").write_text(text, "ascii")
    (releases.state.folder / "current").write_text(f"{lines[-1][1]}\n", "ascii")


def served(releases: Releases) -> list[int]:
    return [entry.number for entry in releases.timeline().entries]


def test_publishing_and_rolling_back_are_both_noted(releases: Releases) -> None:
    before = datetime.datetime.now(datetime.UTC)
    admit(releases)
    admit(releases)
    releases.point_to(1)
    entries = releases.timeline().entries
    assert [entry.number for entry in entries] == [1, 2, 1]
    times = [entry.time for entry in entries]
    assert times == sorted(times)
    assert before <= times[0]
    assert times[-1] <= datetime.datetime.now(datetime.UTC)


def test_pointing_to_the_served_release_changes_nothing(releases: Releases) -> None:
    admit(releases)
    releases.point_to(1)
    assert served(releases) == [1]


def test_the_release_of_a_moment_is_right_after_a_rollback_too(releases: Releases) -> None:
    for _ in range(3):
        admit(releases)
    write(releases, ("01", 1), ("03", 2), ("05", 3), ("07", 1))
    days = ("01", "02", "03", "04", "05", "06", "07", "30")
    assert [releases.at(moment(day)).number for day in days] == [1, 1, 2, 2, 3, 3, 1, 1]
    assert releases.at(moment("07") - HOUR).number == 3
    assert releases.at(moment("30")).time == moment("07")


def test_before_the_first_release_the_oldest_kept_one_answers(releases: Releases) -> None:
    for _ in range(3):
        admit(releases)
    write(releases, ("01", 1), ("03", 2), ("05", 3))
    assert releases.at(moment("01") - HOUR).number == 1
    releases.prune(2)
    assert releases.at(moment("01") - HOUR).number == 2


def test_a_pruned_release_is_still_the_answer_and_gone(releases: Releases) -> None:
    for _ in range(3):
        admit(releases)
    write(releases, ("01", 1), ("03", 2), ("05", 3))
    releases.prune(1)
    with pytest.raises(Gone):
        releases.get(releases.at(moment("03")).number)


def test_without_any_release_there_is_no_past(releases: Releases) -> None:
    with pytest.raises(NotFound):
        releases.at(moment("01"))


def test_a_crash_before_the_pointer_moved_leaves_no_trace(releases: Releases) -> None:
    admit(releases)
    admit(releases)
    History(releases.state.folder).append(1, 2, list)  # and here the machine stops
    assert served(releases) == [1, 2]
    admit(releases)
    assert served(releases) == [1, 2, 1, 2, 3]
    cancelled, restored = releases.timeline().entries[2:4]
    assert cancelled.time == restored.time
    assert releases.at(restored.time).number in (2, 3)


def test_a_torn_last_line_is_left_out_and_overwritten(releases: Releases) -> None:
    admit(releases)
    with (releases.state.folder / "history").open("a") as file:
        file.write("2026-01-0")
    assert served(releases) == [1]
    admit(releases)
    assert served(releases) == [1, 2]


def test_a_folder_without_history_begins_with_what_its_records_say(releases: Releases) -> None:
    admit(releases, "2026-01-01T12:00:00+00:00")
    admit(releases, "2026-01-03T12:00:00+00:00")
    (releases.state.folder / "history").unlink()
    assert releases.timeline().entries == (Entry(moment("01"), 1), Entry(moment("03"), 2))
    admit(releases)
    assert served(releases) == [1, 2, 3]
    assert releases.at(moment("02")).number == 1


def test_a_damaged_pointer_is_repaired_by_pointing(releases: Releases) -> None:
    admit(releases)
    (releases.state.folder / "current").write_text("x", "ascii")
    releases.point_to(1)
    assert served(releases)[-1] == 1


def test_a_damaged_line_is_named(releases: Releases) -> None:
    admit(releases)
    (releases.state.folder / "history").write_text("yesterday 1\n", "ascii")
    with pytest.raises(StateError, match="yesterday"):
        releases.timeline()


def test_a_clock_set_back_does_not_disorder_the_history(releases: Releases) -> None:
    admit(releases)
    future = datetime.datetime.now(datetime.UTC) + HOUR
    (releases.state.folder / "history").write_text(f"{future.isoformat()} 1\n", "ascii")
    admit(releases)
    times = [entry.time for entry in releases.timeline().entries]
    assert times == sorted(times)


def test_a_disk_without_room_leaves_the_past_as_it_was(releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        admit(releases)
    before = releases.timeline()
    write_whole = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write_whole(descriptor, data[:7]))
    with pytest.raises(StateError, match="cannot be written: No space left"):
        releases.point_to(1)
    monkeypatch.undo()
    assert releases.timeline() == before
    releases.point_to(1)
    assert served(releases) == [1, 2, 1]
