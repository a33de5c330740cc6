"""Merging and moving things, in the stewards' room."""

from __future__ import annotations

from flask import Response

from zorgnetwerk.errors import Conflict, NotFound, Unprocessable, ZorgnetwerkError
from zorgnetwerk.submission import moving
from zorgnetwerk.submission.merging import Order
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.web.counter import moment
from zorgnetwerk.web.translations import mark
from zorgnetwerk.web.visits import Visit

_STATUSES = ((NotFound, 404), (Conflict, 409), (Unprocessable, 422))
_SENTENCES = {
    "addresses": mark("Two different addresses of things are needed: {base}id/…/…, in lower case, with hyphens."),
    "kinds": mark("A thing can only become another of the same kind."),
    "rule": mark("After this, the data would break a rule."),
    "NotFound": mark("Nothing is published about {thing}."),
    "Conflict": mark("{thing} is taken. Merge the two if they are one, or choose another address."),
    "Disturbed": mark("Another change of the same things was accepted at the same moment. Try again."),
}
"""What is said to people, by reason or class of the error."""
_LONGEST = 500


def form(visit: Visit) -> Response:
    """The form; ``old`` and ``new`` of the address fill it in."""
    given = visit.asked.args
    return _page(visit, Order("merge", given.get("old", "")[:_LONGEST], given.get("new", "")[:_LONGEST]))


def carry_out(visit: Visit) -> Response:
    """The form again, with what was done or why nothing was."""
    given = visit.asked.form
    kind = given.get("kind", "")
    order = Order("move" if kind == "move" else "merge", *(given.get(name, "")[:_LONGEST].strip() for name in _FIELDS))
    base = visit.counter.site.base
    meant = Order(order.kind, base.reserve(order.old), base.reserve(order.new), order.reason)
    counter = visit.counter
    try:
        moving.carry_out(
            counter.register, counter.judge, counter.job(), counter.published(), meant, visit.who.steward, moment()
        )
    except (NotFound, Conflict, Unprocessable) as error:
        status = next(status for kind_of, status in _STATUSES if isinstance(error, kind_of))
        is_about_new = isinstance(error, Conflict) or getattr(error, "thing", "") == meant.new
        problem = _sentence(visit, error, order.new if is_about_new else order.old)
        return _page(visit, order, problem=problem, broken=_broken(error), status=status)
    counter.wake_publisher()
    return _page(visit, Order("merge", "", ""), done=f"/{meant.new.removeprefix(RESERVED_BASE)}")


_FIELDS = ("old", "new", "reason")


def _sentence(visit: Visit, error: ZorgnetwerkError, thing: str) -> str:
    """Why nothing was done, in the language of the page; ``thing`` is the address that it is about, as it was given."""
    message = _SENTENCES.get(error.reason if isinstance(error, Unprocessable) else type(error).__name__)
    if message is None:
        return str(error)
    return visit.words(message).format(base=visit.counter.site.base.value, thing=thing)


def _broken(error: ZorgnetwerkError) -> str:
    """Which rules would be broken, in English, as the check tells it."""
    is_rule = isinstance(error, Unprocessable) and error.reason == "rule"
    return str(error).removeprefix(_SENTENCES["rule"]).strip() if is_rule else ""


def _page(
    visit: Visit, order: Order, *, problem: str = "", broken: str = "", done: str = "", status: int = 200
) -> Response:
    title = visit.words("Merge and move")
    return visit.page("review_merge.html", title, status, order=order, problem=problem, broken=broken, done=done)
