"""What a check holds ready of our own: content folders as graphs, known places, the served release.

Knows folders and releases. Must not know checks (``checking.py``).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from rdflib import Graph, URIRef

from zorgnetwerk.store.edges import ReleaseEdges, current_release
from zorgnetwerk.store.state import release_folder
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import SKOS


def read_folder(folder: Path) -> Graph:
    """The triples of a content folder, without questions and catalogue. Errors: ContentError with file and line."""
    graph = Graph()
    for path in sorted(folder.rglob("*")):
        if (
            path.suffix in (".ttl", ".trig", ".nt", ".nq")
            and "queries" not in path.parts
            and path.name != "catalogue.ttl"
        ):
            graph += syntax.read_graph(path, RESERVED_BASE)
    return graph


def known_places(path: Path) -> Graph:
    """The codes of a list, each as a concept in its scheme; none where there is no list."""
    graph = Graph()
    scheme = ""
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        if line.startswith("http"):
            scheme = line.strip()
        elif not line.startswith("#"):
            for code in line.split():
                graph.add((URIRef(f"{scheme}/{code}"), SKOS.inScheme, URIRef(scheme)))
    return graph


def published(job: Mapping[str, object]) -> ReleaseEdges | None:
    """The release that a job names: ``release`` (a number, default the served one) of ``state_dir``, without the named
    graph ``without``.

    None when it names no state folder, or one without a release. Errors: StateError when it cannot be read.
    """
    state_dir = job.get("state_dir")
    if not state_dir:
        return None
    number = int(str(job.get("release") or 0))
    folder = release_folder(Path(str(state_dir)), number) if number else current_release(Path(str(state_dir)))
    if folder is None:
        return None
    edges = ReleaseEdges.open(folder)
    return edges.without(str(job["without"])) if job.get("without") else edges


def rules_changed(content_dir: Path, moment: str) -> bool:
    """Whether shapes or ontology were written after this moment (ISO 8601): a running checker holds older ones.

    >>> rules_changed(Path("/nowhere"), "2026-01-01T00:00:00+00:00")
    False
    """
    since = datetime.datetime.fromisoformat(moment).timestamp()
    files = (path for name in ("shapes", "ontologie") for path in (content_dir / name).rglob("*") if path.is_file())
    return any(path.stat().st_mtime > since for path in files)
