"""Where in the content a thing is written, so that whoever must mend it finds it.

A refusal names things; the files were read as lines and are not known any more by then. They are looked through again
as text, which only a refusal costs. Knows files of Turtle and TriG as people write them. Must not know rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from zorgnetwerk.dataset.content import Content
from zorgnetwerk.terms.iris import RESERVED_BASE

_PREFIX: Final = re.compile(r"^\s*(?:@prefix|PREFIX)\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
_ABSOLUTE: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_FIRST: Final = ("data", "shapes", "ontologie")


@dataclass(slots=True)
class Places:
    """The texts of one content folder, read when first asked for."""

    content: Content
    _texts: list[tuple[Path, str]] = field(default_factory=list)

    def of(self, iri: str) -> str:
        """File and line, such as ``data/register.trig, line 12``, where an IRI (reserved base) begins a line for the
        first time, else where it stands first; "" when it stands in no file in words of its own.
        """
        elsewhere = ""
        for path, text in self._read():
            names = "|".join(re.escape(name) for name in _names(iri, text))
            found = re.search(rf"^[ \t]*(?:{names})(?![\w/:-])", text, re.MULTILINE)
            if found:
                return _place(path, text, found.end())
            inner = None if elsewhere else re.search(rf"(?<![\w/:-])(?:{names})(?![\w/:-])", text)
            elsewhere = elsewhere or (_place(path, text, inner.end()) if inner else "")
        return elsewhere

    def _read(self) -> list[tuple[Path, str]]:
        if not self._texts:
            folder = self.content.folder
            paths = [file.path.relative_to(folder) for file in self.content.files()]
            paths.sort(key=lambda path: (_rank(path), len(path.parts)))  # where things are entered, then what is said
            self._texts = [(path, (folder / path).read_text("utf-8", "replace")) for path in paths]
        return self._texts


def _rank(path: Path) -> int:
    return _FIRST.index(path.parts[0]) if path.parts[0] in _FIRST else 0


def _names(iri: str, text: str) -> Iterator[str]:
    """How this text may write an IRI: whole, against the base, or by one of its prefixes."""
    yield f"<{iri}>"
    if iri.startswith(RESERVED_BASE):
        yield f"<{iri.removeprefix(RESERVED_BASE)}>"
    for prefix, space in _PREFIX.findall(text):
        whole = space if _ABSOLUTE.match(space) else RESERVED_BASE + space
        if whole and iri.startswith(whole) and iri != whole:
            yield f"{prefix}:{iri.removeprefix(whole)}"


def _place(path: Path, text: str, end: int) -> str:
    return f"{path.as_posix()}, line {text.count(chr(10), 0, end) + 1}"
