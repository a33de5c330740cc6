"""What is known of a query before it is run: its triple patterns, in its own words.

Values only; ``reading.py`` reads them. Terms are kept as they stand in the query, with the prologue beside them.

Source: SPARQL 1.1 Query Language, 18.2 (what joins with what).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["", "optional", "minus", "exists"]
Branch: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One triple pattern, in the words of the query.

    Shape: ``graph`` is the term of the GRAPH around it, or empty; ``scope`` numbers the SELECT it belongs to;
    ``branch`` names the UNION alternatives it stands in; ``group`` numbers the innermost braces. ``step`` is the
    property of a path with * or +, without that sign. Units: ``line`` counts from 1.
    """

    subject: str
    predicate: str
    object: str
    line: int
    graph: str = ""
    scope: int = 0
    group: int = 0
    role: Role = ""
    branch: Branch = ()
    step: str = ""

    @property
    def text(self) -> str:
        """The pattern as it can stand in a query."""
        triple = f"{self.subject} {self.predicate} {self.object}"
        return f"GRAPH {self.graph} {{ {triple} }}" if self.graph else triple

    @property
    def variables(self) -> tuple[str, ...]:
        """Its variables and blank nodes, each once, in order."""
        terms = (self.graph, self.subject, self.predicate, self.object)
        return tuple(dict.fromkeys(term for term in terms if is_open(term)))


@dataclass(frozen=True, slots=True)
class Rows:
    """A VALUES block: its variables and how many rows it has."""

    variables: tuple[str, ...]
    number: int
    scope: int
    branch: Branch


@dataclass(frozen=True, slots=True)
class Inner:
    """An inner SELECT: its own scope, the one it stands in, the variables it shows. Units: ``most`` rows, None: any."""

    scope: int
    outer: int
    variables: tuple[str, ...]
    branch: Branch
    most: int | None


@dataclass(slots=True)
class Reading:
    """What was read.

    Shape: ``links`` are variables that BIND ties together, by scope; ``words`` the keywords and functions in capitals;
    ``prologue`` and ``dataset`` the clauses that a part of the query needs to stand alone; ``is_computed`` says that
    the answer is grouped or summed up.
    """

    patterns: list[Pattern] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)
    inner: list[Inner] = field(default_factory=list)
    links: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    words: frozenset[str] = frozenset()
    prologue: str = ""
    dataset: str = ""
    limit: int | None = None
    is_computed: bool = False
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Around:
    """What holds for everything inside some braces."""

    scope: int = 0
    group: int = 0
    graph: str = ""
    role: Role = ""
    branch: Branch = ()


def is_open(term: str) -> bool:
    """Whether a term is a variable or a blank node.

    >>> is_open("?x"), is_open("_:b"), is_open("<urn:x>")
    (True, True, False)
    """
    return term.startswith(("?", "$", "_:"))
