"""Commands for what others send: ``submit`` over HTTP, ``review`` on the state folder, links for who has no key."""

from __future__ import annotations

import datetime
import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import click
from rdflib import Literal, URIRef

from zorgnetwerk.errors import NotFound, ZorgnetwerkError
from zorgnetwerk.flags import Command, guarded, settings_flags
from zorgnetwerk.settings import Settings
from zorgnetwerk.store.edges import ReleaseEdges
from zorgnetwerk.store.release import Record, Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.submission import moving, reviewing, withdrawing
from zorgnetwerk.submission.intake import Declined, Judge, Published
from zorgnetwerk.submission.keys import Keys
from zorgnetwerk.submission.merging import Order
from zorgnetwerk.submission.passes import Passes
from zorgnetwerk.submission.register import Filter, Register
from zorgnetwerk.submission.reviewing import House, Steward
from zorgnetwerk.submission.rows import STATES
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, Base
from zorgnetwerk.terms.namespaces import SKOS

_PUBLISHER: Final = f"{RESERVED_BASE}id/uitgever/zorgnetwerk"
_SECONDS: Final = 120
_DAY_SECONDS: Final = 86_400
_STEWARD: Final = click.option("--steward", "name", default="", help="the name of the steward's key that decides")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--url", required=True, help="the address of the site, such as https://example.org/")
@click.option("--key", required=True, envvar="ZORGNETWERK_KEY", help="a key of your organisation")
@click.option("--replaces", default="", help="the id of a submission that this one corrects")
@click.option("--state", "tag", default="", help="the ETag of that submission, as you saw it")
@guarded
def submit(_: Settings, files: tuple[Path, ...], url: str, key: str, replaces: str, tag: str) -> None:
    """Send files to a site, each as a submission; say where its status page is. Exit code 1 when one is refused."""
    for file in files:
        answer = _send(file, url, key, replaces, tag)
        click.echo(f"{file}: {answer['id']} {answer['state']}\n    {answer['status']}")


def _send(file: Path, url: str, key: str, replaces: str, tag: str) -> dict[str, Any]:
    """The receipt. Errors: ZorgnetwerkError with what the site said."""
    if not url.startswith(("http://", "https://")):
        raise ZorgnetwerkError(f"--url is {url!r}, expected an address that begins with http:// or https://")
    media_type = syntax.media_type_of(file)
    if media_type is None:
        raise ZorgnetwerkError(f"{file}: the ending is none of a format that is read; use .ttl, .jsonld, .rdf, .nt")
    query = f"?{urlencode({'replaces': replaces})}" if replaces else ""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": media_type.name, "Accept": "application/json"}
    headers |= {"If-Match": f'"{tag}"'} if tag else {}
    asked = urllib.request.Request(f"{url.rstrip('/')}/submissions{query}", file.read_bytes(), headers)  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310  # http or https, seen above
            receipt: dict[str, Any] = json.load(answer)
            return receipt
    except urllib.error.HTTPError as error:
        raise ZorgnetwerkError(f"{file}: {_told(error)}") from error
    except OSError as error:
        raise ZorgnetwerkError(f"{url} does not answer: {error}") from error


def _told(error: urllib.error.HTTPError) -> str:
    """What a site said of a document that it did not take."""
    try:
        said = json.loads(error.read())
    except ValueError:
        return f"{error.code} {error.reason}"
    if "findings" in said:
        lines = [
            f"    {found.get('line') or ''} {found['rule']} {found['message']}"
            for found in said["findings"]
            if found["severity"] == "Violation"
        ]
        return "\n".join(("does not conform", *lines))
    return f"{error.code} {said.get('title', '')}: {said.get('detail', '')}"


@click.command("link")
@settings_flags("state_dir")
@click.option("--organisation", required=True, help="the IRI of the organisation that will send")
@click.option("--expires", "days", type=click.IntRange(1, 366), default=14, show_default=True, help="days")
@guarded
def link(settings: Settings, organisation: str, days: int) -> None:
    """Make a link with which an organisation can send without a key, for some days."""
    state = State.open(settings.state)
    base = Base(state.base_iri or RESERVED_BASE)
    words = Passes.open(state.folder).invite(base.reserve(organisation), int(time.time()) + days * _DAY_SECONDS)
    click.echo(f"{base.value}submissions?{urlencode({'link': words})}")


@click.group()
def review() -> None:
    """Look at what was sent, and decide about it."""


@review.command("list")
@settings_flags("state_dir")
@click.option("--state", type=click.Choice([*STATES, "all"]), default="waiting", show_default=True)
@guarded
def listed(settings: Settings, state: str) -> None:
    """List submissions."""
    register = Register.open(State.found(settings.state).folder)
    page = 1
    while True:
        found = register.listing(Filter(state="" if state == "all" else state), page)
        for each in found.submissions:
            click.echo(f"{each.id}  {each.state:9s}  {each.received}  {each.organisation}  {each.label}")
        if page >= found.pages:
            return
        page += 1


@review.command("show")
@settings_flags("state_dir")
@click.argument("identifier")
@guarded
def show(settings: Settings, identifier: str) -> None:
    """Show a submission: what it says, its report, its steps."""
    register = Register.open(State.found(settings.state).folder)
    found, contents = register.find(identifier), register.contents(identifier)
    click.echo(json.dumps({name: getattr(found, name) for name in found.__slots__}, ensure_ascii=False, indent=1))
    for event in register.events(identifier):
        click.echo(f"{event.time}  {event.kind}  {event.who}  {event.organisation}  {event.comment}")
    for line in contents.lines:
        click.echo(line)


@review.command("accept")
@settings_flags("state_dir", "content_dir", "sources_dir", "four_eyes")
@click.argument("identifiers", nargs=-1, required=True)
@_STEWARD
@click.option("--comment", default="")
@guarded
def accept(settings: Settings, identifiers: tuple[str, ...], name: str, comment: str) -> None:
    """Accept submissions; each is checked again before. Exit code 1 when one no longer conforms."""
    room = _Room(settings)
    for identifier in identifiers:
        house = room.house(room.register.find(identifier).organisation)
        outcome = reviewing.accept(room.register, house, identifier, room.steward(name), _now(), comment)
        if isinstance(outcome, Declined):
            raise ZorgnetwerkError(f"{identifier} no longer conforms with what is published now; it still waits.")
        room.register.wake_publisher()
        click.echo(f"{identifier} {'accepted' if outcome.entry else 'waits for a second steward'}")


@review.command("refuse")
@settings_flags("state_dir")
@click.argument("identifier")
@_STEWARD
@click.option("--reason", required=True, help="what the submitter reads")
@guarded
def refuse(settings: Settings, identifier: str, name: str, reason: str) -> None:
    """Refuse a submission."""
    room = _Room(settings)
    found = reviewing.refuse(room.register, identifier, room.steward(name), _now(), reason)
    click.echo(f"{found.id} {found.state}")


@review.command("withdraw")
@settings_flags("state_dir", "content_dir")
@click.argument("identifier")
@_STEWARD
@click.option("--reason", default="")
@guarded
def withdraw(settings: Settings, identifier: str, name: str, reason: str) -> None:
    """Take a submission out of the data again."""
    room = _Room(settings)
    house = room.house(room.register.find(identifier).organisation)
    found = withdrawing.withdraw(room.register, house, identifier, room.steward(name), _now(), reason)
    room.register.wake_publisher()
    click.echo(f"{found.id} {found.state}")


def _of_two(command: Command) -> Command:
    """What a command needs that makes OLD to NEW."""
    command = _STEWARD(click.option("--reason", default="")(guarded(command)))
    command = click.argument("old")(click.argument("new")(command))
    return settings_flags("state_dir", "content_dir")(command)


@review.command("merge")
@_of_two
def merge(settings: Settings, old: str, new: str, name: str, reason: str) -> None:
    """Make one thing of two: OLD becomes NEW (IRIs); the old address leads to the new one."""
    _carry_out(settings, Order("merge", old, new, reason), name)


@review.command("move")
@_of_two
def move(settings: Settings, old: str, new: str, name: str, reason: str) -> None:
    """Give a thing another address that is free: OLD becomes NEW (IRIs)."""
    _carry_out(settings, Order("move", old, new, reason), name)


def _carry_out(settings: Settings, order: Order, name: str) -> None:
    room = _Room(settings)
    meant = Order(order.kind, room.base.reserve(order.old), room.base.reserve(order.new), order.reason)
    entry = moving.carry_out(
        room.register, room.judge(), room.job(), room.published(), meant, room.steward(name), _now()
    )
    room.register.wake_publisher()
    click.echo(f"{order.old} is now {order.new} (journal entry {entry.number})")


class _Room:
    """A state folder as the commands need it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._state = State.found(settings.state)
        self.register = Register.open(self._state.folder)
        self.base = Base(self._state.base_iri or RESERVED_BASE)

    def steward(self, name: str) -> Steward:
        """Who decides: the steward's key of this name, or the operator of this machine. Errors: NotFound."""
        if not name:
            return Steward("command line", _PUBLISHER)
        key = Keys(self._state.folder).steward(name)
        if key is None:
            raise NotFound(f"There is no steward's key {name!r}; 'zorgnetwerk token list' shows all.")
        return Steward(key.name, self.base.reserve(key.organisation))

    def record(self) -> Record:
        """The served release. Errors: NotFound."""
        release = Releases(self._state).current()
        if release is None:
            raise NotFound("No release has been built yet; run 'zorgnetwerk build'.")
        return release.record

    def published(self) -> Published:
        """What is published now."""
        record = self.record()
        return Published(record.number, record.journal)

    def judge(self) -> Judge:
        """The check, in this process."""
        # Loaded here because the validator takes a quarter of a second, which listing does not need.
        from zorgnetwerk.submission.jobs import prepare

        handle = prepare(str(self._settings.content))
        return lambda job, body: handle(dict(job), body)

    def job(self) -> dict[str, object]:
        """What the check must know."""
        return {
            "base_iri": self.base.value,
            "state_dir": str(self._state.folder),
            "sources_dir": self._settings.sources_dir,
            "document_bytes": self._settings.submission_bytes,
            "triples": self._settings.submission_triples,
        }

    def house(self, organisation: str) -> House:
        """What a decision must know."""
        record = self.record()
        return House(
            judge=self.judge(),
            published=Published(record.number, record.journal),
            job=self.job(),
            names={organisation: self._name(organisation, record)},
            rules=record.content_version,
            four_eyes=self._settings.four_eyes,
        )

    def _name(self, organisation: str, record: Record) -> str:
        edges = ReleaseEdges.open(Releases(self._state).get(record.number).folder)
        names = [value for *_, value in edges.leaving([URIRef(organisation)], SKOS.prefLabel)]
        dutch = [str(name) for name in names if isinstance(name, Literal) and name.language == "nl"]
        return next(iter(sorted(dutch)), organisation.rsplit("/", 1)[-1])


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
