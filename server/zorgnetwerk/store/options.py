"""What the dispatcher is told at its start: one value, from and to a command line.

Knows names, defaults and units. The settings of the whole publisher are in ``settings.py``, which fills this in.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Literal, TypeAlias

Mode: TypeAlias = Literal["auto", "memory", "folder"]
DefaultGraph: TypeAlias = Literal["release", "union", "own"]
LOANS_PER_DOOR: Final = 2
"""So many workers are lent to each door."""


@dataclass(frozen=True, slots=True)
class DispatcherOptions:
    """How many workers of which kind, and what each may use.

    Units: ``*_bytes`` bytes, ``*_seconds`` seconds; ``queue_limit`` None means twice ``workers``; ``handler`` empty
    means no checker. ``memory_quads``: mode auto serves larger releases from their folder; ``warm_quads``: larger ones
    are served from their folder until they are loaded. ``default_graph`` release means what the record of the release
    says (union where it says nothing). ``client_limit``: long queries of one client at once, 0: no bound.
    ``loan_workers``: workers lent to the doors.
    """

    state_dir: Path
    workers: int = 0
    page_workers: int = 2
    express_workers: int = 2
    check_workers: int = 1
    queue_limit: int | None = None
    memory_bytes: int = 1 << 30
    check_memory_bytes: int = 2 << 30
    result_bytes: int = 50_000_000
    mode: Mode = "auto"
    memory_quads: int = 5_000_000
    warm_quads: int = 300_000
    default_graph: DefaultGraph = "release"
    handler: str = ""
    content_dir: Path | None = None
    slice_seconds: float = 0.1
    client_limit: int = 0
    loan_workers: int = 0
    log_level: str = "info"

    @property
    def heavy_slots(self) -> int:
        """How many long queries run at once; as many as there are cores unless said otherwise."""
        return self.workers or os.cpu_count() or 1

    @property
    def paused_limit(self) -> int:
        """How many long queries may wait for a slot."""
        return 2 * self.heavy_slots if self.queue_limit is None else self.queue_limit

    def socket_path(self) -> Path:
        """Where the dispatcher listens."""
        return self.state_dir / "dispatcher.sock"

    def command(self) -> tuple[str, ...]:
        """The command that starts a dispatcher with these options."""
        flags = (
            f"--{field.name.replace('_', '-')}={value}"
            for field in fields(self)
            if (value := getattr(self, field.name)) not in (None, "")
        )
        return (sys.executable, "-m", "zorgnetwerk.store.dispatcher", *flags)

    @classmethod
    def parse(cls, arguments: Sequence[str]) -> DispatcherOptions:
        """The options that a command line gives.

        >>> DispatcherOptions.parse(["--state-dir=/s", "--workers=3"]).heavy_slots
        3
        """
        parser = argparse.ArgumentParser("python -m zorgnetwerk.store.dispatcher", allow_abbrev=False)
        parser.add_argument("--state-dir", type=Path, required=True)
        for name in (
            "workers",
            "page-workers",
            "express-workers",
            "check-workers",
            "queue-limit",
            "client-limit",
            "loan-workers",
            "memory-bytes",
        ):
            parser.add_argument(f"--{name}", type=int, default=argparse.SUPPRESS)
        for name in ("check-memory-bytes", "result-bytes", "memory-quads", "warm-quads"):
            parser.add_argument(f"--{name}", type=int, default=argparse.SUPPRESS)
        parser.add_argument("--mode", choices=("auto", "memory", "folder"), default=argparse.SUPPRESS)
        parser.add_argument("--default-graph", choices=("release", "union", "own"), default=argparse.SUPPRESS)
        for name in ("handler", "log-level"):
            parser.add_argument(f"--{name}", default=argparse.SUPPRESS)
        parser.add_argument("--content-dir", type=Path, default=argparse.SUPPRESS)
        parser.add_argument("--slice-seconds", type=float, default=argparse.SUPPRESS)
        return cls(**vars(parser.parse_args(arguments)))
