"""The application: routes of all journeys, the error door, what happens before and after each request."""

from __future__ import annotations

import logging
import secrets
import time

from flask import Flask, Response, g, request

from zorgnetwerk.web import answer_files, entities, explanation, harvest, pages, problems, queries, sparql, submissions
from zorgnetwerk.web.responses import secure
from zorgnetwerk.web.site import Site

_LOG = logging.getLogger("zorgnetwerk.access")


def create_app(site: Site) -> Flask:
    """The WSGI application of one site."""
    app = Flask("zorgnetwerk", static_folder=None, template_folder=None)
    # The journeys have limits of their own, with words of their own; this is the wall behind them.
    app.config["MAX_CONTENT_LENGTH"] = 8 * max(site.settings.submission_bytes, site.settings.query_bytes)
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    for room in (sparql, answer_files, explanation, queries, entities, harvest, submissions, pages):
        app.register_blueprint(room.routes(site))
    app.before_request(_begin)
    app.after_request(_finish)

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        return problems.answer(request, error, site)

    return app


def _begin() -> Response | None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return _preflight()
    return None


def _preflight() -> Response:
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, QUERY, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = (
        "Accept, Accept-Datetime, Accept-Language, Content-Type, If-None-Match, If-Match"
    )
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _finish(response: Response) -> Response:
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
