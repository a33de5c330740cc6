"""How a term is written anew in the file that it stands in, and the edits of chosen repairs applied to the files.

Knows the ways in which each syntax writes a term. Must not know rules (``repairs.py``).
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urljoin
from xml.sax.saxutils import escape, quoteattr

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.collecting import Piece
from zorgnetwerk.submission.delimited import with_cells
from zorgnetwerk.submission.findings import Edit, Repair, Spot
from zorgnetwerk.submission.repairs import Mend
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.namespaces import RDF, XSD

_PREFIX: Final = re.compile(r"(?im)^[^#\n]*?@?prefix\s+([\w.-]*):\s*<([^>]*)>")
_BASE: Final = re.compile(r"(?im)^\s*@?base\s*<([^>]*)>")
_NAMESPACE: Final = re.compile(r"""xmlns:([\w.-]+)\s*=\s*["']([^"']+)["']""")
_LOCAL: Final = re.compile(r"[A-Za-z_][\w-]*\Z")
_OLD: Final = 200


def repair_of(mend: Mend, spot: Spot, piece: Piece, base_iri: str, shown: str) -> Repair | None:
    """The repair that writes the term of a mend at a spot of this file; None where the syntax offers no safe way.

    ``shown`` is how the cell of a sheet would say it.
    """
    if spot.cell:
        edit = Edit(shown, cell=spot.cell, file=spot.file)
        return Repair(mend.title, (spot.token or "")[:_OLD], shown[:_OLD], (edit,))
    if spot.start < 0:
        return None
    text = piece.data.decode("utf-8-sig")
    old = text[spot.start : spot.end]
    new = _written(mend, old, text, piece, base_iri)
    if new is None or new == old:
        return None
    return Repair(mend.title, old[:_OLD], new[:_OLD], (Edit(new, spot.start, spot.end, file=spot.file),))


def key_of(made: Repair) -> str:
    """The name of a repair, which stays the same as long as the document does."""
    said = repr([dataclasses.astuple(edit) for edit in made.edits])
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def applied(pieces: Sequence[Piece], chosen: Iterable[Repair]) -> list[Piece]:
    """The files with these repairs; one that overlaps an earlier one is left for the next time."""
    by_file: dict[str, list[Edit]] = {}
    for made in chosen:
        for edit in made.edits:
            by_file.setdefault(edit.file, []).append(edit)
    return [
        dataclasses.replace(piece, data=_edited(piece, by_file[piece.name])) if piece.name in by_file else piece
        for piece in pieces
    ]


def difference(before: Sequence[Piece], after: Sequence[Piece], made: Iterable[Repair]) -> str:
    """The unified difference of all text files, and the cells of workbooks that these repairs changed."""
    books = {piece.name for piece in before if piece.media_type is media_types.XLSX}
    parts = [
        line
        for repair in made
        for edit in repair.edits
        if edit.cell and edit.file in books
        for line in (f"@@ {edit.cell} @@", f"-{repair.old}", f"+{repair.new}")
    ]
    for old, new in zip(before, after, strict=True):
        if old.data == new.data or old.media_type is media_types.XLSX:
            continue
        name = old.name or "document"
        lines = difflib.unified_diff(
            old.data.decode("utf-8", "replace").splitlines(), new.data.decode("utf-8", "replace").splitlines(),
            f"a/{name}", f"b/{name}", n=1, lineterm="",
        )  # fmt: skip
        parts.extend(lines)
    return "\n".join(parts)


def _edited(piece: Piece, edits: Sequence[Edit]) -> bytes:
    if piece.media_type is media_types.XLSX:
        # Loaded here because workbooks take a quarter of a second, which few processes need.
        from zorgnetwerk.submission.annotating import edited

        return edited(piece.data, edits)
    if piece.media_type is media_types.RESULTS_CSV:
        return with_cells(piece.data, {edit.cell.rpartition("!")[2]: edit.text for edit in edits})
    text = piece.data.decode("utf-8-sig")
    end = len(text)
    for edit in sorted(dict.fromkeys(edits), key=lambda each: -each.start):
        if edit.end <= end:
            text = text[: edit.start] + edit.text + text[edit.end :]
            end = edit.start
    return text.encode()


def _written(mend: Mend, old: str, text: str, piece: Piece, base_iri: str) -> str | None:
    if piece.media_type is media_types.JSON_LD:
        return _json(mend, old)
    if piece.media_type is media_types.RDF_XML:
        return _xml(mend, old, text)
    return _turtle(mend.term, text, base_iri)


def _turtle(term: Node, text: str, base_iri: str) -> str:
    if not isinstance(term, Literal):
        return _name(str(term), text, base_iri)
    said = json.dumps(str(term), ensure_ascii=False)
    if term.language:
        return f"{said}@{term.language}"
    if term.datatype == XSD.integer:
        return str(term) if "@prefix" in text.lower() else f"{said}^^<{XSD.integer}>"
    return f"{said}^^{_name(str(term.datatype), text, base_iri)}" if term.datatype else said


def _name(iri: str, text: str, base_iri: str) -> str:
    """An IRI as this document would write it: with one of its prefixes, else in full."""
    found = _BASE.search(text)
    base = urljoin(base_iri, found[1]) if found else base_iri
    for prefix, namespace in _PREFIX.findall(text):
        full = namespace if re.match(r"[A-Za-z][\w+.-]*:", namespace) else urljoin(base, namespace)
        full += "#" if namespace.endswith("#") and not full.endswith("#") else ""
        if iri.startswith(full) and _LOCAL.match(iri[len(full) :]):
            return f"{prefix}:{iri[len(full) :]}"
    return f"<{iri}>"


def _json(mend: Mend, old: str) -> str | None:
    """A value as a node or value object, which holds whatever the context says of its property."""
    term = mend.term
    if mend.of_property or (mend.is_class and old.startswith('"')):
        return json.dumps(str(term))
    if not isinstance(term, Literal):
        return json.dumps({"@id": str(term)})
    said: dict[str, str] = {"@value": str(term)}
    said |= {"@language": term.language} if term.language else {}
    said |= {"@type": str(term.datatype)} if term.datatype else {}
    return json.dumps(said, ensure_ascii=False) if old[:1] in '"{0123456789-tf' else None


def _xml(mend: Mend, old: str, text: str) -> str | None:
    """The property element, written anew with its own name."""
    found = re.match(r"<([\w.-]+:[\w.-]+)", old)
    prefixes: Mapping[str, str] = {namespace: prefix for prefix, namespace in _NAMESPACE.findall(text)}
    rdf = prefixes.get(str(RDF))
    if (
        not found
        or rdf is None
        or mend.of_property
        or f"{rdf}:about" in old
        or not old.endswith((f"</{found[1]}>", "/>"))
    ):
        return None
    name, term = found[1], mend.term
    if isinstance(term, URIRef):
        return f"<{name} {rdf}:resource={quoteattr(str(term))}/>"
    attribute = ""
    if isinstance(term, Literal) and term.language:
        attribute = f" xml:lang={quoteattr(term.language)}"
    elif isinstance(term, Literal) and term.datatype:
        attribute = f" {rdf}:datatype={quoteattr(str(term.datatype))}"
    return f"<{name}{attribute}>{escape(str(term))}</{name}>"
