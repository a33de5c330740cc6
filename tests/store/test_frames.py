"""Frames keep their bytes, their order and their descriptors, whatever the pieces they arrive in."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zorgnetwerk import errors
from zorgnetwerk.store.failures import from_fields, to_fields
from zorgnetwerk.store.frames import FRAME_LIMIT_BYTES, Channel, Closed, Frame, FrameError, connect, encode, short_path

Pair = tuple[Channel, Channel]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = (Channel(end) for end in socket.socketpair())
    yield ours, theirs
    ours.close()
    theirs.close()


def memory_file(data: bytes) -> int:
    descriptor = os.memfd_create("test")
    os.write(descriptor, data)
    return descriptor


def test_a_frame_arrives_as_it_was_sent(pair: Pair) -> None:
    ours, theirs = pair
    header = {"op": "query", "text": "één \U0001f600", "list": [1, None, True]}
    ours.send(header)
    assert theirs.receive().header == header


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5
    )
)
def test_any_json_survives(value: object) -> None:
    ours, theirs = (Channel(end) for end in socket.socketpair())
    try:
        ours.send({"value": value})
        assert theirs.receive().header == {"value": value}
    finally:
        ours.close()
        theirs.close()


def test_descriptors_stay_with_their_frame(pair: Pair) -> None:
    ours, theirs = pair
    ours.send({"n": 0})
    for number in (1, 2, 3):
        files = [memory_file(f"{number}.{place}".encode()) for place in range(number)]
        ours.send({"n": number}, files)
        for descriptor in files:
            os.close(descriptor)
    ours.send({"n": 4})
    for number in range(5):
        frame = theirs.receive()
        texts = [os.pread(descriptor, 10, 0).decode() for descriptor in frame.descriptors]
        expected = [f"{number}.{place}" for place in range(number)] if number < 4 else []
        assert (frame.header["n"], texts) == (number, expected)
        frame.close()


def test_a_frame_in_single_bytes_is_whole_at_last(pair: Pair) -> None:
    ours, theirs = pair
    theirs.socket.setblocking(False)
    found = []
    for byte in encode({"op": "status", "text": "x" * 50}):
        ours.socket.send(bytes((byte,)))
        found += theirs.frames()
    assert [frame.header["op"] for frame in found] == ["status"]


def test_a_large_frame_crosses_a_full_socket(pair: Pair) -> None:
    ours, theirs = pair
    ours.socket.setblocking(False)
    text = "y" * (FRAME_LIMIT_BYTES - 100)
    spool = memory_file(b"spool")
    ours.queue({"text": text}, (spool,))
    os.close(spool)
    ours.queue({"last": True})
    received: list[Frame] = []
    reader = threading.Thread(target=lambda: received.extend((theirs.receive(), theirs.receive())))
    reader.start()
    while not ours.flush():
        pass
    reader.join(5)
    assert received[0].header == {"text": text}
    assert os.pread(received[0].descriptors[0], 10, 0) == b"spool"
    assert received[1].header == {"last": True}
    received[0].close()


def test_a_closed_peer_is_noticed_after_its_last_frame(pair: Pair) -> None:
    ours, theirs = pair
    theirs.socket.setblocking(False)
    ours.send({"op": "last"})
    ours.close()
    assert [frame.header["op"] for frame in theirs.frames()] == ["last"]
    with pytest.raises(Closed):
        theirs.frames()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"GET / HTTP/1.1\r\n", id="another protocol"),
        pytest.param(b"\x00\x00\x00\x02\x00[]", id="no object"),
        pytest.param(b"\x00\x00\x00\x02\x00{]", id="no json"),
        pytest.param(b"\x00\x00\x00\x02\x01{}", id="an announced descriptor that is missing"),
        pytest.param(b"\x00\x00\x00\x02\xff{}", id="too many descriptors"),
        pytest.param(b"\xff\xff\xff\xff\x00{}", id="too long"),
        pytest.param(b"\x00\x00\x40\x00\x00" + b"[" * 0x4000, id="too deep"),
    ],
)
def test_nonsense_is_refused(pair: Pair, data: bytes) -> None:
    ours, theirs = pair
    ours.socket.sendall(data)
    with pytest.raises(FrameError):
        theirs.receive()


def test_a_frame_above_the_limit_is_not_sent(pair: Pair) -> None:
    with pytest.raises(FrameError):
        pair[0].send({"text": "x" * FRAME_LIMIT_BYTES})


def test_no_descriptor_is_left_open(pair: Pair) -> None:
    before = len(os.listdir("/proc/self/fd"))
    ours, theirs = (Channel(end) for end in socket.socketpair())
    for _ in range(10):
        spool = memory_file(b"")
        ours.queue({"op": "query"}, (spool,))
        os.close(spool)
    ours.flush()
    theirs.receive().close()
    theirs.close()
    ours.queue({}, (0,))
    ours.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_long_socket_path_works(tmp_path: Path) -> None:
    path = tmp_path / ("d" * 100) / "dispatcher.sock"
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        with short_path(path) as address:
            listener.bind(address)
        listener.listen()
        channel = connect(path, 1)
        channel.send({"hello": 1})
        accepted, _ = listener.accept()
        server = Channel(accepted)
        assert server.receive().header == {"hello": 1}
        server.close()
        channel.close()


@pytest.mark.parametrize(
    "error",
    [
        errors.DeadlineExceeded("late", limit=2, used=2.5, unit="seconds", retry_after_seconds=3),
        errors.QueueFull("full", limit=4, used=4, unit="requests", retry_after_seconds=1),
        errors.ClientLimit("enough", limit=2, used=2, unit="queries", retry_after_seconds=4),
        errors.QueryStopped("stopped"),
        errors.SyntaxInvalid("bad", errors.Place(1, 2, "x", "")),
        errors.QueryRefused("no", "service", errors.Place(3, 4, "y")),
        errors.MediaTypeUnsupported("no", ["text/turtle"]),
        errors.NotAcceptable("no", ["text/html"]),
        errors.Gone("gone"),
        errors.WorkerDied("dead"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_cross_unchanged(error: errors.ZorgnetwerkError) -> None:
    copy = from_fields(to_fields(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_an_unknown_error_becomes_store_unavailable() -> None:
    assert type(from_fields({"kind": "KeyError", "message": "x"})) is errors.StoreUnavailable
