"""What follows a release in the background: dumps and counts, the index of names, then the check of the
whole data set.

One process at a time, with low priority, which can be killed at any moment: whatever it makes is put in its place in
one step at the end. Started by the publisher when nothing has been published for a moment.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from zorgnetwerk import logs, settings
from zorgnetwerk.dataset import outlets
from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.store import deltas, processes
from zorgnetwerk.store.edges import ReleaseEdges
from zorgnetwerk.store.release import Release, Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.submission import conformance, resembling

_NICENESS: Final = 15
_QUIET_SECONDS: Final = 3.0
_LONGEST_WAIT_SECONDS: Final = 60.0
"""After so long the outlets are made although changes keep coming."""
_SETTLED_SECONDS: Final = 30.0
"""So long after a start a release that a build made, and so checked, gets its report."""
_PAUSE_AFTER_FAILURE_SECONDS: Final = 300.0
_LOG: Final = logging.getLogger("zorgnetwerk.chores")


class Chores:
    """The process that does the chores of one state folder, when there are any."""

    def __init__(self, folder: Path, *, is_checking: bool) -> None:
        """``is_checking``: the check of the whole data set is one of them."""
        self._folder = folder
        self._is_checking = is_checking
        self._process: subprocess.Popen[bytes] | None = None
        self._idle_since = time.monotonic()
        self._not_before = 0.0

    def step(self, releases: Releases, published: float) -> None:
        """Starts what is due, notes what has ended. ``published`` is when there was a release last."""
        now = time.monotonic()
        if self._process is not None:
            self._look_after(self._process, now)
            return
        has_waited = now >= self._idle_since + _LONGEST_WAIT_SECONDS
        is_settled = now >= self._idle_since + _SETTLED_SECONDS
        is_quiet = now >= published + _QUIET_SECONDS or has_waited
        if now < self._not_before or not is_quiet:
            return
        release = releases.newest()
        if release is not None and self._is_due(release, is_settled):
            self._process = processes.start((sys.executable, "-m", "zorgnetwerk.chores"))

    def _is_due(self, release: Release, is_settled: bool) -> bool:
        if outlets.are_due(release):
            return True
        # A build has just checked its release; the report on it is not urgent.
        is_urgent = is_settled or bool(deltas.chain_of(release.folder).deltas)
        return self._is_checking and is_urgent and is_unchecked(self._folder, release)

    def put_off(self) -> None:
        """Lets some minutes pass before anything is begun."""
        self._not_before = time.monotonic() + _PAUSE_AFTER_FAILURE_SECONDS

    def stop(self) -> None:
        """Ends what is under way; it is done again later."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _look_after(self, process: subprocess.Popen[bytes], now: float) -> None:
        code = process.poll()
        if code is None:
            return
        self._process, self._idle_since = None, now
        if code != 0:
            self._not_before = now + _PAUSE_AFTER_FAILURE_SECONDS
            _LOG.error("the chores ended with code %d; they are tried again in some minutes", code)


def is_unchecked(state_folder: Path, release: Release) -> bool:
    """Whether the newest report is of an earlier release than this."""
    return conformance.newest_number(state_folder) < release.number


def examine(state_folder: Path, release: Release, content: Path) -> None:
    """Checks a whole release against the shapes and keeps the report. Errors: ContentError, StateError."""
    # Loaded here because the validator takes a quarter of a second, which dumps do not need.
    from zorgnetwerk.submission.release_check import report_on

    began = time.monotonic()
    report = report_on(conformance.reserved_lines(release), content)
    conformance.keep(state_folder, release, report, time.monotonic() - began)


def main() -> None:
    """Does what is due, once; the settings come from the environment."""
    os.nice(_NICENESS)
    chosen = settings.load()
    logs.set_up(chosen.log_level)
    state = State.open(chosen.state)
    releases = Releases(state)
    try:
        release = releases.newest()
        if release is not None and outlets.are_due(release):
            release = outlets.make(releases, release)
        if release is not None and not resembling.is_indexed(state.folder / resembling.FOLDER, release.number):
            edges = ReleaseEdges.open(release.folder)
            resembling.make_index(state.folder / resembling.FOLDER, release.number, edges)
        if release is not None and chosen.checks_everything and is_unchecked(state.folder, release):
            examine(state.folder, release, chosen.content)
    except ZorgnetwerkError as error:
        _LOG.error("%s", error)  # says it all
        sys.exit(1)


if __name__ == "__main__":
    main()
