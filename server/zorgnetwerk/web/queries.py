"""The stored questions at stable addresses: a page, the answer in every format, and the SPARQL itself.

``/queries`` lists and searches them, ``/queries/{slug}`` negotiates, a suffix names the format; the pages are under
``/{language}/queries``. Parameters of the address are those of the question and nothing else: a name it does not have
is refused, since an answer to another question than was asked would be a lie.

Source: ``data/queries/README.md``; RFC 9110, 8.7 (Content-Location).
"""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from flask import Blueprint, Request, Response, request

from zorgnetwerk.dataset import parameters, questions
from zorgnetwerk.dataset.questions import Question
from zorgnetwerk.errors import NotFound, SyntaxInvalid, ZorgnetwerkError
from zorgnetwerk.store.base import Limits
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import HTML, JSON, SPARQL_QUERY, MediaType
from zorgnetwerk.web import enquiries, negotiation, sparql_page
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH
from zorgnetwerk.web.protocol import Operation
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site
from zorgnetwerk.web.views.questions import AskedQuestion
from zorgnetwerk.web.views.results import Outcome, Refusal

PATH: Final = "/queries"
_MOST_PARAMETERS: Final = 100
_LONGEST_SEARCH: Final = 200


def routes(site: Site) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("queries", __name__)

    @blueprint.get(PATH)
    @blueprint.get(f"/{LANGUAGE_IN_PATH}{PATH}")
    def listing(language: str = "") -> Response:
        return _listing(request, site, language)

    @blueprint.get(f"{PATH}/<name>")
    def answer(name: str) -> Response:
        return _answer(request, site, name)

    @blueprint.get(f"/{LANGUAGE_IN_PATH}{PATH}/<name>")
    def page(language: str, name: str) -> Response:
        return _page(request, site, questions.named(stored(site), name), language, vary=())

    return blueprint


def stored(site: Site) -> list[Question]:
    """The questions of the release, read once."""
    found: list[Question] = site.per_release("questions", lambda: questions.stored(site.store))
    return found


def offers_for(question: Question) -> tuple[MediaType, ...]:
    """The types in which a question can be fetched, the preferred first."""
    if question.form in ("CONSTRUCT", "DESCRIBE"):
        return (HTML, *media_types.GRAPH_FORMATS, SPARQL_QUERY)
    if question.form == "ASK":
        return (HTML, media_types.RESULTS_JSON, media_types.RESULTS_XML, SPARQL_QUERY)
    return (HTML, *media_types.RESULT_FORMATS, SPARQL_QUERY)


def _listing(asked: Request, site: Site, language: str) -> Response:
    words = asked.args.get("q", "")[:_LONGEST_SEARCH]
    everything = stored(site)
    found = questions.matching(everything, words)
    media_type = HTML if language else negotiation.choose((HTML, JSON), asked.headers.get("Accept"))
    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    vary: tuple[str, ...] = () if language else ("Accept", "Accept-Language")
    if media_type is HTML:
        frame = site.frame(asked, chosen, PATH)
        body = site.renderer.questions_page(found, everything, words, frame).encode()
        location = f"/{chosen}{PATH}{_query(asked)}"
    else:
        body = json.dumps([_described(question, site) for question in found], ensure_ascii=False, indent=1).encode()
        chosen, location, vary = "", "", vary[:1]
    shown = Representation(
        body,
        media_type,
        language=chosen,
        location=location,
        vary=vary,
        release=site.store.release(),
        seconds=site.settings.page_seconds,
    )
    return respond(asked, shown)


def _described(question: Question, site: Site) -> dict[str, object]:
    """A question for machines: its address, its words, its parameters with their stored values."""
    return {
        "iri": str(question.iri),
        "address": site.base.iri(f"queries/{question.slug}"),
        "label": {text.language or "": str(text) for text in question.labels},
        "parameters": {each.name: str(each.default) for each in question.parameters},
    }


def _answer(asked: Request, site: Site, name: str) -> Response:
    """The negotiated or named representation of a question. Errors: NotFound, SyntaxInvalid, NotAcceptable, limits."""
    question, suffix = _find(stored(site), name)
    offers = offers_for(question)
    if suffix:
        media_type = next((offer for offer in offers[1:] if offer.suffix == suffix), None)
        if media_type is None:
            known = ", ".join(f".{offer.suffix}" for offer in offers[1:])
            raise NotFound(f"{question.slug} has no file .{suffix}; it has {known}.")
        return _file(asked, site, question, media_type, vary=())
    media_type = negotiation.choose(offers, asked.headers.get("Accept"))
    if media_type is HTML:
        language = negotiation.choose_language(asked.headers.get("Accept-Language"))
        return _page(asked, site, question, language, vary=("Accept", "Accept-Language"))
    return _file(asked, site, question, media_type, vary=("Accept",))


def _find(found: list[Question], name: str) -> tuple[Question, str]:
    """The question of a name in an address, and the suffix behind it. Errors: NotFound."""
    if any(question.slug == name for question in found):
        return questions.named(found, name), ""
    stem, dot, suffix = name.rpartition(".")
    return questions.named(found, stem if dot else name), suffix


def _file(asked: Request, site: Site, question: Question, media_type: MediaType, vary: tuple[str, ...]) -> Response:
    text = question.asked(question.values(_given(asked)))
    location = f"{PATH}/{quote(question.slug)}.{media_type.suffix}{_query(asked)}"
    if media_type is SPARQL_QUERY:
        shown = Representation(
            text.encode(),
            media_type,
            location=location,
            vary=vary,
            release=site.store.release(),
            seconds=site.settings.page_seconds,
        )
        return respond(asked, shown)
    settings = site.settings
    limits = Limits(settings.query_timeout, settings.result_bytes, settings.query_memory)
    with enquiries.begun(asked, site) as enquiry:
        found = enquiry.answer(Query.parse(text, settings.query_bytes), media_type, limits)
    shown = Representation(
        found.body,
        media_type,
        location=location,
        vary=vary,
        links=(f'<{PATH}/{quote(question.slug)}>; rel="canonical"',),
        release=found.release,
        seconds=settings.page_seconds,
        headers={"Server-Timing": f"query;dur={found.seconds * 1000:.1f}"},
    )
    return respond(asked, shown)


def _page(asked: Request, site: Site, question: Question, language: str, vary: tuple[str, ...]) -> Response:
    text, outcome = _ask(asked, site, question)
    status = outcome.status if isinstance(outcome, Refusal) else 200
    choices = _choices(site, question, language)
    frame = site.frame(asked, language, f"{PATH}/{question.slug}")
    given = _shown_parameters(asked, question)
    page = site.renderer.question_page(AskedQuestion(question, given, text, choices, outcome), frame)
    slug = quote(question.slug)
    shown = Representation(
        page.encode(),
        HTML,
        status=status,
        language=language,
        location=f"/{language}{PATH}/{slug}{_query(asked)}",
        vary=vary,
        links=tuple(
            f'<{PATH}/{slug}.{offer.suffix}{_query(asked)}>; rel="alternate"; type="{offer.name}"'
            for offer in offers_for(question)[1:]
        ),
        release=site.store.release(),
        seconds=site.settings.page_seconds,
        headers={"Retry-After": "2"} if status == 503 else {},
    )
    return respond(asked, shown)


def _ask(asked: Request, site: Site, question: Question) -> tuple[str, Outcome]:
    try:
        text = question.asked(question.values(_given(asked)))
    except SyntaxInvalid as error:
        return question.text, Refusal(str(error), status=400)
    return text, sparql_page.evaluate(asked, site, Operation(text, None, None))


def _choices(site: Site, question: Question, language: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """The choices of each parameter; none when the store is too busy to name them, for the form works without."""

    def named() -> dict[str, tuple[tuple[str, str], ...]]:
        store, base = site.store, site.base
        return {each.name: parameters.named_choices(store, base, each, language) for each in question.parameters}

    try:
        found: dict[str, tuple[tuple[str, str], ...]] = site.per_release(f"choices {question.slug} {language}", named)
        return found
    except ZorgnetwerkError:
        return {}


def _given(asked: Request) -> list[tuple[str, str]]:
    """The parameters of the address. Errors: SyntaxInvalid for what is no UTF-8, and for far too many."""
    try:
        text = asked.query_string.decode("latin-1")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeDecodeError as error:
        raise SyntaxInvalid("A parameter is not percent-encoded UTF-8.") from error
    except ValueError as error:
        raise SyntaxInvalid(f"There are more than {_MOST_PARAMETERS} parameters.") from error


def _shown_parameters(asked: Request, question: Question) -> list[tuple[str, str]]:
    """The parameters that the form shows again, right or wrong."""
    known = {each.name for each in question.parameters}
    return [(name, value) for name, value in asked.args.items() if name in known]


def _query(asked: Request) -> str:
    """The query part of the address as it may stand in a header."""
    given = [(name, value) for name, values in asked.args.lists() for value in values]
    return f"?{urlencode(given)}" if given else ""
