"""A lent worker: answers questions of whoever holds the other end of its socket, one after another, in slips.

The same fence as every worker (``confinement.py``), and one more: before each question it sets a limit of its processor
time that the kernel enforces, so that a borrower that does not look any more cannot leave it running. A question that
takes longer than a moment is taken over by the dispatcher, which lifts that limit (``lender.py``).

Source: getrlimit(2), RLIMIT_CPU (SIGXCPU ends the process; whole seconds).
"""

from __future__ import annotations

import array
import errno
import json
import os
import resource
import socket
import time
from typing import Final

from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.store import confinement
from zorgnetwerk.store.coding import Digest
from zorgnetwerk.store.evaluation import Evaluator, Request, Spool
from zorgnetwerk.store.failures import memory_exceeded, to_fields
from zorgnetwerk.store.footprint import LONG_SECONDS, is_light, mapped_bytes
from zorgnetwerk.store.slips import DONE, FAILED, IN_FILE, INLINE_BYTES, Slip, answer, read_question

REQUESTS_LIMIT: Final = 20_000
"""After so many questions a lent worker is replaced, so that slow growth of its heap has an end."""
_PIECES_AT_ONCE: Final = 32
_LOOK_EVERY: Final = 64
_NO_DIGEST: Final = "00" * 12
_PIECE: Final = 1 << 16
_SPARE_SECONDS: Final = 2


class Sheet(Spool):
    """What the engine writes to: kept here while it is small, in a memory file from then on. No piece is copied."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(-1, limit_bytes)
        self._pieces: list[bytes] = []
        self._size = 0
        self._digest = Digest()

    def write(self, data: bytes) -> int:
        """Takes a piece. Errors: ResultTooLarge."""
        self._pieces.append(data)
        self._size += len(data)
        if self._size > self._limit_bytes:
            self._written = self._size
            raise self.too_large()
        if len(self._pieces) >= _PIECES_AT_ONCE:
            self._drain()
        return len(data)

    def finish(self) -> int:
        """The size of the whole. Errors: ResultTooLarge, OSError."""
        if self._descriptor >= 0 or self._size > INLINE_BYTES:
            return super().finish()
        return self._size

    def take(self) -> tuple[bytes, int, str]:
        """What is small enough for a slip, or the file that has it all instead; and the name of the bytes."""
        descriptor, self._descriptor = self._descriptor, -1
        body = b"".join(self._pieces)
        self._digest.update(body)
        return body, descriptor, self._digest.name()

    def close(self) -> None:
        """Gives back what nobody took."""
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def _drain(self) -> None:
        if self._descriptor < 0:
            self._descriptor = os.memfd_create("sheet", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        pieces: list[bytes | memoryview[int]] = [*self._pieces]
        self._pieces.clear()
        for piece in pieces:
            self._digest.update(piece)
        while pieces:
            try:
                count = os.writev(self._descriptor, pieces)
            except OSError as error:
                raise self.too_large() if error.errno == errno.EFBIG else error from error
            self._written += count
            while pieces and count >= len(pieces[0]):
                count -= len(pieces.pop(0))
            if count:
                pieces[0] = memoryview(pieces[0])[count:]


def serve(source: socket.socket, evaluator: Evaluator, release: int, memory_bytes: int, result_bytes: int) -> None:
    """Answers until the other end closes, or until this worker is to be replaced."""
    base = mapped_bytes()
    confinement.limit_memory(base, memory_bytes)
    had = time.process_time()
    data = bytearray()
    for count in range(1, REQUESTS_LIMIT + 1):
        while (asked := read_question(data)) is None:
            piece = source.recv(_PIECE)
            if not piece:
                return
            data += piece
        data.clear()
        _limit_processor_time()
        slip = _answer(evaluator, Request(*asked, result_bytes), memory_bytes, base)
        slip.release = release
        before, had = had, time.process_time()
        slip.processor = had
        if count % _LOOK_EVERY == 0 or slip.kind != DONE or had - before >= LONG_SECONDS:
            slip.is_spent = slip.is_spent or not is_light(base, memory_bytes, had - before)
        slip.is_spent = slip.is_spent or count == REQUESTS_LIMIT
        _send(source, slip)


def _answer(evaluator: Evaluator, request: Request, memory_bytes: int, base: int) -> Slip:
    sheet = Sheet(request.result_bytes)
    try:
        outcome = evaluator.write(request, sheet)
        body, descriptor, digest = sheet.take()
        kind = DONE if descriptor < 0 else IN_FILE
        return Slip(kind, 0, outcome.size, outcome.seconds, 0.0, digest, body, descriptor)
    except ZorgnetwerkError as error:
        return _failed(error, is_spent=False)
    except MemoryError:
        confinement.limit_memory(base, 2 * memory_bytes)
        return _failed(memory_exceeded(memory_bytes), is_spent=True)
    finally:
        sheet.close()


def _failed(error: ZorgnetwerkError, *, is_spent: bool) -> Slip:
    body = json.dumps(to_fields(error)).encode()[:INLINE_BYTES]
    return Slip(FAILED, 0, len(body), 0.0, 0.0, _NO_DIGEST, body, is_spent=is_spent)


def _limit_processor_time() -> None:
    """Lets the kernel end this process when the next question takes more than about two seconds of processor time."""
    limit = int(time.process_time()) + _SPARE_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _send(source: socket.socket, slip: Slip) -> None:
    data = answer(slip)
    if slip.descriptor < 0:
        source.sendall(data)
        return
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", (slip.descriptor,)))
    sent = source.sendmsg([data], [rights])
    source.sendall(data[sent:])
    slip.close()
