"""What changed and whether it holds together: ``/changes`` from the journal, ``/conformance`` from the last check.

Both are public, in four languages and for machines. Nothing is shown that no release holds yet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict

from flask import Blueprint, Request, Response, request
from rdflib import URIRef

from zorgnetwerk.dataset import changes, labels
from zorgnetwerk.dataset.changes import Changes, Told
from zorgnetwerk.errors import NotFound, NotReady, ResultTooLarge, StoreUnavailable
from zorgnetwerk.submission import comparison, conformance
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.media_types import HTML, JSON, TRIPLE_FORMATS, MediaType
from zorgnetwerk.web import comparing, negotiation
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH, Frame
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site
from zorgnetwerk.web.views import changes as views
from zorgnetwerk.web.views.difference import DifferenceView, difference_view

PATCH = MediaType("application/rdf-patch", "rdfp", "RDF Patch", ("text/plain",), utf8=True)
_OFFERS = (HTML, JSON, *TRIPLE_FORMATS)
_SUFFIXES = {offer.suffix: offer for offer in (JSON, *TRIPLE_FORMATS)}
_LARGE = 3_000
"""A change of more lines, such as a whole content, is told in numbers and as a file."""


def routes(site: Site) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("changes", __name__)
    listed = Changes(site.settings.state, site.base)
    suffixes = f"<any({', '.join(_SUFFIXES)}):suffix>"

    @blueprint.get("/changes")
    @blueprint.get(f"/{LANGUAGE_IN_PATH}/changes")
    @blueprint.get(f"/changes.{suffixes}")
    def list_(language: str = "", suffix: str = "") -> Response:
        return _list(request, site, listed, language, suffix)

    @blueprint.get("/changes/<int:number>")
    @blueprint.get(f"/{LANGUAGE_IN_PATH}/changes/<int:number>")
    @blueprint.get(f"/changes/<int:number>.<any(rdfp, {', '.join(_SUFFIXES)}):suffix>")
    def one(number: int, language: str = "", suffix: str = "") -> Response:
        return _one(request, site, listed.find(_published(site), number), language, suffix)

    @blueprint.get("/conformance")
    @blueprint.get(f"/{LANGUAGE_IN_PATH}/conformance")
    @blueprint.get(f"/conformance.{suffixes}")
    def report(language: str = "", suffix: str = "") -> Response:
        return _report(request, site, language, suffix)

    return blueprint


def _published(site: Site) -> int:
    """The newest journal entry that the answering release holds. Errors: StoreUnavailable."""
    number = site.store.release()
    if not number:
        raise StoreUnavailable("The data is being loaded.")
    return site.releases.get(number).record.journal


def _list(asked: Request, site: Site, listed: Changes, language: str, suffix: str) -> Response:
    text = asked.args.get("page", "1")
    if not text.isdecimal() or len(text) > 9:
        raise NotFound(f"page is {text[:20]!r}, expected a number from 1.")
    found, pages = listed.page(_published(site), int(text))
    media_type = _chosen(asked, language, suffix)
    if media_type is JSON:
        values = {"page": int(text), "pages": pages, "changes": [_value(change, site) for change in found]}
        return _answer(asked, site, json.dumps(values, ensure_ascii=False, indent=1).encode(), JSON, "/changes", suffix)
    if media_type is not HTML:
        graph = changes.described(found, site.base)
        body = syntax.write(graph, media_type, site.release().prefixes())
        return _answer(asked, site, body, media_type, "/changes", suffix)

    def page(frame: Frame) -> str:
        t = site.renderer.translations.for_language(frame.language)
        name = _names(site, {iri for change in found for iri in (change.organisation, change.old, change.new)}, frame)
        rows = views.change_rows(found, t, frame, name)
        return site.renderer.page(
            "changes.html",
            frame,
            title=t.gettext("Changes"),
            formats=_formats("/changes"),
            rows=rows,
            page_number=int(text),
            pages=pages,
        )

    return _html(asked, site, language, "/changes", page)


def _one(asked: Request, site: Site, told: Told, language: str, suffix: str) -> Response:
    path = f"/changes/{told.summary.number}"
    media_type = PATCH if suffix == "rdfp" else _chosen(asked, language, suffix, (*_OFFERS, PATCH))
    if media_type in (PATCH, JSON) and not told.is_whole:
        raise _too_large(told.summary)
    change = told.served(site.base)
    if media_type is PATCH:
        return _answer(asked, site, change.written().encode(), PATCH, path, suffix)
    if media_type is JSON:
        values = _value(told.summary, site) | {"added": sorted(change.added), "removed": sorted(change.removed)}
        return _answer(asked, site, json.dumps(values, ensure_ascii=False, indent=1).encode(), JSON, path, suffix)
    if media_type is not HTML:
        body = syntax.write(changes.described([told.summary], site.base), media_type, site.release().prefixes())
        return _answer(asked, site, body, media_type, path, suffix)

    def page(frame: Frame) -> str:
        t = site.renderer.translations.for_language(frame.language)
        summary = told.summary
        name = _names(site, {summary.organisation, summary.old, summary.new}, frame)
        row = views.change_row(summary, t, frame, name)
        is_small = told.is_whole and len(told.added) + len(told.removed) <= _LARGE
        view = _difference(site, told, frame) if is_small else None
        title = t.gettext("Change %(number)s") % {"number": summary.number}
        files = [("RDF Patch", f"{path}.rdfp"), ("JSON", f"{path}.json")] if told.is_whole else []
        formats = _formats(path)
        return site.renderer.page("change.html", frame, title=title, formats=formats, row=row, view=view, files=files)

    return _html(asked, site, language, path, page)


def _too_large(summary: changes.Summary) -> ResultTooLarge:
    used = summary.added + summary.removed
    return ResultTooLarge(
        f"Change {summary.number} has {used:,} statements, more than are told at once; "
        "the dumps hold the whole data set (/dumps/).",
        limit=changes.LINES_LIMIT,
        used=used,
        unit="statements",
    )


def _difference(site: Site, told: Told, frame: Frame) -> DifferenceView:
    """The change in words: names come from what is published, and from its own lines."""
    reader = comparing.reader_of(site, (*told.added, *told.removed), frame)
    return difference_view(comparison.between(told.added, told.removed), reader)


def _report(asked: Request, site: Site, language: str, suffix: str) -> Response:
    media_type = _chosen(asked, language, suffix)
    try:
        kept = conformance.newest(site.settings.state, is_checking=site.is_checking)
    except NotReady:
        if media_type is not HTML:
            raise
        return _html(asked, site, language, "/conformance", lambda frame: _waiting(site, frame), is_of_release=False)
    if media_type is JSON:
        body = json.dumps(kept.values, ensure_ascii=False, indent=1).encode()
        return _answer(asked, site, body, JSON, "/conformance", suffix, is_of_release=False)
    if media_type is not HTML:
        body = kept.document.read_bytes()
        if media_type is not media_types.TURTLE:
            graph = syntax.read_graph(kept.document, site.base.value)
            body = syntax.write(graph, media_type, site.release().prefixes())
        return _answer(asked, site, body, media_type, "/conformance", suffix, is_of_release=False)

    def page(frame: Frame) -> str:
        t = site.renderer.translations.for_language(frame.language)
        name = _names(site, views.things_of(kept.values), frame)
        view = views.conformance_view(kept.values, t, frame, name)
        title = t.gettext("Check of the whole data set")
        return site.renderer.page("conformance.html", frame, title=title, formats=_formats("/conformance"), view=view)

    return _html(asked, site, language, "/conformance", page, is_of_release=False)


def _waiting(site: Site, frame: Frame) -> str:
    """The page before there is a report: people are told that it comes, machines to ask again."""
    title = site.renderer.translations.for_language(frame.language).gettext("Check of the whole data set")
    return site.renderer.page("conformance.html", frame, title=title, formats=(), view=None)


def _chosen(asked: Request, language: str, suffix: str, offers: tuple[MediaType, ...] = _OFFERS) -> MediaType:
    """The format that the path or the Accept header names."""
    if language:
        return HTML
    return _SUFFIXES.get(suffix) or negotiation.choose(offers, asked.headers.get("Accept"))


def _answer(
    asked: Request,
    site: Site,
    body: bytes,
    media_type: MediaType,
    path: str,
    suffix: str,
    *,
    is_of_release: bool = True,
) -> Response:
    shown = Representation(
        body,
        media_type,
        vary=() if suffix else ("Accept",),
        location=f"{path}.{media_type.suffix}",
        release=site.store.release() if is_of_release else 0,
        seconds=site.settings.page_seconds if is_of_release else 0,
    )
    return respond(asked, shown)


def _html(
    asked: Request,
    site: Site,
    language: str,
    path: str,
    page: Callable[[Frame], str],
    *,
    is_of_release: bool = True,
) -> Response:
    """A page; what is not of a release is kept by no cache of ours, since it can change while the release stays."""
    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    shown = Representation(
        page(site.frame(asked, chosen, path)).encode(),
        HTML,
        language=chosen,
        location=f"/{chosen}{path}",
        vary=() if language else ("Accept", "Accept-Language"),
        release=site.store.release() if is_of_release else 0,
        seconds=site.settings.page_seconds if is_of_release else 0,
    )
    return respond(asked, shown)


def _names(site: Site, iris: Iterable[str], frame: Frame) -> views.Naming:
    """What these things are called; the end of its IRI for one without a name."""
    words = labels.labels_for(site.store, [URIRef(iri) for iri in iris if iri], site.base)

    def name(iri: str) -> str:
        return str(labels.label(words, URIRef(iri), frame.language) or labels.local_name(iri))

    return name


def _value(change: changes.Summary, site: Site) -> dict[str, object]:
    return {"iri": site.base.iri(f"changes/{change.number}"), **asdict(change)}


def _formats(path: str) -> list[tuple[MediaType, str]]:
    return [(offer, f"{path}.{suffix}") for suffix, offer in _SUFFIXES.items()]
