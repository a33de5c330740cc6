"""Asking a checker worker: files in, report and what comes with it out.

Knows jobs as ``submission/jobs.py`` states them. Parses nothing in this process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from zorgnetwerk.errors import StoreUnavailable
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.web import sendings
from zorgnetwerk.web.sendings import Sent
from zorgnetwerk.web.site import Site


def run(
    site: Site, sent: Sequence[Sent], language: str, report: MediaType, more: Mapping[str, object] | None = None
) -> tuple[dict[str, object], bytes]:
    """What a checker worker says of these files. Errors: limits (503), StoreUnavailable."""
    if not isinstance(site.store, EmbeddedStore):
        raise StoreUnavailable("This site has no checker of its own: it runs on a remote engine.")
    job: dict[str, object] = {
        "files": [{"name": file.name, "media_type": file.media_type.name, "bytes": len(file.data)} for file in sent],
        "report": report.name,
        "language": language,
        **about(site),
        **(more or {}),
    }
    body = b"".join(file.data for file in sent)
    summary, answered = site.store.run_check(job, body, site.settings.validation_timeout)
    return summary, answered


def about(site: Site) -> dict[str, object]:
    """What a check must know of this site."""
    settings = site.settings
    return {
        "base_iri": site.base.value,
        "state_dir": str(settings.state),
        "sources_dir": settings.sources_dir,
        "document_bytes": settings.submission_bytes,
        "triples": settings.submission_triples,
    }


def mended_of(outcome: tuple[Mapping[str, Any], bytes]) -> list[Sent]:
    """The mended files behind a report."""
    summary, answered = outcome
    start = int(summary["report_bytes"])
    found = []
    for name, media_type, size in cast("Sequence[tuple[str, str, int]]", summary.get("mended") or ()):
        known = media_types.named(media_type, sendings.READ)
        if known is not None:
            found.append(Sent(name, known, answered[start : start + size]))
        start += size
    return found
