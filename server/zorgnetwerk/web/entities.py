"""The entities journey: /id → 303 → /doc, which answers the negotiated representation itself.

Vocabulary and codes answer at their own address. Every spelling of a path leads to one page or to none. Earlier states
stand under ``/release/{n}/`` (``former.py``).

Source: W3C Cool URIs (303); ICEG URI standard; RFC 9110, 8.7 (Content-Location).
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from flask import Blueprint, Request, Response, request
from rdflib import URIRef

from zorgnetwerk.dataset import queries
from zorgnetwerk.errors import NotAcceptable, NotFound
from zorgnetwerk.terms import iris, media_types, syntax
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.media_types import HTML, MediaType
from zorgnetwerk.terms.namespaces import DCAT, DCT
from zorgnetwerk.web import documents, former, negotiation
from zorgnetwerk.web.documents import Document
from zorgnetwerk.web.former import Edition
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH
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
_PAST = "/release/<int:number>/"
_PAST_PAGE = f"/{LANGUAGE_IN_PATH}{_PAST}"


def routes(site: Site) -> Blueprint:
    """The routes of this journey."""
    blueprint = Blueprint("entities", __name__)

    @blueprint.get("/id/<path:rest>")
    @blueprint.get("/release/<int:number>/id/<path:rest>")
    def identify(rest: str, number: int | None = None) -> Response:
        return _identify(f"id/{rest}", Edition(site) if number is None else former.numbered(site, number))

    for prefix in ("doc", "auth", "ns", documents.SHAPES, documents.SKOLEM):
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
    if documents.is_in_catalogue_only(path, site):
        return redirect("/catalogue")
    if document is None or not found:
        documents.check_forgotten(path, site)
        with documents.near(path, site):
            raise NotFound(f"Nothing is published about /{path}.", thing=site.base.iri(path))
    successor = site.base.path(str(found[0].get("successor", "")))
    if successor is not None:
        return redirect(f"{edition.prefix}/{quote(successor, safe='/~')}", 308, vary=())
    return redirect(edition.address(document))


def _shown(prefix: str, site: Site) -> Callable[..., Response]:
    def view(rest: str, language: str = "", number: int | None = None) -> Response:
        path, suffix = _split(f"{prefix}/{rest}")
        if language and suffix:
            raise NotFound(f"Files have no language: see /{path}.{suffix.suffix}.")
        if number is not None:
            edition = former.numbered(site, number)
        else:
            edition = Edition(site) if language or suffix else former.dated(request, site, path)
        if documents.is_in_catalogue_only(iris.thing_path(path) or "", edition.site):
            return redirect(iris.page_path("catalogue", language, suffix.suffix if suffix else None))
        with documents.near(path, edition.site):
            document = documents.find(path, edition.site, _page_number(request))
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
    if path is not None and not path.startswith(iris.FILES):
        return redirect("/" + quote(path.lstrip("/"), safe="/~#"))  # two slashes would name another host
    document = documents.described("describe", URIRef(iri), site, _page_number(asked))
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
