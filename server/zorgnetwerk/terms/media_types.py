"""The formats that this publisher reads and writes, as values.

Knows media types, suffixes, abilities. Must not know HTTP headers (``web/negotiation.py``) nor any parser
(``terms/syntax.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class MediaType:
    """One format.

    Shape: ``name`` is type/subtype; ``aliases`` are further names that clients send for the same format; ``suffix`` is
    the file ending without dot; ``utf8`` says that ``charset=utf-8`` belongs in the header.
    """

    name: str
    suffix: str
    label: str
    aliases: tuple[str, ...] = ()
    utf8: bool = False
    holds_graphs: bool = False

    @property
    def header(self) -> str:
        """The value for a Content-Type header.

        >>> TURTLE.header
        'text/turtle; charset=utf-8'
        """
        return f"{self.name}; charset=utf-8" if self.utf8 else self.name

    def __str__(self) -> str:
        return self.name


HTML = MediaType("text/html", "html", "HTML", ("application/xhtml+xml",), utf8=True)
TEXT = MediaType("text/plain", "txt", "text", utf8=True)
JSON = MediaType("application/json", "json", "JSON")
PROBLEM = MediaType("application/problem+json", "json", "problem details", ("application/json",))

TURTLE = MediaType("text/turtle", "ttl", "Turtle", ("application/x-turtle", "application/turtle"), utf8=True)
JSON_LD = MediaType("application/ld+json", "jsonld", "JSON-LD", ("application/json",))
RDF_XML = MediaType("application/rdf+xml", "rdf", "RDF/XML", ("application/xml", "text/xml"))
N_TRIPLES = MediaType("application/n-triples", "nt", "N-Triples", ("text/plain", "text/ntriples"), utf8=False)
TRIG = MediaType("application/trig", "trig", "TriG", ("application/x-trig",), utf8=True, holds_graphs=True)
N_QUADS = MediaType("application/n-quads", "nq", "N-Quads", ("text/x-nquads", "text/nquads"), holds_graphs=True)

RESULTS_JSON = MediaType("application/sparql-results+json", "json", "JSON", ("application/json",))
RESULTS_XML = MediaType("application/sparql-results+xml", "xml", "XML", ("application/xml", "text/xml"))
RESULTS_CSV = MediaType("text/csv", "csv", "CSV", utf8=True)
RESULTS_TSV = MediaType("text/tab-separated-values", "tsv", "TSV", utf8=True)

XLSX = MediaType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "Excel")

SPARQL_QUERY = MediaType("application/sparql-query", "rq", "SPARQL")

GRAPH_FORMATS = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML, TRIG, N_QUADS)
TRIPLE_FORMATS = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES)
RESULT_FORMATS = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)
DUMP_FORMATS = (N_QUADS, TRIG, TURTLE)
RDF_SUFFIXES = MappingProxyType({**{kind.suffix: kind for kind in GRAPH_FORMATS}, "owl": RDF_XML})
"""What the ending of a file says of the RDF in it."""
SUFFIXES = MappingProxyType({media_type.suffix: media_type for media_type in (HTML, *GRAPH_FORMATS)})


def named(name: str, offers: tuple[MediaType, ...]) -> MediaType | None:
    """The first offer that has this name or alias, or None.

    >>> named("text/turtle", GRAPH_FORMATS).label
    'Turtle'
    """
    for offer in offers:
        if offer.name == name:
            return offer
    return next((offer for offer in offers if name in offer.aliases), None)


def of_file(path: Path) -> MediaType | None:
    """The RDF format that a file's ending announces, or None.

    >>> of_file(Path("a/b.trig")).label
    'TriG'
    """
    return RDF_SUFFIXES.get(path.suffix.lstrip(".").lower())
