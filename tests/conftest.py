"""Fixtures for all: the content folder, a running site, clients that speak plain HTTP."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("ZORGNETWERK_SHARED", ROOT.parent / "shared"))


@dataclass(frozen=True)
class Reply:
    """One HTTP answer. Header names are in lower case; repeated headers are joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass
class RunningSite:
    """A served site: its process, address and state folder."""

    process: subprocess.Popen[bytes]
    port: int
    state: Path
    log: Path
    base: str = field(init=False)

    def __post_init__(self) -> None:
        self.base = f"http://localhost:{self.port}/"

    def ask(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        body: bytes | None = None,
        timeout: float = 60,
    ) -> Reply:
        """One request, redirects not followed, a connection of its own."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            named: dict[str, str] = {}
            for name, value in answer.getheaders():
                named[name.lower()] = f"{named[name.lower()]}, {value}" if name.lower() in named else value
            return Reply(answer.status, named, answer.read())
        finally:
            connection.close()

    def sparql(self, query: str, accept: str = "application/sparql-results+json", timeout: float = 60) -> Reply:
        return self.ask(f"/sparql?{urllib.parse.urlencode({'query': query})}", {"Accept": accept}, timeout=timeout)

    def await_checker(self, seconds: float = 120) -> None:
        """Waits for the checker, which prepares beside the store and is not there when that is ready."""
        end = time.monotonic() + seconds
        while self.ask("/validate", {"Content-Type": "text/turtle"}, "POST", b"").status == 503:
            assert time.monotonic() < end, "the checker does not get ready"
            time.sleep(0.2)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_site(
    state: Path,
    content: Path,
    *flags: str,
    port: int = 0,
    wait_seconds: float = 180,
    package: Path = ROOT / "server",
    process_group: int | None = None,
) -> RunningSite:
    """Starts ``zorgnetwerk serve`` of the package in this folder and waits until it is ready; with a process group of 0
    in one of its own."""
    port = port or free_port()
    state.mkdir(parents=True, exist_ok=True)
    log = state / "serve.log"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ZORGNETWERK_")}
    environment["PYTHONPATH"] = str(package)
    if "COVERAGE_PROCESS_CONFIG" in environment:
        environment["PYTHONPATH"] += f"{os.pathsep}{ROOT / 'tests' / 'tracing'}"
    environment["ZORGNETWERK_CONFORMANCE_CHECK"] = "no"  # half a minute of a core for each site
    command = [
        sys.executable,
        "-c",
        "from zorgnetwerk.cli import main; main()",
        "serve",
        "--port",
        str(port),
        "--state-dir",
        str(state),
        "--content",
        str(content),
        "--log-level",
        "warning",
        *flags,
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=environment, cwd=state, process_group=process_group
        )
    site = RunningSite(process, port, state, log)
    end = time.monotonic() + wait_seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"serve ended with {process.returncode}:\n{log.read_text('utf-8')}")
        try:
            if site.ask("/readyz", timeout=2).status == 200:
                return site
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"serve was not ready after {wait_seconds} seconds:\n{log.read_text('utf-8')}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The site of our own content, one for the whole run; tests only read from it. That our content passes its checks is
    tested in ``tests/content/test_build.py``: here they would be made once for each process that runs tests."""
    running = start_site(tmp_path_factory.mktemp("site"), ROOT, "--unchecked")
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def shared() -> Path:
    """The folder with source documents and evidence; tests that need it are skipped where it is absent, but fail under
    CI."""
    if not SHARED.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{SHARED} is missing")
        pytest.skip(f"the source documents are not at {SHARED}")
    return SHARED
