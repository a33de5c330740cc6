"""Work that would make everyone wait, done by one thread beside the loop.

Only for work that gives the interpreter free while it lasts, such as compression.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from zorgnetwerk.web.front.polling import READ, Poll

_LOG = logging.getLogger("zorgnetwerk.web")


class Aside:
    """One thread, and what is to be done in the loop about what it has finished."""

    def __init__(self, poll: Poll) -> None:
        self._poll = poll
        self._pool: ThreadPoolExecutor | None = None
        self._event = -1
        self._done: deque[Callable[[], None]] = deque()

    def do(self, work: Callable[[], bytes], then: Callable[[bytes], None], failed: Callable[[], None]) -> None:
        """Does this work in the thread; in the loop, ``then`` is called with what it gave, ``failed`` when it raised
        something, which is logged.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "aside")
            self._event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            self._poll.watch(self._event, self._hear, READ)
        self._pool.submit(self._run, work, then, failed)

    def _run(self, work: Callable[[], bytes], then: Callable[[bytes], None], failed: Callable[[], None]) -> None:
        try:
            self._done.append(partial(then, work()))
        except Exception:  # whatever it is: somebody waits to be told
            _LOG.exception("work beside the loop failed")
            self._done.append(failed)
        os.eventfd_write(self._event, 1)

    def _hear(self, _: int) -> None:
        os.eventfd_read(self._event)
        while self._done:
            self._done.popleft()()
