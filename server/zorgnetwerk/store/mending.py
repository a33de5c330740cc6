"""Releases that are not whole: found, set aside, and the pointer moved to one that is, so that a build can go on.

Nothing is removed. What can be damaged from outside: a release folder without its record or its data, a pointer that
names nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from zorgnetwerk.errors import StateDamaged
from zorgnetwerk.store import deltas
from zorgnetwerk.store.release import SET_ASIDE, Release, Releases
from zorgnetwerk.store.state import sync_folder

_STORE: Final = "store/CURRENT"
"""Without this file the engine's folder is none."""


def damages(releases: Releases) -> Iterator[StateDamaged]:
    """What is wrong with each release that is not whole, and with the pointer.

    Errors: StateError, such as for a format of a newer version, which is no damage.
    """
    broken = set[int]()
    for number in releases.numbers():
        try:
            _check(releases.get(number))
        except StateDamaged as error:
            broken.add(number)
            yield error
    try:
        if releases.current_number() not in broken:
            releases.current()
    except StateDamaged as error:
        yield error


def _check(release: Release) -> None:
    """Passes when what a release is answered from is there; what stands in it ``journal verify`` compares."""
    chain = deltas.chain_of(release.folder)
    parts = (chain.quads, *map(deltas.delta_name, chain.deltas), _STORE)
    missing = [name for name in parts if not (release.folder / name).exists()]
    if missing:
        raise StateDamaged(f"{release.folder} lacks {' and '.join(missing)}. {SET_ASIDE}")


def mend(releases: Releases, say: Callable[[str], object]) -> None:
    """Sets aside what is damaged and serves the newest whole release; says what it did. Does nothing where all is
    whole.

    Errors: StateError, also when somebody else keeps writing; those of the disk.
    """
    if any(True for _ in damages(releases)):
        with releases.state.writing():
            _mend(releases, say)


def _mend(releases: Releases, say: Callable[[str], object]) -> None:
    for number in releases.numbers():
        try:
            _check(releases.get(number))
        except StateDamaged as error:
            aside = releases.root / f"damaged-{number:06d}"
            releases.folder(number).rename(aside)
            sync_folder(releases.root)
            say(f"{error} Set aside as {aside}.")
    try:
        releases.current()
    except StateDamaged as error:
        whole = releases.newest()
        if whole is not None:
            releases.point_to(whole.number)
        else:
            releases.point_to_none()
        say(f"{error} Served now: {f'release {whole.number}' if whole else 'none'}.")
