"""Whether the newest release is still what the content and the journal say: the question of every start.

Knows files, journal and releases, and none of what a build needs, so that a start that finds nothing changed is quick.
"""

from __future__ import annotations

from zorgnetwerk import __version__
from zorgnetwerk.dataset.content import Content
from zorgnetwerk.errors import StateError
from zorgnetwerk.store.digest_memory import FILE as DIGESTS
from zorgnetwerk.store.digest_memory import DigestMemory
from zorgnetwerk.store.journal import FILE as JOURNAL
from zorgnetwerk.store.journal import Journal
from zorgnetwerk.store.release import Release, Releases


def fingerprint_of(releases: Releases, content: Content, default_graph: str, *, checked: bool) -> str:
    """What a build of this content depends on besides the journal."""
    memory = DigestMemory(releases.state.folder / DIGESTS)
    return content.fingerprint((__version__, default_graph, str(checked)), memory)


def fresh(releases: Releases, fingerprint: str, base_iri: str) -> Release | None:
    """The newest release, when it is of this content and of the whole journal and is the one that is served.

    Errors: StateError.
    """
    newest = releases.newest()
    if newest is None or releases.current_number() != newest.number:
        return None
    record = newest.record
    if record.fingerprint != fingerprint or record.base_iri != base_iri:
        return None
    journal = Journal(releases.state.folder / JOURNAL)
    is_of_journal = 0 < record.journal == journal.last_number() and journal.state_hash() == record.asserted
    return newest if is_of_journal else None


def check_whole(journal: Journal, newest: Release | None) -> None:
    """Passes unless a release holds more than the journal, which is the truth that releases are made from.

    Errors: StateError when entries are lost.
    """
    last = journal.last_number()
    if newest is not None and newest.record.journal > last:
        raise StateError(
            f"The journal ends at entry {last}, but release {newest.number} was made up to entry "
            f"{newest.record.journal}: accepted changes are lost. Put the journal back from a backup "
            "('zorgnetwerk restore' into an empty state folder), or begin anew in an empty state folder."
        )
