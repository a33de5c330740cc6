"""The stewards' room at ``/review``: the queue, one submission with all that bears on it, decisions, the log.

Everything here is for who is signed in (``sessions.py``) and is kept by no cache. Decisions are made in
``submission/reviewing.py``; this room shows and asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Request, Response, request

from zorgnetwerk.errors import KeyRequired, NotFound, PreconditionFailed, ZorgnetwerkError
from zorgnetwerk.submission import reviewing, rows, withdrawing
from zorgnetwerk.submission.intake import Declined
from zorgnetwerk.submission.register import Filter
from zorgnetwerk.submission.rows import STATES, WAITING, Submission
from zorgnetwerk.web import dossiers, merge_page, negotiation, sessions
from zorgnetwerk.web.counter import Counter, moment
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH, Frame
from zorgnetwerk.web.responses import redirect
from zorgnetwerk.web.status import file_links
from zorgnetwerk.web.views import submission as views
from zorgnetwerk.web.visits import PATH, Visit

_BATCH_LIMIT: Final = 100


def routes(counter: Counter) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("review", __name__)

    def add(path: str, name: str, view: Callable[..., Response], method: str = "GET") -> None:
        for prefix, suffix in ((PATH, ""), (f"/{LANGUAGE_IN_PATH}{PATH}", "_page")):
            blueprint.add_url_rule(f"{prefix}{path}", f"{name}{suffix}", view, methods=[method])

    def inside(answer: Callable[..., Response]) -> Callable[..., Response]:
        """A view that only who is signed in reaches; forms are checked."""

        def shown(language: str = "", **values: str) -> Response:
            frame = _frame(request, counter, language)
            try:
                who = sessions.visitor(request, counter)
            except KeyRequired:
                if request.method in ("GET", "HEAD") and "Authorization" not in request.headers:
                    return redirect(frame.to(f"{PATH}/login"), vary=("Cookie",))
                raise
            if request.method == "POST":
                sessions.check_form(request, counter, who)
            return answer(Visit(request, counter, who, frame), **values)

        return shown

    add("", "queue", inside(_queue))
    add("/log", "log", inside(_log))
    add("/merge", "merge", inside(merge_page.form))
    add("/merge", "carry_out", inside(merge_page.carry_out), "POST")
    add("/batch", "batch", inside(_batch), "POST")
    add("/logout", "logout", inside(_logout), "POST")
    add("/<identifier>", "item", inside(_item))
    add("/<identifier>/<any(accept, refuse, comment, withdraw):deed>", "deed", inside(_deed), "POST")
    return blueprint


def _frame(asked: Request, counter: Counter, language: str) -> Frame:
    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    return counter.site.frame(asked, chosen)


def _queue(visit: Visit) -> Response:
    """The submissions that a filter lets pass; without one, those that wait."""
    given = visit.asked.args
    state = given.get("state", WAITING)
    chosen = Filter(
        state=state if state in STATES else "",
        words=given.get("q", "")[:100].strip(),
        with_warnings=given.get("warnings", "") == "1",
    )
    page = int(given["page"]) if given.get("page", "").isdecimal() and len(given["page"]) < 7 else 1
    found = visit.counter.register.listing(chosen, max(1, page))
    t = visit.translator
    names = _names(visit, found.submissions)
    shown = [views.row(each, t, names, _release(visit, each)) for each in found.submissions]
    states = [("", visit.words("all"), sum(found.counts.values()))]
    states += [(name, visit.words(views.STATES[name]), found.counts.get(name, 0)) for name in STATES]
    return visit.page("review.html", visit.words("Review"), rows=shown, listing=found, chosen=chosen, states=states)


def _release(visit: Visit, found: Submission) -> int:
    """1 when a release holds it, 0 otherwise: a list needs to know no more."""
    return int(found.state == rows.ACCEPTED and found.entry <= visit.counter.published().journal)


def _names(visit: Visit, found: tuple[Submission, ...]) -> Mapping[str, str]:
    organisations = {each.organisation for each in found}
    return {iri: visit.counter.name_of(iri, visit.frame.language) for iri in organisations}


def _item(visit: Visit, identifier: str, declined: Declined | None = None) -> Response:
    """One submission with everything that bears on a decision."""
    found = dossiers.dossier(visit.counter, identifier)
    view = dossiers.view(visit.counter, found, visit.frame, for_steward=True)
    t = visit.translator
    again = tuple(views.findings(json.loads(declined.report), t, {})) if declined is not None else ()
    query = f"?token={visit.counter.register.passes.status_token(identifier)}"
    files = file_links(t, f"/submissions/{identifier}", query, found)
    title = f"{visit.words('Submission')} {identifier}"
    status = 422 if declined is not None else 200
    return visit.page("review_item.html", title, status, view=view, again=again, files=files)


def _deed(visit: Visit, identifier: str, deed: str) -> Response:
    """One decision. ``state`` names what the steward saw; a program may leave it out."""
    register, steward, now = visit.counter.register, visit.who.steward, moment()
    words = visit.asked.form.get("comment", "")
    _check_seen(visit, register.find(identifier))
    if deed == "accept":
        outcome = _accept(visit, identifier, words, now)
        if isinstance(outcome, Declined):
            return _item(visit, identifier, outcome)
    elif deed == "refuse":
        reviewing.refuse(register, identifier, steward, now, words)
    elif deed == "withdraw":
        was = register.find(identifier)
        withdrawing.withdraw(register, visit.counter.house(was.organisation), identifier, steward, now, words)
        if was.state == rows.ACCEPTED:
            visit.counter.wake_publisher()
    else:
        reviewing.comment_on(register, identifier, steward, now, words)
    return visit.back(f"/{quote(identifier)}")


def _check_seen(visit: Visit, found: Submission) -> None:
    seen = visit.asked.form.get("state", "")
    if seen and seen != found.tag and found.state == WAITING:
        raise PreconditionFailed(f"Submission {found.id} has changed since you opened its page. Look at it again.")


def _accept(visit: Visit, identifier: str, words: str, now: str) -> reviewing.Accepted | Declined:
    register = visit.counter.register
    house = visit.counter.house(register.find(identifier).organisation)
    outcome = reviewing.accept(register, house, identifier, visit.who.steward, now, words)
    if isinstance(outcome, reviewing.Accepted) and outcome.entry is not None:
        visit.counter.wake_publisher()
    return outcome


def _batch(visit: Visit) -> Response:
    """Accepts several at once, each for itself; what could not be accepted is named with its reason."""
    chosen = list(dict.fromkeys(visit.asked.form.getlist("id")))[:_BATCH_LIMIT]
    if not chosen:
        raise NotFound("No submission was ticked.")
    accepted, left = [], []
    for identifier in chosen:
        try:
            outcome = _accept(visit, identifier, "", moment())
        except ZorgnetwerkError as error:
            left.append((identifier, str(error)))
            continue
        if isinstance(outcome, Declined):
            left.append((identifier, visit.words("It no longer conforms with what is published now.")))
        else:
            accepted.append(identifier)
    return visit.page("review_batch.html", visit.words("Review"), accepted=accepted, left=left)


def _log(visit: Visit) -> Response:
    """Every step of every submission, newest first."""
    given = visit.asked.args.get("page", "1")
    page = int(given) if given.isdecimal() and len(given) < 7 else 1
    events, pages = visit.counter.register.log(max(1, page))
    t = visit.translator
    names = {
        event.organisation: visit.counter.name_of(event.organisation, visit.frame.language)
        for event in events
        if event.organisation
    }
    shown = [(step, event.who) for step, event in zip(views.steps(events, t, names), events, strict=True)]
    return visit.page("review_log.html", visit.words("Log"), steps=shown, page=max(1, page), pages=pages)


def _logout(visit: Visit) -> Response:
    visit.counter.access.end(visit.who.session)
    return sessions.set_cookie(visit.back("/login"), visit.counter, "")
