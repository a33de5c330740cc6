"""Clients are told apart and not known."""

from __future__ import annotations

import pytest

from zorgnetwerk.errors import SettingError
from zorgnetwerk.settings import load
from zorgnetwerk.web.clients import Clients, networks

SALT = b"one start of the site"


def name(remote: str, forwarded: str = "", trusted: str = "", salt: bytes = SALT) -> str:
    environ = {"REMOTE_ADDR": remote} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})
    return Clients(networks(trusted), salt).name(environ)


def test_one_client_has_one_name_in_all_processes_of_a_start_and_another_in_the_next() -> None:
    assert name("192.0.2.1") == name("192.0.2.1")
    assert name("192.0.2.1") != name("192.0.2.2")
    assert name("192.0.2.1") != name("192.0.2.1", salt=b"the next start")
    assert "192" not in name("192.0.2.1")
    assert len(name("192.0.2.1")) == 16


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.9", False),
        ("", "", True),
        ("nonsense", "other nonsense", False),
    ],
)
def test_an_ipv6_client_is_its_subscriber(one: str, other: str, is_same: bool) -> None:
    assert (name(one) == name(other)) is is_same


@pytest.mark.parametrize(
    ("remote", "forwarded", "trusted", "client"),
    [
        ("192.0.2.1", "198.51.100.7", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "10.0.0.0/8", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.7", "10.0.0.0/8", "198.51.100.7"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.7", "10.0.0.0/8", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "10.0.0.0/8", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.9, 10.0.0.2", "10.0.0.0/8", "10.0.0.9"),
        ("10.0.0.1", "198.51.100.7:4711", "10.0.0.0/8", "198.51.100.7"),
        ("10.0.0.1", '"[2001:db8::5]:4711"', "10.0.0.0/8", "2001:db8::5"),
        ("::1", "2001:db8::5", "::1, 10.0.0.0/8", "2001:db8::5"),
        ("10.0.0.1", "unknown", "10.0.0.0/8", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.0/8", "10.0.0.1"),
        ("10.0.0.1", ",".join(["1.1.1.1"] * 5_000), "10.0.0.0/8", "1.1.1.1"),
    ],
)
def test_only_trusted_proxies_say_who_is_behind_them(remote: str, forwarded: str, trusted: str, client: str) -> None:
    assert name(remote, forwarded, trusted) == name(client)


def test_a_wrong_network_stops_the_start() -> None:
    with pytest.raises(SettingError, match="trusted_proxies holds 'proxy'"):
        load({"trusted_proxies": "10.0.0.0/8, proxy"}, environment={})
