"""A small published network, cut out of our own data, and changes of it: the material for comparing two ways to validate.

Small, because the comparison validates the whole of it for every change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from hypothesis import strategies as st
from rdflib import RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef
from rdflib.namespace import GEO, ORG
from rdflib.term import Node

from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import OA, OWL, PROV
from zorgnetwerk.terms.namespaces import RESERVED_ZN as ZN

NETWORK = URIRef(f"{RESERVED_BASE}id/samenwerkingsverband/ziekenhuisnetwerk-zuidwest-limburg")
_ALSO = (ZN.Capaciteit, ZN.Campus, ZN.Tegenspraak, ORG.Membership, ZN.Organisatiegroep, ZN.Hoeveelheid)
"""Classes of which one thing more is taken, so that their rules have something to look at."""
_OF_CODES = (SKOS.inScheme, SKOS.broader)
_CLAIMS = (ZN.Bewering, ZN.Tegenspraak)


def ident(path: str) -> URIRef:
    return URIRef(f"{RESERVED_BASE}id/{path}")


def code(path: str) -> URIRef:
    return URIRef(f"{RESERVED_BASE}auth/{path}")


def cut_out(data: Graph, ontology: Graph) -> Graph:
    """One network with its members, sources and periods, some other things, and the codes and classes that they need."""
    world, waiting = Graph(), [NETWORK, *data.subjects(ZN.deelnameAan, NETWORK)]
    for kind in _ALSO:
        waiting += sorted(data.subjects(RDF.type, kind), key=str)[:1]
    depth = dict.fromkeys(waiting, 0)
    while waiting:
        node = waiting.pop(0)
        for triple in data.triples((node, None, None)):
            world.add(triple)
            value = triple[2]
            if isinstance(value, URIRef) and "/id/" in value and value not in depth and depth[node] < 2:
                depth[value] = depth[node] + 1
                waiting.append(value)
    for predicate in (RDFS.subClassOf, SKOS.broader):
        for triple in ontology.triples((None, predicate, None)):
            world.add(triple)
    for node in {*world.objects(), *CODES}:
        for predicate in _OF_CODES:
            for triple in ontology.triples((node, predicate, None)):
                world.add(triple)
    return world


FORMS = [
    code(f"samenwerkingsvormen/{name}")
    for name in ("locoregionaal-klinisch-ziekenhuisnetwerk", "functionele-samenwerking", "bilaterale-samenwerking")
]
ROLES = [code(f"rollen/{name}") for name in ("deelnemer", "oprichter")]
STATUSES = [code(f"statussen/{name}") for name in ("actief", "intentie-verklaard")]
CERTAINTIES = [code(f"zekerheden/{name}") for name in ("expliciet", "mogelijk")]
KINDS = [code(f"organisatiesoorten/{name}") for name in ("algemeen-ziekenhuis", "universiteit")]
UNITS = [code(f"eenheden/{name}") for name in ("bedden", "plaatsen")]
CODES = [*FORMS, *ROLES, *STATUSES, *CERTAINTIES, *KINDS, *UNITS, code("rechtsvormen/vzw"), code("bedsoorten/k")]
NEW = [
    ident(f"{kind}/nieuw-{n}") for kind in ("deelname", "samenwerkingsverband", "organisatie", "tijd") for n in (1, 2)
]
CLASSES = [
    ZN.Deelname, ZN.Samenwerkingsovereenkomst, ZN.Samenwerkingsorganisatie, ORG.Organization, ZN.Organisatiegroep,
    ZN.Tijdsaanduiding, ZN.Hoeveelheid, ZN.Capaciteit, ZN.Citaat, ZN.Campus, ZN.Tegenspraak, ZN.Identiteitshypothese,
]  # fmt: skip
DAYS = [Literal(day, datatype=XSD.date) for day in ("2014-01-01", "2015-12-31", "2021-06-01", "2017-02-30")]
NUMBERS = [Literal(number) for number in (0, 2, 4, 30)]
TEXTS = [Literal(text, lang="nl") for text in ("Nieuw", "Jessa Ziekenhuis", "sinds 2015", "ongeveer dertig", " los ")]
VALUES: dict[URIRef, Sequence[Node]] = {
    RDF.type: CLASSES,
    SKOS.prefLabel: [*TEXTS, Literal("Neuf", lang="fr")],
    SKOS.altLabel: [*TEXTS, Literal("zonder taal")],
    ORG.classification: KINDS,
    ORG.identifier: [Literal("0123456749"), Literal("0671.516.647")],
    OWL.sameAs: [ident("organisatie/jessa-ziekenhuis")],
    ZN.samenwerkingsvorm: [*FORMS, *KINDS],
    ZN.status: [*STATUSES, *ROLES],
    ZN.deelnamestatus: STATUSES,
    ZN.rol: [*ROLES, code("rechtsvormen/vzw")],
    ZN.zekerheid: CERTAINTIES,
    ZN.deelnemersVolledig: [Literal(True), Literal(False)],
    ZN.vroegsteBegin: DAYS,
    ZN.laatsteBegin: DAYS,
    ZN.vroegsteEinde: DAYS,
    ZN.tijdstekst: TEXTS,
    ZN.aantalMin: NUMBERS,
    ZN.aantalMax: NUMBERS,
    ZN.eenheid: UNITS,
    ZN.bedsoort: [code("bedsoorten/k")],
    OA.exact: TEXTS,
    GEO.asWKT: [Literal("POINT(5.3 50.9)"), Literal("POINT(50.9 5.3)")],
}
"""Properties with values that fit, and some that do not."""
LINKS = (ZN.deelnemer, ZN.deelnameAan, ZN.citaat, ZN.geldigheid, ZN.hoeveelheid, PROV.wasQuotedFrom)
"""Properties between things."""


@dataclass(frozen=True)
class Change:
    """What a submission adds and what it takes away."""

    added: frozenset[Triple]
    removed: frozenset[Triple]


class Changes:
    """Strategies for changes of one world."""

    def __init__(self, world: Graph) -> None:
        self.world = world

    @cached_property
    def statements(self) -> list[Triple]:
        """What is said about things, in a fixed order; classes and codes are out of reach."""
        return sorted((triple for triple in self.world if "/id/" in triple[0]), key=str)

    @cached_property
    def things(self) -> list[Node]:
        return sorted({triple[0] for triple in self.statements}, key=str)

    def of_class(self, *kinds: URIRef) -> list[Node]:
        return sorted({node for kind in kinds for node in self.world.subjects(RDF.type, kind)}, key=str)

    def any_change(self) -> st.SearchStrategy[Change]:
        """Up to six moves together."""
        moves = st.one_of(
            self.participation(), self.participation(), self.statement(), self.period(), self.partnership(),
            self.removal(), self.removal_of_a_thing(), self.exchange(), self.organisation(),
        )  # fmt: skip
        return st.lists(moves, min_size=1, max_size=6).map(_together)

    def statement(self) -> st.SearchStrategy[Change]:
        """One statement about a published or new thing."""
        subject = st.sampled_from([*self.things, *NEW])
        value = st.sampled_from(sorted(VALUES)).flatmap(
            lambda predicate: st.tuples(st.just(predicate), st.sampled_from(VALUES[predicate]))
        )
        link = st.tuples(st.sampled_from(LINKS), st.sampled_from([*self.things, *NEW]))
        return st.tuples(subject, st.one_of(value, link)).map(lambda pair: _adding([(pair[0], *pair[1])]))

    def participation(self) -> st.SearchStrategy[Change]:
        """A participation with all that it needs, in a published or new partnership: counts and inverse paths."""
        parties = [*self.of_class(ORG.Organization), *NEW[4:6]]
        return st.tuples(
            st.sampled_from(NEW[:2]), st.sampled_from(parties),
            st.sampled_from([NETWORK, *NEW[2:4]]), st.sampled_from(ROLES), st.sampled_from(CERTAINTIES),
            st.sampled_from(self.of_class(ZN.Citaat)), st.sampled_from([None, *STATUSES]), st.sampled_from([None, *NEW[6:]]),
        ).map(_participation)  # fmt: skip

    def partnership(self) -> st.SearchStrategy[Change]:
        kinds = st.sampled_from([ZN.Samenwerkingsovereenkomst, ZN.Samenwerkingsorganisatie])
        return st.tuples(st.sampled_from(NEW[2:4]), kinds, st.sampled_from(FORMS), st.booleans()).map(
            lambda of: _adding(
                [
                    (of[0], RDF.type, of[1]), (of[0], ZN.samenwerkingsvorm, of[2]),
                    (of[0], SKOS.prefLabel, Literal(f"Verband {of[0][-1]}", lang="nl")),
                    (of[0], ZN.deelnemersVolledig, Literal(of[3])),
                ]
            )
        )  # fmt: skip

    def period(self) -> st.SearchStrategy[Change]:
        day = st.sampled_from(DAYS)
        return st.tuples(st.sampled_from(NEW[6:]), day, day, st.sampled_from(TEXTS)).map(
            lambda of: _adding(
                [
                    (of[0], RDF.type, ZN.Tijdsaanduiding), (of[0], ZN.vroegsteBegin, of[1]),
                    (of[0], ZN.laatsteBegin, of[2]), (of[0], ZN.tijdstekst, of[3]),
                ]
            )
        )  # fmt: skip

    def organisation(self) -> st.SearchStrategy[Change]:
        names = sorted({name for name in self.world.objects(None, SKOS.prefLabel) if isinstance(name, Literal)})
        return st.tuples(st.sampled_from(NEW[4:6]), st.sampled_from([*names[:8], *TEXTS]), st.sampled_from(KINDS)).map(
            lambda of: _adding(
                [
                    (of[0], RDF.type, ORG.Organization),
                    (of[0], SKOS.prefLabel, of[1]),
                    (of[0], ORG.classification, of[2]),
                ]
            )
        )

    def removal(self) -> st.SearchStrategy[Change]:
        return st.sampled_from(self.statements).map(lambda triple: Change(frozenset(), frozenset({triple})))

    def removal_of_a_thing(self) -> st.SearchStrategy[Change]:
        return st.sampled_from(self.things).map(
            lambda thing: Change(frozenset(), frozenset(self.world.triples((thing, None, None))))
        )

    def exchange(self) -> st.SearchStrategy[Change]:
        """The value of a statement becomes that of another one with the same property."""
        return st.tuples(st.sampled_from(self.statements), st.integers(0, 1000)).map(self._exchanged)

    def _exchanged(self, of: tuple[Triple, int]) -> Change:
        (subject, predicate, old), pick = of
        values = sorted(set(self.world.objects(None, predicate)), key=str)
        new = values[pick % len(values)]
        return Change(
            frozenset({(subject, predicate, new)}), frozenset({(subject, predicate, old)} if new != old else ())
        )


def _participation(of: tuple[Node | None, ...]) -> Change:
    node, party, partnership, role, certainty, quotation, status, period = of
    said = [
        (RDF.type, ZN.Deelname), (ZN.deelnemer, party), (ZN.deelnameAan, partnership), (ZN.rol, role),
        (ZN.zekerheid, certainty), (ZN.citaat, quotation), (ZN.deelnamestatus, status), (ZN.geldigheid, period),
    ]  # fmt: skip
    assert node is not None
    return _adding([(node, predicate, value) for predicate, value in said if value is not None])


def _adding(triples: Iterable[Triple]) -> Change:
    return Change(frozenset(triples), frozenset())


def _together(changes: Sequence[Change]) -> Change:
    """All of them; what one adds none takes away."""
    added = frozenset(triple for change in changes for triple in change.added)
    return Change(added, frozenset(triple for change in changes for triple in change.removed) - added)
