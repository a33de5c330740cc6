"""Work beside the loop: done or failed, the loop hears it and the client is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from zorgnetwerk.settings import Settings
from zorgnetwerk.store import coding
from zorgnetwerk.store.slips import DONE, Slip
from zorgnetwerk.web.clients import Clients
from zorgnetwerk.web.front.aside import Aside
from zorgnetwerk.web.front.door import Door, listen
from zorgnetwerk.web.front.plain import PlainQuestions
from zorgnetwerk.web.front.polling import Poll
from zorgnetwerk.web.kept import KeptAnswers

RESULT = b"s\r\n" + b"http://example.org/\r\n" * 2_000


def fail(_: object = None) -> bytes:
    raise MemoryError("no room to pack this")


@pytest.mark.parametrize(("work", "expected"), [(lambda: b"packed", [b"packed"]), (fail, ["failed"])])
def test_the_loop_hears_how_work_went(work: Callable[[], bytes], expected: list[object]) -> None:
    poll, heard = Poll(), list[object]()
    Aside(poll).do(work, heard.append, lambda: heard.append("failed"))
    poll.step(5)
    assert heard == expected
    poll.close()


def asked_through_a_door() -> bytes:
    """What comes back for a plain question whose large answer is to be packed."""
    listener = listen("127.0.0.1", 0)
    port = int(listener.getsockname()[1])
    door = Door(listener, [], KeptAnswers(0), lambda: 1)

    def put(question: Any) -> bool:
        slip = Slip(DONE, 1, len(RESULT), 0.001, 0.001, "00" * 12, RESULT)
        door.later(0, lambda: question.answer(slip))
        return True

    loans: Any = SimpleNamespace(put=put)
    door.asker = PlainQuestions(door, Settings(), loans, Clients())
    thread = threading.Thread(target=door.run, daemon=True)
    thread.start()
    lines = ("GET /sparql?query=ASK%7B%7D HTTP/1.1", "Host: h", "Accept-Encoding: gzip", "Connection: close", "", "")
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall("\r\n".join(lines).encode())
        received = b"".join(iter(lambda: client.recv(65_536), b""))
    door.is_stopping = True
    thread.join(6)
    return received


def test_a_large_answer_is_packed_beside_the_loop() -> None:
    received = asked_through_a_door()
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(received) < len(RESULT)


def test_an_answer_that_cannot_be_packed_is_told_as_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "compressed", fail)
    received = asked_through_a_door()
    assert received.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
