"""The SPARQL journey: protocol rules → gate → negotiation (before any evaluation) → worker → complete bytes → response.

Stated rules of negotiation: SELECT is answered in JSON, XML, CSV or TSV, ASK in JSON or XML (CSV and TSV define no
verdict), CONSTRUCT and DESCRIBE in RDF; a type of the other kind is 406 with the list, never an answer in disguise.
``application/json``, ``application/xml`` and ``text/xml`` are names that clients use for the proper types, and the
answer bears the proper one. A graph that is not published is an empty graph, named in a header: nothing is ever
fetched.

Source: SPARQL 1.1 Protocol, section 2 (query operation); SPARQL 1.1 Service Description; RFC 10008 (QUERY: safe, so
conditional like GET, and ``Content-Location`` names the address where GET gives the same).
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Request, Response, request

from zorgnetwerk.dataset import service
from zorgnetwerk.errors import SyntaxInvalid
from zorgnetwerk.store.base import Limits
from zorgnetwerk.store.query import Query, dataset_clauses, offence
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.media_types import HTML
from zorgnetwerk.web import enquiries, negotiation, past, protocol, sparql_page
from zorgnetwerk.web.answering import offers_for, representation_of
from zorgnetwerk.web.enquiries import Enquiry
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH
from zorgnetwerk.web.past import State
from zorgnetwerk.web.protocol import Operation
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site

PATH = "/sparql"
_IRI_CHARACTERS = ":/?#[]@!$&'()*+,;=%-._~"
_NAMED_GRAPHS = 10
DESCRIPTION_OFFERS = (media_types.TURTLE, media_types.JSON_LD, media_types.RDF_XML, media_types.N_TRIPLES, HTML)


def routes(site: Site) -> Blueprint:
    """The routes of this journey."""
    blueprint = Blueprint("sparql", __name__)

    @blueprint.route(PATH, methods=protocol.METHODS, provide_automatic_options=False)
    def endpoint() -> Response:
        return options() if request.method == "OPTIONS" else answer(request, past.negotiated(request, site))

    @blueprint.route(f"/release/<int:number>{PATH}", methods=protocol.METHODS, provide_automatic_options=False)
    def earlier(number: int) -> Response:
        return options() if request.method == "OPTIONS" else answer(request, past.numbered(request, site, number))

    @blueprint.route(f"/{LANGUAGE_IN_PATH}/release/<int:number>{PATH}", methods=["GET", "POST"])
    def earlier_page(number: int, language: str) -> Response:
        shown = past.numbered(request, site, number).site
        return sparql_page.show(request, shown, language, operation_or_none(request, shown))

    @blueprint.get(f"/timemap{PATH}")
    def timemap() -> Response:
        return past.timemap(request, site)

    @blueprint.route(f"/{LANGUAGE_IN_PATH}{PATH}", methods=["GET", "POST"])
    def page(language: str) -> Response:
        return sparql_page.show(request, site, language, operation_or_none(request, site))

    return blueprint


def options() -> Response:
    """What the endpoint takes: methods, and the types of a query body."""
    response = Response(status=204)
    response.headers["Allow"] = ", ".join(protocol.METHODS)
    response.headers["Accept-Query"] = response.headers["Accept-Post"] = ", ".join(protocol.BODY_TYPES)
    return response


def answer(asked: Request, state: State) -> Response:
    """The answer to a request at the endpoint, from the state of the data that it asks about.

    Errors: QueryRefused and SyntaxInvalid (400), UpdateRefused (403), MediaTypeUnsupported (415), BodyTooLarge (413),
    NotAcceptable (406), limits (503).
    """
    with enquiries.begun(asked, state.site) as enquiry:
        operation = operation_or_none(asked, state.site)
        if operation is None:
            enquiry.leave()
            return _describe(asked, state)
        enquiry.text = operation.text
        enquiry.call(operation.query_id)
        try:
            return _evaluate(enquiry, state, operation)
        except SyntaxInvalid as error:
            if error.place.line:
                error.place = offence(operation.text, error.place)
            raise


def limits_of(site: Site, operation: Operation) -> Limits:
    """The limits of one operation: the settings', or a shorter time that the client asked for."""
    longest = site.settings.query_timeout
    seconds = min(longest, operation.seconds) if operation.seconds else longest
    return Limits(seconds, site.settings.result_bytes, site.settings.query_memory)


def operation_or_none(asked: Request, site: Site) -> Operation | None:
    """The query operation of a request, or None when it carries no query (then the service describes itself).

    Errors: those of ``protocol.read``.
    """
    return protocol.read(asked, site.settings)


def _evaluate(enquiry: Enquiry, state: State, operation: Operation) -> Response:
    site, asked = state.site, enquiry.asked
    query = Query.parse(operation.text, site.settings.query_bytes)
    media_type = negotiation.choose(offers_for(query), asked.headers.get("Accept"))
    if media_type is HTML:
        enquiry.leave()
        language = negotiation.choose_language(asked.headers.get("Accept-Language"))
        return _page(asked, state, language, operation)
    found = enquiry.answer(query, media_type, limits_of(site, operation), operation.selection)
    shown = representation_of(
        found.body,
        media_type,
        release=found.release,
        seconds=found.seconds,
        location=operation.address(state.path) if asked.method == "QUERY" else state.location,
        vary=state.vary,
        links=state.links,
        headers={**state.headers, **_unknown_graphs(site, operation)},
    )
    return respond(asked, shown)


def _unknown_graphs(site: Site, operation: Operation) -> dict[str, str]:
    """A header that says which of the chosen graphs are not published: they were empty, nothing was fetched."""
    chosen = operation.selection
    asked = (
        (*(chosen.default_graphs or ()), *(chosen.named_graphs or ())) if chosen else dataset_clauses(operation.text)
    )
    if not asked:
        return {}
    published: frozenset[str] = site.per_release(
        "graph-names", lambda: frozenset(str(row["g"]) for row in site.store.select("SELECT ?g WHERE { GRAPH ?g {} }"))
    )
    unknown = [f"<{quote(iri, safe=_IRI_CHARACTERS)}>" for iri in asked if iri not in published]
    return {"Zorgnetwerk-Unknown-Graphs": ", ".join(unknown[:_NAMED_GRAPHS])} if unknown else {}


def _page(asked: Request, state: State, language: str, operation: Operation | None) -> Response:
    response = sparql_page.show(asked, state.site, language, operation)
    response.headers.extend(state.headers)
    response.headers["Vary"] = ", ".join((response.headers["Vary"], *state.vary))
    for link in state.links:
        response.headers.add("Link", link)
    return response


def _describe(asked: Request, state: State) -> Response:
    site = state.site
    media_type = negotiation.choose(DESCRIPTION_OFFERS, asked.headers.get("Accept"))
    if media_type is HTML:
        language = negotiation.choose_language(asked.headers.get("Accept-Language"))
        return _page(asked, state, language, None)
    is_union = site.settings.default_graph == "union"
    path = state.path.lstrip("/")
    graph = site.per_release("service", lambda: service.describe(site.store, site.base, is_union=is_union, path=path))
    body = syntax.write(graph, media_type, site.release().prefixes())
    return respond(
        asked,
        Representation(
            body,
            media_type,
            location=state.location,
            vary=("Accept", *state.vary),
            links=state.links,
            release=site.store.release(),
            seconds=site.settings.page_seconds,
            headers=state.headers,
        ),
    )
