"""Dates: bounds, precision, and what is no date."""

from __future__ import annotations

import datetime

import pytest

from zorgnetwerk.terms.dates import parse_date, precision


@pytest.mark.parametrize("text", ["2017-02-30", "2008", "2008-13-01", "2008-1-1", "", "2008-01-01Z", "x2008-01-01"])
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


def test_a_date() -> None:
    assert parse_date("2010-12-14") == datetime.date(2010, 12, 14)


@pytest.mark.parametrize(
    ("earliest", "latest", "expected"),
    [
        ("2010-12-14", "2010-12-14", "day"),
        ("2022-06-01", "2022-06-30", "month"),
        ("2015-01-01", "2015-12-31", "year"),
        ("2017-01-01", "2017-06-30", "span"),
        ("1990-01-01", "1999-12-31", "span"),
    ],
)
def test_precision(earliest: str, latest: str, expected: str) -> None:
    assert precision(datetime.date.fromisoformat(earliest), datetime.date.fromisoformat(latest)) == expected
