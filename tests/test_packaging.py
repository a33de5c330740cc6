"""Wheel, and wheel from sdist, carry the content and publish an entity elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from .conftest import start_site

ROOT = Path(__file__).resolve().parents[1]


def hatchling(folder: Path, target: Path, kind: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    [made] = target.iterdir()
    return made


@pytest.fixture(scope="module", params=["wheel", "wheel from sdist"])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the unpacked wheel and nothing of the checkout."""
    work = tmp_path_factory.mktemp("packaging")
    source = ROOT
    if request.param == "wheel from sdist":
        with tarfile.open(hatchling(ROOT, work / "sdist", "sdist")) as archive:
            archive.extractall(work / "source", filter="data")
        [source] = (work / "source").iterdir()
    with zipfile.ZipFile(hatchling(source, work / "wheel", "wheel")) as wheel:
        wheel.extractall(work / "site")
    return work / "site"


def run(installed: Path, state: Path, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ZORGNETWERK_")}
    environment |= {"PYTHONPATH": str(installed), "ZORGNETWERK_STATE_DIR": str(state)}
    program = "import zorgnetwerk, sys; assert 'site' in zorgnetwerk.__file__; from zorgnetwerk.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments],
        cwd=state,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_installed_wheel_publishes_an_entity(installed: Path, tmp_path: Path) -> None:
    run(installed, tmp_path, "build", "--base-iri", "http://elsewhere.example/")
    answer = run(
        installed,
        tmp_path,
        "query",
        "--format",
        "csv",
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT ?name { <http://elsewhere.example/id/organisatie/jessa-ziekenhuis> skos:prefLabel ?name }",
    )
    assert answer.splitlines() == ["name", "Jessa Ziekenhuis"]


def test_templates_and_static_files_are_in_the_wheel(installed: Path) -> None:
    names = {path.suffix for path in (installed / "zorgnetwerk" / "web").rglob("*")}
    assert {".html", ".css", ".po"} <= names
    assert (installed / "zorgnetwerk" / "content" / "shapes").is_dir()


def test_the_editor_is_in_the_wheel_when_it_was_built(installed: Path) -> None:
    static = Path("zorgnetwerk") / "web" / "static"
    for name in ("editor.js", "editor.licences.txt"):
        built = ROOT / "server" / static / name
        if os.environ.get("CI"):
            assert built.exists(), "the editor was not built: server/frontend/bundle.py says why"
        assert (installed / static / name).exists() == built.exists()


def test_an_installed_wheel_serves_an_entity(installed: Path, tmp_path: Path) -> None:
    running = start_site(tmp_path / "state", installed / "zorgnetwerk" / "content", "--unchecked", package=installed)
    try:
        reply = running.ask("/doc/organisatie/jessa-ziekenhuis", {"Accept": "text/turtle"})
        assert (reply.status, reply.kind) == (200, "text/turtle")
        assert "Jessa Ziekenhuis" in reply.text
        assert running.ask("/nl/").status == 200
    finally:
        running.stop()
