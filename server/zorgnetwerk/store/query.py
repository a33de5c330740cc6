"""A foreign query, bounded before any parser sees it.

``Query.parse`` is a lexical gate: it reads the text as the SPARQL grammar's tokens (seeing through comments, strings,
IRIs, letter case and codepoint escapes) and refuses what the public endpoint never runs: federation, loading, updates,
and shapes of text that are known to end or stall an engine. It does not judge syntax; the engine's parser has the last
word on that. It is the first of two fences: the worker that evaluates has no network, a memory limit and a deadline of
its own.

Source: SPARQL 1.1 Query Language, 19 (grammar) and 19.2 (codepoint escapes); the bounds lie well below the smallest
texts that were seen to crash pyoxigraph 0.5 (about 900 nested calls, 2,000 nested groups, 2,500 groups or terms in a
row, 6,500 chained operators).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from zorgnetwerk.errors import Place, QueryRefused
from zorgnetwerk.store.shortcut import CHAINED_WORDS, form_of
from zorgnetwerk.store.tokens import CLOSING, OPENING, tokens

Form: TypeAlias = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

LENGTH_LIMIT_BYTES: Final = 65_536
DEPTH_LIMIT: Final = 100
CHAIN_LIMIT: Final = 200
SEPARATOR_LIMIT: Final = 2_000
RUN_LIMIT: Final = 1_000
_TOKEN_CHARACTERS: Final = 100

_FORMS: Final = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
_UPDATES: Final = frozenset(("INSERT", "DELETE", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "LOAD", "WITH"))
_CHAINED_SIGNS: Final = frozenset(("||", "&&", "+", "-", "*", "/", "|", "^", "!", "=", "!=", "<", ">", "<=", ">="))
_SEPARATORS: Final = frozenset((".", ";", ","))
_CONSTANTS: Final = frozenset(("TRUE", "FALSE", "UNDEF"))
_EXPECTED: Final = -1
_GLUED = re.compile("|".join(sorted(CHAINED_WORDS)))
_MAYBE_FROM = re.compile(r"(?<![a-z_])from(?!\w)|--", re.IGNORECASE)
"""Where a token FROM may stand: behind no letter of a longer name. Behind the direction of a language tag it may."""
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
        known = form_of(text)
        if known is not None:
            return cls(text, known)  # type: ignore[arg-type]  # one of _FORMS, by its pattern
        form = _Inspection(text).form()
        decoded = _ESCAPE.sub(_decode, text)
        if decoded != text:
            form = _Inspection(decoded).form() or form
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
    if "from" not in text.lower() or not _MAYBE_FROM.search(text):
        return False
    return any(kind == "word" and token.upper() == "FROM" for kind, token, _ in tokens(text))


def dataset_clauses(text: str) -> tuple[str, ...]:
    """The graphs that the query names by FROM and FROM NAMED, written out or with a declared prefix, each once.

    >>> dataset_clauses("PREFIX e: <urn:e:> SELECT * FROM <urn:g> FROM NAMED e:h { ?s ?p 'FROM <urn:x>' }")
    ('urn:g', 'urn:e:h')
    """
    prefixes: dict[str, str] = {}
    found: dict[str, None] = {}
    before = ("", "")
    for kind, token, _ in tokens(text):
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
    for kind, token, offset in tokens(text):
        if kind == "name":
            prefix = token.partition(":")[0]
            if previous == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared:
                return prefix, _place(text, offset)
        previous = token.upper()
    return None


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
    for _, token, offset in tokens(text):
        if offset + len(token) > wanted:
            return replace(place, token=token[:_TOKEN_CHARACTERS])
        depth += (token in OPENING) - (token in CLOSING)
        last, last_offset = token, offset
    if depth == 0 and last in CLOSING:
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


class _Inspection:
    """One walk over a text: its form, or None; refuses what must not reach the engine.

    The engine needs no space after a keyword: it reads ``trueSERVICE`` as two words, ``SERVICEex:x {`` as a word and a
    name, and what looks like an IRI as a comparison when an operand comes before it. Each of these is seen here. In the
    braces of VALUES terms and rows are not counted: that is where long lists belong.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._form: Form | None = None
        self._depth = self._row = self._table = 0
        self._counts: Counter[str] = Counter()
        self._before = self._last = ("", "", 0)

    def form(self) -> Form | None:
        """The form of the query text. Errors: QueryRefused."""
        for found in tokens(self._text):
            kind, token, offset = found
            if kind == "word" and token.upper() not in _CONSTANTS:
                self._word(token.upper(), offset)
            elif kind == "sign":
                self._sign(token, offset)
            else:
                self._term(kind, token, offset)
            self._before, self._last = self._last, found
        return self._form

    def _word(self, word: str, offset: int) -> None:
        _check_word(word, self._text, offset)
        self._row = 0
        if self._form is None and self._depth == 0 and word in _FORMS:
            self._form = word  # type: ignore[assignment]  # narrowed by membership in _FORMS
        if word == "VALUES":
            self._table = _EXPECTED
        for chained in _GLUED.findall(word):
            self._count(chained, CHAIN_LIMIT, offset)

    def _term(self, kind: str, token: str, offset: int) -> None:
        if kind == "iri":
            _check_iri(token, self._text, offset)
        self._row = 0 if self._table > 0 else self._row + 1
        if self._row > RUN_LIMIT:
            raise QueryRefused(
                f"More than {RUN_LIMIT:,} terms follow each other here. Use VALUES for long lists, or split the query.",
                "chain",
                _place(self._text, offset),
            )

    def _sign(self, token: str, offset: int) -> None:
        self._row = 0
        if token in OPENING:
            self._open(token, offset)
        elif token in CLOSING:
            self._depth = max(0, self._depth - 1)
            self._table = 0 if self._depth < self._table else self._table
        elif token in _CHAINED_SIGNS:
            self._count(token, CHAIN_LIMIT, offset)
        elif token in _SEPARATORS:
            self._count(token, SEPARATOR_LIMIT, offset)

    def _open(self, bracket: str, offset: int) -> None:
        prefix = self._last[1].partition(":")[0].upper() if self._last[0] == "name" else ""
        if bracket == "{" and "SERVICE" in prefix and self._before[1].upper() != "GRAPH":
            _check_word(prefix, self._text, self._last[2])
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            message = f"Brackets are nested more than {DEPTH_LIMIT} deep here. Flatten the query."
            raise QueryRefused(message, "depth", _place(self._text, offset))
        if bracket == "{" and self._table == _EXPECTED:
            self._table = self._depth
        elif self._table <= 0:
            self._count("an opening bracket", RUN_LIMIT, offset)

    def _count(self, token: str, limit: int, offset: int) -> None:
        self._counts[token] += 1
        if self._counts[token] > limit:
            raise QueryRefused(
                f"The query uses {token!r} more than {limit:,} times. "
                "Use VALUES or IN for long lists, or split the query.",
                "chain",
                _place(self._text, offset),
            )


def _check_word(word: str, text: str, offset: int) -> None:
    if "SERVICE" in word:  # no keyword and no function has it inside
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


def _check_iri(token: str, text: str, offset: int) -> None:
    """Refuses what is no IRI when read as a comparison: a bracket closed and SERVICE begun, or a chain of operators."""
    after = token.upper().partition(")")[2]
    if "SERVICE" in after:
        _check_word("SERVICE", text, offset)
    if len(token) > CHAIN_LIMIT:
        for sign in "+-*/!=&(":
            if token.count(sign) > CHAIN_LIMIT:
                raise QueryRefused(
                    f"An IRI here holds {sign!r} more than {CHAIN_LIMIT} times.", "chain", _place(text, offset)
                )


def _place(text: str, offset: int) -> Place:
    before = text[:offset]
    line = before.count("\n") + 1
    column = offset - (before.rfind("\n") + 1) + 1
    return Place(line, column, text.splitlines()[line - 1][:120] if text else "")
