"""The entities journey: /id → 303 → /doc, which answers the negotiated representation itself.

Vocabulary and codes answer at their own address. Every spelling of a path leads to one page or to none. Earlier states
stand under ``/release/{n}/`` (``former.py``).

Source: W3C Cool URIs (303); ICEG URI standard; RFC 9110, 8.7 (Content-Location).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

from flask import Blueprint, Request, Response, request
from rdflib import Graph, URIRef

from zorgnetwerk.dataset import entities, listing, nearby, queries, schemes, vocabulary
from zorgnetwerk.errors import Gone, NotAcceptable, NotFound
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.store.redaction import is_redacted
from zorgnetwerk.terms import iris, media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, VOCABULARY
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.media_types import HTML, MediaType
from zorgnetwerk.terms.namespaces import DCAT, DCT, OWL
from zorgnetwerk.web import former, negotiation
from zorgnetwerk.web.former import Edition
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH, Frame
from zorgnetwerk.web.mementos import question_of
from zorgnetwerk.web.responses import Representation, redirect, respond
from zorgnetwerk.web.site import Site

OFFERS = (
    HTML,
    media_types.TURTLE,
    media_types.JSON_LD,
    media_types.RDF_XML,
    media_types.N_TRIPLES,
    media_types.TRIG,
    media_types.N_QUADS,
)
_VARY = ("Accept", "Accept-Language")
_IRI_SAFE = ":/?#[]@!$&'()*+,;=%-._~"
_SHAPES = "shapes"
_VERSION = re.compile(rf"{VOCABULARY}/[0-9]+(\.[0-9]+)*")
_SKOLEM = ".well-known/genid"
"""Nodes that a submission left without a name. Source: RDF 1.1 Concepts, 3.5."""
_PAST = "/release/<int:number>/"
_PAST_PAGE = f"/{LANGUAGE_IN_PATH}{_PAST}"


class Document:
    """One thing that can be shown: its graph for machines and its page for people, both made only when asked for."""

    def __init__(self, path: str, graph: Callable[[], Graph], page: Callable[[Frame], str]) -> None:
        self.path = path
        self.graph = graph
        self.page = page


def routes(site: Site) -> Blueprint:
    """The routes of this journey."""
    blueprint = Blueprint("entities", __name__)

    @blueprint.get("/id/<path:rest>")
    @blueprint.get("/release/<int:number>/id/<path:rest>")
    def identify(rest: str, number: int | None = None) -> Response:
        return _identify(f"id/{rest}", Edition(site) if number is None else former.numbered(site, number))

    for prefix in ("doc", "auth", "ns", _SHAPES, _SKOLEM):
        rest, name = f"{prefix}/<path:rest>", _endpoint(prefix)
        for kind, rule in (("", "/"), ("_page", f"/{LANGUAGE_IN_PATH}/"), ("_then", _PAST), ("_page_then", _PAST_PAGE)):
            blueprint.add_url_rule(f"{rule}{rest}", f"{name}{kind}", _shown(prefix, site), methods=["GET"])
        blueprint.add_url_rule(f"/timemap/{rest}", f"{name}_times", _timemap(prefix, site), methods=["GET"])

    @blueprint.get("/describe")
    @blueprint.get(f"/{LANGUAGE_IN_PATH}/describe")
    def foreign(language: str = "") -> Response:
        return _foreign(request, site, language)

    return blueprint


def _endpoint(prefix: str) -> str:
    """A name for a route that has no dots."""
    return prefix.replace(".", "").replace("/", "-")


def _identify(path: str, edition: Edition) -> Response:
    """To the document about a thing, or to what took its place."""
    site = edition.site
    document = iris.document_path(path)
    text = queries.load("identify", site.base)
    found = site.store.select(queries.bind(text, thing=URIRef(site.base.iri(path)))) if document else []
    if document is None or not found:
        _check_forgotten(path, site)
        with _near(path, site):
            raise NotFound(f"Nothing is published about /{path}.")
    successor = site.base.path(str(found[0].get("successor", "")))
    if successor is not None:
        return redirect(f"{edition.prefix}/{quote(successor, safe='/~')}", 308, vary=())
    return redirect(edition.address(document))


@contextlib.contextmanager
def _near(path: str, site: Site) -> Iterator[None]:
    """Adds what is spelled almost like this to what is raised because there is no such thing."""
    try:
        yield
    except NotFound as error:
        if not isinstance(error, Gone) and not site.pinned:
            error.near = tuple(
                nearby.near(path, site.per_release("slugs", lambda: nearby.slugs(site.store, site.base)))
            )
        raise


def _shown(prefix: str, site: Site) -> Callable[..., Response]:
    def view(rest: str, language: str = "", number: int | None = None) -> Response:
        path, suffix = _split(f"{prefix}/{rest}")
        if language and suffix:
            raise NotFound(f"Files have no language: see /{path}.{suffix.suffix}.")
        if number is not None:
            edition = former.numbered(site, number)
        else:
            edition = Edition(site) if language or suffix else former.dated(request, site, path)
        with _near(path, edition.site):
            document = _document(path, edition.site, _page_number(request))
        return _answer(request, edition, document, language, suffix)

    return view


def _timemap(prefix: str, site: Site) -> Callable[..., Response]:
    return lambda rest: former.timemap(request, site, f"{prefix}/{rest}")


def _split(path: str) -> tuple[str, MediaType | None]:
    """The path and the format that its suffix names."""
    stem, dot, suffix = path.rpartition(".")
    media_type = media_types.SUFFIXES.get(suffix) if dot and "/" not in suffix else None
    return (stem, media_type) if media_type else (path, None)


def _page_number(asked: Request) -> int:
    text = asked.args.get("page", "1")
    if not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise NotFound(f"page is {text!r}, expected a number from 1.")
    return int(text)


def _document(path: str, site: Site, page: int) -> Document:
    """The document at a path. Errors: NotFound for a path that cannot name one of ours."""
    store, base, renderer = site.store, site.base, site.renderer
    thing = iris.thing_path(path)
    if thing is not None:
        return _described(path, URIRef(base.iri(thing)), site, page)
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
            return _described(path, iri, site, page)
        scheme = schemes.describe_scheme(store, iri, base)
        return Document(path, lambda: scheme.graph, lambda frame: renderer.scheme_page(scheme, frame))
    if path.startswith((f"{VOCABULARY}/", f"{_SHAPES}/", f"{_SKOLEM}/")):
        return _described(path, URIRef(base.iri(path)), site, page)
    raise NotFound(f"There is nothing at /{path}.")


def _is_its_version(path: str, site: Site) -> bool:
    """Whether this is the version IRI of the vocabulary as it is published; earlier ones stand in earlier releases."""
    if not _VERSION.fullmatch(path):
        return False
    vocabulary, version = (URIRef(site.base.iri(it)).n3() for it in (VOCABULARY, path))
    return site.store.ask(f"ASK {{ {vocabulary} {OWL.versionIRI.n3()} {version} }}")


def _described(path: str, iri: URIRef, site: Site, page: int) -> Document:
    try:
        description = entities.describe(site.store, iri, site.base, page)
    except NotFound:
        _check_forgotten(site.base.path(str(iri)) or "", site)
        raise
    return Document(path, lambda: description.graph, lambda frame: site.renderer.entity_page(description, frame))


def _check_forgotten(path: str, site: Site) -> None:
    """Passes unless the thing at this path was removed for good, which is told without naming it. Errors: Gone."""
    journal = site.settings.state / FILE
    if journal.exists() and is_redacted(Journal(journal), RESERVED_BASE + path):
        raise Gone("What was here was removed for good, because the law wants it so.")


def _answer(asked: Request, edition: Edition, document: Document, language: str, suffix: MediaType | None) -> Response:
    site = edition.site
    media_type = suffix or (HTML if language else _chosen(asked, edition, document.path))
    vary = _VARY if not (suffix or language) else ("Accept-Language",) if media_type is HTML and not language else ()
    if media_type is HTML:
        chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
        frame = site.frame(asked, chosen, f"{edition.prefix}/{document.path}")
        body = document.page(frame).encode()
        location = edition.address(document.path, language=chosen)
    else:
        chosen = ""
        graph_name = site.base.iri(document.path)
        body = syntax.write(document.graph(), media_type, site.release().prefixes(), graph_name)
        location = edition.address(document.path, suffix=media_type.suffix)
    shown = Representation(
        body,
        media_type,
        language=chosen,
        location=location + question_of(asked),
        vary=(*vary, *edition.vary),
        links=(*_links(document.path, edition, chosen), *edition.links(asked, document.path)),
        release=edition.number or site.store.release(),
        seconds=site.settings.page_seconds,
        immutable=edition.is_fixed and media_type is not HTML,
        headers=edition.headers,
    )
    return respond(asked, shown)


def _chosen(asked: Request, edition: Edition, path: str) -> MediaType:
    try:
        return negotiation.choose(OFFERS, asked.headers.get("Accept"))
    except NotAcceptable as error:
        error.addresses = tuple(edition.address(path, suffix=offer.suffix) for offer in OFFERS)
        raise


def _links(path: str, edition: Edition, shown_in: str) -> tuple[str, ...]:
    """The links of a document; ``shown_in`` is the language of a page, empty for data."""
    thing = iris.thing_path(path)
    links = [
        f'<{edition.address(path, suffix=offer.suffix)}>; rel="alternate"; type="{offer.name}"' for offer in OFFERS[1:]
    ]
    for language in LANGUAGES:
        page = edition.address(path, language=language)
        links.append(f'<{page}>; rel="alternate"; hreflang="{language}"; type="text/html"')
    if thing is not None:
        links.append(f'</{quote(thing, safe="/~")}>; rel="describes"')
        links.append(f'<{edition.address("/".join(path.split("/")[:2]))}>; rel="collection"')
    links.append('</catalogue>; rel="describedby"')
    if not edition.number:
        links.append(f'<{edition.address(path, language=shown_in)}>; rel="canonical"')
        links.extend(edition.site.per_release("licences", lambda: _licences(edition.site)))
    return tuple(links)


def _licences(site: Site) -> list[str]:
    """Links to the licences of the data set."""
    text = f"SELECT DISTINCT ?licence WHERE {{ ?set a {DCAT.Dataset.n3()} ; {DCT.license.n3()} ?licence }}"
    found = (row["licence"] for row in site.store.select(text))
    return [f'<{quote(iri, safe=_IRI_SAFE)}>; rel="license"' for iri in found if isinstance(iri, URIRef)]


def _foreign(asked: Request, site: Site, language: str) -> Response:
    """What the data says about an IRI that is not ours. The IRI is looked up and never fetched."""
    iri = asked.args.get("iri", "")
    if not iri:
        raise NotFound("The parameter 'iri' names the thing to describe.")
    path = site.base.path(iri)
    if path is not None:
        return redirect("/" + quote(path.lstrip("/"), safe="/~#"))  # two slashes would name another host
    document = _described("describe", URIRef(iri), site, _page_number(asked))
    return _answer_foreign(asked, site, document, language)


def _answer_foreign(asked: Request, site: Site, document: Document, language: str) -> Response:
    media_type = HTML if language else negotiation.choose(OFFERS, asked.headers.get("Accept"))
    chosen = (
        (language or negotiation.choose_language(asked.headers.get("Accept-Language"))) if media_type is HTML else ""
    )
    if media_type is HTML:
        body = document.page(site.frame(asked, chosen, "/describe")).encode()
    else:
        body = syntax.write(document.graph(), media_type, site.release().prefixes())
    shown = Representation(
        body, media_type, language=chosen, vary=() if language else _VARY, release=site.store.release()
    )
    return respond(asked, shown)
