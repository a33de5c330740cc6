"""A change as the body of a job, and what its judgement says, for who ordered it.

Knows lines as text. Must not know checks (``changing.py``), so that whoever asks for one need not load the validator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

_COMES: Final = "+"
_GOES: Final = "-"
_TELLING: Final = 12


def written(added: Iterable[str], removed: Iterable[str]) -> bytes:
    """A change as the body of a job: one line of N-Quads a line, behind a plus or a minus.

    >>> written(["<a> <b> <c> ."], [])
    b'+<a> <b> <c> .'
    """
    signed = [*(_COMES + line for line in added), *(_GOES + line for line in removed)]
    return "\n".join(signed).encode()


def lines_of(body: bytes) -> tuple[list[str], list[str]]:
    """The lines that come and those that go.

    >>> lines_of(b"+<a> <b> <c> .")
    (['<a> <b> <c> .'], [])
    """
    lines = body.decode().split("\n")
    added, removed = ([line[1:] for line in lines if line.startswith(sign)] for sign in (_COMES, _GOES))
    return added, removed


def split(job: Mapping[str, object], body: bytes) -> tuple[bytes, bytes]:
    """The body of a job, and the change behind it that was accepted and is not published yet (``unpublished_bytes``).

    >>> split({"unpublished_bytes": 2}, b"abcd")
    (b'ab', b'cd')
    """
    length = len(body) - int(str(job.get("unpublished_bytes") or 0))
    return body[:length], body[length:]


def told(summary: Mapping[str, object]) -> str:
    """The violations of a judgement in one text, for who ordered the change."""
    found = summary.get("findings")
    said = [
        f"{entry['rule']} {entry.get('focusNode') or ''}: {(entry.get('messages') or {}).get('en') or entry['message']}"
        for entry in (found if isinstance(found, list) else [])
        if entry["severity"] == "Violation"
    ]
    more = f" … and {len(said) - _TELLING} more" if len(said) > _TELLING else ""
    return " · ".join(said[:_TELLING]) + more
