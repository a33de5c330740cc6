"""The SPARQL page: the query, the stored questions, and what became of the query, as names instead of IRIs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from rdflib import Graph, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset.questions import Question
from zorgnetwerk.web.views.front import Asked
from zorgnetwerk.web.views.model import Value
from zorgnetwerk.web.views.reader import Reader
from zorgnetwerk.web.views.results import Outcome, Refusal, Table, Triples, Verdict
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
_FEWEST_ROWS, _MOST_ROWS = 8, 24


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of values; a cell without a value is None. Units: ``total`` rows were found, ``seconds`` were needed."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    total: int
    seconds: str


@dataclass(frozen=True, slots=True)
class SparqlView:
    """Everything that the SPARQL page shows. Units: ``rows`` of the text box."""

    query: str
    rows: int
    questions: tuple[Asked, ...]
    grid: Grid | None
    verdict: Verdict | None
    refusal: Refusal | None
    is_graph: bool
    download: str


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
        rows=min(_MOST_ROWS, max(_FEWEST_ROWS, text.count("\n") + 2)),
        questions=tuple(Asked(question.label(language), "", question.text) for question in questions),
        grid=_grid(outcome, reader),
        verdict=outcome if isinstance(outcome, Verdict) else None,
        refusal=outcome if isinstance(outcome, Refusal) else None,
        is_graph=isinstance(outcome, Triples),
        download=f"/sparql?{urlencode({'query': query})}" if query else "",
    )


def _grid(outcome: Outcome | None, reader: Reader) -> Grid | None:
    if isinstance(outcome, Table):
        shown = outcome.solutions[: outcome.shown_limit]
        rows = tuple(tuple(_cell(reader, solution.get(name)) for name in outcome.variables) for solution in shown)
        return Grid(
            tuple(f"?{name}" for name in outcome.variables),
            rows,
            len(outcome.solutions),
            _seconds(outcome.seconds, reader),
        )
    if isinstance(outcome, Triples):
        triples = sorted(outcome.graph, key=lambda triple: tuple(str(term) for term in triple))
        columns = (reader.t.gettext("Subject"), reader.t.gettext("Property"), reader.t.gettext("Value"))
        lines = tuple(tuple(_cell(reader, term) for term in triple) for triple in triples)
        return Grid(columns, lines, len(lines), _seconds(outcome.seconds, reader))
    return None


def _cell(reader: Reader, term: Node | None) -> Value | None:
    if term is None:
        return None
    return value_of(reader, term) if not isinstance(term, URIRef) else Value(reader.link(term))


def _seconds(seconds: float, reader: Reader) -> str:
    milliseconds = max(1, round(seconds * 1000))
    return reader.t.gettext("{number} ms").format(number=reader.number(milliseconds))
