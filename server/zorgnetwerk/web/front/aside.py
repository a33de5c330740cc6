"""Work that would make everyone wait, done by one thread beside the loop.

Only for work that gives the interpreter free while it lasts, such as compression.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from zorgnetwerk.web.front.polling import READ, Poll


class Aside:
    """One thread, and what it has finished."""

    def __init__(self, poll: Poll) -> None:
        self._poll = poll
        self._pool: ThreadPoolExecutor | None = None
        self._event = -1
        self._done: deque[tuple[Callable[[bytes], None], bytes]] = deque()

    def do(self, work: Callable[[], bytes], then: Callable[[bytes], None]) -> None:
        """Does this work in the thread; ``then`` is called in the loop with what it gave."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "aside")
            self._event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            self._poll.watch(self._event, self._hear, READ)
        self._pool.submit(self._run, work, then)

    def _run(self, work: Callable[[], bytes], then: Callable[[bytes], None]) -> None:
        self._done.append((then, work()))
        os.eventfd_write(self._event, 1)

    def _hear(self, _: int) -> None:
        os.eventfd_read(self._event)
        while self._done:
            then, result = self._done.popleft()
            then(result)
