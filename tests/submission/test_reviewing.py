"""Deciding: each submission once, with its steps, four eyes where asked, judged again, and undone whole."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rdflib import Literal, URIRef

from zorgnetwerk.errors import Conflict, Forbidden, Unprocessable
from zorgnetwerk.submission import intake, reviewing, withdrawing
from zorgnetwerk.submission.admission import graph_of
from zorgnetwerk.submission.changes import split
from zorgnetwerk.submission.intake import Declined, Receipt, Sender
from zorgnetwerk.submission.register import Filter, Register
from zorgnetwerk.submission.reviewing import Accepted, House, Steward
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import DCT, PROV, RDF, RESERVED_ZN, SKOS

from .desk import ANN, BEN, JESSA, LATER, NOW, document, graph, house, judge, sending


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register.open(tmp_path)


def sent(register: Register, slug: str = "az-nieuw", **how: object) -> str:
    outcome = intake.receive(register, judge, sending(document(slug), **how), NOW)  # type: ignore[arg-type]
    assert isinstance(outcome, Receipt)
    return outcome.submission.id


def accepted(register: Register, identifier: str, steward: Steward = ANN, journal: int = 0) -> Accepted:
    outcome = reviewing.accept(register, house(journal), identifier, steward, LATER)
    assert isinstance(outcome, Accepted)
    return outcome


def test_an_acceptance_is_one_entry_with_its_provenance(register: Register) -> None:
    identifier = sent(register)
    entry = accepted(register, identifier).entry
    assert entry is not None
    assert (entry.kind, entry.details["submission"], entry.removed) == ("submission", identifier, ())
    assert register.journal.verify() == []
    said, name = graph(entry.added), graph_of(identifier)
    assert (name, PROV.wasAttributedTo, URIRef(JESSA)) in said
    assert str(said.value(name, DCT.dateAccepted)) == "2026-11-25"
    assert Literal(f"Inzending {identifier} van Jessa Ziekenhuis", lang="nl") in set(said.objects(name, DCT.title))
    [decision] = said.objects(name, PROV.wasGeneratedBy)
    assert set(said.objects(decision, PROV.wasAssociatedWith)) == {URIRef(ANN.organisation)}
    found = register.find(identifier)
    assert (found.state, found.entry) == ("accepted", entry.number)
    assert [event.kind for event in register.events(identifier)] == ["received", "accepted"]
    assert f"{RESERVED_BASE}id/organisatie/az-nieuw" in register.owned(JESSA)


def test_a_plain_fact_gets_a_claim_whose_source_is_the_submission(register: Register) -> None:
    identifier = sent(register)
    entry = accepted(register, identifier).entry
    assert entry is not None
    said = graph(entry.added)
    thing = URIRef(f"{RESERVED_BASE}id/organisatie/az-nieuw")
    [claim] = said.subjects(RDF.subject, thing)
    assert (claim, RDF.predicate, SKOS.prefLabel) in said
    assert (claim, PROV.hadPrimarySource, graph_of(identifier)) in said
    assert (claim, RDF.type, RESERVED_ZN.Bewering) in said


def test_the_second_steward_is_told_that_it_was_decided(register: Register) -> None:
    identifier = sent(register)
    accepted(register, identifier)
    with pytest.raises(Conflict, match="accepted already"):
        accepted(register, identifier, BEN, journal=1)
    with pytest.raises(Conflict):
        reviewing.refuse(register, identifier, BEN, LATER, "neen")
    assert register.journal.last_number() == 1


def test_a_refusal_needs_a_reason_and_says_it(register: Register) -> None:
    identifier = sent(register)
    with pytest.raises(Unprocessable):
        reviewing.refuse(register, identifier, ANN, NOW, "  ")
    assert reviewing.refuse(register, identifier, ANN, NOW, "De bron ontbreekt.").reason == "De bron ontbreekt."
    assert register.journal.last_number() == 0
    assert [event.comment for event in register.events(identifier)] == ["", "De bron ontbreekt."]


def test_a_comment_is_a_step(register: Register) -> None:
    identifier = sent(register)
    before = register.find(identifier)
    reviewing.comment_on(register, identifier, ANN, NOW, "Welke bron?")
    assert register.find(identifier).tag != before.tag
    assert register.log()[0][0].comment == "Welke bron?"


def test_four_eyes_are_two_stewards_of_other_houses(register: Register) -> None:
    identifier = sent(register)
    strict = house(four_eyes=True)
    with pytest.raises(Forbidden):
        reviewing.accept(register, strict, identifier, Steward("jess", JESSA), NOW)
    first = reviewing.accept(register, strict, identifier, ANN, NOW)
    assert isinstance(first, Accepted)
    assert first.entry is None
    assert register.find(identifier).state == "waiting"
    with pytest.raises(Conflict, match="second steward"):
        reviewing.accept(register, strict, identifier, ANN, NOW)
    second = reviewing.accept(register, strict, identifier, BEN, NOW)
    assert isinstance(second, Accepted)
    assert second.entry is not None
    said = graph(second.entry.added)
    assert set(said.objects(None, PROV.wasAssociatedWith)) == {URIRef(ANN.organisation), URIRef(BEN.organisation)}


def test_what_no_longer_conforms_still_waits(register: Register) -> None:
    identifier = sent(register)

    def stricter(job: object, body: bytes) -> tuple[dict[str, object], bytes]:
        return {"conforms": False, "findings": []}, b"{}"

    now_strict = House(stricter, house().published, {}, {})
    assert isinstance(reviewing.accept(register, now_strict, identifier, ANN, NOW), Declined)
    assert register.find(identifier).state == "waiting"
    assert [event.kind for event in register.events(identifier)] == ["received", "no longer conforms"]
    assert accepted(register, identifier).entry is not None


def test_a_document_is_judged_beside_what_was_accepted_a_moment_ago(register: Register) -> None:
    first, second = sent(register), sent(register, "az-ander")
    accepted(register, first)
    seen: list[bytes] = []

    def listening(job: Mapping[str, object], body: bytes) -> tuple[dict[str, object], bytes]:
        document_bytes, unpublished = split(job, body)
        seen.append(unpublished)
        return judge(job, document_bytes)

    reviewing.accept(register, House(listening, house().published, {}, {}), second, ANN, LATER)
    assert b"organisatie/az-nieuw" in seen[0]
    assert b"organisatie/az-ander" not in seen[0]


def test_a_change_that_is_faster_is_taken_into_account(register: Register) -> None:
    """While the judge is at work on one submission, another about the same thing is accepted."""
    first, second = sent(register), sent(register, name="zol")
    judged: list[int] = []

    def overtaken(job: Mapping[str, object], body: bytes) -> tuple[dict[str, object], bytes]:
        document_bytes, unpublished = split(job, body)
        judged.append(len(unpublished))
        if len(judged) == 1:
            accepted(register, first)
        return judge(job, document_bytes)

    reviewing.accept(register, House(overtaken, house().published, {}, {}), second, ANN, LATER)
    assert judged[0] == 0 < judged[1]
    assert [entry.details["submission"] for entry in register.journal.entries()] == [first, second]


def test_a_withdrawal_leaves_the_data_as_it_was(register: Register) -> None:
    accepted(register, sent(register, "az-blijft"))
    before = register.journal.replay()
    identifier = sent(register)
    accepted(register, identifier, journal=1)
    withdrawing.withdraw(register, house(2), identifier, Sender("jessa-key", JESSA), LATER, "vergissing")
    assert register.journal.replay() == before
    assert register.journal.verify() == []
    assert register.find(identifier).state == "withdrawn"
    with pytest.raises(Conflict):
        withdrawing.withdraw(register, house(3), identifier, ANN, LATER)


def test_a_waiting_one_is_withdrawn_without_an_entry(register: Register) -> None:
    identifier = sent(register)
    withdrawing.withdraw(register, house(), identifier, Sender("jessa-key", JESSA), LATER)
    assert register.journal.last_number() == 0
    with pytest.raises(Conflict):
        accepted(register, identifier)


def test_a_correction_takes_the_place_of_the_old_one(register: Register) -> None:
    old = sent(register)
    accepted(register, old)
    tag = register.find(old).tag
    new = sent(register, "az-beter", replaces=old, starts_from=(tag,))
    assert register.find(old).state == "accepted"
    entry = accepted(register, new, journal=1).entry
    assert entry is not None
    assert {line.rsplit(" ", 2)[1] for line in entry.removed} == {f"<{graph_of(old)}>"}
    assert register.find(old).state == "replaced"
    assert not any(f"inzending-{old}>" in line for line in register.journal.replay())
    assert register.journal.verify() == []


def test_the_correction_of_a_waiting_correction_takes_the_place_of_what_is_published(register: Register) -> None:
    old = sent(register)
    accepted(register, old)
    one = sent(register, "az-beter", replaces=old, starts_from=("*",))
    other = sent(register, "az-best", replaces=one, starts_from=("*",))
    assert register.standing(other) == old
    accepted(register, other, journal=1)
    assert [register.find(each).state for each in (old, one, other)] == ["replaced", "withdrawn", "accepted"]
    assert not any(f"inzending-{old}>" in line for line in register.journal.replay())


def test_of_two_corrections_one_wins(register: Register) -> None:
    old = sent(register)
    accepted(register, old)
    tag = register.find(old).tag
    one, other = (sent(register, slug, replaces=old, starts_from=(tag,)) for slug in ("az-beter", "az-best"))
    accepted(register, one, journal=1)
    with pytest.raises(Conflict):
        accepted(register, other, journal=2)


def compete(register: Register, submitters: int, each: int) -> None:
    """Many send at once, then two stewards accept everything at once."""

    def send_all(number: int) -> list[str]:
        return [sent(register, f"az-{number}-{turn}", name=f"key-{number}") for turn in range(each)]

    with ThreadPoolExecutor(16) as pool:
        identifiers = list(itertools.chain.from_iterable(pool.map(send_all, range(submitters))))
    assert len(set(identifiers)) == submitters * each == register.listing(Filter(state="waiting")).total

    def decide(task: tuple[str, Steward]) -> bool:
        try:
            accepted(register, *task, journal=register.journal.last_number())  # as if the publisher kept up
        except Conflict:
            return False
        return True

    tasks = [(identifier, steward) for identifier in identifiers for steward in (ANN, BEN)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = dict(zip(tasks, pool.map(decide, tasks), strict=True))
    for identifier in identifiers:
        assert sorted(outcomes[identifier, steward] for steward in (ANN, BEN)) == [False, True]
    entries = list(register.journal.entries())
    assert sorted(entry.details["submission"] for entry in entries) == sorted(identifiers)
    assert register.journal.verify() == []


def test_each_of_many_is_accepted_exactly_once(register: Register) -> None:
    compete(register, 6, 4)


@pytest.mark.long
def test_each_of_a_thousand_is_accepted_exactly_once(register: Register) -> None:
    compete(register, 50, 20)
