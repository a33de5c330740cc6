"""A master moves on to the next release in a fork of its memory; what cannot be followed is loaded."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zorgnetwerk.store import applying, deltas
from zorgnetwerk.store.applying import Candidate
from zorgnetwerk.store.deltas import Change
from zorgnetwerk.store.options import DispatcherOptions

from .pool import WHICH, Pool, make_release, memory_of, point, running, wait_until

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def said(number: int) -> str:
    return f'<urn:release> <urn:number> "{number}" <urn:g> .'


def follow(state: Path, number: int, change: Change | None = None, is_loadable: bool = True) -> None:
    """Release ``number`` from the one before it by a change; one that is not loadable can only be followed."""
    parent, folder = (state / "releases" / f"{each:06d}" for each in (number - 1, number))
    folder.mkdir()
    made = change or Change(frozenset([said(number)]), frozenset([said(number - 1)]))
    deltas.extend(parent, number - 1, folder, number, made)
    store = Candidate.clone(parent / "store", folder / "store", applying.is_merged(folder))
    store.apply(made)
    store.close()
    if not is_loadable:
        (folder / deltas.QUADS).unlink(missing_ok=True)
    record = json.loads((parent / "release.json").read_text("utf-8"))
    quads = record["quads"] + len(made.added) - len(made.removed)
    (folder / "release.json").write_text(json.dumps(record | {"number": number, "quads": quads}), "utf-8")
    point(state, number)


def shows(pool: Pool, number: int) -> None:
    wait_until(lambda: pool.status()["release"] == number, 10)
    assert pool.text(WHICH) == f'"{number}"\n?n'


@contextlib.contextmanager
def succeeded(state: Path) -> Iterator[Pool]:
    """A pool whose master is the heir of the one that loaded the first release."""
    with running(DispatcherOptions(state, mode="memory")) as pool:
        follow(state, 2)
        shows(pool, 2)
        wait_until(pool.is_settled, 10)
        yield pool


@contextlib.contextmanager
def held_up(state: Path) -> Iterator[tuple[Pool, Callable[[], None]]]:
    """A pool that answers from the folder, since the load into memory waits for what is given here to be called."""
    with running(DispatcherOptions(state, mode="memory", warm_quads=10)) as pool:
        wait_until(lambda: is_loaded(pool), 10)
        source = state / "releases" / "000001" / deltas.QUADS
        lines = source.read_bytes()
        source.unlink()
        os.mkfifo(source)
        [master] = pool.pids("master")
        os.kill(master, signal.SIGKILL)
        wait_until(lambda: pool.status()["mode"] == "folder" and len(pool.pids("master")) == 2, 10)

        def load() -> None:
            source.write_bytes(lines)

        yield pool, load


def is_loaded(pool: Pool) -> bool:
    return pool.status()["mode"] == "memory" and pool.is_settled()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    make_release(tmp_path, 1)
    return tmp_path


def test_the_next_release_is_followed_without_a_load(state: Path) -> None:
    with running(DispatcherOptions(state, mode="memory")) as pool:
        before = pool.text(COUNT)
        for number in (2, 3, 4):
            follow(state, number, is_loadable=False)
            shows(pool, number)
        assert pool.text(COUNT) == before
        wait_until(pool.is_settled, 10)
        assert len(pool.pids("master")) == 1


def test_several_releases_are_followed_at_once(state: Path) -> None:
    with running(DispatcherOptions(state, mode="memory")) as pool:
        os.kill(pool.process.pid, signal.SIGSTOP)
        for number in (2, 3, 4):
            follow(state, number, is_loadable=number != 4)
        os.kill(pool.process.pid, signal.SIGCONT)
        shows(pool, 4)


def test_changes_of_blank_nodes_are_followed(state: Path) -> None:
    with running(DispatcherOptions(state, mode="memory")) as pool:
        blank = frozenset(['_:b <urn:number> "7" <urn:g> .'])
        follow(state, 2, Change(frozenset([said(2)]) | blank, frozenset([said(1)])), is_loadable=False)
        shows(pool, 2)
        follow(state, 3, Change(frozenset([said(3)]), frozenset([said(2)]) | blank), is_loadable=False)
        shows(pool, 3)
        assert "_:b" not in pool.text("SELECT * WHERE { ?s ?p ?o }")


def test_what_cannot_be_followed_is_loaded(state: Path) -> None:
    with running(DispatcherOptions(state, mode="memory")) as pool:
        follow(state, 2)
        shows(pool, 2)
        make_release(state, 3)
        shows(pool, 3)


def test_a_rollback_is_loaded(state: Path) -> None:
    with running(DispatcherOptions(state, mode="memory")) as pool:
        follow(state, 2)
        shows(pool, 2)
        point(state, 1)
        shows(pool, 1)
        point(state, 2)
        shows(pool, 2)


def test_an_heir_that_is_killed_is_replaced(state: Path) -> None:
    with succeeded(state) as pool:
        [heir] = pool.pids("master")
        os.kill(heir, signal.SIGKILL)
        wait_until(lambda: pool.pids("master") not in ([], [heir]), 10)
        wait_until(pool.is_settled, 10)
        shows(pool, 2)
        follow(state, 3)
        shows(pool, 3)


def test_heirs_end_with_the_dispatcher(state: Path) -> None:
    with succeeded(state) as pool:
        left = pool.all_pids()
        pool.process.kill()
        pool.process.wait()
        wait_until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in left - {pool.process.pid}), 5)


def test_a_folder_is_followed_by_any_other(state: Path) -> None:
    with running(DispatcherOptions(state, mode="folder")) as pool:
        for number in (2, 3):
            follow(state, number)
            shows(pool, number)
        make_release(state, 4)
        shows(pool, 4)
        point(state, 2)
        shows(pool, 2)
        wait_until(lambda: len(pool.pids("master")) == 1, 5)
        [master] = pool.pids("master")
        assert "--release=" + str(state / "releases" / "000001") in Path(f"/proc/{master}/cmdline").read_text()


def test_releases_that_come_during_a_load_are_answered_from_their_folders(state: Path) -> None:
    with held_up(state) as (pool, load):
        _, loading = pool.pids("master")
        for number in (2, 3):
            follow(state, number)
            shows(pool, number)
            assert pool.status()["mode"] == "folder"
        assert loading in pool.pids("master")
        load()
        wait_until(lambda: is_loaded(pool), 10)  # of the heir: the lines of the release can be read once only
        shows(pool, 3)
        assert loading not in pool.pids("master")
        follow(state, 4, is_loadable=False)
        shows(pool, 4)


def test_what_cannot_be_followed_is_loaded_after_a_load_that_came_too_late(state: Path) -> None:
    with held_up(state) as (pool, load):
        make_release(state, 2)
        shows(pool, 2)
        assert pool.status()["mode"] == "folder"
        load()
        wait_until(lambda: is_loaded(pool), 10)
        shows(pool, 2)


def test_a_load_that_is_killed_is_begun_again(state: Path) -> None:
    with held_up(state) as (pool, load):
        _, loading = pool.pids("master")
        os.kill(loading, signal.SIGKILL)
        wait_until(lambda: len(set(pool.pids("master")) - {loading}) == 2, 10)
        shows(pool, 1)
        load()
        wait_until(lambda: is_loaded(pool), 10)


def test_memory_does_not_grow_over_many_successions(state: Path) -> None:
    with running(DispatcherOptions(state, mode="memory")) as pool:
        memory: list[int] = []
        for number in range(2, 42):
            follow(state, number)
            shows(pool, number)
            if number in (11, 41):
                wait_until(pool.is_settled, 10)
                memory.append(memory_of(set(pool.pids("master"))))
        assert memory[1] < memory[0] + (2 << 20)
