"""Where the documents contradict each other or are not clear, the data say so: the 28 points as their table says.

The points themselves stand in ``points_01_14`` and ``points_15_28``.
"""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from . import points_01_14, points_15_28
from .points import PREFIXES, Point
from .reading import BASE, REPOSITORY, Data

POINTS = points_01_14.POINTS + points_15_28.POINTS

JUDGING = frozenset(
    [
        "type",
        "label",
        "betreft",
        "description",
        "aardVerband",
        "zekerheid",
        "citaat",
        "note",
        "editorialNote",
        "source",
        "seeAlso",
    ]
)
UNRESOLVED = (
    "organisatie:chu",
    "organisatie:umc-plus",
    "organisatie:caz-midden-limburg",
    "organisatie:huisartsenkring-houthalen-helchteren-wendelen",
    "groep:sit-noord-limburg",
)


@pytest.fixture(scope="module")
def store(data: Data) -> ox.Store:
    """All the data in one store."""
    filled = ox.Store()
    filled.extend(data.quads)
    return filled


def matches(store: ox.Store, pattern: str) -> bool:
    """Whether the union of all graphs matches the pattern."""
    return bool(store.query(f"{PREFIXES}ASK {{ {pattern} }}", use_default_graph_as_union=True))


def rows(store: ox.Store, query: str) -> list[list[str]]:
    """The values of a SELECT, as text."""
    found = store.query(PREFIXES + query, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return [["" if term is None else str(term) for term in solution] for solution in found]


def test_every_point_of_the_table_is_here() -> None:
    assert [point.number for point in POINTS] == list(range(1, 29))


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_point_is_represented_as_its_table_says(point: Point, store: ox.Store) -> None:
    assert point.yes
    assert not [pattern for pattern in point.yes if not matches(store, pattern)], "not in the data"
    assert not [pattern for pattern in point.no if matches(store, pattern)], "in the data, but must not be"


@pytest.mark.parametrize("thing", UNRESOLVED)
def test_unresolved_name_is_noted_and_never_joined(thing: str, store: ox.Store) -> None:
    note = f'GRAPH graaf:curatie {{ {thing} skos:editorialNote ?text }} FILTER (STRSTARTS(?text, "Unresolved"))'
    assert matches(store, note)
    assert not matches(store, f"?h a zn:Identiteitshypothese ; zn:betreft {thing}")


def test_hypothesis_is_about_two_and_argued_in_two_languages(store: ox.Store) -> None:
    found = rows(
        store,
        """SELECT ?h (COUNT(DISTINCT ?candidate) AS ?candidates) (COUNT(DISTINCT ?language) AS ?languages)
        WHERE { ?h a zn:Identiteitshypothese ; zn:betreft ?candidate ; zn:citaat ?q ; zn:aardVerband ?kind ;
          zn:zekerheid ?certainty ; skos:note ?text . BIND (LANG(?text) AS ?language) }
        GROUP BY ?h""",
    )
    all_of_them = rows(store, "SELECT DISTINCT ?h WHERE { ?h a zn:Identiteitshypothese }")
    assert len(found) == len(all_of_them) >= 10
    assert not [row for row in found if re.findall(r'"(\d+)"', " ".join(row[1:])) != ["2", "2"]]


def test_judgement_stands_in_the_curation_only(store: ox.Store) -> None:
    elsewhere = "{ ?x a zn:Tegenspraak } UNION { ?x a zn:Identiteitshypothese }"
    assert not rows(store, f"SELECT ?x ?g WHERE {{ GRAPH ?g {{ {elsewhere} }} FILTER (?g != graaf:curatie) }}")


def test_curation_changes_no_fact(data: Data) -> None:
    """It may not add names, participations, times or quantities to a thing of the documents."""
    curated = [quad for quad in data.quads if quad.graph_name == ox.NamedNode(f"{BASE}id/graaf/curatie")]
    assert curated
    assert not [quad for quad in curated if re.split("[#/]", quad.predicate.value)[-1] not in JUDGING]


def test_enrichment_names_its_source_and_its_licence(store: ox.Store) -> None:
    graphs = {row[0] for row in rows(store, "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")}
    described = "SELECT ?g WHERE { ?g dct:license ?l ; dct:rights ?r ; dct:source ?s ; prov:hadPrimarySource ?p }"
    enrichments = {graph for graph in graphs if "/verrijking-" in graph}
    assert enrichments
    assert enrichments <= {row[0] for row in rows(store, described)}


def test_enrichment_is_no_capacity_and_no_participation(store: ox.Store) -> None:
    """So that sums and member lists of the documents are never mixed with what others say."""
    kinds = "VALUES ?kind { zn:Deelname zn:Hoeveelheid zn:Capaciteit }"
    found = rows(store, f"SELECT ?x ?g WHERE {{ {kinds} GRAPH ?g {{ ?x a ?kind }} }}")
    assert found
    assert not [row for row in found if "/verrijking-" in row[1]]


def test_rule_of_one_network_starts_in_2020() -> None:
    """Point 26: the legal obligation does not judge older states."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "shapes").glob("partnerships.*.ttl"))]
    assert any("2020-01-01" in text and "R20" in text for text in texts)
