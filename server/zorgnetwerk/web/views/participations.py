"""Who takes part in a partnership, or in what an organisation takes part: one line for each other side."""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset.evidence import in_order
from zorgnetwerk.dataset.listing import sort_key
from zorgnetwerk.terms.namespaces import ORG, RDF
from zorgnetwerk.web.views.model import Link, Participation, Text
from zorgnetwerk.web.views.reader import Reader


def takes_part(reader: Reader, thing: URIRef) -> bool:
    """Whether the thing is a party (and not a partnership)."""
    return next(reader.graph.subjects(reader.zn.deelnemer, thing), None) is not None


def participations(reader: Reader, thing: URIRef) -> tuple[Participation, ...]:
    """The lines of the table; participations of several documents in the same partnership share one line.

    Explicit ones come first, then by name.
    """
    zn = reader.zn
    near, far = (zn.deelnemer, zn.deelnameAan) if takes_part(reader, thing) else (zn.deelnameAan, zn.deelnemer)
    nodes: dict[Node, list[Node]] = {}
    for node in in_order(reader.graph.subjects(near, thing)):
        for other in reader.graph.objects(node, far):
            nodes.setdefault(other, []).append(node)
    lines = [_line(reader, other, carriers) for other, carriers in nodes.items()]
    return tuple(sorted(lines, key=lambda line: (not line.certain, sort_key(line.other.text.text), line.other.iri)))


def _line(reader: Reader, other: Node, nodes: list[Node]) -> Participation:
    zn, graph = reader.zn, reader.graph

    def of(predicate: URIRef) -> list[Node]:
        return in_order({value for node in nodes for value in graph.objects(node, predicate)})

    certainties = of(zn.zekerheid)
    kinds = [*graph.objects(other, zn.samenwerkingsvorm), *graph.objects(other, ORG.classification)]
    return Participation(
        other=reader.link(other),
        kinds=_kinds(reader, other, kinds),
        roles=_links(reader, of(zn.rol)),
        statuses=_links(reader, of(zn.deelnamestatus)),
        categories=_texts(reader, of(zn.categorie)),
        on_behalf=_links(reader, of(zn.namens)),
        certain=not certainties or any(str(certainty).endswith("/expliciet") for certainty in certainties),
        proofs=tuple(proof for node in nodes for proof in reader.proofs(reader.ledger.evidence_of(node))),
    )


def _kinds(reader: Reader, other: Node, kinds: list[Node]) -> tuple[Text, ...]:
    """What the other side is; a group of parties is called so, since it never counts as an organisation."""
    group = (
        [Text(reader.t.gettext("Group of parties"))]
        if (other, RDF.type, reader.zn.Organisatiegroep) in reader.graph
        else []
    )
    return tuple(dict.fromkeys([*group, *(reader.name(kind) for kind in in_order(kinds))]))


def _links(reader: Reader, terms: Iterable[Node]) -> tuple[Link, ...]:
    return tuple(reader.link(term) for term in terms)


def _texts(reader: Reader, terms: Iterable[Node]) -> tuple[Text, ...]:
    return tuple(reader.text(term) for term in terms if isinstance(term, Literal))
