"""The stored questions: all of them with a search, and the page of one with its parameters and its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from rdflib import URIRef

from zorgnetwerk.dataset.parameters import Parameter
from zorgnetwerk.dataset.questions import Question
from zorgnetwerk.terms.media_types import SPARQL_QUERY, MediaType
from zorgnetwerk.terms.namespaces import XSD
from zorgnetwerk.web.views import answers, snippets
from zorgnetwerk.web.views.answers import AnswerView, Download
from zorgnetwerk.web.views.reader import Reader
from zorgnetwerk.web.views.results import Outcome

_INPUTS: Mapping[URIRef | None, str] = {XSD.date: "date", XSD.integer: "number", None: "url"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A question in the list."""

    label: str
    comment: str
    href: str
    topics: tuple[str, ...]
    has_parameters: bool


@dataclass(frozen=True, slots=True)
class QuestionsView:
    """The list of questions. Units: ``total`` counts those that the search left out as well."""

    words: str
    questions: tuple[Listed, ...]
    topics: tuple[str, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter in the form. Shape: ``options`` are value and name of each choice; ``kind`` is that of the input."""

    name: str
    label: str
    value: str
    kind: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """Everything that the page of one question shows.

    Shape: ``changed`` are name and value of the parameters that are not as in the words of the title.
    """

    slug: str
    title: str
    comment: str
    topics: tuple[str, ...]
    fields: tuple[Field, ...]
    changed: tuple[tuple[str, str], ...]
    text: str
    edit: str
    address: str
    answer: AnswerView


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question asked of given values.

    Shape: ``given`` are the parameters as they stand in the address; ``choices`` are value and name by parameter;
           ``text`` is the SPARQL that was run, the stored one when a value was refused.
    """

    question: Question
    given: Sequence[tuple[str, str]]
    text: str
    choices: Mapping[str, tuple[tuple[str, str], ...]]
    outcome: Outcome


def questions_view(
    found: Sequence[Question], everything: Sequence[Question], words: str, reader: Reader
) -> QuestionsView:
    """The list for this reader."""
    language = reader.frame.language
    topics = {topic for question in everything for topic in question.topics(language)}
    listed = tuple(
        Listed(
            question.label(language),
            question.comment(language),
            reader.frame.to(f"/queries/{question.slug}"),
            question.topics(language),
            bool(question.parameters),
        )
        for question in found
    )
    return QuestionsView(words, listed, tuple(sorted(topics, key=str.casefold)), len(everything))


def question_view(asked: AskedQuestion, reader: Reader) -> QuestionView:
    """The page of a question for this reader."""
    question, language = asked.question, reader.frame.language
    path = f"/queries/{question.slug}"
    given = f"?{urlencode(list(asked.given))}" if asked.given else ""
    formats = answers.formats_of(asked.outcome)
    shown = _without_time(answers.answer_view(asked.outcome, reader))
    if formats:
        best = answers.readiest(formats)
        files: tuple[MediaType, ...] = (*formats, SPARQL_QUERY)
        shown = replace(
            shown,
            downloads=tuple(Download(each, f"{path}.{each.suffix}{given}") for each in files),
            share=reader.frame.to(path + given),
            snippets=snippets.of_address(reader.frame.base.iri(f"{path[1:]}.{best.suffix}{given}"), best),
        )
    values = dict(asked.given)
    fields = tuple(_field(each, values, asked.choices.get(each.name, ()), language) for each in question.parameters)
    stored = {each.name: str(each.default) for each in question.parameters}
    return QuestionView(
        slug=question.slug,
        title=question.label(language),
        comment=question.comment(language),
        topics=question.topics(language),
        fields=fields,
        changed=tuple(
            (field.label, dict(field.options).get(field.value, field.value))
            for field in fields
            if field.value != stored[field.name]
        ),
        text=asked.text,
        edit=reader.frame.to(f"/sparql?{urlencode({'query': asked.text})}"),
        address=path + given,
        answer=shown,
    )


def _without_time(shown: AnswerView) -> AnswerView:
    """The answer without the time it took: a stable address gives the same page, byte for byte, from each process."""
    return replace(shown, seconds="", grid=replace(shown.grid, seconds="") if shown.grid else None)


def _field(parameter: Parameter, values: Mapping[str, str], options: Sequence[tuple[str, str]], language: str) -> Field:
    value = values.get(parameter.name, str(parameter.default))
    chosen = tuple(options)
    if chosen and value not in dict(chosen):
        chosen = ((value, value), *chosen)
    return Field(parameter.name, parameter.label(language), value, _INPUTS.get(parameter.datatype, "text"), chosen)
