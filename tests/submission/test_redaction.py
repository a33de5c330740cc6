"""Legal removal: nowhere in the state folder a byte of it, and the journal still verifies."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.dataset.test_publishing import LABEL, House, agrees, line
from zorgnetwerk.dataset import agreement
from zorgnetwerk.errors import NotFound
from zorgnetwerk.store import redaction
from zorgnetwerk.store.digests import is_blank
from zorgnetwerk.store.edges import ReleaseEdges
from zorgnetwerk.store.redaction import BLANK, Target
from zorgnetwerk.submission.inbox import Inbox, SentFile, files_text
from zorgnetwerk.submission.redaction import redact
from zorgnetwerk.submission.register import Register
from zorgnetwerk.submission.resembling import FOLDER, make_index
from zorgnetwerk.submission.rows import Contents, Event, Submission, add, add_event, own
from zorgnetwerk.terms.iris import RESERVED_BASE

NAME = "Xantippe Quisthoudt"
PERSON = f"{RESERVED_BASE}id/persoon/xantippe-quisthoudt"
LINES = [
    line("id/persoon/xantippe-quisthoudt", LABEL, f'"{NAME}"@nl'),
    line("id/deelname/7", f"{RESERVED_BASE}ns/zorgnetwerk#deelnemer", f"<{PERSON}>"),
]
OTHER = line("id/organisatie/z", LABEL, '"Z"@nl')


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Published, then changed and withdrawn again: the name is in the past, in the present and in a submission."""
    made = House(tmp_path)
    made.build()
    made.accept([OTHER])
    made.publish()
    made.accept(LINES)
    made.publish()
    made.accept([line("id/organisatie/y", LABEL, f'"Bij {NAME}"')])
    made.publish()
    folder = made.releases.state.folder
    newest = made.releases.get(made.releases.numbers()[-1])
    make_index(folder / FOLDER, newest.number, ReleaseEdges.open(newest.folder))
    register = Register.open(folder)
    Inbox(folder).keep("s1", f"<x> <y> '{NAME}', <{PERSON}> .".encode())
    row = Submission(
        "s1",
        "t",
        "o",
        "k",
        files_text([SentFile(f"{NAME}.ttl", "text/turtle", 9)]),
        "",
        9,
        "nl",
        "",
        "accepted",
        1,
        1,
        1,
    )
    read = Contents({"conforms": True, "findings": [{"value": NAME}]}, NAME.encode(), tuple(LINES))
    with register.journal.transaction() as transaction:
        add(transaction.connection, row, read)
        add_event(transaction.connection, Event("s1", "t", "comment", "k", "o", f"over {NAME} <{PERSON}>"))
    return made


def everything(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All bytes of a state folder, packed ones also unpacked."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield str(path), gzip.decompress(data) if path.suffix == ".gz" else data


def packed_pieces(folder: Path) -> Iterator[bytes]:
    """Whatever can be unpacked anywhere in the journal's file, also in freed pages."""
    data = (folder / "journal.sqlite").read_bytes()
    for start in range(len(data)):
        if data[start : start + 2] == b"\x78\x9c":
            try:
                yield zlib.decompressobj().decompress(data[start:])
            except zlib.error:
                continue


def is_anywhere(folder: Path, *texts: str) -> list[str]:
    found = [name for name, data in everything(folder) for text in texts if text.encode() in data]
    return found + [
        "journal.sqlite, packed" for piece in packed_pieces(folder) for text in texts if text.encode() in piece
    ]


def forget(house: House, text: str) -> None:
    redact(house.releases, Target(text), time="t", reason="on request", is_house=True)


def test_before_it_is_found_where_it_is(house: House) -> None:
    """The search of the next test finds what is there."""
    found = is_anywhere(house.releases.state.folder, NAME, PERSON)
    assert any("inbox" in name for name in found)
    assert any("packed" in name for name in found)
    assert any("releases" in name for name in found)
    assert any("names" in name for name in found)


def test_nothing_is_left_and_the_journal_verifies(house: House) -> None:
    chains = [entry.chain for entry in house.journal.entries()]
    forget(house, NAME)
    forget(house, PERSON)
    folder = house.releases.state.folder
    assert is_anywhere(folder, NAME, PERSON) == []
    assert list(agreement.problems(house.releases)) == []
    assert [entry.chain for entry in house.journal.entries()][: len(chains)] == chains
    assert any(is_blank(said) for entry in house.journal.entries() for said in entry.added)
    assert house.releases.numbers() == [1, 2, 6]
    current = house.releases.current()
    assert current is not None
    agrees(house, current)
    assert OTHER in house.journal.replay()
    assert not any(map(is_blank, house.journal.replay()))


def test_an_organisation_is_forgotten_where_it_only_sent_or_decided(house: House) -> None:
    folder = house.releases.state.folder
    sender, kept = f"{RESERVED_BASE}id/organisatie/weg", f"{RESERVED_BASE}id/organisatie/weg-2"
    register = Register.open(folder)
    with register.journal.transaction() as transaction:
        for name, organisation in (("s2", sender), ("s3", kept)):
            row = Submission(name, "t", organisation, "k", "[]", "", 1, "nl", "", "waiting", 1, 1, 1)
            add(transaction.connection, row, Contents({"conforms": True}, b"{}", ()))
            add_event(transaction.connection, Event(name, "t", "comment", "k", organisation, "x"))
            own(transaction.connection, [f"{RESERVED_BASE}id/organisatie/z-{name}"], organisation, name)
    forget(house, sender)
    assert (register.find("s2").organisation, register.find("s3").organisation) == (BLANK, kept)
    assert [event.organisation for event in (*register.events("s2"), *register.events("s3"))] == [BLANK, kept]
    with closing(register.journal.connect()) as connection:
        assert connection.execute("SELECT organisation FROM submission_thing").fetchall() == [(kept,)]


def test_a_name_that_stands_in_a_comment_alone_is_found(house: House) -> None:
    register = Register.open(house.releases.state.folder)
    with register.journal.transaction() as transaction:
        add_event(transaction.connection, Event("s1", "t", "comment", "k", "o", "vraag het aan Odilon Wouters"))
    forget(house, "Odilon Wouters")
    assert is_anywhere(house.releases.state.folder, "Odilon Wouters") == []
    assert register.events("s1")[-1].comment == f"vraag het aan {BLANK}"


def test_a_text_with_marks_is_found_as_it_is_written_in_lines(house: House) -> None:
    text, written = 'Jan "Piet" Janssens', 'Jan \\"Piet\\" Janssens'
    folder = house.releases.state.folder
    Inbox(folder).keep("s4", f'<x> <y> "{written}" .'.encode())
    row = Submission("s4", "t", "o", "k", files_text([SentFile(text, "a", 1)]), "", 1, "nl", "", "waiting", 1, 1, 1)
    register = Register.open(folder)
    with register.journal.transaction() as transaction:
        add(transaction.connection, row, Contents({}, b"{}", (line("id/organisatie/q", LABEL, f'"{written}"'),)))
    assert is_anywhere(folder, written)
    forget(house, text)
    assert is_anywhere(folder, text, written) == []


def test_what_comes_after_is_published_as_ever(house: House) -> None:
    forget(house, NAME)
    house.accept([line("id/organisatie/nieuw", LABEL, '"Nieuw"@nl')])
    agrees(house, house.publish())
    assert list(agreement.problems(house.releases)) == []


def test_a_thing_is_known_as_removed_without_being_named(house: House) -> None:
    forget(house, PERSON)
    assert redaction.is_redacted(house.journal, PERSON)
    assert not redaction.is_redacted(house.journal, f"{PERSON}-2")


def test_the_content_does_not_bring_it_back(house: House) -> None:
    (house.content / "data" / "p.trig").write_text(
        f'<{RESERVED_BASE}id/graaf/inzending-1> {{ <{PERSON}> <{LABEL}> "{NAME}"@nl . <http://e/s> <http://e/p> 1 }}',
        "utf-8",
    )
    forget(house, NAME)
    release = house.build()
    assert not any(NAME in said for said in release.lines())
    assert any("http://e/s" in said for said in release.lines())


def test_what_stands_nowhere_is_said(house: House) -> None:
    with pytest.raises(NotFound, match="stands nowhere"):
        forget(house, "Nobody At All")
    assert house.journal.last_number() == 4


def test_a_removal_that_was_interrupted_is_finished_by_the_next(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as context:
        context.setattr("zorgnetwerk.submission.redaction._finish", lambda *_: [])
        context.setattr("zorgnetwerk.submission.inbox.Inbox.remove", lambda *_: None)
        forget(house, NAME)
    assert is_anywhere(house.releases.state.folder, NAME)
    forget(house, NAME)
    assert is_anywhere(house.releases.state.folder, NAME) == []
