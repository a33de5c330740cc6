"""A walk over the tokens of a query: what stands here, and one step forward.

Source: SPARQL 1.1 Query Language, 19.8 (a name or a whole number does not end in a full stop).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from zorgnetwerk.store.tokens import tokens

_OPENING: Final = frozenset(("(", "[", "{", "<<", "<<(", "{|"))
_CLOSING: Final = frozenset((")", "]", "}", ">>", ")>>", "|}"))


class Cursor:
    """Walks the tokens once; at the end everything it sees is empty.

    >>> cursor = Cursor("ASK { ?s a ex:C. }")
    >>> [cursor.take() for _ in range(7)]
    ['ASK', '{', '?s', 'a', 'ex:C', '.', '}']
    """

    def __init__(self, text: str) -> None:
        self.tokens = [part for token in tokens(text) for part in _split(*token)]
        self.at = 0
        self._line_of = _line_counter(text)

    @property
    def here(self) -> str:
        """The token that stands here."""
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    @property
    def kind(self) -> str:
        """Its kind: iri, name, variable, string, tag, number, word, sign."""
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    @property
    def word(self) -> str:
        """Its capitals when it is a word; empty otherwise."""
        return self.here.upper() if self.kind == "word" else ""

    @property
    def line(self) -> int:
        """The line on which it stands, counted from 1; 0 at the end."""
        return self._line_of(self.tokens[self.at][2]) if self.at < len(self.tokens) else 0

    def take(self) -> str:
        """The token that stood here; the next one stands here now."""
        token = self.here
        self.at += 1
        return token

    def take_brackets(self) -> str:
        """All tokens from an opening bracket to the one that closes it, joined."""
        start, depth = self.at, 0
        while self.here:
            token = self.take()
            depth += (token in _OPENING) - (token in _CLOSING)
            if depth <= 0:
                break
        return "".join(token for _, token, _ in self.tokens[start : self.at])


def _split(kind: str, token: str, offset: int) -> list[tuple[str, str, int]]:
    """A token; a name or number that ends in a full stop, which is no part of it, as two."""
    bare = token.rstrip(".")
    if kind not in ("name", "number") or bare == token:
        return [(kind, token, offset)]
    return [(kind, bare, offset), ("sign", ".", offset + len(bare))]


def _line_counter(text: str) -> Callable[[int], int]:
    """A function from offset to line, for offsets that only grow."""
    state = [0, 1]

    def line(offset: int) -> int:
        state[1] += text.count("\n", state[0], offset)
        state[0] = offset
        return state[1]

    return line
