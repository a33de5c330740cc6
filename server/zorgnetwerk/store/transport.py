"""HTTP to a remote engine: connections that stay open, credentials that stay here.

SPARQLWrapper builds requests well, but sends each over a new connection and puts digest credentials into the process
for everybody; so its requests are sent from here. No redirect is followed and no proxy is asked. A kept connection that
the server has closed meanwhile is replaced once, for requests that may be repeated. Knows HTTP. Must not know SPARQL.

Source: RFC 9112, 9.3 (persistence); RFC 7616 (digest, computed by urllib). Measured: ``docs/scale.md``.
"""

from __future__ import annotations

import base64
import threading
import urllib.request
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Final, TypeAlias
from urllib.request import Request

_KEPT_CONNECTIONS: Final = 16
_ERROR_BODY_BYTES: Final = 1 << 16

Address: TypeAlias = tuple[str, str]


class Transport:
    """Requests to one engine; safe to use from many threads. Every response must be ``released``."""

    def __init__(self, user: str = "", secret: str = "") -> None:
        self._credentials = (user, secret)
        self._kept: dict[Address, list[HTTPConnection]] = {}
        self._used: dict[int, tuple[Address, HTTPConnection]] = {}
        self._lock = threading.Lock()

    def send(self, request: Request, seconds: float, *, repeatable: bool) -> HTTPResponse:
        """The response, whatever its status, its body not yet read. Units: ``seconds`` without a byte.

        Errors: OSError and HTTPException when nobody answers properly, TimeoutError.
        """
        response = self._send(request, seconds, repeatable)
        challenge = response.headers.get("WWW-Authenticate", "")
        authorization = self._authorization(request, challenge) if response.status == 401 else ""
        if authorization:
            response.read(_ERROR_BODY_BYTES)
            self.release(response)
            request.add_unredirected_header("Authorization", authorization)
            response = self._send(request, seconds, repeatable)
        return response

    def release(self, response: HTTPResponse) -> None:
        """Keeps the connection of a response that was read to its end; closes any other."""
        with self._lock:
            address, connection = self._used.pop(id(response))
            kept = self._kept.setdefault(address, [])
            if response.isclosed() and connection.sock is not None and len(kept) < _KEPT_CONNECTIONS:
                kept.append(connection)
                return
        response.close()
        connection.close()

    def close(self) -> None:
        """Closes all kept connections."""
        with self._lock:
            connections = [connection for kept in self._kept.values() for connection in kept]
            self._kept.clear()
        for connection in connections:
            connection.close()

    def __del__(self) -> None:
        self.close()

    def _authorization(self, request: Request, challenge: str) -> str:
        """What answers the server's challenge; empty when there are no credentials or it asks for something else."""
        scheme, _, challenge = challenge.partition(" ")
        user, secret = self._credentials
        if user and scheme.lower() == "basic":
            return f"Basic {base64.b64encode(f'{user}:{secret}'.encode()).decode('ascii')}"
        if not user or scheme.lower() != "digest":
            return ""
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, request.full_url, user, secret)  # None: any realm
        handler = urllib.request.HTTPDigestAuthHandler(passwords)
        fields = urllib.request.parse_keqv_list(urllib.request.parse_http_list(challenge))
        return f"Digest {handler.get_authorization(request, fields)}"

    def _send(self, request: Request, seconds: float, repeatable: bool) -> HTTPResponse:
        address = (request.type, request.host)
        with self._lock:
            kept = self._kept.get(address) if repeatable else None
            connection = kept.pop() if kept else None
        if connection is not None:
            try:
                return self._exchange(address, connection, request, seconds)
            except ConnectionError:
                pass  # the server had closed it: once more on a new one
        kind = HTTPSConnection if request.type == "https" else HTTPConnection
        return self._exchange(address, kind(request.host), request, seconds)

    def _exchange(self, address: Address, connection: HTTPConnection, request: Request, seconds: float) -> HTTPResponse:
        connection.timeout = seconds
        if connection.sock is not None:
            connection.sock.settimeout(seconds)
        data = request.data if isinstance(request.data, bytes) else None
        try:
            connection.request(request.get_method(), request.selector, data, dict(request.header_items()))
            response = connection.getresponse()
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._used[id(response)] = (address, connection)
        return response
