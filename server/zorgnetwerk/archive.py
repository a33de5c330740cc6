"""Commands for what is kept for good: the journal, backups, and what the law wants forgotten."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import click

from zorgnetwerk.dataset import agreement
from zorgnetwerk.dataset.building import build as build_release
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.errors import StateError
from zorgnetwerk.flags import guarded, settings_flags, writing_to
from zorgnetwerk.serving import base_of, plan_of
from zorgnetwerk.settings import Settings
from zorgnetwerk.store import backup as copies
from zorgnetwerk.store.digests import is_blank
from zorgnetwerk.store.entries import Entry
from zorgnetwerk.store.journal import FILE, Journal
from zorgnetwerk.store.redaction import Target
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.submission.redaction import redact as redact_everywhere
from zorgnetwerk.terms.iris import Base


@click.group()
def journal() -> None:
    """The journal: every change of the data, in order."""


@journal.command()
@settings_flags("state_dir")
@guarded
def verify(settings: Settings) -> None:
    """Check every entry, the chain, and that release, store and dump agree. Exit code 1 when something does not."""
    state = State.found(settings.state)
    problems = list(agreement.problems(Releases(state)))
    for problem in problems:
        click.echo(problem, err=True)
    last = Journal(state.folder / FILE).last()
    if not problems and last is not None:
        click.echo(f"{last.number} entries verify; state {last.state_hash}; chain {last.chain}")
    elif not problems:
        click.echo("the journal is empty")
    sys.exit(1 if problems else 0)


@journal.command()
@settings_flags("state_dir")
@click.option("--until", type=int, help="the last entry to take (default: the newest)")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="a file; default: standard output")
@guarded
def replay(settings: Settings, until: int | None, output: Path | None) -> None:
    """Write the data set that the journal leads to as N-Quads, without derived links, under the reserved base."""
    lines = sorted(line for line in _journal(settings).replay(until) if not is_blank(line))
    with writing_to(output) as target:
        target.write("".join(f"{line}\n" for line in lines).encode())


@journal.command()
@settings_flags("state_dir")
@click.option("--after", type=int, default=0, show_default=True, help="only entries behind this one")
@guarded
def export(settings: Settings, after: int) -> None:
    """Write the entries, one JSON object a line; what had to be forgotten is counted, not shown."""
    with writing_to(None) as target:
        for entry in _journal(settings).entries(after):
            target.write(json.dumps(_exported(entry), ensure_ascii=False).encode() + b"\n")


@click.command()
@settings_flags("state_dir")
@click.argument("target", type=click.Path(path_type=Path))
@guarded
def backup(settings: Settings, target: Path) -> None:
    """Copy journal, submissions, keys and history, also while the site runs, into a new folder or .tar.gz file."""
    copied = copies.back_up(State.found(settings.state), target, _now())
    click.echo(f"{target}: {copied.files} files, {copied.entries} journal entries")


@click.command()
@settings_flags("base_iri", "state_dir", "content_dir", "default_graph", "unchecked", "sources_dir", "host", "port")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@guarded
def restore(settings: Settings, source: Path) -> None:
    """Put a backup into an empty state folder, verify it, and build its release."""
    copied = copies.restore(source, settings.state)
    state = State.open(settings.state)
    plan = plan_of(settings, base_of(settings, state, settings.port), "restore")
    outcome = build_release(Releases(state), plan, lambda step: click.echo(step, err=True))
    click.echo(f"{copied.entries} journal entries verify; release {outcome.release.number} is built")


@click.command()
@settings_flags("state_dir", "content_dir")
@click.argument("what")
@click.option("--reason", required=True, help="why, for the journal; must not repeat what is removed")
@click.option("--yes", is_flag=True, help="do not ask")
@guarded
def redact(settings: Settings, what: str, reason: str, yes: bool) -> None:
    """Remove a thing (its IRI) or a text for good: from journal, submissions, kept bytes, releases and dumps.

    The thing answers 410 afterwards. Stop nothing: a running site goes over to the cleaned release. Backups and copies
    that others hold are not reached.
    """
    state = State.found(settings.state)
    target = Target(Base(state.base_iri).reserve(what) if state.base_iri else what)
    if target.text in reason or what in reason:
        raise StateError("The reason repeats what is to be removed; it would stay in the journal.")
    if not yes:
        click.confirm(f"Remove {what!r} from all that is kept? This cannot be undone", abort=True)
    done = redact_everywhere(
        Releases(state), target, time=_now(), reason=reason, is_house=Content(settings.content).is_house
    )
    click.echo(
        f"removed from {done.entries} journal entries ({done.lines} lines), {done.submissions} submissions; "
        f"releases {', '.join(map(str, done.releases)) or 'none'} are gone; release {done.release} is served"
    )


def _journal(settings: Settings) -> Journal:
    return Journal(State.found(settings.state).folder / FILE)


def _exported(entry: Entry) -> dict[str, Any]:
    sides = {
        "added": [line for line in entry.added if not is_blank(line)],
        "removed": [line for line in entry.removed if not is_blank(line)],
    }
    return {
        "number": entry.number,
        "time": entry.time,
        "kind": entry.kind,
        "cause": entry.cause,
        "details": dict(entry.details),
        **sides,
        "forgotten": sum(map(is_blank, (*entry.added, *entry.removed))),
        "state": entry.state_hash,
        "chain": entry.chain,
    }


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
