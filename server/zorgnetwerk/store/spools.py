"""Spool files: nameless files that a worker writes an answer to and a web process reads it from.

They have no name anywhere, so nothing is left behind when a process ends.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def make(folder: Path | None = None) -> int:
    """The descriptor of an empty spool: in memory, or a nameless file in this folder."""
    if folder is None:
        return os.memfd_create("spool", os.MFD_CLOEXEC)
    return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def holding(body: bytes) -> Iterator[int]:
    """The descriptor of a spool with these bytes."""
    descriptor = make()
    try:
        rest = memoryview(body)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        yield descriptor
    finally:
        os.close(descriptor)
