"""The application: routes of all journeys, the error door, what happens before and after each request."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import RequestRedirect

from zorgnetwerk.errors import NotFound
from zorgnetwerk.web import (
    answer_files,
    entities,
    explanation,
    files,
    harvest,
    pages,
    problems,
    queries,
    sparql,
    stopping,
    wordlist,
)
from zorgnetwerk.web.bodies import AwaitedBodies
from zorgnetwerk.web.changed import ChangeTimes
from zorgnetwerk.web.responses import redirect, secure
from zorgnetwerk.web.site import Site

_LOG = logging.getLogger("zorgnetwerk.access")

Rooms: TypeAlias = tuple[Callable[[Site], Blueprint], ...]
READING: Rooms = tuple(
    room.routes
    for room in (sparql, stopping, answer_files, explanation, queries, entities, files, harvest, wordlist, pages)
)
"""The rooms of those who read: they need neither the register nor the rules."""


def all_rooms() -> Rooms:
    """The rooms of those who read and of those who send; loading the latter takes as long as all the rest."""
    from zorgnetwerk.web import changes, desk, submissions

    return (*READING, submissions.routes, desk.routes, changes.routes)


def create_app(site: Site, rooms: Rooms | None = None) -> Flask:
    """The WSGI application of one site, with the routes of these rooms (all of them unless named)."""
    app = Flask("zorgnetwerk", static_folder=None, template_folder=None)
    # The journeys have limits of their own, with words of their own; this is the wall behind them.
    app.config["MAX_CONTENT_LENGTH"] = 8 * max(site.settings.submission_bytes, site.settings.query_bytes)
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    for routes in all_rooms() if rooms is None else rooms:
        app.register_blueprint(routes(site))
    app.wsgi_app = AwaitedBodies(app.wsgi_app, site.settings.web_threads // 2)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_finish)
    changes = ChangeTimes(site)
    app.after_request(lambda response: changes.tell(request, response))

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        return problems.answer(request, error, site)

    return app


def _begin() -> Response | None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return _preflight()
    if request.environ["REQUEST_METHOD"] != request.method:  # names of methods have a case, which the framework drops
        raise MethodNotAllowed(valid_methods=("GET", "HEAD", "POST", "QUERY", "OPTIONS"))
    if request.environ.get("PATH_INFO", "").startswith("//"):  # the framework takes it for one slash
        raise NotFound("Addresses here begin with one slash.")
    if isinstance(request.routing_exception, RequestRedirect):
        return _redirect(request.routing_exception.new_url)
    return None


def _redirect(address: str) -> Response:
    """To the right spelling of this address, which the router made absolute with the Host that the client named."""
    parts = urlsplit(address)
    path = "/" + parts.path.lstrip("/")
    return redirect(f"{path}?{parts.query}" if parts.query else path, 308, vary=())


def _preflight() -> Response:
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, QUERY, DELETE, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = (
        "Accept, Accept-Datetime, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, "
        "If-Modified-Since, If-None-Match, If-Range, Query-Id, Range"
    )
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _finish(response: Response) -> Response:
    if request.method == "OPTIONS" and response.status_code == 200:  # the framework's own answer
        response.status_code = 204
        response.headers.pop("Content-Type", None)
        response.headers.pop("Content-Length", None)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    if _LOG.isEnabledFor(logging.INFO):
        _LOG.info(
            "request",
            extra={
                "request_id": g.get("request_id", ""),
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "seconds": round(seconds, 4),
                "bytes": response.content_length,
            },
        )
    return secure(response)
