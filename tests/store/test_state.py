"""The state folder: format, recorded base, and who may use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zorgnetwerk.errors import StateError
from zorgnetwerk.store import faults
from zorgnetwerk.store.state import State, write_durably


def test_a_new_folder_has_the_format_and_no_base(tmp_path: Path) -> None:
    state = State.open(tmp_path / "state")
    assert json.loads((tmp_path / "state" / "state.json").read_text("utf-8")) == {"format": 1}
    assert state.base_iri == ""


def test_the_base_is_remembered(tmp_path: Path) -> None:
    State.open(tmp_path).record_base_iri("http://a/")
    assert State.open(tmp_path).base_iri == "http://a/"


def test_a_newer_format_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"format": 2}', "utf-8")
    with pytest.raises(StateError, match="format 2, this version reads format 1"):
        State.open(tmp_path)


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{", "utf-8")
    with pytest.raises(StateError, match=r"state\.json cannot be read"):
        State.open(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StateError, match="cannot be made"):
        State.open(tmp_path / "file" / "state")


def test_a_second_site_is_refused(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    with state.serving():
        program = f"from pathlib import Path; from zorgnetwerk.store.state import State\nwith State(Path({str(tmp_path)!r})).serving(): pass"
        other = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
    assert other.returncode != 0
    assert "Another 'zorgnetwerk serve' already uses" in other.stderr


def test_a_writer_waits_and_then_says_why(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    with (
        state.writing(),
        pytest.raises(StateError, match="has been writing"),
        State(tmp_path).writing(wait_seconds=0.1),
    ):
        pass


def test_the_lock_is_free_again(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    for _ in range(2):
        with state.writing(wait_seconds=0):
            pass


def test_a_durable_write_leaves_no_temporary_file(tmp_path: Path) -> None:
    write_durably(tmp_path / "x", b"1")
    write_durably(tmp_path / "x", b"2")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_bytes() == b"2"


def test_a_private_file_is_private_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def look(_: str) -> None:
        seen.extend(path.stat().st_mode & 0o077 for path in tmp_path.iterdir())

    monkeypatch.setattr(faults, "point", look)
    write_durably(tmp_path / "x", b"1", 0o600)
    assert set(seen) == {0}


def test_threads_that_write_the_same_file_do_not_disturb_one_another(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: write_durably(tmp_path / "x", b"%d" % number * 1_000), range(40)))
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_bytes() in {b"%d" % number * 1_000 for number in range(40)}


def test_what_an_earlier_process_left_lends_nobody_its_rights(tmp_path: Path) -> None:
    left = tmp_path / f".x.{os.getpid()}.{threading.get_native_id()}"
    left.write_bytes(b"left")
    left.chmod(0o666)
    write_durably(tmp_path / "x", b"1", 0o600)
    assert (tmp_path / "x").stat().st_mode & 0o077 == 0
