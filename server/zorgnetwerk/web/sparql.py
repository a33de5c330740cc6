"""The SPARQL journey: protocol rules → gate → negotiation (before any evaluation) → worker → complete bytes → response.

Source: SPARQL 1.1 Protocol, section 2 (query operation); SPARQL 1.1 Service Description.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import Blueprint, Request, Response, request
from werkzeug.exceptions import MethodNotAllowed

from zorgnetwerk.dataset import service
from zorgnetwerk.errors import BodyTooLarge, MediaTypeUnsupported, QueryRefused, SyntaxInvalid
from zorgnetwerk.store.base import DatasetSelection, Limits
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.media_types import HTML
from zorgnetwerk.web import negotiation, sparql_page
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site

DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
RESULT_OFFERS = (*media_types.RESULT_FORMATS, HTML)
GRAPH_OFFERS = (*media_types.GRAPH_FORMATS, HTML)
DESCRIPTION_OFFERS = (media_types.TURTLE, media_types.JSON_LD, media_types.RDF_XML, media_types.N_TRIPLES, HTML)
_FORM_OVERHEAD_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Operation:
    """One query operation as the protocol reads it."""

    text: str
    selection: DatasetSelection | None
    seconds: float | None


def routes(site: Site) -> Blueprint:
    """The routes of this journey."""
    blueprint = Blueprint("sparql", __name__)

    @blueprint.route("/sparql", methods=["GET", "POST"])
    def endpoint() -> Response:
        return answer(request, site)

    @blueprint.route(f"/<any({', '.join(LANGUAGES)}):language>/sparql", methods=["GET", "POST"])
    def page(language: str) -> Response:
        return sparql_page.show(request, site, language, operation_or_none(request, site))

    return blueprint


def answer(asked: Request, site: Site) -> Response:
    """The answer to a request at the endpoint.

    Errors: QueryRefused and SyntaxInvalid (400), MediaTypeUnsupported (415), BodyTooLarge (413), NotAcceptable (406),
    limits (503).
    """
    operation = operation_or_none(asked, site)
    if operation is None:
        return _describe(asked, site)
    query = Query.parse(operation.text, site.settings.query_bytes)
    offers = GRAPH_OFFERS if query.is_graph else RESULT_OFFERS
    media_type = negotiation.choose(offers, asked.headers.get("Accept"))
    if media_type is HTML:
        language = negotiation.choose_language(asked.headers.get("Accept-Language"))
        return sparql_page.show(asked, site, language, operation)
    limits = limits_of(site, operation)
    found = site.store.answer(query, media_type, limits, operation.selection)
    shown = Representation(
        found.body,
        media_type,
        vary=("Accept",),
        release=found.release,
        headers={"Server-Timing": f"query;dur={found.seconds * 1000:.1f}"},
    )
    return respond(asked, shown)


def limits_of(site: Site, operation: Operation) -> Limits:
    """The limits of one operation: the settings', or a shorter time that the client asked for."""
    longest = site.settings.query_timeout
    seconds = min(longest, operation.seconds) if operation.seconds else longest
    return Limits(seconds, site.settings.result_bytes, site.settings.query_memory)


def operation_or_none(asked: Request, site: Site) -> Operation | None:
    """The query operation of a request, or None when it carries no query (then the service describes itself).

    Errors: as the protocol demands: exactly one query, in a body of a known type.
    """
    in_address = _parameters(asked.query_string.decode("latin-1"))
    if asked.method in ("GET", "HEAD"):
        return _operation(in_address, site) if _has_query(in_address) else None
    if asked.method != "POST":
        raise MethodNotAllowed(valid_methods=["GET", "HEAD", "POST", "OPTIONS"])
    kind = (asked.mimetype or "").lower()
    body = _body(asked, site)
    if kind == DIRECT:
        if any(name == "query" for name, _ in in_address):
            raise QueryRefused("The query stands in the body and in the address; send it once.", "duplicate")
        return _operation([("query", _decode(body)), *in_address], site)
    if kind == FORM:
        return _operation(
            _parameters(_decode(body, "latin-1")) + [pair for pair in in_address if pair[0] != "query"], site
        )
    if kind == UPDATE:
        raise QueryRefused("Updates are not taken at this endpoint. Send new data to /submissions.", "update")
    raise MediaTypeUnsupported(f"A query body has type {DIRECT} or {FORM}, not {kind or 'none'!r}.", (DIRECT, FORM))


def _has_query(parameters: list[tuple[str, str]]) -> bool:
    return any(name in ("query", "update") for name, _ in parameters)


def _operation(parameters: list[tuple[str, str]], site: Site) -> Operation:
    if any(name == "update" for name, _ in parameters):
        raise QueryRefused("Updates are not taken at this endpoint. Send new data to /submissions.", "update")
    texts = [value for name, value in parameters if name == "query"]
    if len(texts) != 1:
        raise QueryRefused(
            f"Exactly one parameter 'query' is expected, there are {len(texts)}.", "duplicate" if texts else "empty"
        )
    default = tuple(value for name, value in parameters if name == "default-graph-uri")
    named = tuple(value for name, value in parameters if name == "named-graph-uri")
    selection = DatasetSelection(default, named) if default or named else None
    return Operation(texts[0], selection, _seconds([value for name, value in parameters if name == "timeout"]))


def _seconds(values: list[str]) -> float | None:
    if not values:
        return None
    try:
        seconds = float(values[0])
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise SyntaxInvalid(f"timeout is {values[0]!r}, expected a positive number of seconds.")
    return seconds


def _parameters(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=1_000)
    except UnicodeDecodeError as error:
        raise SyntaxInvalid("A parameter is not percent-encoded UTF-8.") from error
    except ValueError as error:
        raise SyntaxInvalid("There are more than 1,000 parameters.") from error


def _body(asked: Request, site: Site) -> bytes:
    limit = site.settings.query_bytes * 3 + _FORM_OVERHEAD_BYTES
    if asked.content_length is not None and asked.content_length > limit:
        raise BodyTooLarge(
            f"A query request has at most {limit:,} bytes.", limit=limit, used=asked.content_length, unit="bytes"
        )
    body = asked.stream.read(limit + 1)
    if len(body) > limit:
        raise BodyTooLarge(f"A query request has at most {limit:,} bytes.", limit=limit, used=len(body), unit="bytes")
    return body


def _decode(body: bytes, encoding: str = "utf-8") -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise SyntaxInvalid("The query is not UTF-8.") from error


def _describe(asked: Request, site: Site) -> Response:
    media_type = negotiation.choose(DESCRIPTION_OFFERS, asked.headers.get("Accept"))
    if media_type is HTML:
        language = negotiation.choose_language(asked.headers.get("Accept-Language"))
        return sparql_page.show(asked, site, language, None)
    graph = site.per_release("service", lambda: service.describe(site.store, site.base))
    body = syntax.write(graph, media_type, site.release().prefixes())
    return respond(
        asked,
        Representation(
            body, media_type, vary=("Accept",), release=site.store.release(), seconds=site.settings.page_seconds
        ),
    )
