"""The dispatcher on its own state folder: releases that come, go or are broken, its start, its end, its queue."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import threading
import time
from pathlib import Path

import pytest

from zorgnetwerk.errors import (
    DeadlineExceeded,
    QueueFull,
    StoreUnavailable,
)
from zorgnetwerk.store.base import Limits
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.terms import media_types

from .pool import (
    ASK,
    RUNAWAYS,
    SOURCE,
    is_alive,
    is_ready,
    make_release,
    point,
    running,
    wait_until,
    with_options,
)

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


@pytest.fixture
def single(tmp_path: Path) -> Path:
    """A state folder for a dispatcher of this test alone."""
    make_release(tmp_path, 1)
    return tmp_path


def test_own_default_graph_is_a_setting_and_a_property_of_the_release(tmp_path: Path) -> None:
    folder = make_release(tmp_path, 1, extra='<urn:s> <urn:p> "in the default graph" .')
    with running(DispatcherOptions(tmp_path, mode="memory", default_graph="own")) as pool:
        assert pool.text(COUNT).split() == ["1", "?n"]
    record = json.loads((folder / "release.json").read_text())
    (folder / "release.json").write_text(json.dumps(record | {"default_graph": "own"}))
    with running(DispatcherOptions(tmp_path, mode="memory")) as pool:
        assert pool.text(COUNT).split() == ["1", "?n"]


def test_a_second_dispatcher_on_the_same_state_is_refused(single: Path) -> None:
    with running(DispatcherOptions(single, mode="memory")) as pool:
        environment = {**os.environ, "PYTHONPATH": SOURCE}
        command = pool.options.command()
        second = subprocess.run(command, env=environment, capture_output=True, timeout=20, check=False)
        assert second.returncode == 1
        assert b"Another dispatcher" in second.stderr
        assert pool.store.ask("ASK {}")


def test_a_full_queue_is_refused_and_short_queries_still_pass(single: Path) -> None:
    options = DispatcherOptions(single, workers=1, queue_limit=2, mode="memory")
    with running(options) as pool:
        refused: list[QueueFull] = []

        def ask_long() -> None:
            try:
                pool.text(RUNAWAYS["product"], Limits(2, 1000, 1 << 27))
            except QueueFull as error:
                refused.append(error)
            except DeadlineExceeded:
                pass

        threads = [threading.Thread(target=ask_long) for _ in range(6)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(refused) == 3, 5)
        assert all(error.retry_after_seconds >= 1 for error in refused)
        assert '"1"' in pool.text()
        for thread in threads:
            thread.join()
        assert len(refused) == 3


def test_a_release_without_a_pointer_is_waited_for(tmp_path: Path) -> None:
    make_release(tmp_path, 1, current=False)
    options = DispatcherOptions(tmp_path, mode="memory")
    store = EmbeddedStore(options.socket_path())
    process = subprocess.Popen(options.command(), env={**os.environ, "PYTHONPATH": SOURCE})
    try:
        assert not is_ready(store, 0.5)
        assert "no release" in str(store.status()["message"])
        assert store.release() == 0
        with pytest.raises(StoreUnavailable, match="no release"):
            store.ask("ASK {}")
        point(tmp_path, 1)
        assert is_ready(store, 3)
        assert store.release() == 1
    finally:
        store.close()
        process.terminate()
        assert process.wait(5) == 0


def test_a_broken_release_leaves_the_old_one_serving(tmp_path: Path) -> None:
    make_release(tmp_path, 1)
    with running(DispatcherOptions(tmp_path, mode="memory")) as pool:
        folder = make_release(tmp_path, 2, current=False)
        (folder / "quads.nq").write_text("this is no N-Quads\n")
        point(tmp_path, 2)
        wait_until(lambda: "000002" in str(pool.status()["message"]), 5)
        assert '"1"' in pool.text()
        assert pool.status()["release"] == 1
        make_release(tmp_path, 3)
        wait_until(lambda: pool.status()["release"] == 3, 5)
        wait_until(pool.is_settled, 5)
        point(tmp_path, 1)
        wait_until(lambda: '"1"' in pool.text(), 5)
        wait_until(pool.is_settled, 5)


def test_a_large_release_is_served_from_its_folder_until_it_is_loaded(tmp_path: Path) -> None:
    make_release(tmp_path, 1, quads=2000)
    with running(DispatcherOptions(tmp_path, warm_quads=1000)) as pool:
        wait_until(lambda: pool.status()["mode"] == "memory" and pool.is_settled(), 5)
        assert pool.count("swaps") == 1
    with running(with_options(DispatcherOptions(tmp_path), memory_quads=1000)) as pool:
        assert pool.status()["mode"] == "folder"
        assert '"1"' in pool.text()


def test_masters_that_fork_have_one_thread(single: Path) -> None:
    with running(DispatcherOptions(single, mode="memory")) as pool:
        for pid in pool.pids("master") + pool.pids("worker"):
            assert len(list(Path(f"/proc/{pid}/task").iterdir())) == 1


def test_a_short_query_takes_little_on_its_way(single: Path) -> None:
    with running(DispatcherOptions(single, mode="memory")) as pool:
        times = []
        for _ in range(200):
            began = time.perf_counter()
            pool.store.answer(ASK, media_types.RESULTS_JSON).body.close()
            times.append(time.perf_counter() - began)
        assert statistics.median(times) < 0.02


def test_an_orderly_end_answers_what_is_under_way(single: Path) -> None:
    with running(DispatcherOptions(single, mode="memory")) as pool:
        text = RUNAWAYS["product"]
        outcomes: list[object] = []

        def ask() -> None:
            try:
                outcomes.append(pool.text(text, Limits(1.0, 1000, 1 << 27)))
            except DeadlineExceeded as error:
                outcomes.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        wait_until(lambda: pool.status()["workers"]["query"]["busy"] == 1, 5)
        children = pool.all_pids()
        pool.process.send_signal(signal.SIGTERM)
        thread.join()
        assert isinstance(outcomes[0], DeadlineExceeded)
        assert pool.process.wait(5) == 0
        wait_until(lambda: not any(is_alive(pid) for pid in children), 3)
