"""Measures the coverage of what a web server calls in threads of its own making.

A tracer reaches the threads that Python makes. Granian's come from outside it, so each request of a traced site
begins the trace itself. On the path of such a site only (``tests/conftest.py``); no server elsewhere reads this.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any


def traced(application: Callable[..., Any]) -> Callable[..., Any]:
    """The same application, traced in whichever thread it is called."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        sys.settrace(threading.gettrace())
        return application(environ, start_response)

    return answer


if sys.orig_argv[1:3] == ["-m", "granian"]:
    from granian.server import mp

    wrapped = mp._wsgi_call_wrap

    def wrap(application: Callable[..., Any], *rest: Any) -> Callable[..., Any]:
        return wrapped(traced(application), *rest)

    mp._wsgi_call_wrap = wrap
