"""The static files, named by their content so that a browser may keep them for ever.

Knows the folder ``static/`` and the media types in it. Must not know Flask.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Self

STATIC_FOLDER = Path(__file__).parent / "static"
_MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
    }
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file: its bytes, the value for Content-Type, a strong ETag with quotation marks."""

    content: bytes
    media_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All static files by the name under which they are published, and those names by file name."""

    published: Mapping[str, Asset]
    names: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path = STATIC_FOLDER) -> Self:
        """The files of a folder; a file with an ending that is not in the table is not published."""
        published: dict[str, Asset] = {}
        names: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix not in _MEDIA_TYPES:
                continue
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:12]
            names[path.name] = f"{path.stem}.{digest}{path.suffix}"
            published[names[path.name]] = Asset(content, _MEDIA_TYPES[path.suffix], f'"{digest}"')
        return cls(MappingProxyType(published), MappingProxyType(names))

    def url(self, name: str) -> str:
        """The path at which a file is published.

        Errors: KeyError for a file that does not exist: a mistake in a template.
        """
        return f"/static/{self.names[name]}"

    def find(self, published_name: str) -> Asset | None:
        """The file that is published under this name, or None."""
        return self.published.get(published_name)
