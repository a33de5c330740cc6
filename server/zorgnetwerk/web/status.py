"""The status page of a submission, for who sent it: state, report, difference, decision; withdrawing and correcting.

Opened by the secret part of its address (``token``), by the key or signed link of its organisation, or by a steward's
key. Who has none of these is not told whether there is such a submission.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Request, Response, request

from zorgnetwerk.errors import KeyRequired, NotFound
from zorgnetwerk.submission import withdrawing
from zorgnetwerk.submission.inbox import files_of
from zorgnetwerk.submission.intake import Sender, check_starts_from
from zorgnetwerk.submission.rows import ACCEPTED, WAITING, Event, Submission
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import HTML, JSON
from zorgnetwerk.web import arrivals, comparing, dossiers, negotiation
from zorgnetwerk.web.counter import Counter, moment
from zorgnetwerk.web.dossiers import Dossier
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH, Frame
from zorgnetwerk.web.responses import Representation, body_tag, redirect, respond
from zorgnetwerk.web.translations import Translator
from zorgnetwerk.web.views.submission import submission_view

PRIVATE: Final[dict[str, str]] = {"Cache-Control": "private, no-cache", "Referrer-Policy": "same-origin"}
_OPEN: Final = frozenset((WAITING, ACCEPTED))
_FILES: Final = MappingProxyType({"ttl": media_types.TURTLE, "nq": media_types.N_QUADS})


def routes(counter: Counter) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("status", __name__)

    @blueprint.get("/submissions/<identifier>")
    @blueprint.get(f"/{LANGUAGE_IN_PATH}/submissions/<identifier>")
    def status(identifier: str, language: str = "") -> Response:
        return _status(request, counter, identifier, language)

    @blueprint.get("/submissions/<identifier>/<any(added, removed):side>.<any(nq, ttl):suffix>")
    def side(identifier: str, side: str, suffix: str) -> Response:
        return _side(request, counter, identifier, side, suffix)

    @blueprint.post("/submissions/<identifier>/withdraw")
    @blueprint.post(f"/{LANGUAGE_IN_PATH}/submissions/<identifier>/withdraw")
    def withdraw(identifier: str, language: str = "") -> Response:
        return _withdraw(request, counter, identifier, language)

    return blueprint


def opened(asked: Request, counter: Counter, identifier: str) -> Dossier:
    """The dossier, when who asks may see it. Errors: KeyRequired, NotFound."""
    token = asked.args.get("token", "") or asked.form.get("token", "")
    if token:
        if not counter.register.passes.opens_status(identifier, token):
            raise KeyRequired("This address is not complete: its last part does not belong to this submission.")
        return dossiers.dossier(counter, identifier)
    sender = arrivals.sender_of(asked, counter, "", asked.form.get("link", ""))
    found = dossiers.dossier(counter, identifier)
    if found.submission.organisation != sender.organisation and counter.keys.steward(sender.name) is None:
        raise NotFound(f"There is no submission {identifier[:80]!r}.")
    return found


def _status(asked: Request, counter: Counter, identifier: str, language: str) -> Response:
    found = opened(asked, counter, identifier)
    wanted = HTML if language else negotiation.choose((HTML, JSON), asked.headers.get("Accept"))
    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    if wanted is HTML:
        frame = counter.site.frame(asked, chosen, f"/submissions/{identifier}")
        body = page_of(counter, found, frame)
        tag = f"{found.submission.tag}-{body_tag(body)}"
    else:
        body, tag = as_json(counter, found, chosen, _address(asked, identifier)), tag_of(counter, found, chosen)
    shown = Representation(
        body, wanted, language=chosen, vary=("Accept", "Accept-Language", "Authorization"), etag=tag, headers=PRIVATE
    )
    return respond(asked, shown)


def tag_of(counter: Counter, found: Dossier, language: str) -> str:
    """The ETag of the JSON: it begins with the tag of the state, which If-Match is compared with."""
    return f"{found.submission.tag}-{counter.published().release}{language}"


def _address(asked: Request, identifier: str) -> str:
    token = asked.args.get("token", "")
    return f"/submissions/{quote(identifier)}" + (f"?{urlencode({'token': token})}" if token else "")


def page_of(counter: Counter, found: Dossier, frame: Frame, *, address: str = "", is_receipt: bool = False) -> bytes:
    """The page about a submission, for who sent it."""
    t = counter.site.renderer.translations.for_language(frame.language)
    token = counter.register.passes.status_token(found.submission.id)
    query = f"?{urlencode({'token': token})}"
    view = dossiers.view(counter, found, frame)
    here = f"/submissions/{found.submission.id}"
    shown = {
        "view": view,
        "token": token,
        "is_receipt": is_receipt,
        "address": counter.site.base.value.rstrip("/") + (address or here + query),
        "here": frame.to(here) + query,
        "withdraw": frame.to(f"{here}/withdraw"),
        "correct": frame.to(
            f"/submissions?{urlencode({'replaces': found.submission.id, 'state': found.submission.tag})}"
        ),
        "is_open": found.submission.state in _OPEN,
        "files": file_links(t, here, query, found),
    }
    title = f"{t.gettext('Submission')} {found.submission.id}"
    return counter.site.renderer.page("status.html", frame, title=title, indexed=False, **shown).encode()


def file_links(t: Translator, here: str, query: str, found: Dossier) -> list[tuple[str, str]]:
    """The difference as files; one that was decided has only what it says."""
    sides = [("added", t.gettext("What comes"))]
    sides += [("removed", t.gettext("What goes"))] if found.submission.state == WAITING else []
    return [
        (f"{word} ({offer.label})", f"{here}/{side}.{suffix}{query}")
        for side, word in sides
        for suffix, offer in _FILES.items()
    ]


def as_json(counter: Counter, found: Dossier, language: str, address: str) -> bytes:
    """The submission as JSON.

    Shape: ``id`` ``state`` ``status`` (address) ``received`` ``sha256`` ``bytes`` ``files`` ``next``, the decision with
           its reason, the release that holds it, ``replaces`` and ``replaced_by``, the report's counts and findings,
           the steps, and ``difference`` (counts and addresses of its RDF).
    """
    submission = found.submission
    t = counter.site.renderer.translations.for_language(language)
    report = dossiers.report_of(found)
    said: Mapping[str, Any] = {
        "id": submission.id,
        "state": found.state,
        "status": counter.site.base.value.rstrip("/") + address,
        "received": submission.received,
        "organisation": counter.site.base.rebase(submission.organisation),
        "sha256": submission.sha256,
        "bytes": submission.size,
        "files": [
            {"name": file.name, "type": file.media_type, "bytes": file.size} for file in files_of(submission.files)
        ],
        "next": submission_view(submission, {}, (), t, {}, release=found.release).following,
        "decided": submission.decided or None,
        "reason": submission.reason or None,
        "release": found.release or None,
        "replaces": submission.replaces or None,
        "replaced_by": found.successor or None,
        "report": {name: report.get(name) for name in ("conforms", "violations", "warnings", "notes", "findings")},
        "steps": [_told(step, counter) for step in found.events],
        "difference": _counted(counter, found),
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


def _told(step: Event, counter: Counter) -> dict[str, str]:
    who = counter.site.base.rebase(step.organisation)
    return {"time": step.time, "what": step.kind, "who": who, "comment": step.comment}


def _counted(counter: Counter, found: Dossier) -> dict[str, object]:
    """What the submission changes: counts, and where its two sides can be fetched."""
    changed = dossiers.difference(counter, found)
    query = urlencode({"token": counter.register.passes.status_token(found.submission.id)})
    here = counter.site.base.iri(f"submissions/{found.submission.id}")
    return {
        "added": len(changed.added),
        "removed": len(changed.removed),
        "unchanged": changed.unchanged,
        "files": {name: f"{here}/{name}.nq?{query}" for name in ("added", "removed")},
    }


def _side(asked: Request, counter: Counter, identifier: str, side: str, suffix: str) -> Response:
    """One side of the difference as a document."""
    found = opened(asked, counter, identifier)
    changed = dossiers.difference(counter, found)
    triples = changed.added if side == "added" else changed.removed
    prefixes = counter.site.release().prefixes()
    body = comparing.written(triples, _FILES[suffix], counter.site.base, prefixes)
    return respond(asked, Representation(body, _FILES[suffix], vary=("Authorization",), headers=PRIVATE))


def _withdraw(asked: Request, counter: Counter, identifier: str, language: str) -> Response:
    """Withdraws a submission for who sent it; ``state`` or If-Match names the state that they saw."""
    found = opened(asked, counter, identifier)
    check_starts_from(found.submission, arrivals.tags_of(asked) or _state_field(asked))
    submission = found.submission
    withdrawing.withdraw(
        counter.register,
        counter.house(submission.organisation),
        identifier,
        _who(asked, counter, submission),
        moment(),
        asked.form.get("comment", ""),
    )
    if submission.state == ACCEPTED:
        counter.wake_publisher()
    token = counter.register.passes.status_token(identifier)
    prefix = f"/{language}" if language else ""
    return redirect(f"{prefix}/submissions/{quote(identifier)}?{urlencode({'token': token})}")


def _who(asked: Request, counter: Counter, submission: Submission) -> Sender:
    """Who asks, for the log: with the secret part of the address the sender, else the holder of the key or link."""
    if asked.args.get("token", "") or asked.form.get("token", ""):
        return Sender(submission.sender, submission.organisation)
    return arrivals.sender_of(asked, counter, "", asked.form.get("link", ""))


def _state_field(asked: Request) -> tuple[str, ...] | None:
    given = asked.form.get("state", "")
    return (given,) if given else None
