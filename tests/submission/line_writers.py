"""Documents with one statement on each line, so that it is known beforehand where each of them stands.

Written here by hand and not by the code under test: what these say of a line is an independent witness.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from rdflib import RDF, BNode, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType

_RDF = str(RDF)


@dataclass(frozen=True)
class Written:
    """A document and the line of each statement, the first line being 1."""

    data: bytes
    lines: Mapping[Triple, int]

    def line_of(self, focus: Node | None, path: Node | None, value: Node | None) -> int:
        """Where a person would look: at the statement, else at the property, else at the value, else at the thing, else at
        the other thing that is named."""
        tries: Sequence[Callable[[Triple], bool]] = (
            lambda triple: path is not None and triple == (focus, path, value),
            lambda triple: path is not None and triple[:2] == (focus, path),
            lambda triple: value is not None and (triple[0], triple[2]) == (focus, value),
            lambda triple: triple[0] == focus,
            lambda triple: triple[0] == value,
        )
        for fits in tries:
            found = [line for triple, line in self.lines.items() if fits(triple)]
            if found:
                return min(found)
        return 0


def written(triples: Iterable[Triple], media_type: MediaType) -> Written:
    """The statements in their order, each on a line of its own."""
    listed = list(dict.fromkeys(triples))
    before, line, after = _WRITERS[media_type]
    body = [line(triple, number == len(listed)) for number, triple in enumerate(listed, 1)]
    assert not any("\n" in text for text in body)
    data = "\n".join([*before, *body, *after, ""])
    return Written(data.encode(), {triple: number for number, triple in enumerate(listed, len(before) + 1)})


def _n_triples(triple: Triple, _: bool) -> str:
    return " ".join(_term(term) for term in triple) + " ."


def _term(term: Node) -> str:
    if isinstance(term, URIRef):
        return f"<{term}>"
    if isinstance(term, BNode):
        return f"_:b{term}"
    assert isinstance(term, Literal)
    text = "".join(f"\\{_ESCAPES[c]}" if c in _ESCAPES else c for c in str(term))
    if term.language:
        return f'"{text}"@{term.language}'
    return f'"{text}"^^<{term.datatype}>' if term.datatype else f'"{text}"'


_ESCAPES = {"\\": "\\", '"': '"', "\n": "n", "\r": "r", "\t": "t"}


def _json(triple: Triple, is_last: bool) -> str:
    subject, predicate, value = triple
    node: dict[str, object] = {"@id": _name(subject)}
    if predicate == RDF.type and isinstance(value, URIRef | BNode):
        node["@type"] = _name(value)
    else:
        node[str(predicate)] = _json_value(value)
    return json.dumps(node, ensure_ascii=False) + ("" if is_last else ",")


def _json_value(value: Node) -> object:
    if not isinstance(value, Literal):
        return {"@id": _name(value)}
    if value.language:
        return {"@value": str(value), "@language": value.language}
    return {"@value": str(value), "@type": str(value.datatype)} if value.datatype else str(value)


def _name(term: Node) -> str:
    return f"_:b{term}" if isinstance(term, BNode) else str(term)


def _xml(triple: Triple, _: bool) -> str:
    subject, predicate, value = triple
    space, name = _parted(str(predicate))
    about = f'r:nodeID="b{subject}"' if isinstance(subject, BNode) else f"r:about={quoteattr(str(subject))}"
    start = f"<p:{name} xmlns:p={quoteattr(space)}"
    if isinstance(value, Literal):
        kind = f' xml:lang="{value.language}"' if value.language else ""
        kind += f" r:datatype={quoteattr(str(value.datatype))}" if value.datatype else ""
        text = escape(str(value), {"\n": "&#10;", "\r": "&#13;"})
        said = f"{start}{kind}>{text}</p:{name}>"
    else:
        link = f'r:nodeID="b{value}"' if isinstance(value, BNode) else f"r:resource={quoteattr(str(value))}"
        said = f"{start} {link}/>"
    return f"<r:Description {about}>{said}</r:Description>"


def _parted(iri: str) -> tuple[str, str]:
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:cut], iri[cut:]


_PREAMBLE = ["# one statement a line", "@prefix unused: <https://unused.example/> .", ""]
_WRITERS: Mapping[MediaType, tuple[list[str], Callable[[Triple, bool], str], list[str]]] = {
    media_types.TURTLE: (_PREAMBLE, _n_triples, []),
    media_types.TRIG: ([*_PREAMBLE, "{"], _n_triples, ["}"]),
    media_types.N_TRIPLES: (["# one statement a line"], _n_triples, []),
    media_types.JSON_LD: (["{", '"@graph": ['], _json, ["]", "}"]),
    media_types.RDF_XML: (['<?xml version="1.0" encoding="utf-8"?>', f'<r:RDF xmlns:r="{_RDF}">'], _xml, ["</r:RDF>"]),
}
FORMATS = tuple(_WRITERS)
