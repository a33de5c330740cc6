"""Sending data: the form at ``/submissions``, and ``POST /submissions``, which takes a document in.

201 with the address of the status page and a receipt, 422 with the report; a refused document leaves nothing behind.

Source: RFC 9110, 15.3.2 and 15.5.21; the draft on the Idempotency-Key header; anchors report, 8.9 no. 104 and 112.
"""

from __future__ import annotations

import contextlib
import datetime
import secrets
from typing import Final

from flask import Blueprint, Request, Response, request
from rdflib import URIRef

from zorgnetwerk.dataset import entities, queries
from zorgnetwerk.errors import NotAcceptable, NotFound, PreconditionFailed, PreconditionRequired
from zorgnetwerk.submission import intake, retention
from zorgnetwerk.submission.intake import Declined, Receipt, Sending
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.media_types import GRAPH_FORMATS, HTML, JSON
from zorgnetwerk.web import arrivals, dossiers, negotiation, sending_page
from zorgnetwerk.web.counter import Counter, moment
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH
from zorgnetwerk.web.responses import Representation, body_tag, respond
from zorgnetwerk.web.status import PRIVATE, as_json, page_of, tag_of

PATH: Final = "/submissions"
_REPORTS: Final = (JSON, HTML, *GRAPH_FORMATS)


def routes(counter: Counter) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("intake", __name__)

    @blueprint.get(PATH)
    @blueprint.get(f"/{LANGUAGE_IN_PATH}{PATH}")
    def form(language: str = "") -> Response:
        return sending_page.form(request, counter, _language(request, language))

    @blueprint.post(PATH)
    @blueprint.post(f"/{LANGUAGE_IN_PATH}{PATH}")
    def receive(language: str = "") -> Response:
        return _receive(request, counter, language)

    return blueprint


def _language(asked: Request, language: str) -> str:
    return language or negotiation.choose_language(asked.headers.get("Accept-Language"))


def _receive(asked: Request, counter: Counter, language: str) -> Response:
    chosen = _language(asked, language)
    wanted = negotiation.choose(_REPORTS, asked.headers.get("Accept"))
    if wanted is HTML and sending_page.is_preview(asked):
        return sending_page.preview(asked, counter, chosen)
    sending = arrivals.sending_of(asked, counter, chosen)
    _sweep(counter)
    outcome = intake.receive(
        counter.register, counter.judge, sending, moment(), lambda: check_thing(asked, counter, sending)
    )
    if isinstance(outcome, Declined):
        if wanted is HTML:
            return sending_page.declined(asked, counter, chosen, sending, outcome)
        return _declined(asked, counter, sending, outcome, wanted)
    return _receipt(asked, counter, outcome, HTML if wanted is HTML else JSON, chosen)


def _receipt(
    asked: Request, counter: Counter, outcome: Receipt, wanted: media_types.MediaType, chosen: str
) -> Response:
    identifier = outcome.submission.id
    address = f"{PATH}/{identifier}?token={counter.register.passes.status_token(identifier)}"
    headers = PRIVATE | {
        "Location": address,
        "Content-Location": address,
        "Idempotency-Replayed": "false" if outcome.is_new else "true",
    }
    found = dossiers.dossier(counter, identifier)
    tag = ""
    if wanted is HTML:
        frame = counter.site.frame(asked, chosen, f"{PATH}/{identifier}")
        body = page_of(counter, found, frame, address=address, is_receipt=True)
    else:
        body, tag = as_json(counter, found, chosen, address), tag_of(counter, found, chosen)
    shown = Representation(
        body, wanted, status=201, language=chosen, vary=("Accept", "Accept-Language"), etag=tag, headers=headers
    )
    return respond(asked, shown)


def _declined(
    asked: Request, counter: Counter, sending: Sending, outcome: Declined, wanted: media_types.MediaType
) -> Response:
    """The report on a document that does not conform, in the format that the client likes best."""
    body = outcome.report
    if wanted is not JSON:
        job = intake.job_of(counter.register, sending, "unsent") | {"report": wanted.name, "lines": False}
        body = counter.judge(job, sending.body)[1]
    headers = PRIVATE | {"Zorgnetwerk-Conforms": "false"}
    shown_report = Representation(body, wanted, status=422, vary=("Accept", "Accept-Language"), headers=headers)
    return respond(asked, shown_report)


def check_thing(asked: Request, counter: Counter, sending: Sending) -> None:
    """Passes when the document is about no thing in particular, or says from which state of the thing it starts.

    Errors: PreconditionRequired, PreconditionFailed; NotFound when there is no such thing.
    """
    iri = asked.args.get("thing", "") or arrivals.field(asked, "thing")
    if not iri:
        return
    if not queries.is_iri(iri) or counter.site.base.path(iri) is None:
        raise NotFound(f"{iri[:200]!r} is no thing of this site.")
    if sending.starts_from is None:
        raise PreconditionRequired("Say which state of the thing you start from: send If-Match with its ETag.")
    tags = {tag.removesuffix("-gzip") for tag in sending.starts_from}
    if "*" not in tags and not tags & _tags_of(counter, URIRef(iri)):
        raise PreconditionFailed(f"{iri} has changed since you saw it. Fetch it again, and send again.")


def _tags_of(counter: Counter, iri: URIRef) -> set[str]:
    """The tags of the documents about a thing, in every RDF format."""
    site = counter.site
    graph = entities.describe(site.store, iri, site.base).graph
    name, prefixes = entities.document_iri(str(iri), site.base), site.release().prefixes()
    tags = set()
    for offer in GRAPH_FORMATS:
        with contextlib.suppress(NotAcceptable):  # nobody was given a document that cannot be written
            tags.add(body_tag(syntax.write(graph, offer, prefixes, name)))
    return tags


def _sweep(counter: Counter) -> None:
    """Removes what is kept no longer, now and then: one request in a hundred looks."""
    if secrets.randbelow(100) == 0:
        retention.sweep(counter.register, counter.site.settings.inbox_days, datetime.datetime.now(datetime.UTC))
