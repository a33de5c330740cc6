"""The rooms around submissions as one: form, sending, status, review; they share one counter.

Nothing that waits here is ever seen by the other rooms: they read releases, and a release holds what was accepted.
"""

from __future__ import annotations

from flask import Blueprint

from zorgnetwerk.web import forms, intake, login, review, status
from zorgnetwerk.web.counter import Counter
from zorgnetwerk.web.site import Site


def routes(site: Site) -> Blueprint:
    """The routes of these rooms."""
    blueprint = Blueprint("desk", __name__)
    counter = Counter(site)
    for room in (forms, intake, status, login, review):
        blueprint.register_blueprint(room.routes(counter))
    return blueprint
