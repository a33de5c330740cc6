"""A Chromium for each test, and axe, which knows the rules of accessibility that a program can check."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .chromium import Browser

HERE = Path(__file__).resolve().parent
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--v=0",
]
Axe = Callable[[Browser], list[str]]


def absent(what: str) -> None:
    """Skips where a tool is not installed, fails where it must be."""
    if os.environ.get("REQUIRE_BROWSER") or os.environ.get("CI"):
        pytest.fail(f"{what} is missing")
    pytest.skip(f"there is no {what} on this machine")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        absent("Chromium")
    return str(found)


@pytest.fixture
def browser(chromium: str, tmp_path: Path) -> Iterator[Browser]:
    """A browser of which nothing may have complained when the test is over: no error, no breach of our policy."""
    opened = Browser(chromium, tmp_path / "profile", *FLAGS)
    try:
        yield opened
        assert opened.complaints == []
    finally:
        opened.close()


@pytest.fixture(scope="module")
def shown(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of a module; it may complain, for pages that answer 4xx are shown in it too."""
    opened = Browser(chromium, tmp_path_factory.mktemp("shown") / "profile", *FLAGS)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The text of axe-core, installed by its lockfile when it is not there yet."""
    script = HERE / "node_modules" / "axe-core" / "axe.min.js"
    wanted = (HERE / "package-lock.json").read_bytes()
    stamp = HERE / "node_modules" / ".installed"
    if not (script.exists() and stamp.exists() and stamp.read_bytes() == wanted):
        npm = shutil.which("npm")
        if npm is None:
            absent("npm")
        done = subprocess.run(
            [str(npm), "ci", "--ignore-scripts"], cwd=HERE, capture_output=True, text=True, check=False
        )
        if done.returncode:
            absent(f"axe-core (npm: {done.stderr.strip()[-300:]})")
        stamp.write_bytes(wanted)
    return script.read_text("utf-8")


@pytest.fixture(scope="session")
def axe(axe_script: str) -> Axe:
    """What axe has against the page that is shown, one line each."""

    def violations(shown: Browser) -> list[str]:
        shown.read(f"{axe_script}; true")
        found: dict[str, Any] = shown.settle("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['impact']} {rule['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    return violations
