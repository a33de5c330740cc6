"""Pages for people: the Jinja environments and one function for each kind of page.

A page is a pure function of what it shows and of its frame. Templates lay out the values of ``views/``; words come from
``translations.py`` and from the data. Must not know Flask.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from babel.dates import format_date
from babel.numbers import format_decimal
from babel.units import format_unit
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup
from rdflib import Graph

from zorgnetwerk.dataset.entities import Description
from zorgnetwerk.dataset.explanation import Explanation
from zorgnetwerk.dataset.listing import Listing
from zorgnetwerk.dataset.overview import Overview
from zorgnetwerk.dataset.questions import Question
from zorgnetwerk.dataset.schemes import SchemeDescription
from zorgnetwerk.dataset.vocabulary import VocabularyDescription
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.languages import LANGUAGES, NAMES
from zorgnetwerk.terms.media_types import JSON_LD, TRIPLE_FORMATS, MediaType
from zorgnetwerk.web.assets import Assets
from zorgnetwerk.web.frames import Frame, file_paths
from zorgnetwerk.web.translations import LOCALES, Translations, Translator
from zorgnetwerk.web.views import answers, codes, entity, explanation, front, kinds, questions, terms
from zorgnetwerk.web.views.checking import CheckView
from zorgnetwerk.web.views.downloads import DumpFile
from zorgnetwerk.web.views.problems import Hint
from zorgnetwerk.web.views.questions import AskedQuestion
from zorgnetwerk.web.views.reader import Reader
from zorgnetwerk.web.views.results import Outcome, Refusal

TEMPLATE_FOLDER = Path(__file__).parent / "templates"
COMPILED_FOLDER = TEMPLATE_FOLDER / "__pycache__"
"""Beside the templates, as Python keeps what it compiles beside modules: who may write there may change both."""


@dataclass(frozen=True, slots=True)
class Renderer:
    """Makes pages; made once, used by many threads."""

    assets: Assets
    translations: Translations
    environments: Mapping[str, Environment]

    @classmethod
    def load(cls) -> Self:
        """The renderer of this installation. A template is compiled when it is first shown, and kept compiled for the
        next start: all of them in four languages would take a start longer than everything else.
        """
        assets, translations = Assets.load(), Translations.load()
        made = {language: _environment(translations.for_language(language), assets) for language in LANGUAGES}
        return cls(assets, translations, MappingProxyType(made))

    def entity_page(self, description: Description, frame: Frame) -> str:
        """The page about one thing, code, graph, quotation … of ours or of others."""
        reader = self._reader(description.graph, description.lexicon, frame)
        view = entity.entity_view(description, reader)
        return self._page(
            "entity.html",
            frame,
            title=f"{view.title.text} – {view.kind.text}",
            view=view,
            formats=file_paths(frame, description.iri),
            data=_embedded(description.graph),
        )

    def scheme_page(self, description: SchemeDescription, frame: Frame) -> str:
        """The page of a code list: its codes as a tree, each with the number of its uses."""
        view = codes.scheme_view(description, self._reader(description.graph, description.graph, frame))
        return self._page(
            "scheme.html",
            frame,
            title=view.title.text,
            view=view,
            formats=file_paths(frame, description.iri),
            data=_embedded(description.graph),
        )

    def vocabulary_page(self, description: VocabularyDescription, frame: Frame) -> str:
        """The page of the vocabulary: every term with its definition, its place and its uses."""
        reader = self._reader(description.graph + description.words, description.words, frame)
        view = terms.vocabulary_view(description, reader)
        return self._page(
            "vocabulary.html",
            frame,
            title=view.title.text,
            view=view,
            formats=file_paths(frame, description.iri),
            data=_embedded(description.graph),
        )

    def list_page(self, listing: Listing, frame: Frame) -> str:
        """The page with all things of a kind, in alphabetic order."""
        view = front.list_view(listing, self._reader(listing.graph, listing.graph, frame))
        iri = frame.base.iri(f"doc/{listing.concept}")
        return self._page(
            "list.html",
            frame,
            title=view.title,
            view=view,
            formats=file_paths(frame, iri),
            data=_embedded(listing.graph),
        )

    def home_page(self, overview: Overview, frame: Frame) -> str:
        """The first page: what this is, what it holds, where to begin."""
        t = self.translations.for_language(frame.language)
        view = front.home_view(overview, Reader(overview.graph, overview.graph, frame, t, tells_sources_apart=False))
        template = "home.html" if overview.is_about_care else "holdings.html"
        return self._page(template, frame, title="Zorgnetwerk", view=view)

    def sparql_page(self, frame: Frame, query: str, questions: Sequence[Question], outcome: Outcome | None) -> str:
        """The page on which people ask in SPARQL; works without scripts and never forgets the query."""
        graph = answers.labels_of(outcome)
        view = answers.sparql_view(query, questions, outcome, self._reader(graph, graph, frame))
        return self._page("sparql.html", frame, title="SPARQL", view=view)

    def explanation_page(self, frame: Frame, query: str, found: Explanation | Refusal | None) -> str:
        """The page that tells what a query would do."""
        view = explanation.explanation_view(query, found, self._reader(Graph(), Graph(), frame))
        t = self.translations.for_language(frame.language)
        return self._page("explain.html", frame, title=t.gettext("Explain before running"), view=view)

    def questions_page(
        self, found: Sequence[Question], everything: Sequence[Question], words: str, frame: Frame
    ) -> str:
        """The page with the stored questions that a search leaves."""
        view = questions.questions_view(found, everything, words, self._reader(Graph(), Graph(), frame))
        return self._page(
            "questions.html",
            frame,
            title=self.translations.for_language(frame.language).gettext("Questions"),
            view=view,
        )

    def question_page(self, asked: AskedQuestion, frame: Frame) -> str:
        """The page of one stored question: its parameters, its answer, its SPARQL."""
        graph = answers.labels_of(asked.outcome)
        view = questions.question_view(asked, self._reader(graph, graph, frame))
        return self._page("question.html", frame, title=view.title, view=view)

    def checking_page(self, view: CheckView, frame: Frame) -> str:
        """The page on which people check what they want to send, with the report when there is one."""
        t = self.translations.for_language(frame.language)
        return self._page(
            "validate.html", frame, title=t.gettext("Check your data"), view=view, indexed=view.report is None
        )

    def dumps_page(self, files: Sequence[DumpFile], frame: Frame) -> str:
        """The page with everything to download."""
        t = self.translations.for_language(frame.language)
        return self._page("dumps.html", frame, title=t.gettext("Downloads"), files=files)

    def catalogue_page(self, graph: Graph, frame: Frame, words: Graph | None = None) -> str:
        """The page that describes the data set: its catalogue in human order; ``words`` names what it mentions."""
        named = graph + words if words is not None else graph
        view = front.catalogue_view(graph, self._reader(named, named, frame))
        formats = [(offer, f"/catalogue.{offer.suffix}") for offer in TRIPLE_FORMATS]
        t = self.translations.for_language(frame.language)
        return self._page(
            "catalogue.html", frame, title=t.gettext("Catalogue"), view=view, formats=formats, data=_embedded(graph)
        )

    def problem_page(
        self,
        status: int,
        title: str,
        detail: str,
        frame: Frame,
        hints: Sequence[Hint] = (),
        request_id: str = "",
        lead: str = "",
    ) -> str:
        """The page that says what went wrong and how to go on: in the reader's words (``lead``) and in the error's."""
        t = self.translations.for_language(frame.language)
        shown = {
            "status": status,
            "title": t.gettext(title),
            "detail": detail,
            "lead": lead,
            "hints": [replace(hint, text=t.gettext(hint.text)) for hint in hints],
            "request_id": request_id,
        }
        return self._page("problem.html", frame, title=f"{status} {t.gettext(title)}", problem=shown, indexed=False)

    def page(self, template: str, frame: Frame, *, title: str, indexed: bool = True, **shown: Any) -> str:
        """A page of a room that brings its own view; ``title`` is in the language of the frame."""
        return self._page(template, frame, title=title, indexed=indexed, **shown)

    def _reader(self, graph: Graph, lexicon: Graph, frame: Frame) -> Reader:
        return Reader(graph, lexicon, frame, self.translations.for_language(frame.language))

    def _page(
        self,
        template: str,
        frame: Frame,
        *,
        title: str,
        formats: Sequence[tuple[MediaType, str]] = (),
        data: Markup | None = None,
        indexed: bool = True,
        **shown: Any,
    ) -> str:
        chosen = self.environments.get(frame.language) or self.environments["nl"]
        return chosen.get_template(template).render(
            frame=frame,
            title=title,
            formats=formats,
            data=data,
            indexed=indexed,
            language_names=NAMES,
            locales=LOCALES,
            **shown,
        )


def _environment(translator: Translator, assets: Assets) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=_Compiled(translator.language),
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        translator.gettext, translator.ngettext, newstyle=True
    )

    def number(value: int | float) -> str:
        return format_decimal(value, locale=translator.locale)

    def day(value: datetime.date) -> str:
        return format_date(value, "long", locale=translator.locale)

    def size(value: int) -> str:
        unit, scale = ("megabyte", 1e6) if value >= 1e6 else ("kilobyte", 1e3)
        return format_unit(value / scale, unit, "short", format="#,##0.0", locale=translator.locale)

    environment.filters.update(number=number, day=day, size=size)
    environment.globals.update(
        asset=assets.url, has_asset=assets.names.__contains__, kind_plural=lambda kind: kinds.plural(translator, kind)
    )
    return environment


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates of one language (what is constant in it is computed while compiling). A page that cannot be
    kept is compiled again by the next process; no page is lost for it.
    """

    def __init__(self, language: str) -> None:
        super().__init__(str(COMPILED_FOLDER), f"{language}-%s.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fills in what is kept, if anything."""
        with contextlib.suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps a compiled template where that is possible."""
        with contextlib.suppress(OSError):
            COMPILED_FOLDER.mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


def _embedded(graph: Graph) -> Markup:
    """The graph as JSON-LD that can stand in a script element: no text in it can end the element."""
    text = syntax.write(graph, JSON_LD).decode("utf-8")
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  # every "<" is escaped as JSON, so no markup is left
