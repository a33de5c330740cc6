"""The text a reader gets, and how a foreign one is marked."""

from __future__ import annotations

import pytest
from rdflib import Literal

from zorgnetwerk.terms.languages import foreign_tag, pick

TEXTS = [Literal("zorg", lang="nl"), Literal("care", lang="en"), Literal("soin", lang="fr-BE")]


@pytest.mark.parametrize(("language", "expected"), [("nl", "zorg"), ("en", "care"), ("fr", "soin"), ("de", "zorg")])
def test_own_language_first_then_fallback(language: str, expected: str) -> None:
    assert str(pick(TEXTS, language)) == expected


def test_untagged_text_comes_before_an_unknown_language() -> None:
    assert str(pick([Literal("x", lang="es"), Literal("y")], "nl")) == "y"


def test_nothing_to_pick() -> None:
    assert pick([], "nl") is None


def test_foreign_text_is_marked() -> None:
    assert foreign_tag(TEXTS[1], "nl") == "en"
    assert foreign_tag(TEXTS[2], "fr") is None
    assert foreign_tag(Literal("x"), "nl") is None
