"""The words of the interface in the four languages.

Reads ``locale/{language}/messages.po`` at start; there are no compiled files that could be stale. The message ids are
the English texts. Words of the data (labels of properties, codes, things) come from the data, not from here.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Self

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from zorgnetwerk.terms.languages import DEFAULT_LANGUAGE, LANGUAGES

LOCALES: Mapping[str, str] = MappingProxyType({"nl": "nl_BE", "fr": "fr_BE", "de": "de_BE", "en": "en_GB"})
"""How dates and numbers are written for readers of each language."""
LOCALE_FOLDER = Path(__file__).parent / "locale"


class Translator:
    """The words of one language."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self.locale = LOCALES[language]
        self._catalogue = catalogue

    def gettext(self, message: str) -> str:
        """The message in this language."""
        return self._catalogue.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The message in this language, in the form that goes with the number."""
        return self._catalogue.ngettext(singular, plural, number)


@dataclass(frozen=True, slots=True)
class Translations:
    """The words of all languages."""

    translators: Mapping[str, Translator]

    @classmethod
    def load(cls, folder: Path = LOCALE_FOLDER) -> Self:
        """All catalogues of a folder, fuzzy messages left out."""
        return cls(MappingProxyType({language: _read(folder, language) for language in LANGUAGES}))

    def for_language(self, language: str) -> Translator:
        """The words of this language; those of the default one when we do not speak it."""
        return self.translators.get(language) or self.translators[DEFAULT_LANGUAGE]


def mark(message: str) -> str:
    """The message itself: marks a text in a table for translation, which happens where the table is used."""
    return message


def _read(folder: Path, language: str) -> Translator:
    with (folder / language / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    buffer.seek(0)
    return Translator(language, gettext.GNUTranslations(buffer))
