"""Static files are named by their content."""

from __future__ import annotations

import re
from pathlib import Path

from zorgnetwerk.web.assets import Assets


def test_a_file_is_found_under_its_published_name_only() -> None:
    assets = Assets.load()
    name = assets.url("site.css").removeprefix("/static/")
    asset = assets.find(name)
    assert asset is not None
    assert asset.media_type == "text/css; charset=utf-8"
    assert assets.find("site.css") is None
    assert assets.find("../rendering.py") is None


def test_the_name_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a {}")
    (tmp_path / "secret.py").write_text("")
    before = Assets.load(tmp_path)
    (tmp_path / "a.css").write_text("b {}")
    after = Assets.load(tmp_path)
    assert before.url("a.css") != after.url("a.css")
    assert list(after.names) == ["a.css"]


def test_no_static_file_asks_another_host() -> None:
    for name, asset in Assets.load().published.items():
        text = asset.content.decode()
        found = re.findall(r"(?:url\(|@import|fetch\(|src=|href=)\s*[\"']?(https?:)?//", text)
        assert not found, name
