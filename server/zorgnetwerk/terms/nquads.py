"""The parts of a canonical N-Quads line, without a parser.

Lines between rooms have one space between terms and end in `` .`` (``decisions/0002``). Must not be used on lines of
others: those go through ``syntax.py``.
"""

from __future__ import annotations

from typing import TypeAlias

Parts: TypeAlias = tuple[str, str, str, str]
"""Subject, predicate, object, graph as N-Quads writes them; an empty graph is the default graph."""


def parts(line: str) -> Parts:
    """The terms of a line.

    >>> parts('<http://e/s> <http://e/p> "a b"@nl <http://e/g> .')
    ('<http://e/s>', '<http://e/p>', '"a b"@nl', '<http://e/g>')
    >>> parts('<http://e/s> <http://e/p> "a b" .')
    ('<http://e/s>', '<http://e/p>', '"a b"', '')
    """
    subject, predicate, rest = line[:-2].split(" ", 2)
    value, _, graph = rest.rpartition(" ")
    if not value or (rest.startswith('"') and not _ends_literal(value)):
        return subject, predicate, rest, ""
    return subject, predicate, value, graph


def replaced(line: str, old: str, new: str) -> str:
    """A line with one text for another wherever it stands, save in the text of its literal.

    >>> replaced('<e:a> <e:b> "see <e:a>"^^<e:t> <e:g> .', "<e:", "<f:")
    '<f:a> <f:b> "see <e:a>"^^<f:t> <f:g> .'
    """
    first = line.find('"')
    if first < 0:
        return line.replace(old, new)
    last = line.rfind('"') + 1
    return line[:first].replace(old, new) + line[first:last] + line[last:].replace(old, new)


def renamed(line: str, old: str, new: str) -> str:
    """A line with one IRI for another; the text of its literal stays.

    >>> renamed('<e:a> <e:b> "see <e:a>" <e:g> .', "e:a", "e:c")
    '<e:c> <e:b> "see <e:a>" <e:g> .'
    """
    return replaced(line, f"<{old}>", f"<{new}>")


def has_blank(line: str) -> bool:
    """Whether a term of this line is a blank node.

    >>> has_blank('_:b <http://e/p> <http://e/o> .'), has_blank('<http://e/s> <http://e/p> "_:b" .')
    (True, False)
    """
    return any(term.startswith("_:") for term in parts(line))


def _ends_literal(text: str) -> bool:
    """Whether a text that begins a literal also ends it: with its quote, its language or its datatype."""
    head, quote, tail = text.rpartition('"')
    return bool(head and quote) and (not tail or tail[0] in "@^") and " " not in tail
