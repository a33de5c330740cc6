"""The harvest journey: dumps, catalogue, statistics. A request is a look-up of what the build made.

Source: DCAT-AP 3; VoID, 7.2 (``/.well-known/void``); RFC 9530 (``Repr-Digest``).
"""

from __future__ import annotations

import base64
import os

from flask import Blueprint, Request, Response, request
from rdflib import Graph

from zorgnetwerk.dataset import catalogue, dumps, labels
from zorgnetwerk.store.base import Body
from zorgnetwerk.store.release import Release
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.media_types import HTML
from zorgnetwerk.web import negotiation, ranges
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH
from zorgnetwerk.web.responses import Representation, redirect, respond
from zorgnetwerk.web.site import Site
from zorgnetwerk.web.views.downloads import DumpFile

OFFERS = (media_types.TURTLE, media_types.JSON_LD, media_types.RDF_XML, media_types.N_TRIPLES, HTML)


def routes(site: Site) -> Blueprint:
    """The routes of this journey."""
    blueprint = Blueprint("harvest", __name__)

    @blueprint.get("/dumps/")
    @blueprint.get(f"/{LANGUAGE_IN_PATH}/dumps/")
    def listing(language: str = "") -> Response:
        return _listing(request, site, language)

    @blueprint.get("/dumps/<name>")
    def file(name: str) -> Response:
        return _file(request, site, name)

    @blueprint.get("/catalogue")
    @blueprint.get(f"/{LANGUAGE_IN_PATH}/catalogue")
    def catalogue_(language: str = "") -> Response:
        return _catalogue(request, site, language, "")

    @blueprint.get("/catalogue.<any(ttl, jsonld, rdf, nt):suffix>")
    def catalogue_file(suffix: str) -> Response:
        return _catalogue(request, site, "", suffix)

    @blueprint.get("/.well-known/void")
    def void() -> Response:
        if negotiation.choose(OFFERS, request.headers.get("Accept")) is HTML:
            return redirect("/catalogue")  # the page that tells the same to people
        return _graph(request, site, _statistics(site), "")

    @blueprint.get("/context.jsonld")
    def context() -> Response:
        return _context(request, site)

    return blueprint


def _listing(asked: Request, site: Site, language: str) -> Response:
    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    release = site.release()
    made = dumps.manifest(release)
    files = [
        DumpFile.of(
            dump.name, f"/dumps/{dump.name}", dump.media_type, dump.size, dump.sha256, dump.created, dump.statements
        )
        for dump in made
    ]
    body = site.renderer.dumps_page(files, site.frame(asked, chosen, "/dumps/")).encode()
    vary = () if language else ("Accept-Language",)
    shown = Representation(
        body,
        HTML,
        language=chosen,
        location=f"/{chosen}/dumps/",
        vary=vary,
        release=_of_release(release),
        seconds=site.settings.page_seconds,
    )
    return respond(asked, shown)


def _file(asked: Request, site: Site, name: str) -> Response:
    release = site.release()
    dump, path = dumps.find(release, name)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    media_type = "application/gzip" if dump.coding else _header(dump.media_type)
    shown = Representation(
        Body(descriptor, dump.size),
        media_type,
        etag=dump.sha256[:32],
        release=dump.release,
        seconds=site.settings.page_seconds,
        headers={
            "Content-Disposition": f'attachment; filename="{dump.name}"',
            "Repr-Digest": f"sha-256=:{_base64(dump.sha256)}:",
        },
    )
    return respond(asked, ranges.cut(shown, asked))


def _of_release(release: Release) -> int:
    """The release that dumps and counts are of: after a small change an earlier one, until they are made."""
    return min(dumps.release_of(release) or release.number, release.record.counted or release.number)


def _header(name: str) -> str:
    known = media_types.named(name, media_types.GRAPH_FORMATS)
    return known.header if known else name


def _base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode("ascii")


def _statistics(site: Site) -> Graph:
    release = site.release()
    made: Graph = site.per_release(
        f"void {_of_release(release)}",
        lambda: catalogue.statistics(site.store, site.base, release.record, dumps.manifest(release)),
    )
    return made


def _catalogue(asked: Request, site: Site, language: str, suffix: str) -> Response:
    release = site.release()
    graph: Graph = site.per_release(
        f"catalogue {_of_release(release)}",
        lambda: catalogue.describe(site.store, site.base, release.record, dumps.manifest(release)),
    )
    if language or (not suffix and negotiation.choose(OFFERS, asked.headers.get("Accept")) is HTML):
        chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
        words: Graph = site.per_release("catalogue words", lambda: labels.names_of(site.store, graph, site.base))
        body = site.renderer.catalogue_page(graph, site.frame(asked, chosen, "/catalogue"), words).encode()
        shown = Representation(
            body,
            HTML,
            language=chosen,
            location=f"/{chosen}/catalogue",
            vary=() if language else ("Accept", "Accept-Language"),
            release=_of_release(release),
            seconds=site.settings.page_seconds,
        )
        return respond(asked, shown)
    return _graph(asked, site, graph, suffix, "/catalogue")


def _graph(asked: Request, site: Site, graph: Graph, suffix: str, location: str = "") -> Response:
    """A graph in the format that its suffix or the Accept header names."""
    named = media_types.SUFFIXES.get(suffix)
    media_type = named or negotiation.choose(OFFERS[:4], asked.headers.get("Accept"))
    body = syntax.write(graph, media_type, site.release().prefixes())
    shown = Representation(
        body,
        media_type,
        vary=() if suffix else ("Accept",),
        location=f"{location}.{media_type.suffix}" if location else "",
        release=_of_release(site.release()),
        seconds=site.settings.page_seconds,
    )
    return respond(asked, shown)


def _context(asked: Request, site: Site) -> Response:
    path = site.settings.content / "ontologie" / "context.jsonld"
    if not path.exists():
        return redirect("/ns/zorgnetwerk.jsonld")
    text = path.read_text("utf-8").replace(RESERVED_BASE, site.base.value)
    return respond(
        asked,
        Representation(
            text.encode(), media_types.JSON_LD, release=site.store.release(), seconds=site.settings.page_seconds
        ),
    )
