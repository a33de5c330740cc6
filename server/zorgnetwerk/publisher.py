"""The publisher: a process beside the site that turns accepted changes into the next release.

Woken by a datagram on ``publish.sock`` and, for what a lost datagram would leave, by a look at the journal twice a
second. The first change after a quiet moment is published at once; those that follow within a second share a release.
What costs the whole data set (dumps, counts, validation) follows in a process of its own with low priority, when things
are quiet, and says of which release it is. Run by ``serving.py``.
"""

from __future__ import annotations

import contextlib
import logging
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from zorgnetwerk import logs, settings
from zorgnetwerk.chores import Chores
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.dataset.deriving import rules_of
from zorgnetwerk.dataset.publishing import is_due, publish
from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.settings import Settings
from zorgnetwerk.store.frames import bound
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import BELL, State
from zorgnetwerk.terms.iris import Base

_LOOK_SECONDS: Final = 0.5
_TOGETHER_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 10.0
_LOG: Final = logging.getLogger("zorgnetwerk.publisher")


@dataclass(slots=True)
class Publisher:
    """One state folder and what is published there. Times are of the monotonic clock."""

    releases: Releases
    journal: Journal
    is_house: bool
    retention: int
    chores: Chores
    is_stopping: bool = False
    _published: float = field(default=-_TOGETHER_SECONDS)
    _failures: int = 0
    _not_before: float = 0.0

    def run(self, listener: socket.socket) -> None:
        """Publishes until it is asked to stop."""
        while not self.is_stopping:
            self.step()
            if select.select([listener], [], [], self.wait_seconds())[0]:
                _drain(listener)
        self.chores.stop()

    def step(self) -> None:
        """Publishes what is due, then sees to the chores."""
        now = time.monotonic()
        if now >= self._due:
            try:
                if is_due(self.releases, self.journal):
                    self._publish()
                self._failures = 0
            except (ZorgnetwerkError, OSError) as error:
                self._failures += 1
                self._not_before = now + min(_LONGEST_PAUSE_SECONDS, 0.5 * 2**self._failures)
                _LOG.error("accepted changes cannot be published yet: %s", error)  # says it all
        try:
            self.chores.step(self.releases, self._published)
        except (ZorgnetwerkError, OSError) as error:
            self.chores.put_off()
            _LOG.error("the chores cannot be begun yet: %s", error)

    def wait_seconds(self) -> float:
        """How long nothing needs to be done unless somebody wakes us."""
        left = self._due - time.monotonic()
        return left if 0 < left < _LOOK_SECONDS else _LOOK_SECONDS

    @property
    def _due(self) -> float:
        return max(self._not_before, self._published + _TOGETHER_SECONDS)

    def _publish(self) -> None:
        began = time.monotonic()
        release = publish(self.releases, is_house=self.is_house, retention=self.retention)
        if release is not None:
            self._published = time.monotonic()
            seconds = self._published - began
            _LOG.info("release %d is published, up to change %d", release.number, release.record.journal)
            _LOG.debug("release %d took %.3f s", release.number, seconds)


def listen(folder: Path) -> socket.socket:
    """The socket where the publisher of this state folder is woken, for this user only."""
    return bound(folder / BELL, socket.SOCK_DGRAM)


def _drain(listener: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        while True:
            listener.recv(64)


def made_of(chosen: Settings) -> Publisher:
    """The publisher of these settings."""
    state = State.open(chosen.state)
    return Publisher(
        Releases(state),
        Journal(state.folder / FILE),
        is_house=Content(chosen.content).is_house,
        retention=chosen.release_retention,
        chores=Chores(state.folder, is_checking=chosen.checks_everything),
    )


def warm(releases: Releases, *, is_house: bool) -> None:
    """Reads the rules that the first publication needs, which takes longer than the publication. What is in the way
    of that is told when there is something to publish.
    """
    with contextlib.suppress(ZorgnetwerkError, OSError):
        newest = releases.newest()
        if newest is not None and is_house:
            rules_of(Base(newest.record.base_iri))


def main() -> None:
    """Runs until SIGTERM; the settings come from the environment."""
    chosen = settings.load()
    logs.set_up(chosen.log_level)
    publisher = made_of(chosen)

    def stop(*_: object) -> None:
        publisher.is_stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm(publisher.releases, is_house=publisher.is_house)
    with listen(publisher.releases.state.folder) as listener:
        publisher.run(listener)
    sys.exit(0)


if __name__ == "__main__":
    main()
