"""Child commands that die with us.

Knows parents, children and their ends. What a child may do is in ``confinement.py``; who restarts it in
``supervision.py``.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Collection, Mapping, Sequence
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_STARTER: Final = "_ZORGNETWERK_STARTER"
"""Tells a started command, and those that it starts, the process id of the one that started it."""
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def die_with_parent(
    parent: int | None = None, death_signal: int = signal.SIGKILL, *, not_of: Collection[int] = ()
) -> None:
    """Asks the kernel to end this process when its parent ends; ends it at once when that has happened already.

    ``parent`` is the id that the parent must have (None: unknown); ``not_of`` are processes that only become the
    parent when the real one has ended.
    Source: prctl(2), PR_SET_PDEATHSIG; the comparison closes the gap between fork and prctl.
    """
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    now = os.getppid()
    if now in not_of or (parent is not None and now != parent):
        os._exit(1)


def heirs_of_orphans() -> tuple[int, ...]:
    """Who becomes the parent of a grandchild of ours whose own parent ended: the process that started it all, or
    init. Nobody when we did not start it.
    """
    starter = os.environ.get(_STARTER, "")
    return (int(starter), 1) if starter.isdecimal() else ()


def adopt_orphans() -> None:
    """Makes this process the parent of orphaned descendants, so that it can reap them where no init does."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def start(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    descriptors: Sequence[int] = (),
    death_signal: int = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """A started child command that ends when the calling thread's process ends.

    ``environment`` is added to ours. Call it from the main thread: the kernel watches the thread that forked.
    """
    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        die_with_parent(parent, death_signal)

    return subprocess.Popen(  # noqa: S603  # the commands are our own
        list(command),
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(environment or {}), _STARTER: str(parent)},
        pass_fds=tuple(descriptors),
        preexec_fn=prepare,  # runs prctl only; the parents that call this have one thread
    )
