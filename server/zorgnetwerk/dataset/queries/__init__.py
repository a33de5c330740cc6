"""Our own SPARQL, one question a file, and the only place where values enter a query.

Knows the files beside it, how to move them to the configured base, and how to fill their slots. A slot is an empty
block ``VALUES ?name {}`` in a file that is valid SPARQL as it stands; it is filled with checked terms and with
nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.terms.iris import RESERVED_BASE, Base

_FOLDER = Path(__file__).parent
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*\Z")
_PAGE_MARK = "LIMIT 0 OFFSET 0"


def load(name: str, base: Base | None = None) -> str:
    """The text of ``{name}.rq``, with the reserved base replaced by this one when one is given.

    >>> "CONSTRUCT" in load("describe-entity", Base("http://localhost:8000/"))
    True
    """
    return _text(name).replace(RESERVED_BASE, base.value) if base else _text(name)


def bind(text: str, **slots: Node | Iterable[Node]) -> str:
    """The query with each named slot filled by these terms.

    Errors: ValueError when the query has no such slot, or a value is no IRI or literal that can stand in a query.

    >>> bind("SELECT * WHERE { VALUES ?thing {} ?thing ?p ?o }", thing=URIRef("http://e/a"))
    'SELECT * WHERE { VALUES ?thing { <http://e/a> } ?thing ?p ?o }'
    """
    for name, given in slots.items():
        terms = (given,) if isinstance(given, (URIRef, Literal)) else tuple(given)  # type: ignore[arg-type]
        slot = re.compile(rf"VALUES \?{re.escape(name)} \{{\s*\}}")
        filled = f"VALUES ?{name} {{ {' '.join(_written(term) for term in terms)} }}"
        if not slot.search(text):
            raise ValueError(f"the query has no slot VALUES ?{name} {{}}")
        text = filled.join(slot.split(text))
    return text


def paged(text: str, size: int, page: int) -> str:
    """The query with its page mark ``LIMIT 0 OFFSET 0`` set to this page.

    Units: ``page`` counts from 1; ``size`` in solutions.

    >>> paged("SELECT * WHERE {} LIMIT 0 OFFSET 0", size=50, page=3)
    'SELECT * WHERE {} LIMIT 50 OFFSET 100'
    """
    if _PAGE_MARK not in text:
        raise ValueError(f"the query has no page mark {_PAGE_MARK!r}")
    return text.replace(_PAGE_MARK, f"LIMIT {int(size)} OFFSET {int(size) * (int(page) - 1)}")


def is_iri(text: str) -> bool:
    """Whether this text can stand between angle brackets in a query.

    >>> is_iri("http://e/a"), is_iri("http://e/a> } #")
    (True, False)
    """
    return bool(_IRI.match(text))


@cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.rq").read_text(encoding="utf-8")


def _written(term: Node) -> str:
    if isinstance(term, URIRef) and is_iri(str(term)):
        return f"<{term}>"
    if isinstance(term, Literal):
        return term.n3()
    raise ValueError(f"{term!r} cannot stand in a query: expected an absolute IRI or a literal")
