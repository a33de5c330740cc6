"""Whether a client is still connected, as the kernel's table of connections says.

The interface between web server and application does not tell that a client has left before an answer was begun, but
whoever holds the connection closes it at once. Where the client's port is known (the door tells it), that connection is
looked for. Elsewhere only a client that has no connection to our port left has certainly gone; the query of one that
keeps another open ends at its deadline, or is stopped by its id.

Source: proc(5), ``/proc/net/tcp`` (addresses in hexadecimal, in words of the machine's byte order; state 01 is
ESTABLISHED, 0A is LISTEN).
"""

from __future__ import annotations

import ipaddress
import sys
import threading
import time
from pathlib import Path
from typing import Final

_TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_ESTABLISHED: Final = "01"
_LISTENING: Final = "0A"
_KEPT_SECONDS: Final = 0.5


class Connections:
    """Who has a connection to one port of ours; read at most twice a second."""

    def __init__(self, port: int, tables: tuple[Path, ...] = _TABLES) -> None:
        self._port = port
        self._tables = tables
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._found: frozenset[tuple[str, int]] | None = None

    def has(self, remote: str, port: int = 0) -> bool:
        """Whether this address is connected, from this port if it is known; True as well where nobody can know."""
        try:
            address = _plain(ipaddress.ip_address(remote.partition("%")[0]))
        except ValueError:
            return True
        with self._lock:
            if time.monotonic() - self._read_at > _KEPT_SECONDS:
                self._found, self._read_at = self._read(), time.monotonic()
            return self._found is None or (address, port) in self._found

    def _read(self) -> frozenset[tuple[str, int]] | None:
        """Each address with its port, and with 0 for any port; None when nobody listens at our port in this table: then
        the connections are elsewhere."""
        found: set[tuple[str, int]] = set()
        is_ours = False
        for table in self._tables:
            try:
                lines = table.read_text("ascii", "replace").splitlines()[1:]
            except OSError:
                continue
            for line in lines:
                _, local, remote, state = line.split(maxsplit=4)[:4]
                if int(local.rpartition(":")[2], 16) != self._port:
                    continue
                is_ours |= state == _LISTENING
                if state == _ESTABLISHED:
                    address, _, port = remote.rpartition(":")
                    found |= {(_decoded(address), int(port, 16)), (_decoded(address), 0)}
        return frozenset(found) if is_ours else None


def _decoded(text: str) -> str:
    """The address that the kernel writes as hexadecimal words.

    >>> _decoded("0100007F") if sys.byteorder == "little" else "127.0.0.1"
    '127.0.0.1'
    """
    words = [bytes.fromhex(text[start : start + 8]) for start in range(0, len(text), 8)]
    data = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    return _plain(ipaddress.ip_address(data))


def _plain(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
