"""The way from an acceptance to its release, ended or refused at every step: before or after, never between."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dataset.test_publishing import LABEL, House, agrees, line
from zorgnetwerk.dataset.publishing import publish
from zorgnetwerk.errors import StateError, StorageFull
from zorgnetwerk.store.journal import Journal

from .stepping import REFUSED

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "server" / "zorgnetwerk"
FIRST = line("id/organisatie/eerst", LABEL, '"Eerst"@nl')
SECOND = line("id/organisatie/dan", LABEL, '"Dan"@nl')
FILES = ("delta-000002.rdfp", "deltas.json", "dumps.json", "release.json", "current")
POINTS = (
    "journal.commit.before",
    "journal.commit.after",
    "store.cloned",
    "store.flushed",
    "publish.stored",
    "publish.linked",
    *(f"{name}.{step}" for name in FILES for step in ("write", "sync", "rename", "renamed")),
    "release.rename",
    "release.renamed",
    "history.write",
    "history.sync",
    "history.synced",
)


class Stepping:
    """The process that forks publishers, and one state folder to copy."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder)
        self.house.build()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "server"), str(ROOT)))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.stepping"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def state(self, folder: Path) -> House:
        """A house of its own with the same state and content."""
        shutil.copytree(self.house.content.parent, folder, dirs_exist_ok=True)
        return House(folder)

    def run(self, house: House, fault: str, said: str = FIRST) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"state": str(house.releases.state.folder), "fault": fault, "line": said}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def stepping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stepping]:
    made = Stepping(tmp_path_factory.mktemp("stepping"))
    yield made
    assert made.process.stdin is not None
    made.process.stdin.close()
    made.process.wait(10)
    for pipe in (made.process.stdout, made.process.stderr):
        assert pipe is not None
        pipe.close()


def acknowledged(house: House) -> list[str]:
    path = house.releases.state.folder / "acknowledged"
    return [said.partition(" ")[2] for said in path.read_text("utf-8").splitlines()] if path.exists() else []


def is_whole(house: House) -> None:
    """What is served is a whole state of the journal, and nothing that was acknowledged is missing from the journal."""
    current = house.releases.current()
    assert current is not None
    agrees(house, current)
    assert house.journal.verify() == []
    assert set(acknowledged(house)) <= house.journal.replay()


def recovers(house: House) -> None:
    """The next publisher needs no repair: all is published, each exactly once."""
    publish(house.releases, is_house=True, retention=30)
    current = house.releases.current()
    assert current is not None
    agrees(house, current)
    assert current.record.journal == house.journal.last_number()
    lines = [said for entry in house.journal.entries() for said in entry.added]
    assert len(lines) == len(set(lines))
    house.accept([SECOND])
    agrees(house, house.publish())
    assert not list(house.releases.root.glob("candidate-*"))


def test_every_point_of_the_way_is_in_the_table(stepping: Stepping, tmp_path: Path) -> None:
    answer = stepping.run(stepping.state(tmp_path), "")
    assert answer["code"] == 0
    assert list(dict.fromkeys(answer["passed"])) == sorted(POINTS, key=answer["passed"].index)
    named = {
        name
        for path in SOURCES.rglob("*.py")
        for name in re.findall(r'faults\.point\("([a-z.]+)"\)', path.read_text("utf-8"))
    }
    assert named <= {*POINTS, "redaction.kept", "backup.copied"}


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_point_loses_splits_and_doubles_nothing(stepping: Stepping, tmp_path: Path, point: str) -> None:
    house = stepping.state(tmp_path)
    assert stepping.run(house, f"{point}:kill")["code"] == -signal.SIGKILL
    assert bool(acknowledged(house)) == (not point.startswith("journal"))
    is_whole(house)
    recovers(house)


@pytest.mark.parametrize("action", ["full", pytest.param("readonly", marks=pytest.mark.long)])
@pytest.mark.parametrize("point", [name for name in POINTS if not name.startswith("journal")])
def test_a_disk_that_refuses_at_any_point_is_named_and_nothing_is_split(
    stepping: Stepping, tmp_path: Path, point: str, action: str
) -> None:
    house = stepping.state(tmp_path)
    assert stepping.run(house, f"{point}:{action}")["code"] in (0, REFUSED)
    assert acknowledged(house) == [FIRST]
    is_whole(house)
    recovers(house)


@pytest.mark.parametrize("cut", [1, 2, 8, 100, 1000, 4000, 4096, 4120, 5000, 9000])
def test_a_torn_tail_of_the_journal_is_dropped(tmp_path: Path, cut: int) -> None:
    """What was being written when the power went was not acknowledged; all before it holds."""
    house = House(tmp_path)
    house.build()
    folder = house.releases.state.folder
    held = Journal(folder / "journal.sqlite").connect()  # keeps SQLite from tidying its log away
    house.accept([FIRST])
    before = (folder / "journal.sqlite-wal").stat().st_size
    house.accept([SECOND])
    size = (folder / "journal.sqlite-wal").stat().st_size
    torn = tmp_path / "torn"
    torn.mkdir()
    for name in ("journal.sqlite", "journal.sqlite-wal"):
        shutil.copyfile(folder / name, torn / name)
    os.truncate(torn / "journal.sqlite-wal", max(before, size - cut))
    held.close()
    journal = Journal(torn / "journal.sqlite")
    assert journal.verify() == []
    assert journal.last_number() == 2
    assert FIRST in journal.replay()
    assert journal.record(time="t", kind="submission", cause="x", added=[SECOND], removed=[]).number == 3


IN_A_SMALL_DISK = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from tests.faults.test_publishing import on_a_small_disk
on_a_small_disk(Path({folder!r}))
"""


def on_a_small_disk(folder: Path) -> None:
    """Runs where ``folder`` is a disk of its own that is nearly full, and may be mounted anew."""
    house = House(folder)
    house.build()
    filler = folder / "filler"
    with filler.open("wb") as file:
        while True:
            try:
                file.write(b"x" * 65_536)
                file.flush()
            except OSError:
                break
    large = [line(f"id/organisatie/n{number}", LABEL, f'"{os.urandom(200).hex()}"@nl') for number in range(2_000)]
    _refuses(lambda: house.accept(large))
    is_whole(house)
    filler.unlink()
    house.accept([FIRST])
    agrees(house, house.publish())
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    _refuses(lambda: house.accept([SECOND]))
    is_held = house.releases.current()
    assert is_held is not None
    assert FIRST.replace("https://zorgnetwerk.example/", "http://localhost:8000/") in is_held.lines()
    subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
    recovers(house)


def _refuses(act: Callable[[], object]) -> None:
    with pytest.raises((StateError, StorageFull)):
        act()


def test_a_full_and_a_read_only_disk_are_survived(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    code = IN_A_SMALL_DISK.format(paths=[str(ROOT / "server"), str(ROOT)], folder=str(folder))
    mounted = f'mount -t tmpfs -o size=12m none {folder} && exec {sys.executable} -c "$CODE"'
    probe = subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True)
    if probe.returncode != 0:
        pytest.skip("this machine gives no mount namespace to its users")
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mounted],
        env={**os.environ, "CODE": code},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]


TRACED = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from zorgnetwerk.store.journal import Journal
journal = Journal(Path({path!r}))
journal.record(time="t", kind="submission", cause="x", added=["<a> <b> <c> <d> ."], removed=[])
print("acknowledged", flush=True)
"""


def test_the_journal_is_synced_before_the_answer(tmp_path: Path) -> None:
    """What the kernel was asked, in order: the log of the journal is written, synced, and only then is it said."""
    if shutil.which("strace") is None:
        if os.environ.get("CI"):
            pytest.fail("strace is missing")
        pytest.skip("strace is not installed")
    Journal(tmp_path / "journal.sqlite")
    log = tmp_path / "calls"
    code = TRACED.format(paths=[str(ROOT / "server")], path=str(tmp_path / "journal.sqlite"))
    subprocess.run(
        [
            "strace",
            "-f",
            "-y",
            "-e",
            "trace=pwrite64,write,fsync,fdatasync",
            "-o",
            str(log),
            sys.executable,
            "-c",
            code,
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    calls = log.read_text("utf-8", "replace").splitlines()
    written = max(index for index, call in enumerate(calls) if "write" in call and "journal.sqlite-wal" in call)
    synced = max(index for index, call in enumerate(calls) if "sync(" in call and "journal.sqlite-wal" in call)
    said = next(index for index, call in enumerate(calls) if "acknowledged" in call)
    assert written < synced < said


def test_a_release_is_synced_before_it_is_pointed_to(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        if os.environ.get("CI"):
            pytest.fail("strace is missing")
        pytest.skip("strace is not installed")
    house = House(tmp_path)
    house.build()
    house.accept([FIRST])
    code = (
        f"import sys; sys.path[:0] = {[str(ROOT / 'server')]!r}\n"
        "from pathlib import Path\n"
        "from zorgnetwerk.dataset.publishing import publish\n"
        "from zorgnetwerk.store.release import Releases\n"
        "from zorgnetwerk.store.state import State\n"
        f"publish(Releases(State(Path({str(house.releases.state.folder)!r}))), is_house=True, retention=30)\n"
    )
    log = tmp_path / "calls"
    traced = "trace=fsync,fdatasync,rename,renameat,renameat2"
    subprocess.run(
        ["strace", "-f", "-y", "-e", traced, "-o", str(log), sys.executable, "-c", code],
        check=True,
        capture_output=True,
        timeout=120,
    )
    calls = log.read_text("utf-8", "replace").splitlines()
    pointed = next(index for index, call in enumerate(calls) if "rename" in call and '/current"' in call)
    before = "\n".join(calls[:pointed])
    for name in (".delta-000002.rdfp", ".release.json", "/history", ".deltas.json", ".sst"):
        assert re.search(rf"f(data)?sync\(\d+<[^>]*{re.escape(name)}", before), name
    assert house.releases.current_number() == 2
