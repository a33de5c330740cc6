"""What XML cannot say, and what the engine says wrongly in it: kept right on the way out, or refused; and where a
document of XML is broken.

Knows what the engine writes as RDF/XML and as query results in XML. Must not know the engine itself, nor where the
bytes go. Every document in XML passes here; other formats pass untouched.

Source: XML 1.0, 2.2 (characters) and 2.11 (ends of lines); Namespaces in XML, 3 (no element has the prefix ``xmlns``);
RDF/XML, 5.1 (a label is an NCName) and 8: a predicate that does not end in a name cannot be written. Measured on
pyoxigraph 0.5.13: it escapes ``<``, ``>`` and quotation marks everywhere, so that a tag is a tag; such a predicate or
type becomes a name that ends at its colon (``<p: ``), or an empty one (``< ``) for the prefix without a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol
from xml.parsers import expat
from xml.sax.saxutils import unescape

from zorgnetwerk.errors import NotAcceptable, Place, SyntaxInvalid
from zorgnetwerk.terms.media_types import RDF_XML, RESULT_FORMATS, RESULTS_XML, TRIPLE_FORMATS

_LABELS: Mapping[str, str] = MappingProxyType({kind.name: kind.label for kind in (RDF_XML, RESULTS_XML)})
_OFFERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        RDF_XML.name: tuple(kind.name for kind in TRIPLE_FORMATS if kind is not RDF_XML),
        RESULTS_XML.name: tuple(kind.name for kind in RESULT_FORMATS if kind is not RESULTS_XML),
    }
)
_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\n\r")
_IMPOSSIBLE: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_ROOT: Final = re.compile(rb"<rdf:RDF([^<>]*)>")
_UNNAMED: Final = re.compile(rb"<(/?)(?:(xmlns):([^\s:/<>]+)|(?:([^\s:/<>]+):)?)(?=\s|/?>)([^<>]*)>")
"""A tag without a local name, or with the prefix that no name may have; its end, reserved name, prefix, attributes."""
_DECLARED: Final = re.compile(rb'\sxmlns(?::([^\s="]+))?="([^"]*)"')
_TYPED: Final = re.compile(rb'(?:\sxmlns:[^\s="]+="[^"]*")?(\srdf:(?:about|nodeID)="[^"]*")')
_LABEL: Final = re.compile(rb'rdf:nodeID="((?:[0-9_]|[^":]*:)[^"]*)"')
_RESERVED: Final = b"http://www.w3.org/2000/xmlns/"
_QUOTATION_MARKS: Final = {"&quot;": '"', "&apos;": "'"}
_QUOTED: Final = re.compile("['`\"]([^'`\"]+)['`\"]")
_SHOWN_BYTES: Final = 40
_SHOWN_CHARACTERS: Final = 300


class Target(Protocol):
    """What takes the bytes of a document."""

    def write(self, data: bytes, /) -> object:
        """Takes a piece."""


def write(serialise: Callable[[Target], object], target: Target, media_type: str) -> None:
    """Lets the engine write a document to the target; in XML with what it has wrong set right.

    Errors: NotAcceptable when this format cannot hold the answer, with the names of those that can; the engine's own.
    """
    if media_type not in _OFFERS:
        serialise(target)
        return
    guard = _Guard(target, media_type)
    try:
        serialise(guard)
    except OSError as error:
        if not str(error).startswith("RDF/XML reserved"):
            raise
        reason = "one of its predicates is a word of RDF/XML itself (rdf:li, rdf:about, rdf:Description …)"
        raise _refusal(media_type, reason) from error
    guard.finish()


class _Guard:
    """Stands before the target of a document in XML; hands on whole tags only, so that no rule sees half of one."""

    def __init__(self, target: Target, media_type: str) -> None:
        self._target = target
        self._media_type = media_type
        self._rest = bytearray()
        self._declared: dict[bytes, bytes] = {b"xmlns": _RESERVED}

    def write(self, data: bytes) -> int:
        """Takes a piece. Errors: NotAcceptable; those of the target."""
        self._rest += data
        last = data.rfind(b">")
        if last >= 0:
            self._hand_on(len(self._rest) - len(data) + last + 1)
        return len(data)

    def flush(self) -> None:
        """Does nothing: the engine flushes at its end, and so does ``finish``."""

    def finish(self) -> None:
        """Hands on what is left. Errors: as ``write``."""
        self._hand_on(len(self._rest))

    def _hand_on(self, end: int) -> None:
        piece = bytes(self._rest[:end])
        del self._rest[:end]
        if _may_be_impossible(piece) and (found := _IMPOSSIBLE.search(piece)):
            raise _refusal(self._media_type, _impossible(piece, found))
        if self._media_type == RDF_XML.name:
            if root := _ROOT.search(piece):
                self._declared |= dict(_DECLARED.findall(root[1]))
            piece = _LABEL.sub(_renamed, _UNNAMED.sub(self._named, piece))
        self._target.write(piece.replace(b"\r", b"&#xD;"))

    def _named(self, tag: re.Match[bytes]) -> bytes:
        """A thing that the engine names by its type, as RDF/XML can say it. Errors: NotAcceptable for a predicate."""
        if tag[1]:
            return b"</rdf:Description>"  # only things have come as far as their end
        iri = self._iri(tag)
        typed = _TYPED.fullmatch(tag[5])
        if typed is None:
            shown = _text(iri)[:_SHOWN_CHARACTERS]
            raise _refusal(self._media_type, f"the predicate <{shown}> does not end in a name that XML allows")
        return b'<rdf:Description%b>\n\t\t<rdf:type rdf:resource="%b"/>' % (typed[1], iri)

    def _iri(self, tag: re.Match[bytes]) -> bytes:
        """What the tag's name stands for, escaped as the engine did."""
        prefix = tag[2] or tag[4] or b""
        here = dict(_DECLARED.findall(tag[5]))
        return (here.get(prefix) or self._declared.get(prefix, b"")) + (tag[3] or b"")


def check_whole(document: bytes) -> None:
    """Passes when a document of XML is well-formed to its end; the engine takes one that breaks off for a whole one.

    Errors: SyntaxInvalid with the place.
    """
    try:
        expat.ParserCreate("utf-8").Parse(document, True)
    except expat.ExpatError as error:
        raise SyntaxInvalid(f"{expat.ErrorString(error.code)}", Place(error.lineno, error.offset + 1)) from error


def place_in(document: bytes, complaint: str) -> tuple[int, int]:
    """Line and column, from 1, of what the engine complains about in a document of XML, whose places it does not tell:
    where XML itself is broken, else where the words that the complaint quotes stand first, or the declared encoding
    that it refuses; 0 and 0 when nothing shows. Never fails, whatever the document is.
    """
    reader = expat.ParserCreate("utf-8")  # as the engine reads; a declared encoding that Python lacks would raise
    try:
        reader.Parse(document, True)
    except expat.ExpatError as error:
        return error.lineno, error.offset + 1
    for quoted in ["encoding="] if "Only UTF-8" in complaint else _QUOTED.findall(complaint):
        place = document.find(quoted.encode())
        if place >= 0:
            before = document[:place]
            return before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    return 0, 0


def _may_be_impossible(piece: bytes) -> bool:
    """Whether it is worth to look closely: twenty times faster than to do so."""
    return len(piece.translate(None, _CONTROLS)) < len(piece) or b"\xef\xbf" in piece


def _renamed(label: re.Match[bytes]) -> bytes:
    """A blank node's label that is no name made one; no two labels become the same."""
    return b'rdf:nodeID="_%b"' % label[1].replace(b".", b"..").replace(b":", b".-")


def _impossible(piece: bytes, found: re.Match[bytes]) -> str:
    """Says which character, and where it stands."""
    start, end = found.span()
    before = piece[max(start - _SHOWN_BYTES, piece.rfind(b">", 0, start) + 1) : start]
    after = piece[end : end + _SHOWN_BYTES].partition(b"<")[0]
    shown = " ".join(f"{_text(before)}\\u{ord(found[0].decode()):04X}{_text(after)}".split())
    return f'the text "{shown}" holds the character U+{ord(found[0].decode()):04X}, which XML cannot hold in any form'


def _text(escaped: bytes) -> str:
    """The text that was escaped, as far as it can be shown."""
    text = unescape(escaped.decode("utf-8", "ignore"), _QUOTATION_MARKS)
    return "".join(sign if sign.isprintable() or sign.isspace() else f"\\u{ord(sign):04X}" for sign in text)


def _refusal(media_type: str, reason: str) -> NotAcceptable:
    offers = _OFFERS[media_type]
    return NotAcceptable(
        f"This answer cannot be written in {_LABELS[media_type]}: {reason}. Ask for {' or '.join(offers)}.", offers
    )
