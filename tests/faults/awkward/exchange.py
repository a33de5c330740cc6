"""One exchange over a raw socket, and canaries that tell whether anything was fetched or read.

Nothing here is lenient: an answer counts only when its head is well formed and its body has the announced length.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_IN_ACCESS, _IN_OPEN, _IN_NONBLOCK = 0x1, 0x20, 0x800
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r\n]*\r\n")


@dataclass(frozen=True)
class Answer:
    """What came back. Units: ``seconds`` from the last byte sent to the last received. ``status`` 0 means that the
    server closed the connection without a word, which it may do only where the request was no HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def exchange(port: int, request: bytes, timeout: float, without_body: bool = False, is_cut: bool = False) -> Answer:
    """Sends these bytes and reads one answer to its announced end. ``is_cut``: our side closes after the last byte."""
    began = time.monotonic()
    received = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout) as raw:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused before the end: the answer is there
            raw.sendall(request)
            if is_cut:
                raw.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            missing: float = 1.0
            while missing > 0 and (piece := raw.recv(1 << 16)):
                received += piece
                missing -= len(piece)
                if missing <= 0 or missing == float("inf"):
                    missing = _missing(received, without_body)
    return _answer(bytes(received), time.monotonic() - began, without_body)


def _split(received: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}, body


def _missing(received: bytearray, without_body: bool) -> float:
    """How many bytes are still to come; 1 while the head is not whole."""
    end = received.find(b"\r\n\r\n") + 4
    if end < 4:
        return 1
    headers, _ = _split(bytes(received[:end]))
    if without_body:
        return 0
    return end + float(headers.get("content-length", "inf")) - len(received)


def _answer(received: bytes, seconds: float, without_body: bool) -> Answer:
    if not received:
        return Answer(0, {}, b"", seconds)
    match = _STATUS.match(received)
    assert match, f"no HTTP answer: {received[:200]!r}"
    headers, body = _split(received)
    status = int(match[1])
    assert "transfer-encoding" not in headers, "an answer in chunks can end early unseen"
    if status not in (204, 304) and not without_body:
        assert int(headers["content-length"]) == len(body), f"the body is cut: {received[:300]!r}"
    return Answer(status, headers, body, seconds)


class Canaries:
    """A listener that nobody should call and a file that nobody should open.

    Shape: ``file`` holds RDF with the word in ``WORD``; inotify reports each opening of it or of its folder.
    """

    WORD = "CANARY-b7f3"

    def __init__(self, folder: Path) -> None:
        self.file = folder / "secret.ttl"
        self.file.write_text(f'<http://e/secret> <http://e/is> "{self.WORD}" .\n', "utf-8")
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        libc = ctypes.CDLL(None, use_errno=True)
        self._watch = libc.inotify_init1(_IN_NONBLOCK)
        assert self._watch >= 0
        assert libc.inotify_add_watch(self._watch, os.fsencode(self.file), _IN_ACCESS | _IN_OPEN) >= 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def calls(self) -> int:
        """How many have called the listener since the last look."""
        count = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self._listener.accept()[0].close()
                count += 1
        return count

    def was_opened(self) -> bool:
        """Whether the file was opened since the last look."""
        try:
            return bool(os.read(self._watch, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        self._listener.close()
        os.close(self._watch)

    @classmethod
    @contextlib.contextmanager
    def placed(cls, folder: Path) -> Iterator[Self]:
        """Canaries in this folder, removed afterwards."""
        made = cls(folder)
        try:
            yield made
        finally:
            made.close()
