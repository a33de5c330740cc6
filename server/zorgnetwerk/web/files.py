"""The files of a folder that is not laid out like ours: ``/bestand/…`` answers 303 to what a file says.

To the page of its graph for people, to all its statements for programs; nothing of a file is read here.

Source: W3C Cool URIs (303).
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Request, Response, request
from rdflib import URIRef

from zorgnetwerk.errors import NotFound
from zorgnetwerk.terms import graph_names, iris
from zorgnetwerk.terms.media_types import HTML
from zorgnetwerk.web import negotiation
from zorgnetwerk.web.entities import OFFERS
from zorgnetwerk.web.responses import redirect
from zorgnetwerk.web.site import Site


def routes(site: Site) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("files", __name__)

    @blueprint.get(f"/{iris.FILES}<path:name>")
    def file(name: str) -> Response:
        return _file(request, site, name)

    return blueprint


def _file(asked: Request, site: Site, name: str) -> Response:
    graph = URIRef(site.base.rebase(graph_names.of_file(name.rpartition(".")[0])))
    if not site.store.ask(f"ASK {{ GRAPH {graph.n3()} {{ ?thing ?property ?value }} }}"):
        raise NotFound(f"There is no file {name!r} in this data set.")
    media_type = negotiation.choose(OFFERS, asked.headers.get("Accept"))
    if media_type is HTML:
        path = site.base.path(graph) or ""
        return redirect(iris.page_path(path))
    text = f"CONSTRUCT {{ ?thing ?property ?value }} WHERE {{ GRAPH {graph.n3()} {{ ?thing ?property ?value }} }}"
    return redirect(f"/sparql.{media_type.suffix}?{urlencode({'query': text})}")
