"""Accounts of worker time that are forgotten with time."""

from __future__ import annotations

import pytest

from zorgnetwerk.store import accounts
from zorgnetwerk.store.accounts import HALF_LIFE_SECONDS, Accounts


def test_time_adds_up_and_halves() -> None:
    kept = Accounts()
    kept.charge("a", 4, now=0)
    kept.charge("a", 2, now=HALF_LIFE_SECONDS)
    assert kept.had("a", HALF_LIFE_SECONDS) == pytest.approx(4)
    assert kept.had("a", 3 * HALF_LIFE_SECONDS) == pytest.approx(1)
    assert kept.had("b", 0) == 0


def test_many_short_times_count_like_one_long_one() -> None:
    kept = Accounts()
    for number in range(1000):
        kept.charge("many", 0.01, now=10 + number / 1000)
    kept.charge("one", 10, now=11)
    assert kept.had("many", 11) == pytest.approx(kept.had("one", 11), rel=0.02)


def test_a_clock_that_goes_back_gives_nothing() -> None:
    kept = Accounts()
    kept.charge("a", 4, now=100)
    assert kept.had("a", 50) == 4
    kept.charge("a", 1, now=50)
    assert kept.had("a", 100) == 5


def test_we_ourselves_owe_nothing() -> None:
    kept = Accounts()
    kept.charge("", 100, now=1)
    assert (kept.had("", 1), len(kept)) == (0, 0)


def test_the_number_of_accounts_is_bounded_and_the_busiest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_KEPT_CLIENTS", 100)
    kept = Accounts()
    kept.charge("busy", 50, now=0)
    for number in range(1000):
        kept.charge(f"stranger {number}", 0.1, now=number / 1000)
    assert len(kept) <= 100
    assert kept.had("busy", 1) > 40
