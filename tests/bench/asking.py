"""One question to a server, answered whole: how many rows came and how long it took."""

from __future__ import annotations

import http.client
import io
import json
import socket
import time
from dataclasses import dataclass
from typing import cast

from .client import Connection, request
from .peers import Server

_ATTEMPTS = 5


class Failed(Exception):
    """No answer, or none that can be used; the text says which."""


@dataclass(frozen=True)
class Reply:
    """Units: seconds until the last byte; ``rows`` are solutions, or distinct triples."""

    rows: int
    seconds: float


_kept: dict[int, Connection] = {}


def ask(server: Server, text: str, media_type: str, limit: float) -> Reply:
    """Asks over a kept connection; a server that says 503 with Retry-After is asked again when it says.

    The time ends with the last byte; the answer is read after that, so that long heads cost nobody anything.

    Errors: Failed with the reason, ``>N s`` when an answer took longer than the limit.
    """
    sent = request(server.port, server.path, text, media_type)
    for attempt in range(_ATTEMPTS):
        connection: Connection | None = None
        try:
            connection = _kept.pop(server.port, None) or Connection(server.port)
            connection.socket.settimeout(limit)
            received = _exchange(connection, sent)
            seconds = time.perf_counter() - connection.began
            answer = http.client.HTTPResponse(cast("socket.socket", _Received(received)))
            answer.begin()
            body = answer.read()
        except TimeoutError as error:
            _close(connection)
            raise Failed(f">{limit:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            _close(connection)
            if attempt:
                raise Failed(f"no answer ({type(error).__name__})") from error
            continue  # it closed the kept connection meanwhile
        if connection.closes:
            _close(connection)
        else:
            _kept[server.port] = connection
        if answer.status == 503 and attempt + 1 < _ATTEMPTS:
            time.sleep(min(5.0, float(answer.headers.get("Retry-After") or 1)))
            continue
        if answer.status != 200:
            raise Failed(f"HTTP {answer.status}")
        return Reply(rows_of(body, media_type), seconds)
    raise AssertionError("unreachable")


class _Received:
    """In the place of the socket that the standard library reads an answer from: its bytes, all there."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def _exchange(connection: Connection, sent: bytes) -> bytes:
    """All bytes of one answer. Errors: OSError, also when the server closes before the end."""
    connection.send(sent)
    pieces = []
    while True:
        piece = connection.socket.recv(1 << 20)
        if not piece:
            raise ConnectionResetError
        pieces.append(piece)
        if connection.hear(memoryview(piece)):
            return b"".join(pieces)


def _close(connection: Connection | None) -> None:
    if connection is not None:
        connection.socket.close()


def rows_of(body: bytes, media_type: str) -> int:
    """How many solutions or distinct triples an answer holds. Errors: Failed when it cannot be read.

    >>> rows_of(b'<a> <b> <c> .\\n<a> <b> <c> .\\n', "application/n-triples")
    1
    """
    if media_type == "application/n-triples":
        return len({line for line in body.decode("utf-8").splitlines() if line.strip() and not line.startswith("#")})
    try:
        return len(json.loads(body)["results"]["bindings"])
    except (ValueError, KeyError, TypeError) as error:
        raise Failed("an answer that is no JSON result") from error


def forget(server: Server) -> None:
    """Closes the kept connection."""
    _close(_kept.pop(server.port, None))
