"""Which document stands at a path: a thing, a list, the vocabulary, a code list; and what to say when there is none.

Knows paths. Must not know requests, formats, languages.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Final

from rdflib import Graph, URIRef

from zorgnetwerk.dataset import entities, listing, nearby, schemes, vocabulary
from zorgnetwerk.errors import Gone, NotFound
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.store.redaction import is_redacted
from zorgnetwerk.terms import iris
from zorgnetwerk.terms.iris import RESERVED_BASE, VOCABULARY
from zorgnetwerk.terms.namespaces import OWL
from zorgnetwerk.web.frames import Frame
from zorgnetwerk.web.site import Site

SHAPES: Final = "shapes"
SKOLEM: Final = ".well-known/genid"
"""Nodes that a submission left without a name. Source: RDF 1.1 Concepts, 3.5."""
_VERSION = re.compile(rf"{VOCABULARY}/[0-9]+(\.[0-9]+)*")
_SELF: Final = frozenset((iris.DATASET, iris.CATALOGUE))


class Document:
    """One thing that can be shown: its graph for machines and its page for people, both made only when asked for."""

    def __init__(self, path: str, graph: Callable[[], Graph], page: Callable[[Frame], str]) -> None:
        self.path = path
        self.graph = graph
        self.page = page


def find(path: str, site: Site, page: int) -> Document:
    """The document at a path. Errors: NotFound for a path that cannot name one of ours."""
    store, base, renderer = site.store, site.base, site.renderer
    thing = iris.thing_path(path)
    if thing is not None:
        return described(path, URIRef(base.iri(thing)), site, page)
    kind, _, rest = path.partition("/")
    if kind == "doc" and iris.is_concept(rest):
        found = listing.list_things(store, base, rest, page)
        return Document(path, lambda: found.graph, lambda frame: renderer.list_page(found, frame))
    if path == VOCABULARY or _is_its_version(path, site):
        terms = site.per_release("vocabulary", lambda: vocabulary.describe_vocabulary(store, base))
        return Document(path, lambda: terms.graph, lambda frame: renderer.vocabulary_page(terms, frame))
    if iris.is_code_path(path):
        iri = URIRef(base.iri(path))
        if rest.count("/"):
            return described(path, iri, site, page)
        scheme = schemes.describe_scheme(store, iri, base)
        return Document(path, lambda: scheme.graph, lambda frame: renderer.scheme_page(scheme, frame))
    if path.startswith((f"{VOCABULARY}/", f"{SHAPES}/", f"{SKOLEM}/")):
        return described(path, URIRef(base.iri(path)), site, page)
    raise NotFound(f"There is nothing at /{path}.", thing=site.base.iri(path))


def _is_its_version(path: str, site: Site) -> bool:
    """Whether this is the version IRI of the vocabulary as it is published; earlier ones stand in earlier releases."""
    if not _VERSION.fullmatch(path):
        return False
    vocabulary, version = (URIRef(site.base.iri(it)).n3() for it in (VOCABULARY, path))
    return site.store.ask(f"ASK {{ {vocabulary} {OWL.versionIRI.n3()} {version} }}")


def described(path: str, iri: URIRef, site: Site, page: int) -> Document:
    """The document about a thing. Errors: those of ``entities.describe``; Gone when it was removed for good."""
    try:
        description = entities.describe(site.store, iri, site.base, page)
    except NotFound:
        check_forgotten(site.base.path(str(iri)) or "", site)
        raise
    return Document(path, lambda: description.graph, lambda frame: site.renderer.entity_page(description, frame))


def check_forgotten(path: str, site: Site) -> None:
    """Passes unless the thing at this path was removed for good, which is told without naming it. Errors: Gone."""
    journal = site.settings.state / FILE
    if journal.exists() and is_redacted(Journal(journal), RESERVED_BASE + path):
        raise Gone("What was here was removed for good, because the law wants it so.")


@contextlib.contextmanager
def near(path: str, site: Site) -> Iterator[None]:
    """Adds what is spelled almost like this to what is raised because there is no such thing."""
    try:
        yield
    except NotFound as error:
        if not isinstance(error, Gone) and not site.pinned:
            error.near = tuple(
                nearby.near(path, site.per_release("slugs", lambda: nearby.slugs(site.store, site.base)))
            )
        raise


def is_in_catalogue_only(path: str, site: Site) -> bool:
    """Whether this names the data set or its catalogue, of which the data says nothing: then the catalogue does."""
    thing = URIRef(site.base.iri(path))
    return path in _SELF and not site.store.ask(f"ASK {{ {thing.n3()} ?property ?value }}")
