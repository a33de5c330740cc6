"""Merging and moving things, in the stewards' room."""

from __future__ import annotations

from flask import Response

from zorgnetwerk.errors import Conflict, NotFound, Unprocessable
from zorgnetwerk.submission import moving
from zorgnetwerk.submission.merging import Order
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.web.counter import moment
from zorgnetwerk.web.visits import Visit

_STATUSES = ((NotFound, 404), (Conflict, 409), (Unprocessable, 422))
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
        return _page(visit, order, problem=str(error), status=status)
    counter.wake_publisher()
    return _page(visit, Order("merge", "", ""), done=f"/{meant.new.removeprefix(RESERVED_BASE)}")


_FIELDS = ("old", "new", "reason")


def _page(visit: Visit, order: Order, *, problem: str = "", done: str = "", status: int = 200) -> Response:
    title = visit.words("Merge and move")
    return visit.page("review_merge.html", title, status, order=order, problem=problem, done=done)
