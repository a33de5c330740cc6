"""Pages that belong to no journey: home, static files, health, robots."""

from __future__ import annotations

import json
from typing import Final

from flask import Blueprint, Request, Response, request

from zorgnetwerk.dataset import counting, overview
from zorgnetwerk.errors import NotFound, StoreUnavailable
from zorgnetwerk.terms import iris
from zorgnetwerk.terms.iris import VOCABULARY
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.media_types import HTML, JSON, TEXT
from zorgnetwerk.web import metrics, negotiation
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH
from zorgnetwerk.web.responses import Representation, redirect, respond
from zorgnetwerk.web.site import Site

_COUNTED_LIVE_QUADS: Final = 100_000
"""The first page of larger data shows numbers that were counted before: by the build, or after a change in the
background, a moment later."""
_TRUNKS: Final = ("doc", "auth", "ns")


def routes(site: Site) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("pages", __name__)

    @blueprint.get("/")
    @blueprint.get(f"/{LANGUAGE_IN_PATH}/")
    def home(language: str = "") -> Response:
        return _home(request, site, language)

    @blueprint.get(f"/<any({', '.join(_TRUNKS)}):trunk>/")
    @blueprint.get(f"/{LANGUAGE_IN_PATH}/<any({', '.join(_TRUNKS)}):trunk>/")
    def trunk(trunk: str, language: str = "") -> Response:
        return redirect(_from_trunk(trunk, language, site), vary=())

    @blueprint.get("/static/<path:name>")
    def static(name: str) -> Response:
        return _static(request, site, name)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return respond(request, Representation(b"alive\n", TEXT))

    @blueprint.get("/readyz")
    def readyz() -> Response:
        return _ready(request, site)

    @blueprint.get("/metrics")
    def metrics_() -> Response:
        return respond(request, Representation(metrics.text(site), metrics.MEDIA_TYPE))

    @blueprint.get("/robots.txt")
    def robots() -> Response:
        text = (
            "User-agent: *\nDisallow: /sparql?\nDisallow: /sparql.\nDisallow: /sparql/explain\nDisallow: /*/sparql?\n"
        )
        return respond(request, Representation(text.encode(), TEXT, seconds=site.settings.page_seconds))

    return blueprint


def _from_trunk(trunk: str, language: str, site: Site) -> str:
    """Where somebody is led who takes away the end of an address."""
    page = VOCABULARY if trunk == "ns" and f"/{VOCABULARY}" in site.frame(request).sections else ""
    return iris.page_path(page, language)


def _home(asked: Request, site: Site, language: str) -> Response:
    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    record = site.release().record
    has_kinds = counting.kinds(record.counts) or not record.content_version  # data of others may have none
    known = record.counts if record.quads > _COUNTED_LIVE_QUADS and record.counts and has_kinds else None
    key = f"overview {record.counted if known else ''}"
    numbers = site.per_release(key, lambda: overview.overview(site.store, site.base, known))
    body = site.renderer.home_page(numbers, site.frame(asked, chosen, "/")).encode()
    links = tuple(f'</{code}/>; rel="alternate"; hreflang="{code}"; type="text/html"' for code in LANGUAGES)
    shown = Representation(
        body,
        HTML,
        language=chosen,
        location=f"/{chosen}/",
        vary=() if language else ("Accept-Language",),
        links=(*links, '</catalogue>; rel="describedby"'),
        release=site.store.release(),
        seconds=site.settings.page_seconds,
    )
    return respond(asked, shown)


def _static(asked: Request, site: Site, name: str) -> Response:
    asset = site.renderer.assets.find(name)
    if asset is None:
        raise NotFound(f"There is no file {name!r}.")
    return respond(asked, Representation(asset.content, asset.media_type, etag=asset.etag.strip('"'), immutable=True))


def _ready(asked: Request, site: Site) -> Response:
    release = site.store.release()
    if not release:
        raise StoreUnavailable("The data is being loaded.")
    body = json.dumps({"ready": True, "release": release}).encode() + b"\n"
    return respond(asked, Representation(body, JSON))
