"""Where things live: the mapping between IRIs and paths, and between the reserved base and the configured one.

Knows the pattern ``{base}id/{concept}/{slug}`` of the Belgian URI standard. Must not know requests or stores.

Source: ICEG URI standard (type id, doc, auth, ns); architecture section 1, Identifiers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from zorgnetwerk.terms.nquads import replaced

RESERVED_BASE = "https://zorgnetwerk.example/"
"""The base that content files, journal and canonical hashes use, so that a new domain is a rebuild and not a new
history."""

VOCABULARY = "ns/zorgnetwerk"
DATASET = "id/dataset/zorgnetwerk"
CATALOGUE = "id/catalogus/zorgnetwerk"
FILES = "bestand/"
"""Where the files of a folder that is not laid out like ours stand: each is read against its own IRI."""
SPARQL_SERVICE = "sparql#service"
"""Described where it is: at the endpoint."""

_SEGMENT = r"[A-Za-z0-9](?:[A-Za-z0-9._~-]*[A-Za-z0-9_~-])?"
_THING = re.compile(rf"(?P<kind>id|doc)/(?P<concept>{_SEGMENT})/(?P<slug>{_SEGMENT}(?:/{_SEGMENT})*)\Z")
_CODE = re.compile(rf"auth/(?P<scheme>{_SEGMENT})(?:/(?P<slug>{_SEGMENT}))?\Z")
_BASE = re.compile(r"https?://[A-Za-z0-9\[\]:._-]+(?:/[A-Za-z0-9._~/-]*)?\Z")


@dataclass(frozen=True, slots=True)
class Base:
    """The configured base IRI, ending in a slash.

    >>> base = Base("http://localhost:8000/")
    >>> base.iri("id/organisatie/jessa-ziekenhuis")
    'http://localhost:8000/id/organisatie/jessa-ziekenhuis'
    >>> base.path("http://localhost:8000/ns/zorgnetwerk#rol")
    'ns/zorgnetwerk#rol'
    """

    value: str

    def __post_init__(self) -> None:
        if not is_base(self.value):
            raise ValueError(f"{self.value!r} is no base IRI: expected http(s)://host/ ending in a slash")

    def iri(self, path: str) -> str:
        """The IRI of a path without leading slash."""
        return self.value + path

    def path(self, iri: str) -> str | None:
        """The path of an IRI of ours, without leading slash; None for foreign IRIs."""
        return iri[len(self.value) :] if iri.startswith(self.value) else None

    def rebase(self, iri: str) -> str:
        """The IRI with the reserved base replaced by this one; foreign IRIs unchanged.

        >>> Base("http://localhost:8000/").rebase("https://zorgnetwerk.example/id/groep/huisartsen")
        'http://localhost:8000/id/groep/huisartsen'
        """
        return self.value + iri[len(RESERVED_BASE) :] if iri.startswith(RESERVED_BASE) else iri

    def reserve(self, iri: str) -> str:
        """The IRI with this base replaced by the reserved one: the inverse of ``rebase``."""
        return RESERVED_BASE + iri[len(self.value) :] if iri.startswith(self.value) else iri


def rebase_line(line: str, old: str, new: str) -> str:
    """An N-Quads line with its IRIs moved from one base to another; the text of its literal stays.

    >>> rebase_line('<http://a/s> <http://a/p> "see <http://a/x>" <http://a/g> .', "http://a/", "http://b/")
    '<http://b/s> <http://b/p> "see <http://a/x>" <http://b/g> .'
    """
    return replaced(line, f"<{old}", f"<{new}")


def is_base(value: str) -> bool:
    """Whether this can be a base IRI: http or https, a host, ending in a slash."""
    return bool(_BASE.match(value)) and value.endswith("/")


def document_path(path: str) -> str | None:
    """The path of the document about a thing, from the path of the thing; None when the path names no thing.

    >>> document_path("id/organisatie/jessa-ziekenhuis")
    'doc/organisatie/jessa-ziekenhuis'
    """
    match = _THING.match(path)
    return f"doc/{match['concept']}/{match['slug']}" if match and match["kind"] == "id" else None


def thing_path(path: str) -> str | None:
    """The path of the thing that a document is about; None when the path names no document.

    >>> thing_path("doc/organisatie/jessa-ziekenhuis")
    'id/organisatie/jessa-ziekenhuis'
    """
    match = _THING.match(path)
    return f"id/{match['concept']}/{match['slug']}" if match and match["kind"] == "doc" else None


def page_path(path: str, language: str | None = None, suffix: str | None = None) -> str:
    """The path (leading slash) of the page or file about an IRI path of ours.

    Things lead to their documents; vocabulary terms to their own page under ``/ns/zorgnetwerk/``; codes stay where they
    are.

    >>> page_path("id/groep/huisartsen", language="nl")
    '/nl/doc/groep/huisartsen'
    >>> page_path("ns/zorgnetwerk#rol", language="fr")
    '/fr/ns/zorgnetwerk#rol'
    >>> page_path("auth/rollen/verwijzer", suffix="ttl")
    '/auth/rollen/verwijzer.ttl'
    """
    document = document_path(path) or path
    body, hash_sign, fragment = document.partition("#")
    prefix = f"/{language}/" if language else "/"
    return prefix + body + (f".{suffix}" if suffix else "") + hash_sign + fragment


def is_concept(text: str) -> bool:
    """Whether a text can be the concept part of a thing's path, such as ``organisatie``."""
    return bool(re.fullmatch(_SEGMENT, text))


def is_code_path(path: str) -> bool:
    """Whether a path names a concept scheme or a concept."""
    return bool(_CODE.match(path))
