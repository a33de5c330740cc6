"""``zorgnetwerk check``: files of one's own, checked as a submission would be; nothing is stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from zorgnetwerk.dataset.content import Content
from zorgnetwerk.errors import ContentError
from zorgnetwerk.settings import Settings
from zorgnetwerk.submission import holdings, parsing, reporting
from zorgnetwerk.submission.checking import Checker, Circumstances
from zorgnetwerk.submission.collecting import ACCEPTED, SENT, TABLES, Piece
from zorgnetwerk.submission.findings import ValidationReport
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.media_types import MediaType

_BY_SUFFIX: Final[Mapping[str, MediaType]] = MappingProxyType(
    {".csv": media_types.RESULTS_CSV, ".xlsx": media_types.XLSX, ".txt": media_types.TEXT}
)
_VERDICTS: Final = {
    True: {"nl": "voldoet", "fr": "conforme", "de": "erfüllt die Regeln", "en": "conforms"},
    False: {"nl": "voldoet niet", "fr": "non conforme", "de": "erfüllt die Regeln nicht", "en": "does not conform"},
}


def check_files(
    settings: Settings,
    files: Sequence[Path],
    language: str,
    form: str,
    say: Callable[[str], None],
    base: Base | None = None,
) -> bool:
    """Whether everything conforms; each report is said in ``form`` (text, json, ttl).

    Published data are those of the release that the state folder serves, else those of the content folder. Each RDF
    file is a submission; tables (CSV, XLSX) are one together, and texts (.txt) are sources for the quotations of all.
    Errors: ContentError for a file whose ending is none of the accepted formats, or content that cannot be read.
    """
    if not Content(settings.content).has_shapes:
        raise ContentError(
            "there are no shapes here to check against; name the data set with --content", str(settings.content)
        )
    sources = Path(settings.sources_dir) if settings.sources_dir else None
    release = holdings.published({"state_dir": settings.state})
    checker = Checker.load(settings.content, release, sources)
    limits = parsing.Limits(settings.submission_bytes, settings.submission_triples)
    around = Circumstances(base=base or Base(RESERVED_BASE), limits=limits, language=language)
    conforms = True
    for label, group in _submissions([_piece(file) for file in files]):
        report = checker.examine(group, around).report
        conforms &= report.conforms
        for line in _told(report, label, language, form):
            say(line)
    return conforms


def _piece(file: Path) -> Piece:
    media_type = _BY_SUFFIX.get(file.suffix.lower()) or syntax.media_type_of(file)
    if media_type is None or media_type not in SENT:
        raise ContentError(f"cannot be checked; accepted are {', '.join(str(offer) for offer in ACCEPTED)}", str(file))
    return Piece(str(file), media_type, file.read_bytes())


def _submissions(pieces: Sequence[Piece]) -> Iterator[tuple[str, list[Piece]]]:
    """The files that belong together, each group with its label and with the texts that go along."""
    short = [dataclasses.replace(piece, name=Path(piece.name).name) for piece in pieces]
    texts = [piece for piece in short if piece.media_type is media_types.TEXT]
    tables = [piece for piece in short if piece.media_type in TABLES]
    for piece in pieces:
        if piece.media_type not in (*TABLES, media_types.TEXT):
            yield piece.name, [dataclasses.replace(piece, name=""), *texts]
    if tables:
        yield ", ".join(piece.name for piece in tables), [*tables, *texts]


def _told(report: ValidationReport, file: str, language: str, form: str) -> Sequence[str]:
    if form == "json":
        return [reporting.written(report, media_types.JSON).decode()]
    if form == "ttl":
        return [reporting.written(report, media_types.TURTLE).decode()]
    verdict = _VERDICTS[report.conforms][language]
    counts = f"{len(report.violations)} violations, {len(report.warnings)} warnings"
    return [*(f"{file}: {line}" for line in reporting.lines(report, language)), f"{file}: {verdict} ({counts})"]
