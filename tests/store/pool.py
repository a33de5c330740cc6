"""A running dispatcher with tiny releases, for the tests of the pool and of faults."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox

import zorgnetwerk
from zorgnetwerk.errors import StoreUnavailable
from zorgnetwerk.store.base import Limits
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types

SOURCE = str(Path(zorgnetwerk.__file__).parents[1])
TESTS = str(Path(__file__).parents[2])
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
WHICH = "SELECT ?n WHERE { <urn:release> <urn:number> ?n }"
PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o"
RUNAWAYS = {
    "product": f"SELECT (COUNT(*) AS ?n) WHERE {{ {PRODUCT} }}",
    "sort": "SELECT ?a WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?c ?f ?i LIMIT 1",
    "path": "SELECT (COUNT(*) AS ?n) WHERE { ?a (<urn:next>|!<urn:x>)* ?b . ?c (<urn:next>|!<urn:x>)* ?d }",
    "big string": f"SELECT (SUM(STRLEN(CONCAT({', '.join(['STR(?c)'] * 50)}, STR(?f)))) AS ?n) WHERE {{ {PRODUCT} }}",
}
ASK = Query("ASK {}", "ASK")
LIMITS = Limits(seconds=10, result_bytes=10_000_000, memory_bytes=1 << 28)


def make_release(state: Path, number: int, quads: int = 60, current: bool = True, extra: str = "") -> Path:
    """A release folder whose data name their release."""
    folder = state / "releases" / f"{number:06d}"
    folder.mkdir(parents=True)
    lines = [f'<urn:release> <urn:number> "{number}" <urn:g> .', *extra.strip().splitlines()]
    lines += [f"<urn:e{i}> <urn:next> <urn:e{i + 1}> <urn:g{i % 3}> ." for i in range(quads // 2)]
    lines += [f'<urn:e{i}> <urn:value> "{i}"^^<{INTEGER}> <urn:g{i % 3}> .' for i in range(quads // 2)]
    (folder / "quads.nq").write_text("\n".join(lines) + "\n", "utf-8")
    store = ox.Store(str(folder / "store"))
    store.bulk_load(path=str(folder / "quads.nq"), format=ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    (folder / "release.json").write_text(json.dumps({"format": 1, "number": number, "quads": len(lines)}), "utf-8")
    if current:
        point(state, number)
    return folder


def point(state: Path, number: int) -> None:
    """Makes a release the current one."""
    temporary = state / ".current"
    temporary.write_text(f"{number}\n", "ascii")
    temporary.rename(state / "current")


@dataclass
class Pool:
    """A dispatcher process and a store that asks it."""

    options: DispatcherOptions
    process: subprocess.Popen[bytes]
    store: EmbeddedStore

    def status(self) -> dict[str, Any]:
        return self.store.status()

    def pids(self, role: str) -> list[int]:
        return list(self.status()["pids"][role])

    def all_pids(self) -> set[int]:
        return {pid for pids in self.status()["pids"].values() for pid in pids}

    def count(self, name: str) -> int:
        return int(self.status()["counts"][name])

    def text(self, query: str = WHICH, limits: Limits = LIMITS, form: Any = "SELECT") -> str:
        """The answer to a public query as text, its lines sorted."""
        with self.store.answer(Query(query, form), media_types.RESULTS_TSV, limits).body as body:
            return "\n".join(sorted(body.read().decode("utf-8").splitlines()))

    def is_settled(self) -> bool:
        """Whether every lane has all its workers again and nothing runs."""
        status, options = self.status(), self.options
        lanes = status["workers"]
        full = lanes["page"]["idle"] == options.page_workers and lanes["query"]["idle"] == options.express_workers
        checks = not options.handler or lanes["check"]["idle"] == options.check_workers
        one = (
            len(status["pids"]["master"]) == 1
            and len(status["pids"]["worker"]) == options.page_workers + options.express_workers + options.loan_workers
        )
        return bool(status["ready"] and full and checks and one)


@contextlib.contextmanager
def running(options: DispatcherOptions, seconds: float = 20) -> Iterator[Pool]:
    """A dispatcher that is ready; afterwards it and all its processes are gone."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((SOURCE, TESTS))}
    process = subprocess.Popen(options.command(), env=environment)
    store = EmbeddedStore(options.socket_path(), limits=LIMITS)
    pool = Pool(options, process, store)
    try:
        assert is_ready(store, seconds), "the dispatcher did not get ready"
        wait_until(pool.is_settled, seconds)
        yield pool
        if process.poll() is not None:
            return
        left = pool.all_pids()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
        wait_until(lambda: not any(is_alive(pid) for pid in left), 3)
    finally:
        process.kill()
        process.wait()
        store.close()


def is_ready(store: EmbeddedStore, seconds: float) -> bool:
    """Whether a release answers within this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(StoreUnavailable):
            if store.status()["ready"]:
                return True
        time.sleep(0.02)
    return False


def wait_until(condition: Any, seconds: float) -> None:
    """Waits until the condition holds; fails otherwise."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {condition}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def with_options(options: DispatcherOptions, **changes: Any) -> DispatcherOptions:
    """Other options for the same state folder."""
    return replace(options, **changes)


def memory_of(pids: set[int]) -> int:
    """Bytes that these processes hold together, shared pages counted once by share."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) * 1024
    return total


def descriptors_of(pid: int) -> int:
    """How many descriptors a process holds."""
    return len(os.listdir(f"/proc/{pid}/fd"))
