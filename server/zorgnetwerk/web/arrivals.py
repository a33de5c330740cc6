"""What a request to ``POST /submissions`` brings: who sends, which files, starting from which state.

One document as the body, or a form (``multipart/form-data``) with files, pasted text and the same words as fields. Who
sends is said by a key (``Authorization: Bearer``, or the field ``key``) or by a signed link (``link``), never by a
cookie, so that no other site can make a visitor send.

Source: RFC 6750 (bearer tokens); RFC 9110, 13.1.1; the draft on the Idempotency-Key header.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Final

from flask import Request

from zorgnetwerk.errors import KeyRequired, Unprocessable
from zorgnetwerk.submission.inbox import SentFile
from zorgnetwerk.submission.intake import Sender, Sending
from zorgnetwerk.terms import media_types
from zorgnetwerk.web import sendings
from zorgnetwerk.web.bodies import whole_body
from zorgnetwerk.web.counter import Counter
from zorgnetwerk.web.sendings import Sent

_TAG: Final = re.compile(r'(?:W/)?"([^"]*)"|(\*)')


def sending_of(asked: Request, counter: Counter, language: str) -> Sending:
    """What a request sends.

    Errors: KeyRequired, MediaTypeUnsupported, BodyTooLarge, RateExceeded, Unprocessable.
    """
    limit = counter.site.settings.submission_bytes
    try:
        given = sendings.fields(asked, limit)
        sender = sender_of(asked, counter, *("".join(given.get(name, ())[:1]) for name in ("key", "link")))
    except KeyRequired:
        if not is_form(asked):  # a client that is still sending hears no answer
            whole_body(asked, limit, "A document")
        raise
    return sending(asked, counter, language, sender, files_of(asked, limit))


def files_of(asked: Request, limit: int) -> list[Sent]:
    """The files of a request. Errors: MediaTypeUnsupported, BodyTooLarge, Unprocessable when there is no data."""
    found = sendings.read(asked, limit)
    if not any(file.media_type is not media_types.TEXT for file in found):
        raise Unprocessable("There is nothing to send: choose a file or paste a text.")
    return found


def sending(asked: Request, counter: Counter, language: str, sender: Sender, files: Sequence[Sent]) -> Sending:
    """These files as what this sender sends. Errors: RateExceeded."""
    counter.access.spend(sender.name, counter.site.settings.submission_rate, time.time())
    return Sending(
        body=b"".join(file.data for file in files),
        files=tuple(SentFile(file.name, file.media_type.name, len(file.data)) for file in files),
        sender=sender,
        language=language,
        published=counter.published(),
        job=counter.job(),
        idempotency_key=asked.headers.get("Idempotency-Key", "").strip().strip('"') or field(asked, "idempotency_key"),
        replaces=asked.args.get("replaces", "") or field(asked, "replaces"),
        starts_from=tags_of(asked),
    )


def sender_of(asked: Request, counter: Counter, key: str = "", link: str = "") -> Sender:
    """Who asks. Errors: KeyRequired (no key, or no valid one), RateExceeded after many wrong ones."""
    words = link or asked.args.get("link", "")
    scheme, _, given = asked.headers.get("Authorization", "").partition(" ")
    secret = given.strip() if scheme.lower() == "bearer" else key.strip()
    if secret:
        found = counter.key_of(secret, asked)
        if found is None:
            raise KeyRequired("This key is not known here. It may have been revoked; ask for a new one.")
        return Sender(found.name, counter.site.base.reserve(found.organisation))
    if words:
        invitation = counter.register.passes.invitation(words, time.time())
        return Sender(f"link-{invitation.name}", invitation.organisation)
    raise KeyRequired("Sending needs a key: 'Authorization: Bearer KEY', or a link that the stewards gave you.")


def tags_of(asked: Request) -> tuple[str, ...] | None:
    """The tags of If-Match, or of the form's field for it; None when there is neither."""
    header = asked.headers.get("If-Match")
    if header is not None:
        return tuple(match[1] if match[2] is None else "*" for match in _TAG.finditer(header))
    given = field(asked, "if_match")
    return (given,) if given else None


def field(asked: Request, name: str) -> str:
    """A field of the form, "" when the request is no form or has no such field."""
    return asked.form.get(name, "") if is_form(asked) else ""


def is_form(asked: Request) -> bool:
    """Whether a request is a form, not a plain document."""
    return asked.mimetype.lower() in sendings.FORMS
