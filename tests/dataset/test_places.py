"""Where the content writes a thing: as a subject first, whole, against the base, or by a prefix."""

from __future__ import annotations

from pathlib import Path

import pytest

from zorgnetwerk.dataset.content import Content
from zorgnetwerk.dataset.places import Places

HEAD = "@base <https://zorgnetwerk.example/> .\n@prefix o: <id/organisatie/> .\n"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.ttl").write_text(f"{HEAD}o:one o:knows o:two , o:two-more .\n", "utf-8")
    (tmp_path / "data" / "b.trig").write_text(
        f'{HEAD}<id/graaf/g> {{\n  o:two-more o:name "x" .\n  o:two o:name "y" .\n  <http://e/z> o:name "z" .\n}}\n',
        "utf-8",
    )
    return Places(Content(tmp_path))


@pytest.mark.parametrize(
    ("iri", "place"),
    [
        ("https://zorgnetwerk.example/id/organisatie/one", "data/a.ttl, line 3"),
        ("https://zorgnetwerk.example/id/organisatie/two", "data/b.trig, line 5"),
        ("https://zorgnetwerk.example/id/organisatie/two-more", "data/b.trig, line 4"),
        ("https://zorgnetwerk.example/id/graaf/g", "data/b.trig, line 3"),
        ("http://e/z", "data/b.trig, line 6"),
        ("https://zorgnetwerk.example/id/organisatie/knows", "data/a.ttl, line 3"),
        ("https://zorgnetwerk.example/id/organisatie/none", ""),
        ("http://e/", ""),
    ],
)
def test_a_thing_is_found_where_it_is_written(places: Places, iri: str, place: str) -> None:
    assert places.of(iri) == place
