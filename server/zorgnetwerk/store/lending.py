"""A desk that also lends workers to the doors, and takes over questions that grow long there (``lender.py``)."""

from __future__ import annotations

import time
from typing import Final, cast

from zorgnetwerk.errors import StoreUnavailable
from zorgnetwerk.store.capacity import Lane
from zorgnetwerk.store.desk import Desk
from zorgnetwerk.store.failures import to_fields
from zorgnetwerk.store.frames import Channel, Frame
from zorgnetwerk.store.lender import Lender, copied, is_failure
from zorgnetwerk.store.loop import Loop
from zorgnetwerk.store.members import Member
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.slips import Slip

_OF_BORROWERS: Final = frozenset(("borrow", "back", "given"))


class LendingDesk(Desk):
    """The desk of the present release."""

    def __init__(self, options: DispatcherOptions, loop: Loop) -> None:
        super().__init__(options, loop)
        self.lender = Lender(loop, self.queries.settle)
        if options.loan_workers:
            self.queries.lanes = (*self.queries.lanes, "loan")
            self.queries.may_switch = lambda: self.lender.may_switch(time.monotonic())

    def take(self, client: Channel, frame: Frame) -> None:
        """A frame of a client, who may be a borrower."""
        operation = frame.header.get("op")
        if operation in _OF_BORROWERS:
            self.lender.hear(client, frame)
            self.step(time.monotonic())
        elif operation == "used":
            self._note_use(frame)
        else:
            super().take(client, frame)

    def drop(self, client: Channel) -> None:
        """A client is gone, with what it had borrowed."""
        self.lender.drop(client)
        super().drop(client)

    def look_around(self, now: float) -> None:
        """What is done ten times a second."""
        super().look_around(now)
        self.lender.look_around(now)
        if self.queries.coming is None:
            self.lender.resume()

    def _admit(self, client: Channel, frame: Frame, lane: Lane) -> None:
        number = frame.header.get("adopt")
        member = self.lender.adopt(number, self._on_slip) if isinstance(number, int) and lane == "query" else None
        if member is None:
            super()._admit(client, frame, lane)
            return
        task = self._begin(client, frame, lane)
        task.member, task.began = member, task.admitted
        self._members[member.number] = member
        seconds = float(cast("float", task.header["seconds"]))
        self.lanes.adopt(task.number, member.number, task.began, seconds, str(task.header.get("client", "")))
        self.counts["adopted"] += 1

    def _on_slip(self, member: Member, slip: Slip) -> None:
        """The answer of an adopted worker: it becomes a reply like any other."""
        task = self._task_of(member)
        if task is None:
            member.end()
            return
        spent: dict[str, object] = {"spent": True} if slip.is_spent else {}
        used = round(max(0.0, slip.processor - member.processor_seconds), 6)
        member.processor_seconds = slip.processor
        try:
            if is_failure(slip):
                error = slip.error()
            else:
                size = copied(slip, task.descriptors[0])
                told = {"size": size, "seconds": slip.seconds, "release": slip.release, "processor_seconds": used}
                self._on_reply(member, Frame({"op": "done", **told, **spent}))
                return
        except (OSError, ValueError):
            error = to_fields(StoreUnavailable("The answer could not be handed over. Try again."))
        self._on_reply(member, Frame({"op": "failed", "error": error, **spent}))

    def _on_idle(self, member: Member) -> None:
        if member.lane == "loan":
            self.lender.take_in(member)
        else:
            super()._on_idle(member)

    def _withdraw(self, member: Member) -> bool:
        return self.lender.withdraw(member) if member.lane == "loan" else super()._withdraw(member)

    def _on_end(self, member: Member, code: int | None, detail: str) -> None:
        self.lender.forget(member)
        super()._on_end(member, code, detail)

    def _note_use(self, frame: Frame) -> None:
        """What lent workers did since the last report, for the accounts and the counts."""
        now = time.monotonic()
        self.counts["answered"] += int(cast("int", frame.header["answered"]))
        self.counts["lent"] += int(cast("int", frame.header["answered"]))
        for client, seconds in cast("dict[str, float]", frame.header["clients"]).items():
            self.lanes.accounts.charge(client, float(seconds), now)
