"""The digests of large files, remembered for as long as the files are the same: a start must not read gigabytes.

A file counts as the same when its name, size, inode and both of its times are; one that was changed less than a moment
before it was read is not remembered, since a second change within the clock's step would not show. Losing the memory
costs reading, nothing else. Knows files. Must not know what they hold.

Source: the index of git works so ("racy git", Documentation/technical/racy-git.txt).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

FILE: Final = "digests.json"
_LEAST_BYTES: Final = 1 << 20
_MOMENT_NS: Final = 2_000_000_000


class DigestMemory:
    """SHA-256 of files; ``path`` keeps those of large files between runs (None: nothing is kept)."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._known = _read(path)
        self._kept: dict[str, list[str]] = {}

    def digest(self, file: Path) -> bytes:
        """The digest of a file. Errors: OSError."""
        found = file.stat()
        if found.st_size < _LEAST_BYTES:
            return hashlib.sha256(file.read_bytes()).digest()
        name, marks = str(file.absolute()), _marks(found)
        known = self._known.get(name)
        if known and known[0] == marks:
            self._kept[name] = known
            return bytes.fromhex(known[1])
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").digest()
            after = os.fstat(opened.fileno())
        if _marks(after) == marks and time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) > _MOMENT_NS:
            self._kept[name] = [marks, digest.hex()]
        return digest

    def digests(self, files: Iterable[Path]) -> list[bytes]:
        """The digests of these files; what is known of others is forgotten. Errors: OSError."""
        found = [self.digest(file) for file in files]
        if self._path is not None and self._kept != self._known:
            temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
            with contextlib.suppress(OSError):  # a full disk must not keep a site from starting
                temporary.write_text(json.dumps(self._kept), "utf-8")
                temporary.replace(self._path)
            self._known = dict(self._kept)
        return found


def _marks(found: os.stat_result) -> str:
    return f"{found.st_size}-{found.st_ino}-{found.st_mtime_ns}-{found.st_ctime_ns}"


def _read(path: Path | None) -> dict[str, list[str]]:
    try:
        loaded = json.loads(path.read_text("utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    pairs = loaded.items() if isinstance(loaded, dict) else ()
    return {name: value for name, value in pairs if isinstance(value, list) and len(value) == 2}
