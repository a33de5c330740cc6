"""When what is shown last changed: Last-Modified, and the 304 for who holds that state.

The time is that of the release, never that of a process. Answers to queries have an ETag only: the door gives most of
them, and it knows no times.

Source: RFC 9110, 8.8.2, 13.1.3.
"""

from __future__ import annotations

import datetime
from typing import Final

from flask import Request, Response

from zorgnetwerk.errors import NotFound
from zorgnetwerk.terms.dates import http_date
from zorgnetwerk.web.kept import NOT_IN_304
from zorgnetwerk.web.site import Site

_QUERIES: Final = ("sparql", "answer_files")
_REMEMBERED: Final = 100


class ChangeTimes:
    """When each release of a site was made, as HTTP dates."""

    def __init__(self, site: Site) -> None:
        self._releases = site.releases
        self._known: dict[int, str] = {}

    def tell(self, asked: Request, response: Response) -> Response:
        """The answer with the time of its release, or its 304."""
        number = response.headers.get("Zorgnetwerk-Release", "")
        is_public = "no-store" not in response.headers.get("Cache-Control", "")
        if response.status_code not in (200, 304) or not number.isdecimal() or not is_public:
            return response
        if asked.blueprint in _QUERIES:
            return response
        changed = self._of(int(number))
        if not changed:
            return response
        response.headers["Last-Modified"] = changed
        # Only the very date: after a return to an earlier release a later one would be held for newer.
        is_held = asked.headers.get("If-Modified-Since") == changed and "If-None-Match" not in asked.headers
        if is_held and response.status_code == 200 and asked.method in ("GET", "HEAD"):
            _empty(response)
        return response

    def _of(self, number: int) -> str:
        """The time of a release; "" for one that is not kept."""
        if number not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            try:
                made = self._releases.get(number).record.created
            except NotFound:
                return ""
            self._known[number] = http_date(datetime.datetime.fromisoformat(made))
        return self._known[number]


def _empty(response: Response) -> None:
    """Makes a 304 of an answer."""
    response.close()
    response.response = []
    response.status_code = 304
    for name in NOT_IN_304:
        response.headers.pop(name, None)
