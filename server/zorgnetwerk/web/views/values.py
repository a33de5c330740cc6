"""A value as people write it: dates, numbers, times with their bounds, quantities; verbatim where it cannot be read.

Source: Babel (CLDR) for dates and numbers; ``data/README.md`` for times and quantities.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal, InvalidOperation

from babel.dates import format_date
from babel.numbers import format_decimal
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset import labels
from zorgnetwerk.terms.dates import parse_date, precision
from zorgnetwerk.terms.namespaces import XSD
from zorgnetwerk.web.clock import moment
from zorgnetwerk.web.frames import is_linkable
from zorgnetwerk.web.views.model import Item, Link, Row, Text, Value
from zorgnetwerk.web.views.reader import SEVERITIES, Reader

_DEEPEST = 3
_NUMBERS = frozenset(
    XSD[name]
    for name in (
        "integer",
        "decimal",
        "int",
        "long",
        "short",
        "byte",
        "nonNegativeInteger",
        "positiveInteger",
        "negativeInteger",
        "nonPositiveInteger",
        "unsignedInt",
        "unsignedLong",
        "unsignedShort",
        "unsignedByte",
    )
)
_MOMENT = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?\Z")
_PLAIN = frozenset({None, XSD.string})


def value_of(reader: Reader, term: Node, depth: int = 0) -> Value:
    """A term as a value of a fact."""
    if isinstance(term, Literal):
        return _literal(reader, term)
    zn = reader.zn
    if (term, zn.tijdstekst, None) in reader.graph or (term, zn.vroegsteBegin, None) in reader.graph:
        return Value(reader.link(term), bounds(reader, term))
    if (term, zn.aantalMin, None) in reader.graph or (term, zn.aantalMax, None) in reader.graph:
        return Value(reader.link(term), _amount_detail(reader, term))
    if isinstance(term, BNode) and depth < _DEEPEST:
        return Value(reader.link(term), rows=_inner(reader, term, depth))
    link = reader.link(term)
    if link.external and term not in SEVERITIES and labels.label(reader.graph, term, reader.frame.language) is None:
        return Value(Link(Text(_address(str(term))), link.href, link.iri, external=True))
    return Value(link)


def _address(iri: str) -> str:
    """A foreign address as people read it.

    >>> _address("https://www.example.org/about/")
    'www.example.org/about'
    """
    return re.sub(r"^https?://", "", iri).rstrip("/")


def bounds(reader: Reader, time: Node) -> str:
    """What a time expression means, in words: the earliest and latest day of its begin and of its end."""
    zn, parts = reader.zn, []
    ends = ((zn.vroegsteBegin, zn.laatsteBegin, True), (zn.vroegsteEinde, zn.laatsteEinde, False))
    for earliest, latest, is_begin in ends:
        first, last = (_day(reader.graph.value(time, bound)) for bound in (earliest, latest))
        if first or last:
            parts.append(_bound(reader, first, last, is_begin))
    if not parts:
        return reader.t.gettext("no date stated")
    if str(reader.graph.value(time, zn.benaderend) or "") in ("true", "1"):
        parts.append(reader.t.gettext("approximate"))
    return ", ".join(parts)


def _day(node: Node | None) -> datetime.date | None:
    return parse_date(str(node)) if node is not None else None


def _bound(reader: Reader, first: datetime.date | None, last: datetime.date | None, is_begin: bool) -> str:
    t, language = reader.t, reader.t.locale
    if first is None or last is None:
        known = first or last
        day = reader.day(known) if known else ""
        if first is None:
            message = t.gettext("begins no later than {day}") if is_begin else t.gettext("ends no later than {day}")
        else:
            message = t.gettext("begins no earlier than {day}") if is_begin else t.gettext("ends no earlier than {day}")
        return message.format(day=day)
    kind = precision(first, last)
    if kind == "day":
        return (t.gettext("begin: {day}") if is_begin else t.gettext("end: {day}")).format(day=reader.day(first))
    if kind in ("month", "year"):
        period = format_date(first, "MMMM y" if kind == "month" else "y", locale=language)
        return (t.gettext("begins in {period}") if is_begin else t.gettext("ends in {period}")).format(period=period)
    message = (
        t.gettext("begins between {first} and {last}") if is_begin else t.gettext("ends between {first} and {last}")
    )
    return message.format(first=reader.day(first), last=reader.day(last))


def _amount_detail(reader: Reader, amount: Node) -> str:
    parts = [
        reader.text(word).text
        for word in reader.graph.objects(amount, reader.zn.categorie)
        if isinstance(word, Literal)
    ]
    parts += [reader.name(kind).text for kind in reader.graph.objects(amount, reader.zn.bedsoort)]
    state = reader.graph.value(amount, reader.zn.toestandOp)
    if isinstance(state, Literal):
        parts.append(reader.t.gettext("state of {day}").format(day=reader.date(state)))
    return ", ".join(sorted(parts))


def _inner(reader: Reader, node: BNode, depth: int) -> tuple[Row, ...]:
    rows: dict[URIRef, list[Item]] = {}
    for predicate, value in sorted(reader.graph.predicate_objects(node), key=lambda pair: (str(pair[0]), str(pair[1]))):
        if isinstance(predicate, URIRef):
            rows.setdefault(predicate, []).append(Item(value_of(reader, value, depth + 1)))
    return tuple(Row(reader.property_link(predicate), tuple(items)) for predicate, items in rows.items())


def _literal(reader: Reader, literal: Literal) -> Value:
    datatype = literal.datatype
    if literal.language or datatype in _PLAIN:
        text = reader.text(literal)
        return Value(Link(text))
    if datatype == XSD.anyURI and is_linkable(str(literal)):
        return Value(Link(Text(str(literal)), str(literal), external=True))
    shown = _readable(reader, str(literal), datatype)
    if shown is not None:
        return Value(Link(Text(shown)))
    known = datatype in _NUMBERS or datatype in (XSD.date, XSD.dateTime, XSD.boolean)
    return Value(Link(Text(str(literal))), detail=labels.local_name(str(datatype)), flawed=known)


def _readable(reader: Reader, text: str, datatype: URIRef | None) -> str | None:
    """The text of a literal of a known datatype as the language writes it; None when it cannot be read as such."""
    language = reader.t.locale
    if datatype == XSD.date:
        day = parse_date(text)
        return reader.day(day) if day else None
    if datatype == XSD.dateTime and _MOMENT.match(text):
        shown = moment(text, reader.t)
        return shown if shown != text else None
    if datatype == XSD.boolean:
        words = {
            "true": reader.t.gettext("yes"),
            "1": reader.t.gettext("yes"),
            "false": reader.t.gettext("no"),
            "0": reader.t.gettext("no"),
        }
        return words.get(text)
    if datatype in _NUMBERS:
        return _number(text, language)
    return None


def _number(text: str, language: str) -> str | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or len(text) > 40:
        return None
    return format_decimal(number, locale=language, decimal_quantization=False)
