"""Ten million quads: how long a build takes, how soon a start answers, what it holds in memory, how long a fork takes, and the questions.

Twice: read from the release's folder, as such a release is by default, and held in memory (``--memory-mode-quads``).
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..conftest import RunningSite, free_port
from . import networks, questions
from .asking import Failed, ask, forget
from .peers import Server, our_command, our_environment
from .processes import memory

QUESTION_SECONDS = 120.0
STARTS = 5
_FORKS = """
import os, resource, statistics, sys, time
from pathlib import Path
from zorgnetwerk.store.work import QueryWork
folder, mode = Path(sys.argv[1]), sys.argv[2]
began = time.perf_counter()
work = QueryWork.prepare(folder, mode, "release")
loaded = time.perf_counter() - began
forks, ready = [], []
for _ in range(11):
    reading, writing = os.pipe()
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        opened = work.open()
        os.write(writing, b"." if opened.evaluator() else b"")
        os._exit(0)
    forks.append(time.perf_counter() - began)
    os.read(reading, 1)
    ready.append(time.perf_counter() - began)
    os.waitpid(child, 0)
    os.close(reading); os.close(writing)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(loaded, statistics.median(forks[1:]), statistics.median(ready[1:]), peak)
"""


def measure(quads: int, folder: Path, say: Callable[[str], object], content: Path | None = None) -> dict[str, Any]:
    """All figures, by name. ``content`` may hold a network that was made before."""
    figures: dict[str, Any] = {}
    if content is None:
        content = folder / "content"
        began = time.monotonic()
        figures["quads"] = networks.write(content, quads)
        figures["network written, s"] = round(time.monotonic() - began, 1)
        say(f"  a network of {figures['quads']:,} quads")
    state = folder / "state"
    figures |= _build(state, content)
    say(f"  built in {figures['build, s']} s")
    release = state / "releases" / "000001"
    figures["release on disk, MiB"] = {path.name: _mebibytes(path) for path in sorted(release.iterdir())}
    for mode, limit in (("folder", 1), ("memory", 1 << 40)):
        flags = ("--memory-mode-quads", str(limit), "--query-timeout", str(QUESTION_SECONDS))
        figures[f"{mode} mode"] = _serve(state, content, flags, STARTS if mode == "folder" else 1, say)
        figures[f"{mode} mode"] |= _forks(release, mode)
        say(f"  {mode} mode measured")
    return figures


def _build(state: Path, content: Path) -> dict[str, Any]:
    began = time.monotonic()
    log = state.with_suffix(".log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            our_command("build", state, content), env=our_environment(), stdout=output, stderr=output
        )
        _, status, use = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(log.read_text("utf-8")[-2_000:])
    return {
        "build, s": round(time.monotonic() - began, 1),
        "build, processor s": round(use.ru_utime + use.ru_stime, 1),
        "build, peak MiB": use.ru_maxrss // 1024,
    }


def _serve(
    state: Path, content: Path, flags: tuple[str, ...], starts: int, say: Callable[[str], object]
) -> dict[str, Any]:
    """Starts, memory and questions of the served release."""
    seconds = []
    for _ in range(starts - 1):
        with _started(state, content, flags) as (_, waited):
            seconds.append(waited)
    with _started(state, content, flags) as (site, waited):
        seconds.append(waited)
        say(f"    first answer after {waited:.2f} s")
        server = Server("zorgnetwerk", site.port, "/sparql", site.process.pid, waited)
        before = _memory(site)
        found: dict[str, Any] = {
            "start to first answer, s": round(statistics.median(seconds), 2),
            "slowest start, s": round(max(seconds), 2),
            "questions, ms": {name: _asked(server, text) for name, text in questions.QUESTIONS.items()},
            "memory after the start, MiB": before,
            "memory after the questions, MiB": _memory(site),
        }
        forget(server)
        return found


@contextmanager
def _started(state: Path, content: Path, flags: tuple[str, ...]) -> Iterator[tuple[RunningSite, float]]:
    """A site, and how long after its command its endpoint answered a question of one row."""
    port, log = free_port(), state / "serve.log"
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*our_command("serve", state, content), "--port", str(port), *flags],
            env=our_environment(),
            stdout=output,
            stderr=output,
        )
    site = RunningSite(process, port, state, log)
    try:
        _until_it_answers(site, began + 1_800)
        yield site, time.monotonic() - began
    finally:
        site.stop()


def _until_it_answers(site: RunningSite, end: float) -> None:
    path = f"/sparql?{urllib.parse.urlencode({'query': questions.tiny(1)})}"
    while time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
        try:
            connection.request("GET", path, headers={"Accept": "application/sparql-results+json"})
            answer = connection.getresponse()
            if answer.status == 200 and json.loads(answer.read())["results"]["bindings"]:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        if site.process.poll() is not None:
            raise RuntimeError(site.log.read_text("utf-8")[-2_000:])
        time.sleep(0.02)
    raise RuntimeError("it does not answer")


def _asked(server: Server, text: str) -> str:
    """The median of three, or of one where that took long; the reason when there is no answer."""
    media_type = questions.accept(text)
    try:
        first = ask(server, f"{text}# 0\n", media_type, QUESTION_SECONDS)
        times = [first.seconds]
        if first.seconds < 10:
            times = [ask(server, f"{text}# {number}\n", media_type, QUESTION_SECONDS).seconds for number in (1, 2, 3)]
        return f"{statistics.median(times) * 1000:.1f} ({first.rows:,} rows)"
    except Failed as failure:
        return str(failure)


def _forks(release: Path, mode: str) -> dict[str, Any]:
    """How long the master's fork takes, and until its child can answer, in a process of its own."""
    words = [sys.executable, "-c", _FORKS, str(release), mode]
    environment = our_environment() | {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    done = subprocess.run(words, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    load, fork, ready, peak = map(float, done.stdout.split())
    return {
        "loading, s": round(load, 2),
        "fork, ms": round(fork * 1000, 2),
        "fork until ready, ms": round(ready * 1000, 2),
        "master alone, MiB": round(peak),
    }


def _memory(site: RunningSite) -> dict[str, str]:
    """Resident memory of each process, and its share of what several hold together."""
    used = memory(site.process.pid)
    found = {f"{use.name} {use.pid}": f"{use.resident >> 20} ({use.shared_part >> 20})" for use in used}
    return found | {"all, shared pages once": str(sum(use.shared_part for use in used) >> 20)}


def _mebibytes(path: Path) -> int:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) >> 20
