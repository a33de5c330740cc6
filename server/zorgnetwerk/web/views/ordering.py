"""Where a value stands among others of its kind: by its size or its day where it has one, else by its words.

Knows numbers, days, quantities and times. Must not know how they are written.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from math import inf

from rdflib import Literal
from rdflib.term import Node

from zorgnetwerk.dataset.listing import sort_key
from zorgnetwerk.terms.dates import parse_date
from zorgnetwerk.terms.namespaces import XSD
from zorgnetwerk.web.views.model import Link
from zorgnetwerk.web.views.reader import Reader

_PLAIN = frozenset({None, XSD.string})


def place(reader: Reader, term: Node, link: Link) -> tuple[float, str, str]:
    """The sort key of a value that is shown as this link; what has no size comes after what has one."""
    return _size(reader, term), sort_key(link.text.text), link.iri


def _size(reader: Reader, term: Node) -> float:
    if isinstance(term, Literal):
        return inf if term.language or term.datatype in _PLAIN else _measure(str(term))
    zn = reader.zn
    bounds = (zn.aantalMin, zn.aantalMax, zn.vroegsteBegin, zn.laatsteBegin, zn.vroegsteEinde, zn.laatsteEinde)
    found = (reader.graph.value(term, bound) for bound in bounds)
    return next((_measure(str(bound)) for bound in found if bound is not None), inf)


def _measure(text: str) -> float:
    """The number that a text is, or that of its day.

    >>> _measure("4"), _measure("2020-01-02") < _measure("2020-01-10T00:00:00Z"), _measure("NaN")
    (4.0, True, inf)
    """
    day = parse_date(text[:10])
    if day is not None:
        return day.toordinal()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return inf
    return float(number) if number.is_finite() else inf
