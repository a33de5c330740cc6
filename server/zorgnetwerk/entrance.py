"""What a door process runs: made from the environment that ``zorgnetwerk serve`` prepared."""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from zorgnetwerk import logs, settings
from zorgnetwerk.errors import StateError
from zorgnetwerk.settings import Settings
from zorgnetwerk.store import processes
from zorgnetwerk.store.options import LOANS_PER_DOOR, DispatcherOptions
from zorgnetwerk.store.release import CURRENT
from zorgnetwerk.store.state import State
from zorgnetwerk.web.clients import SALT_VARIABLE, Clients, networks
from zorgnetwerk.web.front.door import Door, listen
from zorgnetwerk.web.front.loans import Loans
from zorgnetwerk.web.front.notes import Notes
from zorgnetwerk.web.front.plain import PlainQuestions
from zorgnetwerk.web.kept import KeptAnswers
from zorgnetwerk.web.tallies import TALLIES, Tallies

_COLLECTED_AFTER: Final = (20_000, 20, 50)
"""A request leaves no circles behind, and what is kept is many objects: looking for circles seldom is enough."""
_SPARE_DESCRIPTORS: Final = 128


class CurrentRelease:
    """The number that the pointer names, read again only when the file is another one.

    The pointer is replaced by a rename, so that another number is another file: to ask the kernel which one
    it is costs a fifth of reading it.
    """

    def __init__(self, pointer: Path) -> None:
        self._path = str(pointer)
        self._seen: tuple[int, int] = (0, 0)
        self._number = 0

    def __call__(self) -> int:
        """The number; 0 while none is served or the pointer is damaged."""
        try:
            found = os.stat(self._path)  # noqa: PTH116  # on the way of each request: a third of Path.stat
            seen = (found.st_ino, found.st_mtime_ns)
            if seen != self._seen:
                text = Path(self._path).read_text("ascii").strip()
                self._number, self._seen = int(text), seen
        except (OSError, ValueError):
            self._number, self._seen = 0, (0, 0)
        return self._number


def notes_of(door: Door, chosen: Settings, state: State) -> Notes:
    """What this door counts and logs, from now on."""
    is_logged = chosen.log_level in ("debug", "info")
    tallies = Tallies(state.folder / TALLIES)
    notes = Notes(tallies, door.kept, is_logged=is_logged, has_texts=chosen.log_queries)
    notes.begin(door)
    return notes


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs a door in front of the applications whose sockets the command line names."""
    processes.die_with_parent()
    chosen = settings.load()
    logs.set_up(chosen.log_level)
    try:
        state = State.open(chosen.state)
    except StateError as error:
        sys.exit(str(error))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(most, 65_536) if most != resource.RLIM_INFINITY else 65_536
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    door = Door(
        listen(chosen.host, chosen.port),
        sys.argv[1:] if arguments is None else arguments,
        KeptAnswers(chosen.cache_bytes),
        CurrentRelease(state.folder / CURRENT),
        connection_limit=(most - _SPARE_DESCRIPTORS) // 2,
    )

    loans = Loans(door, DispatcherOptions(state_dir=state.folder).socket_path(), LOANS_PER_DOOR)
    clients = Clients(networks(chosen.trusted_proxies), bytes.fromhex(os.environ.pop(SALT_VARIABLE, "")))
    door.asker = PlainQuestions(door, chosen, loans, clients)
    loans.begin()
    door.notes = notes_of(door, chosen, state)

    def stop(*_: object) -> None:
        door.is_stopping = True

    def hear(_: int) -> None:
        os.read(woken, 64)

    woken, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    door.poll.watch(woken, hear)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AFTER)
    door.run()
    door.notes.write()
    sys.exit(0)


if __name__ == "__main__":
    main()
