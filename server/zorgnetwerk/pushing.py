"""The site on a remote engine: what the settings say about it, pushing a release, serving from it.

The publisher holds no state then: it reads the pointer of the engine and runs in as many copies as wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from zorgnetwerk.errors import Limit, SettingError, StateError, StoreUnavailable
from zorgnetwerk.settings import Settings
from zorgnetwerk.store.base import Limits
from zorgnetwerk.store.push import Pushed, push
from zorgnetwerk.store.pushed import PushedReleases, PushedStore
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.remote import Credentials, RemoteStore
from zorgnetwerk.store.state import State

_PATIENT: Final = Limits(600.0, 1 << 40, 1 << 40)
"""Nobody waits for a push; the engine's own limits hold."""


def reader(settings: Settings) -> PushedStore:
    """The store of a site on a remote engine."""
    limits = Limits(settings.query_timeout, settings.result_bytes, settings.query_memory)
    parallel = max(1, settings.web_threads // 2)
    return PushedStore(settings.remote_query, credentials=_credentials(settings), limits=limits, parallel=parallel)


def releases_of(settings: Settings, store: PushedStore) -> PushedReleases:
    """The release that the engine serves, with its small files in the state folder."""
    return PushedReleases(store, settings.state / "remote")


def push_release(settings: Settings, number: int | None, say: Callable[[str], object]) -> Pushed:
    """Makes a kept release (the current one unless named) the one that the remote engine serves.

    Errors: SettingError, StateError without a release, NotFound, Gone, StoreUnavailable.
    """
    if not settings.remote_query or not settings.remote_update:
        raise SettingError("push needs remote_query and remote_update: the addresses of the engine's two endpoints.")
    state = State.found(settings.state)
    releases = Releases(state)
    with state.writing():
        release = releases.get(number) if number else releases.current()
        if release is None:
            raise StateError("No release has been built yet; run 'zorgnetwerk build'.")
        store = RemoteStore(
            settings.remote_query,
            update_endpoint=settings.remote_update,
            credentials=_credentials(settings),
            limits=_PATIENT,
        )
        try:
            return push(release, store, say)
        finally:
            store.close()


def settled(settings: Settings, say: Callable[[str], None]) -> Settings:
    """The settings with the base IRI of what the engine holds now; says what that is.

    Errors: SettingError when another base is demanded than the release was built under.
    """
    store = reader(settings)
    try:
        manifest = store.manifest()
    except (StoreUnavailable, Limit) as error:
        say(f"The remote engine does not answer yet: {error}")
        return settings
    finally:
        store.close()
    if manifest is None:
        say("The remote engine holds no release yet; run 'zorgnetwerk push'.")
        return settings
    base = manifest.record.base_iri
    if settings.base_iri and settings.base_iri != base:
        raise SettingError(f"base_iri is {settings.base_iri!r}, but the release in the remote engine has {base!r}.")
    say(f"Release {manifest.record.number} ({manifest.record.quads:,} statements) at {settings.remote_query}.")
    return replace(settings, base_iri=base)


def _credentials(settings: Settings) -> Credentials | None:
    return Credentials(settings.remote_user, settings.remote_secret) if settings.remote_user else None
