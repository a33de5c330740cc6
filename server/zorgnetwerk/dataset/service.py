"""The SPARQL service describes itself, from real abilities.

Source: SPARQL 1.1 Service Description.
"""

from __future__ import annotations

from rdflib import Graph, Namespace, URIRef

from zorgnetwerk.store.base import Store
from zorgnetwerk.terms.iris import DATASET, SPARQL_SERVICE, Base
from zorgnetwerk.terms.namespaces import RDF

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
    "TriG",
    "N-Quads",
)


def describe(store: Store, base: Base, *, is_union: bool = True, path: str = "sparql") -> Graph:
    """The description of the endpoint at this path; ``is_union``: whether a query without FROM sees all named graphs.

    Shape: root is an sd:Service; sd:defaultDataset holds one sd:namedGraph a published graph.
    """
    graph = Graph()
    service = URIRef(base.iri(SPARQL_SERVICE))
    dataset = URIRef(base.iri(DATASET))
    default = URIRef(base.iri("sparql#default-graph"))
    graph.add((service, RDF.type, SD.Service))
    graph.add((service, SD.endpoint, URIRef(base.iri(path))))
    graph.add((service, SD.supportedLanguage, SD.SPARQL11Query))
    graph.add((service, SD.defaultEntailmentRegime, URIRef("http://www.w3.org/ns/entailment/Simple")))
    if is_union and store.capabilities.graph_selection:
        graph.add((service, SD.feature, SD.UnionDefaultGraph))
    for name in _RESULTS:
        graph.add((service, SD.resultFormat, URIRef(_FORMATS + name)))
    for extension in store.capabilities.extensions:
        graph.add((service, SD.languageExtension, URIRef(extension)))
    graph.add((service, SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, SD.Dataset))
    graph.add((dataset, SD.defaultGraph, default))
    graph.add((default, RDF.type, SD.Graph))
    for row in store.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g LIMIT 10000"):
        named = URIRef(f"{base.iri('sparql#graph-')}{len(list(graph.objects(dataset, SD.namedGraph))) + 1}")
        graph.add((dataset, SD.namedGraph, named))
        graph.add((named, RDF.type, SD.NamedGraph))
        graph.add((named, SD.name, row["g"]))
    return graph
