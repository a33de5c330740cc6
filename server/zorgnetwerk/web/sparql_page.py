"""The SPARQL page: a plain form that works without JavaScript, with the answer as a table of names instead of IRIs."""

from __future__ import annotations

import json

from flask import Request, Response
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset import labels, questions
from zorgnetwerk.errors import SyntaxInvalid, ZorgnetwerkError
from zorgnetwerk.store.base import Answer, Limits
from zorgnetwerk.store.query import Query, offence
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.web import enquiries, problems
from zorgnetwerk.web.protocol import Operation
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site
from zorgnetwerk.web.views.results import Outcome, Refusal, Table, Triples, Verdict

SHOWN_SOLUTIONS = 500
"""Rows on the page; the downloads hold all of them, and the page says so."""
SHOWN_TRIPLES = 2_000
_SHOWN_BYTES = 4_000_000


def show(asked: Request, site: Site, language: str, operation: Operation | None) -> Response:
    """The page with this query and its outcome; the status is that of the outcome."""
    outcome = evaluate(asked, site, operation) if operation else None
    status = outcome.status if isinstance(outcome, Refusal) else 200
    frame = site.frame(asked, language, f"/release/{site.pinned}/sparql" if site.pinned else "/sparql")
    text = operation.text if operation else ""
    stored: list[questions.Question] = site.per_release("questions", lambda: questions.stored(site.store))
    page = site.renderer.sparql_page(frame, text, stored, outcome).encode()
    headers = {"Retry-After": outcome.retry_after} if isinstance(outcome, Refusal) and outcome.retry_after else {}
    location = frame.here(language)
    shown = Representation(
        page,
        media_types.HTML,
        status=status,
        language=language,
        location=location,
        vary=("Accept", "Accept-Language"),
        release=site.store.release(),
        headers=headers,
    )
    return respond(asked, shown)


def evaluate(asked: Request, site: Site, operation: Operation) -> Outcome:
    """The outcome of a query as the page shows it; a failure becomes a refusal with its place in the text."""
    longest = site.settings.query_timeout
    seconds = min(longest, operation.seconds) if operation.seconds else longest
    limits = Limits(seconds, site.settings.result_bytes, site.settings.query_memory)
    try:
        with enquiries.begun(asked, site) as enquiry:
            enquiry.text = operation.text
            enquiry.call(operation.query_id)
            query = Query.parse(operation.text, site.settings.query_bytes)
            media_type = media_types.N_TRIPLES if query.is_graph else media_types.RESULTS_JSON
            found = enquiry.answer(query, media_type, limits, operation.selection)
        with found.body as body:
            if body.size > _SHOWN_BYTES:
                return Refusal(
                    f"The answer has {body.size:,} bytes, too many to show here. Add a LIMIT, or download it.",
                    status=200,
                    formats=media_types.TRIPLE_FORMATS if query.is_graph else media_types.RESULT_FORMATS,
                )
            return _outcome(site, query, found, body.read())
    except ZorgnetwerkError as error:
        return refusal_of(error, operation.text)


def _outcome(site: Site, query: Query, found: Answer, body: bytes) -> Outcome:
    if query.is_graph:
        graph = Graph()
        triples = syntax.parse(body, media_types.N_TRIPLES)
        for subject, predicate, value, _ in triples[:SHOWN_TRIPLES]:
            graph.add((subject, predicate, value))
        names = _labels(site, {node for triple in graph for node in triple})
        return Triples(graph, names, found.seconds, len(triples))
    content = json.loads(body)
    if "boolean" in content:
        return Verdict(bool(content["boolean"]), found.seconds)
    solutions = [
        {name: node for name, value in row.items() if (node := _node(value)) is not None}
        for row in content["results"]["bindings"]
    ]
    shown = {node for row in solutions[:SHOWN_SOLUTIONS] for node in row.values()}
    variables = tuple(content["head"].get("vars", ()))
    return Table(variables, solutions, _labels(site, shown), found.seconds, SHOWN_SOLUTIONS)


def _node(value: dict[str, str]) -> Node | None:
    if value["type"] == "uri":
        return URIRef(value["value"])
    if value["type"] == "bnode":
        return BNode(value["value"])
    if value["type"] != "literal":
        return Literal(json.dumps(value["value"]))
    datatype = URIRef(value["datatype"]) if "datatype" in value else None
    return Literal(value["value"], lang=value.get("xml:lang"), datatype=datatype, normalize=False)


def _labels(site: Site, nodes: set[Node]) -> Graph:
    return labels.labels_for(site.store, [node for node in nodes if isinstance(node, URIRef)], site.base)


def refusal_of(error: ZorgnetwerkError, text: str = "") -> Refusal:
    """What the page says of a failure; with the token that is in the way when the text is given."""
    if isinstance(error, SyntaxInvalid):
        place = offence(text, error.place) if text and error.place.line else error.place
        return Refusal(str(error), place.line, place.column, place.excerpt, status=400, token=place.token, error=error)
    problem = problems.problem_of(error)
    retry_after = problem.headers.get("Retry-After", "")
    return Refusal(problem.detail, status=problem.status, retry_after=retry_after, error=error)
