"""Dates as the data has them: bounds instead of invented precision.

Source: ``data/README.md``, Time; W3C XML Schema date.
"""

from __future__ import annotations

import datetime
import email.utils
import re

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT\Z",
    re.ASCII,
)


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


def parse_http_date(text: str) -> datetime.datetime | None:
    """The moment in UTC that the preferred form of an HTTP date names; None when it names none.

    Source: RFC 9110, 5.6.7 (IMF-fixdate).

    >>> parse_http_date("Tue, 24 Nov 2026 20:00:00 GMT").isoformat()
    '2026-11-24T20:00:00+00:00'
    >>> parse_http_date("2026-11-24") or parse_http_date("Tue, 31 Feb 2026 20:00:00 GMT")
    """
    if not _HTTP_DATE.match(text):
        return None
    try:
        return email.utils.parsedate_to_datetime(text).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None


def http_date(moment: datetime.datetime) -> str:
    """A moment as an HTTP date, to the second.

    >>> http_date(datetime.datetime(2026, 11, 24, 20, tzinfo=datetime.UTC))
    'Tue, 24 Nov 2026 20:00:00 GMT'
    """
    return email.utils.format_datetime(moment.astimezone(datetime.UTC), usegmt=True)
