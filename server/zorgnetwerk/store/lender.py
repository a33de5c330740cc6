"""The lender: gives workers to processes that ask them directly, and gets them back.

A borrower (a door) holds the same end of a worker's socket as we do; only one of us reads at a time. A worker is

    here      idle, with us
    lent      with a borrower, who asks it what it likes, one short question at a time
    given     its question takes longer than a moment: the borrower reads no more, and a request that names the worker
              takes over question and worker (``adopt``); from then on it is a worker like any other, with lanes,
              priority and deadline
    taken     adopted

Before another release is shown all loans are ended, so that nobody is answered from the old one once anybody is from
the new. A borrower that is gone takes its workers with it. Knows members and channels. Must not know requests.

    borrower → dispatcher   {"op": "borrow", "count"} | {"op": "back", "number", "spent", "processor"}
                            {"op": "given", "number", "processor"}
                            {"op": "used", "answered", "clients": {name: seconds}}
    dispatcher → borrower   {"op": "loan", "number", "pid", "release", "processor"} + socket | {"op": "recall"}
"""

from __future__ import annotations

import contextlib
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, cast

from zorgnetwerk.store.frames import Channel, Closed, Frame, FrameError
from zorgnetwerk.store.loop import Loop
from zorgnetwerk.store.members import Member
from zorgnetwerk.store.slips import FAILED, IN_FILE, Reader, Slip

RECALL_SECONDS: Final = 1.0
"""A borrower that has not given its workers back by then loses them."""
GIVEN_SECONDS: Final = 5.0
"""A worker given up for adoption that nobody adopts is ended after this time."""


@dataclass(slots=True, eq=False)
class _Borrower:
    channel: Channel
    wanted: int
    members: dict[int, Member] = field(default_factory=dict)


class Lender:
    """All workers of the lane ``loan``, and who has them."""

    def __init__(self, loop: Loop, on_settled: Callable[[Member], None]) -> None:
        """``on_settled`` decides what becomes of a worker that came back."""
        self._loop = loop
        self._on_settled = on_settled
        self._here: dict[int, Member] = {}
        self._borrowers: dict[int, _Borrower] = {}
        self._given: dict[int, tuple[Member, float]] = {}
        self._recalled_at = 0.0

    @property
    def lent(self) -> int:
        """How many workers are with borrowers."""
        return sum(len(borrower.members) for borrower in self._borrowers.values())

    def hear(self, client: Channel, frame: Frame) -> None:
        """What a borrower says, use excepted. Errors: KeyError, ValueError for nonsense."""
        operation = frame.header["op"]
        if operation == "borrow":
            self._borrowers.setdefault(id(client), _Borrower(client, 0)).wanted = int(
                cast("int", frame.header["count"])
            )
            self._offer()
            return
        borrower = self._borrowers.get(id(client))
        member = borrower.members.pop(int(cast("int", frame.header["number"])), None) if borrower else None
        if member is None or member.is_ended:
            return
        member.processor_seconds = float(cast("float", frame.header["processor"]))
        if operation == "given":
            self._given[member.number] = (member, time.monotonic() + GIVEN_SECONDS)
            return
        self._loop.watch(member.channel, lambda _: member.end(), lambda: None)
        if frame.header.get("spent"):
            member.end()
        else:
            self._on_settled(member)

    def take_in(self, member: Member) -> None:
        """An idle worker; it is lent at once where one is wanted."""
        self._here[member.number] = member
        self._offer()

    def withdraw(self, member: Member) -> bool:
        """Takes an idle worker out; whether it was here."""
        return self._here.pop(member.number, None) is not None

    def forget(self, member: Member) -> None:
        """This worker has ended."""
        self._here.pop(member.number, None)
        self._given.pop(member.number, None)
        for borrower in self._borrowers.values():
            borrower.members.pop(member.number, None)

    def drop(self, client: Channel) -> None:
        """A client is gone; what it had borrowed is ended, since nobody knows what it is doing."""
        borrower = self._borrowers.pop(id(client), None)
        if borrower is not None:
            for member in borrower.members.values():
                member.end()

    def adopt(self, number: int, on_answer: Callable[[Member, Slip], None]) -> Member | None:
        """The worker with this number, which goes on with the question it has; None when it has ended or come back.

        Its answer comes to ``on_answer``. The kernel's limit of its processor time is lifted: a deadline holds now.
        """
        member, _ = self._given.pop(number, (None, 0.0))
        for borrower in self._borrowers.values():
            member = borrower.members.pop(number, None) or member
        if member is None or member.is_ended:
            return None
        with contextlib.suppress(OSError, ValueError):
            resource.prlimit(member.pid, resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        reader = Reader(member.channel.socket)
        self._loop.forget(member.channel)
        adopted = member

        def read() -> None:
            try:
                slip = reader.read()
            except (Closed, FrameError):
                self._loop.forget(adopted.channel.socket)
                reader.close()
                adopted.end()
                return
            if slip is not None:
                self._loop.forget(adopted.channel.socket)
                self._loop.watch(adopted.channel, lambda _: adopted.end(), lambda: None)
                on_answer(adopted, slip)
                slip.close()

        self._loop.watch_readable(member.channel.socket, read)
        return member

    def may_switch(self, now: float) -> bool:
        """Whether no worker is lent any more, so that another release may be shown; asks for those that are."""
        if not self.lent:
            self._recalled_at = 0.0
            return True
        if not self._recalled_at:
            self._recalled_at = now
            for borrower in self._borrowers.values():
                self._loop.send(borrower.channel, {"op": "recall"})
        elif now - self._recalled_at > RECALL_SECONDS:
            for borrower in self._borrowers.values():
                for member in borrower.members.values():
                    member.end()
                borrower.members.clear()
        return not self.lent

    def look_around(self, now: float) -> None:
        """Ends what was given up and not adopted."""
        for number, (member, until) in list(self._given.items()):
            if now > until:
                del self._given[number]
                member.end()

    def resume(self) -> None:
        """Lends again after a switch."""
        self._recalled_at = 0.0
        self._offer()

    def _offer(self) -> None:
        """Lends idle workers, first to who has fewest."""
        while self._here and not self._recalled_at:
            wanting = [one for one in self._borrowers.values() if len(one.members) < one.wanted]
            if not wanting:
                return
            borrower = min(wanting, key=lambda one: len(one.members))
            _, member = self._here.popitem()
            borrower.members[member.number] = member
            self._loop.forget(member.channel)
            loan: dict[str, object] = {"op": "loan", "number": member.number, "pid": member.pid}
            loan |= {"release": member.generation.plan.release, "processor": member.processor_seconds}
            self._loop.send(borrower.channel, loan, member.channel.fileno())


def copied(slip: Slip, target: int) -> int:
    """Puts the result of an adopted worker into a request's own spool; its size in bytes. Errors: OSError.

    From memory file to memory file, inside the kernel.
    """
    if slip.kind != IN_FILE:
        os.pwrite(target, slip.body, 0)
        return len(slip.body)
    offset = 0
    while offset < slip.size:
        count = os.sendfile(target, slip.descriptor, offset, slip.size - offset)
        if not count:
            raise OSError("the file of a result is shorter than it was said to be")
        offset += count
    return offset


def is_failure(slip: Slip) -> bool:
    """Whether the worker answered with an error."""
    return slip.kind == FAILED
