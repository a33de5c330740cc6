"""What is looked at beside SHACL: reach (G3, G5), terms that exist (R06), words that stand in their source (R42).

Number, force and words of each finding stand in ``shapes/guards.ttl``. Knows the published data only by what it is
asked. Must not know documents' syntax (``parsing.py``) nor the validator.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.findings import Finding
from zorgnetwerk.submission.neighbourhood import Edges
from zorgnetwerk.submission.rules import Rulebook
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.languages import unaccented
from zorgnetwerk.terms.namespaces import OA, OWL, PROV, RDF, RDFS, RESERVED_ZN, SH, SKOS

_OUT_OF_REACH = tuple(f"{RESERVED_BASE}{path}" for path in ("ns/", "auth/", "shapes/", "id/graaf/"))
_AXIOMS = frozenset((RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.imports, OWL.equivalentClass,
OWL.equivalentProperty,
    OWL.disjointWith, OWL.inverseOf, OWL.deprecated))  # fmt: skip
_AXIOM_CLASSES = frozenset(
    (RDFS.Class, RDF.Property, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.Ontology, SKOS.ConceptScheme)
)
_NEAR = 0.85
_WHITE_SPACE = re.compile(r"\s+")

SourceText = Callable[[str], str | None]
"""From the SHA-256 of a source to its text; None when it is not held."""


def named_graphs(names: Iterable[Node], rules: Rulebook) -> Iterator[Finding]:
    """G3 for each named graph that a document writes to."""
    for name in names:
        yield rules.finding("G3-graaf", name, value=name)


def out_of_reach(graph: Graph, rules: Rulebook) -> Iterator[Finding]:
    """G3 for statements about vocabulary, codes, shapes and graphs, and for axioms and shapes about anything."""
    for subject in sorted(set(graph.subjects()), key=str):
        if isinstance(subject, URIRef) and str(subject).startswith(_OUT_OF_REACH):
            yield rules.finding("G3-woordenschat", subject, value=subject)
    for subject, predicate, value in sorted(graph, key=str):
        if is_axiom(predicate, value):
            spoken = value if predicate == RDF.type else predicate
            yield rules.finding("G3-axioma", subject, path=URIRef(str(predicate)), value=spoken)


def is_axiom(predicate: Node, value: Node) -> bool:
    """Whether a triple with this predicate and value speaks about classes, properties or shapes."""
    if predicate == RDF.type:
        return value in _AXIOM_CLASSES or str(value).startswith(str(SH))
    return predicate in _AXIOMS or str(predicate).startswith(str(SH))


def published_things(
    graph: Graph, published: Edges, rules: Rulebook, is_owned: Callable[[URIRef], bool]
) -> Iterator[Finding]:
    """G5 for each thing that is published already and belongs to somebody else; G3 where it gets another preferred
    name.

    A triple that is published already changes nothing and is let pass.
    """
    subjects = {subject for subject in graph.subjects() if isinstance(subject, URIRef)}
    known = set(published.leaving(subjects, None))
    existing = {triple[0] for triple in known}
    new = {triple for triple in graph if triple not in known and triple[0] in existing}
    names = {(s, o.language): o for s, p, o in known if p == SKOS.prefLabel and isinstance(o, Literal)}
    for subject, predicate, value in sorted(new, key=str):
        if predicate == SKOS.prefLabel and isinstance(value, Literal) and (subject, value.language) in names:
            old = names[subject, value.language]
            yield rules.finding("G3-naam", subject, path=SKOS.prefLabel, value=value, published=str(old))
    for subject in sorted({triple[0] for triple in new}, key=str):
        if isinstance(subject, URIRef) and not is_owned(subject):
            yield rules.finding("G5-eigenaar", subject)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of our own namespace that exist."""

    classes: frozenset[URIRef]
    properties: frozenset[URIRef]

    @classmethod
    def of(cls, ontology: Graph) -> Vocabulary:
        """The terms that an ontology declares."""
        kinds = (
            (OWL.Class, RDFS.Class),
            (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property),
        )
        classes, properties = (
            frozenset(
                URIRef(str(term)) for kind in group for term in ontology.subjects(RDF.type, kind) if is_ours(term)
            )
            for group in kinds
        )
        return cls(classes, properties)

    def unknown_terms(self, graph: Graph, rules: Rulebook) -> Iterator[Finding]:
        """R06 for each term of our namespace that does not exist, with the most similar one that does."""
        for subject, predicate, value in sorted(graph, key=str):
            if is_ours(predicate) and predicate not in self.properties:
                suggestion = _similar(predicate, self.properties)
                yield rules.finding(
                    "R06-eigenschap", subject, path=URIRef(str(predicate)), value=predicate, suggestion=suggestion
                )
            if predicate == RDF.type and is_ours(value) and value not in self.classes:
                yield rules.finding(
                    "R06-klasse", subject, path=RDF.type, value=value, suggestion=_similar(value, self.classes)
                )
            if predicate == RDF.predicate and is_ours(value) and value not in self.properties:
                yield rules.finding(
                    "R06-eigenschap",
                    subject,
                    path=RDF.predicate,
                    value=value,
                    suggestion=_similar(value, self.properties),
                )


def is_ours(term: Node) -> bool:
    """Whether a term lies in our vocabulary's namespace, be it declared or not."""
    return isinstance(term, URIRef) and str(term).startswith(str(RESERVED_ZN))


def _similar(term: Node, terms: frozenset[URIRef]) -> str:
    names = {str(known).removeprefix(str(RESERVED_ZN)): known for known in sorted(terms)}
    found = difflib.get_close_matches(str(term).removeprefix(str(RESERVED_ZN)), names, n=1, cutoff=0.0)
    return f"zn:{found[0]}" if found else ""


def is_near(term: Node, suggestion: str) -> bool:
    """Whether a suggested term is so much like the unknown one that it must be meant."""
    name, other = unaccented(str(term).removeprefix(str(RESERVED_ZN))), unaccented(suggestion.removeprefix("zn:"))
    return difflib.SequenceMatcher(None, name, other).ratio() >= _NEAR


def quotations(graph: Graph, quoted: Iterable[Node], text_of: SourceText, rules: Rulebook) -> Iterator[Finding]:
    """R42 for each of these quotations that does not stand literally in its source; a note for each source that is not
    held.

    White space is normalised on both sides. A quotation with several texts or sources is left to the shapes.
    """
    unchecked: dict[Node, int] = {}
    for quotation in sorted(set(quoted), key=str):
        words, sources = list(graph.objects(quotation, OA.exact)), list(graph.objects(quotation, PROV.wasQuotedFrom))
        if len(words) != 1 or len(sources) != 1:
            continue
        text = text_of(str(graph.value(sources[0], RESERVED_ZN.sha256) or ""))
        if text is None:
            unchecked[sources[0]] = unchecked.get(sources[0], 0) + 1
        elif _normal(str(words[0])) not in text:
            yield rules.finding("R42-letterlijk", quotation, path=OA.exact, value=words[0], source=str(sources[0]))
    for source, count in sorted(unchecked.items(), key=str):
        yield rules.finding("R42-niet-gecontroleerd", source, source=str(source), count=str(count))


def _normal(text: str) -> str:
    return _WHITE_SPACE.sub(" ", text).strip()


def source_texts(documents: Mapping[str, bytes]) -> dict[str, str]:
    """White-space-normalised texts by the SHA-256 of their bytes."""
    return {hashlib.sha256(data).hexdigest(): _normal(data.decode("utf-8", "replace")) for data in documents.values()}


def read_sources(folder: Path | None) -> dict[str, bytes]:
    """The source documents of a folder by file name; none when there is no folder."""
    if folder is None or not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.txt"))}
