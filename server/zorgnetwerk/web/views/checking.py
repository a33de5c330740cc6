"""The report on what somebody sent, as the page shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zorgnetwerk.web.frames import Frame
from zorgnetwerk.web.translations import Translator, mark

_SEVERITIES = (
    ("Violation", "is-violation", mark("To mend"), mark("These keep it from being published.")),
    ("Warning", "is-warning", mark("To look at"), mark("These are told and do not keep it from being published.")),
    ("Info", "is-note", mark("Not checked"), ""),
)
_WORDS = {"Violation": mark("mistake"), "Warning": mark("warning"), "Info": mark("note")}
_MEASURED = {"found": mark("found"), "expected": mark("expected"), "published": mark("published")}
_SHOWN_IN_MESSAGE = ("detail", "source", "suggestion", "count", "component", "candidates", "names")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line of the document with the words that the finding is about in the middle."""

    before: str
    marked: str
    after: str


@dataclass(frozen=True, slots=True)
class Mend:
    """A repair that one click applies; ``key`` names it."""

    key: str
    title: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding. ``place`` are words such as "line 3, column 7"; ``measured`` are names and values; ``candidates``
    names and pages of published things that may be meant."""

    rule: str
    rule_name: str
    severity: str
    tone: str
    thing: str
    iri: str
    property: str
    value: str
    message: str
    place: str
    excerpt: Excerpt | None
    measured: tuple[tuple[str, str], ...]
    candidates: tuple[tuple[str, str], ...]
    mend: Mend | None


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one severity. Units: ``total`` counts those that are not listed as well."""

    tone: str
    title: str
    explanation: str
    findings: tuple[FindingView, ...]
    total: int
    left_out: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """A whole report. Shape: ``verdict`` is conforms, refused or empty (no rule looked at anything)."""

    verdict: str
    checked: int
    groups: tuple[Group, ...]
    mends: int
    diff: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CheckView:
    """What the page shows: the form as it was filled, and the report when there is one.

    Shape: ``kept`` carries the files to the next step; ``files`` are their names; ``sheet`` says that an annotated copy
    can be made; ``mended`` that the files are not as they were sent.
    """

    text: str = ""
    chosen: str = ""
    report: ReportView | None = None
    kept: str = ""
    files: tuple[str, ...] = ()
    sheet: bool = False
    mended: bool = False
    megabytes: int = 5


def report_view(told: Mapping[str, Any], t: Translator, frame: Frame) -> ReportView:
    """The report of a checker as it is shown."""
    entries: Sequence[Mapping[str, Any]] = told["findings"]
    left_out: Mapping[str, int] = told["left_out"]
    is_empty = any(entry["shape"] and str(entry["shape"]).endswith("G2-leeg") for entry in entries)
    verdict = "empty" if is_empty else "conforms" if told["conforms"] else "refused"
    groups = []
    for severity, tone, title, explanation in _SEVERITIES:
        chosen = [entry for entry in entries if entry["severity"] == severity]
        rules = {str(entry["rule"]) for entry in chosen}
        more = tuple((rule, count) for rule, count in left_out.items() if rule in rules)
        if chosen:
            shown = tuple(_finding(entry, tone, t, frame) for entry in chosen)
            total = len(chosen) + sum(count for _, count in more)
            words = t.gettext(explanation) if explanation else ""
            groups.append(Group(tone, t.gettext(title), words, shown, total, more))
    mends = sum(1 for entry in entries if entry["repair"])
    return ReportView(verdict, int(told["checked"]), tuple(groups), mends, tuple(_lines(str(told.get("diff") or ""))))


def _finding(entry: Mapping[str, Any], tone: str, t: Translator, frame: Frame) -> FindingView:
    repair = entry["repair"]
    measured = tuple(
        (t.gettext(_MEASURED.get(name, name)), str(value))
        for name, value in entry["detail"].items()
        if name not in _SHOWN_IN_MESSAGE and not _says(str(entry["message"]), str(value))
    )
    value = str(entry["valueName"])
    focus = str(entry["focusNode"] or "")
    word = _WORDS[str(entry["severity"])]
    return FindingView(
        rule=str(entry["rule"]),
        rule_name=str(entry["ruleName"]),
        severity=t.gettext(word),
        tone=tone,
        thing=str(entry["focusName"]) or focus,
        iri=focus if focus.startswith(("http:", "https:", "urn:")) and not entry["cell"] else "",
        property=str(entry["pathName"]),
        value=value if str(entry["value"] or "") != focus else "",
        message=str(entry["message"]),
        place=_place(entry, t),
        excerpt=_excerpt(entry),
        measured=measured,
        candidates=tuple(_candidates(entry["detail"], frame)),
        mend=Mend(repair["key"], repair["title"], repair["old"], repair["new"]) if repair else None,
    )


def _says(message: str, value: str) -> bool:
    """Whether a sentence holds a value as a word of its own."""
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", message) is not None


def _candidates(detail: Mapping[str, str], frame: Frame) -> Iterator[tuple[str, str]]:
    iris = str(detail.get("candidates", "")).split()
    names = str(detail.get("names", "")).split(", ")
    for number, iri in enumerate(iris):
        page = frame.page_of(iri)
        if page:
            yield names[number] if len(names) == len(iris) else iri.rpartition("/")[2], page


def _place(entry: Mapping[str, Any], t: Translator) -> str:
    parts = []
    if entry["cell"]:
        heading = f" ({entry['heading']})" if entry["heading"] else ""
        parts.append(t.gettext("cell %(cell)s") % {"cell": entry["cell"]} + heading)
    elif entry["line"]:
        where = {"line": entry["line"], "column": entry["column"] or 1}
        parts.append(t.gettext("line %(line)s, column %(column)s") % where)
    return ", ".join([*parts, str(entry["file"])] if entry["file"] else parts)


def _excerpt(entry: Mapping[str, Any]) -> Excerpt | None:
    text, token = str(entry["excerpt"]), str(entry["token"]).partition("\n")[0]
    if not text:
        return None
    column = int(entry["column"] or 1) - 1
    at = column if token and text.startswith(token, column) else text.find(token) if token else -1
    if at < 0:
        return Excerpt(text, "", "")
    return Excerpt(text[:at], token, text[at + len(token) :])


def _lines(diff: str) -> Iterator[tuple[str, str]]:
    """The lines of a unified diff, each with what it is."""
    tones = {"+": "is-added", "-": "is-removed", "@": "is-where"}
    for line in diff.splitlines():
        if not line.startswith(("+++", "---")):
            yield tones.get(line[:1], "is-same"), line
