"""How much memory a process has for itself, and whether it may be kept for the next request.

A fork shares the data with its master until it writes. The engine writes counters beside what it reads, so that a query
over everything ends with a copy of much of the data; the next such query in that process is several times faster. So a
worker is kept as long as what it copied is small for this machine.

Source: proc(5): statm, smaps_rollup, meminfo; the kernel's documentation of control groups (memory.max,
memory.current, memory.stat), whose root is the container's own inside a container.
"""

from __future__ import annotations

import math
import resource
from pathlib import Path
from typing import Final

_GROWTH_SHARE: Final = 4
"""A heap that grew by a quarter of what a query may use is not kept: the next query would have that much less."""
_AVAILABLE_SHARE: Final = 8
"""All workers of two cores together may then keep less than the machine has left."""
_GROUP: Final = Path("/sys/fs/cgroup")
LONG_SECONDS: Final = 0.1
"""A shorter request copies little; to ask the kernel costs milliseconds for each gigabyte."""


def mapped_bytes() -> int:
    """The size of this process's address space."""
    return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()


def is_light(base: int, memory_bytes: int, seconds: float) -> bool:
    """Whether this process may take another request after one that took these ``seconds``; no where the kernel does not
    tell, since an answer must not be lost for it.

    Units: ``base`` is what was mapped before the first request, ``memory_bytes`` what a query may use; both in bytes.
    """
    if mapped_bytes() - base > memory_bytes // _GROWTH_SHARE:
        return False
    if seconds < LONG_SECONDS:
        return True
    try:
        own = _bytes_of("/proc/self/smaps_rollup", b"Private_Dirty:")
        available = min(_bytes_of("/proc/meminfo", b"MemAvailable:"), container_room(_GROUP))
    except (OSError, LookupError, ValueError):
        return False
    return own <= min(memory_bytes, available // _AVAILABLE_SHARE)


def container_room(group: Path) -> float:
    """How many bytes the container may still take, files that can be dropped not counted; infinity when it has no limit
    of its own, or only one of the first version of control groups.

    Errors: OSError, LookupError, ValueError when the kernel tells something else.
    """
    try:
        limit = (group / "memory.max").read_text("ascii").strip()
    except FileNotFoundError:
        return math.inf
    if limit == "max":
        return math.inf
    current = int((group / "memory.current").read_text("ascii"))
    return max(0, int(limit) - current + _number(group / "memory.stat", b"inactive_file"))


def _bytes_of(path: str, name: bytes) -> int:
    return _number(Path(path), name) << 10


def _number(path: Path, name: bytes) -> int:
    for line in path.read_bytes().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    raise LookupError(f"{path} has no line {name.decode()}")
