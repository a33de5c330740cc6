"""A worker: one forked process that serves one request after another until its limits or its deadline end it.

Knows its socket, its fence (``confinement.py``) and its work (``work.py``). Must not know lanes or deadlines: the
dispatcher ends it. It never returns into the master's code: whatever happens, ``become`` ends the process.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Final, NoReturn, cast

from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.store import confinement, lent
from zorgnetwerk.store.failures import memory_exceeded, to_fields
from zorgnetwerk.store.footprint import is_light, mapped_bytes
from zorgnetwerk.store.frames import Channel, Closed, Frame, FrameError
from zorgnetwerk.store.processes import die_with_parent
from zorgnetwerk.store.work import QueryWork, Work

_REQUESTS_LIMIT: Final = 2_000
"""After so many requests a worker is replaced, so that slow growth of its heap has an end."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one worker may use. Units: bytes beyond what the master had mapped; bytes of one result."""

    memory_bytes: int
    result_bytes: int


def become(
    master: int, channel: Channel, errors: int, work: Work, allowance: Allowance, *, is_lent: bool = False
) -> NoReturn:
    """Turns this freshly forked process into a worker of ``master`` and ends it afterwards.

    ``errors`` is the descriptor for what is said at an unexpected end; the master reads it then.
    """
    code = 1
    try:
        die_with_parent(master)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.dup2(errors, 2)
        os.dup2(errors, 1)
        confinement.confine(allowance.memory_bytes + work.overhead_bytes, allowance.result_bytes, (channel.fileno(),))
        if work.is_single_use:
            gc.enable()
        (_lend if is_lent else _serve)(channel, work.open(), allowance)
        code = 0
    except BaseException:  # the end of this process: nothing may return into the master's loop
        with contextlib.suppress(Exception):
            traceback.print_exc(limit=-8)
            sys.stderr.flush()
    finally:
        os._exit(code)


def _serve(channel: Channel, work: Work, allowance: Allowance) -> None:
    base = mapped_bytes()
    had = time.process_time()
    channel.send({"op": "idle", "processor": had})
    for count in range(1, _REQUESTS_LIMIT + 1):
        try:
            frame = channel.receive()
        except Closed:
            return
        reply = _answer(frame, work, base, allowance)
        before, had = had, time.process_time()
        is_last = work.is_single_use or count == _REQUESTS_LIMIT
        if is_last or not is_light(base, allowance.memory_bytes, had - before):
            reply["spent"] = True
        frame.close()
        reply |= {"processor": had, "processor_seconds": round(had - before, 6)}
        _reply(channel, reply)


def _lend(channel: Channel, work: Work, allowance: Allowance) -> None:
    if isinstance(work, QueryWork):
        channel.send({"op": "idle", "processor": time.process_time()})
        lent.serve(channel.socket, work.evaluator(), work.number, allowance.memory_bytes, allowance.result_bytes)


def _answer(frame: Frame, work: Work, base: int, allowance: Allowance) -> dict[str, object]:
    memory_bytes = min(int(cast("int", frame.header["memory_bytes"])), allowance.memory_bytes)
    confinement.limit_memory(base, memory_bytes)
    try:
        return {"op": "done", **work.run(frame.header, frame.descriptors)}
    except ZorgnetwerkError as error:
        return {"op": "failed", "error": to_fields(error)}
    except MemoryError:
        confinement.limit_memory(base, allowance.memory_bytes)
        return {"op": "failed", "error": to_fields(memory_exceeded(memory_bytes)), "spent": True}


def _reply(channel: Channel, reply: dict[str, object]) -> None:
    """Sends the reply, or the news that it is too large for a frame."""
    try:
        channel.send(reply)
    except FrameError:
        error = ZorgnetwerkError("The result of this job is too large to be handed over.")
        channel.send({"op": "failed", "error": to_fields(error), "spent": True})
