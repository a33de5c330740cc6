"""What became of a query, as names instead of IRIs, with the ways to take it along; and the page around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset.questions import Question
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.web.views import snippets
from zorgnetwerk.web.views.front import Asked
from zorgnetwerk.web.views.model import Value
from zorgnetwerk.web.views.problems import worded
from zorgnetwerk.web.views.reader import Reader
from zorgnetwerk.web.views.results import Outcome, Refusal, Table, Triples, Verdict
from zorgnetwerk.web.views.snippets import Snippet
from zorgnetwerk.web.views.values import value_of

START = """PREFIX zn: <{space}>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?partnership ?name
WHERE {{
  ?partnership a zn:Samenwerkingsverband ;
    skos:prefLabel ?name .
}}
ORDER BY ?name
LIMIT 50"""
"""What stands in the box of a visitor who brings no query."""
VERDICT_FORMATS = (media_types.RESULTS_JSON, media_types.RESULTS_XML)
_FEWEST_ROWS, _MOST_ROWS = 8, 24
_LONGEST_ADDRESS = 4_000
"""Characters; a longer query is sent in the body, for servers and mail programs cut long addresses."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of a table. ``value`` is None where nothing was found; ``key`` is what rows are sorted by."""

    value: Value | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of values. Units: ``total`` rows were found, ``seconds`` were needed, in words."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    seconds: str


@dataclass(frozen=True, slots=True)
class Download:
    """The whole answer in one format; ``href`` is its address without the language of the page."""

    format: MediaType
    href: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What became of a query.

    Shape: ``posted`` is the query when it is too long for an address: the downloads then take it from a form.
           ``share`` is the address of this answer, empty when there is none.
    """

    grid: Grid | None
    verdict: Verdict | None
    seconds: str
    refusal: Refusal | None
    downloads: tuple[Download, ...] = ()
    posted: str = ""
    share: str = ""
    snippets: tuple[Snippet, ...] = ()


@dataclass(frozen=True, slots=True)
class SparqlView:
    """Everything that the SPARQL page shows. Units: ``rows`` of the text box."""

    query: str
    rows: int
    questions: tuple[Asked, ...]
    answer: AnswerView


def labels_of(outcome: Outcome | None) -> Graph:
    """The names of what an outcome mentions."""
    if isinstance(outcome, Triples):
        return outcome.labels
    return outcome.labels if isinstance(outcome, Table) else Graph()


def sparql_view(query: str, questions: Sequence[Question], outcome: Outcome | None, reader: Reader) -> SparqlView:
    """What the page shows to this reader."""
    language = reader.frame.language
    text = query or START.format(space=str(reader.zn))
    return SparqlView(
        query=text,
        rows=box_rows(text),
        questions=tuple(
            Asked(question.label(language), question.comment(language), question.slug) for question in questions
        ),
        answer=_of_query(query, outcome, reader),
    )


def box_rows(text: str) -> int:
    """The height of a text box for this query."""
    return min(_MOST_ROWS, max(_FEWEST_ROWS, text.count("\n") + 2))


def answer_view(outcome: Outcome | None, reader: Reader) -> AnswerView:
    """What became of a query, without the ways to take it along."""
    seconds = _seconds(outcome.seconds, reader) if isinstance(outcome, Table | Triples | Verdict) else ""
    return AnswerView(
        grid=_grid(outcome, reader),
        verdict=outcome if isinstance(outcome, Verdict) else None,
        seconds=seconds,
        refusal=worded(outcome, reader.t) if isinstance(outcome, Refusal) else None,
    )


def formats_of(outcome: Outcome | None) -> tuple[MediaType, ...]:
    """The formats in which an outcome can be downloaded; none when there is no answer."""
    if isinstance(outcome, Table):
        return media_types.RESULT_FORMATS
    if isinstance(outcome, Triples):
        return media_types.TRIPLE_FORMATS
    if isinstance(outcome, Refusal):
        return outcome.formats
    return VERDICT_FORMATS if outcome else ()


def readiest(formats: Sequence[MediaType]) -> MediaType:
    """The format for snippets: CSV for tables, JSON for verdicts, Turtle for graphs."""
    return media_types.RESULTS_CSV if media_types.RESULTS_CSV in formats else formats[0]


def _of_query(query: str, outcome: Outcome | None, reader: Reader) -> AnswerView:
    shown, formats = answer_view(outcome, reader), formats_of(outcome)
    if not formats:
        return shown
    frame = reader.frame
    question = f"?{urlencode({'query': query})}"
    is_short = len(question) <= _LONGEST_ADDRESS
    endpoint = frame.base.iri(frame.path.lstrip("/"))
    return AnswerView(
        shown.grid,
        shown.verdict,
        shown.seconds,
        shown.refusal,
        tuple(Download(each, f"{frame.path}.{each.suffix}{question if is_short else ''}") for each in formats),
        "" if is_short else query,
        frame.to(f"{frame.path}{question}") if is_short else "",
        snippets.of_query(endpoint, query, readiest(formats)),
    )


def _grid(outcome: Outcome | None, reader: Reader) -> Grid | None:
    if isinstance(outcome, Table):
        shown = outcome.solutions[: outcome.shown_limit]
        rows = tuple(tuple(_cell(reader, solution.get(name)) for name in outcome.variables) for solution in shown)
        columns = tuple(f"?{name}" for name in outcome.variables)
        return Grid(columns, rows, len(outcome.solutions), _seconds(outcome.seconds, reader))
    if isinstance(outcome, Triples):
        triples = sorted(outcome.graph, key=lambda triple: tuple(str(term) for term in triple))
        columns = (reader.t.gettext("Subject"), reader.t.gettext("Property"), reader.t.gettext("Value"))
        lines = tuple(tuple(_cell(reader, term) for term in triple) for triple in triples)
        return Grid(columns, lines, outcome.total or len(lines), _seconds(outcome.seconds, reader))
    return None


def _cell(reader: Reader, term: Node | None) -> Cell:
    if term is None:
        return Cell(None)
    if isinstance(term, URIRef):
        link = reader.link(term)
        return Cell(Value(link), link.text.text)
    value = value_of(reader, term)
    return Cell(value, str(term) if isinstance(term, Literal) else value.link.text.text)


def _seconds(seconds: float, reader: Reader) -> str:
    milliseconds = max(1, round(seconds * 1000))
    return reader.t.gettext("{number} ms").format(number=reader.number(milliseconds))
