"""The commands for what is kept: journal, backup, restore, removal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.dataset.test_publishing import LABEL, NAME, House, line
from zorgnetwerk.cli import main
from zorgnetwerk.store.deltas import Change
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State

SECRET = line("id/organisatie/geheim", LABEL, '"Geheim Huis"@nl')


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.build()
    made.accept([NAME])
    made.publish()
    made.accept([SECRET])
    made.publish()
    made.releases.state.record_base_iri("http://localhost:8000/")
    return made


def run(house: House, *words: str, state: Path | None = None) -> Result:
    flags = ["--state-dir", str(state or house.releases.state.folder)]
    if words[0] in ("restore", "redact"):
        flags += ["--content", str(house.content)]
    return CliRunner().invoke(main, [*words, *flags])


def test_a_whole_journal_verifies(house: House) -> None:
    done = run(house, "journal", "verify")
    assert done.exit_code == 0
    assert done.output.startswith("3 entries verify; state ")


def test_a_changed_journal_does_not_verify(house: House) -> None:
    with house.journal.transaction() as transaction:
        transaction.connection.execute("UPDATE entry SET cause='other' WHERE number=2")
    done = run(house, "journal", "verify")
    assert done.exit_code == 1
    assert "Entry 2 was changed" in done.output


def test_a_release_that_holds_something_else_does_not_verify(house: House) -> None:
    release = house.releases.newest()
    assert release is not None
    text = (release.folder / "delta-000003.rdfp").read_text("utf-8")
    (release.folder / "delta-000003.rdfp").unlink()
    (release.folder / "delta-000003.rdfp").write_text(text.replace("Geheim", "Ander"), "utf-8")
    done = run(house, "journal", "verify")
    assert done.exit_code == 1
    assert "Release 3 holds other lines than the journal" in done.output


def test_replay_gives_the_lines_of_any_entry(house: House, tmp_path: Path) -> None:
    assert SECRET in run(house, "journal", "replay").output.splitlines()
    assert SECRET not in run(house, "journal", "replay", "--until", "2").output.splitlines()
    run(house, "journal", "replay", "-o", str(tmp_path / "lines"))
    assert set((tmp_path / "lines").read_text("utf-8").splitlines()) == house.journal.replay()


def test_export_gives_one_entry_a_line(house: House) -> None:
    entries = [json.loads(said) for said in run(house, "journal", "export", "--after", "1").output.splitlines()]
    assert [(entry["number"], entry["kind"], entry["added"]) for entry in entries] == [
        (2, "submission", [NAME]),
        (3, "submission", [SECRET]),
    ]


def test_a_backup_is_restored_elsewhere_under_new_numbers(house: House, tmp_path: Path) -> None:
    assert run(house, "backup", str(tmp_path / "copy.tar.gz")).exit_code == 0
    done = run(house, "restore", str(tmp_path / "copy.tar.gz"), state=tmp_path / "new")
    assert done.exit_code == 0, done.output
    assert "release 4 is built" in done.output
    restored = Releases(State.open(tmp_path / "new")).current()
    original = house.releases.current()
    assert restored is not None
    assert original is not None
    assert (restored.record.hash, restored.record.base_iri) == (original.record.hash, original.record.base_iri)
    assert Change(frozenset(restored.lines())) == Change(frozenset(original.lines()))
    assert run(house, "journal", "verify", state=tmp_path / "new").exit_code == 0


def test_a_removal_asks_first_and_its_reason_must_not_repeat_it(house: House) -> None:
    asked = run(house, "redact", "Geheim Huis", "--reason", "on request")
    assert asked.exit_code == 1
    assert SECRET in house.journal.replay()
    repeated = run(house, "redact", "Geheim Huis", "--reason", "Geheim Huis asked", "--yes")
    assert repeated.exit_code == 1
    assert "repeats what is to be removed" in repeated.output


def test_a_removal_takes_the_served_name_of_a_thing(house: House) -> None:
    done = run(house, "redact", "http://localhost:8000/id/organisatie/geheim", "--reason", "on request", "--yes")
    assert done.exit_code == 0, done.output
    assert "1 journal entries (1 lines)" in done.output
    assert "releases 3 are gone; release 4 is served" in done.output
    assert SECRET not in house.journal.replay()
    assert "geheim" not in run(house, "journal", "export").output
    assert run(house, "journal", "verify").exit_code == 0
