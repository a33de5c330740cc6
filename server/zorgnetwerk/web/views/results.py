"""What became of a query on the SPARQL page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rdflib import Graph
from rdflib.term import Node


@dataclass(frozen=True, slots=True)
class Table:
    """The solutions of a SELECT. Units: at most ``shown_limit`` rows stand on the page; ``seconds`` of evaluation."""

    variables: tuple[str, ...]
    solutions: Sequence[Mapping[str, Node]]
    labels: Graph
    seconds: float
    shown_limit: int = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to an ASK."""

    value: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Triples:
    """The graph of a CONSTRUCT or DESCRIBE."""

    graph: Graph
    labels: Graph
    seconds: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, and where in the text the reason lies (counted from 1; 0: unknown)."""

    message: str
    line: int = 0
    column: int = 0
    excerpt: str = ""
    status: int = 400


Outcome: TypeAlias = Table | Verdict | Triples | Refusal
