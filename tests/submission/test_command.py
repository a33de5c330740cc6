"""``zorgnetwerk check``: RDF files one by one, tables together, against the release of the state folder."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from zorgnetwerk.errors import ContentError
from zorgnetwerk.settings import Settings
from zorgnetwerk.submission.command import check_files
from zorgnetwerk.terms.iris import RESERVED_BASE

from .test_tabular import GOOD, SOURCE

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "shapes" / "examples"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(content_dir=str(ROOT), state_dir=str(tmp_path / "state"))


def check(settings: Settings, *files: Path, language: str = "nl") -> tuple[bool, list[str]]:
    said: list[str] = []
    return check_files(settings, files, language, "text", said.append), said


def test_tables_are_one_submission_with_their_sources(settings: Settings, tmp_path: Path) -> None:
    files = []
    for key, text in GOOD.items():
        files.append(tmp_path / f"{key}.csv")
        files[-1].write_text(text, "utf-8")
    source = tmp_path / "jaarverslag.txt"
    source.write_bytes(SOURCE)
    assert check(settings, *files, source)[0]
    (tmp_path / "deelnames.csv").write_text(GOOD["deelnames"].replace(";deelnemer;", ";deelnemr;"), "utf-8")
    conforms, said = check(settings, *files, source, language="en")
    assert not conforms
    assert any("deelnames.csv:deelnames!C3 Violation G1" in line for line in said)
    assert any("“deelnemr” is not in the list" in line for line in said)


def test_each_rdf_file_is_a_submission_of_its_own(settings: Settings) -> None:
    good, bad = EXAMPLES / "valid" / "R00-minimal.ttl", EXAMPLES / "invalid" / "R30-year.ttl"
    assert check(settings, good)[0]
    conforms, said = check(settings, good, bad)
    assert not conforms
    assert any(line.startswith(f"{bad}: ") and " Violation R30" in line for line in said)


def test_release_of_the_state_folder_is_what_is_published(settings: Settings) -> None:
    folder = settings.state / "releases" / "000001"
    folder.mkdir(parents=True)
    writer = ox.Store(str(settings.state / "writer"))
    writer.backup(str(folder / "store"))
    record = {"number": 1, "quads": 0, "base_iri": RESERVED_BASE}
    (folder / "release.json").write_text(json.dumps(record), "utf-8")
    (settings.state / "current").write_text("1\n", "ascii")
    conforms, said = check(settings, EXAMPLES / "valid" / "R00-minimal.ttl")
    assert not conforms
    assert any(" R23 " in line for line in said)


def test_other_files_are_refused_by_name(settings: Settings, tmp_path: Path) -> None:
    other = tmp_path / "x.pdf"
    other.write_bytes(b"%PDF")
    with pytest.raises(ContentError, match=r"x\.pdf"):
        check(settings, other)


def test_a_folder_without_shapes_has_nothing_to_check_against(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/b> 1 .", "utf-8")
    settings = Settings(content_dir=str(tmp_path), state_dir=str(tmp_path / "state"))
    with pytest.raises(ContentError, match="no shapes here to check against; name the data set with --content"):
        check_files(settings, [tmp_path / "a.ttl"], "en", "text", print)
