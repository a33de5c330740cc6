"""The submission journey over HTTP, as far as checking: ``POST /validate`` stores nothing.

The document is read and judged in a checker worker (memory limit, no network, deadline); this process passes bytes on.

Source: architecture, section 5 (200 with the report, also when it does not conform).
"""

from __future__ import annotations

from flask import Blueprint, Request, Response, request

from zorgnetwerk.errors import MediaTypeUnsupported, StoreUnavailable
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.submission.parsing import ACCEPTED
from zorgnetwerk.terms import media_types
from zorgnetwerk.web import negotiation
from zorgnetwerk.web.bodies import whole_body
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site

OFFERS = (
    media_types.TURTLE,
    media_types.JSON,
    media_types.JSON_LD,
    media_types.RDF_XML,
    media_types.N_TRIPLES,
    media_types.TRIG,
    media_types.N_QUADS,
)


def routes(site: Site) -> Blueprint:
    """The routes of this journey."""
    blueprint = Blueprint("submissions", __name__)

    @blueprint.post("/validate")
    def validate() -> Response:
        return answer(request, site)

    return blueprint


def answer(asked: Request, site: Site) -> Response:
    """The report on the document in the body, as RDF or JSON.

    Errors: MediaTypeUnsupported (415), BodyTooLarge (413), NotAcceptable (406), limits (503).
    """
    given = media_types.named(asked.mimetype.lower(), ACCEPTED)
    if given is None:
        names = tuple(offer.name for offer in ACCEPTED)
        raise MediaTypeUnsupported(f"A document has one of the types {', '.join(names)}.", names)
    wanted = negotiation.choose(OFFERS, asked.headers.get("Accept"))
    body = whole_body(asked, site.settings.submission_bytes, "A document")
    if not isinstance(site.store, EmbeddedStore):
        raise StoreUnavailable("This site has no checker of its own: it runs on a remote engine.")
    job = {
        "media_type": given.name,
        "report": wanted.name,
        "language": negotiation.choose_language(asked.headers.get("Accept-Language")),
        "base_iri": site.base.value,
        "sources_dir": site.settings.sources_dir,
        "document_bytes": site.settings.submission_bytes,
        "triples": site.settings.submission_triples,
    }
    summary, report = site.store.run_check(job, body, site.settings.validation_timeout)
    verdict = "true" if summary.get("conforms") else "false"
    return respond(asked, Representation(report, wanted, vary=("Accept",), headers={"Zorgnetwerk-Conforms": verdict}))
