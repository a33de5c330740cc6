"""A process that forks a publisher for each fault that it is told of: one line in, one line out.

    in   {"state": folder, "fault": "point:action", "line": N-Quads}
    out  {"code": exit code, negative for a signal, "passed": [points in the order of their passing]}

The fork accepts the line (journal), notes in ``acknowledged`` what it was told is durable, and publishes.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from zorgnetwerk.dataset.publishing import publish
from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.store import faults
from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State

REFUSED = 3
"""Exit code of a publisher that said what is wrong."""


def accept_and_publish(state: Path, line: str) -> None:
    journal = Journal(state / "journal.sqlite")
    entry = journal.record(time="2026-01-01T00:00:00Z", kind="submission", cause="test", added=[line], removed=[])
    with (state / "acknowledged").open("a", encoding="utf-8") as file:
        file.write(f"{entry.number} {line}\n")
    publish(Releases(State.open(state)), is_house=True, retention=30)


def watched(passed: int) -> None:
    """Writes the name of every point that is passed to a descriptor."""
    original = faults.point

    def point(name: str) -> None:
        os.write(passed, f"{name}\n".encode())
        original(name)

    faults.point = point


def run(state: Path, fault: str, line: str) -> dict[str, object]:
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            faults.plan(fault)
            watched(write)
            accept_and_publish(state, line)
            os._exit(0)
        except ZorgnetwerkError as error:
            os.write(2, f"{error}\n".encode())
            os._exit(REFUSED)
        finally:
            os._exit(4)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as pipe:
        passed = pipe.read().split()
    _, status = os.waitpid(process, 0)
    return {"code": os.waitstatus_to_exitcode(status), "passed": passed}


def main() -> None:
    for order in sys.stdin:
        asked = json.loads(order)
        sys.stdout.write(json.dumps(run(Path(asked["state"]), asked["fault"], asked["line"])) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
