"""Who is connected, as the kernel says."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from zorgnetwerk.web import connections
from zorgnetwerk.web.connections import Connections

from ..store.pool import wait_until


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_client_is_there_until_it_closes(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        listener.listen()
        port = listener.getsockname()[1]
        client = socket.create_connection((host, port))
        other = socket.create_connection((host, port))
        accepted = [listener.accept()[0] for _ in range(2)]
        mine = client.getsockname()[1]
        assert Connections(port).has(host, mine)
        assert Connections(port).has(host)
        assert not Connections(port).has(host, 1)
        assert not Connections(port).has("192.0.2.1")
        client.close()
        wait_until(lambda: not Connections(port).has(host, mine), 2)
        assert Connections(port).has(host), "the other connection is open"
        other.close()
        wait_until(lambda: not Connections(port).has(host), 2)
        for each in accepted:
            each.close()


def test_nobody_is_given_up_where_nothing_can_be_known(tmp_path: Path) -> None:
    assert Connections(80, (tmp_path / "missing",)).has("127.0.0.1")
    assert Connections(80).has("")
    assert Connections(9).has("192.0.2.1"), "nobody listens there, so the connections are elsewhere"


def test_addresses_of_the_kernel_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(connections.sys, "byteorder", "little")
    head = "  sl  local_address rem_address   st tx_queue\n"
    (tmp_path / "tcp6").write_text(
        head
        + "   0: 00000000000000000000000000000000:0050 0000000000000000FFFF0000070200C0:1234 01 00000000\n"
        + "   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000\n"
        + "   1: 00000000000000000000000000000000:0050 B80D0120000000000000000005000000:1235 08 00000000\n"
    )
    found = Connections(80, (tmp_path / "tcp6",))
    assert found.has("192.0.2.7", 0x1234)
    assert not found.has("2001:db8::5"), "CLOSE_WAIT: the client has closed"
