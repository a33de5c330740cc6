"""Ending a query by its id: whoever knows the id of a query may stop it.

``DELETE /sparql/queries/{id}`` is for programs. ``POST /sparql/stop/{id}`` is the same for a form, which can do no
DELETE. No cookie and no address gives the right to stop anything, so another site's form has nothing to forge with: the
id is the authority, and one that the server made cannot be guessed.

Source: RFC 9110, 9.3.5 (DELETE) and 15.4.4 (303 after POST).
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from zorgnetwerk.errors import NotFound
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.terms.media_types import HTML
from zorgnetwerk.web import sparql
from zorgnetwerk.web.responses import redirect
from zorgnetwerk.web.site import Site


def routes(site: Site) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("stopping", __name__)

    @blueprint.delete(f"{sparql.PATH}/queries/<query_id>")
    def delete(query_id: str) -> Response:
        _stop(site, query_id)
        return Response(status=204)

    @blueprint.post(f"{sparql.PATH}/stop/<query_id>")
    def post(query_id: str) -> Response:
        _stop(site, query_id)
        is_form = HTML.name in request.headers.get("Accept", "")
        return redirect(sparql.PATH, vary=("Accept",)) if is_form else Response(status=204)

    return blueprint


def _stop(site: Site, query_id: str) -> None:
    """Ends the queries of this id. Errors: NotFound when nothing of that name runs or waits."""
    if not isinstance(site.store, EmbeddedStore):
        raise NotFound(
            "Queries cannot be stopped here: this site runs on a remote engine. They end at their time limit."
        )
    if not site.store.stop(query_id):
        raise NotFound("No query of this id runs or waits. It may have ended by itself.")
