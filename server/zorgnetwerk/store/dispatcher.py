"""The dispatcher: one process with one thread between the web processes and the workers.

It takes requests on a Unix socket, queues them (``lanes.py``), hands them with their spool descriptors to workers
(``generations.py``), ends what exceeds its deadline, and watches which release is current (``pointer.py``). It loads
nothing and evaluates nothing.

    client → dispatcher   {"op": "query", "lane", "text", "media_type", "seconds", "result_bytes", "memory_bytes",
                           "default_graphs"?, "named_graphs"?, "release"?, "client"?, "id"?} + spool
                          {"op": "check", "job", "seconds", "result_bytes", "memory_bytes"} + body, spool
                          {"op": "status"} | {"op": "release"} | {"op": "renew"} | {"op": "stop", "id"}
    dispatcher → client   {"op": "done", "size", "seconds", "release", "queued", "processor_seconds", "result"?}
                          {"op": "failed", "error": {…}}
                          {"op": "status", …} | {"op": "release", "release"} | {"op": "stop", "found"}
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

from zorgnetwerk import logs
from zorgnetwerk.errors import StateError
from zorgnetwerk.store.frames import Channel, bound
from zorgnetwerk.store.loop import Loop
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.processes import adopt_orphans
from zorgnetwerk.store.reception import Reception

_STEP_SECONDS: Final = 0.1
_DRAIN_SECONDS: Final = 3.0
_LOCK_WAIT_SECONDS: Final = 1.0
_BACKLOG: Final = 256
_LOG: Final = logging.getLogger("zorgnetwerk.store.dispatcher")


class Dispatcher:
    """The event loop around the desk: sockets, signals, time."""

    def __init__(self, options: DispatcherOptions, listener: socket.socket) -> None:
        self._loop = Loop()
        self._desk = Reception(options, self._loop)
        self._listener = listener
        self._stop_at: float | None = None
        self._stopping = False

    def run(self) -> None:
        """Serves until SIGTERM, then answers what is under way, within a limit."""
        wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._loop.watch_readable(wake_read, lambda: _drain(wake_read))
        self._loop.watch_readable(self._listener, self._accept)
        now = time.monotonic()
        due = now
        while not self._is_over(now):
            if now >= due:
                self._desk.look_around(now)
                _reap()
                due = now + _STEP_SECONDS
            self._desk.act(now)
            self._loop.step(min(due, self._desk.next_moment()) - time.monotonic())
            now = time.monotonic()
            self._desk.act(now)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while True:
                connection, _ = self._listener.accept()
                channel = Channel(connection)
                self._loop.watch(channel, partial(self._desk.take, channel), partial(self._desk.drop, channel))

    def _ask_to_stop(self, *_: object) -> None:
        self._stopping = True

    def _is_over(self, now: float) -> bool:
        if not self._stopping:
            return False
        if self._stop_at is None:
            self._stop_at = now + _DRAIN_SECONDS
            self._loop.forget(self._listener)
            self._listener.close()
        return now >= self._stop_at or not self._desk.is_busy


def _drain(descriptor: int) -> None:
    with contextlib.suppress(BlockingIOError):
        os.read(descriptor, 4096)


def _reap() -> None:
    """Takes note of ended masters, and of workers whose master ended before them."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


@contextlib.contextmanager
def _holding(state_dir: Path) -> Iterator[None]:
    """Makes sure that only one dispatcher serves a state folder; waits a moment for one that is ending.

    Errors: StateError.
    """
    descriptor = os.open(state_dir / "dispatcher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    end = time.monotonic() + _LOCK_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError as error:
            if time.monotonic() > end:
                raise StateError(f"Another dispatcher serves the state folder {state_dir}. Stop it first.") from error
            time.sleep(0.02)
    yield
    os.close(descriptor)


def listen(path: Path) -> socket.socket:
    """A listening socket at this path that only this user can reach; what was left there is replaced."""
    listener = bound(path, socket.SOCK_STREAM)
    listener.listen(_BACKLOG)
    return listener


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the dispatcher that the command line describes."""
    options = DispatcherOptions.parse(sys.argv[1:] if arguments is None else arguments)
    logs.set_up(options.log_level)
    adopt_orphans()
    try:
        with _holding(options.state_dir):
            Dispatcher(options, listen(options.socket_path())).run()
    except StateError as error:
        _LOG.error("%s", error)
        sys.exit(1)
    sys.exit(0)


if __name__ == "__main__":
    main()
