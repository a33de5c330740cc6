"""The stored questions of the data set (``data/queries``), read from the data itself.

Source: SPARQL example vocabulary (``sh:SPARQLExecutable``, ``sh:select``); ``data/queries/README.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import Literal, URIRef

from zorgnetwerk.dataset.queries import load
from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms.languages import pick


@dataclass(frozen=True, slots=True)
class Question:
    """One stored question. ``slug`` is the last part of its IRI."""

    iri: URIRef
    text: str
    form: str
    labels: tuple[Literal, ...]
    comments: tuple[Literal, ...]

    @property
    def slug(self) -> str:
        """The name it has in addresses."""
        return self.iri.rsplit("/", 1)[-1]

    def label(self, language: str) -> str:
        """The question in a reader's language, or its slug."""
        return str(pick(self.labels, language) or self.slug)


def stored(store: Store) -> list[Question]:
    """All stored questions, by IRI."""
    texts: dict[URIRef, tuple[str, str]] = {}
    labels: dict[URIRef, set[Literal]] = {}
    comments: dict[URIRef, set[Literal]] = {}
    for row in store.select(load("stored-questions")):
        iri = URIRef(str(row["question"]))
        texts[iri] = (str(row["text"]), str(row["form"]).rsplit("#", 1)[-1].upper())
        for name, found in (("label", labels), ("comment", comments)):
            value = row.get(name)
            if isinstance(value, Literal):
                found.setdefault(iri, set()).add(value)
    return [
        Question(iri, text, form, tuple(sorted(labels.get(iri, ()))), tuple(sorted(comments.get(iri, ()))))
        for iri, (text, form) in sorted(texts.items())
    ]


def check(store: Store) -> Iterator[str]:
    """One sentence for each stored question that does not run or finds nothing."""
    for question in stored(store):
        try:
            found = _rows(store, question)
        except ZorgnetwerkError as error:
            yield f"question {question.slug}: does not run: {error}"
            continue
        if not found:
            yield f"question {question.slug}: finds nothing in this data; correct the question or the data"


def _rows(store: Store, question: Question) -> int:
    if question.form == "ASK":
        return int(store.ask(question.text))
    if question.form in ("CONSTRUCT", "DESCRIBE"):
        return len(store.construct(question.text))
    return len(store.select(question.text))
