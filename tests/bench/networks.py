"""Generated care networks in the terms of our ontology: the data of the measurements.

One block is one source document in a named graph of its own, with what a real one says (names, places, partnerships, participations, times, events,
numbers), each fact with its claim and quotation, in the proportions of our real data. Beside them: a graph of code lists, the register, and the derived
links. Every triple stands in exactly one graph, so that a union of graphs and a merge of graphs give the same rows on every engine. The same seed gives
the same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .words import (
    AUTH,
    CODES,
    DCT,
    ENDINGS,
    ID,
    KINDS,
    OA,
    ORG,
    PROV,
    RDF,
    SAINTS,
    SKOS,
    STARTS,
    WGS,
    WORDS,
    XSD,
    ZN,
    codes,
)

FILE_QUADS = 500_000
"""About how many quads one file gets."""


@dataclass
class Network:
    """The quads of one network, block by block. Iterate :meth:`blocks` once."""

    quads: int
    seed: int = 2026
    organisations: int = 0
    partnerships: list[tuple[int, str]] = field(default_factory=list)
    written: int = 0

    def blocks(self) -> Iterator[list[str]]:
        """Lines of N-Quads until there are as many as asked for; the last block may exceed the number a little."""
        self._random = random.Random(self.seed)
        yield self._counted([*codes(), *self._places()])
        number = 0
        while self.written < self.quads:
            yield self._counted(Document(self, self._random, number).lines())
            number += 1

    def _counted(self, lines: list[str]) -> list[str]:
        self.written += len(lines)
        return lines

    def _places(self) -> Iterator[str]:
        graph = f"<{ID}graaf/register>"
        for number in range(min(600, max(30, self.quads // 1_000))):
            place = f"<{ID}gebied/{number}>"
            name = f"{STARTS[number % 16]}{ENDINGS[number // 16 % 10]}" + (f" {number // 160}" if number >= 160 else "")
            yield f"{place} <{RDF}type> <{ZN}Werkingsgebied> {graph} ."
            yield f'{place} <{SKOS}prefLabel> "{name}"@nl {graph} .'
            yield f'{place} <{WGS}lat> "{50 + self._random.random():.4f}"^^<{XSD}decimal> {graph} .'
            yield f'{place} <{WGS}long> "{3 + self._random.random() * 3:.4f}"^^<{XSD}decimal> {graph} .'
        self.places = number + 1


class Document:
    """One source document and what it says."""

    def __init__(self, network: Network, source: random.Random, number: int) -> None:
        self._network = network
        self._random = source
        self._number = number
        self._graph = f"<{ID}graaf/{number:06d}>"
        self._lines: list[str] = []
        self._counts: dict[str, int] = {}
        self._first = network.organisations
        network.organisations += 9

    def lines(self) -> list[str]:
        """The quads that this document adds."""
        source = f"<{ID}bron/{self._number:06d}>"
        for predicate, value in (
            (f"<{RDF}type>", f"<{ZN}Bron>"), (f"<{DCT}title>", f'"Samenwerking {self._number}"@nl'), (f"<{DCT}identifier>", f'"{self._number:06d}"'),
            (f"<{ZN}toestandOp>", self._date(self._random.randrange(2015, 2025))),
        ):  # fmt: skip
            self._add(source, predicate, value)
        self._source = source
        self._quotations = [self._quotation() for _ in range(40)]
        for number in range(self._first, self._first + 9):
            self._organisation(number)
        for _ in range(5):
            self._partnership()
        self._second_opinion()
        for number in range(2):
            self._facility(number)
        return self._lines

    def _add(self, subject: str, predicate: str, value: str, graph: str = "") -> None:
        self._lines.append(f"{subject} {predicate} {value} {graph or self._graph} .")

    def _derive(self, subject: str, predicate: str, value: str) -> None:
        self._add(subject, predicate, value, f"<{ID}graaf/afgeleid>")

    def _new(self, concept: str) -> str:
        number = self._counts[concept] = self._counts.get(concept, 0) + 1
        return f"<{ID}{concept}/{self._number:06d}-{number}>"

    def _words(self, least: int, most: int) -> str:
        return " ".join(self._random.choices(WORDS, k=self._random.randint(least, most)))

    def _date(self, year: int) -> str:
        return f'"{year}-{self._random.randrange(1, 13):02d}-{self._random.randrange(1, 28):02d}"^^<{XSD}date>'

    def _quotation(self) -> str:
        quotation = self._new("citaat")
        self._add(quotation, f"<{RDF}type>", f"<{ZN}Citaat>")
        self._add(quotation, f"<{OA}exact>", f'"{self._words(4, 13)} {self._number}"@nl')
        self._add(quotation, f"<{PROV}wasQuotedFrom>", self._source)
        return quotation

    def _cite(self, fact: str) -> None:
        self._add(fact, f"<{ZN}citaat>", self._random.choice(self._quotations))
        self._derive(fact, f"<{PROV}hadPrimarySource>", self._source)

    def _claim(self, subject: str, predicate: str, value: str, kind: str = "") -> None:
        claim = self._new("bewering")
        self._add(claim, f"<{RDF}type>", f"<{ZN}Bewering>")
        self._add(claim, f"<{RDF}subject>", subject)
        self._add(claim, f"<{RDF}predicate>", predicate)
        self._add(claim, f"<{RDF}object>", value)
        if kind:
            self._add(claim, f"<{DCT}type>", f"<{AUTH}beweringsoorten/{kind}>")
        self._cite(claim)

    def _state(self, subject: str, predicate: str, value: str, kind: str = "") -> None:
        """A plain fact and its claim."""
        self._add(subject, predicate, value)
        self._claim(subject, predicate, value, kind)

    def _organisation(self, number: int) -> None:
        thing, register = f"<{ID}organisatie/{number}>", f"<{ID}graaf/register>"
        name = f"{KINDS[number % 6]}-{SAINTS[number // 6 % 12]} {STARTS[number // 72 % 16]}{ENDINGS[number // 1152 % 10]} {number}"
        self._add(thing, f"<{RDF}type>", f"<{ORG}Organization>", register)
        self._add(thing, f"<{SKOS}prefLabel>", f'"{name}"@nl', register)
        kind = self._random.choice(CODES["organisatiesoorten"])
        self._add(thing, f"<{ORG}classification>", f"<{AUTH}organisatiesoorten/{kind}>", register)
        if number % 9:  # a tree of ten wide: the first of each document is a root or hangs under an earlier root
            parent = self._first + (number - self._first - 1) // 3
            self._add(thing, f"<{ORG}subOrganizationOf>", f"<{ID}organisatie/{parent}>")
        elif number and number // 9 % 4:
            self._add(thing, f"<{ORG}subOrganizationOf>", f"<{ID}organisatie/{number // 36 * 36}>")
        place = self._random.randrange(self._network.places)
        self._state(thing, f"<{DCT}spatial>", f"<{ID}gebied/{place}>", "plaats")
        if self._random.random() < 0.6:
            self._state(thing, f"<{SKOS}altLabel>", f'"{name[:2].upper()}{number}"@nl', "afkorting")

    def _partnership(self) -> None:
        thing = self._new("samenwerkingsverband")
        is_organisation = self._random.random() < 0.4
        kind = "Samenwerkingsorganisatie" if is_organisation else "Samenwerkingsovereenkomst"
        self._add(thing, f"<{RDF}type>", f"<{ZN}{kind}>")
        self._derive(thing, f"<{RDF}type>", f"<{ZN}Samenwerkingsverband>")
        label = f'"{self._words(2, 4).capitalize()} {thing[-10:-1]}"@nl'
        self._state(thing, f"<{SKOS}prefLabel>", label, "naam")
        form = f"<{AUTH}samenwerkingsvormen/{self._random.choice(CODES['samenwerkingsvormen']).partition('<')[0]}>"
        self._state(thing, f"<{ZN}samenwerkingsvorm>", form)
        for domain in self._random.sample(CODES["zorgdomeinen"], self._random.randint(1, 3)):
            self._state(thing, f"<{ZN}zorgdomein>", f"<{AUTH}zorgdomeinen/{domain}>")
        self._state(thing, f"<{ZN}doel>", f'"{self._words(6, 14)}"@nl', "doel")
        if self._random.random() < 0.5:
            self._times(thing)
        if self._random.random() < 0.5:
            self._event(thing)
        for party in self._parties():
            self._participation(thing, f"<{ID}organisatie/{party}>", is_organisation)
        self._network.partnerships.append((self._number, f"{thing} {form}"))

    def _parties(self) -> set[int]:
        """Who takes part: mostly the neighbours, sometimes a hub that everybody works with."""
        chosen: set[int] = set()
        wanted = min(self._random.choice((2, 2, 3, 4, 5, 8, 12)), self._network.organisations)
        while len(chosen) < wanted:
            luck = self._random.random()
            if luck < 0.75:
                chosen.add(max(0, self._network.organisations - 1 - self._random.randrange(30)))
            else:
                chosen.add(int(self._network.organisations * self._random.random() ** 3))
        return chosen

    def _participation(self, partnership: str, party: str, is_organisation: bool) -> None:
        thing = self._new("deelname")
        certainty = "expliciet" if self._random.random() < 0.85 else "impliciet"
        role = "deelnemer" if self._random.random() < 0.8 else self._random.choice(CODES["rollen"])
        self._add(thing, f"<{RDF}type>", f"<{ZN}Deelname>")
        self._add(thing, f"<{ZN}deelnemer>", party)
        self._add(thing, f"<{ZN}deelnameAan>", partnership)
        self._add(thing, f"<{ZN}rol>", f"<{AUTH}rollen/{role}>")
        self._add(thing, f"<{ZN}zekerheid>", f"<{AUTH}zekerheden/{certainty}>")
        if self._random.random() < 0.5:
            self._add(thing, f"<{ZN}toestandOp>", self._date(2022))
        self._cite(thing)
        if certainty == "expliciet":
            self._derive(party, f"<{ZN}neemtDeelAan>", partnership)
            self._derive(partnership, f"<{ZN}heeftDeelnemer>", party)
            if is_organisation:
                self._derive(party, f"<{ORG}memberOf>", partnership)

    def _times(self, thing: str) -> str:
        time, year = self._new("tijd"), self._random.randrange(1985, 2024)
        self._add(thing, f"<{ZN}geldigheid>", time)
        self._add(time, f"<{RDF}type>", f"<{ZN}Tijdsaanduiding>")
        self._add(time, f"<{ZN}tijdstekst>", f'"sinds {year}"@nl')
        self._add(time, f"<{ZN}vroegsteBegin>", f'"{year}-01-01"^^<{XSD}date>')
        self._add(time, f"<{ZN}laatsteBegin>", f'"{year}-12-31"^^<{XSD}date>')
        if self._random.random() < 0.2:
            self._add(time, f"<{ZN}vroegsteEinde>", f'"{year + 5}-01-01"^^<{XSD}date>')
            self._add(time, f"<{ZN}laatsteEinde>", f'"{year + 5}-12-31"^^<{XSD}date>')
        self._cite(time)
        return time

    def _event(self, thing: str) -> None:
        event, kind = self._new("gebeurtenis"), self._random.choice(CODES["gebeurtenissoorten"])
        self._add(event, f"<{RDF}type>", f"<{ZN}Gebeurtenis>")
        self._add(event, f"<{SKOS}prefLabel>", f'"{kind} {event[-10:-1]}"@nl')
        self._add(event, f"<{DCT}type>", f"<{AUTH}gebeurtenissoorten/{kind}>")
        self._add(event, f"<{ZN}betreft>", thing)
        self._add(event, f"<{PROV}wasAssociatedWith>", f"<{ID}organisatie/{self._first}>")
        self._times(event)
        self._cite(event)

    def _second_opinion(self) -> None:
        """This document says the form of a partnership that an earlier one had: a claim, and no new triple."""
        number, facts = self._random.choice(self._network.partnerships[-60:])
        if number != self._number:
            subject, value = facts.split()
            self._claim(subject, f"<{ZN}samenwerkingsvorm>", value)

    def _facility(self, number: int) -> None:
        thing, capacity = self._new("voorziening"), self._new("hoeveelheid")
        self._add(thing, f"<{RDF}type>", f"<{ZN}Zorgvoorziening>")
        self._add(thing, f"<{SKOS}prefLabel>", f'"{self._words(2, 3).capitalize()} {thing[-10:-1]}"@nl')
        self._add(thing, f"<{ZN}aangebodenDoor>", f"<{ID}organisatie/{self._first + number}>")
        self._add(thing, f"<{ZN}zorgdomein>", f"<{AUTH}zorgdomeinen/{self._random.choice(CODES['zorgdomeinen'])}>")
        self._add(thing, f"<{ZN}hoeveelheid>", capacity)
        amount = self._random.randrange(5, 400)
        self._add(capacity, f"<{RDF}type>", f"<{ZN}Capaciteit>")
        self._add(capacity, f"<{ZN}aantalMin>", f'"{amount}"^^<{XSD}integer>')
        self._add(capacity, f"<{ZN}aantalMax>", f'"{amount}"^^<{XSD}integer>')
        self._add(capacity, f"<{ZN}benaderend>", f'"{"true" if amount % 5 == 0 else "false"}"^^<{XSD}boolean>')
        self._add(capacity, f"<{ZN}eenheid>", f"<{AUTH}eenheden/{self._random.choice(CODES['eenheden'])}>")
        self._cite(capacity)


def write(folder: Path, quads: int, seed: int = 2026) -> int:
    """Writes a content folder of about this many quads; gives how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    network = Network(quads, seed)
    file, began, number = None, 0, 0
    for block in network.blocks():
        if file is None or network.written - began > FILE_QUADS:
            if file:
                file.close()
            file = (folder / f"networks-{number:02d}.nq").open("w", encoding="utf-8", newline="\n")
            began, number = network.written, number + 1
        file.writelines(f"{line}\n" for line in block)
    if file:
        file.close()
    return network.written
