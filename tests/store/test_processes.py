"""Children that end with their parents."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

GRANDCHILD = """
import os, sys, time
from zorgnetwerk.store import processes
while os.getppid() == int(sys.argv[1]):
    time.sleep(0.01)
processes.die_with_parent(not_of=processes.heirs_of_orphans())
print(os.getpid(), "lives", flush=True)
"""
PARENT = """
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())])
"""


def said_by_orphan(starter: str) -> str:
    """What a grandchild prints whose parent ended before it asked to end with it; nothing when it ended itself."""
    environment = {name: value for name, value in os.environ.items() if name != "_ZORGNETWERK_STARTER"}
    environment |= {"PYTHONPATH": os.pathsep.join(sys.path)} | ({"_ZORGNETWERK_STARTER": starter} if starter else {})
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PARENT, GRANDCHILD], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        text = parent.stdout.read()  # to the end: until the grandchild has ended too
    for word in text.split():
        if word.isdecimal():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(word), signal.SIGKILL)
    return text


def test_a_grandchild_that_was_late_to_ask_ends_when_we_started_it() -> None:
    assert said_by_orphan(str(os.getpid())) == ""


def test_what_we_did_not_start_is_left_alone() -> None:
    assert said_by_orphan("").endswith("lives\n")
