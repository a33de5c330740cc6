"""Paths and IRIs: one spelling, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zorgnetwerk.terms import iris
from zorgnetwerk.terms.iris import RESERVED_BASE, Base

SEGMENTS = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@given(SEGMENTS, SEGMENTS)
def test_document_and_thing_are_inverse(concept: str, slug: str) -> None:
    document = iris.document_path(f"id/{concept}/{slug}")
    assert document is not None
    assert iris.thing_path(document) == f"id/{concept}/{slug}"


@given(SEGMENTS, SEGMENTS)
def test_rebase_and_reserve_are_inverse(concept: str, slug: str) -> None:
    base = Base("http://localhost:8000/")
    iri = f"{RESERVED_BASE}id/{concept}/{slug}"
    assert base.reserve(base.rebase(iri)) == iri


@pytest.mark.parametrize(
    "path", ["", "id", "id/x", "id//x", "id/x/", "id/../x/y", "id/x/y z", "doc/x/y", "id/x/%2e", "id/x/<y>", "id/x/é"]
)
def test_paths_of_no_thing(path: str) -> None:
    assert iris.document_path(path) is None


@pytest.mark.parametrize(
    "value", ["", "localhost", "http://localhost:8000", "ftp://a/", "http://a/?q", "http://a b/", "javascript:/"]
)
def test_what_is_no_base(value: str) -> None:
    assert not iris.is_base(value)
    with pytest.raises(ValueError, match="no base IRI"):
        Base(value)


def test_foreign_iris_stay() -> None:
    base = Base("http://localhost:8000/")
    assert base.rebase("http://www.w3.org/ns/org#Role") == "http://www.w3.org/ns/org#Role"
    assert base.path("http://www.w3.org/ns/org#Role") is None


@given(st.text(alphabet='abc<>"\\ https://zorgnetwerk.example/', max_size=60))
def test_rebase_line_never_touches_the_literal(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    line = f'<{RESERVED_BASE}a> <{RESERVED_BASE}b> "{escaped}"@nl <{RESERVED_BASE}g> .'
    moved = iris.rebase_line(line, RESERVED_BASE, "http://n/")
    assert moved == f'<http://n/a> <http://n/b> "{escaped}"@nl <http://n/g> .'
