"""A connection to the application: a Unix socket of the web server behind the door."""

from __future__ import annotations

import socket


class Link:
    """A connection to one application process."""

    def __init__(self, path: str) -> None:
        """Errors: OSError when nobody listens there."""
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise

    def is_fresh(self) -> bool:
        """Whether the other side is still there and has said nothing."""
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        """Gives it back."""
        self.socket.close()
