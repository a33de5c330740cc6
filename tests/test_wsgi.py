"""Where the web server enters: a process that is told to end while it loads."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from zorgnetwerk import serving, settings
from zorgnetwerk.store.state import State

from .conftest import ROOT

KILL_SECONDS = 4
"""After which the web server kills a process that does not hear it (``serving.web_command``)."""


@pytest.fixture
def server(tmp_path: Path) -> subprocess.Popen[bytes]:
    State.open(tmp_path / "state")
    chosen = settings.load(
        {"state_dir": str(tmp_path / "state"), "content_dir": str(ROOT), "base_iri": "http://localhost:8000/"},
        environment={},
    )
    command = serving.web_command(chosen, tmp_path / "web.sock")
    return subprocess.Popen(command, env=os.environ | serving.environment_of(chosen))


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def catches(pid: int, number: int) -> bool:
    """Whether this process has a handler for a signal. Source: proc_pid_status(5), SigCgt."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines())
    return bool(int(lines["SigCgt"], 16) >> (number - 1) & 1)


def test_a_process_that_loads_ends_when_it_is_told_to(server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while not (found := children(server.pid)) or catches(found[0], signal.SIGTERM):
        assert time.monotonic() < end, "it never listened while it loaded"
        time.sleep(0.001)
    told = time.monotonic()
    server.terminate()
    assert server.wait(10) == 0
    assert time.monotonic() - told < KILL_SECONDS / 2
