"""Moments as people here read them: in the time of Brussels, whatever the clock of the server says.

Knows ISO 8601. Must not know where a moment comes from.
"""

from __future__ import annotations

import datetime
from typing import Final

from babel.dates import format_datetime, get_timezone

from zorgnetwerk.web.translations import Translator

_ZONE: Final = "Europe/Brussels"


def moment(text: str, t: Translator) -> str:
    """A moment in words; the text itself when it is none. One without a zone is taken as it stands."""
    found = _parsed(text)
    if found is None:
        return text
    return format_datetime(found, "medium", tzinfo=get_timezone(_ZONE) if found.tzinfo else None, locale=t.locale)


def day_of(text: str) -> datetime.date | None:
    """The day on which a moment falls here; None when the text is none.

    >>> day_of("2026-01-01T23:30:00+00:00"), day_of("soon")
    (datetime.date(2026, 1, 2), None)
    """
    found = _parsed(text)
    return day_at(found) if found else None


def day_at(found: datetime.datetime) -> datetime.date:
    """The day on which a moment falls here; one without a zone is taken as it stands."""
    return (found.astimezone(get_timezone(_ZONE)) if found.tzinfo else found).date()


def _parsed(text: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
