"""Where the web server enters: it names a function here, which gives the application of this process.

Light on purpose: what an application needs is loaded inside, when the process can already be told to end.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from zorgnetwerk.store import processes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def over_remote() -> WSGIApplication:
    """The application over a remote engine."""
    _settle()
    from zorgnetwerk import assembly

    return assembly.over_remote()


def behind_door() -> WSGIApplication:
    """The application of a web server behind a door."""
    _settle()
    from zorgnetwerk import assembly

    return assembly.behind_door()


def _settle() -> None:
    """Ends this process with the server that started it, and on request from now on.

    The server forks it with its own handler of signals, which in a fork does nothing, and puts the one that answers
    what is in flight in its place only when the application is there. Source: granian, ``server/mp.py``.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    processes.die_with_parent(not_of=processes.heirs_of_orphans())
