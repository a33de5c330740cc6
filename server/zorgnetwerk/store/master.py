"""The prefork master: prepares one kind of work once, then forks workers whenever the dispatcher asks.

It has one thread, never loads while it serves, and reaps. Each worker's socket and process descriptor go to the
dispatcher; what a worker said at an unexpected end goes there too. It ends when the dispatcher's end of the control
socket closes, and its workers with it.

    dispatcher → master   {"op": "fork", "lane"}
                          {"op": "succeed", "release"} + socket: a fork of this master, moved on to a release that came
                          of this one by changes alone, becomes the master at the other end of that socket
    master → dispatcher   {"op": "ready", "release", "quads", "mode"} | {"op": "broken", "message"}
                          {"op": "born", "pid"}: first word of a master that was not started but forked
                          {"op": "worker", "pid", "lane"} + socket, process descriptor
                          {"op": "ended", "pid", "code", "detail"}      code < 0: the signal
"""

from __future__ import annotations

import argparse
import gc
import os
import selectors
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from zorgnetwerk import logs
from zorgnetwerk.errors import StateError, ZorgnetwerkError
from zorgnetwerk.store import confinement, worker
from zorgnetwerk.store.frames import Channel, Closed, Frame, FrameError, close_all
from zorgnetwerk.store.work import CheckWork, QueryWork, Work

_DETAIL_BYTES: Final = 2_000
_FOREIGN: Final = ("query", "loan")
_NICENESS: Final = 5
"""Workers of foreign queries give way to those of pages, also while nobody knows yet how long a query is."""


class Master:
    """One prepared work and the workers forked from it."""

    def __init__(self, control: Channel, work: Work, allowance: worker.Allowance) -> None:
        self._control = control
        self._work = work
        self._allowance = allowance
        self._errors: dict[int, int] = {}

    def run(self) -> None:
        """Serves until the dispatcher is gone."""
        wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ)
        selector.register(wake_read, selectors.EVENT_READ)
        gc.collect()
        gc.freeze()
        gc.disable()
        self._control.send({"op": "ready", **self._work.facts})
        while True:
            for key, _ in selector.select():
                if key.fd == wake_read:
                    os.read(wake_read, 1024)
                else:
                    for frame in self._control.frames():  # all that came: of what is read already nothing wakes us
                        self._obey(frame)
            self._reap()

    def _obey(self, frame: Frame) -> None:
        if frame.header["op"] == "succeed":
            self._hand_on(Path(str(frame.header["release"])), frame)
        else:
            self._fork(str(frame.header["lane"]))

    def _fork(self, lane: str) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        errors = os.memfd_create("worker-errors", os.MFD_CLOEXEC)
        master = os.getpid()
        process = os.fork()
        if process == 0:
            ours.close()
            os.nice(_NICENESS if lane in _FOREIGN else 0)
            worker.become(master, Channel(theirs), errors, self._work, self._allowance, is_lent=lane == "loan")
        theirs.close()
        self._errors[process] = errors
        descriptor = os.pidfd_open(process)
        self._control.send({"op": "worker", "pid": process, "lane": lane}, (ours.fileno(), descriptor))
        ours.close()
        os.close(descriptor)

    def _hand_on(self, folder: Path, frame: Frame) -> None:
        """Lets a fork become the master of a later release; our own memory stays as it is."""
        [control] = frame.descriptors
        frame.descriptors.clear()
        if os.fork() == 0:
            become_heir(control, self._work, folder, self._allowance)
        os.close(control)

    def _reap(self) -> None:
        while self._errors:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            errors = self._errors.pop(process, -1)
            detail = _tail(errors)
            close_all((errors,))
            code = os.waitstatus_to_exitcode(status)
            self._control.send({"op": "ended", "pid": process, "code": code, "detail": detail})


def become_heir(descriptor: int, work: Work, folder: Path, allowance: worker.Allowance) -> NoReturn:
    """Turns this fresh fork of a master into the master of the release in this folder; never returns.

    It ends with the control socket, not with the master that it came of.
    """
    try:
        signal.set_wakeup_fd(-1)
        confinement.close_others((descriptor,))
        control = Channel(socket.socket(fileno=descriptor))
        control.send({"op": "born", "pid": os.getpid()})
        try:
            if not isinstance(work, QueryWork):
                raise StateError("Only a master of queries can be succeeded.")
            Master(control, work.advanced(folder), allowance).run()
        except (ZorgnetwerkError, OSError, ValueError, SyntaxError) as error:
            control.send({"op": "broken", "message": str(error)})
            os._exit(1)
    except (Closed, FrameError):
        os._exit(0)
    finally:
        # Whatever happened: nothing may return into the loop of the master that was forked.
        os._exit(1)


def _tail(descriptor: int) -> str:
    """The last words of a worker."""
    if descriptor < 0:
        return ""
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, _DETAIL_BYTES, max(0, size - _DETAIL_BYTES)).decode("utf-8", "replace").strip()


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m zorgnetwerk.store.master", allow_abbrev=False)
    parser.add_argument("--role", choices=("query", "check"), required=True)
    parser.add_argument("--control", type=int, required=True, help="descriptor of the dispatcher's socket")
    parser.add_argument("--release", type=Path, default=Path())
    parser.add_argument("--mode", choices=("memory", "folder"), default="memory")
    parser.add_argument("--default-graph", choices=("release", "union", "own"), default="release")
    parser.add_argument("--handler", default="")
    parser.add_argument("--content-dir", default="")
    parser.add_argument("--nice", type=int, default=0, help="how far this master and its workers give way")
    parser.add_argument("--log-level", default="info")
    parser.add_argument("--memory-bytes", type=int, default=1 << 30)
    parser.add_argument("--result-bytes", type=int, default=50_000_000)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs a master on the control socket that it inherited; never returns."""
    options = _parse(sys.argv[1:] if arguments is None else arguments)
    logs.set_up(options.log_level)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(options.nice)
    control = Channel(socket.socket(fileno=options.control))
    try:
        work: Work
        if options.role == "query":
            work = QueryWork.prepare(options.release, options.mode, options.default_graph)
        else:
            work = CheckWork.prepare(options.handler, options.content_dir)
        Master(control, work, worker.Allowance(options.memory_bytes, options.result_bytes)).run()
    except ZorgnetwerkError as error:
        control.send({"op": "broken", "message": str(error)})
        os._exit(1)
    except (Closed, FrameError):
        os._exit(0)
    raise AssertionError("the master's loop has no other end")


if __name__ == "__main__":
    main()
