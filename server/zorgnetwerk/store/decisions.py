"""What the lanes decide, as values: the dispatcher acts on each once, in order.

Knows request numbers and worker numbers. Must not know processes or sockets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Run:
    """Give the request to this idle worker."""

    request: int
    worker: int


@dataclass(frozen=True, slots=True)
class Demote:
    """This worker's request is long: lower its priority; ``paused`` also stops it."""

    worker: int
    paused: bool


@dataclass(frozen=True, slots=True)
class Resume:
    """Let this paused worker go on."""

    worker: int


@dataclass(frozen=True, slots=True)
class Expire:
    """The deadline of this request has come; ``worker`` 0 when none has it. Units: seconds."""

    request: int
    worker: int
    limit: float
    used: float
    retry_after_seconds: int


@dataclass(frozen=True, slots=True)
class Refuse:
    """Too many wait; ``worker`` 0 when none has it. ``of_client``: too many of this client, others have room."""

    request: int
    worker: int
    waiting: int
    retry_after_seconds: int
    of_client: bool = False


Decision: TypeAlias = Run | Demote | Resume | Expire | Refuse
