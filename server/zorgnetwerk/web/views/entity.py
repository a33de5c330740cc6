"""The page about one thing: what stands on it and in which order."""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import Literal, URIRef

from zorgnetwerk.dataset import labels
from zorgnetwerk.dataset.entities import Description
from zorgnetwerk.terms import languages
from zorgnetwerk.terms.namespaces import OA, ORG, PROV, RDF, SKOS
from zorgnetwerk.web.views import facts, judgements, kinds
from zorgnetwerk.web.views.incoming import incoming, quotations, topics
from zorgnetwerk.web.views.model import EntityView, Incoming, Link, Participation, Proof, Section, Tally, Text
from zorgnetwerk.web.views.participations import participations, takes_part
from zorgnetwerk.web.views.reader import Reader


def entity_view(description: Description, reader: Reader) -> EntityView:
    """What the page about this thing shows to this reader."""
    iri, graph, zn = description.iri, description.graph, reader.zn
    lines = participations(reader, iri)
    found = facts.sections(reader, iri, _hidden(reader, iri, bool(lines)))
    is_source = (iri, RDF.type, zn.Bron) in graph
    shown = {
        zn.deelnemer,
        zn.deelnameAan,
        zn.heeftDeelnemer,
        zn.neemtDeelAan,
        ORG.memberOf,
        SKOS.inScheme,
        SKOS.topConceptOf,
    }
    shown |= {PROV.wasQuotedFrom} if is_source else set()
    pointing = _without_judgements(incoming(reader, description, frozenset(shown)), reader)
    contradicted = judgements.contradictions(reader, iri)
    own = _own_proofs(reader, iri)
    return EntityView(
        iri=str(iri),
        title=reader.name(iri),
        kind=_kind(reader, iri),
        kinds=tuple(reader.inner_link(kind) for kind in labels.types_of(graph, iri)),
        breadcrumb=_breadcrumb(reader, iri),
        aliases=_aliases(reader, iri),
        lead=_lead(reader, iri),
        own_proofs=own,
        tallies=_tallies(
            reader, lines, found, len(contradicted), _sources(lines, found, pointing, own), takes_part(reader, iri)
        ),
        contradictions=contradicted,
        hypotheses=judgements.hypotheses(reader, iri),
        notes=judgements.notes(reader, iri),
        participations=lines,
        participations_open=(iri, zn.deelnemersVolledig, Literal(False)) in graph,
        takes_part=takes_part(reader, iri),
        sections=found,
        incoming=pointing,
        quotations=quotations(reader, iri) if is_source else (),
        topics=topics(reader, iri),
        page=description.page,
        pages=description.pages,
    )


def _hidden(reader: Reader, iri: URIRef, has_lines: bool) -> frozenset[URIRef]:
    zn = reader.zn
    hidden = {SKOS.definition, OA.exact}
    if has_lines:
        hidden |= {zn.neemtDeelAan, zn.heeftDeelnemer}
    if (iri, RDF.type, zn.Deelname) in reader.graph:
        hidden |= {ORG.member, ORG.organization, ORG.role}
    return frozenset(hidden)


def _kind(reader: Reader, iri: URIRef) -> Text:
    """The kind that a person would name first: from the path for our things, from the class for others."""
    path = reader.frame.base.path(str(iri)) or ""
    parts = path.split("/")
    if parts[0] == "id" and len(parts) > 2:
        return Text(kinds.singular(reader.t, parts[1]))
    if parts[0] == "auth":
        return Text(reader.t.gettext("Code"))
    types = list(labels.types_of(reader.graph, iri))
    return reader.name(types[0]) if types else Text(reader.t.gettext("Thing"))


def _breadcrumb(reader: Reader, iri: URIRef) -> tuple[Link, ...]:
    frame, t = reader.frame, reader.t
    home = Link(Text(t.gettext("Data set")), frame.to("/"))
    path = frame.base.path(str(iri)) or ""
    parts = path.split("/")
    if parts[0] == "id" and len(parts) > 2 and parts[1] != "graaf":
        return (home, Link(Text(kinds.plural(t, parts[1])), frame.to(f"/doc/{parts[1]}")))
    schemes = sorted(scheme for scheme in reader.graph.objects(iri, SKOS.inScheme) if isinstance(scheme, URIRef))
    return (home, *(reader.link(scheme) for scheme in schemes))


def _aliases(reader: Reader, iri: URIRef) -> tuple[Text, ...]:
    found = [name for name in reader.graph.objects(iri, SKOS.altLabel) if isinstance(name, Literal)]
    return tuple(reader.text(name) for name in sorted(found, key=lambda name: (str(name).casefold(), str(name))))


def _lead(reader: Reader, iri: URIRef) -> tuple[Text, ...]:
    found = [text for text in reader.graph.objects(iri, SKOS.definition) if isinstance(text, Literal)]
    chosen = languages.pick(found, reader.frame.language)
    return (reader.text(chosen),) if chosen is not None else ()


def _own_proofs(reader: Reader, iri: URIRef) -> tuple[Proof, ...]:
    """The quotations that a participation, time, claim … gives for itself."""
    return reader.proofs(reader.ledger.evidence_of(iri)) if reader.ledger.is_carrier(iri) else ()


def _without_judgements(groups: tuple[Incoming, ...], reader: Reader) -> tuple[Incoming, ...]:
    """The groups without contradictions and hypotheses, which have a block of their own."""
    zn = reader.zn
    judged = {
        str(node)
        for kind in (zn.Tegenspraak, zn.Identiteitshypothese)
        for node in reader.graph.subjects(RDF.type, kind)
    }
    kept = []
    for group in groups:
        items = tuple(item for item in group.items if item.value.link.iri not in judged)
        if items:
            title = Text(reader.t.gettext("Events")) if group.key == "betreft" else group.title
            kept.append(Incoming(group.key, title, group.total - (len(group.items) - len(items)), items))
    return tuple(kept)


def _sources(
    lines: tuple[Participation, ...], found: tuple[Section, ...], pointing: tuple[Incoming, ...], own: tuple[Proof, ...]
) -> int:
    proofs: list[Proof] = [*own, *(proof for line in lines for proof in line.proofs)]
    proofs += [proof for section in found for row in section.rows for item in row.items for proof in item.proofs]
    proofs += [proof for group in pointing for item in group.items for proof in item.proofs]
    return len({proof.source.iri for proof in proofs if proof.source is not None})


def _tallies(
    reader: Reader,
    lines: tuple[Participation, ...],
    found: tuple[Section, ...],
    contradicted: int,
    sources: int,
    is_party: bool,
) -> tuple[Tally, ...]:
    t = reader.t
    facts_found = sum(len(row.items) for section in found for row in section.rows)
    made: Iterable[tuple[int, str, str]] = (
        (
            len(lines),
            t.ngettext("partnership", "partnerships", len(lines))
            if is_party
            else t.ngettext("participant", "participants", len(lines)),
            "#participations",
        ),
        (facts_found, t.ngettext("fact", "facts", facts_found), "#facts"),
        (sources, t.ngettext("source", "sources", sources), ""),
        (contradicted, t.ngettext("contradiction", "contradictions", contradicted), "#contradictions"),
    )
    return tuple(Tally(number, label, href) for number, label, href in made if number)
