"""``zorgnetwerk check``: files of one's own, checked as a submission would be; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from zorgnetwerk.errors import ContentError
from zorgnetwerk.settings import Settings
from zorgnetwerk.submission import parsing, reporting
from zorgnetwerk.submission.checking import Checker, Circumstances
from zorgnetwerk.submission.findings import ValidationReport
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, Base

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
    """Whether every file conforms; each report is said in ``form`` (text, json, ttl).

    Errors: ContentError for a file whose ending is none of the accepted formats, or content that cannot be read.
    """
    sources = Path(settings.sources_dir) if settings.sources_dir else None
    checker = Checker.load(settings.content, sources_dir=sources)
    limits = parsing.Limits(settings.submission_bytes, settings.submission_triples)
    around = Circumstances(base=base or Base(RESERVED_BASE), limits=limits)
    conforms = True
    for file in files:
        media_type = syntax.media_type_of(file)
        if media_type not in parsing.ACCEPTED or media_type is None:
            raise ContentError(
                f"cannot be checked; accepted are {', '.join(str(offer) for offer in parsing.ACCEPTED)}", str(file)
            )
        report = checker.check(file.read_bytes(), media_type, around)
        conforms &= report.conforms
        for line in _told(report, file, language, form):
            say(line)
    return conforms


def _told(report: ValidationReport, file: Path, language: str, form: str) -> Sequence[str]:
    if form == "json":
        return [reporting.written(report, media_types.JSON).decode()]
    if form == "ttl":
        return [reporting.written(report, media_types.TURTLE).decode()]
    verdict = _VERDICTS[report.conforms][language]
    counts = f"{len(report.violations)} violations, {len(report.warnings)} warnings"
    return [*(f"{file}: {line}" for line in reporting.lines(report, language)), f"{file}: {verdict} ({counts})"]
