"""The form at ``/form``: what to report is asked field by field, checked, shown as facts, and sent.

Nothing is stored: what was typed travels in the page's own form from step to step. A filled form becomes the sheets of
a template (``submission/form_files.py``), which a checker worker reads and judges; this process parses nothing. Works
without scripts.
"""

from __future__ import annotations

import datetime
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Blueprint, Request, Response, request

from zorgnetwerk.errors import KeyRequired, MediaTypeUnsupported
from zorgnetwerk.submission import form_files, forms, rows
from zorgnetwerk.submission.form_files import NEW, Files, Filled, choice_of
from zorgnetwerk.submission.forms import Candidate, Questions
from zorgnetwerk.terms import media_types
from zorgnetwerk.web import arrivals, checks, clock, comparing, form_remarks, negotiation, sendings
from zorgnetwerk.web.bodies import whole_body
from zorgnetwerk.web.counter import Counter
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.sendings import Sent
from zorgnetwerk.web.status import PRIVATE
from zorgnetwerk.web.views.form import FormView, Said, hidden
from zorgnetwerk.web.views.form_sections import FormReader

PATH: Final = "/form"
FORM_BYTES: Final = 500_000
"""What a filled form may have: a source of 100,000 characters, percent-encoded, and thirty participants."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request: who asks in which language, and what stands in the form."""

    asked: Request
    counter: Counter
    language: str
    questions: Questions
    filled: Filled
    link: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker said of a filled form, and the files that it read."""

    files: Files
    sent: tuple[Sent, ...]
    told: Mapping[str, Any]
    lines: tuple[str, ...]


def routes(counter: Counter) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("forms", __name__)

    @blueprint.get(PATH)
    @blueprint.get(f"/{LANGUAGE_IN_PATH}{PATH}")
    def empty(language: str = "") -> Response:
        return show(begin(request, counter, language), Said())

    @blueprint.post(PATH)
    @blueprint.post(f"/{LANGUAGE_IN_PATH}{PATH}")
    def fill(language: str = "") -> Response:
        return go_on(read(request, counter, language), request.form.get("do", ""))

    return blueprint


def begin(asked: Request, counter: Counter, language: str) -> Step:
    """The empty form; a parameter says what is reported, a signed link who reports it."""
    step = _step(asked, counter, language, asked.args.get("link", ""))
    filled = Filled.read({"subject": [asked.args.get("subject", "")], "participants": ["1 2"]}, step.questions)
    today = clock.day_at(datetime.datetime.now(datetime.UTC)).isoformat()
    defaults = {"inzending.datum": (today,), "bronnen.taal": (step.language,)}
    return replace(step, filled=filled.with_values(defaults))


def read(asked: Request, counter: Counter, language: str) -> Step:
    """The form as it was filled. Errors: MediaTypeUnsupported, BodyTooLarge."""
    if not arrivals.is_form(asked):
        raise MediaTypeUnsupported(f"A filled form has one of the types {', '.join(sendings.FORMS)}.", sendings.FORMS)
    if (asked.content_length or 0) > FORM_BYTES:
        whole_body(asked, FORM_BYTES, "A form")
    given = sendings.fields(asked, FORM_BYTES // 2)
    step = _step(asked, counter, language, "".join(given.get("link", ())[:1]))
    return replace(step, filled=Filled.read(given, step.questions))


def _step(asked: Request, counter: Counter, language: str, link: str) -> Step:
    def ask() -> Questions:
        return forms.read(checks.run(counter.site, [], "nl", media_types.JSON, {"form": True})[1])

    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    questions: Questions = counter.site.per_release("form", ask)
    return Step(asked, counter, chosen, questions, Filled(), link)


def go_on(step: Step, do: str) -> Response:
    """The answer to the button that was pressed; without one the form is checked."""
    deed, _, about = do.partition(":")
    filled = step.filled
    if deed == "add":
        return show(replace(step, filled=filled.added()), Said(found=_looked_up(step)))
    if deed == "remove" and about.isdigit():
        step = replace(step, filled=filled.without(int(about)))
        return show(step, Said(found=_looked_up(step)))
    if deed == "subject" and about in form_files.SUBJECTS:
        step = replace(step, filled=replace(filled, subject=about))
        return show(step, Said(found=_looked_up(step)))
    if deed == "more" and about in filled.names(step.questions):
        longer = (*filled.values.get(about, ("",)), "")[: form_files.MOST_VALUES]
        return show(replace(step, filled=filled.with_values({about: longer})), Said(found=_looked_up(step)))
    if deed == "find":
        step = _chosen(step, found := _looked_up(step, about))
        return show(step, Said(found=found))
    return _check(step, about if deed == "mend" else "")


def _check(step: Step, repair: str) -> Response:
    """What must be mended, at its fields; or what would change, with the step that sends it."""
    step = _chosen(step, found := _looked_up(step, everything=True))
    checked = _judged(step)
    mended: tuple[tuple[str, str, str], ...] = ()
    if repair:
        changed = form_remarks.mended(checked.told, checked.files, repair)
        if changed is not None:
            name, _, new = changed
            mended = (changed,)
            filled = step.filled.with_values({name: (new,), choice_of(name): ("",)})
            step = _chosen(replace(step, filled=filled), {})
            step = _chosen(step, found := _looked_up(step, everything=True))
            checked = _judged(step)
    t = step.counter.site.renderer.translations.for_language(step.language)
    reader = FormReader(step.questions, step.filled, Said(), t)
    local = form_remarks.local(step.filled, step.questions, reader.required(), t)
    remarks = form_remarks.at_fields(checked.told, checked.files, local, step.filled.text("bronnen.titel"))
    return show(step, Said(remarks, found), checked, mended)


def _judged(step: Step) -> Checked:
    kept = step.filled.with_values(dict.fromkeys(step.filled.too_long(), ("",)))
    files = form_files.files_of(kept, step.questions, step.language)
    sent = [Sent(name, media_types.RESULTS_CSV, data) for name, data in files.sheets.items()]
    if files.source is not None:
        sent.append(Sent(files.source[0], media_types.TEXT, files.source[1]))
    job = {"lines": True, "submission": "unsent"}
    told, answered = checks.run(step.counter.site, sent, step.language, media_types.JSON, job)
    return Checked(files, tuple(sent), told, rows.lines_of(answered[int(str(told["report_bytes"])) :]))


def _looked_up(step: Step, name: str = "", *, everything: bool = False) -> Mapping[str, tuple[Candidate, ...]]:
    """The published things that the typed names may mean: of this field, and of those where one was chosen."""
    wanted = [
        (each, step.filled.text(each).strip(), question.things)
        for each, question in _name_fields(step)
        if each == name or everything or step.filled.text(choice_of(each))
    ]
    wanted = [each for each in wanted if each[1]]
    if not wanted:
        return {}
    job = {"names": [[text, list(kinds)] for _, text, kinds in wanted]}
    told, _ = checks.run(step.counter.site, [], step.language, media_types.JSON, job)
    return dict(zip((each for each, _, _ in wanted), forms.candidates(told["names"]), strict=True))


def _name_fields(step: Step) -> list[tuple[str, forms.Question]]:
    groups = [form_files.SUBMISSION]
    if step.filled.subject == form_files.PARTNERSHIP:
        groups += [f"{form_files.PARTICIPATIONS}-{number}" for number in step.filled.participants]
    return [
        (f"{group}.{key}", question)
        for group in groups
        for key, question in step.questions[group.partition("-")[0]].items()
        if question.things and key != "verband"
    ]


def _chosen(step: Step, found: Mapping[str, Sequence[Candidate]]) -> Step:
    """The form in which a choice still fits its name, and a name that means exactly one thing is chosen."""
    changed: dict[str, tuple[str, ...]] = {}
    for name, candidates in found.items():
        choice = step.filled.text(choice_of(name))
        exact = [each.path for each in candidates if each.is_exact]
        if choice == NEW or choice in (each.path for each in candidates):
            continue
        changed[choice_of(name)] = (exact[0] if len(exact) == 1 else "",)
    return replace(step, filled=step.filled.with_values(changed))


def show(
    step: Step, said: Said, checked: Checked | None = None, mended: tuple[tuple[str, str, str], ...] = ()
) -> Response:
    """The page."""
    site = step.counter.site
    t = site.renderer.translations.for_language(step.language)
    reader = FormReader(step.questions, step.filled, said, t)
    sections = reader.sections()
    named = {name: (anchor, label) for name, anchor, label in reader.labels(sections)}
    view = FormView(
        subject=step.filled.subject,
        participants=" ".join(map(str, step.filled.participants)),
        sections=sections,
        hidden=hidden(step.filled, named),
        may_add=len(step.filled.participants) < form_files.MOST_PARTICIPANTS,
        mended=tuple((named.get(name, ("", ""))[1], old, new) for name, old, new in mended),
        summary=tuple(form_remarks.summary(said.remarks, named)),
    )
    return _page(step, _invited(step, view if checked is None else _with_verdict(step, view, checked)))


def _with_verdict(step: Step, view: FormView, checked: Checked) -> FormView:
    refused = any(remark.tone == "is-violation" for *_, remark in view.summary)
    view = replace(view, is_checked=True, conforms=bool(checked.told["conforms"]) and not refused)
    if not view.conforms:
        return view
    frame = step.counter.site.frame(step.asked, step.language, PATH)
    changed = comparing.difference_of(step.counter, checked.lines)
    return replace(
        view,
        difference=comparing.shown(step.counter, changed, checked.lines, frame),
        kept=sendings.packed(checked.sent),
        idempotency_key=secrets.token_urlsafe(16),
    )


def _invited(step: Step, view: FormView) -> FormView:
    """The view with the organisation of a signed link; a link that is not valid any more is left out."""
    if not step.link:
        return view
    try:
        invitation = step.counter.register.passes.invitation(step.link, time.time())
    except KeyRequired:
        return view
    return replace(view, link=step.link, organisation=step.counter.name_of(invitation.organisation, step.language))


def _page(step: Step, view: FormView) -> Response:
    site = step.counter.site
    t = site.renderer.translations.for_language(step.language)
    is_plain = step.asked.method in ("GET", "HEAD") and not step.asked.query_string
    frame = site.frame(step.asked, step.language, PATH)
    if step.asked.method not in ("GET", "HEAD"):
        frame = replace(frame, query_string="")
    body = site.renderer.page("form.html", frame, title=t.gettext("Fill a form"), indexed=is_plain, view=view)
    shown = Representation(
        body.encode(), media_types.HTML, language=step.language, vary=("Accept-Language",),
        headers={} if is_plain else PRIVATE,
    )  # fmt: skip
    return respond(step.asked, shown)
