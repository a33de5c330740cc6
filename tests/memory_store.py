"""A store for tests of the upper floors: the contract of ``store/base.py`` over an engine in this process.

Knows how to load content files under a base. Has no workers, limits or releases: those are tested where they live.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox
from rdflib import Graph
from rdflib.term import Node

from zorgnetwerk.errors import SyntaxInvalid
from zorgnetwerk.store.base import Answer, Capabilities, DatasetSelection, Limits
from zorgnetwerk.store.query import Query
from zorgnetwerk.terms import graph_names, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.media_types import MediaType

_GRAPHS = MappingProxyType(
    {"ontologie": graph_names.ONTOLOGY, "queries": graph_names.QUERIES, "shapes": graph_names.SHAPES}
)


class MemoryStore:
    """The quads of some files, readable through the three doors that pages use."""

    def __init__(self, files: Iterable[Path], base: Base) -> None:
        self._store = ox.Store()
        self.base = base
        self.calls = 0
        for number, path in enumerate(files):
            name = next(
                (graph for part, graph in _GRAPHS.items() if part in path.parts), graph_names.of_file(path.stem)
            )
            lines = syntax.read_lines(
                path,
                base_iri=RESERVED_BASE,
                graph_name=base.rebase(name),
                rename=base.rebase,
                blank_prefix=f"f{number}b",
            )
            self._store.load(input="\n".join(lines).encode(), format=ox.RdfFormat.N_QUADS)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities("memory", history=False, writable=False, graph_selection=True)

    def release(self) -> int:
        return 1

    def answer(
        self,
        query: Query,
        media_type: MediaType,
        limits: Limits | None = None,
        selection: DatasetSelection | None = None,
    ) -> Answer:
        raise NotImplementedError("pages read through select, construct and ask")

    def select(self, text: str) -> list[dict[str, Node]]:
        found = self._query(text)
        names = [variable.value for variable in found.variables]
        return [
            {name: syntax._term(value) for name in names if (value := solution[name]) is not None} for solution in found
        ]

    def construct(self, text: str) -> Graph:
        buffer = io.BytesIO()
        self._query(text).serialize(buffer, format=ox.RdfFormat.N_TRIPLES)
        graph = Graph()
        for subject, predicate, value, _ in syntax.lines_to_quads([buffer.getvalue().decode()]):
            graph.add((subject, predicate, value))
        return graph

    def ask(self, text: str) -> bool:
        return bool(self._query(text))

    def close(self) -> None:
        return None

    def _query(self, text: str):  # type: ignore[no-untyped-def]  # the engine's result is a union that each caller narrows
        self.calls += 1
        try:
            return self._store.query(text, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise SyntaxInvalid(syntax.message_of(error), syntax.place_of(error)) from error


def content_files(root: Path) -> list[Path]:
    """The content files of a checkout, in order; examples and checks are no content."""
    found: list[Path] = []
    for folder in ("ontologie", "data"):
        for path in sorted((root / folder).rglob("*")):
            if syntax.media_type_of(path) and not {"examples", "checks"} & set(path.parts) and path.suffix != ".jsonld":
                found.append(path)
    return found
