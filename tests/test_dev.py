"""The set-up of a checkout: done once, and again where it was copied to."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


def loaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, list[list[str]]]:
    """The ``dev.py`` of a checkout, and the commands that it gives instead of running them."""
    spec = importlib.util.spec_from_file_location(f"dev_of_{folder.name}", folder / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    given: list[list[str]] = []

    def call(command: list[str], **_: object) -> int:
        given.append(command)
        if "venv" in command:
            for name in ("python", "pip"):
                (folder / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
                (folder / ".venv" / "bin" / name).write_text(f"of {folder.name}")
        return 0

    monkeypatch.setattr(module.subprocess, "call", call)
    return module, given


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "first"
    for name in ("dev.py", "pyproject.toml", "requirements", "server/frontend"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("node_modules"))
        else:
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def test_a_checkout_is_set_up_once(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, given = loaded(checkout, monkeypatch)
    module.set_up("run")
    made, listed, itself = given
    assert "venv" in made
    assert {"--no-deps", "--require-hashes", str(checkout / "requirements" / "run.txt")} <= set(listed)
    assert itself[-2:] == ["-e", str(checkout)]
    module.set_up("run")
    assert len(given) == 3


def test_a_copy_of_a_checkout_is_set_up_for_itself(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, _ = loaded(checkout, monkeypatch)
    module.set_up("run")
    second = checkout.parent / "second"
    shutil.copytree(checkout, second)
    module, given = loaded(second, monkeypatch)
    module.set_up("run")
    assert (second / ".venv" / "bin" / "python").read_text() == "of second"
    assert given[-1][-2:] == ["-e", str(second)]


def test_changed_requirements_are_installed_into_what_is_there(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, given = loaded(checkout, monkeypatch)
    module.set_up("run")
    (checkout / "requirements" / "run.txt").write_text("# none\n")
    module.set_up("run")
    assert sum("venv" in command for command in given) == 1
    assert len(given) == 5
