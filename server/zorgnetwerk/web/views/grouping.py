"""In which order a person wants to read facts.

The one table of properties and sections; a property that is not in it goes to the last section, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rdflib import URIRef

from zorgnetwerk.terms.iris import VOCABULARY, Base
from zorgnetwerk.terms.namespaces import DCAT, DCT, FOAF, OA, ORG, OWL, PROV, RDF, RDFS, SKOS
from zorgnetwerk.web.translations import mark

SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "what": mark("What it is"),
        "goal": mark("Goal and activities"),
        "care": mark("Care and target groups"),
        "where": mark("Where"),
        "when": mark("When"),
        "numbers": mark("In numbers"),
        "names": mark("Names"),
        "links": mark("Elsewhere"),
        "more": mark("More facts"),
    }
)
"""In reading order."""

_OF_OURS = (
    (
        "what",
        "deelnemer deelnameAan namens rol deelnamestatus categorie zekerheid betreft aardVerband samenwerkingsvorm "
        "status rechtsvorm netwerkkeuze deelnemersVolledig aangebodenDoor inSamenwerkingMet uitgerustMet heeftProject",
    ),
    ("goal", "doel"),
    ("care", "zorgdomein doelgroep"),
    ("where", "gevestigdOp werkingsgebied"),
    ("when", "geldigheid tijdstekst vroegsteBegin laatsteBegin vroegsteEinde laatsteEinde toestandOp"),
    ("numbers", "hoeveelheid aantalMin aantalMax benaderend eenheid bedsoort"),
)
_OF_OTHERS = (
    (
        "what",
        (
            RDF.subject,
            RDF.predicate,
            RDF.object,
            ORG.classification,
            ORG.purpose,
            ORG.member,
            ORG.organization,
            ORG.role,
            ORG.subOrganizationOf,
            ORG.hasSubOrganization,
            DCT.type,
            FOAF.title,
            PROV.wasAssociatedWith,
            DCT.isPartOf,
            DCT.hasPart,
            SKOS.definition,
            SKOS.scopeNote,
            SKOS.broader,
            SKOS.narrower,
            SKOS.related,
            SKOS.notation,
            RDFS.subClassOf,
            RDFS.subPropertyOf,
            RDFS.domain,
            RDFS.range,
            OA.exact,
            PROV.wasQuotedFrom,
            PROV.wasAttributedTo,
        ),
    ),
    ("goal", (DCT.description, RDFS.comment, SKOS.note)),
    ("where", (DCT.spatial, ORG.siteOf, ORG.hasSite)),
    ("when", (DCT.issued, DCT.modified, DCT.date)),
    ("names", (SKOS.prefLabel, RDFS.label, FOAF.name, DCT.title, SKOS.altLabel, SKOS.hiddenLabel, DCT.identifier)),
    (
        "links",
        (
            FOAF.homepage,
            FOAF.page,
            DCT.source,
            RDFS.seeAlso,
            RDFS.isDefinedBy,
            OWL.sameAs,
            SKOS.exactMatch,
            SKOS.closeMatch,
            SKOS.broadMatch,
            SKOS.narrowMatch,
            SKOS.relatedMatch,
            DCT.publisher,
            DCT.license,
            DCT.language,
            DCAT.landingPage,
        ),
    ),
)


def places(base: Base) -> Mapping[URIRef, tuple[str, int]]:
    """The section of each known property, and its rank there."""
    found: dict[URIRef, tuple[str, int]] = {}
    for section, names in _OF_OURS:
        for name in names.split():
            found[URIRef(base.iri(f"{VOCABULARY}#{name}"))] = (section, len(found))
    for section, properties in _OF_OTHERS:
        for term in properties:
            found[term] = (section, len(found))
    return MappingProxyType(found)


INCOMING_TITLES: Mapping[str, str] = MappingProxyType(
    {
        str(ORG.siteOf): mark("Campuses"),
        str(ORG.subOrganizationOf): mark("Parts"),
        str(ORG.classification): mark("Things of this kind"),
        str(ORG.role): mark("Functions with this role"),
        str(DCT.spatial): mark("Located here"),
        str(DCT.publisher): mark("Publisher of"),
        str(DCT.isPartOf): mark("Parts"),
        str(DCT.hasPart): mark("Part of"),
        str(DCT.type): mark("Things of this sort"),
        str(ORG.organization): mark("Functions here"),
        str(ORG.member): mark("Functions"),
        str(PROV.wasAssociatedWith): mark("Took part in events"),
        str(PROV.wasAttributedTo): mark("Statements"),
        str(PROV.wasQuotedFrom): mark("Quotations"),
        str(PROV.hadPrimarySource): mark("Facts from this source"),
        str(SKOS.broader): mark("Narrower terms"),
        str(RDF.type): mark("Instances"),
        str(RDFS.subClassOf): mark("Narrower classes"),
        "aangebodenDoor": mark("Care facilities offered"),
        "inSamenwerkingMet": mark("Care facilities offered together"),
        "gevestigdOp": mark("Established here"),
        "uitgerustMet": mark("In use at"),
        "heeftProject": mark("Project of"),
        "werkingsgebied": mark("Serve this area"),
        "zorgdomein": mark("In this care domain"),
        "doelgroep": mark("For this target group"),
        "samenwerkingsvorm": mark("Partnerships of this form"),
        "status": mark("With this status"),
        "rechtsvorm": mark("With this legal form"),
        "rol": mark("Participations with this role"),
        "deelnamestatus": mark("Participations with this status"),
        "zekerheid": mark("Statements of this certainty"),
        "eenheid": mark("Quantities in this unit"),
        "bedsoort": mark("Beds of this kind"),
        "aardVerband": mark("Hypotheses of this kind"),
        "namens": mark("Participations on its behalf"),
        "netwerkkeuze": mark("With this network choice"),
        "citaat": mark("Facts that rest on this quotation"),
        "betreft": mark("Concerned by"),
        "geldigheid": mark("Valid at this time"),
        "hoeveelheid": mark("Has this quantity"),
    }
)
"""Headings for the things that point to a thing, by property: local names for our vocabulary, IRIs for others."""


def incoming_key(base: Base, predicate: URIRef) -> str:
    """The key of a property in ``INCOMING_TITLES``."""
    space = base.iri(f"{VOCABULARY}#")
    return str(predicate)[len(space) :] if str(predicate).startswith(space) else str(predicate)
