"""Answers to queries as files: ``/sparql.csv?query=…`` for those who cannot send an Accept header, such as a link.

The same rules as at the endpoint, but the suffix names the type. Knows no page.

Source: SPARQL 1.1 Protocol, 2.1; RFC 6266 (Content-Disposition).
"""

from __future__ import annotations

from flask import Blueprint, Request, Response, request

from zorgnetwerk.errors import NotFound, QueryRefused
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms.media_types import HTML, MediaType
from zorgnetwerk.web import answering, enquiries, sparql
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site

SUFFIXES = tuple(
    dict.fromkeys(each.suffix for each in (*answering.SOLUTION_OFFERS, *answering.GRAPH_OFFERS) if each is not HTML)
)


def routes(site: Site) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("answer_files", __name__)
    suffix = f"<any({', '.join(SUFFIXES)}):suffix>"

    @blueprint.route(f"{sparql.PATH}.{suffix}", methods=["GET", "POST"])
    def file(suffix: str) -> Response:
        return answer(request, site, suffix)

    @blueprint.route(f"/release/<int:number>{sparql.PATH}.{suffix}", methods=["GET", "POST"])
    def earlier(number: int, suffix: str) -> Response:
        return answer(request, site.as_of(number), suffix)

    return blueprint


def answer(asked: Request, site: Site, suffix: str) -> Response:
    """The answer to a query in the format of this suffix, to be saved.

    Errors: those of the endpoint; NotFound for a format that this form of query does not have.
    """
    with enquiries.begun(asked, site) as enquiry:
        operation = sparql.operation_or_none(asked, site)
        if operation is None:
            raise QueryRefused("The parameter 'query' is missing.", "empty")
        enquiry.text = operation.text
        enquiry.call(operation.query_id)
        query = Query.parse(operation.text, site.settings.query_bytes)
        media_type = _type_of(query, suffix)
        found = enquiry.answer(query, media_type, sparql.limits_of(site, operation), operation.selection)
    shown = Representation(
        found.body,
        media_type,
        release=found.release,
        headers={
            "Content-Disposition": f'attachment; filename="zorgnetwerk.{suffix}"',
            "Server-Timing": f"query;dur={found.seconds * 1000:.1f}",
        },
    )
    return respond(asked, shown)


def _type_of(query: Query, suffix: str) -> MediaType:
    """The type of this suffix. Errors: NotFound when this form of query is not answered in it."""
    offers = [offer for offer in answering.offers_for(query) if offer is not HTML]
    found = next((offer for offer in offers if offer.suffix == suffix), None)
    if found is None:
        known = ", ".join(f".{offer.suffix}" for offer in offers)
        raise NotFound(f"The answer to {query.form} has no file .{suffix}; it has {known}.")
    return found
