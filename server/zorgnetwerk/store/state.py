"""The state folder: its format, its recorded base IRI, and who may use it.

state.json       format version, base IRI
current          number of the release that is served
releases/NNNNNN  one folder a release
journal.sqlite   the truth
serve.lock       held by a running site
write.lock       held by whoever writes (one at a time)
dispatcher.sock  where web processes ask
publish.sock     where the publisher is woken
inbox/           bytes of submissions as they were sent
outlets/         dumps under way
conformance/     reports on the whole data set
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from zorgnetwerk.errors import StateError
from zorgnetwerk.store import faults

FORMAT: Final = 1
BELL: Final = "publish.sock"
"""The socket where whoever adds to the journal wakes the publisher."""


@dataclass(frozen=True, slots=True)
class State:
    """One state folder. ``open`` makes it; nothing is kept in memory."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> State:
        """The state folder, made when missing.

        Errors: StateError when it is of a newer format or cannot be written.
        """
        try:
            (folder / "releases").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StateError(
                f"The state folder {folder} cannot be made: {error.strerror}. Choose another with --state-dir."
            ) from error
        state = cls(folder)
        found = state._record().get("format", FORMAT)
        if found != FORMAT:
            raise StateError(
                f"The state folder {folder} has format {found}, this version reads format {FORMAT}. "
                "Use the version that wrote it, or another --state-dir."
            )
        if not state._path.exists():
            state._write({"format": FORMAT})
        return state

    @classmethod
    def found(cls, folder: Path) -> State:
        """The state folder, for those who only read or change what is there.

        Errors: StateError when there is none; those of ``open``.
        """
        if not cls.is_in(folder):
            raise StateError(
                f"There is no state in {folder}. 'zorgnetwerk build' makes it; --state-dir names another folder."
            )
        return cls.open(folder)

    @classmethod
    def is_in(cls, folder: Path) -> bool:
        """Whether this is a state folder, also when a part of it was lost."""
        return (folder / "releases").is_dir() or cls(folder)._path.exists()

    @property
    def _path(self) -> Path:
        return self.folder / "state.json"

    def _record(self) -> dict[str, Any]:
        try:
            record = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StateError(
                f"{self._path} cannot be read: {error}. Restore it from a backup, or use another --state-dir."
            ) from error
        return record if isinstance(record, dict) else {}

    def _write(self, record: dict[str, Any]) -> None:
        write_durably(self._path, json.dumps(record, indent=1).encode() + b"\n")

    @property
    def base_iri(self) -> str:
        """The recorded base IRI, or an empty text before the first start."""
        return str(self._record().get("base_iri", ""))

    def record_base_iri(self, base_iri: str) -> None:
        """Remembers the base IRI for later starts."""
        self._write(self._record() | {"base_iri": base_iri})

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Holds the folder for one running site. Errors: StateError when another one runs."""
        with self._locked("serve.lock", wait_seconds=0) as held:
            if not held:
                raise StateError(
                    f"Another 'zorgnetwerk serve' already uses the state folder {self.folder}. "
                    "Stop it, or use --state-dir."
                )
            yield

    @contextlib.contextmanager
    def writing(self, wait_seconds: float = 60) -> Iterator[None]:
        """Holds the right to write; waits for the present writer. Errors: StateError when that takes too long."""
        with self._locked("write.lock", wait_seconds) as held:
            if not held:
                raise StateError(
                    f"Another process has been writing in {self.folder} for {wait_seconds:g} seconds. Try again later."
                )
            yield

    @contextlib.contextmanager
    def _locked(self, name: str, wait_seconds: float) -> Iterator[bool]:
        end = time.monotonic() + wait_seconds
        try:
            descriptor = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StateError(
                f"The state folder {self.folder} takes no writing: {error.strerror}. "
                "Free space on the disk, or make it writable."
            ) from error
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    if time.monotonic() >= end:
                        yield False
                        return
                    time.sleep(0.05)
                else:
                    yield True
                    return
        finally:
            os.close(descriptor)


def write_durably(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Replaces a file at once: a reader, or a machine that loses power, sees the old or the new one and never a
    part. Only who ``mode`` allows may read it, from its first byte on.

    Errors: StateError when the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_native_id()}")
    try:
        faults.point(f"{path.name}.write")
        temporary.unlink(missing_ok=True)  # what an earlier process of this number left
        with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags | os.O_EXCL, mode)) as file:
            file.write(data)
            file.flush()
            faults.point(f"{path.name}.sync")
            os.fsync(file.fileno())
        faults.point(f"{path.name}.rename")
        temporary.replace(path)
        faults.point(f"{path.name}.renamed")
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StateError(
            f"{path} cannot be written: {error.strerror}. Free space on the disk, or make it writable."
        ) from error


def release_folder(state_folder: Path, number: int) -> Path:
    """Where release ``number`` of a state folder lies or will lie.

    >>> release_folder(Path("state"), 7).as_posix()
    'state/releases/000007'
    """
    return state_folder / "releases" / f"{number:06d}"


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
