"""Copies of a state folder: taken while the site runs, and put into an empty folder.

The journal is copied by SQLite's own backup, as of one moment; then the files that its rows point to, which were on
disk before their rows. Releases are left out: the journal makes them. Knows the state folder. Must not know what is in
it.

    manifest.json   what the copy holds: the journal's newest entry and chain, the SHA-256 of every file
    journal.sqlite, inbox/…, keys and secrets, history, state.json
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from zorgnetwerk.errors import StateError
from zorgnetwerk.store import faults
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.store.state import State, sync_folder, write_durably

_MANIFEST: Final = "manifest.json"
_LEFT_OUT: Final = frozenset(
    ("releases", "outlets", "conformance", "remote", "current", "names", "tallies", "access.sqlite")
)
_LEFT_OUT_SUFFIXES: Final = (".lock", ".sock", ".log", "-wal", "-shm", ".part")
_ARCHIVES: Final = (".tar", ".tar.gz", ".tgz")


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds. Units: ``entries`` is the number of the newest journal entry; ``files`` counts."""

    entries: int
    chain: str
    files: int


def back_up(state: State, target: Path, now: str) -> Copied:
    """A copy of the state folder in ``target``: a new folder, or a file whose name ends in .tar, .tar.gz or .tgz.

    Errors: StateError when the target exists, or cannot be written.
    """
    if target.exists():
        raise StateError(f"{target} exists; a backup never overwrites. Choose another name.")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.absolute().parent) as made:
            folder = Path(made) / "state"
            folder.mkdir(mode=0o700)
            copied = _copy(state.folder, folder, now)
            if target.name.endswith(_ARCHIVES):
                archive = Path(made) / target.name
                _pack(folder, archive)
                archive.rename(target)
            else:
                folder.rename(target)
            sync_folder(target.absolute().parent)
            return copied
    except (OSError, sqlite3.Error) as error:
        raise StateError(f"The backup {target} cannot be written: {error}.") from error


def restore(source: Path, folder: Path) -> Copied:
    """Puts a backup into an empty state folder and verifies it; releases are built afterwards.

    Errors: StateError when the folder is in use, the backup is damaged, or its journal does not verify; the folder is
            then as it was.
    """
    if folder.exists() and any(folder.iterdir()):
        raise StateError(f"The state folder {folder} is not empty; restore into a new one with --state-dir.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder.absolute().parent) as made:
        try:
            held = source if source.is_dir() else _unpack(source, Path(made) / "backup")
            copied = _checked(held)
            ready = Path(made) / "state"
            shutil.copytree(held, ready, ignore=shutil.ignore_patterns(_MANIFEST))
            ready.chmod(0o700)
        except (OSError, tarfile.TarError) as error:
            raise StateError(f"The backup {source} cannot be read: {error}.") from error
        problems = Journal(ready / FILE).verify()
        last = Journal(ready / FILE).last()
        if problems or (last.chain if last else "") != copied.chain:
            raise StateError(f"The journal of {source} does not verify: {' '.join(problems) or 'it is another one.'}")
        if folder.exists():
            folder.rmdir()
        ready.rename(folder)
        sync_folder(folder.absolute().parent)
        return copied


def _copy(source: Path, target: Path, now: str) -> Copied:
    chain, number = _copy_journal(source / FILE, target / FILE)
    faults.point("backup.copied")
    for path in _files(source):
        place = target / path.relative_to(source)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            shutil.copy2(path, place)
        except FileNotFoundError:
            continue  # removed meanwhile, by whoever may
    files = {str(path.relative_to(target)): _digest(path) for path in sorted(target.rglob("*")) if path.is_file()}
    manifest = {"format": 1, "created": now, "entry": number, "chain": chain, "files": files}
    write_durably(target / _MANIFEST, json.dumps(manifest, indent=1).encode())
    return Copied(number, chain, len(files))


def _copy_journal(source: Path, target: Path) -> tuple[str, int]:
    with closing(Journal(source).connect()) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        row = copy.execute("SELECT chain, number FROM entry ORDER BY number DESC LIMIT 1").fetchone()
    target.chmod(0o600)
    return (str(row[0]), int(row[1])) if row else ("", 0)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        is_ours = parts[0] not in _LEFT_OUT and parts[0] != FILE and not parts[-1].startswith(".")
        if is_ours and path.is_file() and not path.name.endswith(_LEFT_OUT_SUFFIXES):
            yield path


def _checked(folder: Path) -> Copied:
    try:
        manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text("utf-8"))
        files: dict[str, str] = manifest["files"]
        damaged = [name for name, digest in files.items() if _digest(folder / name) != digest]
        copied = Copied(int(manifest["entry"]), str(manifest["chain"]), len(files))
    except (OSError, ValueError, KeyError) as error:
        raise StateError(f"{folder} is no whole backup: {error}.") from error
    if damaged:
        raise StateError(f"The backup is damaged: {', '.join(damaged)} changed after it was made.")
    return copied


def _pack(folder: Path, archive: Path) -> None:
    mode = "w" if archive.name.endswith(".tar") else "w:gz"
    archive.touch(mode=0o600, exist_ok=False)
    with archive.open("wb") as file:
        with tarfile.open(fileobj=file, mode=mode) as packed:  # type: ignore[call-overload]
            packed.add(folder, arcname="state")
        file.flush()
        os.fsync(file.fileno())


def _unpack(archive: Path, target: Path) -> Path:
    with tarfile.open(archive) as packed:
        packed.extractall(target, filter="data")
    return target / "state"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
