"""Loads a release into a remote engine without any reader seeing half of it.

    each graph: drop remains → INSERT DATA in bounded pieces → read back, compare count and hash
    manifest → pointer moved in one operation → versions that nobody can be reading any more are dropped

A version's name holds number and content hash, so that a push that was interrupted is simply repeated, and one that is
done already is recognised. The version before the present one stays, for queries that began before the switch.
Statements that share blank nodes are sent together, since a blank node means the same only within one request.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from zorgnetwerk.errors import StateError, StoreUnavailable
from zorgnetwerk.store.base import Limits
from zorgnetwerk.store.pushed import CURRENT, HOLDS, IS, POINTER, POINTER_QUERY, VERSION, Manifest
from zorgnetwerk.store.query import Query
from zorgnetwerk.store.release import Release
from zorgnetwerk.store.remote import RemoteStore
from zorgnetwerk.store.renaming import Renaming
from zorgnetwerk.terms import media_types

PIECE_STATEMENTS: Final = 500
PIECE_BYTES: Final = 200_000
BUNDLE_STATEMENTS: Final = 50
"""Virtuoso 7.2.5 fails on larger templates."""
BLANK_BYTES: Final = 4_000_000
"""The most that statements which share blank nodes may take together."""
GRACE_SECONDS: Final = 60.0
"""For so long a version stays after it was replaced: no query and no reader's memory of the pointer lives longer."""

_LIMITS: Final = Limits(600.0, 1 << 40, 1 << 40)
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_MARKED: Final = re.compile(r"~zn-([A-Za-z0-9-]+)~\Z")


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did. ``dropped`` are the versions that made room."""

    version: str
    is_new: bool
    graphs: int
    statements: int
    dropped: tuple[str, ...]


def push(release: Release, store: RemoteStore, say: Callable[[str], object] = str) -> Pushed:
    """Makes the release the one that readers of this engine see.

    Errors: StoreUnavailable when the engine fails or holds something else than was sent (readers then see what they
    saw); StateError for data that cannot be sent.
    """
    version = f"{release.number}-{release.record.hash[:10]}"
    held = _held(store)
    present = _present(store)
    if present and present.version == version:
        return Pushed(version, False, len(present.graphs), release.record.quads, ())
    graphs = _by_graph(release)
    names = Renaming(version, frozenset(graphs))
    for graph in held.get(version, ()):
        store.apply(f"DROP SILENT GRAPH <{graph}>", _LIMITS)
    stored = {graph: [names.triple(triple) for triple in triples] for graph, triples in graphs.items()}
    _send(store, names, stored, say)
    for graph, triples in stored.items():
        say(f"verifying {graph or 'the default graph'}")
        _verify(store, names.stored(graph), triples)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    manifest = Manifest(version, release.record, tuple(sorted(graphs)), release.prefixes(), now)
    _switch(store, manifest, present)
    dropped = _drop_old(store, held, manifest, present)
    return Pushed(version, True, len(graphs), sum(map(len, stored.values())), dropped)


def digest(triples: Iterable[ox.Triple]) -> tuple[int, str]:
    """Count and hash of what the statements say: numbers and truth values by value, language tags in lower case, blank
    nodes as equal, since engines rewrite all of these.
    """
    lines = sorted({_said(triple) for triple in triples})
    return len(lines), hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def _said(triple: ox.Triple) -> str:
    return " ".join(_value(term) for term in triple)


def _value(term: object) -> str:
    if isinstance(term, ox.BlankNode):
        return "_:"
    if not isinstance(term, ox.Literal):
        return str(term)
    if term.language:
        return f"{ox.Literal(term.value)}@{term.language.lower()}"
    kind = term.datatype.value.removeprefix(_XSD)
    try:
        if kind in ("decimal", "integer"):
            return f"{Decimal(term.value).normalize()}^^number"
        if kind in ("double", "float"):
            return f"{float(term.value)!r}^^{kind}"
    except (ArithmeticError, ValueError):
        return str(term)
    if kind == "boolean":
        return f"{term.value in ('true', '1')}^^boolean"
    return str(term)


def _by_graph(release: Release) -> dict[str, list[ox.Triple]]:
    found: dict[str, list[ox.Triple]] = defaultdict(list)
    for quad in ox.parse("\n".join(release.lines()), format=ox.RdfFormat.N_QUADS, lenient=True):
        graph = quad.graph_name
        if isinstance(graph, ox.BlankNode):
            raise StateError("A graph whose name is a blank node cannot be pushed. Give it an IRI.")
        found["" if isinstance(graph, ox.DefaultGraph) else graph.value].append(quad.triple)
    return dict(found)


def _send(
    store: RemoteStore, names: Renaming, stored: dict[str, list[ox.Triple]], say: Callable[[str], object]
) -> None:
    blank: list[tuple[str, ox.Triple]] = []
    for graph, triples in stored.items():
        say(f"sending {graph or 'the default graph'}")
        target = names.stored(graph)
        for piece in pieces([str(triple) for triple in triples if not _blanks(triple)]):
            statements = " .\n".join(piece)
            store.apply(f"INSERT DATA {{ GRAPH <{target}> {{\n{statements} .\n}} }}", _LIMITS)
        blank += [(target, triple) for triple in triples if _blanks(triple)]
    for part in bundles(blank):
        text = _template(part)
        if len(text) > BLANK_BYTES:
            raise StateError(
                f"Statements that share blank nodes take {len(text):,} bytes; at most {BLANK_BYTES:,} can be sent at "
                "once. Give those nodes IRIs."
            )
        # as a template, because some engines refuse blank nodes in INSERT DATA
        store.apply(f"INSERT {{ {text} }} WHERE {{}}", _LIMITS)


def _template(statements: Sequence[tuple[str, ox.Triple]]) -> str:
    """One block for each graph: several blocks for one graph, Virtuoso 7.2.5 does not take."""
    blocks: dict[str, list[str]] = defaultdict(list)
    for target, triple in statements:
        blocks[target].append(f"{triple} .")
    return "\n".join(f"GRAPH <{target}> {{ {' '.join(lines)} }}" for target, lines in blocks.items())


def bundles(statements: Sequence[tuple[str, ox.Triple]]) -> Iterator[list[tuple[str, ox.Triple]]]:
    """The statements with those that share blank nodes, however indirectly, in one bundle; small ones put together."""
    leaders: dict[str, str] = {}

    def leader(node: str) -> str:
        while (above := leaders.setdefault(node, node)) != node:
            leaders[node] = leaders[above]
            node = above
        return node

    for _, triple in statements:
        first, *rest = _blanks(triple)
        for other in rest:
            leaders[leader(other)] = leader(first)
    groups: dict[str, list[tuple[str, ox.Triple]]] = defaultdict(list)
    for target, triple in statements:
        groups[leader(_blanks(triple)[0])].append((target, triple))
    bundle: list[tuple[str, ox.Triple]] = []
    for group in sorted(groups.values(), key=lambda group: group[0][0]):
        is_apart = {target for target, _ in group} != {target for target, _ in bundle}
        if bundle and (is_apart or len(bundle) + len(group) > BUNDLE_STATEMENTS):
            yield bundle
            bundle = []
        bundle += group
    if bundle:
        yield bundle


def pieces(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines in order, in bounded pieces.

    >>> [len(piece) for piece in pieces(["x"] * 1100)]
    [500, 500, 100]
    """
    piece: list[str] = []
    size = 0
    for line in lines:
        if piece and (len(piece) == PIECE_STATEMENTS or size + len(line) > PIECE_BYTES):
            yield piece
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    if piece:
        yield piece


def _blanks(triple: ox.Triple) -> list[str]:
    return [term.value for term in (triple.subject, triple.object) if isinstance(term, ox.BlankNode)]


def _verify(store: RemoteStore, graph: str, sent: Sequence[ox.Triple]) -> None:
    """Compares what the engine holds with what was sent. Errors: StoreUnavailable naming the first difference."""
    text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    with store.answer(Query(text, "CONSTRUCT"), media_types.N_TRIPLES, _LIMITS).body as body:
        held = [quad.triple for quad in ox.parse(body.read(), format=ox.RdfFormat.N_TRIPLES)]
    if digest(held) == digest(sent):
        return
    kept = {_said(triple) for triple in held}
    example = next((str(triple) for triple in sent if _said(triple) not in kept), "a statement that was not sent")
    raise StoreUnavailable(
        f"The engine holds {len(held):,} statements of <{graph}> where {len(sent):,} were sent, or changed them; "
        f"the first that differs: {example[:300]}. Readers still see what they saw."
    )


def _present(store: RemoteStore) -> Manifest | None:
    rows = store.select(POINTER_QUERY)
    return Manifest.read(str(rows[0]["m"])) if rows else None


def _held(store: RemoteStore) -> dict[str, list[str]]:
    """The graphs of every version that the engine holds, whole or not."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in store.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"):
        if match := _MARKED.search(str(row["g"])):
            found[match[1]].append(str(row["g"]))
    return dict(found)


def _switch(store: RemoteStore, manifest: Manifest, before: Manifest | None) -> None:
    """Writes the manifest, then moves the pointer from ``before`` in one operation.

    Errors: StoreUnavailable when the pointer does not stand there afterwards, because somebody else moved it.
    """
    version = f"<{VERSION}{manifest.version}>"
    new = f"GRAPH <{POINTER}> {{ <{CURRENT}> <{IS}> {version} }}"
    text = ox.Literal(manifest.written())
    store.apply(f"DELETE WHERE {{ GRAPH <{POINTER}> {{ {version} <{HOLDS}> ?any }} }}", _LIMITS)
    store.apply(f"INSERT DATA {{ GRAPH <{POINTER}> {{ {version} <{HOLDS}> {text} }} }}", _LIMITS)
    if before is None:
        store.apply(f"INSERT DATA {{ {new} }}", _LIMITS)
    else:
        old = f"GRAPH <{POINTER}> {{ <{CURRENT}> <{IS}> <{VERSION}{before.version}> }}"
        store.apply(f"DELETE {{ {old} }} INSERT {{ {new} }} WHERE {{ {old} }}", _LIMITS)
    if _present(store) != manifest:
        raise StoreUnavailable("The pointer in the engine is not what was sent; does somebody else push? Push again.")


def _drop_old(
    store: RemoteStore, held: dict[str, list[str]], manifest: Manifest, before: Manifest | None
) -> tuple[str, ...]:
    """Drops every version but the present one and, for a while, the one before it."""
    keep = {manifest.version}
    if before is not None:
        keep.add(before.version)
        since = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(before.pushed)
        if since.total_seconds() < GRACE_SECONDS:
            return ()
    dropped = tuple(version for version in held if version not in keep)
    for graph in itertools.chain.from_iterable(held[version] for version in dropped):
        store.apply(f"DROP SILENT GRAPH <{graph}>", _LIMITS)
    for version in dropped:
        store.apply(f"DELETE WHERE {{ GRAPH <{POINTER}> {{ <{VERSION}{version}> ?p ?o }} }}", _LIMITS)
    return dropped
