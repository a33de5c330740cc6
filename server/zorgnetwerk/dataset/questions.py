"""The stored questions of the data set (``data/queries``), read from the data itself.

Source: SPARQL example vocabulary (``sh:SPARQLExecutable``, ``sh:select``); ``data/queries/README.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset import answers, parameters
from zorgnetwerk.dataset.answers import Answer
from zorgnetwerk.dataset.labels import SCHEMA
from zorgnetwerk.dataset.listing import sort_key
from zorgnetwerk.dataset.parameters import Parameter
from zorgnetwerk.dataset.queries import load
from zorgnetwerk.errors import NotFound, SyntaxInvalid, ZorgnetwerkError
from zorgnetwerk.store.base import Store
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.languages import pick
from zorgnetwerk.terms.namespaces import RDF, RDFS, SH

_FORMS = ((SH.select, "SELECT"), (SH.ask, "ASK"), (SH.construct, "CONSTRUCT"), (SH.describe, "DESCRIBE"))


@dataclass(frozen=True, slots=True)
class Question:
    """One stored question. ``slug`` is the last part of its IRI."""

    iri: URIRef
    text: str
    form: str
    labels: tuple[Literal, ...]
    comments: tuple[Literal, ...]
    keywords: tuple[Literal, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    @property
    def slug(self) -> str:
        """The name it has in addresses."""
        return self.iri.rsplit("/", 1)[-1]

    def label(self, language: str) -> str:
        """The question in a reader's language, or its slug."""
        return str(pick(self.labels, language) or self.slug)

    def comment(self, language: str) -> str:
        """What it shows, in a reader's language; empty when nothing is said."""
        return str(pick(self.comments, language) or "")

    def topics(self, language: str) -> tuple[str, ...]:
        """Its keywords in a reader's language."""
        return tuple(sorted((str(word) for word in self.keywords if word.language == language), key=sort_key))

    def values(self, given: Iterable[tuple[str, str]]) -> dict[str, URIRef | Literal]:
        """The terms of its parameters for names and texts from outside; the default where nothing is given.

        Errors: SyntaxInvalid for a name it does not have, one given twice, a value that breaks the rule of its
        parameter.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        found: dict[str, URIRef | Literal] = {}
        for name, text in given:
            if name not in known:
                names = ", ".join(known) or "none"
                raise SyntaxInvalid(f"{name[:100]!r} is no parameter of this question; it has {names}.")
            if name in found:
                raise SyntaxInvalid(f"{name} is given twice, expected once.")
            found[name] = known[name].term(text)
        return {name: found.get(name, parameter.default) for name, parameter in known.items()}

    def asked(self, values: dict[str, URIRef | Literal]) -> str:
        """Its text asked of these terms."""
        changed = {each.name: values[each.name] for each in self.parameters if values[each.name] != each.default}
        return parameters.bound(self.text, changed)


def stored(store: Store) -> list[Question]:
    """All stored questions, by IRI."""
    graph = store.construct(load("stored-questions"))
    found = {node for node in graph.subjects(RDF.type, SH.SPARQLExecutable) if isinstance(node, URIRef)}
    return [question for iri in sorted(found) if (question := _read(graph, iri)) is not None]


def named(found: Iterable[Question], slug: str) -> Question:
    """The question with this slug. Errors: NotFound."""
    for question in found:
        if question.slug == slug:
            return question
    raise NotFound(f"There is no stored question {slug!r}. All of them: /queries.")


def matching(found: Iterable[Question], words: str) -> list[Question]:
    """The questions in which each of these words occurs, in any language, letter case and accents aside."""
    wanted = [sort_key(word) for word in words.split()]
    return [question for question in found if all(word in _searched(question) for word in wanted)]


def check(store: Store, expected: Iterable[Answer], base: Base) -> Iterator[str]:
    """One sentence for each stored question that does not run, finds nothing, or answers otherwise than expected; and
    for each expected answer without a question.
    """
    wanted = {answer.slug: answer for answer in expected}
    for question in stored(store):
        answer = wanted.pop(question.slug, None)
        try:
            found = _solutions(store, question)
            parameters.bound(question.text, {each.name: each.default for each in question.parameters})
        except (ZorgnetwerkError, ValueError) as error:
            yield f"question {question.slug}: does not run: {error} (<{question.iri}>)"
            continue
        if not found:
            yield f"question {question.slug}: finds nothing in this data; correct it (<{question.iri}>) or the data"
        elif answer and (differing := answers.difference(answer, found, base)):
            yield (
                f"question {question.slug}: answers otherwise than {answer.file} says; {differing}. "
                f"Correct the data, the question (<{question.iri}>) or, by what the documents say, that file"
            )
    for answer in wanted.values():
        yield f"{answer.file}: there is no question {answer.slug}; remove the file or name it after its question"


def _solutions(store: Store, question: Question) -> Sequence[Mapping[str, Node]]:
    """What a question finds: rows; as many empty ones as there are triples; one for a yes."""
    if question.form == "ASK":
        return [{}] * store.ask(question.text)
    if question.form in ("CONSTRUCT", "DESCRIBE"):
        return [{}] * len(store.construct(question.text))
    return store.select(question.text)


def _searched(question: Question) -> str:
    words = (question.slug, *question.labels, *question.comments, *question.keywords)
    return sort_key("\n".join(str(word) for word in words))


def _read(graph: Graph, iri: URIRef) -> Question | None:
    """One question; None when it has no text."""
    for predicate, form in _FORMS:
        text = graph.value(iri, predicate)
        if text is not None:
            return Question(
                iri,
                str(text),
                form,
                _literals(graph, iri, RDFS.label),
                _literals(graph, iri, RDFS.comment),
                _literals(graph, iri, SCHEMA.keywords),
                _parameters(graph, iri, str(text)),
            )
    return None


def _parameters(graph: Graph, iri: URIRef, text: str) -> tuple[Parameter, ...]:
    """The parameters of a question in the order of its text."""
    found: list[Parameter] = []
    for node in graph.objects(iri, SH.parameter):
        path, default = graph.value(node, SH.path), graph.value(node, SH.defaultValue)
        if path is not None and isinstance(default, URIRef | Literal):
            found.append(Parameter(str(path).rsplit("/", 1)[-1], _literals(graph, node, SH.name), default))
    return tuple(sorted(found, key=lambda parameter: (text.find(f"?{parameter.name} "), parameter.name)))


def _literals(graph: Graph, node: Node, predicate: Node) -> tuple[Literal, ...]:
    values = (value for value in graph.objects(node, predicate) if isinstance(value, Literal))
    return tuple(sorted(values, key=lambda value: (str(value), value.language or "")))
