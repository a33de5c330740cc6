"""The whole check of a document: read, guard, validate with its neighbourhood, report.

Order: G1 (syntax), G4 (limits), G3 (reach), R06 (terms), then the shapes in two phases, R42 against the held texts, G5
(ownership); G2 where no shape looked at anything. All that can be told is told at once. Stores nothing. Runs inside a
checker process (``prepare``) or on the command line. Must not know HTTP nor queues.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.term import Node

from zorgnetwerk.errors import Limit, MediaTypeUnsupported, Place, SyntaxInvalid
from zorgnetwerk.submission import guards, parsing
from zorgnetwerk.submission.dependencies import Chain, chains
from zorgnetwerk.submission.findings import Finding, ValidationReport, report_of
from zorgnetwerk.submission.neighbourhood import Edges, GraphEdges, Together, neighbourhood
from zorgnetwerk.submission.reporting import rebased, summary, written
from zorgnetwerk.submission.rules import Scope
from zorgnetwerk.submission.validation import Shapes, validate
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.terms.namespaces import DCAT, PROV, RDF, RESERVED_ZN, SKOS

_PLACED_NODES = 200

Handler = Callable[[dict[str, object], bytes], tuple[dict[str, object], bytes]]


def _reserved_base() -> Base:
    return Base(RESERVED_BASE)


def _is_nobodys(_: URIRef) -> bool:
    """Nothing is owned: a check without a known submitter."""
    return False


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


@dataclass(frozen=True, slots=True)
class Checker:
    """Everything that is made ready once: shapes and their chains, vocabulary, published data, source texts."""

    shapes: Shapes
    chains: Mapping[Node, frozenset[Chain]]
    vocabulary: guards.Vocabulary
    published: Edges
    texts: Mapping[str, str]

    @classmethod
    def load(cls, content_dir: Path, published: Edges | None = None, sources_dir: Path | None = None) -> Checker:
        """The checker of a content folder, with its own data as the published ones unless others are given.

        Errors: ContentError.
        """
        _quiet()
        shapes = Shapes.load(content_dir)
        ontology = read_folder(content_dir / "ontologie")
        if published is None:
            published = GraphEdges((ontology + read_folder(content_dir / "data"),))
        published = Together((published, GraphEdges((known_places(content_dir / "shapes" / "refnis.txt"),))))
        texts = guards.source_texts(guards.read_sources(sources_dir))
        return cls(shapes, chains(shapes), guards.Vocabulary.of(ontology), published, texts)

    def check(self, data: bytes, media_type: MediaType, around: Circumstances = Circumstances()) -> ValidationReport:
        """The report on a document. Errors: MediaTypeUnsupported."""
        rules = self.shapes.rules
        try:
            document = parsing.parse_document(data, media_type, around.base.value, around.limits)
        except SyntaxInvalid as error:
            detail = ": ".join(part for part in (str(error.place), str(error)) if part)
            found = rules.finding("G1-syntaxis", None, detail=detail)
            return ValidationReport((dataclasses.replace(found, place=error.place),))
        except Limit as error:
            return ValidationReport((rules.finding("G4-grens", None, detail=str(error)),))
        graph = _reserved(document.graph, around.base)
        report = self._check_graph(graph, document.named_graphs, around)
        return _placed(rebased(report, around.base), data)

    def _check_graph(self, graph: Graph, names: tuple[Node, ...], around: Circumstances) -> ValidationReport:
        rules = self.shapes.rules
        findings = [*guards.named_graphs(names, rules), *guards.out_of_reach(graph, rules)]
        facts = _facts(graph, {finding.focus_node for finding in findings if finding.value == finding.focus_node})
        findings += self.vocabulary.unknown_terms(facts, rules)
        descriptions = set(facts.subjects(RDF.type, DCAT.Dataset)) or {URIRef(RESERVED_BASE)}
        near = neighbourhood(self.chains, self.published, facts)
        report = validate(near.graph, self.shapes, Scope.CONTENT, near.focus)
        subjects = set(facts.subjects()) - descriptions
        if not report.checked & subjects and not findings:
            return ValidationReport((rules.finding("G2-leeg", None),))
        findings += [*report.findings, *self._of_submission(facts, descriptions)]
        findings += guards.published_things(facts, self.published, rules, around.is_owned)
        findings += self._quotations(near.graph, facts, around.attached)
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
        graph = near + facts
        sources = set(graph.objects(None, PROV.wasQuotedFrom))
        for triple in self.published.leaving(sources, RESERVED_ZN.sha256):
            graph.add(triple)
        quoted = facts.subjects(RDF.type, RESERVED_ZN.Citaat)
        return list(guards.quotations(graph, quoted, texts.get, self.shapes.rules))


def read_folder(folder: Path) -> Graph:
    """The triples of a content folder, without questions and catalogue. Errors: ContentError with file and line."""
    graph = Graph()
    for path in sorted(folder.rglob("*")):
        if (
            path.suffix in (".ttl", ".trig", ".nt", ".nq")
            and "queries" not in path.parts
            and path.name != "catalogue.ttl"
        ):
            graph += syntax.read_graph(path, RESERVED_BASE)
    return graph


def known_places(path: Path) -> Graph:
    """The codes of a list, each as a concept in its scheme; none where there is no list."""
    graph = Graph()
    scheme = ""
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        if line.startswith("http"):
            scheme = line.strip()
        elif not line.startswith("#"):
            for code in line.split():
                graph.add((URIRef(f"{scheme}/{code}"), SKOS.inScheme, URIRef(scheme)))
    return graph


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
    for subject, predicate, value in graph:
        moved.add((_reserve(subject, base), _reserve(predicate, base), _reserve(value, base)))
    return moved


def _reserve(term: Node, base: Base) -> Node:
    return URIRef(base.reserve(str(term))) if isinstance(term, URIRef) else term


def _placed(report: ValidationReport, data: bytes) -> ValidationReport:
    """The report with the line of each node: where it is described, or first named.

    Only the first nodes are looked up, because each look-up reads the whole document.
    """
    text = data.decode("utf-8-sig")
    nodes = dict.fromkeys(finding.focus_node for finding in report.findings if isinstance(finding.focus_node, URIRef))
    places: dict[Node | None, Place] = {node: parsing.locate(text, str(node)) for node in list(nodes)[:_PLACED_NODES]}
    findings = tuple(
        dataclasses.replace(finding, place=places.get(finding.focus_node)) if finding.place is None else finding
        for finding in report.findings
    )
    return ValidationReport(findings, report.checked)


def _quiet() -> None:
    """Keeps rdflib from logging a trace for each value that is not of its datatype: those are findings, not faults."""
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)


def prepare(content_dir: str) -> Handler:
    """The handler of a checker process: everything loaded once, then one document a call.

    Shape of a job: ``media_type`` (name, required); ``report`` (media type of the report bytes, default Turtle);
    ``language`` (of the JSON and text, default nl); ``base_iri`` (the configured base); ``sources_dir`` (texts for
    R42); ``owned`` (IRIs that the submitter may extend); ``document_bytes`` and ``triples`` (limits). The answer is
    ``reporting.summary`` and the report.
    Errors of the handler: MediaTypeUnsupported for a document or report format that is not known.
    """
    checker = Checker.load(Path(content_dir))

    def handle(job: dict[str, object], body: bytes) -> tuple[dict[str, object], bytes]:
        report = with_sources(checker, job).check(
            body, _media_type(job, "media_type", parsing.ACCEPTED), _circumstances(job)
        )
        form = _media_type(job, "report", (*media_types.GRAPH_FORMATS, media_types.JSON), media_types.TURTLE)
        return summary(report, str(job.get("language", "nl"))), written(report, form)

    return handle


def with_sources(checker: Checker, job: Mapping[str, object]) -> Checker:
    """The checker with the source texts that a job names."""
    folder = job.get("sources_dir")
    return (
        dataclasses.replace(checker, texts=guards.source_texts(guards.read_sources(Path(str(folder)))))
        if folder
        else checker
    )


def _circumstances(job: Mapping[str, object]) -> Circumstances:
    standard = parsing.Limits()
    base = Base(str(job.get("base_iri") or RESERVED_BASE))
    named = job.get("owned")
    owned = frozenset(base.reserve(str(iri)) for iri in named) if isinstance(named, list | tuple) else frozenset()
    limits = parsing.Limits(
        int(str(job.get("document_bytes", standard.document_bytes))), int(str(job.get("triples", standard.triples)))
    )
    return Circumstances(base=base, is_owned=lambda thing: str(thing) in owned, limits=limits)


def _media_type(
    job: Mapping[str, object], key: str, offers: tuple[MediaType, ...], default: MediaType | None = None
) -> MediaType:
    name = job.get(key)
    found = media_types.named(str(name).partition(";")[0].strip().lower(), offers) if name else default
    if found is None:
        names = tuple(offer.name for offer in offers)
        raise MediaTypeUnsupported(f"{name} is not known here; use one of {', '.join(names)}", names)
    return found
