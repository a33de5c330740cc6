"""The content folder: which files, which graphs, which lines; mistakes with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from zorgnetwerk.dataset.content import Content
from zorgnetwerk.errors import CandidateRefused, ContentError
from zorgnetwerk.terms import graph_names

ROOT = Path(__file__).resolve().parents[2]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_our_own_folder_is_a_house() -> None:
    content = Content(ROOT)
    assert content.is_house
    names = {file.path.relative_to(ROOT).as_posix(): file.graph_name for file in content.files()}
    assert names["ontologie/prefixes.ttl"] == graph_names.ONTOLOGY
    assert not any("examples" in name or name.endswith("context.jsonld") for name in names)


def test_triples_of_a_file_go_to_the_graph_of_their_place(tmp_path: Path) -> None:
    for name in (
        "ontologie/x.ttl",
        "shapes/x.ttl",
        "data/queries/x.ttl",
        "data/catalogue.ttl",
        "data/Mijn Bestand.ttl",
    ):
        write(tmp_path / name, f"<{name.replace(' ', '')}> a <c> .")
    graphs = {line.split()[-2] for line in Content(tmp_path).lines()}
    expected = (
        graph_names.ONTOLOGY,
        graph_names.SHAPES,
        graph_names.QUERIES,
        graph_names.CATALOGUE,
        graph_names.of_file("Mijn Bestand"),
    )
    assert graphs == {f"<{name}>" for name in expected}


def test_any_other_folder_is_taken_as_rdf_files(tmp_path: Path) -> None:
    write(tmp_path / "a" / "one.ttl", "<> a <c> .")
    write(tmp_path / "two.nq", "<http://s> <http://p> <http://o> <http://g> .")
    write(tmp_path / ".hidden" / "three.ttl", "<> a <c> .")
    write(tmp_path / "notes.txt", "no RDF")
    content = Content(tmp_path)
    assert not content.is_house
    lines = content.lines()
    assert len(lines) == 2
    assert any("<https://zorgnetwerk.example/bestand/a/one.ttl>" in line for line in lines), "a file is its own base"
    assert any(line.endswith("<http://g> .") for line in lines)


def test_own_default_graph_stays(tmp_path: Path) -> None:
    write(tmp_path / "one.ttl", "<http://s> <http://p> <http://o> .")
    assert Content(tmp_path).lines("own") == {"<http://s> <http://p> <http://o> ."}


def test_blank_nodes_of_two_files_stay_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / f"{name}.ttl", "_:a <http://p> <http://o> .")
    assert len({line.split()[0] for line in Content(tmp_path).lines()}) == 2


def test_a_folder_without_rdf_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no RDF file"):
        Content(tmp_path).files()


def test_a_mistake_is_named_with_file_and_line(tmp_path: Path) -> None:
    write(tmp_path / "data" / "bad.ttl", "@prefix a: <http://a/> .\n\na:b a:c ]\n")
    with pytest.raises(ContentError, match=r"data/bad\.ttl, line 3, column"):
        Content(tmp_path).lines()


def test_every_broken_file_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.ttl", "<a> <b> ]")
    write(tmp_path / "b.ttl", "<a> <b> <c> .")
    write(tmp_path / "c.trig", "<a> <b> <c> .\n<g> { ]")
    with pytest.raises(CandidateRefused) as caught:
        Content(tmp_path).lines()
    first, second = caught.value.reasons
    assert "a.ttl, line 1, column" in first
    assert "c.trig, line 2, column" in second


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.ttl", "<a> <b> <c> .")
    (tmp_path / "b.ttl").symlink_to(tmp_path / "none.ttl")
    with pytest.raises(ContentError, match=r"b\.ttl: this link leads nowhere"):
        Content(tmp_path).lines()


def test_what_is_left_out_of_another_folder_is_known(tmp_path: Path) -> None:
    for name in ("a.ttl", "data/b.n3", "c.ttl.gz", ".hidden/d.txt", "LICENSE"):
        write(tmp_path / name, "")
    content = Content(tmp_path)
    assert content.left_out() == ["LICENSE", "c.ttl.gz", "data/b.n3"]
    assert content.notices() == ["left out for their endings: LICENSE, c.ttl.gz, data/b.n3 (3)"]
    for number in range(9):
        write(tmp_path / f"{number}.txt", "")
    assert content.notices() == ["left out for their endings: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt … (12)"]


def test_a_folder_is_laid_out_like_ours_when_it_has_both_data_and_vocabulary(tmp_path: Path) -> None:
    write(tmp_path / "data" / "a.ttl", "<> <http://p> 1 .")
    write(tmp_path / "b.ttl", "<> <http://p> 1 .")
    content = Content(tmp_path)
    assert not content.is_house
    assert len(content.files()) == 2
    (tmp_path / "ontologie").mkdir()
    assert content.is_house
    assert [file.path.name for file in content.files()] == ["a.ttl"]
    assert content.left_out() == []
    assert [notice.partition(":")[0] for notice in content.notices()] == ["nothing is checked against shapes"]
    (tmp_path / "shapes").mkdir()
    assert content.notices() == []


def test_fingerprint_follows_the_files(tmp_path: Path) -> None:
    path = write(tmp_path / "data" / "a.ttl", "<a> a <c> .")
    content = Content(tmp_path)
    first = content.fingerprint()
    assert content.fingerprint() == first
    assert content.fingerprint(("x",)) != first
    write(path, "<a> a <d> .")
    second = content.fingerprint()
    write(tmp_path / "ontologie" / "checks" / "x.rq", "SELECT * {}")
    assert len({first, second, content.fingerprint()}) == 3


def test_prefixes_and_version_come_from_the_ontology(tmp_path: Path) -> None:
    write(
        tmp_path / "ontologie" / "zorgnetwerk.ttl",
        '<ns/zorgnetwerk> <http://www.w3.org/2002/07/owl#versionInfo> "1.2.3" .',
    )
    write(
        tmp_path / "ontologie" / "prefixes.ttl",
        '@prefix sh: <http://www.w3.org/ns/shacl#> . <ns/zorgnetwerk> sh:declare [ sh:prefix "zn" ; sh:namespace "https://zorgnetwerk.example/ns/zorgnetwerk#" ] .',
    )
    (tmp_path / "data").mkdir()
    content = Content(tmp_path)
    assert content.version() == "1.2.3"
    assert content.prefixes() == {"zn": "https://zorgnetwerk.example/ns/zorgnetwerk#"}
    assert Content(tmp_path / "data").prefixes() == {}
