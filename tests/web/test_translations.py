"""Every word of the interface stands in four languages."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from jinja2 import Environment

from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.web import problems
from zorgnetwerk.web.translations import LOCALE_FOLDER, Translations

WEB = LOCALE_FOLDER.parent
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "mark": None}
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
Message = str | tuple[str, ...]


@cache
def messages() -> frozenset[Message]:
    """The texts that code and templates ask for."""
    found: set[Message] = set()
    for path in WEB.rglob("*.py"):
        found.update(message for _, message, _, _ in extract_from_file("python", str(path), keywords=KEYWORDS))
    environment = Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, autoescape=True)
    for path in (WEB / "templates").glob("*.html"):
        for _, _, message in environment.extract_translations(path.read_text("utf-8")):
            parts = tuple(part for part in message if part) if isinstance(message, tuple) else (message,)
            found.add(parts if len(parts) > 1 else parts[0])
    return frozenset(found)


@cache
def catalogue(language: str) -> Catalog:
    with Path(LOCALE_FOLDER / language / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def test_there_are_messages() -> None:
    assert len(messages()) > 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_fuzzy_or_left_over(language: str) -> None:
    entries = {message.id: message for message in catalogue(language) if message.id}
    assert set(entries) == messages()
    for message in entries.values():
        assert not message.fuzzy, message.id
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        assert all(texts), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_places_for_values(language: str) -> None:
    for message in catalogue(language):
        ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        expected = set(PLACEHOLDER.findall(ids[0]))
        if ids[0]:
            assert all(set(PLACEHOLDER.findall(text)) == expected for text in texts), ids


def test_english_is_the_message_itself() -> None:
    for message in catalogue("en"):
        if message.id:
            assert (
                tuple(message.string) if isinstance(message.string, (tuple, list)) else message.string
            ) == message.id


def test_every_title_of_an_error_is_translated() -> None:
    assert {title for _, _, title in problems.STATUSES} <= messages()


def test_a_number_chooses_the_form() -> None:
    words = Translations.load()
    assert [words.for_language("nl").ngettext("source", "sources", n) for n in (0, 1, 2)] == [
        "bronnen",
        "bron",
        "bronnen",
    ]
    assert [words.for_language("fr").ngettext("fact", "facts", n) for n in (0, 1, 2)] == ["fait", "fait", "faits"]


def test_an_unknown_language_gets_the_default() -> None:
    assert Translations.load().for_language("xx").language == "nl"
