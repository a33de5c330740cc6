"""Dates as the data has them: bounds instead of invented precision.

Source: ``data/README.md``, Time; W3C XML Schema date.
"""

from __future__ import annotations

import datetime
import re

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")


def parse_date(text: str) -> datetime.date | None:
    """The day that an ``xsd:date`` without time zone names; None when it names none.

    >>> parse_date("2017-02-30") is None
    True
    """
    match = _DATE.match(text)
    if not match:
        return None
    try:
        return datetime.date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def precision(earliest: datetime.date, latest: datetime.date) -> str:
    """How precise two bounds of one date are: ``day``, ``month``, ``year`` or ``span``.

    >>> precision(datetime.date(2015, 1, 1), datetime.date(2015, 12, 31))
    'year'
    """
    if earliest == latest:
        return "day"
    if earliest.day == 1 and (latest + datetime.timedelta(days=1)).day == 1 and earliest.year == latest.year:
        if (earliest.month, latest.month) == (1, 12):
            return "year"
        if earliest.month == latest.month:
            return "month"
    return "span"
