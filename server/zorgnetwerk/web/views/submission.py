"""What the pages about a submission show: its state, its report, its steps, in the words of a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from zorgnetwerk.submission.inbox import SentFile, files_of
from zorgnetwerk.submission.rows import Event, Submission
from zorgnetwerk.web.clock import moment
from zorgnetwerk.web.translations import Translator, mark
from zorgnetwerk.web.views.difference import DifferenceView

STATES: Mapping[str, str] = MappingProxyType(
    {
        "waiting": mark("waits for review"),
        "accepted": mark("accepted"),
        "published": mark("published"),
        "refused": mark("refused"),
        "withdrawn": mark("withdrawn"),
        "replaced": mark("replaced by a correction"),
    }
)
_NEXT: Mapping[str, str] = MappingProxyType(
    {
        "waiting": mark(
            "A steward will look at it. Nothing of it can be seen by others until then. This page will say what was "
            "decided: keep its address."
        ),
        "accepted": mark("It was accepted and is being published, which takes a few seconds. Load this page again."),
        "published": mark("It is published and can be seen by everybody."),
        "refused": mark("It was not accepted. The reason stands above; mend it and send it again."),
        "withdrawn": mark("It was withdrawn and is not published."),
        "replaced": mark("A correction took its place."),
    }
)
_STEPS: Mapping[str, str] = MappingProxyType(
    {
        "received": mark("received"),
        "comment": mark("comment"),
        "endorsed": mark("accepted by a first steward"),
        "accepted": mark("accepted"),
        "refused": mark("refused"),
        "withdrawn": mark("withdrawn"),
        "replaced": mark("replaced by a correction"),
        "no longer conforms": mark("no longer conforms"),
        "merged": mark("merged"),
        "moved": mark("moved"),
    }
)
_SEVERITIES: Mapping[str, str] = MappingProxyType(
    {"Violation": mark("must be mended"), "Warning": mark("warning"), "Info": mark("note")}
)
_MOST_FINDINGS: Final = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the history of a submission."""

    submission: str
    when: str
    what: str
    who: str
    comment: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding of the check. ``kind`` is violation, warning or info."""

    kind: str
    severity: str
    rule: str
    thing: str
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """A submission as a page shows it.

    Shape: ``state`` is a word of ours (``published`` when a release holds it), ``tag`` what a correction must name;
           ``release`` is 0 while none holds it; ``changed_since`` what was published about its things meanwhile.
    """

    id: str
    label: str
    state: str
    state_word: str
    following: str
    organisation: str
    received: str
    decided: str
    reason: str
    files: tuple[SentFile, ...]
    sha256: str
    size: int
    tag: str
    release: int
    replaces: str
    successor: str
    findings: tuple[FindingLine, ...]
    steps: tuple[Step, ...]
    difference: DifferenceView | None = None
    changed_since: tuple[tuple[str, DifferenceView], ...] = ()
    published_things: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A submission as a line of a list."""

    id: str
    label: str
    state: str
    state_word: str
    organisation: str
    received: str
    warnings: int
    is_correction: bool


def state_of(found: Submission, release: int) -> str:
    """The state as people say it: accepted becomes published as soon as a release holds it."""
    return "published" if found.state == "accepted" and release else found.state


def submission_view(
    found: Submission,
    report: Mapping[str, Any],
    events: Sequence[Event],
    t: Translator,
    names: Mapping[str, str],
    *,
    release: int = 0,
    successor: str = "",
    difference: DifferenceView | None = None,
    changed_since: Sequence[tuple[str, DifferenceView]] = (),
    published_things: Sequence[tuple[str, str]] = (),
) -> SubmissionView:
    """The view of a submission; ``names`` says what organisations and things are called."""
    state = state_of(found, release)
    return SubmissionView(
        id=found.id,
        label=found.label or t.gettext("Submission"),
        state=state,
        state_word=t.gettext(STATES[state]),
        following=t.gettext(_NEXT[state]),
        organisation=names.get(found.organisation, found.organisation),
        received=moment(found.received, t),
        decided=moment(found.decided, t) if found.decided else "",
        reason=found.reason,
        files=files_of(found.files),
        sha256=found.sha256,
        size=found.size,
        tag=found.tag,
        release=release,
        replaces=found.replaces,
        successor=successor,
        findings=tuple(findings(report, t, names)),
        steps=tuple(steps(events, t, names)),
        difference=difference,
        changed_since=tuple(changed_since),
        published_things=tuple(published_things),
    )


def row(found: Submission, t: Translator, names: Mapping[str, str], release: int = 0) -> SubmissionRow:
    """A submission as a line of a list."""
    state = state_of(found, release)
    return SubmissionRow(
        id=found.id,
        label=found.label or t.gettext("Submission"),
        state=state,
        state_word=t.gettext(STATES[state]),
        organisation=names.get(found.organisation, found.organisation),
        received=moment(found.received, t),
        warnings=found.warnings,
        is_correction=bool(found.replaces),
    )


def steps(events: Iterable[Event], t: Translator, names: Mapping[str, str]) -> Iterable[Step]:
    """Steps in words; keys are not named, organisations are."""
    for event in events:
        what = t.gettext(_STEPS[event.kind]) if event.kind in _STEPS else event.kind
        who = names.get(event.organisation, event.organisation)
        yield Step(event.submission, moment(event.time, t), what, who, event.comment)


def findings(report: Mapping[str, Any], t: Translator, names: Mapping[str, str]) -> Iterable[FindingLine]:
    """The findings of a report (``reporting.summary`` in all languages) in the reader's language."""
    for entry in list(report.get("findings", ()))[:_MOST_FINDINGS]:
        texts = entry.get("messages") or {}
        message = texts.get(t.language) or entry.get("message") or next(iter(texts.values()), "")
        node = str(entry.get("focusNode") or "")
        severity = str(entry.get("severity"))
        yield FindingLine(
            kind=severity.lower(),
            severity=t.gettext(_SEVERITIES.get(severity, _SEVERITIES["Info"])),
            rule=str(entry.get("rule", "")),
            thing=str(entry.get("focusName") or names.get(node, node.rsplit("/", 1)[-1])),
            where=_where(entry, t),
            message=str(message),
        )


def _where(entry: Mapping[str, Any], t: Translator) -> str:
    if entry.get("cell"):
        return str(entry["cell"])
    if not entry.get("line"):
        return ""
    return t.gettext("line {line}, column {column}").format(line=entry["line"], column=entry.get("column") or 1)
