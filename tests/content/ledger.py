"""A row of the ledger, looked up in the data.

The ledger is a second, independent reading of the documents: phrase, subject, predicate, object, qualifiers. A row is
found when a node of the graph of that document (claim, participation, time, quantity, event, function) is about that
subject, carries that value, agrees with the qualifiers, and rests on a quotation that holds the phrase or lies in it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from .kinds import SHARE, carries, points_at, things_named
from .reading import BASE, DATA, ORG, PROV, RDF, ZN, Data, normalise, plain, shared_words

ABOUT = (
    RDF + "subject",
    PROV + "wasAttributedTo",
    ZN + "deelnameAan",
    ZN + "betreft",
    ORG + "member",
    ORG + "organization",
)
QUALIFIERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rol": (ZN + "rol",),
        "deelnamestatus": (ZN + "deelnamestatus",),
        "categorie": (ZN + "categorie",),
        "zekerheid": (ZN + "zekerheid",),
        "eenheid": (ZN + "eenheid", ZN + "categorie"),
        "bedsoort": (ZN + "bedsoort",),
        "benaderend": (ZN + "benaderend",),
        "tijdstekst": (ZN + "tijdstekst",),
    }
)
# words of the ledger that the code lists put otherwise
CODES: Mapping[str, str] = MappingProxyType({"actieve rol": "actieve deelnemer"})


@dataclass(frozen=True)
class Row:
    """One fact of the ledger."""

    id: str
    document: str
    phrase: str
    subject: str
    predicate: str
    value: str
    qualifiers: str

    def __str__(self) -> str:
        return f"{self.id} {self.subject} | {self.predicate} | {self.value} ({self.phrase})"


def read_ledger(shared: Path) -> tuple[Row, ...]:
    """The rows of the ledger, in its order."""
    columns = ("subject", "predicate", "object", "qualifiers")
    with (shared / "evidence" / "ledger.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Row(line["id"], line["seed"][:3], normalise(line["phrase"]), *(line[column] for column in columns))
            for line in csv.DictReader(lines)
        )


def read_exceptions() -> Mapping[str, str]:
    """The reason for each row that the data do not hold, by the number of the row."""
    with (DATA / "uitzonderingen.csv").open(encoding="utf-8", newline="") as lines:
        return MappingProxyType({line["id"]: line["reden"] for line in csv.DictReader(lines)})


def what_is_missing(row: Row, data: Data) -> str:
    """Why the row is not in the data, in a few words; empty when it is there."""
    subjects = things_named(row.subject, data)
    if not subjects:
        return "nothing has this name"
    about = sorted({node for subject in subjects for node in nodes_about(subject, row, data)})
    nodes = [node for node in about if carries(row.predicate, row.value, node, data)]
    if not nodes:
        return f"none of the {len(about)} nodes about it carries this value"
    nodes = [node for node in nodes if rests_on(row.phrase, data.quotations(node, row.document))]
    if not nodes:
        return "the value is there, but rests on another quotation"
    wrong = sorted({disagreement(row, node, data) for node in nodes})
    return wrong[0]


def nodes_about(subject: str, row: Row, data: Data) -> Iterator[str]:
    """The nodes with evidence about the thing, in the graph of the document.

    Unless the row is about participants, these are also the participations in what the thing itself takes part in.
    """
    graph = f"{BASE}id/graaf/{row.document}"
    for predicate in ABOUT:
        yield from data.subjects(predicate, subject, graph)
    if row.predicate != "deelnemer":
        for own in data.subjects(ZN + "deelnemer", subject, graph):
            for partnership in data.values(own, ZN + "deelnameAan"):
                yield from data.subjects(ZN + "deelnameAan", partnership, graph)
    for thing in (subject, *data.subjects(ZN + "betreft", subject, graph)):
        yield thing
        for predicate in ("geldigheid", "hoeveelheid"):
            yield from data.values(thing, ZN + predicate, graph)


def rests_on(phrase: str, quotations: Iterable[str]) -> bool:
    """Is the phrase part of one of the quotations, or a quotation part of the phrase?"""
    return any(phrase in quotation or quotation in phrase for quotation in quotations)


def disagreement(row: Row, node: str, data: Data) -> str:
    """Which qualifiers of the row the node does not have; empty when it agrees."""
    pairs = re.findall(r"(\w+)=(.*?)(?=,|\s+\w+=|$)", row.qualifiers)
    wrong = [f"{key} is not {text}" for key, text in pairs if key in QUALIFIERS and not has(node, key, text, data)]
    person_for = re.search(r"namens (.+)$", row.qualifiers)
    if person_for and not points_at(node, ZN + "namens", person_for[1], data):
        wrong.append(f"not {person_for[0]}")
    return ", ".join(wrong)


def has(node: str, key: str, wanted: str, data: Data) -> bool:
    """Does the node carry the qualifier, as text or as a concept with that name?"""
    if key == "zekerheid" and wanted != "impliciet":
        return True  # a remark of the reader, no degree of certainty
    given = [text for predicate in QUALIFIERS[key] for text in data.values(node, predicate)]
    texts = [*given, *(label for text in given for label in data.labels(text))]
    if key in ("eenheid", "tijdstekst"):
        together = " ".join(texts)
        return shared_words(wanted, together) >= SHARE or plain(wanted) in plain(together)
    return any(plain(text) == plain(CODES.get(wanted, wanted)) for text in texts)
