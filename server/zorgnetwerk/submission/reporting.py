"""A report for others: as RDF bytes, as plain values for JSON, as lines of text.

Knows reports. Must not know how they came about.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.findings import Finding, ValidationReport
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.terms.namespaces import DCT, RDF, SH, XSD

_PREFIXES = {"sh": str(SH), "dct": str(DCT), "rdf": str(RDF), "xsd": str(XSD)}


def written(report: ValidationReport, media_type: MediaType) -> bytes:
    """The report as a document of an RDF format, or as JSON in all languages. Errors: MediaTypeUnsupported."""
    if media_type is media_types.JSON:
        return json.dumps(summary(report, "nl", all_languages=True), ensure_ascii=False, indent=1).encode()
    return syntax.write(report.graph(), media_type, _PREFIXES)


def summary(report: ValidationReport, language: str, all_languages: bool = False) -> dict[str, object]:
    """The report as values that JSON can hold.

    Shape: ``conforms``; ``checked`` (how many nodes); ``violations``, ``warnings``, ``notes`` (counts); ``findings``,
    each with rule, severity,
           focusNode, path, value, message (in this language), detail, shape, line, column, excerpt; ``messages`` where
           all languages are wanted.
    """
    return {
        "conforms": report.conforms,
        "checked": len(report.checked),
        "violations": len(report.violations),
        "warnings": len(report.warnings),
        "notes": len(report.notes),
        "findings": [_entry(finding, language, all_languages) for finding in report.findings],
    }


def _entry(finding: Finding, language: str, all_languages: bool) -> dict[str, object]:
    place = finding.place
    entry: dict[str, object] = {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "focusNode": _shown(finding.focus_node),
        "path": _shown(finding.path),
        "value": _shown(finding.value),
        "message": finding.message(language),
        "detail": dict(finding.detail),
        "shape": _shown(finding.shape),
        "line": place.line if place else 0,
        "column": place.column if place else 0,
        "excerpt": place.excerpt if place else "",
    }
    return entry | {"messages": dict(finding.messages)} if all_languages else entry


def _shown(term: Node | None) -> str | None:
    return None if term is None else term.n3() if isinstance(term, Literal) else str(term)


def lines(report: ValidationReport, language: str) -> Iterator[str]:
    """The report as lines of text: one for each finding, then its sentence."""
    for finding in report.findings:
        where = f"{finding.place.line}:{finding.place.column} " if finding.place and finding.place.line else ""
        node = f" <{finding.focus_node}>" if finding.focus_node is not None else ""
        yield f"{where}{finding.severity.value} {finding.rule}{node}"
        yield f"    {finding.message(language)}"


def rebased(report: ValidationReport, base: Base) -> ValidationReport:
    """The report with our IRIs under the configured base, also inside sentences."""
    if base.value == RESERVED_BASE:
        return report
    return ValidationReport(tuple(_moved(finding, base) for finding in report.findings), report.checked)


def _moved(finding: Finding, base: Base) -> Finding:
    def move(term: Node | None) -> Node | None:
        return URIRef(base.rebase(str(term))) if isinstance(term, URIRef) else term

    path, shape = move(finding.path), move(finding.shape)
    return dataclasses.replace(
        finding,
        focus_node=move(finding.focus_node),
        value=move(finding.value),
        path=path if isinstance(path, URIRef) else None,
        shape=shape if isinstance(shape, URIRef) else None,
        messages={tag: text.replace(RESERVED_BASE, base.value) for tag, text in finding.messages.items()},
        detail={name: text.replace(RESERVED_BASE, base.value) for name, text in finding.detail.items()},
    )
