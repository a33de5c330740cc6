"""The answers that stored questions are to give: read, compared, and held to by the build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rdflib import Literal, URIRef

from zorgnetwerk.dataset import answers
from zorgnetwerk.dataset.answers import Answer
from zorgnetwerk.dataset.building import Plan, build
from zorgnetwerk.dataset.content import ANSWERS, Content
from zorgnetwerk.errors import CandidateRefused, ContentError
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import RESERVED_BASE, Base

BASE = Base("http://localhost:8000/")
HEAD = f"""@base <{RESERVED_BASE}> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""
QUESTION = """<id/vraag/names> a sh:SPARQLExecutable ; rdfs:label "?"@nl ;
  sh:select "SELECT ?thing ?name ?note WHERE { ?thing <http://e/name> ?name OPTIONAL { ?thing <http://e/note> ?note } }" .
"""
ROWS = [["id/organisatie/a", "A", None], ["http://e/b", "B", "beside"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = '<id/organisatie/a> <http://e/name> "A"@nl . <http://e/b> <http://e/name> "B" ; <http://e/note> "beside" .'
    for name, text in (("ontologie/o.ttl", ""), ("data/d.ttl", data), ("data/queries/names.ttl", QUESTION)):
        path = tmp_path / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + text, "utf-8")
    (tmp_path / "content" / ANSWERS).mkdir()
    return tmp_path / "content"


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(State.open(tmp_path / "state"))


def expect(folder: Path, rows: list[list[str | None]], slug: str = "names") -> None:
    text = json.dumps({"read": "by hand", "columns": ["thing", "name", "note"], "rows": rows})
    (folder / ANSWERS / f"{slug}.json").write_text(text, "utf-8")


def test_a_question_that_answers_as_expected_passes_in_any_order(folder: Path, releases: Releases) -> None:
    expect(folder, ROWS[::-1])
    assert build(releases, Plan(Content(folder), BASE)).is_new


def test_another_answer_is_refused_with_what_differs_and_where(folder: Path, releases: Releases) -> None:
    expect(folder, [ROWS[0], ["http://e/b", "C", "beside"]])
    with pytest.raises(CandidateRefused) as caught:
        build(releases, Plan(Content(folder), BASE))
    [reason] = caught.value.reasons
    assert reason.startswith("data/queries/names.ttl, line 3: question names: answers otherwise than")
    assert "data/queries/answers/names.json says" in reason
    assert "missing: (http://e/b | C | beside); not expected: (http://e/b | B | beside)" in reason
    assert releases.newest() is None


def test_a_changed_answer_is_a_change_of_the_content(folder: Path, releases: Releases) -> None:
    expect(folder, ROWS)
    build(releases, Plan(Content(folder), BASE))
    assert not build(releases, Plan(Content(folder), BASE)).is_new
    expect(folder, ROWS[:1])
    with pytest.raises(CandidateRefused, match=r"not expected: \(http://e/b \| B \| beside\)"):
        build(releases, Plan(Content(folder), BASE))


def test_an_answer_without_its_question_is_refused(folder: Path, releases: Releases) -> None:
    expect(folder, ROWS)
    expect(folder, ROWS, "nmaes")
    with pytest.raises(CandidateRefused, match=r"answers/nmaes\.json: there is no question nmaes"):
        build(releases, Plan(Content(folder), BASE))


def test_what_was_published_since_may_change_an_answer(folder: Path, releases: Releases) -> None:
    expect(folder, ROWS)
    plan = Plan(Content(folder), BASE)
    build(releases, plan)
    line = '<http://e/c> <http://e/name> "C" <http://e/g> .'
    Journal(releases.state.folder / FILE).record(
        time="t", kind="submission", cause="accepted", added=[line], removed=[]
    )
    (folder / "data" / "e.ttl").write_text("<http://e/s> <http://e/p> 1 .", "utf-8")
    assert build(releases, plan).is_new


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"columns": ["a"],\n "rows": [}', r"names\.json, line 2, column 11: this is no JSON"),
        (b"\xff\xfe\xfd", r"names\.json: this is no UTF-8"),
        (b"[]", r'expected an object with "columns"'),
        (b'{"columns": ["a"]}', r'expected an object with "columns"'),
        (b'{"columns": [1], "rows": []}', "the columns are names"),
        (b'{"columns": ["a", "b"], "rows": [["1"]]}', r'the row \["1"\] does not have 2 cells'),
        (b'{"columns": ["a"], "rows": [[1]]}', r"the row \[1\] does not have 1 cells"),
    ],
)
def test_a_file_that_holds_no_answer_is_named(folder: Path, content: bytes, said: str) -> None:
    (folder / ANSWERS / "names.json").write_bytes(content)
    with pytest.raises(ContentError, match=said):
        Content(folder).expected()


def test_a_difference_counts_rows_and_shows_few() -> None:
    expected = Answer("q", "q.json", ("x",), (("a",), ("a",), ("id/o",)))
    same = [{"x": Literal("a")}, {"x": URIRef(BASE.iri("id/o"))}, {"x": Literal("a", lang="nl")}]
    assert answers.difference(expected, same, BASE) == ""
    assert answers.difference(expected, same[:2], BASE) == "missing: (a)"
    many = [*same, *({"x": Literal(number)} for number in range(5)), {}]
    assert answers.difference(expected, many, BASE) == "not expected: (0), (1), (2) and 3 more"
