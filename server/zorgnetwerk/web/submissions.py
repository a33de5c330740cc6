"""The submission journey over HTTP, as far as checking: nothing here stores anything.

What is sent is read and judged in a checker worker (memory limit, no network, deadline); this process passes bytes on.
``POST /validate`` answers programs and people alike, ``POST /validate/repair`` gives the mended document; templates are
made by the same workers.

Source: architecture, section 5 (200 with the report, also when it does not conform).
"""

from __future__ import annotations

import io
import json
import re
import zipfile

from flask import Blueprint, Request, Response, request

from zorgnetwerk.errors import NotAcceptable, NotFound, SyntaxInvalid
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.web import checking_page, checks, negotiation, sendings
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH
from zorgnetwerk.web.responses import Representation, respond
from zorgnetwerk.web.site import Site

OFFERS = (
    media_types.TURTLE,
    media_types.JSON,
    media_types.JSON_LD,
    media_types.RDF_XML,
    media_types.N_TRIPLES,
    media_types.TRIG,
    media_types.N_QUADS,
    media_types.RESULTS_CSV,
    media_types.XLSX,
    media_types.HTML,
)
_ZIP = MediaType("application/zip", "zip", "ZIP")


def routes(site: Site) -> Blueprint:
    """The routes of this journey."""
    blueprint = Blueprint("submissions", __name__)

    @blueprint.get("/validate")
    @blueprint.get(f"/{LANGUAGE_IN_PATH}/validate")
    def form(language: str = "") -> Response:
        return checking_page.form(request, site, language)

    @blueprint.post("/validate")
    @blueprint.post(f"/{LANGUAGE_IN_PATH}/validate")
    def validate(language: str = "") -> Response:
        return answer(request, site, language)

    @blueprint.post("/validate/repair")
    def repair() -> Response:
        return mend(request, site)

    @blueprint.post("/validate/kept")
    def kept() -> Response:
        return give_back(request, site)

    @blueprint.get("/templates/<name>.<ending>")
    def template(name: str, ending: str) -> Response:
        return give_template(request, site, name, ending)

    return blueprint


def give_back(asked: Request, site: Site) -> Response:
    """The file that a page carries in its form, mended, to be saved. Errors: SyntaxInvalid without one."""
    files = [
        file for file in sendings.read(asked, site.settings.submission_bytes) if file.media_type is not media_types.TEXT
    ]
    if len(files) == 1:
        name = files[0].name or f"document.{files[0].media_type.suffix}"
        return _download(asked, files[0].data, files[0].media_type, name)
    if not files:
        raise SyntaxInvalid("Nothing was sent: fill the field 'kept', or send files.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, file in enumerate(files, 1):
            archive.writestr(file.name or f"document-{number}.{file.media_type.suffix}", file.data)
    return _download(asked, buffer.getvalue(), _ZIP, "documents.zip")


def _download(asked: Request, data: bytes, media_type: MediaType, name: str) -> Response:
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name) or "document"
    headers = {"Content-Disposition": f'attachment; filename="{plain}"', "X-Content-Type-Options": "nosniff"}
    return respond(asked, Representation(data, media_type, headers=headers))


def give_template(asked: Request, site: Site, name: str, ending: str) -> Response:
    """A template to fill: the whole as a workbook or as a bundle of CSV files, or one sheet as CSV.

    Parameters: ``lang`` (language of headings and lists), ``organisation`` (an IRI: filled with what is published).
    Errors: NotFound, limits (503).
    """
    kind = ending if name == "zorgnetwerk" and ending in ("xlsx", "zip") else name if ending == "csv" else ""
    if not kind:
        raise NotFound("The templates are /templates/zorgnetwerk.xlsx and /templates/zorgnetwerk.zip.")
    wanted = asked.args.get("lang", "")
    language = wanted if wanted in LANGUAGES else negotiation.choose_language(asked.headers.get("Accept-Language"))
    job = {"template": kind, "organisation": asked.args.get("organisation", "")}
    _, made = checks.run(site, [], language, media_types.JSON, job)
    media_type = {"xlsx": media_types.XLSX, "zip": _ZIP}.get(kind, media_types.RESULTS_CSV)
    headers = {"Content-Disposition": f'attachment; filename="{name}-{language}.{ending}"'}
    shown = Representation(
        made, media_type, language=language, vary=() if wanted else ("Accept-Language",),
        seconds=site.settings.page_seconds, headers=headers,
    )  # fmt: skip
    return respond(asked, shown)


def answer(asked: Request, site: Site, language: str = "") -> Response:
    """The report on what is sent: RDF, JSON, CSV, a page, or an annotated copy of a sheet.

    Errors: MediaTypeUnsupported (415), BodyTooLarge (413), NotAcceptable (406), limits (503).
    """
    wanted = negotiation.choose(OFFERS, asked.headers.get("Accept"))
    limit = site.settings.submission_bytes
    sent = sendings.read(asked, limit)
    given = sendings.fields(asked, limit)
    named = "".join(given.get("report", ())[:1])
    wanted = next((offer for offer in OFFERS if offer.suffix == named), wanted) if named else wanted
    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    repairs = given.get("repair", [])
    if wanted is media_types.HTML:
        if not sent:
            return checking_page.form(asked, site, chosen)
        outcome = checks.run(site, sent, chosen, media_types.JSON, {"repair": repairs} if repairs else {})
        return checking_page.show(asked, site, chosen, sent, outcome)
    if wanted is media_types.XLSX and not any(file.media_type is media_types.XLSX for file in sent):
        raise NotAcceptable("An annotated copy is made of a spreadsheet (XLSX) only.", [each.name for each in OFFERS])
    if not sent:
        raise SyntaxInvalid("Nothing was sent: fill the field 'text', or send files.")
    summary, report = checks.run(site, sent, chosen, wanted)
    verdict = "true" if summary.get("conforms") else "false"
    headers = {"Zorgnetwerk-Conforms": verdict, **_saved(wanted, named)}
    return respond(asked, Representation(report, wanted, vary=("Accept", "Accept-Language"), headers=headers))


def mend(asked: Request, site: Site) -> Response:
    """The document with the chosen repairs (parameter ``repair``: keys of the report, or ``all``).

    As JSON with the difference and what was mended, as the difference alone (text/x-diff), or as the document.
    Errors: those of ``answer``; SyntaxInvalid when no repair is named or there is none of that name.
    """
    files = sendings.read(asked, site.settings.submission_bytes)
    if len(files) != 1:
        raise SyntaxInvalid("Send exactly one document to be mended.")
    sent = files[0]
    keys = [*asked.args.getlist("repair"), *sendings.fields(asked, site.settings.submission_bytes).get("repair", ())]
    if not keys:
        raise SyntaxInvalid("Name the repairs: ?repair=KEY from the report, or ?repair=all.")
    diff = MediaType("text/x-diff", "diff", "diff", ("text/x-patch",), utf8=True)
    wanted = negotiation.choose((media_types.JSON, diff, sent.media_type), asked.headers.get("Accept"))
    language = negotiation.choose_language(asked.headers.get("Accept-Language"))
    summary, _ = outcome = checks.run(site, [sent], language, media_types.JSON, {"repair": keys})
    mended = checks.mended_of(outcome)
    if not mended:
        raise SyntaxInvalid("The report has no repair of that name for this document.")
    if wanted is sent.media_type:
        return respond(asked, Representation(mended[0].data, wanted, vary=("Accept",)))
    if wanted is diff:
        return respond(asked, Representation(str(summary["diff"]).encode(), diff, vary=("Accept",)))
    told: dict[str, object] = {name: value for name, value in summary.items() if name not in ("report_bytes", "mended")}
    if sent.media_type is not media_types.XLSX:
        told["document"] = mended[0].data.decode()
    body = json.dumps(told, ensure_ascii=False, indent=1).encode()
    return respond(asked, Representation(body, media_types.JSON, vary=("Accept", "Accept-Language")))


def _saved(wanted: MediaType, named: str) -> dict[str, str]:
    """A report that was asked for with a button is saved as a file."""
    return {"Content-Disposition": f'attachment; filename="report.{wanted.suffix}"'} if named else {}
