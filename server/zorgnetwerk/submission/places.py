"""Where a document says what: places of triples, found again by subject, property and value.

Knows offsets, lines and columns. Must not know any syntax (``placing.py``).
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeAlias

from rdflib.term import Node

from zorgnetwerk.errors import Place
from zorgnetwerk.submission.findings import Spot

Key: TypeAlias = tuple[str, str, str]
"""Subject, property and value of a statement, as texts."""

_SEARCHES: Final = 200
_EXCERPT: Final = 120
_BEFORE: Final = 40


class Lines:
    """A text by lines: from an offset to line, column and excerpt."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def spot(self, start: int, end: int) -> Spot:
        """The spot of these characters; what goes over several lines ends with its first."""
        line = bisect.bisect_right(self._starts, start)
        begin = self._starts[line - 1]
        stop = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        column = start - begin + 1
        shown = self.text[begin:stop]
        if len(shown) > _EXCERPT:
            first = max(0, column - 1 - _BEFORE)
            shown = shown[first : first + _EXCERPT]
        last = min(end, stop) - begin + 1
        return Spot(line, column, shown.rstrip(), self.text[start:end][:_EXCERPT], last, start, end)


class Places:
    """What stands where.

    Shape: ``values`` by subject, property and value; ``properties`` where the property of such a statement stands;
    ``nodes`` by the node that is described there; ``empty`` where a property of a node would stand that has none;
    ``text`` to look in where all else fails.
    """

    def __init__(
        self,
        values: Mapping[Key, Spot] = MappingProxyType({}),
        properties: Mapping[Key, Spot] = MappingProxyType({}),
        nodes: Mapping[str, Spot] = MappingProxyType({}),
        text: str = "",
        empty: Mapping[tuple[str, str], Spot] = MappingProxyType({}),
    ) -> None:
        self.values, self.properties, self.nodes, self.text = values, properties, nodes, text
        self.empty = empty
        self._by_property: dict[tuple[str, str], Spot] = {}
        self._by_value: dict[tuple[str, str], Spot] = {}
        for (subject, link, value), spot in values.items():
            self._by_property.setdefault((subject, link), spot)
            self._by_value.setdefault((subject, value), spot)
        self._used = {(subject, link): spot for (subject, link, _), spot in reversed([*properties.items()])}
        self._searches = _SEARCHES

    def value(self, subject: Node | None, path: Node | None, value: Node | None) -> Spot | None:
        """Where exactly this value of this property stands, or None."""
        return self.values.get((str(subject), str(path), str(value)))

    def find(self, subject: Node | None, path: Node | None, value: Node | None) -> Spot | None:
        """The best place: the value, any value of the property, the value under another property, the node; for a
        node that the document does not speak of, the one that the value names."""
        if subject is None:
            return None
        name = str(subject)
        if path is not None and path == value:
            return self._used.get((name, str(path)))
        found = self.value(subject, path, value)
        if found is None and path is not None:
            found = self._by_property.get((name, str(path)))
        if found is None and value is not None:
            found = self._by_value.get((name, str(value)))
        found = found or self.empty.get((name, str(path))) or self.nodes.get(name) or self._search(name)
        return found or self.nodes.get(str(value))

    def property(self, subject: Node | None, path: Node) -> Spot | None:
        """Where this property of this subject first stands."""
        return self._used.get((str(subject), str(path)))

    def _search(self, name: str) -> Spot | None:
        """Where a name first stands in the text; only the first names are looked for, as each takes the whole text."""
        if not self.text or not self._searches:
            return None
        self._searches -= 1
        place = locate(self.text, name)
        return Spot(place.line, place.column, place.excerpt) if place.line else None

    def within(self, file: str) -> Places:
        """The same places, as those of a file of this name."""
        if not file:
            return self
        values, properties = (
            {key: replace(spot, file=file) for key, spot in part.items()} for part in (self.values, self.properties)
        )
        nodes = {key: replace(spot, file=file) for key, spot in self.nodes.items()}
        return Places(values, properties, nodes, self.text, self.empty)


def together(parts: Iterable[Places]) -> Places:
    """The places of several files as one; what stands in several is found in the first."""
    values: dict[Key, Spot] = {}
    properties: dict[Key, Spot] = {}
    nodes: dict[str, Spot] = {}
    empty: dict[tuple[str, str], Spot] = {}
    for part in parts:
        values = {**part.values, **values}
        properties = {**part.properties, **properties}
        nodes = {**part.nodes, **nodes}
        empty = {**part.empty, **empty}
    return Places(values, properties, nodes, empty=empty)


def locate(text: str, term: str) -> Place:
    """The line and column of the first mention of a term in a document: in full, or by the end of its IRI; nowhere
    gives line 0.

    >>> locate("@prefix a: <http://e/> .\\na:b a:c 1 .", "http://e/b").line
    2
    """
    local = re.escape(re.split(r"[/#]", term)[-1])
    named = rf"(?:<[^>\s]*[/#]|[\w-]*:){local}(?![\w-])" if local else ""
    whole = r"(?=[\s<>\"'&]|$)" if ":" in term else ""  # not where a longer IRI only begins with it
    for pattern in (rf"(?m)^[ \t]*{named}" if named else "", re.escape(term) + whole, named):
        found = re.search(pattern, text) if pattern else None
        if found:
            position = found.end() - len(found[0].lstrip())
            start = text.rfind("\n", 0, position) + 1
            end = text.find("\n", position)
            excerpt = text[start : end if end >= 0 else len(text)]
            return Place(text.count("\n", 0, position) + 1, position - start + 1, excerpt[:120].rstrip())
    return Place()
