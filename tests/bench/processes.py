"""What the processes of a server use: processor time and memory, read from /proc for a process and all that descend from it."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Use:
    """One process. Units: bytes; ``shared_part`` counts pages that several processes share by their share (PSS)."""

    pid: int
    name: str
    resident: int
    shared_part: int


def family(root: int) -> list[int]:
    """This process and its living descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    for pid in _all():
        fields = _stat(pid)
        if fields:
            children[int(fields[1])].append(pid)
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children[pid]
    return found


def rest(roots: Sequence[int], most_seconds: float, share: float = 0.03, quiet_seconds: float = 3.0) -> bool:
    """Waits until these families together use less than this share of a processor for so long; whether they do.

    What a server begins behind its first answer is over then.
    """
    end = time.monotonic() + most_seconds
    while time.monotonic() < end:
        before = sum(map(processor_seconds, roots))
        time.sleep(quiet_seconds)
        if sum(map(processor_seconds, roots)) - before < share * quiet_seconds:
            return True
    return False


def processor_seconds(root: int) -> float:
    """Processor time of the whole family, with that of children that ended and were waited for."""
    ticks = 0
    for pid in family(root):
        fields = _stat(pid)
        if fields:
            ticks += sum(int(value) for value in fields[11:15])
    return ticks / _TICKS


def memory(root: int) -> list[Use]:
    """What each process of the family holds."""
    return [use for pid in family(root) if (use := _use(pid))]


def _all() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid: int) -> list[str]:
    """The fields of a process behind its name (0: state, 1: parent, 11-14: times); empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _use(pid: int) -> Use | None:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return None
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in text.splitlines() if line.endswith("kB")}
    return Use(pid, _name(words), sizes.get("Rss", 0), sizes.get("Pss", 0))


def _name(words: list[str]) -> str:
    """What a command line runs: its module, or its program."""
    if "-m" in words[:-1]:
        return words[words.index("-m") + 1]
    return Path(words[0]).name
