"""``.ci/run`` fails when a test fails, a tool is missing, or nothing ran."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("bash", "env", "tee", "grep", "tail", "mktemp", "rm", "dirname", "cat", "id")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of .ci/run beside a pretended test command, and a PATH that holds only what we put there."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found, name
        (tools / name).symlink_to(found)
    for name in ("chromium", "virtuoso-t", "node", "npm", "strace", "apt-get"):
        script(tools / name, "exit 0")
    return tmp_path


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/usr/bin/env bash\n{body}\n", "utf-8")
    path.chmod(0o755)


def ci(checkout: Path, said: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    script(checkout / "bin" / "python3", f'if [ "$1" = dev.py ]; then echo "{said}"; exit {code}; fi; exit 0')
    environment = {**os.environ, "PATH": str(checkout / "bin")}
    return subprocess.run(
        ["/bin/bash", str(checkout / ".ci" / "run")], env=environment, capture_output=True, text=True, check=False
    )


def test_passing_tests_pass_and_the_closing_line_is_last(checkout: Path) -> None:
    done = ci(checkout, "12 passed in 3.4s")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "12 passed in 3.4s")


def test_a_failing_test_fails(checkout: Path) -> None:
    assert ci(checkout, "1 failed, 11 passed in 3.4s", 1).returncode == 1


def test_nothing_ran_fails(checkout: Path) -> None:
    done = ci(checkout, "no tests ran in 0.1s")
    assert done.returncode == 1
    assert "no test ran" in done.stderr


def test_a_missing_tool_fails(checkout: Path) -> None:
    (checkout / "bin" / "chromium").unlink()
    done = ci(checkout, "12 passed in 3.4s")
    assert done.returncode == 1
    assert "the tool chromium is missing" in done.stderr
