"""One question to a server, answered whole: how many rows came and how long it took."""

from __future__ import annotations

import http.client
import json
import time
import urllib.parse
from dataclasses import dataclass

from .peers import Server

_ATTEMPTS = 5


class Failed(Exception):
    """No answer, or none that can be used; the text says which."""


@dataclass(frozen=True)
class Reply:
    """Units: seconds until the last byte; ``rows`` are solutions, or distinct triples."""

    rows: int
    seconds: float


_kept: dict[int, http.client.HTTPConnection] = {}


def ask(server: Server, text: str, media_type: str, limit: float) -> Reply:
    """Asks over a kept connection; a server that says 503 with Retry-After is asked again when it says.

    Errors: Failed with the reason, ``>N s`` when an answer took longer than the limit.
    """
    path = f"{server.path}?{urllib.parse.urlencode({'query': text})}"
    for attempt in range(_ATTEMPTS):
        connection = _kept.pop(server.port, None) or http.client.HTTPConnection("127.0.0.1", server.port)
        connection.timeout = limit
        if connection.sock:
            connection.sock.settimeout(limit)
        began = time.perf_counter()
        try:
            connection.request("GET", path, headers={"Accept": media_type})
            answer = connection.getresponse()
            body = answer.read()
        except TimeoutError as error:
            connection.close()
            raise Failed(f">{limit:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if attempt:
                raise Failed(f"no answer ({type(error).__name__})") from error
            continue  # it closed the kept connection meanwhile
        seconds = time.perf_counter() - began
        _kept[server.port] = connection
        if answer.status == 503 and attempt + 1 < _ATTEMPTS:
            time.sleep(min(5.0, float(answer.headers.get("Retry-After") or 1)))
            continue
        if answer.status != 200:
            raise Failed(f"HTTP {answer.status}")
        return Reply(rows_of(body, media_type), seconds)
    raise AssertionError("unreachable")


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
    connection = _kept.pop(server.port, None)
    if connection:
        connection.close()
