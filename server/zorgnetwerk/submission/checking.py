"""The whole check of a submission: read, guard, validate with its neighbourhood, report.

Order: G1 (syntax), G4 (limits), G3 (reach), R06 (terms), then the shapes in two phases, R42 against the held texts, G5
(ownership), resemblance; G2 where no shape looked at anything. All that can be told is told at once. Stores nothing.
Runs inside a checker process (``jobs.py``) or on the command line. Must not know HTTP nor queues.
"""

from __future__ import annotations

import dataclasses
import logging
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from rdflib import Graph, URIRef
from rdflib.term import Node

from zorgnetwerk.errors import Limit, MediaTypeUnsupported, Place, SyntaxInvalid
from zorgnetwerk.submission import guards, parsing
from zorgnetwerk.submission.admission import descriptions_of, lines_of
from zorgnetwerk.submission.collecting import ACCEPTED, SENT, TABLES, Collected, Piece, TableReader, collect
from zorgnetwerk.submission.dependencies import Reach, reaches
from zorgnetwerk.submission.duplicates import likely_duplicates
from zorgnetwerk.submission.fields import Form, asked_by, forms
from zorgnetwerk.submission.findings import Finding, Spot, ValidationReport, capped, report_of
from zorgnetwerk.submission.holdings import known_places, read_folder
from zorgnetwerk.submission.lookup import Lookup
from zorgnetwerk.submission.mending import Workshop
from zorgnetwerk.submission.naming import Names
from zorgnetwerk.submission.neighbourhood import Edges, GraphEdges, Together, neighbourhood
from zorgnetwerk.submission.places import Places
from zorgnetwerk.submission.repairs import Mender
from zorgnetwerk.submission.reporting import in_sheets, rebased
from zorgnetwerk.submission.resembling import NameIndex, Published
from zorgnetwerk.submission.rules import Scope
from zorgnetwerk.submission.tabular import TableContext, read_tables
from zorgnetwerk.submission.validation import Shapes, validate
from zorgnetwerk.submission.wording import Wording
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.terms.namespaces import DCAT, PROV, RDF, RESERVED_ZN

TOLD_OF_A_RULE: Final = 100
"""Findings of one rule that are told; the rest is counted, and the report says so."""


def _reserved_base() -> Base:
    return Base(RESERVED_BASE)


def _is_nobodys(_: URIRef) -> bool:
    """Nothing is owned: a check without a known submitter."""
    return False


class Holder(Edges, Published, Protocol):
    """Published data: found from their ends, and by property."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a check knows beside the document.

    Shape: ``attached`` source texts by file name; ``is_owned`` says of a published thing whether the submitter may
    extend it.
    """

    base: Base = field(default_factory=_reserved_base)
    attached: Mapping[str, bytes] = field(default_factory=dict)
    is_owned: Callable[[URIRef], bool] = _is_nobodys
    limits: parsing.Limits = field(default_factory=parsing.Limits)
    language: str = "nl"


@dataclass(frozen=True, slots=True)
class Examination:
    """The report on a submission, and what was read of it; None when it could not be read."""

    report: ValidationReport
    collected: Collected | None = None

    def lines(self, submission: str, base: Base) -> list[str]:
        """What would be published as this submission: nothing when it cannot be read or reaches where it may not."""
        beyond = any(finding.rule == "G3" for finding in self.report.violations)
        if self.collected is None or beyond:
            return []
        return lines_of((_reserve_all(triple, base) for triple in self.collected.document.triples), submission)


@dataclass(frozen=True, slots=True)
class Checker:
    """Everything that is made ready once: shapes and what they reach, vocabulary, published data, source texts."""

    shapes: Shapes
    reaches: Mapping[Node, Reach]
    vocabulary: guards.Vocabulary
    ontology: Graph
    forms: tuple[Form, ...]
    places: Edges
    published: Edges
    index: Callable[[], NameIndex | None]
    wording: Wording
    texts: Mapping[str, str]

    @classmethod
    def load(cls, content_dir: Path, published: Holder | None = None, sources_dir: Path | None = None) -> Checker:
        """The checker of a content folder, with its own data as the published ones unless others are given.

        Errors: ContentError.
        """
        _quiet()
        shapes = Shapes.load(content_dir)
        ontology = read_folder(content_dir / "ontologie")
        if published is None:
            published = GraphEdges((ontology + read_folder(content_dir / "data"),))
        held = published
        places = GraphEdges((known_places(content_dir / "shapes" / "refnis.txt"),))
        texts = guards.source_texts(guards.read_sources(sources_dir))
        vocabulary = guards.Vocabulary.of(ontology)
        return cls(
            shapes, reaches(shapes), vocabulary, ontology, forms(shapes.rules, ontology), places,
            Together((published, places)), cache(lambda: NameIndex.of(held)),
            Wording.of(shapes.rules.graph, ontology), texts,
        )  # fmt: skip

    def over(self, published: Holder, index: Callable[[], NameIndex | None] | None = None) -> Checker:
        """The same checker over other published data; ``index`` opens the index of their names."""
        opened = cache(index or (lambda: NameIndex.of(published)))
        return dataclasses.replace(self, published=Together((published, self.places)), index=opened)

    def check(self, data: bytes, media_type: MediaType, around: Circumstances = Circumstances()) -> ValidationReport:
        """The report on one document. Errors: MediaTypeUnsupported."""
        return self.examine((Piece("", media_type, data),), around).report

    def examine(self, pieces: Sequence[Piece], around: Circumstances = Circumstances()) -> Examination:
        """The report on the files of one submission, and what they say together. Errors: MediaTypeUnsupported."""
        for piece in pieces:
            if piece.media_type not in SENT:
                names = tuple(offer.name for offer in ACCEPTED)
                raise MediaTypeUnsupported(
                    f"{piece.media_type} is not read here; send one of {', '.join(names)}", names
                )
        try:
            collected = collect(pieces, around.base.value, around.limits, self._tables(pieces, around))
        except SyntaxInvalid as error:
            return Examination(self._unreadable(error))
        except Limit as error:
            return Examination(ValidationReport((self.shapes.rules.finding("G4-grens", None, detail=str(error)),)))
        around = dataclasses.replace(around, attached={**around.attached, **collected.texts})
        graph = _reserved(collected.document.graph, around.base)
        report = self._check_graph(graph, collected.document.named_graphs, around)
        if collected.findings:
            report = report_of((*report.findings, *collected.findings), report.checked)
        report = capped(report, TOLD_OF_A_RULE)
        return Examination(self._finished(report, collected, pieces, around) if report.findings else report, collected)

    def _finished(
        self, reserved: ValidationReport, collected: Collected, pieces: Sequence[Piece], around: Circumstances
    ) -> ValidationReport:
        """The report under the configured base, with places, repairs, and plain words where sheets are spoken of."""
        places = collected.document.places()
        report = self._placed(rebased(reserved, around.base), places, around.base)
        workshop = Workshop(Mender(self.forms, self.ontology), pieces, places, around.base, around.language)
        only_sheets = all(piece.media_type in (*TABLES, media_types.TEXT) for piece in pieces)
        return in_sheets(workshop.with_repairs(report, reserved.findings), self.wording, only_sheets)

    def names(self, examined: Examination, base: Base) -> Names:
        """The names for the report of an examination."""
        graph = _reserved(examined.collected.document.graph, base) if examined.collected else Graph()
        return Names(graph, self.published, self.ontology, self.shapes.rules, base)

    def _placed(self, report: ValidationReport, places: Places, base: Base) -> ValidationReport:
        """The report with the place of each finding that has none yet; documents may be written under either base."""

        def place(finding: Finding) -> Place | None:
            if finding.place is not None:
                return finding.place
            asked = (finding.focus_node, finding.path, finding.value)
            reserved = tuple(URIRef(base.reserve(str(term))) if isinstance(term, URIRef) else term for term in asked)
            node, path, value = reserved if str(reserved[0]) in places.nodes else asked
            if path is None and finding.shape is not None:
                missing = asked_by(self.shapes.rules.graph, URIRef(base.reserve(str(finding.shape))))
                path = next((each for each in missing if (str(node), base.rebase(str(each))) in places.empty), None)
                path = URIRef(base.rebase(str(path))) if path is not None else None
            return places.find(node, path, value)

        findings = tuple(dataclasses.replace(finding, place=place(finding)) for finding in report.findings)
        return dataclasses.replace(report, findings=findings)

    def _tables(self, pieces: Sequence[Piece], around: Circumstances) -> TableReader:
        texts = {piece.name: piece.data for piece in pieces if piece.media_type is media_types.TEXT}
        lookup = Lookup(self.published, self._suggest)
        context = TableContext(
            self.forms, self.shapes.rules, self.ontology, lookup, around.base, around.language,
            {**around.attached, **texts},
        )  # fmt: skip

        return lambda tables: read_tables(tables, context)

    def _suggest(self, name: str, kinds: tuple[str, ...]) -> list[str]:
        index = self.index()
        return list(dict.fromkeys(each.name for each in index.like(name, kinds))) if index else []

    def _unreadable(self, error: SyntaxInvalid) -> ValidationReport:
        file = error.place.file if isinstance(error.place, Spot) else ""
        detail = ": ".join(part for part in (file, str(error.place), str(error)) if part)
        found = self.shapes.rules.finding("G1-syntaxis", None, detail=detail)
        return ValidationReport((dataclasses.replace(found, place=error.place),))

    def _check_graph(self, graph: Graph, names: tuple[Node, ...], around: Circumstances) -> ValidationReport:
        rules = self.shapes.rules
        findings = [*guards.named_graphs(names, rules), *guards.out_of_reach(graph, rules)]
        facts = _facts(graph, {finding.focus_node for finding in findings if finding.value == finding.focus_node})
        findings += self.vocabulary.unknown_terms(facts, rules)
        descriptions = descriptions_of(facts)
        near = neighbourhood(self.reaches, self.published, facts)
        report = validate(near.graph, self.shapes, Scope.CONTENT, near.focus)
        subjects = set(facts.subjects()) - descriptions
        if not report.checked & subjects and not findings:
            return ValidationReport((rules.finding("G2-leeg", None),))
        findings += [*report.findings, *self._of_submission(facts, descriptions)]
        findings += guards.published_things(facts, self.published, rules, around.is_owned)
        findings += self._quotations(near.graph, facts, around.attached)
        findings += likely_duplicates(facts, self.published, self.index, rules)
        findings += [rules.finding("G2-zonder-regel", subject) for subject in subjects - report.checked]
        return report_of(findings, report.checked)

    def _of_submission(self, facts: Graph, descriptions: Iterable[Node]) -> Iterable[Finding]:
        """What only a submission must say, looked at on the description of the document."""
        graph = Graph()
        for description in descriptions:
            graph.add((description, RDF.type, DCAT.Dataset))
            for triple in facts.triples((description, None, None)):
                graph.add(triple)
        return validate(graph, self.shapes, Scope.SUBMISSION).findings

    def _quotations(self, near: Graph, facts: Graph, attached: Mapping[str, bytes]) -> Iterable[Finding]:
        texts = {**self.texts, **guards.source_texts(attached)}
        sources = set(near.objects(None, PROV.wasQuotedFrom))
        for triple in self.published.leaving(sources, RESERVED_ZN.sha256):
            near.add(triple)
        quoted = facts.subjects(RDF.type, RESERVED_ZN.Citaat)
        return list(guards.quotations(near, quoted, texts.get, self.shapes.rules))


def _facts(graph: Graph, unreachable: set[Node | None]) -> Graph:
    """The triples that may be judged as facts: without those about things out of reach, and without axioms and
    shapes."""
    facts = Graph()
    for subject, predicate, value in graph:
        if subject not in unreachable and not guards.is_axiom(predicate, value):
            facts.add((subject, predicate, value))
    return facts


def _reserved(graph: Graph, base: Base) -> Graph:
    """The graph under the reserved base, in which shapes and content are written."""
    if base.value == RESERVED_BASE:
        return graph
    moved = Graph()
    for triple in graph:
        moved.add(_reserve_all(triple, base))
    return moved


def _reserve_all(triple: tuple[Node, Node, Node], base: Base) -> tuple[Node, Node, Node]:
    subject, predicate, value = (
        URIRef(base.reserve(str(term))) if isinstance(term, URIRef) else term for term in triple
    )
    return subject, predicate, value


def _quiet() -> None:
    """Keeps rdflib from logging a trace for each value that is not of its datatype: those are findings, not faults."""
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", "Parsing weird boolean", UserWarning)  # it repeats the value, however long
