"""Moments in the time of Brussels."""

from __future__ import annotations

import datetime

import pytest

from zorgnetwerk.web import clock
from zorgnetwerk.web.rendering import Renderer


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-24T23:30:00+00:00", "25 nov 2026, 00:30:00"),
        ("2026-07-01T10:00:00Z", "1 jul 2026, 12:00:00"),
        ("2026-07-01T10:00:00", "1 jul 2026, 10:00:00"),
        ("soon", "soon"),
    ],
)
def test_a_moment_is_told_in_the_time_of_brussels(text: str, shown: str) -> None:
    assert clock.moment(text, Renderer.load().translations.for_language("nl")) == shown


def test_the_day_of_a_moment_is_that_of_brussels() -> None:
    assert clock.day_of("2026-11-24T23:30:00+00:00") == datetime.date(2026, 11, 25)
    assert clock.day_of("2026-11-24T23:30:00") == datetime.date(2026, 11, 24)
    assert clock.day_of("") is None
    assert clock.day_at(datetime.datetime(2026, 7, 1, 22, 30, tzinfo=datetime.UTC)) == datetime.date(2026, 7, 2)
