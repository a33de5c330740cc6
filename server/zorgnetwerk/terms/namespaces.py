"""The vocabularies that the code names, each once.

``zn`` depends on the configured base, so it is made with ``vocabulary(base)``; in content files it lies under the
reserved base.
"""

from __future__ import annotations

from rdflib import Namespace

from zorgnetwerk.terms.iris import RESERVED_BASE, VOCABULARY, Base

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
OA = Namespace("http://www.w3.org/ns/oa#")
ORG = Namespace("http://www.w3.org/ns/org#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VOID = Namespace("http://rdfs.org/ns/void#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

RESERVED_ZN = Namespace(f"{RESERVED_BASE}{VOCABULARY}#")
"""The vocabulary as content files write it."""


def vocabulary(base: Base) -> Namespace:
    """The care-network vocabulary under the configured base."""
    return Namespace(base.iri(f"{VOCABULARY}#"))
