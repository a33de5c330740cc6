"""What the web processes run: the application, made from the environment that ``zorgnetwerk serve`` prepared."""

from __future__ import annotations

from zorgnetwerk import logs, pushing, settings
from zorgnetwerk.settings import Settings
from zorgnetwerk.store import processes
from zorgnetwerk.store.base import Limits
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.store.options import DispatcherOptions
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.web.app import create_app
from zorgnetwerk.web.cache import AnswerCache
from zorgnetwerk.web.rendering import Renderer
from zorgnetwerk.web.site import Site


def make() -> AnswerCache:
    """The application of this process; the process ends when the server that started it ends."""
    processes.die_with_parent()
    chosen = settings.load()
    logs.set_up(chosen.log_level)
    site = _remote(chosen) if chosen.remote_query else _embedded(chosen)
    return AnswerCache(create_app(site), site.releases.current_number, chosen.cache_bytes)


def _remote(chosen: Settings) -> Site:
    store = pushing.reader(chosen)
    releases = pushing.releases_of(chosen, store)
    return Site(
        chosen, Base(chosen.base_iri or f"http://{chosen.host}:{chosen.port}/"), store, releases, Renderer.load()
    )


def _embedded(chosen: Settings) -> Site:
    state = State.open(chosen.state)
    limits = Limits(chosen.query_timeout, chosen.result_bytes, chosen.query_memory)
    store = EmbeddedStore(DispatcherOptions(state_dir=state.folder).socket_path(), limits=limits)
    return Site(chosen, Base(chosen.base_iri or state.base_iri), store, Releases(state), Renderer.load())
