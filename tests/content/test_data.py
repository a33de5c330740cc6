"""What holds for the data whatever they say: they parse, every fact has its evidence, every quotation is literal."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from .reading import BASE, CODELISTS, DATA, DCT, OA, ORG, PROV, RDF, ZN, Data, Term, normalise, read_documents, value

FILES = sorted([*DATA.rglob("*.trig"), *DATA.rglob("*.ttl"), *CODELISTS.glob("*.ttl")])
LONGEST_QUOTATION = 15
NEEDS_QUOTATION = frozenset(
    [ZN + name for name in ("Bewering", "Deelname", "Tijdsaanduiding", "Hoeveelheid", "Capaciteit", "Gebeurtenis")]
    + [ORG + "Membership"]
)
THINGS = re.compile(
    re.escape(BASE)
    + "id/(?:organisatie|groep|samenwerkingsverband|campus|voorziening|uitrusting|project|persoon|gebied)/.+"
)
# the kind of thing; what leads to a node with a quotation of its own; that a list is open, which may be left unsaid
NO_CLAIM_NEEDED = frozenset([RDF + "type", ZN + "geldigheid", ZN + "hoeveelheid", ZN + "deelnemersVolledig"])
ENRICHMENT = f"{BASE}id/graaf/verrijking-"
SOURCE = PROV + "hadPrimarySource"
SOURCE_GRAPH = re.compile(re.escape(BASE) + r"id/graaf/(\d{3})")


def of_class(name: str, data: Data) -> list[tuple[str, str]]:
    """The nodes of the class, with the graph that says so."""
    return list(data.inward.get((RDF + "type", name), ()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file_parses(path: Path) -> None:
    syntax = ox.RdfFormat.TRIG if path.suffix == ".trig" else ox.RdfFormat.TURTLE
    assert list(ox.parse(path.read_bytes(), format=syntax))


def test_there_is_one_graph_for_each_document(shared: Path, data: Data) -> None:
    graphs = {value(quad.graph_name) for quad in data.quads if isinstance(quad.graph_name, ox.NamedNode)}
    found = {match[1] for graph in graphs if (match := SOURCE_GRAPH.fullmatch(graph))}
    assert found == set(read_documents(shared))


def test_quotation_has_one_text_and_one_source(data: Data) -> None:
    quotations = {node for node, _ in of_class(ZN + "Citaat", data)}
    assert quotations
    assert not [node for node in quotations if len(data.values(node, OA + "exact")) != 1]
    assert not [node for node in quotations if len(data.values(node, PROV + "wasQuotedFrom")) != 1]


def test_quotation_is_short(data: Data) -> None:
    long = [text for node, _ in of_class(ZN + "Citaat", data) for text in data.values(node, OA + "exact")]
    assert not [text for text in long if len(text.split()) > LONGEST_QUOTATION]


def test_quotation_stands_literally_in_its_document(shared: Path, data: Data) -> None:
    checked, wrong = 0, []
    for number, text in read_documents(shared).items():
        for quotation in data.subjects(PROV + "wasQuotedFrom", f"{BASE}id/bron/{number}"):
            checked += 1
            wrong += [
                (quotation, exact) for exact in data.values(quotation, OA + "exact") if normalise(exact) not in text
            ]
    assert checked
    assert not wrong


def test_source_names_its_file_and_its_bytes(shared: Path, data: Data) -> None:
    for path in sorted((shared / "seeds").glob("*.txt")):
        source = f"{BASE}id/bron/{path.name[:3]}"
        assert data.values(source, ZN + "bestandsnaam") == [path.name]
        assert data.values(source, ZN + "sha256") == [hashlib.sha256(path.read_bytes()).hexdigest()]
        assert data.values(source, DCT + "identifier") == [path.name[:3]]


def test_every_node_with_a_fact_has_a_quotation(data: Data) -> None:
    """In an enrichment, which holds no text of its source, the source itself stands in its place."""
    nodes = {(node, graph) for name in NEEDS_QUOTATION for node, graph in of_class(name, data)}
    sourced = {(node, graph) for node, graph in nodes if ENRICHMENT in graph and data.values(node, SOURCE, graph)}
    assert nodes - sourced
    assert not sorted(node for node, _ in nodes - sourced if not data.values(node, ZN + "citaat"))


def test_quotation_of_a_source_graph_is_from_that_source(data: Data) -> None:
    wrong = []
    for quad in data.quads:
        graph = SOURCE_GRAPH.fullmatch(value(quad.graph_name)) if isinstance(quad.graph_name, ox.NamedNode) else None
        if graph and quad.predicate.value == ZN + "citaat":
            sources = data.values(value(quad.object), PROV + "wasQuotedFrom")
            wrong += [quad] if sources != [f"{BASE}id/bron/{graph[1]}"] else []
    assert not wrong


def test_quotation_is_used(data: Data) -> None:
    assert not [node for node, _ in of_class(ZN + "Citaat", data) if not data.subjects(ZN + "citaat", node)]


def test_claim_is_asserted_in_its_graph(data: Data) -> None:
    wrong = []
    for claim, graph in of_class(ZN + "Bewering", data):
        parts = [data.objects(claim, RDF + name, graph) for name in ("subject", "predicate", "object")]
        asserted = [len(part) for part in parts] == [1, 1, 1] and parts[2][0] in data.objects(
            value(parts[0][0]), value(parts[1][0]), graph
        )
        wrong += [] if asserted else [claim]
    assert not wrong


def test_plain_fact_of_a_source_has_its_claim(data: Data) -> None:
    claimed: set[tuple[str, str, str, Term]] = set()
    for claim, graph in of_class(ZN + "Bewering", data):
        for subject in data.values(claim, RDF + "subject", graph):
            for predicate in data.values(claim, RDF + "predicate", graph):
                claimed.update(
                    (graph, subject, predicate, target) for target in data.objects(claim, RDF + "object", graph)
                )
    bare = [
        quad
        for quad in data.quads
        if SOURCE_GRAPH.fullmatch(graph_of(quad)) and THINGS.fullmatch(value(quad.subject))
        if quad.predicate.value not in NO_CLAIM_NEEDED
        if (graph_of(quad), value(quad.subject), quad.predicate.value, quad.object) not in claimed
    ]
    assert not bare


def graph_of(quad: ox.Quad) -> str:
    """The graph of the quad; empty for the default graph."""
    return value(quad.graph_name) if isinstance(quad.graph_name, ox.NamedNode) else ""


def test_nothing_is_the_same_as_something_else(data: Data) -> None:
    assert not [quad for quad in data.quads if quad.predicate.value == "http://www.w3.org/2002/07/owl#sameAs"]


def test_no_year_stands_alone(data: Data) -> None:
    literals = [quad.object for quad in data.quads if isinstance(quad.object, ox.Literal)]
    assert not [literal for literal in literals if literal.datatype.value.endswith("#gYear")]


def test_every_thing_and_concept_that_is_named_exists(data: Data) -> None:
    known = {value(quad.subject) for quad in data.quads}
    own = re.compile(re.escape(BASE) + r"(?:auth/[^/]+|id/(?!graaf/)[^/]+)/.+")
    named = {value(quad.object) for quad in data.quads if isinstance(quad.object, ox.NamedNode)}
    assert not sorted(iri for iri in named if own.fullmatch(iri) and iri not in known)


def test_slug_is_plain(data: Data) -> None:
    subjects = {value(quad.subject) for quad in data.quads if value(quad.subject).startswith(f"{BASE}id/")}
    assert not [iri for iri in subjects if not re.fullmatch(re.escape(BASE) + "id/[a-z]+/[a-z0-9-]+", iri)]


def test_every_source_of_a_quotation_is_described(data: Data) -> None:
    sources = {value(quad.object) for quad in data.quads if quad.predicate.value == PROV + "wasQuotedFrom"}
    assert not [source for source in sources if not data.values(source, RDF + "type")]
