"""The data folder as an index for the content tests.

Knows how facts, claims and quotations hang together (see data/README.md); knows nothing of the ledger, which has
its own module.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import pyoxigraph as ox

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY / "data"
CODELISTS = REPOSITORY / "ontologie" / "codelists"

BASE = "https://zorgnetwerk.example/"
ZN = BASE + "ns/zorgnetwerk#"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
OA = "http://www.w3.org/ns/oa#"
ORG = "http://www.w3.org/ns/org#"
PROV = "http://www.w3.org/ns/prov#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"

LABELS = (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel", FOAF + "name", FOAF + "title", DCT + "title")

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Documents: TypeAlias = Mapping[str, str]


def normalise(text: str) -> str:
    """The text with every run of white space (also U+00A0) as one space, and none around it."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """The text without what does not matter between two spellings: capitals, the shape of dashes and quotation marks.

    >>> plain("Mechelen – Lier")
    'mechelen - lier'
    """
    return normalise(text).casefold().translate(str.maketrans("–‘’“”", "-''\"\""))


def value(term: Term) -> str:
    """The IRI or the lexical form of the term."""
    return str(term) if isinstance(term, ox.Triple) else term.value


@dataclass(frozen=True)
class Data:
    """The quads, indexed in both directions, and the things by name."""

    quads: tuple[ox.Quad, ...]
    outward: Mapping[tuple[str, str], tuple[tuple[Term, str], ...]]
    inward: Mapping[tuple[str, str], tuple[tuple[str, str], ...]]
    by_name: Mapping[tuple[str, str], frozenset[str]]

    def objects(self, subject: str, predicate: str, graph: str | None = None) -> list[Term]:
        """The objects of the subject and predicate, in the graph or in all graphs."""
        found = self.outward.get((subject, predicate), ())
        return [term for term, where in found if graph in (None, where)]

    def values(self, subject: str, predicate: str, graph: str | None = None) -> list[str]:
        """The objects as text."""
        return [value(term) for term in self.objects(subject, predicate, graph)]

    def subjects(self, predicate: str, target: str, graph: str | None = None) -> list[str]:
        """The subjects that have the object (an IRI, or the text of a literal) under the predicate."""
        found = self.inward.get((predicate, target), ())
        return [subject for subject, where in found if graph in (None, where)]

    def labels(self, subject: str) -> list[str]:
        """All names of the thing, in every language and every graph."""
        return [text for predicate in LABELS for text in self.values(subject, predicate)]

    def named(self, name: str) -> frozenset[str]:
        """The things with this name: by the preferred name, or else by another one."""
        for predicate in LABELS:
            if found := self.by_name.get((predicate, plain(name))):
                return found
        return frozenset()

    def quotations(self, node: str, document: str) -> list[str]:
        """The quotations from the document on which the node rests."""
        source = f"{BASE}id/bron/{document}"
        return [
            normalise(text)
            for quotation in self.values(node, ZN + "citaat")
            if source in self.values(quotation, PROV + "wasQuotedFrom")
            for text in self.values(quotation, OA + "exact")
        ]


def read_data() -> Data:
    """The data of every .trig below data/ and of the code lists."""
    quads: list[ox.Quad] = []
    for path in sorted(DATA.rglob("*.trig")):
        quads.extend(ox.parse(path.read_bytes(), format=ox.RdfFormat.TRIG))
    for path in sorted(CODELISTS.glob("*.ttl")):
        quads.extend(ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE))
    return index(quads)


def index(quads: Iterable[ox.Quad]) -> Data:
    """The quads with their indexes.

    >>> index([]).labels("https://zorgnetwerk.example/id/gebied/hasselt")
    []
    """
    kept = tuple(quads)
    outward: defaultdict[tuple[str, str], list[tuple[Term, str]]] = defaultdict(list)
    inward: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    by_name: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for quad in kept:
        graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value
        subject, predicate = value(quad.subject), quad.predicate.value
        outward[subject, predicate].append((quad.object, graph))
        inward[predicate, value(quad.object)].append((subject, graph))
        if predicate in LABELS and subject.startswith(f"{BASE}id/"):
            by_name[predicate, plain(value(quad.object))].add(subject)
    return Data(
        kept,
        MappingProxyType({key: tuple(found) for key, found in outward.items()}),
        MappingProxyType({key: tuple(found) for key, found in inward.items()}),
        MappingProxyType({key: frozenset(found) for key, found in by_name.items()}),
    )


def read_documents(shared: Path) -> Documents:
    """The normalised text of each document, by its number."""
    paths = sorted((shared / "seeds").glob("*.txt"))
    return {path.name[:3]: normalise(path.read_text(encoding="utf-8")) for path in paths}


def key_words(text: str) -> frozenset[str]:
    """The words that carry meaning, without the endings that Dutch inflection changes.

    >>> sorted(key_words("de huisartsen leiden"))
    ['huisart', 'leide']
    """
    # shorter words are articles and prepositions
    return frozenset(word[: max(5, len(word) - 3)] for word in re.findall(r"\w+", text.casefold()) if len(word) > 3)


def shared_words(wanted: str, text: str) -> float:
    """Which part of the key words of what is wanted the text holds; 0 where nothing wanted has meaning by itself.

    >>> shared_words("verbeteren van de zorg", "de zorg")
    0.5
    """
    words, others = key_words(wanted), key_words(text)
    return sum(any(_one_word(word, other) for other in others) for word in words) / len(words) if words else 0.0


def _one_word(one: str, other: str) -> bool:
    # a compound is another word than its first part, so the lengths may not differ much
    return (one.startswith(other) or other.startswith(one)) and abs(len(one) - len(other)) <= 4
