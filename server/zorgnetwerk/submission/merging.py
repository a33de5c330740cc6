"""What becomes of the lines of a thing when another thing takes them over.

A name that the other has already in that language becomes a variant, and the claim about it says so; a relation of the
two with each other goes; so does a hypothesis that they might be one, with the quotations that only it needs. Knows
lines under the reserved base. Must not know who decides (``moving.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias
from typing import Literal as Choice

from rdflib import Literal, URIRef

from zorgnetwerk.store.journal import Transaction
from zorgnetwerk.submission.reviewing import entries_after
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.namespaces import RDF, RESERVED_ZN, SKOS
from zorgnetwerk.terms.nquads import renamed

Kind: TypeAlias = Choice["merge", "move"]
_HYPOTHESIS: Final = f" {RDF.type.n3()} {RESERVED_ZN.Identiteitshypothese.n3()} "
_CONCERNS: Final = f" {RESERVED_ZN.betreft.n3()} "
_QUOTED: Final = f" {RESERVED_ZN.citaat.n3()} "
_NAME: Final = f" {SKOS.prefLabel.n3()} "
_VARIANT: Final = f" {SKOS.altLabel.n3()} "


@dataclass(frozen=True, slots=True)
class Order:
    """What a steward wants: ``old`` becomes ``new`` (IRIs under the reserved base)."""

    kind: Kind
    old: str
    new: str
    reason: str = ""


def merged(transaction: Transaction, lines: set[str], of_other: set[str], order: Order) -> tuple[set[str], set[str]]:
    """Of the lines that name the old thing, those that the new one takes over (not renamed yet), and lines beside them
    that go.
    """
    settled = _settled(transaction, lines, of_other, order)
    kept = {line for line in lines if line not in settled and not _is_circular(line, order)}
    circular = {line for line in lines if line not in settled and _is_circular(line, order)}
    gone = settled | _claims_of(transaction, circular)
    kept -= gone
    names_of_other = _values(of_other, order.new, _NAME)
    changed: set[str] = set()
    for line in [line for line in kept if line.startswith(f"<{order.old}>{_NAME}")]:
        name = next(iter(_values([line], order.old, _NAME)))
        if name in names_of_other:
            kept.discard(line)
        elif any(name.language == other.language for other in names_of_other):
            kept.discard(line)
            changed.add(line.replace(_NAME, _VARIANT, 1))
            gone_claims, new_claims = _as_variants(transaction, lines, name, order)
            gone |= gone_claims
            kept -= gone_claims
            changed |= new_claims
    return kept | changed, gone


def names(line: str, iri: str) -> bool:
    """Whether a line names an IRI as a term, not inside the text of a literal."""
    return renamed(line, iri, "") != line


def _is_circular(line: str, order: Order) -> bool:
    """Whether a line would say that a thing is in relation to itself."""
    subject, _, rest = renamed(line, order.old, order.new).split(" ", 2)
    return subject == f"<{order.new}>" and rest.split(" ", 1)[0] == subject


def _settled(transaction: Transaction, lines: set[str], of_other: set[str], order: Order) -> set[str]:
    """The lines of hypotheses about these two, and of quotations that nothing else needs."""
    concerned = [
        {line.split(" ", 1)[0] for line in group if f"{_CONCERNS}<{iri}> " in line}
        for group, iri in ((lines, order.old), (of_other, order.new))
    ]
    about = naming(transaction, concerned[0] & concerned[1])
    hypotheses = {line.split(" ", 1)[0] for line in about if _HYPOTHESIS in line}
    found = {line for line in about if not hypotheses.isdisjoint(_ends(line))}
    quotations = {line.split(" ")[2] for line in found if _QUOTED in line}
    of_quotations = naming(transaction, quotations)
    for quotation in quotations:
        own = {line for line in of_quotations if quotation in _ends(line)}
        if {line for line in own if f"{_QUOTED}{quotation} " in line} <= found:
            found |= own
    return found


def _claims_of(transaction: Transaction, stated: set[str]) -> set[str]:
    """These lines, and all lines of the claims about them."""
    spoken = {(line.split(" ")[0], line.split(" ")[1], line.split(" ")[2]) for line in stated}
    subjects = {triple[0] for triple in spoken}
    claims = {line.split(" ", 1)[0] for line in naming(transaction, subjects) if f" {RDF.subject.n3()} " in line}
    own = naming(transaction, claims)
    found = set(stated)
    for claim in claims:
        lines = {line for line in own if line.startswith(f"{claim} ")}
        said = {line.split(" ", 3)[1]: line.split(" ", 3)[2] for line in lines}
        if tuple(said.get(part.n3()) for part in (RDF.subject, RDF.predicate, RDF.object)) in spoken:
            found |= lines
    return found


def _as_variants(transaction: Transaction, lines: set[str], name: Literal, order: Order) -> tuple[set[str], set[str]]:
    """The lines of claims that call this the preferred name, and the same saying that it is a variant."""
    gone: set[str] = set()
    new: set[str] = set()
    claims = {line.split(" ", 1)[0] for line in lines if f" {RDF.subject.n3()} <{order.old}> " in line}
    of_claims = naming(transaction, claims)
    for claim in claims:
        own = {line for line in of_claims if line.startswith(f"{claim} ")}
        predicate = next((line for line in own if f" {RDF.predicate.n3()} {SKOS.prefLabel.n3()} " in line), None)
        if predicate is not None and name in _values(own, claim[1:-1], f" {RDF.object.n3()} "):
            gone.add(predicate)
            new.add(predicate.replace(SKOS.prefLabel.n3(), SKOS.altLabel.n3(), 1))
    return gone, new


def naming(transaction: Transaction, terms: Collection[str]) -> set[str]:
    """The lines of the data set that have one of these terms at an end, in one reading of the journal."""
    found: set[str] = set()
    if not terms:
        return found
    for entry in entries_after(transaction, 0):
        found.difference_update(entry.removed)
        found.update(line for line in entry.added if not set(_ends(line)).isdisjoint(terms))
    return found


def _ends(line: str) -> tuple[str, str]:
    subject, _, rest = line.split(" ", 2)
    return subject, rest.split(" ", 1)[0]


def _values(lines: Iterable[str], subject: str, link: str) -> list[Literal]:
    wanted = [line for line in lines if line.startswith(f"<{subject}>{link}")]
    return [
        value
        for node, _, value, _ in syntax.lines_to_quads(wanted)
        if isinstance(value, Literal) and node == URIRef(subject)
    ]
