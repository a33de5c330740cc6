"""What a request at the endpoint asks, by the rules of the SPARQL protocol.

One place reads addresses and bodies; everything behind it sees an ``Operation``. Rules where the protocol leaves a
choice: parameters that are not of the protocol are ignored; ``timeout`` (seconds) may lower the time limit, never raise
it; ``query-id`` names the query for whoever may stop it; whatever asks for an update is refused as an update, in any
form; a query body is UTF-8, nothing else is guessed.

Source: SPARQL 1.1 Protocol, 2.1 (query operation) and 2.2 (update operation); RFC 10008 (the method QUERY);
RFC 9110, 15.5.16 (415).
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, quote_plus, unquote_to_bytes

from zorgnetwerk.errors import MediaTypeUnsupported, QueryRefused, SyntaxInvalid, UpdateRefused
from zorgnetwerk.settings import Settings
from zorgnetwerk.store.base import DatasetSelection
from zorgnetwerk.web.bodies import whole_body
from zorgnetwerk.web.representation import Asked

METHODS: Final = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
DIRECT: Final = "application/sparql-query"
FORM: Final = "application/x-www-form-urlencoded"
BODY_TYPES: Final = (DIRECT, FORM)
UPDATE: Final = "application/sparql-update"

_OF_UPDATES: Final = frozenset(("update", "using-graph-uri", "using-named-graph-uri"))
_UTF8: Final = frozenset(("utf-8", "utf8", "us-ascii"))
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*\Z")
_FORM_OVERHEAD_BYTES: Final = 16_384
_PARAMETER_LIMIT: Final = 1_000
_LONGEST_ADDRESS: Final = 2_000
_LONGEST_SECONDS: Final = 1e6

Parameters: TypeAlias = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One query operation as the protocol reads it. Units: ``seconds`` is what the client allows, None when it says
    nothing. ``query_id`` is how the client calls it, empty when it does not.
    """

    text: str
    selection: DatasetSelection | None
    seconds: float | None
    query_id: str = ""

    def address(self, path: str) -> str:
        """The address where GET gives the same answer; empty when it would be too long to be useful.

        >>> Operation("ASK {}", None, None).address("/sparql")
        '/sparql?query=ASK+%7B%7D'
        """
        chosen = self.selection or DatasetSelection()
        pairs = [("query", self.text)]
        pairs += [("default-graph-uri", iri) for iri in chosen.default_graphs or ()]
        pairs += [("named-graph-uri", iri) for iri in chosen.named_graphs or ()]
        found = f"{path}?{'&'.join(f'{name}={quote_plus(value)}' for name, value in pairs)}"
        return found if len(found) <= _LONGEST_ADDRESS else ""


def read(asked: Asked, settings: Settings) -> Operation | None:
    """The operation that a request asks for, or None when it is a GET without a query (then the service describes
    itself).

    Errors: QueryRefused (not exactly one query), UpdateRefused, SyntaxInvalid (not UTF-8, a wrong value),
    MediaTypeUnsupported, BodyTooLarge.
    """
    in_address = _parameters(asked.query_string.decode("latin-1"))
    _refuse_updates(in_address)
    if asked.method in ("GET", "HEAD"):
        return _operation(in_address) if any(name == "query" for name, _ in in_address) else None
    kind = _body_type(asked)
    body = _body(asked, settings.query_bytes)
    pairs = [("query", _decode(body))] if kind == DIRECT else _parameters(_decode(body))
    _refuse_updates(pairs)
    if any(name == "query" for name, _ in in_address):
        raise QueryRefused(
            f"The query stands in the address of a {asked.method} request; it belongs in the body, once.",
            "duplicate" if any(name == "query" for name, _ in pairs) else "misplaced",
        )
    return _operation([*pairs, *in_address])


def _refuse_updates(parameters: Parameters) -> None:
    for name, _ in parameters:
        if name in _OF_UPDATES:
            raise UpdateRefused(
                f"The parameter {name!r} belongs to an update, and this endpoint only answers questions. "
                "Send new data to /submissions.",
                "update",
            )


def _body_type(asked: Asked) -> str:
    """The type of the body. Errors: UpdateRefused for updates; MediaTypeUnsupported for anything else that is no
    query.
    """
    kind, charset = _content_type(asked.headers.get("Content-Type") or "")
    if kind == UPDATE:
        raise UpdateRefused(
            "Updates are not taken: this endpoint only answers questions. Send new data to /submissions.", "update"
        )
    if kind not in BODY_TYPES:
        raise MediaTypeUnsupported(f"A query body has type {DIRECT} or {FORM}, not {kind or 'none'!r}.", BODY_TYPES)
    if charset not in _UTF8:
        raise MediaTypeUnsupported(f"A query body is UTF-8, not {charset!r}.", BODY_TYPES)
    coding = (asked.headers.get("Content-Encoding") or "identity").strip().lower()
    if coding != "identity":
        raise MediaTypeUnsupported(f"A query body is sent as it is, not with the coding {coding!r}.", BODY_TYPES)
    return kind


def _content_type(header: str) -> tuple[str, str]:
    """The type that a Content-Type header names, and its charset; UTF-8 where it names none."""
    kind, *parameters = (part.strip() for part in header.split(";"))
    named = dict(parameter.partition("=")[::2] for parameter in parameters)
    charset = next((value for name, value in named.items() if name.strip().lower() == "charset"), "utf-8")
    return kind.lower(), charset.strip().strip('"').lower()


def _operation(parameters: Parameters) -> Operation:
    if len(parameters) == 1 and parameters[0][0] == "query":
        return Operation(parameters[0][1], None, None)
    texts = [value for name, value in parameters if name == "query"]
    if len(texts) != 1:
        raise QueryRefused(
            f"Exactly one parameter 'query' is expected, there are {len(texts)}.", "duplicate" if texts else "empty"
        )
    default = _graphs(parameters, "default-graph-uri")
    named = _graphs(parameters, "named-graph-uri")
    selection = DatasetSelection(default, named) if default or named else None
    seconds = _seconds([value for name, value in parameters if name == "timeout"])
    query_id = next((value for name, value in parameters if name == "query-id"), "")
    return Operation(texts[0], selection, seconds, query_id)


def _graphs(parameters: Parameters, name: str) -> tuple[str, ...]:
    """The graphs that a parameter names, each once. Whether they are published is the store's affair: one that is not
    is empty.
    """
    found = tuple(dict.fromkeys(value for key, value in parameters if key == name))
    for iri in found:
        if not _ABSOLUTE.match(iri):
            raise SyntaxInvalid(f"{name} is {iri[:200]!r}, expected an absolute IRI.")
    return found


def _seconds(values: list[str]) -> float | None:
    if not values:
        return None
    try:
        seconds = float(values[0])
    except ValueError:
        seconds = 0.0
    if len(values) > 1 or not 0 < seconds < _LONGEST_SECONDS:
        raise SyntaxInvalid(f"timeout is {', '.join(values)[:200]!r}, expected one positive number of seconds.")
    return seconds


def _parameters(text: str) -> Parameters:
    if text.startswith("query=") and "&" not in text and text.isascii():
        value = text[6:]  # the common case, read as parse_qsl reads it
        try:
            return [("query", _unquoted(value.replace("+", " ").encode("ascii")).decode("utf-8"))]
        except UnicodeDecodeError as error:
            raise SyntaxInvalid("A parameter is not percent-encoded UTF-8.") from error
    try:
        return parse_qsl(
            text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_PARAMETER_LIMIT
        )
    except UnicodeDecodeError as error:
        raise SyntaxInvalid("A parameter is not percent-encoded UTF-8.") from error
    except ValueError as error:
        raise SyntaxInvalid(f"There are more than {_PARAMETER_LIMIT:,} parameters.") from error


def _unquoted(text: bytes) -> bytes:
    """The bytes of a percent-encoded text, as ``unquote_to_bytes`` gives them, in a quarter of its time.

    Quoted-printable says the same with another sign, and the standard library reads that in C. Where it differs (line
    breaks, a sign that no two digits follow: then less is saved than two bytes for each), the slower way is taken.
    """
    if b"\n" not in text and b"\r" not in text:
        found = a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"="))
        if len(found) == len(text) - 2 * text.count(b"%"):
            return found
    return unquote_to_bytes(text)


def _body(asked: Asked, query_bytes: int) -> bytes:
    """The bytes of the body. A query may be percent-encoded, which makes three bytes of one."""
    return whole_body(asked, query_bytes * 3 + _FORM_OVERHEAD_BYTES, "A query request")


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SyntaxInvalid("The body is not UTF-8.") from error
