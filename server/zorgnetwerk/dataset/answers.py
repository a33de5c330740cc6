"""What stored questions are to answer, as people read it in the documents, and how an answer differs from it.

One file a question (``content.ANSWERS``). Knows rows. Must not know stores.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from rdflib import URIRef
from rdflib.term import Node

from zorgnetwerk.errors import ContentError, Place
from zorgnetwerk.terms.iris import Base

_TOLD: Final = 3
"""Rows of each sort that a difference shows."""

Row: TypeAlias = tuple[str | None, ...]
Solutions: TypeAlias = Iterable[Mapping[str, Node]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is expected of one question.

    Shape: each row holds the text of one term for each column: of an IRI of ours what follows the base, None where
           nothing is bound. The order does not count, how often a row stands there does.
    """

    slug: str
    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read(slug: str, file: str, content: bytes) -> Answer:
    """The answer that a file holds; ``file`` is its path from the content folder. Errors: ContentError."""
    try:
        said = json.loads(content)
        answer = Answer(slug, file, tuple(said["columns"]), tuple(tuple(row) for row in said["rows"]))
    except json.JSONDecodeError as error:
        raise ContentError(f"this is no JSON: {error.msg}", file, Place(error.lineno, error.colno)) from error
    except UnicodeDecodeError as error:
        raise ContentError(f"this is no UTF-8: {error}", file) from error
    except (KeyError, TypeError) as error:
        raise ContentError('expected an object with "columns" (names) and "rows" (lists of texts)', file) from error
    if not all(isinstance(name, str) for name in answer.columns):
        raise ContentError("the columns are names of variables", file)
    for row in answer.rows:
        if len(row) != len(answer.columns) or not all(cell is None or isinstance(cell, str) for cell in row):
            expected = f"{len(answer.columns)} cells, each a text or null"
            raise ContentError(f"the row {json.dumps(row, ensure_ascii=False)} does not have {expected}", file)
    return answer


def difference(expected: Answer, found: Solutions, base: Base) -> str:
    """What is missing in a question's answer and what is not expected there; "" when it is as it should be."""
    rows = Counter(tuple(_shown(row.get(column), base) for column in expected.columns) for row in found)
    wanted = Counter(expected.rows)
    parts = (("missing", wanted - rows), ("not expected", rows - wanted))
    return "; ".join(f"{word}: {_listed(differing)}" for word, differing in parts if differing)


def _shown(term: Node | None, base: Base) -> str | None:
    if term is None:
        return None
    path = base.path(str(term)) if isinstance(term, URIRef) else None
    return str(term) if path is None else path


def _listed(rows: Counter[Row]) -> str:
    shown = [" | ".join("–" if cell is None else cell for cell in row) for row in list(rows.elements())[:_TOLD]]
    more = rows.total() - len(shown)
    return ", ".join(f"({row})" for row in shown) + (f" and {more} more" if more else "")
