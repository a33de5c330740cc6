"""The house rules: each can fire, none does on the content, and submissions are left to the shapes."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from .folders import BASE, CONTENT, ONTOLOGY, ROOT, prefixes
from .offences import OFFENCES

CHECKS = sorted(ONTOLOGY.glob("checks/*.rq"))
GRAPHS = {"ontologie": "ontologie", "shapes": "vormen", "queries": "vragen", "catalogue.ttl": "catalogus"}
"""Where the build puts triples of a file that names no graph itself."""


def run(check: Path, store: ox.Store) -> list[ox.QuerySolution]:
    solutions = store.query(check.read_text("utf-8"), use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    assert [variable.value for variable in solutions.variables] == ["thing", "detail"]
    return list(solutions)


def test_every_house_rule_has_an_offence_to_try_it_on() -> None:
    assert {path.stem for path in CHECKS} == set(OFFENCES)


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_house_rule_begins_with_its_question_columns_and_fix(check: Path) -> None:
    comments = [line for line in check.read_text("utf-8").splitlines() if line.startswith("#")]
    assert comments[0].endswith("?") or any("?" in line for line in comments[:2])
    assert any(line.startswith("# Columns: thing") for line in comments)
    assert any(line.startswith("# Fix:") for line in comments)


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_house_rule_finds_exactly_the_offender_and_is_silent_once_it_is_mended(check: Path) -> None:
    offence = OFFENCES[check.stem]
    assert offenders(check, offence.wrong, "000") == {offence.thing}
    assert offenders(check, offence.right, "000") == set()


@pytest.mark.parametrize(
    "check", [path for path in CHECKS if "GRAPH ?graph" in path.read_text("utf-8")], ids=lambda p: p.stem
)
def test_house_rule_leaves_what_others_submit_to_the_shapes(check: Path) -> None:
    assert offenders(check, OFFENCES[check.stem].wrong, "inzending-1") == set()


def offenders(check: Path, text: str, graph_slug: str) -> set[str]:
    """The offenders that the rule finds when this text is the graph with this slug, below the base."""
    head = f"@base <{BASE}> .\n" + "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes().items())
    store = ox.Store()
    store.load(f"{head} graaf:{graph_slug} {{ {text} }}", format=ox.RdfFormat.TRIG)
    return {solution["thing"].value.removeprefix(BASE) for solution in run(check, store)}


@pytest.fixture(scope="module")
def content_store() -> ox.Store:
    store = ox.Store()
    for path in CONTENT:
        if path.suffix == ".rq" or "examples" in path.parts:
            continue
        syntax = ox.RdfFormat.TRIG if path.suffix == ".trig" else ox.RdfFormat.TURTLE
        name = None if path.suffix == ".trig" else ox.NamedNode(f"{BASE}id/graaf/{GRAPHS[folder_of(path)]}")
        store.load(path.read_bytes(), format=syntax, base_iri=BASE, to_graph=name)
    return store


def folder_of(path: Path) -> str:
    """The place of a file that decides in which graph its triples stand."""
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "data" else parts[0]


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_content_keeps_the_house_rule(check: Path, content_store: ox.Store) -> None:
    assert [(str(row["thing"]), str(row["detail"])) for row in run(check, content_store)] == []
