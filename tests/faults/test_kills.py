"""A running site whose whole process group is killed at random moments, while submissions are accepted."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dataset.test_publishing import LABEL, House, line
from tests.store.pool import is_ready
from zorgnetwerk.dataset import agreement
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.options import DispatcherOptions

ROOT = Path(__file__).resolve().parents[2]
ACCEPT = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from zorgnetwerk.store.journal import Journal
state = Path({state!r})
journal = Journal(state / "journal.sqlite")
for number in range({first}, {last}):
    with journal.transaction() as transaction:
        transaction.connection.execute("CREATE TABLE IF NOT EXISTS decided (number INTEGER PRIMARY KEY) STRICT")
        transaction.connection.execute("INSERT INTO decided VALUES (?)", (number,))
        transaction.record(time="2026-01-01T00:00:00Z", kind="submission", cause=f"n {{number}}", added=[{template!r}.replace('NUMBER', str(number))], removed=[])
    sys.stdout.write(f"{{number}}\\n")
    sys.stdout.flush()
"""


def said(number: int | str) -> str:
    return line(f"id/organisatie/n{number}", LABEL, f'"N {number}"@nl')


class Group:
    """A dispatcher, a publisher and whoever accepts, in a process group of their own."""

    def __init__(self, house: House, first: int, last: int) -> None:
        self.state = house.releases.state.folder
        self.options = DispatcherOptions(self.state, workers=1)
        self.acknowledged: list[int] = []
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(ROOT / "server"), str(ROOT))),
            "ZORGNETWERK_STATE_DIR": str(self.state),
            "ZORGNETWERK_CONTENT_DIR": str(house.content),
            "ZORGNETWERK_LOG_LEVEL": "error",
        }
        code = ACCEPT.format(
            paths=[str(ROOT / "server")], state=str(self.state), first=first, last=last, template=said("NUMBER")
        )
        self.processes = [
            self._start(self.options.command()),
            self._start((sys.executable, "-m", "zorgnetwerk.publisher")),
            self._start((sys.executable, "-c", code), stdout=subprocess.PIPE),
        ]
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _start(self, command: tuple[str, ...], stdout: int | None = None) -> subprocess.Popen[bytes]:
        group = getattr(self, "_group", 0)
        process = subprocess.Popen(command, env=self.environment, stdout=stdout, process_group=group)
        self._group = group or process.pid
        return process

    def _read(self) -> None:
        pipe = self.processes[2].stdout
        assert pipe is not None
        with pipe:
            for number in pipe:
                if number.endswith(b"\n"):
                    self.acknowledged.append(int(number))

    def kill(self) -> None:
        """Ends every process of the group at once."""
        os.killpg(self._group, signal.SIGKILL)
        for process in self.processes:
            process.wait(10)
        self._reader.join(10)

    def wait(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "not in time"
            time.sleep(0.05)


def survive(folder: Path, rounds: int, total: int, seed: int) -> None:
    """After every kill nothing acknowledged is missing; at the end all agree and each is there once."""
    chance = random.Random(seed)
    house = House(folder)
    house.build()
    acknowledged: set[int] = set()
    for _ in range(rounds):
        first = max((number for (number,) in _decided(house)), default=-1) + 1
        group = Group(house, first, total)
        time.sleep(chance.uniform(0.3, 2.5))
        group.kill()
        acknowledged.update(group.acknowledged)
        lines = house.journal.replay()
        assert {said(number) for number in acknowledged} <= lines
        assert house.journal.verify() == []
        current = house.releases.current()
        assert current is not None
        assert house.journal.state_hash(current.record.journal) == current.record.asserted
    finish(house, acknowledged, total)


def finish(house: House, acknowledged: set[int], total: int) -> None:
    first = max((number for (number,) in _decided(house)), default=-1) + 1
    group = Group(house, first, total)
    store = EmbeddedStore(group.options.socket_path())
    try:
        group.wait(lambda: group.processes[2].poll() is not None, 600)
        group.wait(lambda: _published(house) == house.journal.last_number())
        assert is_ready(store, 20)
        group.wait(lambda: store.release() == house.releases.current_number())
        found = store.select(f"SELECT ?s WHERE {{ ?s <{LABEL}> ?name FILTER(STRSTARTS(?name, 'N ')) }}")
    finally:
        store.close()
        group.kill()
    acknowledged |= set(group.acknowledged)
    decided = {number for (number,) in _decided(house)}
    assert acknowledged <= decided == set(range(total))
    assert len(found) == len({row["s"] for row in found}) == total
    added = [said for entry in house.journal.entries() if entry.kind == "submission" for said in entry.added]
    assert sorted(added) == sorted(said(number) for number in range(total))
    assert list(agreement.problems(house.releases)) == []


def _published(house: House) -> int:
    current = house.releases.current()
    return current.record.journal if current else 0


def _decided(house: House) -> list[tuple[int]]:
    connection = Journal(house.releases.state.folder / "journal.sqlite").connect()
    try:
        is_there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'decided'").fetchone()
        return connection.execute("SELECT number FROM decided").fetchall() if is_there else []
    finally:
        connection.close()


def test_ten_kills_of_the_whole_group_lose_and_double_nothing(tmp_path: Path) -> None:
    survive(tmp_path, rounds=10, total=300, seed=7)


@pytest.mark.long
def test_a_hundred_kills_over_a_thousand_acceptances_lose_and_double_nothing(tmp_path: Path) -> None:
    survive(tmp_path, rounds=100, total=1_000, seed=11)
