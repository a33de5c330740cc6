"""``/sparql/explain``: what a query will do, before it is run, as a page and as JSON.

Takes what the endpoint takes. One explanation is made at a time in each web process, since its counts run beside the
pages; another one that comes meanwhile is asked to try again. An explanation holds for a release, and is kept with it
like any answer.

Source: SPARQL 1.1 Protocol, 2.1 (how a query comes in).
"""

from __future__ import annotations

import json
import threading
from typing import Final

from flask import Blueprint, Request, Response, request

from zorgnetwerk.dataset import explanation
from zorgnetwerk.dataset.explanation import Explanation
from zorgnetwerk.errors import QueryRefused, QueueFull, ZorgnetwerkError
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms.media_types import HTML, JSON
from zorgnetwerk.web import negotiation, protocol, sparql, sparql_page
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH
from zorgnetwerk.web.protocol import Operation
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site
from zorgnetwerk.web.views import explanation as views
from zorgnetwerk.web.views.results import Refusal

PATH: Final = "/sparql/explain"
_METHODS: Final = ["GET", "POST", "QUERY"]
_WAIT_SECONDS: Final = 5.0


def routes(site: Site) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("explanation", __name__)
    turn = threading.Lock()

    @blueprint.route(PATH, methods=_METHODS)
    def explain() -> Response:
        if negotiation.choose((JSON, HTML), request.headers.get("Accept")) is HTML:
            language = negotiation.choose_language(request.headers.get("Accept-Language"))
            return _page(request, site, language, turn, ("Accept", "Accept-Language"))
        return _document(request, site, turn)

    @blueprint.route(f"/{LANGUAGE_IN_PATH}{PATH}", methods=["GET", "POST"])
    def page(language: str) -> Response:
        return _page(request, site, language, turn, ())

    return blueprint


def _document(asked: Request, site: Site, turn: threading.Lock) -> Response:
    operation = protocol.read(asked, site.settings)
    if operation is None:
        raise QueryRefused("The parameter 'query' is missing.", "empty")
    found = _explain(site, operation, turn)
    english = site.renderer.translations.for_language("en")
    body = json.dumps(views.as_json(found, english), ensure_ascii=False, indent=1).encode() + b"\n"
    shown = Representation(body, JSON, vary=("Accept",), release=site.store.release(), headers=_keeping(found))
    return respond(asked, shown)


def _page(asked: Request, site: Site, language: str, turn: threading.Lock, vary: tuple[str, ...]) -> Response:
    operation = protocol.read(asked, site.settings)
    found: Explanation | Refusal | None = None
    status = 200
    if operation is not None:
        try:
            found = _explain(site, operation, turn)
        except ZorgnetwerkError as error:
            refusal = sparql_page.refusal_of(error, operation.text)
            found, status = refusal, refusal.status
    frame = site.frame(asked, language, PATH)
    page = site.renderer.explanation_page(frame, operation.text if operation else "", found)
    shown = Representation(
        page.encode(),
        HTML,
        status=status,
        language=language,
        location=frame.here(language),
        vary=vary,
        release=site.store.release(),
        headers={"Retry-After": "2"} if status == 503 else _keeping(found),
    )
    return respond(asked, shown)


def _keeping(found: object) -> dict[str, str]:
    """What is not to be kept says so: a count that took too long on a busy machine may succeed the next time."""
    is_complete = not isinstance(found, Explanation) or found.estimate.is_known
    return {} if is_complete else {"Cache-Control": "no-store"}


def _explain(site: Site, operation: Operation, turn: threading.Lock) -> Explanation:
    query = Query.parse(operation.text, site.settings.query_bytes)
    if not turn.acquire(timeout=_WAIT_SECONDS):
        raise QueueFull("Other queries are being explained. Try again soon.", retry_after_seconds=2)
    try:
        return explanation.explain(site.store, query, sparql.limits_of(site, operation), operation.selection)
    finally:
        turn.release()
