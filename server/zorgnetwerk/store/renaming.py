"""Other names for graphs, the same in data, questions and answers.

A remote engine holds several releases at once, so each graph of a release is stored under its published name with a
mark behind it. The mark is put behind that name wherever it stands, also where a statement is about the graph, and is
taken off everywhere in answers: since all three are renamed alike, joins between ``GRAPH ?g`` and what is said about
``?g`` hold. What differs: the text that ``STR(?g)`` gives inside a query has the mark.

Knows texts and terms. Must not know engines or connections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

import pyoxigraph as ox

from zorgnetwerk.store.base import DatasetSelection
from zorgnetwerk.store.query import tokens

DEFAULT_GRAPH: Final = "urn:x-zorgnetwerk:default-graph"
"""Under this name, with the mark, stand the triples of a release that are in no named graph."""
NOTHING: Final = "urn:x-zorgnetwerk:nothing"
"""A graph that never exists: to name it is how the protocol says that no graph is chosen."""

_ESCAPED: Final = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Question:
    """A query text with renamed graphs and without its FROM clauses, which stand in ``selection`` (published names)."""

    text: str
    selection: DatasetSelection | None


@dataclass(frozen=True, slots=True)
class Renaming:
    """The names of one version. ``version`` is made of letters, digits and hyphens."""

    version: str
    graphs: frozenset[str]

    @property
    def mark(self) -> str:
        """What stands behind each name; only characters that no syntax escapes."""
        return f"~zn-{self.version}~"

    def stored(self, graph: str) -> str:
        """The name under which a graph is stored; "" is the default graph.

        >>> Renaming("7-ab", frozenset(("http://e/g",))).stored("http://e/g")
        'http://e/g~zn-7-ab~'
        """
        return (graph or DEFAULT_GRAPH) + self.mark

    def published(self, data: bytes) -> bytes:
        """An answer with the published names."""
        return data.replace(self.mark.encode("ascii"), b"")

    def triple(self, triple: ox.Triple) -> ox.Triple:
        """A statement as it is stored."""
        return ox.Triple(*map(self._term, triple))

    def chosen(self, selection: DatasetSelection | None, *, union: bool) -> DatasetSelection:
        """The stored graphs that a query sees; without a selection all of them. What is not published is left out."""
        if selection is None:
            everything = tuple(sorted(self.graphs))
            default = everything if union else tuple(graph for graph in everything if not graph)
            named = tuple(graph for graph in everything if graph)
        else:
            default = tuple(graph for graph in selection.default_graphs or () if graph in self.graphs)
            named = tuple(graph for graph in selection.named_graphs or () if graph in self.graphs)
        return DatasetSelection(self._all_stored(default), self._all_stored(named))

    def question(self, text: str) -> Question:
        """A query with renamed graphs.

        >>> names = Renaming("7", frozenset(("http://e/g",)))
        >>> question = names.question("PREFIX e: <http://e/> ASK FROM e:g { GRAPH e:g { ?s ?p '<http://e/g>' } }")
        >>> question.text
        "PREFIX e: <http://e/> ASK  { GRAPH <http://e/g~zn-7~> { ?s ?p '<http://e/g>' } }"
        >>> question.selection
        DatasetSelection(default_graphs=('http://e/g',), named_graphs=())
        """
        pieces: list[str] = []
        default: list[str] = []
        named: list[str] = []
        end = 0
        clause: int | None = None
        words: list[str] = []
        for kind, token, offset, iri in _resolved(text):
            if clause is not None and iri is not None:
                (named if words[-1:] == ["NAMED"] else default).append(iri)
                pieces.append(text[end:clause])
                end, clause = offset + len(token), None
            elif iri in self.graphs and iri:
                pieces += (text[end:offset], f"<{self.stored(iri)}>")
                end = offset + len(token)
            elif kind == "word" and token.upper() == "FROM":
                clause = offset
            if kind == "word":
                words.append(token.upper())
            elif clause is None:
                words.clear()
        selection = DatasetSelection(tuple(default), tuple(named)) if default or named else None
        return Question("".join(pieces) + text[end:], selection)

    def _all_stored(self, graphs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.stored(graph) for graph in graphs) or (NOTHING,)

    def _term(self, term: Any) -> Any:
        if isinstance(term, ox.NamedNode) and term.value in self.graphs:
            return ox.NamedNode(self.stored(term.value))
        return term


def _resolved(text: str) -> Iterator[tuple[str, str, int, str | None]]:
    """The tokens of a query, each with the IRI that it stands for, if it does; declarations stand for none."""
    prefixes: Mapping[str, str] = {}
    base = ""
    before = ("", "")
    for kind, whole, offset in tokens(text):
        token, iri = whole, None
        if kind == "iri":
            iri = urljoin(base, token[1:-1]) if base else token[1:-1]
            if before[1] == "BASE":
                base, iri = iri, None
            elif before[0] == "PREFIX":
                prefixes, iri = {**prefixes, before[1].rstrip(":"): iri}, None
        elif kind == "name" and before[1] != "PREFIX":
            token = token.rstrip(".")
            prefix, _, local = token.partition(":")
            iri = prefixes[prefix] + _ESCAPED.sub(r"\1", local) if prefix in prefixes else None
        yield kind, token, offset, iri
        before = (before[1], token.upper() if kind == "word" else token)
