"""What a request sends to be checked: one document as the body, or the fields and files of a form.

Knows bodies, form fields, file names. Parses no document: that happens in a checker worker. What a page was made from
travels along in its own form (``kept``), so that a next step needs no second upload and nothing is stored here.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Final

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from zorgnetwerk.errors import BodyTooLarge, MediaTypeUnsupported, SyntaxInvalid
from zorgnetwerk.submission.collecting import ACCEPTED
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.web.bodies import whole_body

FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")
KEPT_BYTES: Final = 1_500_000
"""More is not put into a page for the next step; it has to be sent again."""
_FILES: Final = 20
READ: Final = (*ACCEPTED, media_types.TEXT)
_BY_SUFFIX: Mapping[str, MediaType] = MappingProxyType(
    {
        **{offer.suffix: offer for offer in READ},
        "json": media_types.JSON_LD,
        "xml": media_types.RDF_XML,
        "owl": media_types.RDF_XML,
        "tsv": media_types.RESULTS_CSV,
    }
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One file that was sent; the body of a request, and pasted text, have no name."""

    name: str
    media_type: MediaType
    data: bytes


def read(asked: Request, limit: int) -> list[Sent]:
    """What a request sends; nothing when its form is empty.

    Units:  ``limit`` in bytes, for all files together.
    Errors: MediaTypeUnsupported (415), BodyTooLarge (413).
    """
    kind = asked.mimetype.lower()
    if kind not in FORMS:
        given = media_types.named(kind, ACCEPTED)
        if given is None:
            names = (*(offer.name for offer in ACCEPTED), *FORMS)
            raise MediaTypeUnsupported(f"A document has one of the types {', '.join(names)}.", names)
        return [Sent("", given, whole_body(asked, limit, "A document"))]
    sent = _form(asked, limit)
    size = sum(len(file.data) for file in sent)
    if size > limit:
        raise _too_large(limit, size)
    return sent


def fields(asked: Request, limit: int) -> Mapping[str, list[str]]:
    """The fields of the form of a request, none for a plain document. Errors: BodyTooLarge."""
    if asked.mimetype.lower() not in FORMS:
        return {}
    asked.max_form_memory_size = 2 * limit
    try:
        return dict(asked.form.lists())
    except RequestEntityTooLarge as error:
        raise _too_large(limit, asked.content_length or 0) from error


def _form(asked: Request, limit: int) -> list[Sent]:
    given = fields(asked, limit)
    files = list(_files(asked))
    if files:
        return files
    text = "".join(given.get("text", ())[:1]).replace("\r\n", "\n")
    if text.strip():
        chosen = _BY_SUFFIX.get("".join(given.get("format", ())[:1]))
        return [Sent("", chosen or sniffed(text), text.encode())]
    return unpacked("".join(given.get("kept", ())[:1]))


def _files(asked: Request) -> Iterator[Sent]:
    uploads = [upload for name in asked.files for upload in asked.files.getlist(name) if upload.filename]
    if len(uploads) > _FILES:
        raise BodyTooLarge(f"At most {_FILES} files are read at once.", limit=_FILES, used=len(uploads), unit="files")
    for upload in uploads:
        name = PurePath(str(upload.filename).replace("\\", "/")).name[:120]
        found = _BY_SUFFIX.get(PurePath(name).suffix.lstrip(".").lower())
        found = found or media_types.named((upload.mimetype or "").lower(), READ)
        if found is None:
            endings = tuple(sorted(_BY_SUFFIX))
            raise MediaTypeUnsupported(f"{name} cannot be read here; the ending is one of {', '.join(endings)}.", ())
        yield Sent(name, found, upload.stream.read())


def sniffed(text: str) -> MediaType:
    """The format that a pasted text looks like.

    >>> sniffed('{"@id": "x"}').label, sniffed("@prefix a: <b> .").label, sniffed("naam;soort\\nA;B").label
    ('JSON-LD', 'Turtle', 'CSV')
    """
    head = text.lstrip("\ufeff \t\r\n")
    if head.startswith("{") or (head.startswith("[") and head[1:].lstrip().startswith("{")):
        return media_types.JSON_LD
    if head.startswith(("<?xml", "<rdf:")):
        return media_types.RDF_XML
    first = head.partition("\n")[0]
    is_table = not any(mark in first for mark in ("@", "<", ":", "PREFIX")) and any(mark in first for mark in ";\t,")
    return media_types.RESULTS_CSV if is_table else media_types.TURTLE


def packed(files: Sequence[Sent]) -> str:
    """The files as one form field, or an empty text when they are too large for a page."""
    if sum(len(file.data) for file in files) > KEPT_BYTES:
        return ""
    listed = [[file.name, file.media_type.name, base64.b64encode(file.data).decode()] for file in files]
    return base64.b64encode(json.dumps(listed).encode()).decode()


def unpacked(field: str) -> list[Sent]:
    """The files of such a field. Errors: SyntaxInvalid when it is none of ours."""
    if not field:
        return []
    try:
        listed: list[list[Any]] = json.loads(base64.b64decode(field, validate=True))
        return [
            Sent(PurePath(str(name)).name[:120], _known(str(media_type)), base64.b64decode(str(data), validate=True))
            for name, media_type, data in listed[:_FILES]
        ]
    except (binascii.Error, ValueError, TypeError, UnicodeError) as error:
        raise SyntaxInvalid("The field 'kept' is damaged; send the files again.") from error


def _known(name: str) -> MediaType:
    found = media_types.named(name, READ)
    if found is None:
        raise ValueError(name)
    return found


def _too_large(limit: int, used: int) -> BodyTooLarge:
    return BodyTooLarge(f"The files have at most {limit:,} bytes together.", limit=limit, used=used, unit="bytes")
