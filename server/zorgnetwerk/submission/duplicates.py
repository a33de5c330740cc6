"""New things that may exist already: their names and numbers compared with what is published.

Number, force and words stand in ``shapes/guards.ttl``. A warning, never a refusal: people decide. Knows the index of
names. Must not know files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from rdflib import Graph, Literal, URIRef

from zorgnetwerk.submission.findings import Finding
from zorgnetwerk.submission.neighbourhood import Edges
from zorgnetwerk.submission.resembling import NameIndex
from zorgnetwerk.submission.rules import Rulebook
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import ORG, SKOS

_COMPARED: Final[tuple[URIRef, ...]] = (SKOS.prefLabel, SKOS.altLabel, ORG.identifier)
_KINDS: Final = ("organisatie", "samenwerkingsverband", "campus", "voorziening", "project")
"""Groups are described, not named: "surrounding rest homes" are others each time."""
_SHORTEST: Final = 5
"""Letters of a name that are compared; abbreviations of three letters are shared by many."""
_MOST: Final = 200
"""New things that are compared; more at once come from a program, which can ask the data itself."""


def likely_duplicates(
    graph: Graph, published: Edges, opened: Callable[[], NameIndex | None], rules: Rulebook
) -> Iterator[Finding]:
    """R07 for each new thing whose name or number resembles that of a published one, with the candidates.

    The index is opened only when there is a new thing; where there is none yet, a note says so.
    """
    new = sorted(
        {subject for subject in graph.subjects(SKOS.prefLabel) if isinstance(subject, URIRef) and _kind(subject)},
        key=str,
    )
    known = {triple[0] for triple in published.leaving(new, None)}
    fresh = [each for each in new if each not in known][:_MOST]
    index = opened() if fresh else None
    if index is None:
        yield from (rules.finding("R07-niet-vergeleken", None) for _ in fresh[:1])
        return
    for subject in fresh:
        kind = _kind(subject)
        for path in _COMPARED:
            found = list(_of(graph, index, subject, path, kind))
            yield from (_finding(rules, subject, path, value, near) for value, near in found)
            if found:
                break


def _of(
    graph: Graph, index: NameIndex, subject: URIRef, path: URIRef, kind: str
) -> Iterator[tuple[Literal, list[tuple[str, str]]]]:
    for value in sorted(graph.objects(subject, path), key=str):
        if isinstance(value, Literal) and len(str(value).strip()) >= _SHORTEST:
            near = index.like(str(value), (kind,))
            # The very same preferred name is R07's own.
            others = [
                each
                for each in near
                if each.thing != subject and (path != SKOS.prefLabel or index.preferred(each.thing) != str(value))
            ]
            if others:
                yield value, [(index.preferred(each.thing), str(each.thing)) for each in others]


def _finding(rules: Rulebook, subject: URIRef, path: URIRef, value: Literal, near: list[tuple[str, str]]) -> Finding:
    names = ", ".join(name for name, _ in near)
    candidates = " ".join(iri for _, iri in near)
    return rules.finding("R07-gelijkend", subject, path=path, value=value, names=names, candidates=candidates)


def _kind(subject: object) -> str:
    text = str(subject)
    kind = text[len(RESERVED_BASE) + 3 :].partition("/")[0] if text.startswith(f"{RESERVED_BASE}id/") else ""
    return kind if kind in _KINDS and isinstance(subject, URIRef) else ""
