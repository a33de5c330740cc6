"""The event loop: what is closed in a round is not called in that round any more, and its number is not used."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import Any, cast

import pytest

from zorgnetwerk.store.frames import Channel
from zorgnetwerk.store.loop import Loop
from zorgnetwerk.store.members import Member


def test_a_source_that_was_forgotten_in_this_round_is_not_called() -> None:
    loop, called = Loop(), []
    pairs = [socket.socketpair() for _ in range(2)]

    def hear(mine: int) -> None:
        called.append(mine)
        other = pairs[1 - mine][0]
        loop.forget(other)
        other.close()

    for number, (near, far) in enumerate(pairs):
        loop.watch_readable(near, lambda number=number: hear(number))  # type: ignore[misc]
        far.send(b"x")
    loop.step(1)
    assert len(called) == 1
    loop.close()
    for pair in pairs:
        for end in pair:
            end.close()


def test_a_worker_that_is_gone_is_not_signalled() -> None:
    """Its descriptor may be another process's by then."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"]) as gone:
        near, far = socket.socketpair()
        member = Member(1, gone.pid, os.pidfd_open(gone.pid), Channel(near), "query", cast("Any", None))
        gone.kill()
    number = member.descriptor
    member.close()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"]) as other:
        descriptor = os.pidfd_open(other.pid)
        os.dup2(descriptor, number)
        member.end()
        member.pause()
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                other.wait(0.2)
        finally:
            signal.pidfd_send_signal(number, signal.SIGKILL)
            os.close(descriptor)
            if descriptor != number:
                os.close(number)
    far.close()
