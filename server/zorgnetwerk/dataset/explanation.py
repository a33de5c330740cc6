"""What a query will do, told before it is run: its patterns with their counts, what it costs, what to change.

The engine judges the syntax, by answering the query from an empty data set. Each pattern is counted by a query of its
own beside the foreign queries, with a short limit of its own, so that an explanation comes while others burn. Nothing
is evaluated here. Must not know HTTP.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from zorgnetwerk.dataset.estimating import CHEAP_BELOW, Counted, Estimate, estimate
from zorgnetwerk.errors import DeadlineExceeded, Limit, MemoryExceeded, ResultTooLarge, SyntaxInvalid
from zorgnetwerk.store.base import Answer, DatasetSelection, LanedStore, Limits, Store
from zorgnetwerk.store.patterns import Pattern, Reading, is_open
from zorgnetwerk.store.query import Query
from zorgnetwerk.store.reading import read
from zorgnetwerk.terms import media_types

Rule: TypeAlias = Literal[
    "nothing", "product", "closure", "open", "exists", "search", "order", "rows", "uncounted", "parts"
]

MOST_COUNTED: Final = 40
"""Patterns; a longer query has its first ones counted."""
COUNT_SECONDS: Final = 1.0
"""For one pattern."""
BUDGET_SECONDS: Final = 3.0
"""For all patterns together."""
MANY_ROWS: Final = 100_000
_NOWHERE: Final = DatasetSelection(("urn:zorgnetwerk:nowhere",), ("urn:zorgnetwerk:nowhere",))
_SEARCHES: Final = frozenset(("REGEX", "CONTAINS", "STRSTARTS", "STRENDS", "LCASE", "UCASE"))


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to change, and the lines it is about (counted from 1; empty: the whole query)."""

    rule: Rule
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of a query before it is run. Units: ``limit_seconds`` is what it may take."""

    query: Query
    reading: Reading
    counted: tuple[Counted, ...]
    estimate: Estimate
    advice: tuple[Advice, ...]
    limit_seconds: float


def explain(store: Store, query: Query, limits: Limits, selection: DatasetSelection | None = None) -> Explanation:
    """The explanation of a query that passed the gate.

    Errors: SyntaxInvalid with the place, and those of the store but limits of a single count.
    """
    check(store, query, limits)
    reading = read(query.text)
    counted = tuple(_count_all(store, reading, limits, selection))
    found = estimate(reading, counted)
    return Explanation(query, reading, counted, found, tuple(_advice(query, reading, counted, found)), limits.seconds)


def check(store: Store, query: Query, limits: Limits) -> None:
    """Nothing when the engine can read the query. Errors: SyntaxInvalid with the place; QueueFull, StoreUnavailable.

    Asked of an empty data set, a query costs no more than its own text; a limit that it reaches even so proves that it
    was read.
    """
    media_type = media_types.N_TRIPLES if query.is_graph else media_types.RESULTS_JSON
    short = Limits(min(COUNT_SECONDS, limits.seconds), limits.result_bytes, limits.memory_bytes)
    try:
        store.answer(query, media_type, short, _NOWHERE).body.close()
    except (DeadlineExceeded, MemoryExceeded, ResultTooLarge):
        return


def _count_all(store: Store, reading: Reading, limits: Limits, selection: DatasetSelection | None) -> Iterator[Counted]:
    end = time.monotonic() + BUDGET_SECONDS
    known: dict[str, tuple[int | None, tuple[float, ...]]] = {}
    for pattern in reading.patterns:
        text = count_text(reading, pattern)
        if text not in known:
            left = min(COUNT_SECONDS, limits.seconds, end - time.monotonic())
            is_counted = left > 0 and len(known) < MOST_COUNTED
            short = Limits(left, limits.result_bytes, limits.memory_bytes)
            known[text] = _count(store, text, short, selection) if is_counted else (None, ())
        number, values = known[text]
        yield Counted(pattern, number, dict(zip(pattern.variables, values, strict=False)))


def count_text(reading: Reading, pattern: Pattern) -> str:
    """The query that counts a pattern: its matches, and for each variable the sum of the squares of how often its
    values come.

    >>> found = read("ASK { <urn:s> <urn:p> <urn:o> }")
    >>> count_text(found, found.patterns[0])
    'SELECT * WHERE { { SELECT (COUNT(*) AS ?n) { <urn:s> <urn:p> <urn:o> } } }'
    """
    names = {name: f"?v{number}" for number, name in enumerate(pattern.variables)}

    def written(term: str) -> str:
        return names.get(term, term)

    predicate = pattern.predicate
    if pattern.step and is_open(pattern.subject) and is_open(pattern.object):
        predicate = pattern.step
    triple = f"{written(pattern.subject)} {written(predicate)} {written(pattern.object)}"
    if pattern.graph:
        triple = f"GRAPH {written(pattern.graph)} {{ {triple} }}"
    parts = "".join(
        f" {{ SELECT (SUM(?k * ?k) AS ?s{number}) {{ SELECT (COUNT(*) AS ?k) {{ {triple} }} GROUP BY {name} }} }}"
        for number, name in enumerate(names.values())
    )
    return (
        f"{reading.prologue}SELECT * {reading.dataset}WHERE {{ {{ SELECT (COUNT(*) AS ?n) {{ {triple} }} }}{parts} }}"
    )


def _count(
    store: Store, text: str, limits: Limits, selection: DatasetSelection | None
) -> tuple[int | None, tuple[float, ...]]:
    """The matches, None when the limit was too short or the part cannot stand alone; the number of values of each
    variable.
    """
    try:
        with _answer(store, text, limits, selection).body as body:
            [row] = json.loads(body.read())["results"]["bindings"]
    except (Limit, SyntaxInvalid):
        return None, ()
    number = int(row["n"]["value"])
    squares = [row.get(f"s{place}") for place in range(len(row) - 1)]
    return number, tuple(number**2 / max(1, int(found["value"])) if found else float(number) for found in squares)


def _answer(store: Store, text: str, limits: Limits, selection: DatasetSelection | None) -> Answer:
    query = Query.parse(text)
    if isinstance(store, LanedStore):
        return store.answer_page(query.text, media_types.RESULTS_JSON, selection, limits)
    return store.answer(query, media_types.RESULTS_JSON, limits, selection)


def _advice(query: Query, reading: Reading, counted: tuple[Counted, ...], found: Estimate) -> Iterator[Advice]:
    """What to change, the most telling first."""
    yield from (
        Advice("nothing", (each.pattern.line,))
        for each in counted
        if each.number == 0 and not each.pattern.role and not each.pattern.branch
    )
    is_costly = found.steps >= CHEAP_BELOW or not found.is_known
    if is_costly:
        yield from (Advice("product", lines) for lines in found.products if all(lines))
        yield from (Advice("closure", (each.pattern.line,)) for each in counted if each.is_closure)
    groups: dict[int, list[int]] = {}
    for each in counted:
        if each.pattern.role == "exists":
            groups.setdefault(each.pattern.group, []).append(each.pattern.line)
    yield from (Advice("exists", (min(lines),)) for lines in groups.values() if len(lines) > 1)
    if is_costly:
        yield from (Advice("open", (each.pattern.line,)) for each in counted if _is_all_open(each.pattern))
        if reading.words & _SEARCHES:
            yield Advice("search")
    if query.form == "SELECT" and not reading.is_computed and found.rows >= MANY_ROWS:
        yield Advice("order" if "ORDER" in reading.words else "rows")
    unknown = tuple(each.pattern.line for each in counted if each.number is None)
    if unknown:
        yield Advice("uncounted", unknown)
    if found.cost == "heavy":
        yield Advice("parts")


def _is_all_open(pattern: Pattern) -> bool:
    return all(is_open(term) for term in (pattern.subject, pattern.predicate, pattern.object))
