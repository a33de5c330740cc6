"""What a checker process does: everything loaded once, then one job a call.

Knows jobs as plain values. Must not know queues nor HTTP; whoever sends a job reads ``prepare``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

from rdflib import Graph, URIRef

from zorgnetwerk.errors import MediaTypeUnsupported, NotFound
from zorgnetwerk.submission import collecting, filling, forms, guards, holdings, parsing, templates
from zorgnetwerk.submission.annotating import annotated
from zorgnetwerk.submission.changes import lines_of, split
from zorgnetwerk.submission.changing import beside, judge_change
from zorgnetwerk.submission.checking import Checker, Circumstances, Examination
from zorgnetwerk.submission.collecting import Piece
from zorgnetwerk.submission.findings import Repair
from zorgnetwerk.submission.mending import chosen
from zorgnetwerk.submission.naming import described
from zorgnetwerk.submission.neighbourhood import GraphEdges
from zorgnetwerk.submission.reporting import rebased, summary, written
from zorgnetwerk.submission.resembling import FOLDER, SMALL_QUADS, NameIndex
from zorgnetwerk.submission.rewriting import applied, difference
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.media_types import MediaType

Handler = Callable[[dict[str, object], bytes], tuple[dict[str, object], bytes]]

SENT = collecting.SENT
REPORTS = (*media_types.GRAPH_FORMATS, media_types.JSON, media_types.RESULTS_CSV, media_types.XLSX)
_ROUNDS = 3
"""Repairs that touch the same words follow one after the other."""


def prepare(content_dir: str) -> Handler:
    """The handler of a checker process.

    Shape of a job: ``media_type`` of the body, or ``files`` (a list of ``name``, ``media_type``, ``bytes``: the body is
    these files, one behind the other); ``report`` (media type of the report bytes, default Turtle); ``language`` (of
    JSON and text, default nl); ``base_iri`` (the configured base); ``state_dir`` and ``release`` (published data: that
    release, default the served one; without a state folder the content folder's); ``without`` (a named graph that
    counts as not published: the one that a correction replaces); ``sources_dir`` (texts for R42); ``owned`` (IRIs that
    the submitter may extend); ``document_bytes`` and ``triples`` (limits); ``lines`` with
    ``submission`` (an id): behind the report come the N-Quads lines that accepting it as this submission would publish.
    ``repair`` (keys of repairs, or ``all``): the report is on the mended files, which come behind it.
    The answer is ``reporting.summary`` with ``report_bytes`` (where the report ends), for mended files ``diff`` and
    ``mended`` (name, media type, bytes of each), and the bytes. Or ``template`` (xlsx, zip, or the key of a sheet) with
    ``organisation`` (an IRI, to be filled in): the answer is empty and the bytes are the template.
    With ``form`` or ``names`` (pairs of a text and kinds of things): what ``forms.described`` or ``look_up`` says.
    With ``change`` the body is a change in lines (``changing.py``), and the answer its summary in all languages.
    The last ``unpublished_bytes`` of a body are a change that was accepted and is in no release yet: it counts as
    published.
    Errors of the handler: MediaTypeUnsupported for a document or report format that is not known; StateError.
    """
    folder = Path(content_dir)
    checker = Checker.load(folder, GraphEdges((Graph(),)))
    own: list[Checker] = []

    def over(job: Mapping[str, object]) -> Checker:
        """The checker over what is published: the release that the job names, else the content folder, read once."""
        release = holdings.published(job)
        if release is not None:
            names = Path(str(job["state_dir"])) / FOLDER
            is_small = release.quads <= SMALL_QUADS
            return checker.over(release, lambda: NameIndex.kept(names, release.number, release, is_small))
        if not own:
            own.append(checker.over(GraphEdges((checker.ontology + holdings.read_folder(folder / "data"),))))
        return own[0]

    def handle(job: dict[str, object], body: bytes) -> tuple[dict[str, object], bytes]:
        body, unpublished = split(job, body)
        ready = with_sources(beside(over(job), unpublished), job)
        if job.get("change"):
            return changed(ready, job, body)
        if job.get("form") or job.get("names"):
            return form(ready, job)
        return template(ready, job) if job.get("template") else checked(ready, job, body)

    return handle


def changed(checker: Checker, job: Mapping[str, object], body: bytes) -> tuple[dict[str, object], bytes]:
    """The judgement of a change in lines: its summary in all languages."""
    around = circumstances(job)
    report = rebased(judge_change(checker, *lines_of(body)), around.base)
    return summary(report, around.language, all_languages=True), b""


def checked(checker: Checker, job: Mapping[str, object], body: bytes) -> tuple[dict[str, object], bytes]:
    """The answer to a check: summary, report, and behind it lines or mended files."""
    form = _media_type(job, "report", REPORTS, media_types.TURTLE)
    around = circumstances(job)
    pieces = sent = pieces_of(job, body)
    examined = checker.examine(pieces, around)
    keys = job.get("repair")
    made: list[Repair] = []
    for _ in range(_ROUNDS if keys and "all" in cast("list[str]", keys) else 1 if keys else 0):
        repairs = chosen(examined.report, cast("list[str]", keys))
        if not repairs:
            break
        made += repairs
        pieces = applied(pieces, repairs)
        examined = checker.examine(pieces, around)
    named = described(examined.report, checker.names(examined, around.base), around.language)
    report = _written(examined, form, pieces, around.language, named)
    answer = summary(examined.report, around.language, named=named) | {"report_bytes": len(report)}
    if pieces is not sent:
        answer |= {
            "diff": difference(sent, pieces, made),
            "mended": [[piece.name, piece.media_type.name, len(piece.data)] for piece in pieces],
        }
        return answer, report + b"".join(piece.data for piece in pieces)
    if not job.get("lines"):
        return answer, report
    lines = examined.lines(str(job["submission"]), around.base)
    return answer, report + "".join(f"{line}\n" for line in lines).encode()


def template(checker: Checker, job: Mapping[str, object]) -> tuple[dict[str, object], bytes]:
    """The template that a job asks for. Errors: NotFound for an organisation that is not published."""
    around = circumstances(job)
    about = str(job.get("organisation") or "")
    rows: Mapping[str, Sequence[Mapping[str, str]]] = {}
    if about:
        organisation = URIRef(around.base.reserve(about))
        rows = filling.rows_about(organisation, checker.forms, checker.published, around.language)
        if not rows:
            raise NotFound(f"Nothing is published about {about}.")
    kind = str(job["template"])
    if kind == "xlsx":
        return {}, templates.workbook(checker.forms, around.language, rows)
    if kind == "zip":
        return {}, templates.bundle(checker.forms, around.language, rows)
    form = next((each for each in checker.forms if each.sheet.key == kind), None)
    if form is None:
        raise NotFound(f"There is no sheet {kind!r}; there are {', '.join(each.sheet.key for each in checker.forms)}.")
    return {}, templates.delimited(form, around.language, rows.get(kind, ()))


def form(checker: Checker, job: Mapping[str, object]) -> tuple[dict[str, object], bytes]:
    """The questions of a form, or the published things that names may mean."""
    if job.get("form"):
        return {}, forms.described(checker.forms)
    asked, language = forms.names_of(job["names"]), circumstances(job).language
    return {"names": forms.look_up(asked, checker.published, checker.ontology, checker.index(), language)}, b""


def _written(
    examined: Examination, form: MediaType, pieces: Sequence[Piece], language: str, named: list[dict[str, str]]
) -> bytes:
    if form is not media_types.XLSX:
        return written(examined.report, form, language, named)
    sheet = next((piece for piece in pieces if piece.media_type is media_types.XLSX), None)
    if sheet is None:
        raise MediaTypeUnsupported("an annotated copy is made of a spreadsheet (XLSX) only", [media_types.XLSX.name])
    if examined.collected is None:
        raise MediaTypeUnsupported("this spreadsheet cannot be read, so there is no copy with remarks of it", [])
    return annotated(sheet.data, sheet.name, examined.report, language)


def pieces_of(job: Mapping[str, object], body: bytes) -> list[Piece]:
    """The files of a job. Errors: MediaTypeUnsupported."""
    files = job.get("files")
    if not isinstance(files, list):
        return [Piece(str(job.get("name") or ""), _media_type(job, "media_type", collecting.ACCEPTED), body)]
    pieces, start = [], 0
    for file in cast("Iterable[Mapping[str, object]]", files):
        end = start + int(str(file["bytes"]))
        pieces.append(Piece(str(file["name"]), _media_type(file, "media_type", SENT), body[start:end]))
        start = end
    return pieces


def with_sources(checker: Checker, job: Mapping[str, object]) -> Checker:
    """The checker with the source texts that a job names."""
    folder = job.get("sources_dir")
    return (
        dataclasses.replace(checker, texts=guards.source_texts(guards.read_sources(Path(str(folder)))))
        if folder
        else checker
    )


def circumstances(job: Mapping[str, object]) -> Circumstances:
    """What a job says beside its files."""
    standard = parsing.Limits()
    base = Base(str(job.get("base_iri") or RESERVED_BASE))
    named = job.get("owned")
    owned = frozenset(base.reserve(str(iri)) for iri in named) if isinstance(named, list | tuple) else frozenset()
    limits = parsing.Limits(
        int(str(job.get("document_bytes", standard.document_bytes))), int(str(job.get("triples", standard.triples)))
    )
    language = str(job.get("language") or "nl")
    return Circumstances(base=base, is_owned=lambda thing: str(thing) in owned, limits=limits, language=language)


def _media_type(
    job: Mapping[str, object], key: str, offers: tuple[MediaType, ...], default: MediaType | None = None
) -> MediaType:
    name = job.get(key)
    found = media_types.named(str(name).partition(";")[0].strip().lower(), offers) if name else default
    if found is None:
        names = tuple(offer.name for offer in offers)
        raise MediaTypeUnsupported(f"{name} is not known here; use one of {', '.join(names)}", names)
    return found
