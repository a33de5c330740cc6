"""The command line. Each command makes the settings once, calls one room, and turns an error into one message and an
exit code. A room is loaded by the command that calls it: ``serve`` must answer within a second of its start.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import click

from zorgnetwerk import __version__
from zorgnetwerk.errors import StateDamaged, StateError, SyntaxInvalid, ZorgnetwerkError
from zorgnetwerk.flags import FLAGS, LaterGroup, guarded, named, settings_flags, writing_to
from zorgnetwerk.serving import base_of, plan_of
from zorgnetwerk.serving import serve as serve_site
from zorgnetwerk.settings import Settings
from zorgnetwerk.store import mending
from zorgnetwerk.store.release import Release, Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.submission.keys import ROLES, Keys
from zorgnetwerk.terms import media_types

_BUILD_FLAGS = ("base_iri", "state_dir", "content_dir", "default_graph", "unchecked", "sources_dir")
_FORMATS = {
    "json": media_types.RESULTS_JSON,
    "xml": media_types.RESULTS_XML,
    "csv": media_types.RESULTS_CSV,
    "tsv": media_types.RESULTS_TSV,
    **{offer.suffix: offer for offer in media_types.GRAPH_FORMATS},
}


_LATER = {
    "submit": "zorgnetwerk.reviews:submit",
    "review": "zorgnetwerk.reviews:review",
    **{name: f"zorgnetwerk.archive:{name}" for name in ("journal", "backup", "restore", "redact")},
}


@click.group(cls=LaterGroup, later=_LATER, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="zorgnetwerk")
def main() -> None:
    """Publish care partnerships as linked data."""


@main.command()
@settings_flags(*FLAGS)
@guarded
def serve(settings: Settings) -> None:
    """Build a release if anything changed, and serve it."""
    sys.exit(serve_site(settings, _say))


@main.command()
@settings_flags(*_BUILD_FLAGS, "host", "port")
@click.option("--cause", default="build", help="why, for the record")
@click.option("--accept-loss", is_flag=True, help="publish although more than half of the statements go")
@guarded
def build(settings: Settings, cause: str, accept_loss: bool) -> None:
    """Build and publish a release; refuse it, with every reason, when a check fails."""
    from zorgnetwerk.dataset.building import build as build_release

    state = State.open(settings.state)
    mending.mend(Releases(state), _say)
    served = Releases(state).current()
    plan = plan_of(settings, base_of(settings, state, settings.port), cause, accept_loss)
    with click.progressbar(length=10, label="building", file=sys.stderr, item_show_func=lambda step: step or "") as bar:
        outcome = build_release(Releases(state), plan, lambda step: bar.update(1, step))
    release = outcome.release
    for notice in plan.content.notices() if outcome.is_new else ():
        click.echo(notice, err=True)
    click.echo(
        f"release {release.number}: {release.record.quads} statements, {'new' if outcome.is_new else 'unchanged'}"
    )
    if served is not None and outcome.is_new:
        _renew_checker(settings, served.record.created)


def _renew_checker(settings: Settings, moment: str) -> None:
    """Lets a running site prepare its checker anew when shapes or ontology are newer than the release it served."""
    from zorgnetwerk.store.embedded import EmbeddedStore
    from zorgnetwerk.store.options import DispatcherOptions
    from zorgnetwerk.submission.holdings import rules_changed

    if rules_changed(settings.content, moment):
        store = EmbeddedStore(DispatcherOptions(state_dir=settings.state).socket_path(), patience_seconds=0)
        with contextlib.suppress(ZorgnetwerkError):
            store.renew_checker()
        store.close()


@main.command()
@settings_flags("state_dir")
@guarded
def releases(settings: Settings) -> None:
    """List the kept releases."""
    kept = Releases(State.found(settings.state))
    damages = [str(damage) for damage in mending.damages(kept)]
    current = 0
    with contextlib.suppress(StateDamaged):
        current = kept.current_number()
    for number in kept.numbers():
        try:
            record = kept.get(number).record
        except StateDamaged:
            click.echo(f"! {number:6d}  damaged")
            continue
        mark = "*" if number == current else " "
        click.echo(
            f"{mark} {number:6d}  {record.created}  {record.quads:9d} statements  {record.hash[:12]}  {record.cause}"
        )
    if damages:
        raise StateError("\n".join(damages))


@main.command()
@settings_flags("state_dir")
@click.argument("number", type=int)
@guarded
def rollback(settings: Settings, number: int) -> None:
    """Serve an earlier kept release again."""
    state = State.found(settings.state)
    with state.writing():
        Releases(state).point_to(number)
    click.echo(f"release {number} is served now")


@main.command("push")
@settings_flags("state_dir", "remote_query", "remote_update", "remote_user")
@click.option("--release", "number", type=int, help="a kept release (default: the current one)")
@guarded
def push(settings: Settings, number: int | None) -> None:
    """Load a release into a remote SPARQL engine, for sites that read from there."""
    from zorgnetwerk.pushing import push_release

    done = push_release(settings, number, _say)
    click.echo(
        f"version {done.version}: {done.statements} statements in {done.graphs} graphs, "
        f"{'new' if done.is_new else 'unchanged'}"
    )


@main.command()
@settings_flags("state_dir", "content_dir")
@guarded
def doctor(settings: Settings) -> None:
    """Examine machine, state folder and content; say what is wrong and what to do."""
    from zorgnetwerk import doctor as examination

    findings = examination.examine(settings)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_fine else 'FAIL'}  {finding.subject}: {finding.text}")
    sys.exit(0 if all(finding.is_fine for finding in findings) else 1)


@main.command()
@settings_flags("state_dir", "query_timeout")
@click.argument("text", required=False)
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="read the query from a file")
@click.option("--format", "form", type=click.Choice(sorted(_FORMATS)), help="default: csv, or ttl for graphs")
@guarded
def query(settings: Settings, text: str | None, file: Path | None, form: str | None) -> None:
    """Answer a SPARQL query from the current release ('-' reads standard input)."""
    from zorgnetwerk.store.base import Limits
    from zorgnetwerk.store.local import LocalStore
    from zorgnetwerk.store.query import Query

    source = _read(file) if file or text in (None, "-") else str(text)
    asked = Query.parse(source, settings.query_bytes)
    release = _current(settings)
    limits = Limits(settings.query_timeout, settings.result_bytes, settings.query_memory)
    store = LocalStore(release.folder, default_graph=release.record.default_graph, limits=limits)  # type: ignore[arg-type]
    media_type = _FORMATS[form] if form else (media_types.TURTLE if asked.is_graph else media_types.RESULTS_CSV)
    try:
        with store.answer(asked, media_type).body as body, writing_to(None) as target:
            for piece in body.chunks():
                target.write(piece)
    finally:
        store.close()


@main.command()
@settings_flags("state_dir")
@click.option(
    "--format",
    "suffix",
    type=click.Choice([offer.suffix for offer in media_types.DUMP_FORMATS]),
    default="nq",
    show_default=True,
)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="a file; default: standard output")
@guarded
def dump(settings: Settings, suffix: str, output: Path | None) -> None:
    """Write the whole current release."""
    from zorgnetwerk.dataset import dumps

    _, path = dumps.find(_current(settings), f"zorgnetwerk.{suffix}")
    if output and output.exists() and output.samefile(path):
        raise StateError(f"{output} is what the release keeps, which stays as it is. Name another file with --output.")
    with path.open("rb") as file, writing_to(output) as target:
        shutil.copyfileobj(file, target)


@main.command()
@settings_flags("state_dir", "content_dir", "sources_dir")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--language", type=click.Choice(["nl", "fr", "de", "en"]), default="nl", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json", "ttl"]), default="text", show_default=True)
@guarded
def check(settings: Settings, files: tuple[Path, ...], language: str, form: str) -> None:
    """Check files as a submission would be; nothing is stored. Exit code 1 when one does not conform."""
    # Loaded here because the validator takes a quarter of a second, which no other command needs.
    from zorgnetwerk.submission.command import check_files

    sys.exit(0 if check_files(settings, files, language, form, click.echo) else 1)


@main.group(cls=LaterGroup, later={"link": "zorgnetwerk.reviews:link"})
def token() -> None:
    """Keys for submitters and stewards."""


@token.command("create")
@settings_flags("state_dir")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--organisation", required=True, help="the IRI of the organisation that holds the key")
@guarded
def create(settings: Settings, role: str, organisation: str) -> None:
    """Make a key; its secret is printed once."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    key, secret = Keys(State.open(settings.state).folder).create(role, organisation, now)
    click.echo(f"{secret}", nl=True)
    click.echo(f"key {key.name} ({role}); the line above is shown only now", err=True)


@token.command("list")
@settings_flags("state_dir")
@guarded
def list_keys(settings: Settings) -> None:
    """List the keys, without secrets."""
    for key in Keys(State.found(settings.state).folder).all():
        shown = {name: value for name, value in asdict(key).items() if name != "digest"}
        click.echo(json.dumps(shown, ensure_ascii=False))


@token.command("revoke")
@settings_flags("state_dir")
@click.argument("name")
@guarded
def revoke(settings: Settings, name: str) -> None:
    """Remove a key."""
    key = Keys(State.found(settings.state).folder).revoke(name)
    click.echo(f"key {key.name} is revoked")


def _current(settings: Settings) -> Release:
    release = Releases(State.found(settings.state)).current()
    if release is None:
        raise ZorgnetwerkError("No release has been built yet; run 'zorgnetwerk build'.")
    return release


def _read(file: Path | None) -> str:
    """The text of a file, or of standard input. Errors: SyntaxInvalid when it is not UTF-8; OSError, which names it."""
    name = file or "standard input"
    try:
        with named(name):
            return (file.read_bytes() if file else sys.stdin.buffer.read()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise SyntaxInvalid(f"{name} is not UTF-8: {error.reason} at byte {error.start}.") from error


def _say(text: str) -> None:
    click.echo(text, err=True)
