"""Sessions, failed logins, rates, signatures."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from zorgnetwerk.errors import KeyRequired, RateExceeded
from zorgnetwerk.submission.access import LOGIN_FAILURES, Access
from zorgnetwerk.submission.passes import Passes


@pytest.fixture
def access(tmp_path: Path) -> Access:
    return Access(tmp_path)


def test_a_session_ends_at_its_time_and_at_sign_out(access: Access) -> None:
    first, second = access.begin("ann", 100, 0), access.begin("ben", 100, 0)
    assert (access.session(first, 99), access.session(first, 100)) == ("ann", None)
    access.end(second)
    assert access.session(second, 1) is None
    assert access.session("made-up", 1) is None


def test_the_file_holds_no_name_of_a_session(access: Access, tmp_path: Path) -> None:
    name = access.begin("ann", 100, 0)
    assert all(name.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_the_file_may_be_removed_while_the_site_runs(access: Access, tmp_path: Path) -> None:
    name = access.begin("ann", 100, 0)
    for path in tmp_path.iterdir():
        path.unlink()
    assert access.session(name, 1) is None
    access.check_login("a", 1)
    again = access.begin("ann", 100, 1)
    assert access.session(again, 2) == "ann"
    assert (tmp_path / "access.sqlite").stat().st_mode & 0o777 == 0o600


def test_wrong_keys_make_an_address_wait_longer_and_longer(access: Access) -> None:
    for _ in range(LOGIN_FAILURES):
        access.check_login("a", 0)
        access.failed_login("a", 0)
    with pytest.raises(RateExceeded) as told:
        access.check_login("a", 1)
    assert 0 < told.value.retry_after_seconds <= 30
    access.check_login("b", 1)
    access.check_login("a", 31)
    access.failed_login("a", 31)
    with pytest.raises(RateExceeded):
        access.check_login("a", 31 + 59)
    access.check_login("a", 31 + 60)
    access.check_login("a", 31 + 4_000)


def test_a_rate_grows_back(access: Access) -> None:
    for _ in range(6):
        access.spend("key", 6, 0)
    with pytest.raises(RateExceeded) as told:
        access.spend("key", 6, 1)
    assert 590 <= told.value.retry_after_seconds <= 601
    access.spend("other", 6, 1)
    access.spend("key", 6, 601)


def test_rates_that_are_full_again_are_forgotten(access: Access, tmp_path: Path) -> None:
    for number in range(5):
        access.spend(f"look-{number}", 6, 0)
    access.spend("key", 6, 3_601)
    with closing(sqlite3.connect(tmp_path / "access.sqlite")) as connection:
        assert connection.execute("SELECT name FROM rate").fetchall() == [("key",)]


def test_a_rate_does_not_grow_when_the_clock_goes_back(access: Access) -> None:
    for _ in range(6):
        access.spend("key", 6, 1_000)
    with pytest.raises(RateExceeded):
        access.spend("key", 6, 0)


def test_the_secret_is_kept_for_its_owner_and_once(tmp_path: Path) -> None:
    first, second = Passes.open(tmp_path), Passes.open(tmp_path)
    assert second.holds("p", "t", first.sign("p", "t"))
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert len((tmp_path / "secret.key").read_bytes()) == 32


def test_a_link_opens_for_its_organisation_until_its_day(tmp_path: Path) -> None:
    passes = Passes.open(tmp_path)
    words = passes.invite("https://zorgnetwerk.example/id/organisatie/x", 1_000)
    assert passes.invitation(words, 999).organisation.endswith("/x")
    with pytest.raises(KeyRequired, match="no longer valid"):
        passes.invitation(words, 1_000)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda w: w[:-1],
        lambda w: "A" + w,
        lambda w: "",
        lambda w: w.split(".")[0],
        lambda w: "." + w,
        lambda w: w * 40,
        lambda w: w.replace(".", ".é"),
    ],
)
def test_a_spoiled_link_opens_nothing(tmp_path: Path, spoil: object) -> None:
    passes = Passes.open(tmp_path)
    words = passes.invite("https://zorgnetwerk.example/id/organisatie/x", 1_000)
    with pytest.raises(KeyRequired):
        passes.invitation(spoil(words), 1)  # type: ignore[operator]


def test_a_signature_is_for_one_purpose(tmp_path: Path) -> None:
    passes = Passes.open(tmp_path)
    assert passes.opens_status("abc", passes.status_token("abc"))
    assert not passes.opens_status("abd", passes.status_token("abc"))
    assert not passes.opens_status("abc", passes.sign("link", "abc"))
