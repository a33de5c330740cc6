"""A master by itself, asked over its control socket as the dispatcher asks it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from zorgnetwerk.store.frames import Channel
from zorgnetwerk.store.members import Plan

from .pool import SOURCE, make_release, wait_until


@pytest.fixture
def master(tmp_path: Path) -> Iterator[tuple[Channel, int]]:
    """A control socket and the process behind it."""
    folder = make_release(tmp_path, 1)
    arguments = (f"--release={folder}", "--mode=folder", "--default-graph=union")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    ours.settimeout(10)
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    command = Plan("query", arguments).command(theirs.fileno())
    process = subprocess.Popen(command, env=environment, pass_fds=(theirs.fileno(),))
    theirs.close()
    channel = Channel(ours)
    try:
        assert channel.receive().header["op"] == "ready"
        yield channel, process.pid
    finally:
        channel.close()
        assert process.wait(10) == 0


def test_what_comes_at_once_is_all_obeyed(master: tuple[Channel, int], tmp_path: Path) -> None:
    control, process = master
    folder = make_release(tmp_path, 2)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    ours.settimeout(10)
    heir = Channel(ours)
    for lane in ("query", "page"):
        control.queue({"op": "fork", "lane": lane})
    control.queue({"op": "succeed", "release": str(folder)}, (theirs.fileno(),))
    theirs.close()
    os.kill(process, signal.SIGSTOP)
    assert control.flush()
    os.kill(process, signal.SIGCONT)
    workers = [control.receive() for _ in range(2)]
    assert [frame.header["lane"] for frame in workers] == ["query", "page"]
    born = heir.receive().header
    assert (born["op"], heir.receive().header["op"]) == ("born", "ready")
    for frame in workers:
        frame.close()
    heir.close()
    wait_until(lambda: not Path(f"/proc/{born['pid']}/exe").exists(), 5)
