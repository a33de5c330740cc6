"""The lanes that requests run in, and how much may happen at once in each.

page    our own queries; workers of their own, so that nothing public can starve them
check   submitted bytes; workers of their own
query   public queries, which begin in express workers
loan    workers lent to the doors, for the shortest public queries
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Lane: TypeAlias = Literal["page", "query", "check", "loan"]
LANES: Final[tuple[Lane, ...]] = ("page", "query", "check", "loan")


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much may happen at once. ``per_client``: long requests of one client, 0 for no bound. Units: seconds."""

    page: int = 2
    express: int = 2
    heavy: int = 2
    check: int = 1
    paused: int = 4
    slice_seconds: float = 0.1
    per_client: int = 0
    loan: int = 0

    def workers(self, lane: Lane) -> int:
        """The workers that a lane keeps ready or running, demoted ones not counted."""
        return {"page": self.page, "query": self.express, "check": self.check, "loan": self.loan}[lane]
