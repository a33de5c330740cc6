"""What the state folder says is to be served.

Knows the pointer file and the release folders, read only. Cheap enough to be asked ten times a second.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from zorgnetwerk.errors import StateError
from zorgnetwerk.store import deltas
from zorgnetwerk.store.members import Plan
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.state import release_folder

_EARLIER_NICENESS: Final = 5
"""Earlier releases give way to the present one."""
_CHECKER_NICENESS: Final = 5
"""At a start the checker needs seconds of processor time for its shapes; the first page is wanted before that."""


@dataclass(slots=True)
class Pointer:
    """The current release of a state folder, or the one that is ``pinned``, as plans for masters."""

    options: DispatcherOptions
    pinned: int = 0
    message: str = "there is no release yet"
    _number: int = 0
    _quads: int = field(default=0)
    _follows: tuple[int, ...] = ()

    def read(self) -> bool:
        """Looks again; whether another release is named now. What is unreadable changes nothing but the message."""
        try:
            number = self.pinned or int((self.options.state_dir / "current").read_text("ascii"))
            if number == self._number:
                return False
            record = json.loads((self._folder(number) / "release.json").read_text("utf-8"))
            chain = deltas.chain_of(self._folder(number))
            self._number, self._quads, self.message = number, int(record["quads"]), ""
            self._follows = (chain.base, *chain.deltas)[:-1]
        except FileNotFoundError as error:
            self.message = "there is no release yet" if not self._number else f"{error.filename} is missing"
            return False
        except (OSError, ValueError, KeyError, StateError) as error:
            self.message = f"the current release cannot be read: {error}"
            return False
        return True

    def plan(self) -> Plan | None:
        """What to prepare."""
        return self._plan(self._mode()) if self._number else None

    def stopgap(self) -> Plan | None:
        """What a large release can be answered from at once, until it is loaded; None when it need not wait."""
        is_slow = self._mode() == "memory" and self._quads > self.options.warm_quads
        return self._plan("folder") if is_slow and (self._folder(self._number) / "store").is_dir() else None

    def _plan(self, mode: str) -> Plan:
        options, folder = self.options, self._folder(self._number)
        arguments = (
            f"--release={folder}",
            f"--mode={mode}",
            f"--default-graph={options.default_graph}",
            f"--memory-bytes={options.memory_bytes}",
            f"--result-bytes={options.result_bytes}",
            f"--nice={_EARLIER_NICENESS if self.pinned else 0}",
            f"--log-level={options.log_level}",
        )
        return Plan("query", arguments, self._number, mode, self._follows)

    def _mode(self) -> str:
        if self.options.mode != "auto":
            return self.options.mode
        return "folder" if self._quads > self.options.memory_quads else "memory"

    def _folder(self, number: int) -> Path:
        return release_folder(self.options.state_dir, number)


def check_plan(options: DispatcherOptions, round_number: int) -> Plan | None:
    """What the checker's master is to prepare, anew for another ``round_number``; None without a handler."""
    if not options.handler:
        return None
    arguments = (
        f"--handler={options.handler}",
        f"--nice={_CHECKER_NICENESS}",
        f"--log-level={options.log_level}",
        f"--content-dir={options.content_dir or ''}",
        f"--memory-bytes={options.check_memory_bytes}",
        f"--result-bytes={options.result_bytes}",
    )
    return Plan("check", arguments, round_number, "check")
