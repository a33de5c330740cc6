"""The eighteen questions: what people ask of our data (``data/queries/``), put to a generated network.

None holds FILTER NOT EXISTS with two patterns, none sorts by something that leaves the number of rows open. Each is asked of every engine before it is
measured, and must give the same number of rows everywhere. (Dates are compared with < and > only: Virtuoso 7.2.5 loses rows at <=.)
"""

from __future__ import annotations

from .words import AUTH, ID, PREFIXES

_HEADER = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
ORGANISATION = f"<{ID}organisatie/12>"
HUB = f"<{ID}organisatie/0>"
PARTNERSHIP = f"<{ID}samenwerkingsverband/000001-1>"

_BODIES = {
    "a thing, its facts and who points to it": f"""
SELECT ?predicate ?other ?inverse WHERE {{
  {{ {ORGANISATION} ?predicate ?other }} UNION {{ ?inverse ?predicate {ORGANISATION} }}
}}""",
    "partners of an organisation": f"""
SELECT DISTINCT ?partner ?name ?partnership WHERE {{
  {ORGANISATION} zn:neemtDeelAan ?partnership .
  ?partnership zn:heeftDeelnemer ?partner .
  ?partner a org:Organization ; skos:prefLabel ?name .
  FILTER(?partner != {ORGANISATION})
}}""",
    "partners of partners": f"""
SELECT DISTINCT ?name ?other WHERE {{
  {ORGANISATION} zn:neemtDeelAan/zn:heeftDeelnemer ?partner .
  ?partner zn:neemtDeelAan/zn:heeftDeelnemer ?other .
  ?other a org:Organization ; skos:prefLabel ?name .
  MINUS {{ {ORGANISATION} zn:neemtDeelAan/zn:heeftDeelnemer ?other }}
}}""",
    "evidence of the participations of an organisation": f"""
SELECT DISTINCT ?partnership ?certainty ?text ?document WHERE {{
  ?participation zn:deelnemer {ORGANISATION} ; zn:deelnameAan ?partnership ; zn:zekerheid/skos:prefLabel ?certainty ; zn:citaat ?quotation .
  ?quotation oa:exact ?text ; prov:wasQuotedFrom/dct:identifier ?document .
  FILTER(LANG(?certainty) = "nl")
}}""",
    "which documents speak of an organisation, and how often": f"""
SELECT ?graph (COUNT(?fact) AS ?facts) WHERE {{
  GRAPH ?graph {{ ?fact ?predicate {HUB} }}
}} GROUP BY ?graph""",
    "all parts of an organisation, through any number of levels": f"""
SELECT ?part ?name WHERE {{ ?part org:subOrganizationOf+ {HUB} ; skos:prefLabel ?name }}""",
    "participants of every kind of hospital network in one care domain": f"""
SELECT DISTINCT ?partnership ?party WHERE {{
  ?form skos:broader* <{AUTH}samenwerkingsvormen/ziekenhuisnetwerk> .
  ?partnership zn:samenwerkingsvorm ?form ; zn:zorgdomein <{AUTH}zorgdomeinen/nefrologie> ; zn:heeftDeelnemer ?party .
  ?party org:classification <{AUTH}organisatiesoorten/universitair-ziekenhuis> .
}}""",
    "certainly valid on a day": """
SELECT DISTINCT ?partnership ?label ?text WHERE {
  ?partnership a zn:Samenwerkingsorganisatie ; skos:prefLabel ?label ; zn:geldigheid ?time .
  ?time zn:tijdstekst ?text ; zn:laatsteBegin ?begin .
  OPTIONAL { ?time zn:vroegsteEinde ?end }
  FILTER(?begin < "1990-06-15"^^xsd:date && (!BOUND(?end) || ?end > "1990-06-15"^^xsd:date))
}""",
    "events in a period, earliest first": """
SELECT ?event ?label ?kind ?earliest WHERE {
  ?event a zn:Gebeurtenis ; skos:prefLabel ?label ; dct:type ?kind ; zn:geldigheid ?time .
  ?time zn:vroegsteBegin ?earliest ; zn:laatsteBegin ?latest .
  FILTER(?earliest < "2018-01-01"^^xsd:date && ?latest > "2015-12-31"^^xsd:date)
} ORDER BY ?earliest ?label LIMIT 100""",
    "partnerships without a date": """
SELECT (COUNT(?partnership) AS ?number) WHERE {
  ?partnership a zn:Samenwerkingsorganisatie .
  OPTIONAL { ?partnership zn:geldigheid ?time }
  FILTER(!BOUND(?time))
}""",
    "look up a name, capitals aside": """
SELECT ?thing ?label WHERE {
  ?thing a org:Organization ; skos:prefLabel ?label
  FILTER(CONTAINS(LCASE(STR(?label)), "sint-dimpna aal"))
} LIMIT 50""",
    "search the quotations by pattern": """
SELECT ?quotation ?text ?document WHERE {
  ?quotation oa:exact ?text ; prov:wasQuotedFrom ?document
  FILTER(REGEX(?text, "zorg (netwerk|patient|kwaliteit)", "i"))
} LIMIT 40""",
    "how many things of each class": """
SELECT ?class (COUNT(?thing) AS ?number) WHERE {
  VALUES ?class { org:Organization zn:Samenwerkingsverband zn:Deelname zn:Bewering zn:Citaat zn:Gebeurtenis zn:Tijdsaanduiding zn:Capaciteit }
  ?thing a ?class
} GROUP BY ?class""",
    "the best connected organisations": """
SELECT ?party (COUNT(DISTINCT ?partnership) AS ?number) WHERE {
  ?party zn:neemtDeelAan ?partnership
} GROUP BY ?party HAVING (COUNT(DISTINCT ?partnership) > 2) ORDER BY DESC(?number) ?party LIMIT 20""",
    "participations by certainty and role": """
SELECT ?certainty ?role (COUNT(?participation) AS ?number) WHERE {
  ?participation a zn:Deelname ; zn:zekerheid ?certainty ; zn:rol ?role
} GROUP BY ?certainty ?role""",
    "capacity in each unit": """
SELECT ?unit (COUNT(?capacity) AS ?mentions) (SUM(?amount) AS ?total) WHERE {
  ?capacity a zn:Capaciteit ; zn:aantalMin ?amount ; zn:eenheid/skos:prefLabel ?unit
  FILTER(LANG(?unit) = "nl")
} GROUP BY ?unit""",
    "facts that two documents state": """
SELECT ?partnership ?value (COUNT(DISTINCT ?document) AS ?documents) WHERE {
  ?claim rdf:predicate zn:samenwerkingsvorm ; rdf:subject ?partnership ; rdf:object ?value ; zn:citaat/prov:wasQuotedFrom ?document .
} GROUP BY ?partnership ?value HAVING (COUNT(DISTINCT ?document) > 1) ORDER BY DESC(?documents) ?partnership LIMIT 5""",
    "the neighbourhood of a partnership as a graph": f"""
CONSTRUCT {{ {PARTNERSHIP} ?predicate ?value . ?party ?fact ?other }} WHERE {{
  {{ {PARTNERSHIP} ?predicate ?value }}
  UNION {{ {PARTNERSHIP} zn:heeftDeelnemer ?party . ?party ?fact ?other }}
}}""",
}  # fmt: skip

QUESTIONS = {name: f"{_HEADER}{body.strip()}\n" for name, body in _BODIES.items()}
"""Name to SPARQL text, in the order of the report."""

ROWS = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 10000"


def tiny(number: int) -> str:
    """The name of one organisation; the networks of every size have at least these seventy."""
    return f"SELECT ?name WHERE {{ <{ID}organisatie/{number % 70}> <{PREFIXES['skos']}prefLabel> ?name }}"


def accept(text: str) -> str:
    """The media type that a client asks for this question."""
    return "application/n-triples" if "CONSTRUCT {" in text else "application/sparql-results+json"
