"""What became of a query on the SPARQL page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rdflib import Graph
from rdflib.term import Node

from zorgnetwerk.errors import Limit, ZorgnetwerkError
from zorgnetwerk.terms.media_types import MediaType


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
    """The graph of a CONSTRUCT or DESCRIBE. Units: ``total`` counts the triples of the answer; 0: those shown."""

    graph: Graph
    labels: Graph
    seconds: float
    total: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, and where in the text the reason lies (counted from 1; 0: unknown).

    ``token`` is what stands there: "" at the end of the text, None when nobody looked.
    ``retry_after`` is what the header of that name says, empty when trying again will not help.
    ``error`` is the failure itself, from which ``lead`` is told in the reader's language.
    ``formats`` are those in which the answer can be fetched although it is not shown.
    """

    message: str
    line: int = 0
    column: int = 0
    excerpt: str = ""
    status: int = 400
    formats: tuple[MediaType, ...] = ()
    token: str | None = None
    retry_after: str = ""
    error: ZorgnetwerkError | None = None
    lead: str = ""

    @property
    def is_limit(self) -> bool:
        """Whether there is another way to the same data."""
        return isinstance(self.error, Limit)


Outcome: TypeAlias = Table | Verdict | Triples | Refusal
