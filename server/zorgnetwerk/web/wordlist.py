"""``/vocab.json?lang=nl``: the words for writing queries, for the editor of the SPARQL page and for other editors.

One document for each language and release, made when it is first asked for and kept as long as the release is served.

Shape: ``prefixes`` maps prefix to namespace; ``classes``, ``properties`` and ``things`` are lists of
``[iri, name, number]`` or ``[iri, name, number, definition]``, the most used first.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, Request, Response, request

from zorgnetwerk.dataset import wordlist
from zorgnetwerk.dataset.wordlist import Word, WordList
from zorgnetwerk.errors import NotFound
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.media_types import JSON
from zorgnetwerk.web import negotiation
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site

PATH: Final = "/vocab.json"
_UNCOUNTED_SECONDS: Final = 600.0
"""How long a list without counts is kept: the machine was busy or the data is too large, and counting at each request
would make either worse."""


@dataclass(slots=True)
class Shelf:
    """The words of the release that is served, made by one request while others wait for it.

    Units: ``made`` is a moment of the monotonic clock.
    """

    release: int = 0
    words: WordList | None = None
    made: float = 0.0
    bodies: dict[str, bytes] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def document(self, site: Site, language: str) -> tuple[int, bytes]:
        """The release, and its document in one language. Errors: those of the store."""
        with self.lock:
            release, now = site.store.release(), time.monotonic()
            is_fresh = self.words is not None and (self.words.is_counted or now - self.made < _UNCOUNTED_SECONDS)
            if self.words is None or release != self.release or not is_fresh:
                self.words = wordlist.read(site.store, site.base, site.release().prefixes())
                self.release, self.made, self.bodies = release, now, {}
            if language not in self.bodies:
                self.bodies[language] = as_json(self.words, language)
            return release, self.bodies[language]


def routes(site: Site) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("wordlist", __name__)
    shelf = Shelf()

    @blueprint.get(PATH)
    def document() -> Response:
        return _document(request, site, shelf)

    return blueprint


def _document(asked: Request, site: Site, shelf: Shelf) -> Response:
    language = asked.args.get("lang", "")
    if language and language not in LANGUAGES:
        raise NotFound(f"There are no words in {language[:20]!r}; there are in {', '.join(LANGUAGES)}.")
    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    release, body = shelf.document(site, chosen)
    shown = Representation(
        body,
        JSON,
        language=chosen,
        location=f"{PATH}?lang={chosen}",
        vary=() if language else ("Accept-Language",),
        release=release,
        seconds=site.settings.page_seconds,
    )
    return respond(asked, shown)


def as_json(words: WordList, language: str) -> bytes:
    """The document in one language, one word a line."""
    lists = {"classes": words.classes, "properties": words.properties, "things": words.things}
    parts = [
        f'"language": {_json(language)}',
        f'"counted": {_json(words.is_counted)}',
        f'"prefixes": {_json(dict(words.prefixes))}',
        *(f'"{name}": [\n{_lines(found, language)}\n]' for name, found in lists.items()),
    ]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _lines(words: tuple[Word, ...], language: str) -> str:
    return ",\n".join(_line(word, language) for word in words)


def _line(word: Word, language: str) -> str:
    definition = word.definition(language)
    return _json([str(word.iri), word.name(language), word.number, *([definition] if definition else [])])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
