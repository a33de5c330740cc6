"""Query results as values that can be compared: solutions, verdicts and graphs, equal up to the names of blank nodes.

Numbers, truth values and the zero offset of a date are compared by value within their datatype (``"1.0E0"`` and ``"1"``
as xsd:double are one), as the suite's own results are written in many lexical forms; all other terms as terms. Each row becomes a small graph, so
that one canonical labelling decides for solutions and graphs alike.

Source: SPARQL 1.1 Results in JSON, XML, CSV, TSV; the result set vocabulary of the DAWG (rs:).
"""

from __future__ import annotations

import csv
import io
import re
import struct
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import pyoxigraph as ox

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_ZERO_OFFSET = re.compile(r"[+-]00:00\Z")
_XSD = "http://www.w3.org/2001/XMLSchema#"
_FORMATS = {
    "srx": ox.QueryResultsFormat.XML,
    "xml": ox.QueryResultsFormat.XML,
    "srj": ox.QueryResultsFormat.JSON,
    "json": ox.QueryResultsFormat.JSON,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPHS = {"ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML, "nt": ox.RdfFormat.N_TRIPLES}

_FORMS: dict[str, Callable[[str], str]] = {
    "integer": lambda text: str(int(text)),
    "decimal": lambda text: format(Decimal(text).normalize(), "f"),
    "double": lambda text: repr(float(text)),
    "float": lambda text: repr(struct.unpack("f", struct.pack("f", float(text)))[0]),
    "boolean": lambda text: {"1": "true", "0": "false", "true": "true", "false": "false"}[text],
    "date": lambda text: _ZERO_OFFSET.sub("Z", text),
    "dateTime": lambda text: _ZERO_OFFSET.sub("Z", text),
}

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row: TypeAlias = dict[str, Term]


@dataclass(frozen=True)
class Solutions:
    """Variables and rows, in the order of the document."""

    variables: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Table:
    """A CSV document: rows in no order, cells by their column and without types, blank nodes nameless, numbers by
    value.
    """

    columns: frozenset[str]
    rows: Counter[tuple[tuple[str, str], ...]]


Result: TypeAlias = Solutions | Table | bool | ox.Dataset


def read(body: bytes, suffix: str, base_iri: str) -> Result:
    """The result that a document of this kind says. Errors: SyntaxError, ValueError when it says none."""
    if suffix == "csv":
        return _of_csv(body.decode("utf-8"))
    if suffix in _GRAPHS:
        parsed = ox.parse(body, format=_GRAPHS[suffix], base_iri=base_iri)
        return _of_graph(ox.Dataset(ox.Quad(quad.subject, quad.predicate, by_value(quad.object)) for quad in parsed))
    found = ox.parse_query_results(body, format=_FORMATS[suffix])
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    assert isinstance(found, ox.QuerySolutions)
    names = tuple(variable.value for variable in found.variables)
    rows = tuple({name: by_value(row[name]) for name in names if row[name] is not None} for row in found)
    return Solutions(names, rows)


def equal(expected: Result, actual: Result, *, is_ordered: bool, is_lax: bool) -> bool:
    """Whether two results are the same; blank nodes may have other names, rows another order unless ``is_ordered``."""
    if isinstance(expected, Solutions) and isinstance(actual, Solutions):
        return _same_variables(expected, actual) and _same_rows(expected.rows, actual.rows, is_ordered, is_lax)
    if isinstance(expected, ox.Dataset) and isinstance(actual, ox.Dataset):
        return _canonical(expected) == _canonical(actual)
    if isinstance(expected, Table | bool):
        return expected == actual
    return False


def by_value(term: Term) -> Term:
    """The term with a number or truth value in one lexical form; an ill-formed one as it is.

    >>> by_value(ox.Literal("+01.50", datatype=ox.NamedNode(_XSD + "decimal"))).value
    '1.5'
    """
    if isinstance(term, ox.Triple):
        return ox.Triple(term.subject, term.predicate, by_value(term.object))  # type: ignore[arg-type]
    if not isinstance(term, ox.Literal) or not term.datatype.value.startswith(_XSD):
        return term
    form = _FORMS.get(term.datatype.value.removeprefix(_XSD))
    try:
        return ox.Literal(form(term.value.strip()), datatype=term.datatype) if form else term
    except (ValueError, ArithmeticError, KeyError):
        return term


def _of_csv(text: str) -> Table:
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    cells = (tuple(sorted(zip(header, map(_cell, row), strict=True))) for row in rows)
    return Table(frozenset(header), Counter(cells))


def _cell(text: str) -> str:
    try:
        return format(Decimal(text).normalize(), "f")
    except ArithmeticError:
        return "_:" if text.startswith("_:") else text


def _same_variables(expected: Solutions, actual: Solutions) -> bool:
    """Whether each names the variables that rows bind; documents of the suite leave out others now and then."""
    used = {name for row in (*expected.rows, *actual.rows) for name in row}
    return used <= set(expected.variables) and used <= set(actual.variables)


def _same_rows(expected: tuple[Row, ...], actual: tuple[Row, ...], is_ordered: bool, is_lax: bool) -> bool:
    if is_lax:
        kinds = {_key(row) for row in expected}
        return len(actual) <= len(expected) and {_key(row) for row in actual} == kinds
    if len(expected) != len(actual):
        return False
    if is_ordered and [_key(row) for row in expected] != [_key(row) for row in actual]:
        return False
    if Counter(map(_key, expected)) != Counter(map(_key, actual)):
        return False
    return _canonical(_graph_of(expected)) == _canonical(_graph_of(actual))


def _key(row: Row) -> tuple[tuple[str, str], ...]:
    """A row with its blank nodes made nameless: equal rows have equal keys, though not the other way round."""
    return tuple((name, _nameless(value)) for name, value in sorted(row.items()))


def _nameless(term: Term) -> str:
    if isinstance(term, ox.BlankNode):
        return "_"
    if isinstance(term, ox.Triple):
        return " ".join(_nameless(part) for part in (term.subject, term.predicate, term.object))
    return str(term)


def _graph_of(rows: Iterable[Row]) -> ox.Dataset:
    """Distinct rows with blank nodes, each as a node with a property for each variable and one for how often it occurs."""
    counts: Counter[tuple[tuple[str, Term], ...]] = Counter(
        tuple(sorted(row.items())) for row in rows if any("_" in _nameless(value) for value in row.values())
    )
    graph = ox.Dataset()
    for row, count in counts.items():
        node = ox.BlankNode()
        graph.add(ox.Quad(node, ox.NamedNode("urn:count"), ox.Literal(count)))
        for name, value in row:
            graph.add(ox.Quad(node, ox.NamedNode(f"urn:variable:{name}"), value))
    return graph


def _canonical(graph: ox.Dataset) -> ox.Dataset:
    copy = ox.Dataset(graph)
    copy.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return copy


def _of_graph(graph: ox.Dataset) -> Result:
    """A graph, or the result that it describes in the vocabulary rs:."""
    sets = list(graph.quads_for_object(ox.NamedNode(f"{RS}ResultSet")))
    if not sets:
        return graph
    root = sets[0].subject
    verdict = _values(graph, root, "boolean")
    if verdict:
        return verdict[0].value == "true"
    names = tuple(sorted(node.value for node in _values(graph, root, "resultVariable")))
    found: list[tuple[int, Row]] = []
    for solution in _values(graph, root, "solution"):
        index = _values(graph, solution, "index")
        bindings = _values(graph, solution, "binding")
        row = {_values(graph, node, "variable")[0].value: _values(graph, node, "value")[0] for node in bindings}
        found.append((int(index[0].value) if index else 0, row))
    found.sort(key=lambda pair: pair[0])
    return Solutions(names, tuple(row for _, row in found))


def _values(graph: ox.Dataset, subject: Term, name: str) -> list[Term]:
    predicate = ox.NamedNode(RS + name)
    return [quad.object for quad in graph.quads_for_subject(subject) if quad.predicate == predicate]
