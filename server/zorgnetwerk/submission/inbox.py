"""The bytes that were sent, kept as they came: one file a submission, on disk before the submission exists.

A file without a submission is what a crash between the two left behind; ``leftovers`` finds it. Knows a folder. Must
not know what the bytes mean.
"""

from __future__ import annotations

import contextlib
import errno
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zorgnetwerk.errors import Gone, StateError, StorageFull
from zorgnetwerk.store.state import write_durably

_NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG))


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file of a submission: what it is called, what it is, how long it is. Units: bytes."""

    name: str
    media_type: str
    size: int


class Inbox:
    """The folder of kept bytes of one state folder."""

    def __init__(self, state_folder: Path) -> None:
        self._folder = state_folder / "inbox"

    def keep(self, identifier: str, body: bytes) -> None:
        """Writes the bytes; when this returns they survive a loss of power.

        Errors: StorageFull when the disk has no room or takes no writing; StateError when it cannot be used.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(self._folder / identifier, body, 0o600)
        except (OSError, StateError) as error:
            cause = error.__cause__ or error
            if not isinstance(cause, OSError) or cause.errno not in _NO_ROOM:
                raise
            raise StorageFull(
                "The disk of this site has no room for submissions now. Nothing was kept; send it again later.",
                retry_after_seconds=600,
            ) from error

    def read(self, identifier: str) -> bytes:
        """The bytes as they were sent. Errors: Gone when they are no longer kept."""
        try:
            return (self._folder / identifier).read_bytes()
        except FileNotFoundError:
            raise Gone(f"The bytes of submission {identifier} are no longer kept.") from None

    def holds(self, identifier: str) -> bool:
        """Whether the bytes are kept."""
        return (self._folder / identifier).exists()

    def remove(self, identifier: str) -> None:
        """Removes the bytes; nothing happens when they are not there."""
        (self._folder / identifier).unlink(missing_ok=True)

    def leftovers(self, known: frozenset[str], before: float) -> Iterator[str]:
        """The names of files that belong to no known submission and were written before this time (POSIX seconds)."""
        if not self._folder.is_dir():
            return
        for path in sorted(self._folder.iterdir()):
            with contextlib.suppress(FileNotFoundError):  # another process removed it, or gave it its final name
                if path.name not in known and path.stat().st_mtime < before:
                    yield path.name


def files_text(files: Sequence[SentFile]) -> str:
    """The files of a submission as its row holds them.

    >>> files_of(files_text([SentFile("a.ttl", "text/turtle", 12)]))
    (SentFile(name='a.ttl', media_type='text/turtle', size=12),)
    """
    return json.dumps([[file.name, file.media_type, file.size] for file in files], ensure_ascii=False)


def files_of(text: str) -> tuple[SentFile, ...]:
    """The files that a row names."""
    return tuple(SentFile(*entry) for entry in json.loads(text))
