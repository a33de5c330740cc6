"""A foreign query, bounded before any parser sees it.

``Query.parse`` is a lexical gate: it reads the text as the SPARQL grammar's tokens (seeing through comments, strings,
IRIs, letter case and codepoint escapes) and refuses what the public endpoint never runs: federation, loading, updates,
and shapes of text that are known to end or stall an engine. It does not judge syntax; the engine's parser has the last
word on that. It is the first of two fences: the worker that evaluates has no network, a memory limit and a deadline of
its own.

Source: SPARQL 1.1 Query Language, 19 (grammar) and 19.2 (codepoint escapes); the bounds lie well below the smallest
texts that were seen to crash pyoxigraph 0.5 (about 900 nested calls, 2,000 nested groups, 6,500 chained operators).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from zorgnetwerk.errors import Place, QueryRefused

Form: TypeAlias = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

LENGTH_LIMIT_BYTES: Final = 65_536
DEPTH_LIMIT: Final = 100
CHAIN_LIMIT: Final = 200
SEPARATOR_LIMIT: Final = 2_000
_TOKEN_CHARACTERS: Final = 100

_FORMS: Final = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
_UPDATES: Final = frozenset(("INSERT", "DELETE", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "LOAD", "WITH"))
_CHAINED_WORDS: Final = frozenset(
    ("UNION", "OPTIONAL", "FILTER", "BIND", "MINUS", "GRAPH", "EXISTS", "VALUES", "LATERAL", "FROM", "PREFIX")
)
_CHAINED_SIGNS: Final = frozenset(("||", "&&", "+", "-", "*", "/", "|", "^", "!", "=", "!=", "<", ">", "<=", ">="))
_SEPARATORS: Final = frozenset((".", ";", ","))
_OPENING: Final = frozenset(("(", "[", "{", "<<", "<<(", "{|"))
_CLOSING: Final = frozenset((")", "]", "}", ">>", ")>>", "|}"))

_STRING: Final = r"""(?P<string>
    \'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'
    |\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
    |'(?:[^'\\\n\r]|\\.)*'
    |"(?:[^"\\\n\r]|\\.)*")"""
_OTHER: Final = r"""(?P<space>[\s\ufeff]+|\#[^\n\r]*)
    |(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    |(?P<name>(?:[^\W\d][\w.-]{0,200})?:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-])*)
    |(?P<variable>[?$]\w+)
    |(?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?)
    |(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<word>[^\W\d]\w*)
    |(?P<sign><<\(|\)>>|<<|>>|\{\||\|\}|\|\||&&|\^\^|!=|<=|>=|.)"""
_TOKEN = re.compile(f"{_STRING}|{_OTHER}", re.VERBOSE | re.DOTALL)
_WITHOUT_STRINGS = re.compile(_OTHER, re.VERBOSE | re.DOTALL)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


@dataclass(frozen=True, slots=True)
class Query:
    """A query that passed the gate: its text as sent, and its form.

    >>> Query.parse("ASK { ?service <urn:load> 'SERVICE' }").form
    'ASK'
    """

    text: str
    form: Form

    @property
    def is_graph(self) -> bool:
        """Whether the answer is a graph rather than solutions or a verdict."""
        return self.form in ("CONSTRUCT", "DESCRIBE")

    @classmethod
    def parse(cls, text: str, length_limit_bytes: int = LENGTH_LIMIT_BYTES) -> Query:
        """The bounded query.

        Errors: QueryRefused with reason ``length``, ``empty``, ``service``, ``update``, ``depth``, ``chain``,
        ``character`` or ``form``.
        """
        _check_characters(text, length_limit_bytes)
        form = _inspect(text)
        decoded = _ESCAPE.sub(_decode, text)
        if decoded != text:
            form = _inspect(decoded) or form
        if form is None:
            raise QueryRefused(
                "This text holds no query: expected SELECT, ASK, CONSTRUCT or DESCRIBE after the prefixes.", "form"
            )
        return cls(text, form)


def has_dataset_clause(text: str) -> bool:
    """Whether the query names its own graphs by FROM or FROM NAMED; words in strings, names and comments do not count.

    >>> has_dataset_clause("SELECT * FROM <urn:g> { }"), has_dataset_clause("ASK { ?from <urn:from> 'FROM' } # FROM")
    (True, False)
    """
    return any(kind == "word" and token.upper() == "FROM" for kind, token, _ in _tokens(text))


def dataset_clauses(text: str) -> tuple[str, ...]:
    """The graphs that the query names by FROM and FROM NAMED, written out or with a declared prefix, each once.

    >>> dataset_clauses("PREFIX e: <urn:e:> SELECT * FROM <urn:g> FROM NAMED e:h { ?s ?p 'FROM <urn:x>' }")
    ('urn:g', 'urn:e:h')
    """
    prefixes: dict[str, str] = {}
    found: dict[str, None] = {}
    before = ("", "")
    for kind, token, _ in _tokens(text):
        if kind == "iri" and before[0] == "PREFIX":
            prefixes[before[1]] = token[1:-1]
        elif kind == "iri" and before[1] in ("FROM", "NAMED"):
            found[token[1:-1]] = None
        elif kind == "name" and before[1] in ("FROM", "NAMED"):
            prefix, _, rest = token.partition(":")
            found[prefixes.get(prefix, f"{prefix}:") + rest] = None
        before = (before[1], token[:-1] if before[1] == "PREFIX" else token.upper())
    return tuple(found)


def undeclared_prefix(text: str) -> tuple[str, Place] | None:
    """The first prefix that the query uses without declaring it, and where; None when there is none.

    >>> prefix, place = undeclared_prefix("PREFIX a: <urn:a#> ASK { ?s a:p b:q }")
    >>> prefix, place.line, place.column
    ('b', 1, 33)
    """
    declared = {"_"}
    previous = ""
    for kind, token, offset in _tokens(text):
        if kind == "name":
            prefix = token.partition(":")[0]
            if previous == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared:
                return prefix, _place(text, offset)
        previous = token.upper()
    return None


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind (iri, name, variable, string, word, sign …), text and offset of each token of a query, comments left out."""
    return _tokens(text)


def offence(text: str, place: Place) -> Place:
    """The place of an error in the text with the token that stands there; an empty one at the end of the text.

    A parser that blames the end although every bracket is closed has only looked further than the last bracket, which
    is then the offender.

    >>> offence("ASK { ?s ?p ?o ?q }", Place(1, 16)).token, offence("ASK {", Place(1, 6)).token
    ('?q', '')
    >>> offence("ASK { ?s ?p }", Place(1, 14)).column
    13
    """
    wanted = sum(len(part) + 1 for part in text.split("\n")[: place.line - 1]) + place.column - 1
    depth, last, last_offset = 0, "", 0
    for _, token, offset in _tokens(text):
        if offset + len(token) > wanted:
            return replace(place, token=token[:_TOKEN_CHARACTERS])
        depth += (token in _OPENING) - (token in _CLOSING)
        last, last_offset = token, offset
    if depth == 0 and last in _CLOSING:
        return replace(_place(text, last_offset), token=last)
    return replace(place, token="")


def _check_characters(text: str, length_limit_bytes: int) -> None:
    try:
        length = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise QueryRefused("The query holds half of a surrogate pair, which is no character.", "character") from error
    if length > length_limit_bytes:
        raise QueryRefused(
            f"The query is {length:,} bytes long; at most {length_limit_bytes:,} are read. "
            "Shorten it, or work on a dump (/dumps/).",
            "length",
        )
    if not text.strip():
        raise QueryRefused("The query is empty. Send SPARQL text in the parameter 'query'.", "empty")
    if "\x00" in text:
        raise QueryRefused("The query holds a NUL character.", "character")


def _decode(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return match[0] if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF else chr(code)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and offset of each token that counts.

    After a quotation mark that nothing closes, the rest is read as if there were no strings: no parser accepts such a
    text, and looking for the end again at each further mark would take quadratic time.
    """
    for match in _TOKEN.finditer(text):
        if match[0] in ("'", '"'):
            break
        if match.lastgroup != "space":
            yield match.lastgroup or "sign", match[0], match.start()
    else:
        return
    for rest in _WITHOUT_STRINGS.finditer(text, match.end()):
        if rest.lastgroup != "space":
            yield rest.lastgroup or "sign", rest[0], rest.start()


def _inspect(text: str) -> Form | None:
    """The form of the query text, or None; refuses what must not reach the engine."""
    form: Form | None = None
    depth = 0
    counts: Counter[str] = Counter()
    for kind, token, offset in _tokens(text):
        if kind == "word":
            word = token.upper()
            _check_word(word, text, offset)
            if form is None and depth == 0 and word in _FORMS:
                form = word  # type: ignore[assignment]  # narrowed by membership in _FORMS
            if word in _CHAINED_WORDS:
                _count(counts, word, CHAIN_LIMIT, text, offset)
        elif kind == "sign":
            depth = max(0, depth + (token in _OPENING) - (token in _CLOSING))
            _check_depth(depth, text, offset)
            if token in _CHAINED_SIGNS:
                _count(counts, token, CHAIN_LIMIT, text, offset)
            elif token in _SEPARATORS:
                _count(counts, token, SEPARATOR_LIMIT, text, offset)
    return form


def _check_word(word: str, text: str, offset: int) -> None:
    if word == "SERVICE":
        raise QueryRefused(
            "SERVICE is not run here: this endpoint never queries others. "
            "Ask the other endpoint yourself and join the answers, or federate from your own client.",
            "service",
            _place(text, offset),
        )
    if word in _UPDATES:
        raise QueryRefused(
            f"{word} changes data; this endpoint only answers questions. Send new data to /submissions.",
            "update",
            _place(text, offset),
        )


def _check_depth(depth: int, text: str, offset: int) -> None:
    if depth > DEPTH_LIMIT:
        raise QueryRefused(
            f"Brackets are nested more than {DEPTH_LIMIT} deep here. Flatten the query.", "depth", _place(text, offset)
        )


def _count(counts: Counter[str], token: str, limit: int, text: str, offset: int) -> None:
    counts[token] += 1
    if counts[token] > limit:
        raise QueryRefused(
            f"The query uses {token!r} more than {limit} times. Use VALUES or IN for long lists, or split the query.",
            "chain",
            _place(text, offset),
        )


def _place(text: str, offset: int) -> Place:
    before = text[:offset]
    line = before.count("\n") + 1
    column = offset - (before.rfind("\n") + 1) + 1
    return Place(line, column, text.splitlines()[line - 1][:120] if text else "")
