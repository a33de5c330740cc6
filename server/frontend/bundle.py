#!/usr/bin/env python3
"""Builds the editor of the SPARQL page into the package: ``python3 server/frontend/bundle.py``. Standard library only.

The bundle is made in a temporary folder from the packages that the lockfile names by hash, and only its result enters
the checkout. The first line of the script bears the hash of everything it was made from, so that it is made once.
Nothing here is needed to run the site: without the bundle the page is a plain form.

``ZORGNETWERK_FRONTEND=skip`` makes none; ``require`` makes its absence an error (for those who pack wheels).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "zorgnetwerk" / "web" / "static"
MADE = ("editor.js", "editor.licences.txt")
SETTING = "ZORGNETWERK_FRONTEND"
_SOURCES = ("package.json", "package-lock.json", ".npmrc", "build.mjs")
_NPM_FLAGS = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=2000",
)
"""A registry that is out of reach is noticed soon: the installation goes on without."""
_OLDEST_NODE = 18
_SECONDS = 300


class NotBuiltError(Exception):
    """The bundle could not be made; the message says why and what to do."""


def fingerprint(folder: Path = HERE) -> str:
    """The hash of all that the bundle is made from."""
    digest = hashlib.sha256()
    for path in sorted([folder / name for name in _SOURCES] + list((folder / "src").glob("*.js"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def is_current(folder: Path = HERE, target: Path = TARGET) -> bool:
    """Whether the bundle is there and made from these sources."""
    try:
        with (target / MADE[0]).open(encoding="utf-8") as file:
            return file.readline().startswith(f"/* stamp {fingerprint(folder)};")
    except FileNotFoundError:
        return False


def build(folder: Path = HERE, target: Path = TARGET) -> None:
    """Makes the bundle unless it is current. Errors: NotBuiltError."""
    if is_current(folder, target):
        return
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotBuiltError(f"node and npm (Node {_OLDEST_NODE} or newer) are not on this machine")
    found = _run([node, "--version"], HERE)
    if int(found.lstrip("v").partition(".")[0]) < _OLDEST_NODE:
        raise NotBuiltError(f"Node {_OLDEST_NODE} or newer is needed; this is {found.strip()}")
    with tempfile.TemporaryDirectory(prefix="zorgnetwerk-frontend-") as name:
        work = Path(name)
        for source in _SOURCES:
            shutil.copy(folder / source, work / source)
        shutil.copytree(folder / "src", work / "src")
        _run([npm, "ci", *_NPM_FLAGS], work)
        _run([node, "build.mjs", str(work / "made"), fingerprint(folder)], work)
        try:
            for made in MADE:
                shutil.copy(work / "made" / made, target / f"{made}.new")
                (target / f"{made}.new").replace(target / made)
        except OSError as error:
            raise NotBuiltError(f"{target} cannot be written: {error.strerror}") from error


def attempt(folder: Path = HERE, target: Path = TARGET) -> str:
    """Makes the bundle as the setting says; gives back why there is none, empty when there is.

    Errors: NotBuiltError when it is required.
    """
    wish = os.environ.get(SETTING, "")
    if wish == "skip":
        return "" if is_current(folder, target) else f"{SETTING} is 'skip'"
    try:
        build(folder, target)
    except NotBuiltError as error:
        if wish == "require":
            raise
        return str(error)
    return ""


def _run(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603  # our own words
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuiltError(f"{Path(command[0]).name} did not run: {error}") from error
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[:400]
        raise NotBuiltError(f"'{Path(command[0]).name} {command[1]}' failed: {said}")
    return done.stdout


if __name__ == "__main__":
    reason = attempt()
    sys.exit(f"The editor was not built: {reason}. The SPARQL page is a plain form." if reason else 0)
