"""The applications that web processes run, made from the environment that ``zorgnetwerk serve`` prepared."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from zorgnetwerk import logs, settings
from zorgnetwerk.settings import Settings
from zorgnetwerk.store.base import Limits
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.web.app import create_app
from zorgnetwerk.web.cache import AnswerCache
from zorgnetwerk.web.clients import SALT_VARIABLE, Clients, networks
from zorgnetwerk.web.connections import Connections
from zorgnetwerk.web.front.heads import CLIENT_VARIABLE
from zorgnetwerk.web.opening import Opening
from zorgnetwerk.web.rendering import Renderer
from zorgnetwerk.web.site import Site
from zorgnetwerk.web.tallies import TALLIES, Tallies

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def over_remote() -> WSGIApplication:
    """The application over a remote engine, which listens itself."""
    chosen = settings.load()
    logs.set_up(chosen.log_level)
    site = _remote(chosen)
    return AnswerCache(create_app(site), site.releases.current_number, chosen.cache_bytes)


def behind_door() -> WSGIApplication:
    """The application over this machine's engine, as the door asks it: the door keeps answers and says who asks."""
    chosen = settings.load()
    logs.set_up(chosen.log_level)
    application = Opening(_embedded(chosen))

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["REMOTE_ADDR"], _, environ["REMOTE_PORT"] = environ.pop(CLIENT_VARIABLE, "").partition(" ")
        return application(environ, start_response)

    return answer


def _remote(chosen: Settings) -> Site:
    from zorgnetwerk import pushing  # with a client for remote engines, which no other site needs

    store = pushing.reader(chosen)
    releases = pushing.releases_of(chosen, store)
    return Site(
        chosen, Base(chosen.base_iri or f"http://{chosen.host}:{chosen.port}/"), store, releases, Renderer.load()
    )


def _embedded(chosen: Settings) -> Site:
    state = State.open(chosen.state)
    limits = Limits(chosen.query_timeout, chosen.result_bytes, chosen.query_memory)
    store = EmbeddedStore(DispatcherOptions(state_dir=state.folder).socket_path(), limits=limits)
    return Site(
        chosen,
        Base(chosen.base_iri or state.base_iri),
        store,
        Releases(state),
        Renderer.load(),
        clients=Clients(networks(chosen.trusted_proxies), bytes.fromhex(os.environ.pop(SALT_VARIABLE, ""))),
        tallies=Tallies(state.folder / TALLIES),
        connections=Connections(chosen.port),
        is_checking=chosen.checks_everything,
    )
