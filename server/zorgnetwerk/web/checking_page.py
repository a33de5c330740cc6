"""The page on which people check what they want to send: paste or upload, read the report, mend by a click.

Works without scripts. What was sent is not stored: it travels in the page's own form from step to step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flask import Request, Response

from zorgnetwerk.terms import media_types
from zorgnetwerk.web import checks, negotiation, sendings
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.sendings import Sent
from zorgnetwerk.web.site import Site
from zorgnetwerk.web.views.checking import CheckView, report_view

_SHOWN_TEXT: Final = 200_000
"""Characters of a document that stand in the field to be changed by hand."""


def form(asked: Request, site: Site, language: str) -> Response:
    """The empty form."""
    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    view = CheckView(megabytes=site.settings.submission_bytes // 1_000_000)
    return _page(asked, site, chosen, view, () if language else ("Accept-Language",))


def show(
    asked: Request, site: Site, language: str, sent: Sequence[Sent], outcome: tuple[Mapping[str, Any], bytes]
) -> Response:
    """The report, with the form as it was filled; the mended files where a repair was chosen."""
    told = outcome[0]
    mended = checks.mended_of(outcome)
    files = mended or list(sent)
    text, chosen = _text(files)
    frame = site.frame(asked, language, "/validate")
    view = CheckView(
        text=text,
        chosen=chosen,
        report=report_view(told, site.renderer.translations.for_language(language), frame),
        kept=sendings.packed(files),
        files=tuple(file.name for file in files if file.name),
        sheet=any(file.media_type is media_types.XLSX for file in files),
        mended=bool(mended),
        megabytes=site.settings.submission_bytes // 1_000_000,
    )
    return _page(asked, site, language, view, ("Accept", "Accept-Language"))


def _text(files: Sequence[Sent]) -> tuple[str, str]:
    """The text of a single document that was pasted, and its format, to be changed by hand."""
    if len(files) != 1 or files[0].media_type is media_types.XLSX:
        return "", ""
    text = files[0].data.decode("utf-8", "replace")
    return (text, files[0].media_type.suffix) if len(text) <= _SHOWN_TEXT else ("", "")


def _page(asked: Request, site: Site, language: str, view: CheckView, vary: tuple[str, ...]) -> Response:
    frame = replace(site.frame(asked, language, "/validate"), query_string="")
    body = site.renderer.checking_page(view, frame).encode()
    headers = {} if view.report is None else {"Zorgnetwerk-Conforms": str(view.report.verdict == "conforms").lower()}
    location = f"/{language}/validate" if view.report is None else ""
    shown = Representation(body, media_types.HTML, language=language, location=location, vary=vary, headers=headers)
    return respond(asked, shown)
