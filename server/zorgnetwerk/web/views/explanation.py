"""The page that explains a query before it is run, and the same for machines."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from zorgnetwerk.dataset.estimating import Counted
from zorgnetwerk.dataset.explanation import Advice, Explanation
from zorgnetwerk.web.translations import Translator, mark
from zorgnetwerk.web.views.answers import box_rows
from zorgnetwerk.web.views.problems import worded
from zorgnetwerk.web.views.reader import Reader
from zorgnetwerk.web.views.results import Refusal

COSTS = {"cheap": mark("cheap"), "moderate": mark("moderate"), "heavy": mark("heavy")}
"""The classes of ``dataset/estimating.py``."""
ROLES = {"": "", "optional": mark("optional"), "minus": mark("taken away"), "exists": mark("only tested")}
MEANINGS = {
    "cheap": mark("It answers at once."),
    "moderate": mark("It may take some seconds."),
    "heavy": mark("It may reach the limit of {seconds} seconds and be ended."),
}
ADVICE = {
    "nothing": mark(
        "Nothing in the data matches line {lines}, so there will be no answer. Check its names and prefixes."
    ),
    "product": mark(
        "Lines {lines} share no variable: every row of one is combined with every row of the other. "
        "Add a pattern that connects them, or ask two questions."
    ),
    "closure": mark(
        "The path in line {lines} goes on without end from unknown things to unknown things. Name one end."
    ),
    "open": mark("Line {lines} matches the whole data set. Name its property or its class."),
    "exists": mark(
        "The group in EXISTS in line {lines} is searched anew for each row. "
        "Use MINUS, or OPTIONAL with a test whether it was bound."
    ),
    "search": mark("A text is searched in every value. Narrow by class or property before."),
    "order": mark("All rows are sorted before the first is shown. Add LIMIT, or leave ORDER BY out."),
    "rows": mark("There will be very many rows. Add LIMIT, or take the whole data set from the downloads."),
    "uncounted": mark(
        "Lines {lines} could not be counted in time: they match very much, or the query has many patterns."
    ),
    "parts": mark("When it reaches the limit, ask part by part, or work on a download of the whole data set."),
}


@dataclass(frozen=True, slots=True)
class PatternRow:
    """One pattern. ``number`` is its matches in words, empty when they were not counted."""

    line: int
    text: str
    role: str
    number: str


@dataclass(frozen=True, slots=True)
class ExplanationView:
    """Everything that the page shows. ``cost`` is the class as the software names it, for the style."""

    query: str
    rows: int
    run: str
    refusal: Refusal | None
    form: str = ""
    cost: str = ""
    cost_name: str = ""
    meaning: str = ""
    steps: str = ""
    patterns: tuple[PatternRow, ...] = ()
    advice: tuple[str, ...] = ()
    is_whole: bool = True


def explanation_view(query: str, found: Explanation | Refusal | None, reader: Reader) -> ExplanationView:
    """What the page shows to this reader."""
    run = reader.frame.to(f"/sparql?{urlencode({'query': query})}")
    if not isinstance(found, Explanation):
        return ExplanationView(query, box_rows(query), run, found and worded(found, reader.t))
    t, cost = reader.t, found.estimate.cost
    return ExplanationView(
        query=query,
        rows=box_rows(query),
        run=run,
        refusal=None,
        form=found.query.form,
        cost=cost,
        cost_name=t.gettext(COSTS[cost]),
        meaning=t.gettext(MEANINGS[cost]).format(seconds=f"{found.limit_seconds:g}"),
        steps=reader.number(round(found.estimate.steps)),
        patterns=tuple(_row(each, reader) for each in found.counted),
        advice=tuple(said(each, t) for each in found.advice),
        is_whole=found.reading.is_whole,
    )


def said(advice: Advice, t: Translator) -> str:
    """A piece of advice in words."""
    return t.gettext(ADVICE[advice.rule]).format(lines=", ".join(str(line) for line in sorted(set(advice.lines))))


def as_json(found: Explanation, english: Translator) -> dict[str, object]:
    """The explanation for machines. ``matches`` is null for what was not counted."""
    return {
        "form": found.query.form,
        "cost": found.estimate.cost,
        "steps": round(found.estimate.steps),
        "rows": round(found.estimate.rows),
        "limit_seconds": found.limit_seconds,
        "complete": found.reading.is_whole,
        "patterns": [_described(each) for each in found.counted],
        "advice": [
            {"rule": each.rule, "lines": list(each.lines), "text": said(each, english)} for each in found.advice
        ],
    }


def _row(each: Counted, reader: Reader) -> PatternRow:
    pattern = each.pattern
    role = ROLES[pattern.role]
    return PatternRow(
        pattern.line,
        pattern.text,
        reader.t.gettext(role) if role else "",
        reader.number(each.number) if each.number is not None else "",
    )


def _described(each: Counted) -> dict[str, object]:
    pattern = each.pattern
    return {
        "line": pattern.line,
        "subject": pattern.subject,
        "predicate": pattern.predicate,
        "object": pattern.object,
        "graph": pattern.graph or None,
        "role": pattern.role or "needed",
        "matches": each.number,
    }
