"""Published names that a name resembles: misspelt, abbreviated, with or without its place.

An index of the names of one release, made once and kept beside the releases; a check asks it for a few candidates and
compares those word by word. Knows names. Must not know reports (``duplicates.py``).

Source: SQLite FTS5, trigram tokenizer; Jaro-like comparison of words by ``difflib``.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from rdflib import Literal, URIRef

from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import FOAF, ORG, SKOS

NAMES: Final = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, FOAF.name, ORG.identifier)
"""Properties by which a thing is called."""
_THINGS: Final = f"{RESERVED_BASE}id/"
_KINDS: Final = ("organisatie", "groep", "samenwerkingsverband", "campus", "voorziening", "persoon", "project")
_CANDIDATES: Final = 60
_MATCHES: Final = 4_000
"""Names that a question may touch; each costs a microsecond or two."""
_LONGEST: Final = 200
SMALL_QUADS: Final = 100_000
"""Up to which the index of a release is made by the first check that needs it (a quarter of a second)."""
FOLDER: Final = "names"
_ALIKE: Final = 0.82
_WORD_ALIKE: Final = 0.78
_RUN: Final = 8
_WORD_ALONE: Final = 5
"""Letters of a single word that may stand for a longer name."""
_COMMON: Final = frozenset(
    ("de", "het", "een", "van", "en", "te", "in", "aan", "der", "den", "la", "le", "les", "du", "des", "et", "von",
    "und", "the", "of", "and", "vzw", "asbl")
)  # fmt: skip
"""Words that tell no two names apart."""


class Published(Protocol):
    """Published triples by their property."""

    def using(self, predicate: URIRef) -> Iterator[Triple]:
        """The triples with this predicate."""


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A published thing whose name resembles another. Units: ``likeness`` from 0 to 1, 1 is the same words."""

    thing: URIRef
    name: str
    likeness: float


@dataclass(frozen=True, slots=True)
class NameIndex:
    """The names of one release. Only in the process that opened it."""

    connection: sqlite3.Connection

    @classmethod
    def of(cls, published: Published) -> NameIndex:
        """An index in memory."""
        connection = sqlite3.connect(":memory:")
        _fill(connection, published)
        return cls(connection)

    @classmethod
    def kept(cls, folder: Path, number: int, published: Published, is_small: bool = True) -> NameIndex | None:
        """The index of a release, kept beside the releases.

        Where it is missing: of a small release it is made now (in memory where the folder cannot be written); of a
        large one the newest earlier index stands in, None where there is none. ``make_index`` makes it in the
        background.
        """
        path = _path(folder, number)
        try:
            if not path.exists() and is_small:
                make_index(folder, number, published)
            if not path.exists():
                earlier = [each for each in sorted(folder.glob("*.sqlite")) if each.name < path.name]
                if not earlier:
                    return None
                path = earlier[-1]
            return cls(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True))
        except (OSError, sqlite3.Error):
            return cls.of(published) if is_small else None

    def like(self, name: str, kinds: Iterable[str], most: int = 3) -> list[Resemblance]:
        """The things of these kinds with a name that resembles this one, the most similar first."""
        asked = " OR ".join(f'"{gram}"' for gram in self._telling(_normal(name)))
        if not asked:
            return []
        listed = tuple(kinds)
        places = ",".join("?" * len(listed))
        rows = self.connection.execute(
            f"SELECT thing, name FROM names WHERE normal MATCH ? AND kind IN ({places}) ORDER BY rank LIMIT ?",  # noqa: S608
            (asked, *listed, _CANDIDATES),
        )
        best: dict[str, Resemblance] = {}
        for thing, found in rows:
            likeness = alike(name, found)
            if likeness >= _ALIKE and likeness > (best[thing].likeness if thing in best else 0):
                best[thing] = Resemblance(URIRef(thing), found, likeness)
        return sorted(best.values(), key=lambda each: (-each.likeness, each.name))[:most]

    def _telling(self, name: str) -> list[str]:
        """The rarest groups of three letters of a name that occur at all: few names have them, and a misspelling
        leaves some of them whole."""
        grams = sorted({name[at : at + 3] for at in range(min(len(name), _LONGEST) - 2)})
        counted = self.connection.execute(
            f"SELECT doc, term FROM grams WHERE term IN ({','.join('?' * len(grams))}) ORDER BY doc, term",  # noqa: S608
            grams,
        ).fetchall()
        chosen: list[str] = []
        total = 0
        for count, gram in counted:
            total += count
            if chosen and total > _MATCHES:
                break
            chosen.append(str(gram))
        return chosen

    def preferred(self, thing: URIRef) -> str:
        """The name under which a thing is listed first."""
        row = self.connection.execute(
            "SELECT name FROM names WHERE thing = ? ORDER BY is_preferred DESC, name LIMIT 1", (str(thing),)
        ).fetchone()
        return str(row[0]) if row else str(thing)


def alike(one: str, other: str) -> float:
    """How much two names resemble each other, from 0 to 1.

    The words are paired with their best counterpart; a word of one that the other leaves out counts little when it is
    the last (a place), much when it tells the two apart. Numbers count only when they are the same.

    >>> alike("AZ Vesalius", "AZ Vesalius Tongeren") > 0.82, alike("AZ Vesalus Tongeren", "AZ Vesalius Tongeren") > 0.9
    (True, True)
    >>> alike("AZ Sint-Jan", "AZ Sint-Maarten") > 0.82, alike("0123456749", "0123456750") > 0.82
    (False, False)
    """
    first, second = _words(one), _words(other)
    if not first or not second:
        return 0.0
    if all(word.isdigit() for word in (*first, *second)):
        return float(first == second)
    run, other_run = sorted(("".join(first), "".join(second)), key=len)
    if len(run) >= _RUN and other_run.startswith(run):
        return max(_ALIKE, 1 - 0.01 * (len(other_run) - len(run)))
    short, long = sorted((first, second), key=len)
    left = list(long)
    total = 0.0
    for word in short:
        scores = [_word_likeness(word, each) for each in left]
        best = max(scores, default=0.0)
        if best < _WORD_ALIKE:
            return 0.0
        total += best
        left.pop(scores.index(best))
    mean = total / len(short)
    shared = len("".join(short))
    if len(short) == 1 and left and shared < _WORD_ALONE:
        return 0.0
    return mean * (1 - 0.08 * len(left)) if len(left) <= 2 else mean * 0.7


def _word_likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if one.isdigit() or other.isdigit() or min(len(one), len(other)) < 4:
        return 0.0
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _words(name: str) -> list[str]:
    return [word for word in _normal(name).split() if word not in _COMMON]


def _normal(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=\d)[. ](?=\d)", "", plain)).split())


def make_index(folder: Path, number: int, published: Published) -> None:
    """Makes the index of a release, in one step at the end, and removes those of earlier ones. Errors: OSError."""
    path = _path(folder, number)
    folder.mkdir(mode=0o700, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    connection = sqlite3.connect(temporary)
    try:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        _fill(connection, published)
    finally:
        connection.close()
    temporary.replace(path)
    for other in folder.glob("*.sqlite"):
        if other.name < path.name:
            other.unlink(missing_ok=True)


def is_indexed(folder: Path, number: int) -> bool:
    """Whether the index of this release is there."""
    return _path(folder, number).exists()


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:06d}.sqlite"


def _fill(connection: sqlite3.Connection, published: Published) -> None:
    connection.execute(
        "CREATE VIRTUAL TABLE names USING fts5"
        "(normal, name UNINDEXED, thing UNINDEXED, kind UNINDEXED, is_preferred UNINDEXED, tokenize='trigram')"
    )
    connection.execute("CREATE VIRTUAL TABLE grams USING fts5vocab(names, row)")
    connection.executemany("INSERT INTO names VALUES (?, ?, ?, ?, ?)", _rows(published))
    connection.commit()


def _rows(published: Published) -> Iterator[tuple[str, str, str, str, int]]:
    for link in NAMES:
        for subject, _, value in published.using(link):
            if isinstance(value, Literal) and str(subject).startswith(_THINGS):
                kind = str(subject)[len(_THINGS) :].partition("/")[0]
                if kind in _KINDS:
                    yield _normal(str(value)), str(value), str(subject), kind, int(link == SKOS.prefLabel)
