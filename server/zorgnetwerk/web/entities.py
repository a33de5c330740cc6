"""The entities journey: /id → 303 → /doc, which answers the negotiated representation itself.

Vocabulary and codes answer at their own address. Every spelling of a path leads to one page or to none.

Source: W3C Cool URIs (303); ICEG URI standard; RFC 9110, 8.7 (Content-Location).
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from flask import Blueprint, Request, Response, request
from rdflib import Graph, URIRef

from zorgnetwerk.dataset import entities, listing, schemes, vocabulary
from zorgnetwerk.errors import NotFound
from zorgnetwerk.terms import iris, media_types, syntax
from zorgnetwerk.terms.iris import VOCABULARY
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.media_types import HTML, MediaType
from zorgnetwerk.web import negotiation
from zorgnetwerk.web.frames import Frame
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
_LANGUAGE = f"<any({', '.join(LANGUAGES)}):language>"


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
    def identify(rest: str) -> Response:
        return _identify(f"id/{rest}", site)

    for prefix in ("doc", "auth", "ns"):
        blueprint.add_url_rule(f"/{prefix}/<path:rest>", f"{prefix}", _shown(prefix, site), methods=["GET"])
        blueprint.add_url_rule(
            f"/{_LANGUAGE}/{prefix}/<path:rest>", f"{prefix}_page", _shown(prefix, site), methods=["GET"]
        )

    @blueprint.get("/describe")
    @blueprint.get(f"/{_LANGUAGE}/describe")
    def foreign(language: str = "") -> Response:
        return _foreign(request, site, language)

    return blueprint


def _identify(path: str, site: Site) -> Response:
    document = iris.document_path(path)
    iri = URIRef(site.base.iri(path))
    if document is None or not site.store.ask(
        f"ASK {{ {{ {iri.n3()} ?p ?o }} UNION {{ ?s ?q {iri.n3()} }} UNION {{ GRAPH {iri.n3()} {{ ?a ?b ?c }} }} }}"
    ):
        raise NotFound(f"Nothing is published about /{path}.")
    return redirect("/" + quote(document, safe="/~"))


def _shown(prefix: str, site: Site) -> Callable[..., Response]:
    def view(rest: str, language: str = "") -> Response:
        path, suffix = _split(f"{prefix}/{rest}")
        if language and suffix:
            raise NotFound(f"Files have no language: see /{path}.{suffix.suffix}.")
        return _answer(request, site, _document(path, site, _page_number(request)), language, suffix)

    return view


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
    if path == VOCABULARY:
        terms = site.per_release("vocabulary", lambda: vocabulary.describe_vocabulary(store, base))
        return Document(path, lambda: terms.graph, lambda frame: renderer.vocabulary_page(terms, frame))
    if iris.is_code_path(path):
        iri = URIRef(base.iri(path))
        if rest.count("/"):
            return _described(path, iri, site, page)
        scheme = schemes.describe_scheme(store, iri, base)
        return Document(path, lambda: scheme.graph, lambda frame: renderer.scheme_page(scheme, frame))
    if path.startswith(f"{VOCABULARY}/"):
        return _described(path, URIRef(base.iri(path)), site, page)
    raise NotFound(f"There is nothing at /{path}.")


def _described(path: str, iri: URIRef, site: Site, page: int) -> Document:
    description = entities.describe(site.store, iri, site.base, page)
    return Document(path, lambda: description.graph, lambda frame: site.renderer.entity_page(description, frame))


def _answer(asked: Request, site: Site, document: Document, language: str, suffix: MediaType | None) -> Response:
    media_type = suffix or (HTML if language else negotiation.choose(OFFERS, asked.headers.get("Accept")))
    vary = () if suffix or language else _VARY
    if media_type is HTML:
        chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
        frame = site.frame(asked, chosen, f"/{document.path}")
        body = document.page(frame).encode()
        location = iris.page_path(document.path, language=chosen)
    else:
        chosen = ""
        graph_name = site.base.iri(document.path)
        body = syntax.write(document.graph(), media_type, site.release().prefixes(), graph_name)
        location = iris.page_path(document.path, suffix=media_type.suffix)
    query = f"?{asked.query_string.decode('latin-1')}" if asked.query_string else ""
    shown = Representation(
        body,
        media_type,
        language=chosen,
        location=quote(location, safe="/~") + query,
        vary=vary,
        links=_links(document.path),
        release=site.store.release(),
        seconds=site.settings.page_seconds,
    )
    return respond(asked, shown)


def _links(path: str) -> tuple[str, ...]:
    thing = iris.thing_path(path)
    links = [
        f'<{quote(iris.page_path(path, suffix=offer.suffix), safe="/~")}>; rel="alternate"; type="{offer.name}"'
        for offer in OFFERS[1:]
    ]
    for language in LANGUAGES:
        page = quote(iris.page_path(path, language=language), safe="/~")
        links.append(f'<{page}>; rel="alternate"; hreflang="{language}"; type="text/html"')
    if thing is not None:
        links.append(f'</{quote(thing, safe="/~")}>; rel="describes"')
    links.append('</catalogue>; rel="describedby"')
    return tuple(links)


def _foreign(asked: Request, site: Site, language: str) -> Response:
    """What the data says about an IRI that is not ours. The IRI is looked up and never fetched."""
    iri = asked.args.get("iri", "")
    if not iri:
        raise NotFound("The parameter 'iri' names the thing to describe.")
    path = site.base.path(iri)
    if path is not None:
        return redirect("/" + quote(path, safe="/~#"))
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
