"""What a check says, at the fields of the form that it belongs to.

A finding names a cell; the cell was filled from a field. Knows findings as ``reporting.summary`` tells them. Must not
know Flask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from zorgnetwerk.submission.form_files import (
    PARTICIPATIONS,
    SOURCE_TEXT,
    SOURCES,
    SUBMISSION,
    Files,
    Filled,
)
from zorgnetwerk.submission.forms import Questions
from zorgnetwerk.submission.tables import Kind
from zorgnetwerk.web.translations import Translator
from zorgnetwerk.web.views.form import Remark

_TONES: Final = {"Violation": "is-violation", "Warning": "is-warning"}
_OWNERSHIP: Final = "G5"
"""Whether a thing is the sender's own cannot be told before it is known who sends."""
_OF_SUBMISSION: Final = "R44"
_OF_PARTICIPANTS: Final = ("R15",)
_DAY: Final = f"{SOURCES}.toestand-op"

_SOURCE: Final = re.compile(r"https?://[^\s\"<>]*/id/bron/[a-z0-9-]+")

Remarks: TypeAlias = Mapping[str, Sequence[Remark]]


def local(filled: Filled, questions: Questions, empty: Iterable[str], t: Translator) -> dict[str, list[Remark]]:
    """What can be said without rules: what is missing, too long, or no address."""
    said: dict[str, list[Remark]] = {}
    for name in empty:
        said[name] = [Remark("is-violation", t.gettext("This is needed. Fill it in."))]
    for name, most in filled.too_long().items():
        words = t.gettext("This is too long: at most %(count)s characters are read.") % {"count": f"{most:,}"}
        said[name] = [Remark("is-violation", words)]
    for name, values in filled.values.items():
        group, _, key = name.partition(".")
        question = questions[group.partition("-")[0]].get(key)
        typed = "".join(values[:1]).strip()
        is_address = question is not None and question.kind is Kind.ADDRESS
        if typed and is_address and not typed.startswith(("https://", "http://")):
            words = t.gettext("A web address begins with https://, such as https://www.example.org/report.")
            said.setdefault(name, []).append(Remark("is-violation", words))
    return said


def at_fields(told: Mapping[str, Any], files: Files, own: Remarks, title: str) -> dict[str, list[Remark]]:
    """The findings by field, else by group, else under ""; a field that we speak of ourselves is told once.

    The source is called by its ``title``, not by the address that it would get.
    """
    said = {name: list(remarks) for name, remarks in own.items()}
    for entry in told["findings"]:
        tone = _TONES.get(str(entry["severity"]))
        name = _place(entry, files)
        if tone is None or entry["rule"] == _OWNERSHIP or name in own or _follows(str(entry["rule"]), name, own):
            continue
        change = mended(told, files, _key(entry))
        is_here = change is not None and change[0] == name
        remark = Remark(
            tone, _message(entry, name, title), _key(entry) if is_here else "", change[2] if is_here and change else ""
        )
        others = [each for each in said.get(name, ()) if each.message != remark.message or each.mend]
        is_told = any(each.message == remark.message for each in others)
        said[name] = others if is_told else [*others, remark]
    return said


def _follows(rule: str, name: str, own: Remarks) -> bool:
    """Whether a finding only says again that a field is empty which we speak of ourselves."""
    if rule == _OF_SUBMISSION:
        return any(each.startswith(f"{SUBMISSION}.") for each in own)
    if rule in _OF_PARTICIPANTS:
        return any(each.startswith(f"{PARTICIPATIONS}-") and each.endswith(".deelnemer") for each in own)
    return name == f"{SOURCES}.opgehaald-op" and SOURCE_TEXT in own


def mended(told: Mapping[str, Any], files: Files, repair: str) -> tuple[str, str, str] | None:
    """The field that a repair changes, what stands in it and what would; None where it changes more than one."""
    for entry in told["findings"]:
        edits: Sequence[Mapping[str, Any]] = entry["repair"]["edits"] if repair and _key(entry) == repair else ()
        if len(edits) == 1 and (name := files.field_of(edits[0]["cell"])):
            return name, str(entry["repair"]["old"]), str(edits[0]["text"])
    return None


def summary(remarks: Remarks, named: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str, Remark]]:
    """Anchor, label and words of every remark: in the order of the page, at last what belongs to no field."""
    for name in (*named, *(each for each in remarks if each not in named)):
        anchor, label = named.get(name, ("", ""))
        for remark in remarks.get(name, ()):
            yield anchor, label, remark


def _key(entry: Mapping[str, Any]) -> str:
    return str(entry["repair"]["key"]) if entry["repair"] else ""


def _place(entry: Mapping[str, Any], files: Files) -> str:
    """The field, or the group where a finding is about a whole thing."""
    cell = str(entry["cell"])
    if cell and str(entry["path"] or "").endswith("#toestandOp"):
        return _DAY  # each participation repeats the day of its source
    if entry["rule"] in _OF_PARTICIPANTS:
        return PARTICIPATIONS
    name = files.field_of(cell)
    is_whole = entry["path"] is None and entry["value"] is None and entry["rule"] not in ("G1", "R43", "R09")
    return (files.group_of(cell) or name) if is_whole else name


def _message(entry: Mapping[str, Any], name: str, title: str) -> str:
    thing, words = str(entry["focusName"]), str(entry["message"])
    if title.strip():
        words = _SOURCE.sub(lambda _: f"“{title.strip()}”", words)
    return words if name or not thing else f"{thing}: {words}"
