"""The page on which people send: empty, with what would change before it is sent, or with what must be mended first.

What was chosen travels in the page's own form (``kept``), so that a look at the difference needs no second upload and
stores nothing. Works without scripts.
"""

from __future__ import annotations

import datetime
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import Request, Response

from zorgnetwerk.submission import intake
from zorgnetwerk.submission.intake import Declined, Sender, Sending
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import HTML, MediaType
from zorgnetwerk.web import arrivals, clock, comparing, sendings
from zorgnetwerk.web.counter import Counter
from zorgnetwerk.web.dossiers import lines_in_data
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.sendings import Sent
from zorgnetwerk.web.status import PRIVATE
from zorgnetwerk.web.views import submission as views
from zorgnetwerk.web.views.difference import DifferenceView
from zorgnetwerk.web.views.submission import FindingLine

PATH: Final = "/submissions"
_FORMATS: Final = (
    media_types.TURTLE,
    media_types.JSON_LD,
    media_types.RDF_XML,
    media_types.N_TRIPLES,
    media_types.TRIG,
    media_types.RESULTS_CSV,
)
_OWNERSHIP: Final = "G5"
"""Whether a thing is the sender's own cannot be told before it is known who sends."""


@dataclass(frozen=True, slots=True)
class SendingView:
    """What the page shows. ``kept`` holds the files for the next step."""

    idempotency_key: str
    link: str = ""
    organisation: str = ""
    expires: datetime.date | None = None
    replaces: str = ""
    if_match: str = ""
    text: str = ""
    chosen_format: str = ""
    kept: str = ""
    files: tuple[str, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    is_declined: bool = False
    difference: DifferenceView | None = None
    formats: tuple[MediaType, ...] = _FORMATS


def form(asked: Request, counter: Counter, language: str) -> Response:
    """The empty form; a signed link tells it who sends. Errors: KeyRequired for a link that is not valid."""
    given = asked.args
    view = _view(asked, counter, language, given.get("link", ""))
    view = replace(view, replaces=given.get("replaces", "")[:40], if_match=given.get("state", "")[:60])
    return _page(asked, counter, language, view, 200)


def is_preview(asked: Request) -> bool:
    """Whether a form wants a look before sending, or says not yet who sends."""
    if not arrivals.is_form(asked):
        return False
    has_sender = arrivals.field(asked, "key") or arrivals.field(asked, "link") or "Authorization" in asked.headers
    return bool(arrivals.field(asked, "preview")) or not has_sender


def preview(asked: Request, counter: Counter, language: str) -> Response:
    """What would change if these files were sent; nothing is stored.

    Errors: MediaTypeUnsupported, BodyTooLarge, Unprocessable, those of the judge.
    """
    files = arrivals.files_of(asked, counter.site.settings.submission_bytes)
    link = arrivals.field(asked, "link")
    view = _view(asked, counter, language, link)
    sending = arrivals.sending(asked, counter, language, Sender(_name(asked, counter), ""), files)
    if link:
        sending = replace(sending, sender=arrivals.sender_of(asked, counter, link=link))
    said = intake.judged(counter.register, counter.judge, sending, "unsent")
    found = _findings(counter, language, said.contents.report)
    found = [each for each in found if link or each.rule != _OWNERSHIP]
    is_declined = any(each.kind == "violation" for each in found)
    view = replace(_with_files(view, files), findings=tuple(found), is_declined=is_declined)
    corrected = lines_in_data(counter, counter.register.standing(sending.replaces)) if sending.replaces else ()
    changed = comparing.difference_of(counter, said.contents.lines, corrected)
    frame = counter.site.frame(asked, language, PATH)
    view = replace(view, difference=comparing.shown(counter, changed, said.contents.lines, frame))
    return _page(asked, counter, language, view, 200)


def declined(asked: Request, counter: Counter, language: str, sending: Sending, outcome: Declined) -> Response:
    """What must be mended before it can be sent."""
    view = _view(asked, counter, language, arrivals.field(asked, "link"))
    files = arrivals.files_of(asked, counter.site.settings.submission_bytes) if arrivals.is_form(asked) else []
    found = tuple(_findings(counter, language, outcome.report))
    organisation = counter.name_of(sending.sender.organisation, language)
    view = replace(_with_files(view, files), findings=found, is_declined=True, organisation=organisation)
    return _page(asked, counter, language, view, 422)


def _name(asked: Request, counter: Counter) -> str:
    """Who is counted for looks without a key: the client."""
    return f"look-{counter.site.clients.name(asked.environ)}"


def _view(asked: Request, counter: Counter, language: str, link: str) -> SendingView:
    view = SendingView(
        idempotency_key=secrets.token_urlsafe(16),
        replaces=arrivals.field(asked, "replaces")[:40],
        if_match=arrivals.field(asked, "if_match")[:60],
        text=arrivals.field(asked, "text"),
        chosen_format=arrivals.field(asked, "format"),
    )
    if not link:
        return view
    invitation = counter.register.passes.invitation(link, time.time())
    expires = clock.day_at(datetime.datetime.fromtimestamp(invitation.expires, datetime.UTC))
    return replace(view, link=link, organisation=counter.name_of(invitation.organisation, language), expires=expires)


def _with_files(view: SendingView, files: Sequence[Sent]) -> SendingView:
    """The view with the files for the next step, unless a pasted text stands in its field anyway."""
    if view.text or not files:
        return view
    names = tuple(file.name or file.media_type.label for file in files)
    return replace(view, kept=sendings.packed(files), files=names)


def _findings(counter: Counter, language: str, report: bytes) -> list[FindingLine]:
    t = counter.site.renderer.translations.for_language(language)
    return list(views.findings(json.loads(report), t, {}))


def _page(asked: Request, counter: Counter, language: str, view: SendingView, status: int) -> Response:
    t = counter.site.renderer.translations.for_language(language)
    is_plain = asked.method == "GET" and not view.link
    body = counter.site.renderer.page(
        "submit.html",
        counter.site.frame(asked, language, PATH),
        title=t.gettext("Send data"),
        indexed=is_plain,
        view=view,
    )
    shown = Representation(
        body.encode(),
        HTML,
        status=status,
        language=language,
        vary=("Accept", "Accept-Language"),
        headers={} if is_plain else PRIVATE,
    )
    return respond(asked, shown)
