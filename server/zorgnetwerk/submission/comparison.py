"""What a submission would change: its statements beside those that are published, thing by thing.

Works on lines of a submission and on what is published about the same things, all under the reserved base. Statements
are compared as values, since the engine writes some numbers and times anew. Must not know words for readers
(``web/views/difference.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission import provenance
from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.terms import graph_names, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE

Stated: TypeAlias = tuple[Node, Node, Node, str]
"""A published triple and the name of the graph that states it."""

About: TypeAlias = Callable[[Sequence[URIRef]], Iterable[Stated]]
"""From things to what is published about them."""

Key: TypeAlias = tuple[Node, Node, object]

_NO_FACTS: Final = frozenset((graph_names.DERIVED, graph_names.SHAPES, graph_names.QUERIES))
_GRAPHS: Final = f"{RESERVED_BASE}id/graaf/"


@dataclass(frozen=True, slots=True)
class ThingDifference:
    """What changes about one thing; ``is_new`` when nothing is published about it yet."""

    thing: Node
    added: tuple[Triple, ...]
    removed: tuple[Triple, ...]
    unchanged: int = 0
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What a submission changes, thing by thing."""

    things: tuple[ThingDifference, ...]

    @property
    def added(self) -> tuple[Triple, ...]:
        """Every statement that would be new."""
        return tuple(triple for thing in self.things for triple in thing.added)

    @property
    def removed(self) -> tuple[Triple, ...]:
        """Every statement that would go."""
        return tuple(triple for thing in self.things for triple in thing.removed)

    @property
    def unchanged(self) -> int:
        """How many statements are published already."""
        return sum(thing.unchanged for thing in self.things)

    @property
    def new_things(self) -> frozenset[Node]:
        """The things about which nothing is published yet."""
        return frozenset(thing.thing for thing in self.things if thing.is_new)


def compare(lines: Sequence[str], about: About, corrected: Sequence[str] = ()) -> Difference:
    """What these lines change.

    ``corrected`` holds the published lines of the submission that this one replaces: what they say and these lines do
    not, and no other graph says, would go.
    """
    new, old = facts_of(lines), facts_of(corrected)
    own = {line.rsplit(" ", 2)[1][1:-1] for line in (*lines, *corrected) if line.endswith("> .")}
    subjects = sorted({s for s, *_ in (*new.values(), *old.values()) if isinstance(s, URIRef)})
    elsewhere = {key_of((s, p, o)) for s, p, o, graph in about(subjects) if graph not in own and graph not in _NO_FACTS}
    known = {key[0] for key in (*elsewhere, *old)}
    added = [triple for key, triple in new.items() if key not in elsewhere and key not in old]
    gone = [triple for key, triple in old.items() if key not in new and key not in elsewhere]
    same = [triple for key, triple in new.items() if key in elsewhere or key in old]
    return _by_thing(added, gone, same, known)


def between(added: Iterable[str], removed: Iterable[str]) -> Difference:
    """What a change that was made added and removed, thing by thing."""
    new, old = facts_of(added), facts_of(removed)
    return _by_thing(
        [triple for key, triple in new.items() if key not in old],
        [triple for key, triple in old.items() if key not in new],
        [],
        {key[0] for key in (*new, *old)},
    )


def facts_of(lines: Iterable[str]) -> dict[Key, Triple]:
    """The facts of these lines by their keys: what we ourselves say of a submission is left out."""
    return {
        key_of(triple): triple
        for triple in syntax.lines_to_graph(lines)
        if not provenance.is_ours(triple) and not str(triple[0]).startswith(_GRAPHS)
    }


def key_of(triple: Triple) -> Key:
    """What two triples share when they say the same: numbers, times and language tags as values.

    >>> from rdflib.namespace import XSD
    >>> one, other = (Literal(text, datatype=XSD.integer, normalize=False) for text in ("01", "1"))
    >>> key_of((URIRef("a:a"), URIRef("a:b"), one)) == key_of((URIRef("a:a"), URIRef("a:b"), other))
    True
    """
    subject, predicate, value = triple
    if not isinstance(value, Literal):
        return subject, predicate, value
    if value.language or value.value is None or isinstance(value.value, str):
        return subject, predicate, (str(value), (value.language or "").lower(), str(value.datatype or ""))
    return subject, predicate, (str(value.value), "", str(value.datatype))


def _by_thing(added: list[Triple], gone: list[Triple], same: list[Triple], known: set[Node]) -> Difference:
    things: dict[Node, tuple[list[Triple], list[Triple], list[Triple]]] = {}
    for place, triples in enumerate((added, gone, same)):
        for triple in triples:
            things.setdefault(triple[0], ([], [], []))[place].append(triple)
    return Difference(
        tuple(
            ThingDifference(thing, _sorted(new), _sorted(old), len(kept), thing not in known)
            for thing, (new, old, kept) in sorted(things.items(), key=lambda pair: str(pair[0]))
        )
    )


def _sorted(triples: list[Triple]) -> tuple[Triple, ...]:
    return tuple(sorted(triples, key=lambda triple: (str(triple[1]), str(triple[2]))))
