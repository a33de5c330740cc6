"""What a query will cost, estimated from the counts of its patterns. Pure arithmetic; asks nothing.

The rule, which the page about a query states as well:

- Each pattern has a *count* n of matches and, for each variable, a number of *values*: n² divided by the sum of the
  squares of how often each value comes. That is the number of distinct values when all come equally often, and less
  when some come very often, as classes and hubs do.
- Patterns are joined smallest first, always one that shares a variable when there is one. A join of a and b gives
  ``|a| · |b| / values`` rows, ``values`` being the larger number of values of a shared variable; an OPTIONAL gives at
  least what stood before; without a shared variable it gives ``|a| · |b|``: a product.
- A path with ``*`` or ``+`` between two unknown ends counts as many pairs as the square of the matches of its property.
- An inner SELECT is estimated first; its rows then join like those of a pattern.
- A group in FILTER EXISTS with two patterns or more is searched anew for each row.
- *Steps* are all counts and all intermediate rows. Fewer than 100,000 are **cheap**, fewer than 10 million
  **moderate**, more are **heavy**; so is whatever could not be counted in time, and an answer of more than a million
  rows, which would be larger than an answer may be.

Source: Selinger et al., "Access Path Selection in a Relational Database Management System" (1979), section 4.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from zorgnetwerk.store.patterns import Branch, Pattern, Reading, is_open

Cost: TypeAlias = Literal["cheap", "moderate", "heavy"]

CHEAP_BELOW: Final = 100_000
MODERATE_BELOW: Final = 10_000_000
MOST_ROWS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Counted:
    """A pattern with its counts. ``number`` is None when they took too long; ``values`` is by variable."""

    pattern: Pattern
    number: int | None
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_closure(self) -> bool:
        """Whether it is a path with * or + between two unknown ends."""
        return bool(self.pattern.step) and all(is_open(end) for end in self._ends)

    @property
    def _ends(self) -> tuple[str, str]:
        return self.pattern.subject, self.pattern.object

    @property
    def size(self) -> float:
        """The rows that it stands for."""
        number = float(self.number or 0)
        if not self.is_closure or self.pattern.subject == self.pattern.object:
            return number
        return number**2


@dataclass(frozen=True, slots=True)
class Estimate:
    """Units: ``steps`` and ``rows``, estimated; ``products`` are pairs of lines that share no variable."""

    steps: float
    rows: float
    products: tuple[tuple[int, int], ...]
    is_known: bool
    is_too_long: bool = False

    @property
    def cost(self) -> Cost:
        """The class of the cost."""
        if not self.is_known or self.is_too_long or self.steps >= MODERATE_BELOW:
            return "heavy"
        return "cheap" if self.steps < CHEAP_BELOW else "moderate"


@dataclass(slots=True)
class _Table:
    """Rows that were joined so far."""

    size: float
    distinct: dict[str, float]
    line: int = 0


def estimate(reading: Reading, counted: Sequence[Counted]) -> Estimate:
    """The estimate for a query whose patterns were counted.

    >>> from zorgnetwerk.store.reading import read
    >>> found = read("SELECT * { ?a ?p ?b . ?c ?q ?d }")
    >>> estimate(found, [Counted(each, 10_000, {}) for each in found.patterns]).cost
    'heavy'
    """
    steps, rows = 0.0, {0: 0.0}
    products: dict[tuple[int, int], None] = {}
    scopes = {0, *(each.scope for each in reading.inner), *(each.pattern.scope for each in counted)}
    for scope in sorted(scopes, reverse=True):  # an inner SELECT has a higher number than the one around it
        inside = [each for each in counted if each.pattern.scope == scope]
        given = [*_values(reading, scope), *_inner(reading, scope, rows)]
        linked = _linked(reading, scope, inside)
        steps += sum(each.size for each in inside)
        rows[scope] = 0.0
        for world in _worlds(inside) or [[]]:
            result, intermediate, crossed = _join(world, given, linked)
            steps += intermediate + _searched_anew(world, result)
            products.update(dict.fromkeys(crossed))
            rows[scope] = max(rows[scope], result)
    length = min(rows[0], reading.limit if reading.limit is not None else math.inf)
    return Estimate(
        steps,
        length,
        tuple(products),
        all(each.number is not None for each in counted),
        length > MOST_ROWS and not reading.is_computed,
    )


def _worlds(inside: Sequence[Counted]) -> list[list[Counted]]:
    """The patterns that are joined with one another: those of each UNION branch with those around it."""
    paths = {each.pattern.branch for each in inside}
    leaves = [path for path in paths if not any(other[: len(path)] == path and other != path for other in paths)]
    return [[each for each in inside if _is_around(each.pattern.branch, leaf)] for leaf in sorted(leaves)]


def _is_around(branch: Branch, leaf: Branch) -> bool:
    return leaf[: len(branch)] == branch


def _values(reading: Reading, scope: int) -> list[_Table]:
    """The VALUES blocks as tables. Those inside a UNION are left out: they only make it smaller."""
    return [
        _Table(float(each.number), dict.fromkeys(each.variables, float(each.number)))
        for each in reading.rows
        if each.scope == scope and not each.branch and each.variables
    ]


def _inner(reading: Reading, scope: int, rows: Mapping[int, float]) -> list[_Table]:
    """The inner SELECTs of a scope as tables."""
    found = []
    for each in reading.inner:
        if each.outer == scope and not each.branch and each.variables:
            size = min(rows[each.scope], each.most if each.most is not None else math.inf)
            found.append(_Table(size, dict.fromkeys(each.variables, max(1.0, size))))
    return found


def _join(
    world: Sequence[Counted], given: list[_Table], linked: Mapping[str, str]
) -> tuple[float, float, list[tuple[int, int]]]:
    """Rows of the result, sum of the intermediate rows, lines of products."""
    needed = [_table(each) for each in world if not each.pattern.role and each.pattern.variables]
    waiting = sorted([*given, *needed], key=lambda table: table.size)
    crossed: list[tuple[int, int]] = []
    total = 0.0
    current = waiting.pop(0) if waiting else _Table(1.0, {})
    while waiting:
        chosen = _next(current, waiting)
        waiting.remove(chosen)
        shared = current.distinct.keys() & chosen.distinct.keys()
        if not shared and not _meets(current, chosen, linked) and min(current.size, chosen.size) > 1:
            crossed.append((current.line, chosen.line))
        current = _joined(current, chosen, is_linked=_meets(current, chosen, linked))
        total += current.size
    for each in world:
        if each.pattern.role == "optional":
            grown = _joined(current, _table(each), is_linked=True)
            current = _Table(max(current.size, grown.size), grown.distinct, current.line)
            total += current.size
    return current.size, total, crossed


def _next(current: _Table, waiting: Sequence[_Table]) -> _Table:
    """The table that makes the fewest rows; one that shares a variable before one that does not."""
    near = [table for table in waiting if current.distinct.keys() & table.distinct.keys()]
    return min(near or waiting, key=lambda table: _joined(current, table, is_linked=False).size)


def _joined(left: _Table, right: _Table, *, is_linked: bool) -> _Table:
    shared = left.distinct.keys() & right.distinct.keys()
    if shared:
        widest = max(max(left.distinct[name], right.distinct[name]) for name in shared)
        size = left.size * right.size / max(1.0, widest)
    else:
        size = max(left.size, right.size) if is_linked else left.size * right.size
    distinct = {name: min(size, number) for name, number in (right.distinct | left.distinct).items()}
    for name in shared:
        distinct[name] = min(size, left.distinct[name], right.distinct[name])
    return _Table(size, distinct, right.line or left.line)


def _table(each: Counted) -> _Table:
    size = each.size
    distinct = {name: float(each.values.get(name, size)) for name in each.pattern.variables}
    return _Table(size, distinct, each.pattern.line)


def _searched_anew(world: Iterable[Counted], rows: float) -> float:
    """What the groups in EXISTS add."""
    groups: dict[int, list[Counted]] = {}
    for each in world:
        if each.pattern.role == "exists":
            groups.setdefault(each.pattern.group, []).append(each)
    return sum(rows * min(each.size for each in group) if len(group) > 1 else rows for group in groups.values())


def _linked(reading: Reading, scope: int, inside: Sequence[Counted]) -> dict[str, str]:
    """A name for each set of variables that something in the scope ties together, by variable."""
    sets: dict[str, str] = {}

    def root(name: str) -> str:
        while sets.setdefault(name, name) != name:
            name = sets[name]
        return name

    ties = [each.pattern.variables for each in inside if each.pattern.role not in ("minus", "exists")]
    ties += [names for owner, names in reading.links if owner == scope]
    ties += [each.variables for each in reading.rows if each.scope == scope]
    ties += [each.variables for each in reading.inner if each.outer == scope]
    for names in ties:
        for name in names[1:]:
            sets[root(name)] = root(names[0])
        root(names[0]) if names else None
    return {name: root(name) for name in list(sets)}


def _meets(left: _Table, right: _Table, linked: Mapping[str, str]) -> bool:
    ours = {linked.get(name, name) for name in left.distinct}
    return bool(ours & {linked.get(name, name) for name in right.distinct})
