"""The engine without us: what pyoxigraph in this process answers, as the measure for what we answer over HTTP."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

FORMATS = {
    "srx": ox.QueryResultsFormat.XML,
    "srj": ox.QueryResultsFormat.JSON,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}


def load(suite: Path, address: str, data: tuple[str, ...], graphs: tuple[str, ...]) -> ox.Store:
    """A store with these files: ``data`` as the default graph, each of ``graphs`` named by its own address."""
    store = ox.Store()
    for path in data:
        store.extend(ox.parse(path=str(suite / path), base_iri=address + path, rename_blank_nodes=True))
    for path in graphs:
        name = ox.NamedNode(address + path)
        for quad in ox.parse(path=str(suite / path), base_iri=name.value, rename_blank_nodes=True):
            store.add(ox.Quad(quad.subject, quad.predicate, quad.object, name))
    return store


def answer(store: ox.Store, text: str, suffix: str) -> tuple[bytes, bool]:
    """The serialised answer, and whether it is a graph (then N-Triples). Errors: SyntaxError, ValueError, OSError,
    RuntimeError as the engine has them."""
    result = store.query(text)
    if isinstance(result, ox.QueryTriples):
        return result.serialize(format=ox.RdfFormat.N_TRIPLES) or b"", True
    return result.serialize(format=FORMATS.get(suffix, ox.QueryResultsFormat.JSON)) or b"", False
