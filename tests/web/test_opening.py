"""A site that has just started: readers are answered before the rooms of those who send are loaded."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment
from werkzeug.exceptions import HTTPException
from werkzeug.routing import AnyConverter, BaseConverter, Map, Rule
from werkzeug.test import Client

from zorgnetwerk.settings import load
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.web import rendering
from zorgnetwerk.web.app import READING, create_app
from zorgnetwerk.web.opening import Opening
from zorgnetwerk.web.rendering import Renderer
from zorgnetwerk.web.site import Site

from ..conftest import ROOT
from ..memory_store import MemoryStore

LATER = 3600.0
VALUES = {"UnicodeConverter": "x", "PathConverter": "x/y", "IntegerConverter": 7}


@pytest.fixture
def site(tmp_path: Path, network: MemoryStore, base: Base, renderer: Renderer) -> Site:
    settings = load({"content_dir": str(ROOT), "state_dir": str(tmp_path)}, environment={})
    return Site(settings, base, network, Releases(State.open(tmp_path)), renderer)


@pytest.fixture
def opening(site: Site) -> Opening:
    return Opening(site, LATER)


def sample(converter: BaseConverter) -> object:
    return min(converter.items) if isinstance(converter, AnyConverter) else VALUES[type(converter).__name__]


def samples(urls: Map) -> Iterator[tuple[str, str, Rule]]:
    """An address of each route, with a method that it takes."""
    adapter = urls.bind("localhost")
    for rule in urls.iter_rules():
        values = {name: sample(it) for name, it in rule._converters.items()}
        yield adapter.build(rule.endpoint, values), min((rule.methods or set()) - {"HEAD", "OPTIONS"}), rule


def test_what_readers_rooms_answer_is_what_the_whole_would(site: Site) -> None:
    whole, reading = create_app(site), create_app(site, READING)
    taken = 0
    for address, method, rule in samples(whole.url_map):
        expected = whole.url_map.bind("localhost").match(address, method)
        try:
            found = reading.url_map.bind("localhost").match(address, method)
        except HTTPException:
            assert not any(known.endpoint == rule.endpoint for known in reading.url_map.iter_rules()), address
        else:
            assert found == expected, address
            taken += 1
    assert 20 < taken < len(list(whole.url_map.iter_rules()))
    # Else the answer to OPTIONS would name fewer methods at first.
    shared = {rule.rule for rule in reading.url_map.iter_rules()}
    own = {rule.endpoint for rule in reading.url_map.iter_rules()}
    assert [rule.rule for rule in whole.url_map.iter_rules() if rule.rule in shared and rule.endpoint not in own] == []


def test_a_reader_waits_for_nothing_else(opening: Opening, site: Site) -> None:
    assert Client(opening).get(site.renderer.assets.url("site.css")).status_code == 200
    assert opening._whole is None


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nl/validate", 200), ("GET", "/validate/template.csv", 404), ("PUT", "/nl/", 405), ("GET", "/x", 404)],
)
def test_what_asks_for_more_gets_it(opening: Opening, site: Site, method: str, path: str, status: int) -> None:
    answer = Client(opening).open(path, method=method)
    same = create_app(site).test_client().open(path, method=method)
    assert (answer.status_code, answer.headers.get("Allow")) == (same.status_code, same.headers.get("Allow"))
    assert answer.status_code == status
    assert opening._whole is not None
    assert opening.whole() is opening._whole


def test_the_whole_comes_by_itself(site: Site) -> None:
    opening = Opening(site, 0.01)
    end = time.monotonic() + 30
    while opening._whole is None and time.monotonic() < end:
        time.sleep(0.02)
    assert opening._whole is not None
    assert Client(opening).get("/nl/validate").status_code == 200


def test_a_start_loads_neither_rules_nor_remote_engines() -> None:
    program = "import sys, zorgnetwerk.assembly; print([name for name in sys.modules if name.startswith(('SPARQLWrapper', 'pyshacl', 'zorgnetwerk.submission'))])"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "[]\n"


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "compiled"
    monkeypatch.setattr(rendering, "COMPILED_FOLDER", folder)
    return folder


def _templates(renderer: Renderer) -> list[Environment]:
    return list(renderer.environments.values())


def test_compiled_templates_are_kept_for_each_language(compiled: Path) -> None:
    for environment in _templates(Renderer.load()):
        environment.get_template("home.html")
    names = sorted(path.name[:3] for path in compiled.iterdir())
    assert names == ["de-", "en-", "fr-", "nl-"]


def test_a_start_compiles_nothing_anew(compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _templates(Renderer.load())[0].get_template("home.html")
    later = _templates(Renderer.load())[0]
    monkeypatch.setattr(type(later), "compile", None)
    assert later.get_template("home.html").name == "home.html"
    assert len(list(compiled.iterdir())) == 1


def test_where_nothing_can_be_kept_pages_are_made_all_the_same(compiled: Path) -> None:
    compiled.write_text("in the way")
    assert _templates(Renderer.load())[0].get_template("home.html").name == "home.html"


def test_what_is_spoilt_is_compiled_again(compiled: Path) -> None:
    _templates(Renderer.load())[0].get_template("home.html")
    [file] = compiled.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert _templates(Renderer.load())[0].get_template("home.html").name == "home.html"
    assert file.read_bytes() == whole
