"""The data set describes itself: DCAT-AP 3 catalogue and VoID, from hand-written facts and from counting.

The hand-written part is ``data/catalogue.ttl`` (titles, publisher, licence, per graph its source); everything that can
be counted or known by the server (releases, sizes, hashes, endpoint, partitions) is added here. Knows RDF. Must not
know HTTP.

Source: DCAT-AP 3.0.1, mandatory properties; VoID, sections 4 and 5 (partitions, statistics).
"""

from __future__ import annotations

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import Namespace

from zorgnetwerk.dataset import counting
from zorgnetwerk.dataset.dumps import Dump
from zorgnetwerk.store.base import Store
from zorgnetwerk.store.release import Record
from zorgnetwerk.terms import graph_names
from zorgnetwerk.terms.iris import CATALOGUE, DATASET, SPARQL_SERVICE, VOCABULARY, Base
from zorgnetwerk.terms.namespaces import DCAT, DCT, FOAF, OWL, RDF, SPDX, VOID, XSD

_IANA = "https://www.iana.org/assignments/media-types/"
_FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"
_FILE_TYPE_CODES = {"application/n-quads": "RDF_N_QUADS", "application/trig": "RDF_TRIG", "text/turtle": "RDF_TURTLE"}
_AVAILABILITY = Namespace("http://data.europa.eu/r5r/")


def describe(store: Store, base: Base, record: Record, dumps: list[Dump]) -> Graph:
    """The catalogue: one data set, its distributions, its SPARQL service.

    Shape: root is a dcat:Catalog with dcat:dataset and dcat:service; the data set has one dcat:distribution a dump.
    """
    graph = _written(store, base)
    catalogue, dataset, service = (URIRef(base.iri(path)) for path in (CATALOGUE, DATASET, SPARQL_SERVICE))
    _complete(graph, catalogue, dataset, service)
    graph.add((dataset, DCT.modified, Literal(record.created, datatype=XSD.dateTime)))
    for term in (OWL.versionInfo, DCAT.version):
        graph.add((dataset, term, Literal(f"{record.content_version or '0'}+{record.number}")))
    graph.add((dataset, DCAT.landingPage, URIRef(base.value)))
    graph.add((catalogue, DCT.modified, Literal(record.created, datatype=XSD.dateTime)))
    graph.add((catalogue, FOAF.homepage, URIRef(base.value)))
    licence = graph.value(dataset, DCT.license)
    _add_service(graph, base, service, dataset, licence)
    for dump in dumps:
        _add_distribution(graph, base, dataset, dump, licence)
    return graph


def statistics(store: Store, base: Base, record: Record, dumps: list[Dump]) -> Graph:
    """The VoID description, every number counted from the data.

    Shape: root is a void:Dataset with counts, one void:classPartition a class, one void:propertyPartition a property.
    """
    graph = Graph()
    dataset = URIRef(base.iri(DATASET))
    graph.add((dataset, RDF.type, VOID.Dataset))
    for text in _written(store, base).objects(dataset, DCT.title):
        graph.add((dataset, DCT.title, text))
    graph.add((dataset, FOAF.homepage, URIRef(base.value)))
    graph.add((dataset, VOID.sparqlEndpoint, URIRef(base.iri("sparql"))))
    graph.add((dataset, VOID.uriSpace, Literal(base.iri("id/"))))
    graph.add((dataset, VOID.vocabulary, URIRef(base.iri(VOCABULARY))))
    graph.add((dataset, DCT.modified, Literal(record.created, datatype=XSD.dateTime)))
    for dump in dumps:
        graph.add((dataset, VOID.dataDump, URIRef(base.iri(f"dumps/{dump.name}"))))
    names = {
        "triples": VOID.triples,
        "subjects": VOID.distinctSubjects,
        "classes": VOID.classes,
        "properties": VOID.properties,
    }
    for name, term in names.items():
        graph.add((dataset, term, Literal(record.counts.get(name, 0))))
    _add_partitions(graph, store, base, dataset)
    return graph


def _written(store: Store, base: Base) -> Graph:
    name = base.rebase(graph_names.CATALOGUE)
    return store.construct(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {URIRef(name).n3()} {{ ?s ?p ?o }} }}")


def _complete(graph: Graph, catalogue: URIRef, dataset: URIRef, service: URIRef) -> None:
    """States the mandatory links and types, also for a folder that has no catalogue file of its own."""
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    graph.add((dataset, RDF.type, DCAT.Dataset))
    graph.add((catalogue, DCAT.dataset, dataset))
    graph.add((catalogue, DCAT.service, service))
    for thing in (catalogue, dataset):
        for term in (DCT.title, DCT.description):
            if graph.value(thing, term) is None:
                graph.add((thing, term, Literal("Linked data", lang="en")))


def _add_service(graph: Graph, base: Base, service: URIRef, dataset: URIRef, licence: object) -> None:
    titles = {"nl": "SPARQL-eindpunt", "fr": "Point d'accès SPARQL", "de": "SPARQL-Endpunkt", "en": "SPARQL endpoint"}
    graph.add((service, RDF.type, DCAT.DataService))
    for language, title in titles.items():
        graph.add((service, DCT.title, Literal(title, lang=language)))
    graph.add((service, DCAT.endpointURL, URIRef(base.iri("sparql"))))
    graph.add((service, DCAT.endpointDescription, URIRef(base.iri("sparql"))))
    graph.add((service, DCAT.servesDataset, dataset))
    graph.add((service, DCT.conformsTo, URIRef("http://www.w3.org/TR/sparql11-protocol/")))
    if isinstance(licence, URIRef):
        graph.add((service, DCT.license, licence))


def _add_distribution(graph: Graph, base: Base, dataset: URIRef, dump: Dump, licence: object) -> None:
    address = URIRef(base.iri(f"dumps/{dump.name}"))
    distribution = URIRef(base.iri(f"catalogue#{dump.name.replace('.', '-')}"))
    checksum = BNode(f"sha256-{dump.name}")
    graph.add((dataset, DCAT.distribution, distribution))
    graph.add((distribution, RDF.type, DCAT.Distribution))
    graph.add((distribution, DCT.title, Literal(dump.name)))
    graph.add((distribution, DCAT.accessURL, address))
    graph.add((distribution, DCAT.downloadURL, address))
    graph.add((distribution, DCAT.mediaType, URIRef(_IANA + dump.media_type)))
    graph.add((distribution, DCT["format"], URIRef(_FILE_TYPES + _FILE_TYPE_CODES[dump.media_type])))
    if dump.coding:
        graph.add((distribution, DCAT.compressFormat, URIRef(f"{_IANA}application/{dump.coding}")))
    graph.add((distribution, DCAT.byteSize, Literal(dump.size, datatype=XSD.nonNegativeInteger)))
    for term in (DCT.issued, DCT.modified):
        graph.add((distribution, term, Literal(dump.created, datatype=XSD.dateTime)))
    graph.add(
        (
            distribution,
            _AVAILABILITY.availability,
            URIRef("http://publications.europa.eu/resource/authority/planned-availability/STABLE"),
        )
    )
    graph.add((distribution, SPDX.checksum, checksum))
    graph.add((checksum, RDF.type, SPDX.Checksum))
    graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
    graph.add((checksum, SPDX.checksumValue, Literal(dump.sha256, datatype=XSD.hexBinary)))
    if isinstance(licence, URIRef):
        graph.add((distribution, DCT.license, licence))


def _add_partitions(graph: Graph, store: Store, base: Base, dataset: URIRef) -> None:
    for number, (term, _, things) in enumerate(counting.partitions(store, "count-classes"), start=1):
        part = URIRef(base.iri(f".well-known/void#class-{number}"))
        graph.add((dataset, VOID.classPartition, part))
        graph.add((part, VOID["class"], URIRef(term)))
        graph.add((part, VOID.entities, Literal(things)))
    for number, (term, triples, things) in enumerate(counting.partitions(store, "count-properties"), start=1):
        part = URIRef(base.iri(f".well-known/void#property-{number}"))
        graph.add((dataset, VOID.propertyPartition, part))
        graph.add((part, VOID.property, URIRef(term)))
        graph.add((part, VOID.triples, Literal(triples)))
        graph.add((part, VOID.distinctSubjects, Literal(things)))
