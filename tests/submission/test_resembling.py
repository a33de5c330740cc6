"""Names that resemble published ones: found when misspelt or shortened, silent when only alike in part."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Literal, URIRef

from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.submission.resembling import NameIndex, alike, is_indexed, make_index
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import ORG, SKOS

THING = f"{RESERVED_BASE}id/organisatie/"


class Names:
    """Published names, counted each time they are walked over."""

    walks = 0

    def using(self, predicate: URIRef) -> Iterator[Triple]:
        Names.walks += 1
        told = {
            SKOS.prefLabel: [("az-vesalius", "AZ Vesalius Tongeren"), ("zol", "Ziekenhuis Oost-Limburg")],
            SKOS.altLabel: [("zol", "ZOL Genk")],
            ORG.identifier: [("zol", "0123456749")],
        }
        for slug, name in told.get(predicate, []):
            yield URIRef(THING + slug), predicate, Literal(name, lang="nl" if predicate != ORG.identifier else None)


@pytest.fixture
def index() -> NameIndex:
    return NameIndex.of(Names())


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("AZ Vesalus Tongeren", "az-vesalius"),
        ("AZ Vesalius", "az-vesalius"),
        ("a.z. vesalius tongeren", "az-vesalius"),
        ("Ziekenhuis Oost Limbrug", "zol"),
        ("Ziekenhuis Oost-Limburg vzw", "zol"),
        ("0123.456.749", "zol"),
    ],
)
def test_resembling_name_is_found(name: str, slug: str, index: NameIndex) -> None:
    [found] = index.like(name, ("organisatie",))
    assert str(found.thing) == THING + slug
    assert index.preferred(found.thing) in ("AZ Vesalius Tongeren", "Ziekenhuis Oost-Limburg")


@pytest.mark.parametrize(
    "name", ["AZ Noord", "Ziekenhuis West-Brabant", "0123456750", "", "??", "AZ", "Tongeren" * 500]
)
def test_other_name_is_not(name: str, index: NameIndex) -> None:
    assert index.like(name, ("organisatie",)) == []


def test_only_asked_kinds_count(index: NameIndex) -> None:
    assert index.like("AZ Vesalius", ("samenwerkingsverband",)) == []


def test_marks_of_the_index_language_are_harmless(index: NameIndex) -> None:
    for name in ('" OR 1 --', "AZ* NEAR(Vesalius)", "name:AZ", "'; DROP TABLE names; --"):
        index.like(name, ("organisatie",))
    assert index.like("AZ Vesalius", ("organisatie",))


def test_likeness_is_the_same_both_ways() -> None:
    pairs = [("AZ Vesalius", "AZ Vesalius Tongeren"), ("AZ Sint-Jan", "AZ Sint-Maarten"), ("UZ Gent", "UZ Gent")]
    assert [alike(*pair) for pair in pairs] == [alike(*reversed(pair)) for pair in pairs]


def test_index_is_made_once_a_release(tmp_path: Path) -> None:
    first = NameIndex.kept(tmp_path / "names", 3, Names())
    assert first
    walks = Names.walks
    again = NameIndex.kept(tmp_path / "names", 3, Names())
    assert Names.walks == walks
    assert again
    assert again.like("AZ Vesalius", ("organisatie",)) == first.like("AZ Vesalius", ("organisatie",))
    NameIndex.kept(tmp_path / "names", 4, Names())
    assert [path.name for path in (tmp_path / "names").iterdir()] == ["000004.sqlite"]


def test_index_is_held_in_memory_where_nothing_can_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    index = NameIndex.kept(blocked, 1, Names())
    assert index
    assert index.like("AZ Vesalius", ("organisatie",))


def test_index_of_a_large_release_is_made_elsewhere_and_an_earlier_one_stands_in(tmp_path: Path) -> None:
    folder = tmp_path / "names"
    assert NameIndex.kept(folder, 5, Names(), is_small=False) is None
    make_index(folder, 4, Names())
    index = NameIndex.kept(folder, 5, Names(), is_small=False)
    assert index
    assert index.like("AZ Vesalius", ("organisatie",))
    assert not is_indexed(folder, 5)
    assert is_indexed(folder, 4)
