"""From the questions of a form to its sections: their order, what is folded away, plainer words for some of them.

Labels, help, lists and what is needed come from the questions, which ontology and shapes make; a column that is not
named here is asked among those that few need. Must not know Flask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from babel import Locale

from zorgnetwerk.submission.form_files import (
    LONGEST_SOURCE,
    ORGANISATION,
    PARTICIPATIONS,
    PARTNERSHIP,
    SOURCE_TEXT,
    SOURCES,
    SUBMISSION,
    Filled,
    choice_of,
)
from zorgnetwerk.submission.forms import Question, Questions
from zorgnetwerk.submission.tables import YES_NO, Kind
from zorgnetwerk.terms.languages import LANGUAGES, NAMES
from zorgnetwerk.web.translations import Translator, mark
from zorgnetwerk.web.views.form import FieldView, Remark, Said, SectionView, identifier

_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "inzending.inzender": (mark("Your organisation"), mark("Type its name, search, and choose it from the list.")),
        "inzending.datum": ("", mark("Year-month-day, such as 2026-03-31.")),
        "bronnen.titel": (mark("Title of the source"), mark("What the report, page or letter is called.")),
        "bronnen.toestand-op": (mark("Date of the source"), mark("Year-month-day, such as 2026-03-31.")),
        "bronnen.taal": (mark("Language of the source"), ""),
        "bronnen.opgehaald-op": (mark("Day on which you read it"), mark("Year-month-day, such as 2026-03-31.")),
        SOURCE_TEXT: (
            mark("Text of the source"),
            mark("Copy the passages that you rely on, or the whole text. Your quotations are looked up in it."),
        ),
        "citaat": (mark("Copy the sentence that says so"), mark("Word for word from the source, at most 15 words.")),
        "deelnames.deelnemer": (mark("Who takes part"), mark("Type a name, search, and choose from the list.")),
        "deelnames.rol": ("", mark("Leave open for an ordinary participant.")),
        "samenwerkingsverbanden.tijd": (
            mark("Since when, in the words of the source"),
            mark("For example: since 2015."),
        ),
        "samenwerkingsverbanden.begin-vroegst": ("", mark("For “since 2015” that is 2015-01-01.")),
        "samenwerkingsverbanden.begin-laatst": ("", mark("For “since 2015” that is 2015-12-31.")),
        "samenwerkingsverbanden.einde-vroegst": ("", mark("Leave empty while it goes on.")),
        "samenwerkingsverbanden.einde-laatst": ("", mark("Leave empty while it goes on.")),
        "samenwerkingsverbanden.volledig": (
            mark("Are these all the participants?"),
            mark("Choose no if the source names only some of them."),
        ),
    }
)
_SETTLED: Final = ("deelnames.rol", "bronnen.opgehaald-op", "bronnen.kenmerk", "bronnen.sha256")
"""Columns that a rule asks for and the form settles by itself."""
_FIRST: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        SUBMISSION: ("inzender", "licentie", "datum"),
        SOURCES: ("titel", "adres", "toestand-op", "taal"),
        PARTNERSHIP: ("naam-nl", "vorm", "citaat", "doel", "tijd", "begin-vroegst", "begin-laatst"),
        ORGANISATION: ("naam-nl", "soort", "citaat", "nummer", "website"),
        PARTICIPATIONS: ("deelnemer", "citaat", "rol"),
    }
)
_BESIDE: Final = ("volledig",)
"""Asked with the participants, not with the partnership."""
_UNASKED: Final = ("bron", "kenmerk", "bestandsnaam", "sha256", "verband")
_WIDE: Final = (Kind.QUOTATION, Kind.ADDRESS)
_AREAS: Final = ("citaat", "doel")
_LONG: Final = (*_AREAS, "titel", "tijd")
_TAG: Final = re.compile(rf"\(({'|'.join(LANGUAGES)})\)$")
_LICENCES: Final[Mapping[str, str]] = MappingProxyType({"CC0": "CC0", "CC_BY_4_0": "CC BY 4.0"})


def is_needed(question: Question) -> bool:
    """Whether a person must fill this in."""
    return question.is_required and f"{question.sheet}.{question.key}" not in _SETTLED


class FormReader:
    """Turns questions and what was filled in into what is shown, in the words of one language."""

    def __init__(self, questions: Questions, filled: Filled, said: Said, t: Translator) -> None:
        self._questions, self._filled, self._said, self._t = questions, filled, said, t

    def sections(self) -> tuple[SectionView, ...]:
        """All groups of fields, in the order in which somebody with a source in hand fills them."""
        say = self._t.gettext
        main = [
            self._section(
                SOURCES,
                say(mark("Where it is written")),
                say(mark("One source for everything below: a report, a web page, a letter.")),
            )
        ]
        if self._filled.subject == ORGANISATION:
            main.append(self._section(ORGANISATION, say(mark("The organisation"))))
        else:
            main.append(self._section(PARTNERSHIP, say(mark("The partnership"))))
            main.append(self._participants())
        return (*main, self._section(SUBMISSION, say(mark("Who reports it"))))

    def labels(self, sections: Iterable[SectionView]) -> Iterator[tuple[str, str, str]]:
        """Name, id and label of every field that is shown, then of every group."""
        for section in sections:
            for item in (*section.fields, *section.more):
                yield item.name, item.id, f"{section.title}: {item.label}" if section.number else item.label
            yield section.id.removeprefix("f-"), section.id, section.title
            yield from self.labels(section.parts)

    def required(self) -> Iterator[str]:
        """The names of the shown fields that a person must fill in and that are empty."""
        for section in self.sections():
            for part in (section, *section.parts):
                yield from (item.name for item in (*part.fields, *part.more) if item.is_required and not _says(item))

    def _section(self, group: str, title: str, lead: str = "") -> SectionView:
        asked = self._questions[group]
        first = [key for key in _FIRST[group] if key in asked]
        fields = [self._field(group, asked[key]) for key in first]
        if group == SOURCES:
            fields.append(self._source_text())
        return SectionView(
            identifier(group), title, lead, tuple(fields), tuple(self._rest(group, first)), self._remarks(group)
        )

    def _rest(self, group: str, first: Sequence[str]) -> Iterator[FieldView]:
        for key, question in self._questions[group.partition("-")[0]].items():
            if key not in (*first, *_BESIDE, *_UNASKED):
                yield self._field(group, question)

    def _participants(self) -> SectionView:
        say = self._t.gettext
        asked = self._questions[PARTNERSHIP]
        fields = tuple(self._field(PARTNERSHIP, asked[key]) for key in _BESIDE if key in asked)
        parts = tuple(self._participant(place, number) for place, number in enumerate(self._filled.participants, 1))
        lead = say(mark("Everybody who takes part, each with the sentence that says so."))
        said = self._remarks(PARTICIPATIONS)
        return SectionView(
            identifier(PARTICIPATIONS), say(mark("The participants")), lead, fields, remarks=said, parts=parts
        )

    def _participant(self, place: int, number: int) -> SectionView:
        group, asked = f"{PARTICIPATIONS}-{number}", self._questions[PARTICIPATIONS]
        first = _FIRST[PARTICIPATIONS]
        fields = [self._field(group, asked[key]) for key in first]
        more = list(self._rest(group, first))
        if self._filled.is_new(number):
            new, known = f"{ORGANISATION}-{number}", self._questions[ORGANISATION]
            keys = [key for key in _FIRST[ORGANISATION] if key not in ("naam-nl", "citaat")]
            fields[1:1] = [self._field(new, known[key]) for key in keys]
            more += self._rest(new, (*keys, "naam-nl", "citaat"))
        title = self._t.gettext(mark("Participant %(number)s")) % {"number": place}
        return SectionView(
            identifier(group), title, "", tuple(fields), tuple(more), self._remarks(group), number=number
        )

    def _field(self, group: str, question: Question) -> FieldView:
        name = f"{group}.{question.key}"
        label, help_ = self._words(question)
        kind, choices = self._choices(question)
        given = self._filled.values.get(name, ())
        values = (given or ("",)) if kind == "several" else (self._filled.text(name),)
        is_wide = question.kind in _WIDE or question.key in _LONG or kind == "name"
        return FieldView(
            name=name,
            id=identifier(name),
            label=label,
            help=help_,
            kind=kind,
            values=values,
            choices=choices,
            is_required=is_needed(question),
            is_wide=is_wide,
            remarks=self._remarks(name),
            candidates=self._said.found.get(name),
            chosen=self._filled.text(choice_of(name)),
            may_be_new=question.key == "deelnemer",
        )

    def _source_text(self) -> FieldView:
        label, help_ = (self._t.gettext(words) for words in _WORDS[SOURCE_TEXT])
        return FieldView(
            name=SOURCE_TEXT, id=identifier(SOURCE_TEXT), label=label, help=help_, kind="area",
            values=(self._filled.text(SOURCE_TEXT),), is_required=True, is_wide=True, most=LONGEST_SOURCE, rows=6,
            remarks=self._remarks(SOURCE_TEXT),
        )  # fmt: skip

    def _remarks(self, name: str) -> tuple[Remark, ...]:
        return tuple(self._said.remarks.get(name, ()))

    def _words(self, question: Question) -> tuple[str, str]:
        tag = self._t.language
        own = _WORDS.get(f"{question.sheet}.{question.key}") or _WORDS.get(question.key) or ("", "")
        label = self._t.gettext(own[0]) if own[0] else _spelled(question.heading[tag], tag)
        help_ = self._t.gettext(own[1]) if own[1] else "" if own[0] else question.help[tag]
        return label[:1].upper() + label[1:], help_

    def _choices(self, question: Question) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What kind of field it is, and what can be chosen in it."""
        tag = self._t.language
        if question.kind is Kind.THING:
            return "name", ()
        if question.key == "taal":
            return "select", tuple((each, NAMES[each]) for each in LANGUAGES)
        if question.kind is Kind.YES_NO:
            yes, no = YES_NO[tag]
            return "select", (("true", yes), ("false", no))
        if question.kind is Kind.LICENCE:
            ends = {choice.iri.rpartition("/")[2]: choice.iri for choice in reversed(question.choices)}
            return "select", tuple((ends[end], name) for end, name in _LICENCES.items() if end in ends)
        if question.choices:
            listed = sorted(
                ((each.iri, each.names[tag]) for each in question.choices), key=lambda pair: pair[1].casefold()
            )
            return "several" if question.many else "select", tuple(listed)
        return "area" if question.key in _AREAS else "line", ()


def _spelled(heading: str, language: str) -> str:
    """The heading of a column with the language in brackets in words, as far as it is one.

    >>> _spelled("nom (nl)", "fr"), _spelled("nom (bref)", "fr")
    ('nom (néerlandais)', 'nom (bref)')
    """
    return _TAG.sub(lambda tag: f"({Locale(language).languages[tag[1]]})", heading)


def _says(item: FieldView) -> bool:
    return any(value.strip() for value in item.values)
