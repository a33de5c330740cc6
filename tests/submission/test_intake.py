"""Taking documents in: kept as sent, once, and nothing of what is refused."""

from __future__ import annotations

import datetime
import errno
import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zorgnetwerk.errors import (
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    StorageFull,
    Unprocessable,
)
from zorgnetwerk.store import faults
from zorgnetwerk.submission import intake, retention, reviewing, withdrawing
from zorgnetwerk.submission.intake import Declined, Receipt
from zorgnetwerk.submission.register import Filter, Register

from .desk import ANN, JESSA, LATER, NOW, ZOL, document, house, judge, sending


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register.open(tmp_path)


def received(register: Register, body: bytes, **how: object) -> Receipt:
    outcome = intake.receive(register, judge, sending(body, **how), NOW)  # type: ignore[arg-type]
    assert isinstance(outcome, Receipt)
    return outcome


def test_a_receipt_names_what_was_kept(register: Register, tmp_path: Path) -> None:
    body = document("az-nieuw", "AZ Nieuw")
    found = received(register, body).submission
    assert (found.state, found.organisation, found.label) == ("waiting", JESSA, "AZ Nieuw")
    assert found.sha256 == hashlib.sha256(body).hexdigest()
    kept = tmp_path / "inbox" / found.id
    assert kept.read_bytes() == body
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [event.kind for event in register.events(found.id)] == ["received"]


def test_lines_wait_in_the_graph_of_the_submission(register: Register) -> None:
    found = received(register, document("az-nieuw"))
    assert found.contents.lines
    assert all(line.endswith(f"/id/graaf/inzending-{found.submission.id}> .") for line in found.contents.lines)
    assert not list(register.journal.entries())


def test_what_does_not_conform_leaves_nothing(register: Register, tmp_path: Path) -> None:
    outcome = intake.receive(register, judge, sending(document("az-fout", "REFUSE")), NOW)
    assert isinstance(outcome, Declined)
    assert register.listing(Filter()).total == 0
    assert not (tmp_path / "inbox").exists()


def test_the_same_request_again_is_the_same_submission(register: Register) -> None:
    first, second = (received(register, document("az-nieuw"), key="k1") for _ in range(2))
    assert first.submission.id == second.submission.id
    assert (first.is_new, second.is_new) == (True, False)
    assert register.listing(Filter()).total == 1


def test_a_repeat_is_not_looked_at_again(register: Register) -> None:
    def refuse() -> None:
        raise PreconditionFailed("It has changed since: by the first of these requests.")

    first = received(register, document("az-nieuw"), key="k1")
    again = intake.receive(register, judge, sending(document("az-nieuw"), key="k1"), NOW, refuse)
    assert isinstance(again, Receipt)
    assert again.submission.id == first.submission.id
    with pytest.raises(PreconditionFailed):
        intake.receive(register, judge, sending(document("az-nieuw"), key="k2"), NOW, refuse)


def test_a_key_is_not_used_for_another_document(register: Register) -> None:
    received(register, document("az-nieuw"), key="k1")
    with pytest.raises(Unprocessable):
        received(register, document("az-ander"), key="k1")
    assert received(register, document("az-ander"), key="k1", name="other-key").is_new


@pytest.mark.parametrize("key", ["x" * 256, "a\x00b"])
def test_what_is_no_key_is_refused(register: Register, key: str) -> None:
    with pytest.raises(Unprocessable):
        received(register, document("az-nieuw"), key=key)


def test_repeats_at_the_same_moment_make_one_submission(register: Register, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: received(register, document("az-nieuw"), key="k1"), range(8)))
    assert len({receipt.submission.id for receipt in found}) == 1
    assert sum(receipt.is_new for receipt in found) == 1
    assert [path.name for path in (tmp_path / "inbox").iterdir()] == [found[0].submission.id]


def test_characters_that_break_lines_elsewhere_stay_in_a_literal(register: Register) -> None:
    name = "az\u2028nieuw\u0085"
    made = received(register, document("az-nieuw", name))
    kept = register.contents(made.submission.id).lines
    assert made.contents.lines == kept
    assert any(f'"{name}"@nl' in line for line in kept)
    assert register.find(made.submission.id).label == name


def test_a_correction_names_the_state_that_it_starts_from(register: Register) -> None:
    old = received(register, document("az-nieuw")).submission
    with pytest.raises(PreconditionRequired) as missing:
        received(register, document("az-beter"), replaces=old.id)
    assert not isinstance(missing.value, PreconditionFailed)
    with pytest.raises(PreconditionFailed):
        received(register, document("az-beter"), replaces=old.id, starts_from=("x.9",))
    new = received(register, document("az-beter"), replaces=old.id, starts_from=(f"{old.tag}-1nl",)).submission
    assert new.replaces == old.id
    assert register.find(old.id).state == "withdrawn"
    assert register.successor(old.id) == new.id


def test_what_was_corrected_leads_to_the_correction_that_still_stands(register: Register) -> None:
    first = received(register, document("az-nieuw")).submission
    second = received(register, document("az-beter"), replaces=first.id, starts_from=("*",)).submission
    third = received(register, document("az-best"), replaces=second.id, starts_from=("*",)).submission
    assert register.successor(first.id) == register.successor(second.id) == third.id
    withdrawing.withdraw(register, house(), third.id, ANN, NOW)
    assert register.successor(first.id) == register.successor(second.id) == ""


def test_a_failure_after_the_commit_leaves_the_bytes(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(point: str) -> None:
        if point == "journal.commit.after":
            raise KeyboardInterrupt

    monkeypatch.setattr(faults, "point", ended)
    with pytest.raises(KeyboardInterrupt):
        received(register, document("az-nieuw"))
    [made] = register.listing(Filter()).submissions
    assert register.inbox.read(made.id) == document("az-nieuw")


def test_a_correction_is_of_ones_own(register: Register) -> None:
    old = received(register, document("az-nieuw")).submission
    with pytest.raises(Forbidden):
        received(register, document("az-beter"), replaces=old.id, starts_from=("*",), organisation=ZOL)
    with pytest.raises(NotFound):
        received(register, document("az-beter"), replaces="nothing", starts_from=("*",))
    reviewing.refuse(register, old.id, ANN, NOW, "neen")
    with pytest.raises(Conflict):
        received(register, document("az-beter"), replaces=old.id, starts_from=("*",))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_full_disk_is_told_and_nothing_is_kept(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr("zorgnetwerk.store.state.os.fsync", full)
        with pytest.raises(StorageFull):
            received(register, document("az-nieuw"))
    assert register.listing(Filter()).total == 0
    assert not list((tmp_path / "inbox").iterdir())
    assert received(register, document("az-nieuw")).is_new


def test_refused_bytes_go_after_their_time_and_waiting_ones_stay(register: Register, tmp_path: Path) -> None:
    waiting, refused = (received(register, document(slug)).submission for slug in ("az-een", "az-twee"))
    reviewing.refuse(register, refused.id, ANN, NOW, "neen")
    stray = tmp_path / "inbox" / "left-by-a-crash"
    stray.write_bytes(b"x")
    os.utime(stray, (time.time() - 90_000,) * 2)
    young = datetime.datetime.fromisoformat(LATER)
    assert "left-by-a-crash" in retention.sweep(register, 90, datetime.datetime.now(datetime.UTC))
    assert retention.sweep(register, 90, young) == []
    assert retention.sweep(register, 90, young + datetime.timedelta(days=90)) == [refused.id]
    assert register.inbox.read(waiting.id)
    with pytest.raises(Gone):
        register.inbox.read(refused.id)
    assert register.find(refused.id).state == "refused"


def test_a_list_filters_and_pages(register: Register) -> None:
    for number in range(30):
        received(register, document(f"az-{number}", f"AZ {number}" + (" WARN" if number == 7 else "")))
    assert register.listing(Filter(), 2).pages == 2
    assert len(register.listing(Filter(state="waiting"), 2).submissions) == 5
    assert [found.label for found in register.listing(Filter(with_warnings=True)).submissions] == ["AZ 7 WARN"]
    assert register.listing(Filter(words="AZ 2")).total == 11
    assert register.listing(Filter(words="%")).total == 0
    assert register.listing(Filter(organisation=ZOL)).total == 0
