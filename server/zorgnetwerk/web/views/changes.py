"""Changes and the report on the whole data set in the words of a reader.

Knows labels and pages. Must not know the journal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from zorgnetwerk.dataset.changes import Summary
from zorgnetwerk.web.clock import moment
from zorgnetwerk.web.frames import Frame
from zorgnetwerk.web.translations import Translator, mark

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "build": mark("Content"),
        "submission": mark("Submission"),
        "withdrawal": mark("Withdrawal"),
        "move": mark("New address"),
        "redaction": mark("Legal removal"),
    }
)
SEVERITIES: Final[tuple[tuple[str, str, str], ...]] = (
    ("Violation", "refuses", mark("Violations")),
    ("Warning", "warns", mark("Warnings")),
    ("Info", "notes", mark("Notes")),
)
_SHOWN: Final = 25

Naming = Callable[[str], str]
"""From an IRI to what it is called."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change as the list shows it. Shape: ``organisation`` is a name, ``organisation_page`` its path or empty."""

    number: int
    href: str
    when: str
    kind: str
    what: str
    organisation: str
    organisation_page: str
    added: int
    removed: int
    forgotten: int
    submission: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding on the whole data set."""

    thing: str
    page: str
    message: str
    iri: str


@dataclass(frozen=True, slots=True)
class Rule:
    """All findings of one rule. Units: ``total`` counts those that are not listed as well."""

    rule: str
    total: int
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one severity, rule by rule."""

    tone: str
    title: str
    total: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class ConformanceView:
    """The report on the whole data set."""

    release: int
    when: str
    seconds: float
    checked: int
    conforms: bool
    groups: tuple[Group, ...]


def change_rows(changes: Sequence[Summary], t: Translator, frame: Frame, name: Naming) -> list[ChangeRow]:
    """The changes for this reader."""
    return [change_row(change, t, frame, name) for change in changes]


def change_row(change: Summary, t: Translator, frame: Frame, name: Naming) -> ChangeRow:
    """One change for this reader."""
    return ChangeRow(
        number=change.number,
        href=frame.to(f"/changes/{change.number}"),
        when=moment(change.time, t),
        kind=t.gettext(KINDS.get(change.kind, change.kind)),
        what=_what(change, t, name),
        organisation=name(change.organisation) if change.organisation else "",
        organisation_page=(frame.page_of(change.organisation) or "") if change.organisation else "",
        added=change.added,
        removed=change.removed,
        forgotten=change.forgotten,
        submission=change.submission,
    )


def _what(change: Summary, t: Translator, name: Naming) -> str:
    if change.kind == "move" and change.old and change.new:
        return t.gettext("%(old)s is now %(new)s") % {"old": name(change.old), "new": name(change.new)}
    if change.kind == "submission" and change.about:
        return ", ".join(change.about)
    if change.kind == "submission":
        return t.gettext("Submission %(id)s was accepted") % {"id": change.submission}
    if change.kind == "withdrawal":
        return t.gettext("Taken back: %(what)s") % {"what": ", ".join(change.about) or change.submission}
    if change.kind == "build" and change.cause in ("build", "restore"):
        return t.gettext("The content of the publisher changed")
    return change.cause


def conformance_view(values: Mapping[str, Any], t: Translator, frame: Frame, name: Naming) -> ConformanceView:
    """The report for this reader, at most 25 findings a rule."""
    findings: Sequence[Mapping[str, Any]] = values["findings"]
    groups = []
    for severity, tone, title in SEVERITIES:
        mine = [found for found in findings if found["severity"] == severity]
        if mine:
            groups.append(Group(tone, t.gettext(title), len(mine), _rules(mine, frame, name)))
    return ConformanceView(
        release=int(values["release"]),
        when=moment(str(values["made"]), t),
        seconds=float(values["seconds"]),
        checked=int(values["checked"]),
        conforms=bool(values["conforms"]),
        groups=tuple(groups),
    )


def _rules(findings: Sequence[Mapping[str, Any]], frame: Frame, name: Naming) -> tuple[Rule, ...]:
    totals = Counter(str(found["rule"]) for found in findings)
    return tuple(
        Rule(
            rule,
            total,
            tuple(_remark(found, frame, name) for found in findings if found["rule"] == rule)[:_SHOWN],
        )
        for rule, total in sorted(totals.items())
    )


def _remark(found: Mapping[str, Any], frame: Frame, name: Naming) -> Remark:
    iri = str(found["focusNode"] or "")
    said: Mapping[str, str] = found.get("messages") or {}
    message = said.get(frame.language) or str(found["message"])
    is_iri = iri.startswith("http")
    return Remark(name(iri) if is_iri else iri, (frame.page_of(iri) or "") if is_iri else "", message, iri)


def things_of(values: Mapping[str, Any]) -> set[str]:
    """The things that a page of this report names."""
    return {iri for found in values["findings"] if (iri := str(found["focusNode"] or "")).startswith("http")}
