"""Published triples from their ends: the served release, under the reserved base, behind the fence of a worker."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Literal, URIRef

from zorgnetwerk.errors import StateError
from zorgnetwerk.store import confinement
from zorgnetwerk.store.edges import ReleaseEdges, current_release
from zorgnetwerk.terms import graph_names
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.namespaces import SKOS

BASE = Base("http://localhost:8123/")
JESSA = URIRef(f"{RESERVED_BASE}id/organisatie/jessa")
LINES = (
    f'<{BASE.value}id/organisatie/jessa> <{SKOS.prefLabel}> "Jessa"@nl <{BASE.value}id/graaf/register> .',
    f"<{BASE.value}id/deelname/1> <{BASE.value}ns/zorgnetwerk#deelnemer> <{BASE.value}id/organisatie/jessa> <{BASE.value}id/graaf/000> .",
    f"<{BASE.value}id/organisatie/jessa> <{BASE.value}ns/zorgnetwerk#neemtDeelAan> <{BASE.value}id/x/y> <{BASE.rebase(graph_names.DERIVED)}> .",
    f'<{BASE.value}id/organisatie/jessa> <{SKOS.note}> "a query" <{BASE.rebase(graph_names.QUERIES)}> .',
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "releases" / "000003"
    folder.mkdir(parents=True)
    writer = ox.Store(str(tmp_path / "writer"))
    writer.bulk_load("\n".join(LINES).encode(), ox.RdfFormat.N_QUADS)
    writer.backup(str(folder / "store"))
    (folder / "release.json").write_text(json.dumps({"number": 3, "quads": 4, "base_iri": BASE.value}), "utf-8")
    (tmp_path / "current").write_text("3\n", "ascii")
    return tmp_path


def test_edges_speak_the_reserved_base(state: Path) -> None:
    folder = current_release(state)
    assert folder is not None
    edges = ReleaseEdges.open(folder)
    assert (JESSA, SKOS.prefLabel, Literal("Jessa", lang="nl")) in set(edges.leaving((JESSA,), None))
    [(subject, predicate, _)] = edges.entering((JESSA,), None)
    assert (str(subject), str(predicate)) == (
        f"{RESERVED_BASE}id/deelname/1",
        f"{RESERVED_BASE}ns/zorgnetwerk#deelnemer",
    )


def test_what_is_derived_or_no_fact_is_left_out(state: Path) -> None:
    edges = ReleaseEdges.open(state / "releases" / "000003")
    assert {triple[1] for triple in edges.leaving((JESSA,), None)} == {SKOS.prefLabel}
    assert list(edges.using(SKOS.note)) == []


def test_names_that_no_engine_can_hold_find_nothing(state: Path) -> None:
    edges = ReleaseEdges.open(state / "releases" / "000003")
    assert list(edges.leaving((URIRef("no iri at all"),), None)) == []


def test_a_worker_behind_its_fence_can_open_it(state: Path) -> None:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            confinement.confine(1 << 30, 1 << 20, ())
            edges = ReleaseEdges.open(state / "releases" / "000003")
            code = 0 if list(edges.leaving((JESSA,), SKOS.prefLabel)) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_state_folder_without_release_has_no_edges(tmp_path: Path) -> None:
    assert current_release(tmp_path) is None
    with pytest.raises(StateError):
        ReleaseEdges.open(tmp_path / "releases" / "000001")
