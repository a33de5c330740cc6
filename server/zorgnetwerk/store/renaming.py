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

from zorgnetwerk.errors import QueryRefused
from zorgnetwerk.store.base import DatasetSelection
from zorgnetwerk.store.tokens import tokens

DEFAULT_GRAPH: Final = "urn:x-zorgnetwerk:default-graph"
"""Under this name, with the mark, stand the triples of a release that are in no named graph."""
NOTHING: Final = "urn:x-zorgnetwerk:nothing"
"""A graph that never exists: to name it is how the protocol says that no graph is chosen."""

_OWN_FUNCTIONS: Final = "http://www.openlinksw.com/schemas/bif#"
_FOREIGN_SIGNS: Final = frozenset("`")
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
        return DatasetSelection(self._all_stored(default), (*self._all_stored(named), NOTHING))

    def question(self, text: str, selection: DatasetSelection | None = None) -> Question:
        """A query with renamed graphs; ``selection`` of the request replaces its FROM clauses.

        Errors: QueryRefused for syntax that only one engine knows.

        >>> names = Renaming("7", frozenset(("http://e/g",)))
        >>> question = names.question("PREFIX e: <http://e/> ASK FROM NAMED e:g { GRAPH e:g { ?s ?p '<http://e/g>' } }")
        >>> question.text
        "PREFIX e: <http://e/> ASK  { GRAPH <http://e/g~zn-7~> { ?s ?p '<http://e/g>' } }"
        >>> question.selection
        DatasetSelection(default_graphs=(), named_graphs=('http://e/g',))
        """
        clauses = _Clauses()
        pieces: list[str] = []
        end = 0
        before = ""
        for kind, token, offset, iri in _resolved(text):
            _refuse_foreign(kind, token, iri)
            replaced = None
            if clauses.takes(kind, token, offset, iri):
                pieces.append(text[end : clauses.began])
                end = offset + len(token)
            elif before == "GRAPH" and kind in ("iri", "name"):
                replaced = self._graph(iri, selection or clauses.selection)
            elif iri in self.graphs and iri:
                replaced = self.stored(iri)
            if replaced is not None:
                pieces += (text[end:offset], f"<{replaced}>")
                end = offset + len(token)
            before = token.upper() if kind == "word" else token
        return Question("".join(pieces) + text[end:], selection or clauses.selection)

    def _graph(self, iri: str | None, selection: DatasetSelection | None) -> str:
        """The graph behind the word GRAPH: one that is not chosen is no graph, since Virtuoso would show it."""
        chosen = self.graphs if selection is None else self.graphs.intersection(selection.named_graphs or ())
        return self.stored(iri) if iri and iri in chosen else NOTHING

    def _all_stored(self, graphs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.stored(graph) for graph in graphs) or (NOTHING,)

    def _term(self, term: Any) -> Any:
        if isinstance(term, ox.NamedNode) and term.value in self.graphs:
            return ox.NamedNode(self.stored(term.value))
        return term


class _Clauses:
    """The FROM clauses of a query, collected token by token."""

    def __init__(self) -> None:
        self.began = -1
        self._word = ""
        self._default: list[str] = []
        self._named: list[str] = []

    @property
    def selection(self) -> DatasetSelection | None:
        """What they choose; None when there are none."""
        if not self._default and not self._named:
            return None
        return DatasetSelection(tuple(self._default), tuple(self._named))

    def takes(self, kind: str, token: str, offset: int, iri: str | None) -> bool:
        """Whether a clause, which began at ``began``, ends with this token."""
        word = token.upper() if kind == "word" else ""
        if word == "FROM":
            self.began, self._word = offset, word
        elif word == "NAMED" and self._word == "FROM":
            self._word = word
        elif self._word and kind in ("iri", "name"):
            (self._named if self._word == "NAMED" else self._default).append(iri or NOTHING)
            self._word = ""
            return True
        else:
            self._word = ""
        return False


def _refuse_foreign(kind: str, token: str, iri: str | None) -> None:
    """Refuses what Virtuoso reads beyond SPARQL: pragmas, options, back quotes, functions of its own."""
    is_foreign = (
        (kind == "word" and token.upper() in ("DEFINE", "OPTION"))
        or token in _FOREIGN_SIGNS
        or (kind == "name" and iri is None and token.partition(":")[0].lower() in ("bif", "sql"))
        or (iri or "").startswith(("bif:", "sql:", _OWN_FUNCTIONS))
    )
    if is_foreign:
        raise QueryRefused(f"{token[:100]!r} is no SPARQL 1.1; this endpoint takes standard queries only.", "extension")


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
