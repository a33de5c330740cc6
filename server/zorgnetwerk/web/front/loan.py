"""One lent worker, and what a question must tell and take to be asked of it.

Knows the socket of the worker. Must not know other workers, nor what questions are about (``loans.py``, ``plain.py``).
"""

from __future__ import annotations

import socket
from typing import Protocol

from zorgnetwerk.store.members import processor_seconds
from zorgnetwerk.store.slips import Reader, Slip


class Question(Protocol):
    """One question of a client."""

    client_name: str
    processor_seconds: float
    slip: bytes
    put_at: float

    def answer(self, slip: Slip) -> None:
        """The worker answered; the slip's file is the question's now."""

    def send_on(self, worker: int = 0) -> None:
        """It goes the long way; ``worker`` is at work on it already."""

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody wants the answer any more."""


class Loan:
    """One lent worker. ``processor`` is its processor time when it answered last."""

    def __init__(self, number: int, pid: int, source: socket.socket, processor: float) -> None:
        self.number = number
        self.pid = pid
        self.source = source
        self.reader = Reader(source)
        self.question: Question | None = None
        self.since = 0.0
        self.processor = processor

    def used(self) -> float:
        """The processor time since the last answer."""
        return processor_seconds(self.pid) - self.processor
