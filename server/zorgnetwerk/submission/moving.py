"""Merging two things that turned out to be one, and moving a thing to another address.

Every line that names the old thing names the new one instead; a merged name becomes a variant; what was said only to
tell the two apart (an identity hypothesis) goes. The old address stays as a tombstone that names its successor. One
journal entry; judged beforehand like any change. Knows lines under the reserved base. Must not know HTTP.

Source: domain report, 3 (likely identities are never merged by themselves: a person decides); anchors report, 6 no. 19.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from rdflib import Graph, Literal, URIRef

from zorgnetwerk.errors import Conflict, NotFound, Unprocessable
from zorgnetwerk.store.entries import Entry
from zorgnetwerk.store.journal import Transaction
from zorgnetwerk.submission import changes, rows
from zorgnetwerk.submission.intake import Judge, Published
from zorgnetwerk.submission.merging import Order, merged, names
from zorgnetwerk.submission.register import Register
from zorgnetwerk.submission.reviewing import Steward, check_undisturbed
from zorgnetwerk.submission.rows import Event
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import DCT, PROV, XSD
from zorgnetwerk.terms.nquads import renamed

MOVES: Final = f"{RESERVED_BASE}id/graaf/verhuizingen"

_THING: Final = re.compile(rf"{re.escape(RESERVED_BASE)}id/(?P<concept>[a-z]+)/[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_TITLES: Final = {"nl": "Verhuizingen", "fr": "Déménagements", "de": "Umzüge", "en": "Moves"}


@dataclass(frozen=True, slots=True)
class Change:
    """Lines that come and lines that go."""

    added: frozenset[str]
    removed: frozenset[str]


def carry_out(
    register: Register,
    judge: Judge,
    job: Mapping[str, object],
    published: Published,
    order: Order,
    steward: Steward,
    now: str,
) -> Entry:
    """The journal entry of a merge or move that was carried out.

    Errors: Unprocessable (no addresses of ours, of two kinds, or the outcome breaks a rule, which is named), NotFound
            (no such thing), Conflict (the new address is taken), Disturbed (another change of these things was faster).
    """
    check_order(order)
    with closing(register.journal.connect()) as connection:
        change = planned(Transaction(connection), order, now)
    seen, unpublished = register.unpublished(published.journal)
    asked = dict(job) | {"change": True, "release": published.release, "unpublished_bytes": len(unpublished)}
    summary, _ = judge(asked, changes.written(change.added, change.removed) + unpublished)
    if not summary.get("conforms"):
        raise Unprocessable(f"After this, the data would break a rule. {changes.told(summary)}", "rule")
    with register.journal.transaction() as transaction:
        check_undisturbed(transaction, tuple(change.added | change.removed), seen)
        change = planned(transaction, order, now)
        entry = transaction.record(
            time=now,
            kind="move",
            cause=f"{order.kind} {order.old} {order.new}",
            added=change.added,
            removed=change.removed,
            details={"old": order.old, "new": order.new},
        )
        words = f"{order.old} → {order.new} {order.reason}".strip()
        kind = "merged" if order.kind == "merge" else "moved"
        rows.add_event(transaction.connection, Event("", now, kind, steward.name, steward.organisation, words))
        rows.rename_thing(transaction.connection, order.old, order.new)
        return entry


def check_order(order: Order) -> None:
    """Passes when both addresses can be things of one kind. Errors: Unprocessable."""
    old, new = _THING.match(order.old), _THING.match(order.new)
    if old is None or new is None or order.old == order.new:
        told = "Two different addresses of things are needed: …/id/{kind}/{name}, lower case and hyphens."
        raise Unprocessable(told, "addresses")
    if old["concept"] != new["concept"] or old["concept"] == "graaf":
        raise Unprocessable("A thing can only become another of the same kind.", "kinds")


def planned(transaction: Transaction, order: Order, now: str) -> Change:
    """The lines that an order changes. Errors: NotFound, Conflict."""
    about_old = {line for line in transaction.lines(f"<{order.old}>") if names(line, order.old)}
    about_new = {line for line in transaction.lines(f"<{order.new}>") if names(line, order.new)}
    if not any(line.startswith(f"<{order.old}> ") for line in about_old) or is_tombstone(about_old, order.old):
        raise NotFound(f"Nothing is published about {order.old}.", thing=order.old)
    exists = any(line.startswith(f"<{order.new}> ") for line in about_new)
    if order.kind == "move" and exists:
        raise Conflict(f"{order.new} is taken. Merge the two if they are one, or choose another address.")
    if order.kind == "merge" and (not exists or is_tombstone(about_new, order.new)):
        raise NotFound(f"Nothing is published about {order.new}.", thing=order.new)
    removed, kept = set(about_old), set(about_old)
    if order.kind == "merge":
        kept, gone = merged(transaction, kept, about_new, order)
        removed |= gone
    added = {renamed(line, order.old, order.new) for line in kept} | set(tombstone(order, now))
    both = added & removed
    there = {line for line in transaction.lines(f"<{MOVES}>") if line.startswith(f"<{MOVES}> ")}
    return Change(frozenset(added - about_new - there - both), frozenset(removed - both))


def is_tombstone(lines: Iterable[str], thing: str) -> bool:
    """Whether these lines say that a thing was given up."""
    return any(line.startswith(f"<{thing}> {PROV.invalidatedAtTime.n3()} ") for line in lines)


def tombstone(order: Order, now: str) -> list[str]:
    """What stays of the old address: since when it is no more, and what took its place."""
    old = URIRef(order.old)
    graph = Graph()
    graph.add((old, PROV.invalidatedAtTime, Literal(now, datatype=XSD.dateTime)))
    graph.add((old, DCT.isReplacedBy, URIRef(order.new)))
    for language, title in _TITLES.items():
        graph.add((URIRef(MOVES), DCT.title, Literal(title, lang=language)))
    return syntax.graph_to_lines(graph, MOVES)
