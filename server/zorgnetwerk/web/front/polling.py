"""Waiting for many descriptors at once, with little work for each.

Knows descriptors and whom to call. Must not know what is read or written. Linux only, like the workers.
"""

from __future__ import annotations

import contextlib
import select
from collections.abc import Callable
from typing import Final, TypeAlias

READ: Final = select.EPOLLIN | select.EPOLLRDHUP
WRITE: Final = select.EPOLLOUT
LEFT: Final = select.EPOLLRDHUP

Handler: TypeAlias = Callable[[int], None]
"""Called with the events that came."""


class Poll:
    """Watched descriptors and their handlers."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._handlers: dict[int, Handler] = {}
        self.rounds = 0

    def watch(self, descriptor: int, handler: Handler, events: int = READ) -> None:
        """Calls the handler whenever one of these events is there."""
        self._handlers[descriptor] = handler
        self._epoll.register(descriptor, events)

    def change(self, descriptor: int, events: int) -> None:
        """Waits for other events from now on."""
        self._epoll.modify(descriptor, events)

    def forget(self, descriptor: int) -> None:
        """Watches it no more; harmless when it was not watched. Call it before the descriptor is closed."""
        if self._handlers.pop(descriptor, None) is not None:
            with contextlib.suppress(OSError):
                self._epoll.unregister(descriptor)

    def step(self, seconds: float) -> None:
        """Waits at most so long and calls whom it concerns."""
        handlers = self._handlers
        found = self._epoll.poll(max(0.0, seconds))
        self.rounds += 1
        for descriptor, events in found:
            handler = handlers.get(descriptor)
            if handler is not None:  # an earlier handler of this round may have closed it
                handler(events)

    def close(self) -> None:
        """Gives the kernel's object back."""
        self._epoll.close()
