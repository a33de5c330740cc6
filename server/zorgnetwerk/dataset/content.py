"""The content folder: which files it has, in which graph each one belongs, and what they say as lines.

A folder with ``data/`` and ``ontologie/`` is laid out like ours; any other folder is taken as RDF files,
each a named graph of its own. A file of such a folder is read against its own IRI, ``{base}bestand/{path in the
folder}``, so that ``<>`` and ``<#x>`` in two files are different things and stay the same at every build; a file of
ours is read against the base itself. Lines are N-Quads under the reserved base. Knows files. Must not know releases.

RDF is only known where files are read: a start that finds nothing changed lists and compares them, and is quick.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from zorgnetwerk.errors import CandidateRefused, ContentError
from zorgnetwerk.store.digest_memory import DigestMemory
from zorgnetwerk.terms import graph_names, media_types
from zorgnetwerk.terms.iris import FILES, RESERVED_BASE, VOCABULARY

if TYPE_CHECKING:
    from zorgnetwerk.dataset.answers import Answer

ANSWERS: Final = "data/queries/answers"
"""Where the answers lie that the stored questions are to give, each file named after its question."""
_TOLD = 5
"""Files left out that are named."""
_IGNORED_FOLDERS = frozenset(("examples", "node_modules", "__pycache__"))


@dataclass(frozen=True, slots=True)
class ContentFile:
    """One RDF file; ``graph_name`` receives its triples that stand in no graph of their own."""

    path: Path
    graph_name: str
    base_iri: str


@dataclass(frozen=True, slots=True)
class Content:
    """One content folder."""

    folder: Path

    @property
    def is_house(self) -> bool:
        """Whether the folder is laid out like ours."""
        return (self.folder / "data").is_dir() and (self.folder / "ontologie").is_dir()

    def files(self) -> list[ContentFile]:
        """The RDF files, in a fixed order. Errors: ContentError when there is none."""
        found = [self._file(path) for path in self._paths()]
        if not found:
            endings = ", ".join(sorted(f".{suffix}" for suffix in media_types.RDF_SUFFIXES))
            raise ContentError(f"there is no RDF file in this folder (endings: {endings})", str(self.folder))
        return found

    def _paths(self) -> Iterator[Path]:
        roots = [self.folder / name for name in ("ontologie", "data", "shapes")] if self.is_house else [self.folder]
        for path in self._seen(roots):
            if media_types.of_file(path) and path.name != "context.jsonld":
                if not path.exists():
                    raise ContentError("this link leads nowhere; remove it or mend it", str(path))
                yield path

    def left_out(self) -> list[str]:
        """The files, from the folder, whose ending is none of RDF; none in a folder like ours, where there are many."""
        if self.is_house:
            return []
        found = (path for path in self._seen([self.folder]) if not media_types.of_file(path))
        return [path.relative_to(self.folder).as_posix() for path in found]

    def notices(self) -> list[str]:
        """What a build passes over in silence and somebody may not have meant."""
        said = []
        left_out = self.left_out()
        if left_out:
            named = ", ".join(left_out[:_TOLD]) + (" …" if len(left_out) > _TOLD else "")
            said.append(f"left out for their endings: {named} ({len(left_out):,})")
        if self.is_house and not self.has_shapes:
            said.append(f"nothing is checked against shapes: {self.folder / 'shapes'} is not there")
        return said

    @property
    def has_shapes(self) -> bool:
        """Whether the folder says what valid means."""
        return self.is_house and (self.folder / "shapes").is_dir()

    def _seen(self, roots: Iterable[Path]) -> Iterator[Path]:
        """Everything in these folders but folders and what is hidden or generated, in a fixed order."""
        for root in roots:
            for path in sorted(root.rglob("*")):
                parts = path.relative_to(self.folder).parts
                hidden = any(part.startswith(".") or part in _IGNORED_FOLDERS for part in parts)
                if not hidden and (path.is_file() or (path.is_symlink() and not path.exists())):
                    yield path

    def _file(self, path: Path) -> ContentFile:
        relative = path.relative_to(self.folder)
        if not self.is_house:
            return ContentFile(
                path,
                graph_names.of_file(relative.with_suffix("").as_posix()),
                f"{RESERVED_BASE}{FILES}{quote(relative.as_posix())}",
            )
        place = relative.parts[:2]
        if place[0] == "ontologie":
            name = graph_names.ONTOLOGY
        elif place[0] == "shapes":
            name = graph_names.SHAPES
        elif place == ("data", "queries"):
            name = graph_names.QUERIES
        elif place == ("data", "catalogue.ttl"):
            name = graph_names.CATALOGUE
        else:
            name = graph_names.of_file(path.stem)
        return ContentFile(path, name, RESERVED_BASE)

    def lines(self, default_graph: str = "union") -> set[str]:
        """All quads as N-Quads lines under the reserved base.

        With ``default_graph`` "own" the triples outside named graphs stay in the default graph.
        Errors: ContentError with file, line and column.
        """
        return set(self.each_line(default_graph))

    def each_line(self, default_graph: str = "union") -> Iterator[str]:
        """The same lines one after another, some more than once.

        Errors: ContentError with file, line and column, of every file that cannot be read.
        """
        from zorgnetwerk.terms import syntax

        broken: list[ContentError] = []
        for number, file in enumerate(self.files()):
            name, prefix = None if default_graph == "own" else file.graph_name, f"f{number}b"
            try:
                yield from syntax.read_lines(file.path, base_iri=file.base_iri, graph_name=name, blank_prefix=prefix)
            except ContentError as error:
                broken.append(error)
        if len(broken) == 1:
            raise broken[0]
        if broken:
            raise CandidateRefused(f"{len(broken)} files cannot be read.", [str(error) for error in broken])

    def size(self) -> int:
        """The bytes of all files together."""
        return sum(file.path.stat().st_size for file in self.files())

    def fingerprint(self, extra: Iterable[str] = (), memory: DigestMemory | None = None) -> str:
        """A hash over every file that a build reads and over ``extra``."""
        digest = hashlib.sha256()
        for text in extra:
            digest.update(text.encode() + b"\x00")
        paths = sorted(self._fingerprinted())
        for path, found in zip(paths, (memory or DigestMemory()).digests(paths), strict=True):
            digest.update(path.relative_to(self.folder).as_posix().encode() + b"\x00" + found)
        return digest.hexdigest()

    def _fingerprinted(self) -> Iterator[Path]:
        yield from self._paths()
        if self.is_house:
            yield from (self.folder / "ontologie").rglob("*.rq")
            yield from (self.folder / ANSWERS).glob("*.json")

    def prefixes(self) -> dict[str, str]:
        """Prefix to namespace under the reserved base, from ``ontologie/prefixes.ttl``; empty when the folder has
        none.
        """
        path = self.folder / "ontologie" / "prefixes.ttl"
        if not path.exists():
            return {}
        from zorgnetwerk.terms import syntax
        from zorgnetwerk.terms.namespaces import SH

        graph = syntax.read_graph(path, RESERVED_BASE)
        pairs = (
            (graph.value(node, SH.prefix), graph.value(node, SH.namespace)) for node in graph.objects(None, SH.declare)
        )
        return {
            str(prefix): str(namespace)
            for prefix, namespace in sorted(pairs, key=str)
            if prefix is not None and namespace is not None
        }

    def checks(self) -> list[tuple[str, str]]:
        """Name and text of the house-rule queries; their rows are offenders."""
        folder = self.folder / "ontologie" / "checks"
        return [(path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.rq"))]

    def expected(self) -> list[Answer]:
        """What the stored questions are to answer. Errors: ContentError."""
        from zorgnetwerk.dataset import answers

        files = sorted((self.folder / ANSWERS).glob("*.json"))
        return [answers.read(path.stem, f"{ANSWERS}/{path.name}", path.read_bytes()) for path in files]

    def version(self) -> str:
        """The version that the ontology header states, or an empty text."""
        path = self.folder / "ontologie" / "zorgnetwerk.ttl"
        if not path.exists():
            return ""
        from rdflib import URIRef

        from zorgnetwerk.terms import syntax
        from zorgnetwerk.terms.namespaces import OWL

        graph = syntax.read_graph(path, RESERVED_BASE)
        return str(graph.value(URIRef(RESERVED_BASE + VOCABULARY), OWL.versionInfo) or "")
