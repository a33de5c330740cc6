"""The servers that are measured: ours and four of other makers, each loaded with the same network.

What differs between them is written here, once: how each gets a default graph that is the merge of all graphs, which flags it is started with, and how it
is installed (Python and Node packages into ``.venv/bench``, so that they never enter our requirements; Virtuoso from Debian). A peer that is missing, or
that takes longer than its budget to load, is named and left out.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..conftest import ROOT, free_port, start_site
from ..store.engines import oxigraph_program, virtuoso
from .words import BASE

CACHE = ROOT / ".venv" / "bench"
PACKAGE = Path(os.environ.get("BENCH_PACKAGE", ROOT / "server"))
"""The source root that is measured; another checkout's with BENCH_PACKAGE."""
RDFLIB_ENDPOINT = ("rdflib-endpoint[cli,web]==0.6.3", "rdflib==7.6.0", "uvicorn[standard]")
COMUNICA = "@comunica/query-sparql-file@5.3.0"
_COMUNICA_PACKAGE = '{"private": true, "overrides": {"undici": "^7.0.0"}}\n'
"""Its newest undici does not start on Node 20."""


class Missing(Exception):
    """This peer cannot be measured here; the text says why."""


@dataclass(frozen=True)
class Server:
    """A running server: where it answers, its processes, and how long it took to be ready to answer."""

    name: str
    port: int
    path: str
    process: int
    load_seconds: float


@dataclass(frozen=True)
class Network:
    """The files of one network. ``merged`` also holds, in the default graph, each triple once."""

    folder: Path
    quads: int
    single: Path
    merged: Path

    @classmethod
    def of(cls, folder: Path, quads: int) -> Network:
        """The network of this content folder, with both files beside it."""
        single, merged = folder.with_name(f"{folder.name}.nq"), folder.with_name(f"{folder.name}-merged.nq")
        with single.open("wb") as one, merged.open("wb") as both:
            for path in sorted(folder.glob("*.nq")):
                with path.open("rb") as file:
                    for line in file:
                        one.write(line)
                        both.write(line)
                        both.write(line[:-3].rpartition(b" ")[0] + b" .\n")
        return cls(folder, quads, single, merged)


@contextlib.contextmanager
def ours(network: Network, folder: Path, budget: float) -> Iterator[Server]:
    """``zorgnetwerk serve`` with its factory settings; the release is built before, and that is not counted."""
    state = folder / "ours"
    _build(state, network.folder)
    began = time.monotonic()
    site = start_site(state, network.folder, "--unchecked", "--base-iri", BASE, wait_seconds=budget, package=PACKAGE)
    try:
        yield Server("zorgnetwerk", site.port, "/sparql", site.process.pid, time.monotonic() - began)
    finally:
        site.stop()


def our_command(command: str, state: Path, content: Path) -> list[str]:
    """The command line of ours for an unchecked content folder."""
    words = [sys.executable, "-c", "from zorgnetwerk.cli import main; main()", command, "--state-dir", str(state)]
    return [*words, "--content", str(content), "--unchecked", "--base-iri", BASE]


def our_environment() -> dict[str, str]:
    """The environment for it: nobody's settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ZORGNETWERK_")}
    return kept | {"PYTHONPATH": str(PACKAGE)}


def _build(state: Path, content: Path) -> None:
    words = our_command("build", state, content)
    done = subprocess.run(words, env=our_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2_000:])


@contextlib.contextmanager
def native(network: Network, folder: Path, budget: float) -> Iterator[Server]:
    """The Oxigraph server, in memory, no flags. Its default graph holds the merge, as ours does."""
    try:
        program = oxigraph_program()
    except AssertionError as error:
        raise Missing(str(error)) from error
    port = free_port()
    with _running([program, "serve", "--bind", f"127.0.0.1:{port}"], folder) as process:
        _wait(port, "/query?query=ASK%7B%7D", process, 20)
        began = time.monotonic()
        _post(f"http://127.0.0.1:{port}/store", network.merged, "application/n-quads", budget)
        yield Server("oxigraph serve", port, "/query", process.pid, time.monotonic() - began)


@contextlib.contextmanager
def virtuoso_server(network: Network, folder: Path, budget: float) -> Iterator[Server]:
    """Virtuoso: its default graph is the union of all graphs by itself. Loaded by its own bulk loader."""
    if shutil.which("virtuoso-t") is None or shutil.which("isql-vt") is None:
        raise Missing("virtuoso-t and isql-vt are not installed (Debian: virtuoso-opensource)")
    place = folder / "virtuoso"
    place.mkdir()
    (place / "data").mkdir()
    os.link(network.single, place / "data" / "network.nq")
    with virtuoso(place, query_seconds=60, buffers=200_000, threads=40) as engine:
        sql = engine.sql_port
        began = time.monotonic()
        script = f"ld_dir('{place}/data', '*.nq', 'http://unused/'); rdf_loader_run(); checkpoint;"
        words = ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"exec={script}"]
        try:
            subprocess.run(words, check=True, timeout=budget, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except subprocess.TimeoutExpired as error:
            raise Missing(f"loading took more than {budget:g} s") from error
        port = urllib.parse.urlsplit(engine.query).port or 0
        yield Server("virtuoso", port, "/sparql", engine.process, time.monotonic() - began)


@contextlib.contextmanager
def rdflib_endpoint(network: Network, folder: Path, budget: float) -> Iterator[Server]:
    """rdflib-endpoint by its own command: rdflib in memory, the default graph the union of all."""
    program = CACHE / "rdflib-endpoint" / "bin" / "rdflib-endpoint"
    if not program.exists():
        raise Missing("rdflib-endpoint is not installed (bench --install)")
    port = free_port()
    words = [str(program), "serve", "--host", "127.0.0.1", "--port", str(port), str(network.single)]
    began = time.monotonic()
    with _running(words, folder) as process:
        _wait(port, "/?query=ASK%7B%7D", process, budget)
        yield Server("rdflib-endpoint", port, "/", process.pid, time.monotonic() - began)


@contextlib.contextmanager
def comunica(network: Network, folder: Path, budget: float) -> Iterator[Server]:
    """Comunica's HTTP endpoint over the file, one worker a core; every worker reads the file at its first query."""
    program = CACHE / "comunica" / "node_modules" / "@comunica" / "query-sparql-file" / "bin" / "http.js"
    if shutil.which("node") is None or not program.exists():
        raise Missing("Comunica is not installed (bench --install; needs Node 20)")
    port = free_port()
    words = ["node", "--max-old-space-size=8000", str(program), str(network.single), "--unionDefaultGraph"]
    words += ["-p", str(port), "-w", str(os.cpu_count() or 1), "-t", "3600"]
    began = time.monotonic()
    with _running(words, folder) as process:
        for _ in range(2 * (os.cpu_count() or 1)):
            _wait(port, f"/sparql?query={urllib.parse.quote('SELECT * { ?s ?p ?o } LIMIT 1')}", process, budget)
        yield Server("comunica", port, "/sparql", process.pid, time.monotonic() - began)


Starter = Callable[[Network, Path, float], contextlib.AbstractContextManager[Server]]
PEERS: dict[str, Starter] = {
    "oxigraph serve": native,
    "virtuoso": virtuoso_server,
    "rdflib-endpoint": rdflib_endpoint,
    "comunica": comunica,
}


def install(say: Callable[[str], object]) -> None:
    """Puts the Python and Node peers into the cache folder; instant when they are there."""
    environment = CACHE / "rdflib-endpoint"
    if not (environment / "bin" / "rdflib-endpoint").exists():
        say("installing rdflib-endpoint ...")
        _try([sys.executable, "-m", "venv", str(environment)], say)
        _try([str(environment / "bin" / "pip"), "install", "--quiet", *RDFLIB_ENDPOINT], say)
    place = CACHE / "comunica"
    if shutil.which("npm") and not (place / "node_modules").exists():
        say("installing Comunica ...")
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.json").write_text(_COMUNICA_PACKAGE, "utf-8")
        _try(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", COMUNICA], say, place)


def _try(command: Sequence[str], say: Callable[[str], object], folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        say(f"{command[0]} failed: {done.stderr.decode('utf-8', 'replace')[-300:]}")


@contextlib.contextmanager
def _running(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which is ended whole afterwards; in our session, since Linux may share the
    processor out by sessions.
    """
    with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, process_group=0)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(port: int, path: str, process: subprocess.Popen[bytes], seconds: float) -> None:
    """Waits for the first answer. Errors: Missing when the server ends or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Missing(f"it ended at its start with code {process.returncode}")
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", headers={"Accept": "application/sparql-results+json"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=max(1.0, end - time.monotonic())) as answer:
                answer.read()
                return
        except urllib.error.HTTPError as error:
            raise Missing(f"it answers {error.code}") from error
        except OSError:
            time.sleep(0.1)
    raise Missing(f"loading took more than {seconds:g} s")


def _post(address: str, path: Path, media_type: str, seconds: float) -> None:
    with path.open("rb") as body:
        headers = {"Content-Type": media_type, "Content-Length": str(path.stat().st_size)}
        with urllib.request.urlopen(
            urllib.request.Request(address, body, headers, method="POST"), timeout=seconds
        ) as answer:
            answer.read()
