"""The rules as ``shapes/`` states them: number, force and words of every shape.

Reads the shape files once. A file ``*.submission.shapes.ttl`` holds what only a submission must say; ``guards.ttl``
holds the words of what the code itself finds. Knows SHACL as data. Must not know the validator (``validation.py``).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.findings import Finding, Severity, fill
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.namespaces import DCT, SH

SHAPES = f"{RESERVED_BASE}shapes/"


class Scope(enum.Enum):
    """What is checked: our own content, or a document that somebody sends."""

    CONTENT = "content"
    SUBMISSION = "submission"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All shapes as one graph, and which of them are for submissions only."""

    graph: Graph
    submission_only: frozenset[Node]

    @classmethod
    def load(cls, content_dir: Path) -> Rulebook:
        """The rules of a content folder, with the prefixes that their queries use. Errors: ContentError with file and
        line."""
        graph = Graph()
        special: set[Node] = set()
        prefixes = content_dir / "ontologie" / "prefixes.ttl"
        for path in [*([prefixes] if prefixes.exists() else []), *sorted((content_dir / "shapes").glob("*.ttl"))]:
            part = syntax.read_graph(path, RESERVED_BASE)
            graph += part
            if path.name.endswith(".submission.shapes.ttl"):
                special.update(part.subjects(unique=True))
        return cls(graph, frozenset(special))

    def rule(self, shape: Node | None) -> str:
        """The number of the rule that a shape belongs to; the shape's own name where it has no number."""
        if shape is None:
            return ""
        number = self.graph.value(shape, DCT.identifier)
        return str(number) if number is not None else str(shape).removeprefix(SHAPES)

    def severity(self, shape: Node | None) -> Severity:
        """The force of a shape."""
        return Severity.of(self.graph.value(shape, SH.severity)) if shape is not None else Severity.VIOLATION

    def texts(self, shape: Node | None, predicate: URIRef = SH.message) -> Mapping[str, str]:
        """The words of a shape by language; a text without language counts as English."""
        found = (text for text in self.graph.objects(shape, predicate) if isinstance(text, Literal))
        by_language = {(text.language or "en"): str(text) for text in sorted(found)}
        return MappingProxyType({tag: by_language[tag] for tag in (*LANGUAGES, *by_language) if tag in by_language})

    def finding(
        self,
        name: str,
        focus_node: Node | None,
        *,
        path: URIRef | None = None,
        value: Node | None = None,
        **detail: str,
    ) -> Finding:
        """A finding of the code, with number, force and words of the shape of this name in ``guards.ttl``."""
        shape = URIRef(SHAPES + name)
        values = {"value": "" if value is None else str(value), **detail}
        messages = fill(self.texts(shape), values)
        return Finding(
            self.rule(shape), self.severity(shape), focus_node, messages, path, value, MappingProxyType(detail), shape
        )
