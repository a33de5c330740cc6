"""Who asks, told apart without being known: a short hash of the address, salted afresh at each start of the site.

An IPv6 client owns a whole /64, so that is what counts as one client. What a proxy says of the address (the header
X-Forwarded-For) is believed only from the networks of the setting ``trusted_proxies``, read from the right as far as
trusted proxies go. Nothing of this is stored or logged.

Source: RFC 4291, 2.5.4 (interface identifiers); RFC 7239, 8.1 (what strangers write in such headers is not to be
trusted).
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

SALT_VARIABLE: Final = "CLIENT_NAMES_SALT"
"""In the environment of the web processes of one start, so that they give the same names; kept nowhere else."""
_SUBSCRIBER_BITS: Final = 64
_MOST_HOPS: Final = 20


class Clients:
    """Names for the clients of one site; processes with the same salt give the same names."""

    def __init__(self, trusted: tuple[Network, ...] = (), salt: bytes = b"") -> None:
        self._trusted = trusted
        self._salt = (salt or secrets.token_bytes(16))[:64]
        self._name = lru_cache(1_024)(self._named)

    def name(self, environ: Mapping[str, object]) -> str:
        """The opaque name of the client of a request.

        >>> one = Clients()
        >>> one.name({"REMOTE_ADDR": "192.0.2.1"}) == one.name({"REMOTE_ADDR": "::ffff:192.0.2.1"})
        True
        """
        remote = str(environ.get("REMOTE_ADDR", ""))
        forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", "")) if self._trusted else ""
        return self._name(remote, forwarded)

    def _named(self, remote: str, forwarded: str) -> str:
        address = self._behind(remote, forwarded)
        known = remote if address is None else str(_subscriber(address))
        return hashlib.blake2b(known.encode("utf-8", "replace"), digest_size=8, key=self._salt).hexdigest()

    def _behind(self, remote: str, forwarded: str) -> IPv4Address | IPv6Address | None:
        """The address from which the request came to the outermost trusted proxy; None when there is none to read."""
        address = _address(remote)
        for said in reversed(forwarded.split(",")[-_MOST_HOPS:]):
            before = _address(said)
            if address is None or before is None or not any(address in network for network in self._trusted):
                break
            address = before
        return address


def networks(text: str) -> tuple[Network, ...]:
    """The networks that a setting lists, separated by commas or spaces.

    Errors: ValueError.

    >>> networks("127.0.0.1, 10.0.0.0/8")
    (IPv4Network('127.0.0.1/32'), IPv4Network('10.0.0.0/8'))
    """
    return tuple(ipaddress.ip_network(part, strict=False) for part in text.replace(",", " ").split())


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in a text, without the port or the brackets that some proxies add."""
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _subscriber(address: IPv4Address | IPv6Address) -> IPv4Address | Network:
    if isinstance(address, IPv4Address):
        return address
    return ipaddress.ip_network((int(address) >> _SUBSCRIBER_BITS << _SUBSCRIBER_BITS, _SUBSCRIBER_BITS))
