"""The publisher: at once after a quiet moment, together within a second, and again after a failure."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.dataset.test_publishing import LABEL, NAME, House, agrees, line
from tests.store.pool import wait_until
from zorgnetwerk import publisher as module
from zorgnetwerk.chores import Chores, is_unchecked
from zorgnetwerk.dataset import outlets
from zorgnetwerk.errors import StateError
from zorgnetwerk.publisher import Publisher, listen
from zorgnetwerk.store.state import BELL

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.build()
    return made


@pytest.fixture
def publisher(house: House) -> Publisher:
    chores = Chores(house.releases.state.folder, is_checking=False)
    chores.step = lambda *_: None  # type: ignore[method-assign]  # processes of their own, tried below
    return Publisher(house.releases, house.journal, is_house=True, retention=30, chores=chores)


def test_the_first_change_is_published_at_once_and_the_next_ones_together(house: House, publisher: Publisher) -> None:
    house.accept([NAME])
    publisher.step()
    assert house.releases.current_number() == 2
    for number in range(3):
        house.accept([line(f"id/organisatie/n{number}", LABEL, '"N"')])
        publisher.step()
    assert house.releases.current_number() == 2
    assert 0 < publisher.wait_seconds() <= 0.5
    publisher._published -= 1
    publisher.step()
    release = house.releases.current()
    assert release is not None
    assert (release.number, release.record.journal) == (3, 5)
    agrees(house, release)


def test_a_failure_is_told_and_tried_again_later(
    house: House, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StateError("The disk is full.")

    house.accept([NAME])
    with monkeypatch.context() as context:
        context.setattr(module, "publish", refuse)
        publisher.step()
        publisher.step()
    assert [record.message for record in caplog.records].count(
        "accepted changes cannot be published yet: The disk is full."
    ) == 1
    assert house.releases.current_number() == 1
    publisher._not_before = 0.0
    publisher.step()
    assert house.releases.current_number() == 2


def test_only_this_user_can_wake_it(house: House) -> None:
    folder = house.releases.state.folder
    with listen(folder) as listener:
        assert (folder / BELL).stat().st_mode & 0o777 == 0o600
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"1", str(folder / BELL))
        assert listener.recv(8) == b"1"


def test_the_process_publishes_then_makes_the_outlets_and_ends_when_asked(house: House) -> None:
    (house.content / "shapes" / "s.ttl").unlink()
    (house.content / "shapes").rmdir()
    folder = house.releases.state.folder
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "server"),
        "ZORGNETWERK_STATE_DIR": str(folder),
        "ZORGNETWERK_CONTENT_DIR": str(house.content),
        "ZORGNETWERK_LOG_LEVEL": "error",
    }
    process = subprocess.Popen([sys.executable, "-m", "zorgnetwerk.publisher"], env=environment)
    try:
        house.accept([NAME])
        wait_until(lambda: house.releases.current_number() == 2, 60)
        wait_until(lambda: not has_old_outlets(house), 120)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    newest = house.releases.newest()
    assert newest is not None
    agrees(house, newest)


def has_old_outlets(house: House) -> bool:
    newest = house.releases.newest()
    return newest is None or outlets.are_due(newest)


def test_a_release_that_was_followed_is_checked_soon_and_a_built_one_later(house: House) -> None:
    chores = Chores(house.releases.state.folder, is_checking=True)
    built = house.releases.newest()
    assert built is not None
    assert is_unchecked(house.releases.state.folder, built)
    assert not chores._is_due(built, is_settled=False)
    assert chores._is_due(built, is_settled=True)
    house.accept([NAME])
    assert chores._is_due(house.publish(), is_settled=False)


def test_chores_wait_for_a_quiet_moment(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr("zorgnetwerk.store.processes.start", lambda command: started.append(command))
    house.accept([NAME])
    house.publish()
    chores = Chores(house.releases.state.folder, is_checking=False)
    chores.step(house.releases, time.monotonic())
    assert started == []
    chores.step(house.releases, time.monotonic() - 10)
    assert len(started) == 1


def test_chores_that_cannot_be_begun_end_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A damaged newest release is no reason to stop publishing, or to lose a site that serves an earlier one."""
    house.accept([NAME])
    house.publish()
    chores = Chores(house.releases.state.folder, is_checking=False)
    made = Publisher(house.releases, house.journal, is_house=True, retention=30, chores=chores, _published=-10.0)

    def refuse(*_: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr("zorgnetwerk.store.processes.start", refuse)
    made.step()
    assert "the chores cannot be begun yet: no more processes" in caplog.text
    caplog.clear()
    made.step()
    assert caplog.text == ""
    newest = house.releases.newest()
    assert newest is not None
    (newest.folder / "release.json").write_text("{", "utf-8")
    module.warm(house.releases, is_house=True)
