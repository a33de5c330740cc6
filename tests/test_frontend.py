"""The editor: built from what the lockfile names by hash, once, and missed loudly where it must be there."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from zorgnetwerk.web.assets import Assets

from .conftest import ROOT

FOLDER = ROOT / "server" / "frontend"
LOCKFILES = (FOLDER / "package-lock.json", ROOT / "tests" / "browser" / "package-lock.json")


@pytest.fixture
def bundle() -> ModuleType:
    """The program that builds the editor."""
    found = importlib.util.spec_from_file_location("bundle", FOLDER / "bundle.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of what the editor is built from."""
    return shutil.copytree(FOLDER, tmp_path / "frontend", ignore=shutil.ignore_patterns("node_modules"))


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    path.chmod(0o755)


def test_the_editor_is_built(bundle: ModuleType) -> None:
    if not bundle.is_current():
        if os.environ.get("CI"):
            pytest.fail("the editor is missing or old: server/frontend/bundle.py says why")
        pytest.skip("the editor was not built on this machine")
    assets = Assets.load()
    text = assets.published[assets.names["editor.js"]].content.decode()
    assert len(text) > 100_000
    licences = assets.published[assets.names["editor.licences.txt"]].content.decode()
    for package in ("@codemirror/view", "@codemirror/autocomplete", "style-mod", "@lezer/highlight"):
        assert re.search(rf"^{package} [\d.]+ \(MIT\)\n\n\S", licences, re.MULTILINE)


@pytest.mark.parametrize("path", LOCKFILES, ids=lambda path: path.parent.name)
def test_a_lockfile_names_hashes_and_no_address(path: Path) -> None:
    lock = json.loads(path.read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert "://" not in path.read_text("utf-8")
    wanted = json.loads((path.parent / "package.json").read_text("utf-8"))["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def test_a_change_of_a_source_makes_the_bundle_old(bundle: ModuleType, sources: Path, tmp_path: Path) -> None:
    (tmp_path / "editor.js").write_text(f"/* stamp {bundle.fingerprint(sources)}; */\n", "utf-8")
    assert bundle.is_current(sources, tmp_path)
    (sources / "src" / "theme.js").write_text("", "utf-8")
    assert not bundle.is_current(sources, tmp_path)


def test_nothing_runs_when_the_bundle_is_current(
    bundle: ModuleType, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "editor.js").write_text(f"/* stamp {bundle.fingerprint(sources)}; */\n", "utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bundle.attempt(sources, tmp_path) == ""


def test_without_node_the_reason_is_given_and_nothing_fails(
    bundle: ModuleType, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(bundle.SETTING, raising=False)
    assert "node and npm" in bundle.attempt(sources, tmp_path)
    monkeypatch.setenv(bundle.SETTING, "require")
    with pytest.raises(bundle.NotBuiltError):
        bundle.attempt(sources, tmp_path)
    monkeypatch.setenv(bundle.SETTING, "skip")
    assert "skip" in bundle.attempt(sources, tmp_path)


def test_without_network_the_reason_is_given_and_the_old_bundle_stays(
    bundle: ModuleType, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "editor.js").write_text("/* stamp old; */\n", "utf-8")
    script(tmp_path / "node", "echo v20.0.0")
    script(tmp_path / "npm", "echo 'network is unreachable' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    monkeypatch.delenv(bundle.SETTING, raising=False)
    assert "network is unreachable" in bundle.attempt(sources, tmp_path)
    assert (tmp_path / "editor.js").read_text("utf-8") == "/* stamp old; */\n"


def test_a_node_that_is_too_old_is_named(
    bundle: ModuleType, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path / "node", "echo v16.3.0")
    script(tmp_path / "npm", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    monkeypatch.delenv(bundle.SETTING, raising=False)
    assert "v16.3.0" in bundle.attempt(sources, tmp_path)


def test_the_parts_of_the_editor_keep_their_own_rules() -> None:
    """The tests of the editor's modules that need no browser."""
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI"):
            pytest.fail("node is missing")
        pytest.skip("there is no node on this machine")
    done = subprocess.run([node, "--test"], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"^# pass [1-9]\d", done.stdout, re.MULTILINE)
