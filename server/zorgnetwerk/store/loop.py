"""Waiting for frames on many sockets at once.

Knows channels and who wants to hear of them. Must not know what any frame means. Nothing in it blocks except ``step``.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zorgnetwerk.store.frames import Channel, Closed, Frame, FrameError


@dataclass(slots=True)
class _Watch:
    channel: Channel
    on_frame: Callable[[Frame], None]
    on_end: Callable[[], None]


class Loop:
    """Watched channels, listening sockets and wake-up descriptors."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def watch(self, channel: Channel, on_frame: Callable[[Frame], None], on_end: Callable[[], None]) -> None:
        """Calls ``on_frame`` for each frame and ``on_end`` once, when the other side is gone or talks nonsense."""
        channel.socket.setblocking(False)
        self._selector.register(channel, selectors.EVENT_READ, _Watch(channel, on_frame, on_end))

    def watch_readable(self, source: socket.socket | int, on_readable: Callable[[], None]) -> None:
        """Calls ``on_readable`` whenever there is something to accept or to read."""
        self._selector.register(source, selectors.EVENT_READ, on_readable)

    def forget(self, source: Channel | socket.socket) -> None:
        """Watches this no more; harmless when it was not watched."""
        try:
            self._selector.unregister(source)
        except (KeyError, ValueError):
            return

    def flush(self, channel: Channel) -> None:
        """Sends what the channel has queued, now or as soon as its socket takes it."""
        try:
            key = self._selector.get_key(channel)
        except (KeyError, ValueError):
            return
        try:
            done = channel.flush()
        except Closed:
            self._end(key.data)
            return
        wanted = selectors.EVENT_READ if done else selectors.EVENT_READ | selectors.EVENT_WRITE
        if key.events != wanted:
            self._selector.modify(channel, wanted, key.data)

    def send(self, channel: Channel, header: Mapping[str, object], *descriptors: int) -> None:
        """Queues a frame and sends it; one that is too large, or for a socket that is closed, is left out."""
        try:
            channel.queue(header, descriptors)
        except (FrameError, OSError):
            return
        self.flush(channel)

    def step(self, timeout_seconds: float) -> None:
        """Waits at most this long and tells everyone what came."""
        for key, events in self._selector.select(max(0.0, timeout_seconds)):
            if not isinstance(key.data, _Watch):
                if self._is_watched(key):  # not closed by an earlier one of this round
                    key.data()
                continue
            if events & selectors.EVENT_WRITE:
                self.flush(key.data.channel)
            if events & selectors.EVENT_READ and self._watches(key.data):
                self._read(key.data)

    def close(self) -> None:
        """Gives the selector back."""
        self._selector.close()

    def _is_watched(self, key: selectors.SelectorKey) -> bool:
        try:
            return self._selector.get_key(key.fd).data is key.data
        except (KeyError, ValueError):
            return False

    def _watches(self, watch: _Watch) -> bool:
        try:
            return self._selector.get_key(watch.channel).data is watch
        except (KeyError, ValueError):
            return False

    def _read(self, watch: _Watch) -> None:
        try:
            frames = watch.channel.frames()
        except (Closed, FrameError, OSError):
            self._end(watch)
            return
        for frame in frames:
            watch.on_frame(frame)
            frame.close()

    def _end(self, watch: _Watch) -> None:
        self.forget(watch.channel)
        watch.on_end()
