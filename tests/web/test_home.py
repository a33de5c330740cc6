"""The first page of large data shows what was counted before, and what is counted anew behind a change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from zorgnetwerk.dataset.building import Plan, build
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.settings import load
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.release import Release, Releases, write_record
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.web import pages
from zorgnetwerk.web.app import create_app
from zorgnetwerk.web.rendering import Renderer
from zorgnetwerk.web.site import Site

BASE = Base("http://care.example/")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "content"
    folder.mkdir()
    things = "".join(f"<id/organisatie/{number}> a <ns/zorgnetwerk#Zorgorganisatie> .\n" for number in range(17))
    (folder / "care.ttl").write_text(f"@base <https://zorgnetwerk.example/> .\n{things}", "utf-8")
    releases = Releases(State.open(tmp_path / "state"))
    release = build(releases, Plan(Content(folder), BASE, checked=False)).release
    store = LocalStore(release.folder)
    yield Site(load({"content_dir": str(folder)}, environment={}), BASE, store, releases, Renderer.load())
    store.close()


def counted(release: Release, organisations: int, behind: int) -> None:
    """The record says another number, of an earlier release."""
    counts = {**release.record.counts, "id/organisatie/": organisations}
    write_record(release.folder, replace(release.record, counts=counts, counted=behind))


@pytest.mark.parametrize("is_large", [True, False])
def test_numbers_of_large_data_are_those_of_the_record(
    site: Site, monkeypatch: pytest.MonkeyPatch, is_large: bool
) -> None:
    monkeypatch.setattr(pages, "_COUNTED_LIVE_QUADS", 0 if is_large else 1_000)
    client = create_app(site).test_client()
    for behind, number in ((7, 4_711), (0, 4_712)):
        counted(site.release(), number, behind)
        page = client.get("/en/").get_data(as_text=True)
        assert (f"{number:,}" in page) is is_large
        assert ("<b>17</b>" in page) is not is_large
