"""What is said of an accepted submission: who sent it, when, by which rules it was checked, who decided.

The graph of a submission is described in itself. A plain fact that comes without evidence gets a claim whose source is
that graph, and each quotation names its contributor, so that pages can say by whom a fact was submitted. Knows the
pattern of ``data/README.md``. Must not know journals nor states.

Source: PROV-O (wasAttributedTo, wasGeneratedBy, endedAtTime); DCMI terms (dateSubmitted, dateAccepted, conformsTo).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.admission import graph_of
from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.terms import graph_names, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import DCT, ORG, OWL, PROV, RDF, RESERVED_ZN, SKOS, XSD

_PLAIN: Final = re.compile(
    rf"{re.escape(RESERVED_BASE)}id/(organisatie|groep|samenwerkingsverband|campus|voorziening|uitrusting|project|gebied)/"
)
_NEEDS_NO_CLAIM: Final = frozenset(
    (RDF.type, RESERVED_ZN.geldigheid, RESERVED_ZN.hoeveelheid, RESERVED_ZN.deelnemersVolledig, SKOS.editorialNote,
     SKOS.note, ORG.siteOf)
)  # fmt: skip
_CLAIM: Final = f"{RESERVED_BASE}id/bewering/inzending-"
_DECISION: Final = f"{RESERVED_BASE}id/beslissing/"
_QUOTATION: Final = f"{RESERVED_BASE}id/citaat/"
_TITLES: Final = {
    "nl": "Inzending {id} van {name}",
    "fr": "Envoi {id} de {name}",
    "de": "Einreichung {id} von {name}",
    "en": "Submission {id} by {name}",
}
_DECISIONS: Final = {
    "nl": "Aanvaard na nazicht",
    "fr": "Accepté après examen",
    "de": "Nach Prüfung angenommen",
    "en": "Accepted after review",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What is published about the acceptance of a submission.

    Shape: ``organisation`` and ``reviewers`` are IRIs under the reserved base, ``name`` what the organisation is
           called; ``rules`` is the version of the shapes, "" when the content states none.
    Units: ``received`` and ``accepted`` are ISO 8601 in UTC.
    """

    submission: str
    organisation: str
    name: str
    received: str
    accepted: str
    rules: str
    reviewers: tuple[str, ...] = ()


def with_provenance(lines: Iterable[str], decision: Decision) -> list[str]:
    """The lines of a submission together with what is said of it, sorted."""
    graph = syntax.lines_to_graph(lines)
    graph_name = graph_of(decision.submission)
    for triple in (*_about_graph(graph_name, decision), *_contributed(graph, decision)):
        graph.add(triple)
    for triple in list(_claims(graph, graph_name, decision.submission)):
        graph.add(triple)
    return syntax.graph_to_lines(graph, str(graph_name))


def is_ours(triple: Triple) -> bool:
    """Whether a triple of an accepted submission is one that we added, and the submitter did not write."""
    subject, predicate, _ = triple
    said = str(subject)
    return said.startswith((_CLAIM, _DECISION)) or (predicate == DCT.contributor and said.startswith(_QUOTATION))


def _about_graph(graph_name: URIRef, decision: Decision) -> Iterator[Triple]:
    activity = URIRef(f"{_DECISION}{decision.submission}")
    for language, title in _TITLES.items():
        words = title.format(id=decision.submission, name=decision.name)
        yield graph_name, DCT.title, Literal(words, lang=language)
    yield graph_name, PROV.wasAttributedTo, URIRef(decision.organisation)
    yield graph_name, DCT.dateSubmitted, _day(decision.received)
    yield graph_name, DCT.dateAccepted, _day(decision.accepted)
    yield graph_name, DCT.conformsTo, URIRef(graph_names.SHAPES)
    yield graph_name, PROV.wasGeneratedBy, activity
    yield activity, RDF.type, PROV.Activity
    for language, words in _DECISIONS.items():
        yield activity, SKOS.prefLabel, Literal(words, lang=language)
    yield activity, PROV.endedAtTime, Literal(decision.accepted, datatype=XSD.dateTime)
    yield activity, PROV.used, URIRef(graph_names.SHAPES)
    if decision.rules:
        yield activity, OWL.versionInfo, Literal(decision.rules)
    for reviewer in sorted(set(decision.reviewers)):
        yield activity, PROV.wasAssociatedWith, URIRef(reviewer)


def _day(moment: str) -> Literal:
    return Literal(moment[:10], datatype=XSD.date)


def _contributed(graph: Graph, decision: Decision) -> Iterator[Triple]:
    for quotation in graph.subjects(RDF.type, RESERVED_ZN.Citaat):
        yield quotation, DCT.contributor, URIRef(decision.organisation)


def _claims(graph: Graph, graph_name: URIRef, submission: str) -> Iterator[Triple]:
    """A claim, with the submission as its source, for each plain fact that has none."""
    claimed = {
        (subject, graph.value(claim, RDF.predicate), graph.value(claim, RDF.object))
        for claim, subject in graph.subject_objects(RDF.subject)
    }
    plain = [triple for triple in graph if _is_plain(triple) and triple not in claimed]
    for number, (subject, predicate, value) in enumerate(sorted(plain, key=_order), 1):
        claim = URIRef(f"{_CLAIM}{submission}-{number}")
        yield claim, RDF.type, RESERVED_ZN.Bewering
        yield claim, RDF.subject, subject
        yield claim, RDF.predicate, predicate
        yield claim, RDF.object, value
        yield claim, PROV.hadPrimarySource, graph_name


def _is_plain(triple: Triple) -> bool:
    subject, predicate, _ = triple
    return bool(_PLAIN.match(str(subject))) and predicate not in _NEEDS_NO_CLAIM


def _order(triple: tuple[Node, Node, Node]) -> tuple[str, str, str]:
    return str(triple[0]), str(triple[1]), triple[2].n3() if isinstance(triple[2], Literal) else str(triple[2])
