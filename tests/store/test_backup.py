"""Backups: as of one moment, whole or refused, restored into an empty folder only."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from zorgnetwerk.errors import StateError
from zorgnetwerk.store import backup
from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.state import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = State.open(tmp_path / "state")
    made.record_base_iri("http://localhost:8000/")
    journal = Journal(made.folder / "journal.sqlite")
    for number in range(3):
        journal.record(time="t", kind="submission", cause="x", added=[f"<a> <b> <{number}> <g> ."], removed=[])
    (made.folder / "inbox").mkdir(mode=0o700)
    (made.folder / "inbox" / "one").write_bytes(b"as sent")
    (made.folder / "inbox" / "one").chmod(0o600)
    (made.folder / "secret.key").write_bytes(b"secret")
    (made.folder / "releases" / "000001").mkdir()
    (made.folder / "names").mkdir()
    (made.folder / "names" / "000001.sqlite").write_bytes(b"made anew by the first check")
    (made.folder / "access.sqlite").write_bytes(b"sessions, perhaps half written")
    return made


@pytest.mark.parametrize("name", ["copy", "copy.tar", "copy.tar.gz"])
def test_what_is_restored_is_what_was_backed_up(state: State, tmp_path: Path, name: str) -> None:
    taken = backup.back_up(state, tmp_path / name, "now")
    given = backup.restore(tmp_path / name, tmp_path / "new")
    assert taken.entries == given.entries == 3
    restored, original = (Journal(folder / "journal.sqlite") for folder in (tmp_path / "new", state.folder))
    assert list(restored.entries()) == list(original.entries())
    assert (tmp_path / "new" / "inbox" / "one").read_bytes() == b"as sent"
    assert (tmp_path / "new" / "inbox" / "one").stat().st_mode & 0o777 == 0o600
    assert State.open(tmp_path / "new").base_iri == "http://localhost:8000/"
    assert not (tmp_path / "new" / "releases" / "000001").exists()
    assert not (tmp_path / "new" / "names").exists()
    assert not (tmp_path / "new" / "access.sqlite").exists()
    assert not list(tmp_path.glob(".backup-*")) + list(tmp_path.glob(".restore-*"))


def test_a_backup_never_overwrites_and_a_restore_wants_an_empty_folder(state: State, tmp_path: Path) -> None:
    backup.back_up(state, tmp_path / "copy", "now")
    with pytest.raises(StateError, match="exists"):
        backup.back_up(state, tmp_path / "copy", "now")
    with pytest.raises(StateError, match="not empty"):
        backup.restore(tmp_path / "copy", state.folder)


@pytest.mark.parametrize("name", ["journal.sqlite", "inbox/one", "secret.key", "manifest.json"])
def test_a_damaged_backup_is_refused_and_nothing_is_restored(state: State, tmp_path: Path, name: str) -> None:
    backup.back_up(state, tmp_path / "copy", "now")
    path = tmp_path / "copy" / name
    path.write_bytes(path.read_bytes()[:-3] + b"xyz")
    with pytest.raises(StateError):
        backup.restore(tmp_path / "copy", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_journal_that_was_changed_before_the_backup_is_refused(state: State, tmp_path: Path) -> None:
    with Journal(state.folder / "journal.sqlite").transaction() as transaction:
        transaction.connection.execute("UPDATE entry SET cause='other' WHERE number=2")
    backup.back_up(state, tmp_path / "copy", "now")
    with pytest.raises(StateError, match="Entry 2 was changed"):
        backup.restore(tmp_path / "copy", tmp_path / "new")


def test_a_backup_beside_a_writer_is_as_of_one_moment(state: State, tmp_path: Path) -> None:
    journal = Journal(state.folder / "journal.sqlite")
    stop = threading.Event()

    def write() -> None:
        number = 100
        while not stop.is_set():
            number += 1
            (state.folder / "inbox" / str(number)).write_bytes(b"as sent")
            journal.record(
                time="t", kind="submission", cause=str(number), added=[f"<{number}> <b> <c> <g> ."], removed=[]
            )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(4):
            backup.back_up(state, tmp_path / f"copy{number}", "now")
    finally:
        stop.set()
        writer.join()
    for number in range(4):
        backup.restore(tmp_path / f"copy{number}", tmp_path / f"new{number}")
        held = Journal(tmp_path / f"new{number}" / "journal.sqlite")
        causes = [entry.cause for entry in held.entries() if entry.cause != "x"]
        assert all((tmp_path / f"new{number}" / "inbox" / cause).exists() for cause in causes)
