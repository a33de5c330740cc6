"""When what is shown last changed: Last-Modified, and the 304 for who holds that state.

The time is that of the release, never that of a process. Answers to queries have an ETag only: the door gives most of
them, and it knows no times. So has what is made of two releases, such as a catalogue whose counts are still those of
the one before.

Source: RFC 9110, 8.8.2, 13.1.3, 13.2.2, 15.3.7.
"""

from __future__ import annotations

import datetime
from typing import Final

from flask import Request, Response

from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.terms.dates import http_date
from zorgnetwerk.web.kept import NOT_IN_304
from zorgnetwerk.web.site import Site

_QUERIES: Final = ("sparql", "answer_files")
_FILE: Final = "harvest.file"
_REMEMBERED: Final = 100


class ChangeTimes:
    """When each release of a site was made, as HTTP dates."""

    def __init__(self, site: Site) -> None:
        self._releases = site.releases
        self._known: dict[int, str] = {}

    def tell(self, asked: Request, response: Response) -> Response:
        """The answer with the time of its release, or its 304."""
        if response.status_code not in (200, 206) or not self._has_time(asked, response):
            return response
        changed = self._of(int(response.headers["Zorgnetwerk-Release"]))
        if not changed:
            return response
        response.headers["Last-Modified"] = changed
        # Only the very date: after a return to an earlier release a later one would be held for newer.
        is_held = asked.headers.get("If-Modified-Since") == changed and "If-None-Match" not in asked.headers
        if is_held and asked.method in ("GET", "HEAD"):
            _empty(response)
        return response

    def _has_time(self, asked: Request, response: Response) -> bool:
        """Whether all that the answer shows is of one release; a file holds one, whichever is served."""
        number = response.headers.get("Zorgnetwerk-Release", "")
        if asked.blueprint in _QUERIES or "no-store" in response.headers.get("Cache-Control", ""):
            return False
        view = asked.view_args or {}
        return number.isdecimal() and (
            asked.endpoint == _FILE or int(number) in (view.get("number"), self._releases.current_number())
        )

    def _of(self, number: int) -> str:
        """The time of a release; "" for one that is not kept, or when the engine is silent."""
        told = self._known.get(number)
        if told is None:
            try:
                made = self._releases.get(number).record.created
            except ZorgnetwerkError:
                return ""
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            told = self._known[number] = http_date(datetime.datetime.fromisoformat(made))
        return told


def _empty(response: Response) -> None:
    """Makes a 304 of an answer."""
    response.close()
    response.response = []
    response.status_code = 304
    for name in (*NOT_IN_304, "Content-Range"):
        response.headers.pop(name, None)
