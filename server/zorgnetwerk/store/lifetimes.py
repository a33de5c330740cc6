"""Since when the data says something about a thing, and until when, by the journal.

Knows lines under the reserved base. Must not know releases.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import closing
from dataclasses import dataclass

from zorgnetwerk.store.entries import matching
from zorgnetwerk.store.journal import Journal


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The numbers of the entries after which something began or ceased to be said, by turns, oldest first."""

    turns: tuple[int, ...]

    def holds_after(self, entry: int) -> bool:
        """Whether something is said after this entry.

        >>> [Lifetime((3, 7)).holds_after(number) for number in (2, 3, 6, 7)]
        [False, True, True, False]
        """
        return bisect_right(self.turns, entry) % 2 == 1


def lifetime(journal: Journal, iri: str, *, is_prefix: bool = False) -> Lifetime:
    """When something was said about this IRI, or with ``is_prefix`` about any that begins so: as the subject of a line
    or as its graph.
    """
    text = f"<{iri}" if is_prefix else f"<{iri}>"
    lines: set[str] = set()
    turns: list[int] = []
    with closing(journal.connect()) as connection:
        for number, added, removed in connection.execute("SELECT number, added, removed FROM entry ORDER BY number"):
            lines.difference_update(_about(removed, text))
            lines.update(_about(added, text))
            if bool(lines) != (len(turns) % 2 == 1):
                turns.append(number)
    return Lifetime(tuple(turns))


def _about(packed: bytes, text: str) -> list[str]:
    return [line for line in matching(packed, text) if line.startswith(text) or line.endswith(f" {text} .")]
