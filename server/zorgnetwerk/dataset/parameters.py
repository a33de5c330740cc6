"""What a stored question can be asked of: its parameters, the values they take, the one way a value enters its text.

A value from outside becomes a term here or is refused with the rule; only terms reach the text, and only between the
braces of the parameter's own ``VALUES`` line. Must not know requests.

Source: SHACL Advanced Features, 5.4 (parameters); ``data/queries/README.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rdflib import Literal, URIRef

from zorgnetwerk.dataset import labels, listing, queries
from zorgnetwerk.errors import SyntaxInvalid
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms.dates import parse_date
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.languages import pick
from zorgnetwerk.terms.namespaces import XSD

LONGEST_VALUE: Final = 500
"""Characters of one value."""
_SPACE: Final = re.compile(r"(?:id|auth)/[^/]+/")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}\Z")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{1,18})?|\.[0-9]{1,18})\Z")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One variable of a question that may be given another value. ``default`` is the value in the stored text."""

    name: str
    labels: tuple[Literal, ...]
    default: URIRef | Literal

    def label(self, language: str) -> str:
        """What it is called for a reader."""
        return str(pick(self.labels, language) or self.name)

    @property
    def datatype(self) -> URIRef | None:
        """The datatype of its values; None for an IRI."""
        if isinstance(self.default, URIRef):
            return None
        return self.default.datatype or XSD.string

    def term(self, text: str) -> URIRef | Literal:
        """The term that a text from outside stands for.

        Errors: SyntaxInvalid naming the parameter and the rule.

        >>> Parameter("day", (), Literal("2016-11-15", datatype=XSD.date)).term("2020-02-29").datatype == XSD.date
        True
        """
        if len(text) > LONGEST_VALUE:
            raise SyntaxInvalid(f"{self.name} has {len(text):,} characters, expected at most {LONGEST_VALUE}.")
        if isinstance(self.default, URIRef):
            if not queries.is_iri(text):
                raise self._wrong(text, f"an absolute IRI such as {self.default}")
            return URIRef(text)
        return self._literal(text)

    def _literal(self, text: str) -> Literal:
        datatype = self.datatype
        if datatype == XSD.date and parse_date(text) is None:
            raise self._wrong(text, f"a date such as {self.default}")
        if datatype == XSD.integer and not _INTEGER.match(text):
            raise self._wrong(text, f"a whole number such as {self.default}")
        if datatype == XSD.decimal and not _DECIMAL.match(text):
            raise self._wrong(text, f"a number such as {self.default}")
        if datatype == XSD.boolean and text not in ("true", "false"):
            raise self._wrong(text, "true or false")
        if not text or _CONTROL.search(text):
            raise self._wrong(text, "text without line breaks and other control characters")
        if datatype == XSD.string or (isinstance(self.default, Literal) and self.default.language):
            return Literal(text, lang=self.default.language if isinstance(self.default, Literal) else None)
        return Literal(text, datatype=datatype, normalize=False)

    def _wrong(self, text: str, expected: str) -> SyntaxInvalid:
        return SyntaxInvalid(f"{self.name} is {text[:100]!r}, expected {expected}.")


def bound(text: str, values: Mapping[str, URIRef | Literal]) -> str:
    """The text of a question with these terms in place of the stored ones.

    Errors: ValueError when a parameter has no ``VALUES`` line of its own, which the build checks.

    >>> bound("SELECT * {\\n  VALUES ?x { <http://e/a> }\\n  ?x ?p ?o }", {"x": URIRef("http://e/b")}).split("\\n")[1]
    '  VALUES ?x { <http://e/b> }'
    """
    for name, term in values.items():
        line = re.compile(rf"^  VALUES \?{re.escape(name)} \{{.*\}}[ \t]*$", re.MULTILINE)
        opened, number = line.subn(f"  VALUES ?{name} {{}}", text)
        if number != 1:
            raise ValueError(f"the question has {number} lines 'VALUES ?{name} {{ … }}', expected one")
        text = queries.bind(opened, **{name: term})
    return text


def choices(store: Store, base: Base, parameter: Parameter, limit: int = 400) -> tuple[URIRef, ...] | None:
    """The things that a parameter may sensibly be given: those of the same kind as its default, by IRI.

    None for a literal, for a foreign default, and when there are more than ``limit``. Errors: those of the store.
    """
    path = base.path(str(parameter.default)) if isinstance(parameter.default, URIRef) else None
    match = _SPACE.match(path or "")
    if match is None:
        return None
    space = base.iri(match[0])
    if match[0].startswith("auth/"):
        text = queries.bind(queries.load("codes-of-scheme", base), scheme=URIRef(space.rstrip("/")))
    else:
        text = queries.bind(queries.load("list-things", base), space=Literal(space))
    found = {term for row in store.select(text) if isinstance(term := row["thing"], URIRef)}
    return tuple(sorted(found)) if len(found) <= limit else None


def named_choices(store: Store, base: Base, parameter: Parameter, language: str) -> tuple[tuple[str, str], ...]:
    """IRI and name of each choice in the alphabetic order of a language; none when there is no short list.

    Errors: those of the store.
    """
    found = choices(store, base, parameter)
    if not found:
        return ()
    graph = labels.labels_for(store, found, base)
    named = [
        (str(thing), str(labels.label(graph, thing, language) or labels.local_name(str(thing)))) for thing in found
    ]
    return tuple(sorted(named, key=lambda pair: (listing.sort_key(pair[1]), pair[0])))
