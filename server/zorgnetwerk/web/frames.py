"""What every page needs to know about the request it answers, and how it links to other pages.

Links are paths on the same host, never absolute to the base IRI, so that a page works on another port as well. Knows
the pattern of paths. Must not know Flask.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from rdflib import URIRef

from zorgnetwerk.terms import iris
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.media_types import GRAPH_FORMATS, MediaType
from zorgnetwerk.web import clock

LANGUAGE_IN_PATH: Final = f"<any({', '.join(LANGUAGES)}):language>"
"""The first part of a page's path, as routes write it."""
_LINKABLE = ("http://", "https://", "mailto:")
SECTIONS: Final = (
    "/doc/organisatie",
    "/doc/samenwerkingsverband",
    "/doc/bron",
    f"/{iris.VOCABULARY}",
    "/queries",
    "/sparql",
    "/dumps/",
)
"""The menu, where the data fills all of it."""
_PAST = re.compile(r"/release/[0-9]+(?=/)")
_FILES = "dumps/"
"""Where the paths of files begin, which have no language."""
_PATH_SAFE = "/~!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class Frame:
    """One request for a page.

    Shape: ``path`` is without language prefix and query, with a leading slash; ``query_string`` is kept by the
           language switch; ``modified`` is the ISO date of the release, "" when unknown; ``is_checking``
           whether reports on the whole data set are made; ``sections`` the part of the menu that the data fills.
    """

    language: str
    base: Base
    path: str
    query_string: str = ""
    release: int = 0
    modified: str = ""
    is_checking: bool = True
    sections: tuple[str, ...] = SECTIONS

    @property
    def is_about_care(self) -> bool:
        """Whether the data is what this publisher was made for, with its vocabulary and its forms."""
        return f"/{iris.VOCABULARY}" in self.sections

    def here(self, language: str | None = None) -> str:
        """The path of this page, in another language when one is given."""
        query = f"?{self.query_string}" if self.query_string else ""
        return f"/{language or self.language}{self.path}{query}"

    @property
    def past(self) -> str:
        """The beginning of the path where the page shows an earlier release; "" for the present.

        >>> Frame("fr", Base("http://localhost:8000/"), "/release/7/doc/bron/a").past
        '/release/7'
        """
        found = _PAST.match(self.path)
        return found[0] if found else ""

    def present(self) -> str:
        """The path of this page as it is today."""
        query = f"?{self.query_string}" if self.query_string else ""
        return f"/{self.language}{self.path.removeprefix(self.past)}{query}"

    def neutral(self) -> str:
        """The path of this page at which the language is negotiated."""
        return self.path + (f"?{self.query_string}" if self.query_string else "")

    def address(self) -> str:
        """The full address of this page under the configured base, for those who quote it elsewhere."""
        return self.base.value + self.here().lstrip("/")

    def released(self) -> datetime.date | None:
        """The day of the release, when it is known."""
        return clock.day_of(self.modified)

    def to(self, path: str) -> str:
        """The path of another page in this language.

        >>> Frame("fr", Base("http://localhost:8000/"), "/").to("/sparql")
        '/fr/sparql'
        """
        return f"/{self.language}{path}"

    def page_of(self, iri: str) -> str | None:
        """The path of the page about one of our IRIs, in the state that this page shows; None for a foreign one."""
        path = self.base.path(iri)
        if path is None:
            return None
        if path.startswith(iris.FILES):
            return self.foreign_page_of(iri)
        if path.startswith(_FILES) and path != _FILES:
            return quote(f"/{path}", safe=_PATH_SAFE)
        return f"/{self.language}{self.past}{quote(iris.page_path(path), safe=_PATH_SAFE + '#%')}"

    def data_address(self, iri: str) -> str:
        """The address at which a program asks for data about a thing: its IRI, unless that leads elsewhere."""
        path = self.base.path(iri)
        if path is not None and not path.startswith(iris.FILES):
            return iri
        return self.base.iri(f"describe?{urlencode({'iri': iri})}")

    def foreign_page_of(self, iri: str) -> str:
        """The path of the page on which we say what the data holds about a foreign IRI."""
        return f"/{self.language}/describe?{urlencode({'iri': iri})}"

    def numbered(self, page: int) -> str:
        """The path of another part of this page."""
        kept = [part for part in self.query_string.split("&") if part and not part.startswith("page=")]
        return f"/{self.language}{self.path}?{'&'.join([*kept, f'page={page}'])}"

    def languages(self) -> list[tuple[str, str]]:
        """Each language with the path of this page in it."""
        return [(language, self.here(language)) for language in LANGUAGES]


def file_paths(frame: Frame, iri: URIRef | str) -> list[tuple[MediaType, str]]:
    """Each RDF format with the path of the document about an IRI in it; none for foreign IRIs and those of files."""
    path = frame.base.path(str(iri))
    if path is None or path.startswith(iris.FILES):
        return []
    body = path.partition("#")[0]
    return [
        (media_type, frame.past + quote(iris.page_path(body, suffix=media_type.suffix), safe=_PATH_SAFE))
        for media_type in GRAPH_FORMATS
    ]


def is_linkable(iri: str) -> bool:
    """Whether a foreign IRI may become a link: ``javascript:`` and the like may not.

    >>> is_linkable("https://example.org/"), is_linkable("javascript:alert(1)")
    (True, False)
    """
    return iri.lower().startswith(_LINKABLE)
