"""A report for others: as RDF bytes, as plain values for JSON, as lines of text.

Knows reports. Must not know how they came about.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import Final, cast

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.errors import Place
from zorgnetwerk.submission.findings import Finding, Repair, Spot, ValidationReport
from zorgnetwerk.submission.rewriting import key_of
from zorgnetwerk.submission.wording import Wording
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.terms.namespaces import DCT, RDF, SH, XSD

_NAMELESS: Final = MappingProxyType({"focusName": "", "pathName": "", "valueName": "", "ruleName": ""})
_COLUMNS: Final = ("severity", "rule", "ruleName", "file", "line", "column", "cell", "heading", "focusName",
    "focusNode", "pathName", "path", "value", "message")  # fmt: skip
_PREFIXES = {"sh": str(SH), "dct": str(DCT), "rdf": str(RDF), "xsd": str(XSD)}


def written(
    report: ValidationReport, media_type: MediaType, language: str = "nl", named: Sequence[Mapping[str, str]] = ()
) -> bytes:
    """The report as a document of an RDF format, as JSON in all languages, or as a table (CSV) in one.

    Errors: MediaTypeUnsupported.
    """
    if media_type is media_types.JSON:
        told = summary(report, language, all_languages=True, named=named)
        return json.dumps(told, ensure_ascii=False, indent=1).encode()
    if media_type is media_types.RESULTS_CSV:
        return _table(summary(report, language, named=named))
    return syntax.write(report.graph(), media_type, _PREFIXES)


def summary(
    report: ValidationReport, language: str, all_languages: bool = False, named: Sequence[Mapping[str, str]] = ()
) -> dict[str, object]:
    """The report as values that JSON can hold.

    Shape: ``conforms``; ``checked`` (how many nodes); ``violations``, ``warnings``, ``notes`` (counts of those told);
    ``left_out`` (rule: how many more); ``findings``, each with rule, severity, focusNode, path, value, message (in this
    language), detail, shape, file, line, column, end_column, excerpt, cell, heading, repair (title, old, new, edits as
    start, end, text, or cell and text; or None); ``messages`` where all languages are wanted; the names of ``named``
    (``naming.described``), empty where there are none.
    """
    return {
        "conforms": report.conforms,
        "checked": len(report.checked),
        "violations": len(report.violations),
        "warnings": len(report.warnings),
        "notes": len(report.notes),
        "left_out": dict(report.left_out),
        "findings": [
            _entry(finding, language, all_languages) | dict(names)
            for finding, names in zip_longest(report.findings, named, fillvalue=_NAMELESS)
            if isinstance(finding, Finding)
        ],
    }


def _table(told: Mapping[str, object]) -> bytes:
    """The findings as CSV with a byte order mark, so that spreadsheets read the accents; no cell begins a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for entry in cast("Sequence[Mapping[str, object]]", told["findings"]):
        writer.writerow([_harmless(str(entry.get(column) or "")) for column in _COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


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
        **_where(place),
        "repair": _mend(finding.repair, language, all_languages),
    }
    return entry | {"messages": dict(finding.messages)} if all_languages else entry


def _where(place: Place | None) -> dict[str, object]:
    spot = place if isinstance(place, Spot) else Spot()
    return {
        "file": spot.file,
        "line": place.line if place else 0,
        "column": place.column if place else 0,
        "end_column": spot.end_column,
        "excerpt": place.excerpt if place else "",
        "token": (place.token if place else None) or "",
        "cell": spot.cell,
        "heading": spot.heading,
    }


def _mend(repair: Repair | None, language: str, all_languages: bool) -> dict[str, object] | None:
    if repair is None:
        return None
    return {
        "key": key_of(repair),
        "title": dict(repair.title) if all_languages else repair.title[language],
        "old": repair.old,
        "new": repair.new,
        "edits": [dataclasses.asdict(edit) for edit in repair.edits],
    }


def _shown(term: Node | None) -> str | None:
    return None if term is None else term.n3() if isinstance(term, Literal) else str(term)


def lines(report: ValidationReport, language: str) -> Iterator[str]:
    """The report as lines of text: one for each finding, then its sentence."""
    for finding in report.findings:
        where = _told_place(finding.place)
        node = f" <{finding.focus_node}>" if finding.focus_node is not None else ""
        yield f"{where}{finding.severity.value} {finding.rule}{node}"
        yield f"    {finding.message(language)}"
    for rule, count in report.left_out.items():
        yield f"{rule}: +{count}"


def _told_place(place: Place | None) -> str:
    if place is None:
        return ""
    spot = place if isinstance(place, Spot) else Spot()
    place_text = spot.cell or (f"{place.line}:{place.column}" if place.line else "")
    return f"{':'.join(part for part in (spot.file, place_text) if part)} " if place_text else ""


def rebased(report: ValidationReport, base: Base) -> ValidationReport:
    """The report with our IRIs under the configured base, also inside sentences."""
    if base.value == RESERVED_BASE:
        return report
    return dataclasses.replace(report, findings=tuple(_moved(finding, base) for finding in report.findings))


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


def in_sheets(report: ValidationReport, wording: Wording, only_sheets: bool) -> ValidationReport:
    """The report with plain words where it speaks of a cell, or of sheets only, and without what only follows from
    another finding at the same cell.

    A cell that could not be read is told once: what rules miss because of it is left out.
    """
    unread = {place.cell for each in report.findings if each.rule == "G1" and isinstance(place := each.place, Spot)}
    kept = []
    for finding in report.findings:
        cell = finding.place.cell if isinstance(finding.place, Spot) else ""
        if cell and cell in unread and finding.rule != "G1":
            continue
        if (cell or only_sheets) and finding.rule != "G1":
            messages = {tag: wording.plain(text, tag) for tag, text in finding.messages.items()}
            finding = dataclasses.replace(finding, messages=MappingProxyType(messages))
        kept.append(finding)
    return dataclasses.replace(report, findings=tuple(kept))
