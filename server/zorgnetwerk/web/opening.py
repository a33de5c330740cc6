"""Answering readers while the rooms of those who send are still being loaded.

A start (the first one, or after a web process was lost) is over for a reader when pages and queries are answered. So
the application of the readers' rooms takes the first requests, and the whole one replaces it soon after, at once when a
request asks for more.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from zorgnetwerk.web.app import READING, create_app
from zorgnetwerk.web.site import Site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WHOLE_AFTER_SECONDS: Final = 3.0
"""By then the other processes of a start have what they need of the processor."""


class Opening:
    """The WSGI application of a site that has just started."""

    def __init__(self, site: Site, whole_after_seconds: float = WHOLE_AFTER_SECONDS) -> None:
        self._site = site
        self._reading = create_app(site, READING)
        self._whole: WSGIApplication | None = None
        self._lock = threading.Lock()
        timer = threading.Timer(whole_after_seconds, self.whole)
        timer.daemon = True
        timer.start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer of the readers' rooms when they have one, else of all rooms."""
        answer = self._whole
        if answer is None:
            answer = self._reading if self._is_for_readers(environ) else self.whole()
        return answer(environ, start_response)

    def whole(self) -> WSGIApplication:
        """The application with all rooms, made when missing."""
        with self._lock:
            if self._whole is None:
                self._whole = create_app(self._site)
            return self._whole

    def _is_for_readers(self, environ: WSGIEnvironment) -> bool:
        try:
            self._reading.url_map.bind_to_environ(environ).match()
        except RequestRedirect:
            return True
        except HTTPException:
            return False
        return True
