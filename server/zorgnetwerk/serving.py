"""Starting the site: state, base IRI, build, then the processes.

serve (supervisor) → publisher → chores
                   → dispatcher → store master → query workers
                   │            └ checker → check workers
                   └ web server → web processes
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zorgnetwerk.dataset import freshness
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.errors import ContentError, SettingError, StateDamaged
from zorgnetwerk.settings import ENVIRONMENT_PREFIX, Settings
from zorgnetwerk.store import mending
from zorgnetwerk.store.frames import SOCKET_PATH_LIMIT
from zorgnetwerk.store.options import LOANS_PER_DOOR, DispatcherOptions
from zorgnetwerk.store.release import Release, Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.store.supervision import Child, Supervisor
from zorgnetwerk.terms.iris import Base, is_base
from zorgnetwerk.web.clients import SALT_VARIABLE

if TYPE_CHECKING:
    from zorgnetwerk.dataset.building import Outcome, Plan

_LATER_SECONDS = 2.0
"""So long after the start those begin that nobody waits for: further doors and web servers, the publisher."""
_WEB_AFTER_SECONDS = 0.3
"""A web server takes longer to start than a query to be answered, which needs none."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def base_of(settings: Settings, state: State, port: int) -> Base:
    """The base IRI that holds: the one given now, else the recorded one, else that of the newest release, else the
    address of this first start; recorded.

    Errors: SettingError when the given one is no base IRI.
    """
    given = settings.base_iri
    if given and not is_base(given):
        raise SettingError(f"base_iri is {given!r}, expected http(s)://host/ ending in a slash")
    host = "localhost" if settings.host in _LOOPBACK or settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    value = given or state.base_iri or _base_of_releases(state) or f"http://{host}:{port}/"
    if value != state.base_iri:
        state.record_base_iri(value)
    return Base(value)


def _base_of_releases(state: State) -> str:
    """What the published IRIs begin with when the record of the state folder is lost; "" when nothing is published."""
    with contextlib.suppress(StateDamaged):
        newest = Releases(state).newest()
        return newest.record.base_iri if newest else ""
    return ""


def plan_of(settings: Settings, base: Base, cause: str = "build", accept_loss: bool = False) -> Plan:
    """The build that these settings describe."""
    from zorgnetwerk.dataset.building import Plan
    from zorgnetwerk.submission.release_check import release_checks

    content = Content(settings.content)
    checks = release_checks(content.folder) if content.has_shapes and not settings.unchecked else ()
    return Plan(
        content=content,
        base=base,
        default_graph=_default_graph(settings),
        checked=not settings.unchecked,
        retention=settings.release_retention,
        cause=cause,
        accept_loss=accept_loss,
        checks=checks,
    )


def free_port(settings: Settings) -> int:
    """The port to listen on. Errors: SettingError when it is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
            probe.listen(1)  # binding alone succeeds beside a listener that shares its port
        except OSError as error:
            raise SettingError(
                f"port: {settings.host}:{settings.port} cannot be used ({error.strerror}). Choose another with --port."
            ) from error
        return int(probe.getsockname()[1])


def serve(settings: Settings, say: Callable[[str], None]) -> int:
    """Runs the site until it is told to stop; gives the exit code.

    Errors: SettingError, StateError; ContentError only when there is no earlier release to serve.
    """
    if sys.platform != "linux":
        raise SettingError(
            "The site runs on Linux (it needs fork, resource limits and seccomp). Use the container or WSL elsewhere."
        )
    if settings.remote_query:
        from zorgnetwerk import pushing

        port = free_port(settings)
        running = replace(pushing.settled(settings, say), port=port)
        say(f"Open {_address(settings, port)}")
        return Supervisor([Child("web", web_command(running), environment_of(running))]).run()
    state = State.open(settings.state)
    with state.serving():
        port = free_port(settings)
        base = base_of(settings, state, port)
        releases = Releases(state)
        release, history = present_release(settings, releases, base, say)
        say(f"Release {release.number} ({release.record.quads:,} statements), {history}.")
        address = _address(settings, port)
        say(f"Open {address}   IRIs begin with {base.value}   SPARQL: {address}sparql")
        if base.value != address:
            say("Pages link within this address; IRIs keep their recorded base. Another base: --base-iri.")
        running = replace(settings, port=port, base_iri=base.value)
        with socket_folder(state) as sockets:
            return Supervisor(children(running, state, sockets)).run()


def _address(settings: Settings, port: int) -> str:
    """Where a browser on this machine finds the site."""
    return f"http://{'localhost' if settings.host in _LOOPBACK else settings.host}:{port}/"


@contextlib.contextmanager
def socket_folder(state: State) -> Iterator[Path]:
    """Where the web servers listen: the state folder, or a folder of this start where its path is too long."""
    if len(os.fsencode(state.folder)) < SOCKET_PATH_LIMIT - 12:
        yield state.folder
        return
    with tempfile.TemporaryDirectory(prefix="zorgnetwerk-") as folder:
        yield Path(folder)


def present_release(
    settings: Settings, releases: Releases, base: Base, say: Callable[[str], None]
) -> tuple[Release, str]:
    """The release to serve, and whether it was built now. What a build needs is only loaded when there is one to make:
    a start that finds nothing changed answers within a second.
    """
    mending.mend(releases, say)
    content, checked = Content(settings.content), not settings.unchecked
    fingerprint = freshness.fingerprint_of(releases, content, _default_graph(settings), checked=checked)
    found = freshness.fresh(releases, fingerprint, base.value)
    if found is not None:
        return found, "unchanged"
    outcome = build_or_keep(releases, plan_of(settings, base), say)
    return outcome.release, "built now" if outcome.is_new else "unchanged"


def _default_graph(settings: Settings) -> Literal["union", "own"]:
    return "own" if settings.default_graph == "own" else "union"


def build_or_keep(releases: Releases, plan: Plan, say: Callable[[str], None]) -> Outcome:
    """The release of the present content, or the served one when the content is refused; the reasons are said."""
    from zorgnetwerk.dataset.building import Outcome, build
    from zorgnetwerk.dataset.publishing import publish

    try:
        published = publish(releases, is_house=plan.content.is_house, retention=plan.retention)
        if published is not None:
            say(f"Accepted changes were waiting: release {published.number} has them.")
        outcome = build(releases, plan, say)
        for notice in plan.content.notices() if outcome.is_new else ():
            say(notice)
        return outcome
    except ContentError as error:
        current = releases.current()
        if current is None or current.record.base_iri != plan.base.value:
            raise
        say(f"The content was refused, release {current.number} stays:\n{error}")
        return Outcome(current, is_new=False)


def children(settings: Settings, state: State, sockets: Path) -> list[Child]:
    """The processes of a running site; ``sockets`` is the folder where its web servers listen."""
    # Who evaluates what strangers write knows no secret.
    secretless = {"oidc_issuer": "", "oidc_client": "", "oidc_secret": "", "remote_user": "", "remote_secret": ""}
    environment = environment_of(replace(settings, **secretless))  # type: ignore[arg-type]  # all are texts
    options = DispatcherOptions(
        state_dir=state.folder,
        workers=settings.worker_count,
        queue_limit=settings.queue_length,
        client_limit=settings.client_length,
        loan_workers=LOANS_PER_DOOR * settings.web_workers,
        memory_bytes=settings.query_memory,
        result_bytes=settings.result_bytes,
        memory_quads=settings.memory_mode_quads,
        default_graph=_default_graph(settings),
        handler="zorgnetwerk.submission.jobs:prepare",
        content_dir=settings.content,
        log_level=settings.log_level,
    )
    web_environment = environment_of(settings) | {SALT_VARIABLE: secrets.token_hex(16)}
    numbers = range(1, settings.web_workers + 1)
    paths = [sockets / f"web-{number}.sock" for number in numbers]
    processes = [Child("dispatcher", options.command(), environment)]
    for number, path in zip(numbers, paths, strict=True):
        # What the first answer waits for comes first; the rest would only take the processor from it.
        later = 0.0 if number == 1 else _LATER_SECONDS
        door = door_command([*paths[number - 1 :], *paths[: number - 1]])
        web = web_command(settings, path)
        after = later or _WEB_AFTER_SECONDS
        processes += [
            Child(path.stem, web, web_environment, leftovers=(path,), stage=1, after_seconds=after),
            Child(f"door-{number}", door, web_environment, stage=2, after_seconds=later),
        ]
    command = (sys.executable, "-m", "zorgnetwerk.publisher")
    publisher = Child("publisher", command, environment, after_seconds=_LATER_SECONDS, is_vital=False)
    return [*processes, publisher]


def door_command(applications: Sequence[Path]) -> tuple[str, ...]:
    """The command line of one door: the process that speaks with clients. Several share the port, so that none is
    missed while it restarts.
    """
    return (sys.executable, "-m", "zorgnetwerk.entrance", *map(str, applications))


def web_command(settings: Settings, behind: Path | None = None) -> tuple[str, ...]:
    """The command line of one web server: on the site's own port, or on this socket behind a door."""
    where: dict[str, object] = {"host": settings.host, "port": settings.port}
    flags = {
        "interface": "wsgi",
        **({"uds": behind, "uds-permissions": "600"} if behind else where),
        "workers": 1,
        "blocking-threads": settings.web_threads,
        "backpressure": settings.web_threads * 4,
        "respawn-interval": 0.2,
        "workers-kill-timeout": 4,
        "log-level": "error",
        "http": "1",
    }
    words = [word for name, value in flags.items() for word in (f"--{name}", str(value))]
    return (
        sys.executable,
        "-m",
        "granian",
        *words,
        "--factory",
        "--no-ws",
        "--respawn-failed-workers",
        "--no-access-log",
        f"zorgnetwerk.wsgi:{'behind_door' if behind else 'over_remote'}",
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment that hands these settings to a child process."""
    values = {item.name: getattr(settings, item.name) for item in fields(settings)}
    values |= {"state_dir": str(settings.state), "content_dir": str(settings.content)}
    named = {f"{ENVIRONMENT_PREFIX}{name.upper()}": str(value) for name, value in values.items()}
    return named | {"PYTHONUNBUFFERED": "1", "PATH": os.environ.get("PATH", "")}
