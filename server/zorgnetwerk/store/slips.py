"""Slips: what a borrower and a lent worker pass to each other, one question and one answer at a time.

Shorter than a frame (``frames.py``), since here every microsecond counts: a fixed head, then the text or the result
itself. A result that is not small is in a sealed memory file, whose descriptor comes with the head.

    question   length of what follows (4 bytes) · media type, NUL, query in UTF-8
    answer     length of what follows (4), kind (1), release (4), size (8), seconds (8), processor seconds so far (8),
               digest (12) · the result, or the error as JSON

Knows no engine and no scheduling. Both ends check what they read: a worker may have been taken over by a hostile query.
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import json
import os
import socket
import struct
from dataclasses import dataclass
from typing import Final

from zorgnetwerk.store.frames import Closed, FrameError

INLINE_BYTES: Final = 48_000
"""Up to this size a result travels in the slip; the socket's buffer takes it in one piece."""
QUESTION_LIMIT_BYTES: Final = 400_000
DONE: Final = 1
IN_FILE: Final = 2
FAILED: Final = 3
SPENT: Final = 128
"""Added to the kind when the worker is to be replaced."""

_QUESTION: Final = struct.Struct("!I")
_ANSWER: Final = struct.Struct("!IBIQdd12s")
_PIECE: Final = 1 << 16
_SEALS: Final = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


@dataclass(slots=True)
class Slip:
    """An answer. ``body`` is the result, or the error as JSON; ``descriptor`` is the file that has it instead, or -1.

    Units: ``processor`` is the worker's processor time since it began, after this answer.
    """

    kind: int
    release: int
    size: int
    seconds: float
    processor: float
    digest: str
    body: bytes = b""
    descriptor: int = -1
    is_spent: bool = False

    def error(self) -> dict[str, object]:
        """The fields of the error. Errors: ValueError when it is none."""
        told = json.loads(self.body)
        if not isinstance(told, dict):
            raise ValueError("this is no error of ours")
        return told

    def close(self) -> None:
        """Gives back the file that nobody took."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def question(text: str, media_type: str) -> bytes:
    """The slip that asks this.

    >>> read_question(bytearray(question("ASK {}", "text/csv")))
    ('ASK {}', 'text/csv')
    """
    body = b"%b\0%b" % (media_type.encode("ascii"), text.encode("utf-8"))
    return _QUESTION.pack(len(body)) + body


def read_question(data: bytearray) -> tuple[str, str] | None:
    """Text and media type of a whole question; None when bytes are missing. Errors: FrameError."""
    if len(data) < 4:
        return None
    (length,) = _QUESTION.unpack_from(data)
    if length > QUESTION_LIMIT_BYTES:
        raise FrameError("this is no question of ours")
    if len(data) < 4 + length:
        return None
    media_type, _, text = bytes(data[4 : 4 + length]).partition(b"\0")
    return text.decode("utf-8"), media_type.decode("ascii")


def answer(slip: Slip) -> bytes:
    """The bytes of an answer; its descriptor travels beside them."""
    kind = slip.kind | (SPENT if slip.is_spent else 0)
    digest = bytes.fromhex(slip.digest)
    size = len(slip.body)
    return _ANSWER.pack(size, kind, slip.release, slip.size, slip.seconds, slip.processor, digest) + slip.body


class Reader:
    """Answers out of a non-blocking socket."""

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self._data = bytearray()
        self._descriptors: list[int] = []

    @property
    def is_clean(self) -> bool:
        """Whether no part of an answer has come yet."""
        return not self._data

    def read(self) -> Slip | None:
        """The answer, if a whole one has come. Errors: Closed, FrameError."""
        try:
            data, ancillary, _, _ = self._source.recvmsg(_PIECE, socket.CMSG_SPACE(4), socket.MSG_CMSG_CLOEXEC)
        except BlockingIOError:
            return None
        except OSError as error:
            raise Closed from error
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                self._descriptors.extend(array.array("i", content[: len(content) // 4 * 4]))
        if not data:
            raise Closed
        self._data += data
        return self._take()

    def close(self) -> None:
        """Gives back files that came without an answer."""
        for descriptor in self._descriptors:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._descriptors.clear()

    def _take(self) -> Slip | None:
        if len(self._data) < _ANSWER.size:
            return None
        length, kind, release, size, seconds, processor, digest = _ANSWER.unpack_from(self._data)
        if length > INLINE_BYTES:
            raise FrameError("this is no answer of ours")
        if len(self._data) < _ANSWER.size + length:
            return None
        body = bytes(self._data[_ANSWER.size :])
        slip = Slip(kind & ~SPENT, release, size, seconds, processor, digest.hex(), body, is_spent=bool(kind & SPENT))
        self._data.clear()
        if slip.kind == IN_FILE:
            slip.descriptor = self._file(size)
        if len(body) != length or (slip.kind == DONE and size != length) or self._descriptors:
            slip.close()
            self.close()
            raise FrameError("this is no answer of ours")
        return slip

    def _file(self, size: int) -> int:
        """The file that came with the answer, sealed, so that nobody can change or cut it any more."""
        if len(self._descriptors) != 1:
            raise FrameError("the file of the result is missing")
        descriptor = self._descriptors.pop()
        try:
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
            if os.fstat(descriptor).st_size == size:
                return descriptor
        except OSError as error:
            os.close(descriptor)
            raise FrameError("the file of the result cannot be sealed") from error
        os.close(descriptor)
        raise FrameError("the file of the result has another size")
