"""The examination of machine, state folder and content."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from zorgnetwerk.dataset import agreement
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.dataset.freshness import check_whole
from zorgnetwerk.errors import StateError, ZorgnetwerkError
from zorgnetwerk.settings import Settings
from zorgnetwerk.store import confinement, mending
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.store.release import Release, Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.web.assets import STATIC_FOLDER


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``text`` says what is wrong and what to do when ``is_fine`` is false."""

    subject: str
    is_fine: bool
    text: str


def examine(settings: Settings) -> list[Finding]:
    """All findings."""
    return [*_machine(), *_state(settings), *_content(settings)]


def _machine() -> Iterator[Finding]:
    yield Finding("platform", sys.platform == "linux", f"{sys.platform}, Python {sys.version.split()[0]}")
    problems = confinement.check()
    if not problems:
        yield Finding("workers", True, "memory limit, deadline and network filter work")
    for problem in problems:
        yield Finding("workers", False, problem)
    has_editor = (STATIC_FOLDER / "editor.js").exists()
    yield Finding("editor", True, "built" if has_editor else "not built, so the SPARQL page is a plain form")


def _state(settings: Settings) -> Iterator[Finding]:
    try:
        if settings.state.exists() and not os.access(settings.state, os.W_OK):
            yield Finding("state folder", False, f"{settings.state} is not writable; choose another with --state-dir")
            return
        if not State.is_in(settings.state):
            yield Finding("state folder", True, f"there is none in {settings.state} yet; 'zorgnetwerk build' makes it")
            return
        state = State.open(settings.state)
        releases = Releases(state)
        yield from _releases(releases)
        journal = Journal(state.folder / FILE)
        check_whole(journal, releases.newest())
        problems = journal.verify()
        yield Finding("journal", not problems, " ".join(problems) or "every entry and the chain hold")
    except ZorgnetwerkError as error:
        yield Finding("state folder", False, str(error))


def _releases(releases: Releases) -> Iterator[Finding]:
    damages = list(mending.damages(releases))
    for damage in damages:
        yield Finding("releases", False, str(damage))
    if damages:
        return
    current, kept = releases.current(), len(releases.numbers())
    where = str(releases.state.folder)
    if current is None and kept:
        ways = "'zorgnetwerk rollback N' serves one, 'zorgnetwerk build' makes one anew"
        yield Finding("releases", False, f"{where}: {kept} kept, but none is served; {ways}")
    elif current is None:
        yield Finding("releases", True, f"{where}: none yet; 'zorgnetwerk build' makes one")
    else:
        problems = _disagreements(releases, current)
        found = f"{where}: release {current.number} of {current.record.created} is served, {kept} kept"
        yield Finding("releases", not problems, " ".join(problems) or found)


def _disagreements(releases: Releases, current: Release) -> list[str]:
    """What of the served release does not agree with the journal, or is gone."""
    if not current.record.journal:
        return []
    try:
        return list(agreement.of_release(Journal(releases.state.folder / FILE), current))
    except StateError as error:
        return [str(error)]
    except (OSError, ValueError) as error:
        return [f"{current.folder} is not whole: {error}"]


def _content(settings: Settings) -> Iterator[Finding]:
    try:
        content = Content(settings.content)
        lines = content.lines()
        yield Finding("content", True, f"{content.folder}: {len(content.files())} files, {len(lines):,} statements")
    except ZorgnetwerkError as error:
        yield Finding("content", False, str(error))
