"""Where the content files are, and the two readings of them that several tests need."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import rdflib
from rdflib import SH, URIRef

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY = ROOT / "ontologie"
BASE = "https://zorgnetwerk.example/"
ZN = f"{BASE}ns/zorgnetwerk#"
CONTENT = sorted(
    path
    for folder in ("ontologie", "data", "shapes")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".ttl", ".trig", ".rq"}
)


@cache
def graph(path: Path) -> rdflib.Graph:
    """The triples of a Turtle file."""
    return rdflib.Graph().parse(path, format="turtle", publicID=BASE)


@cache
def prefixes() -> dict[str, str]:
    """Prefix to namespace, from the one list."""
    source = graph(ONTOLOGY / "prefixes.ttl")
    nodes = list(source.objects(URIRef(f"{BASE}ns/zorgnetwerk"), SH.declare))
    return {str(source.value(node, SH.prefix)): str(source.value(node, SH.namespace)) for node in nodes}
