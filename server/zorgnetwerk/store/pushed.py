"""A release in a remote engine, as readers see it: exactly the graphs that the pointer names, under their own names.

    graph urn:x-zorgnetwerk:pointer
      <urn:x-zorgnetwerk:current>       <urn:x-zorgnetwerk:is>    <urn:x-zorgnetwerk:version:7-ab12cd34ef>
      <urn:x-zorgnetwerk:version:…>     <urn:x-zorgnetwerk:holds> "manifest as JSON"

Every query is sent with the graphs of one version named in the request, so that nothing of another version can be seen.
The site on top of it is stateless: it reads the pointer once a second. Written by ``push.py``.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from zorgnetwerk.errors import Limit, NotFound, QueueFull, StateError, StoreUnavailable
from zorgnetwerk.store.base import Answer, DatasetSelection, Limits
from zorgnetwerk.store.history import Entry
from zorgnetwerk.store.query import Query
from zorgnetwerk.store.release import Record, Release, Releases, record_of, write_record
from zorgnetwerk.store.remote import DEFAULT_LIMITS, Credentials, RemoteStore, solutions_of
from zorgnetwerk.store.renaming import Renaming
from zorgnetwerk.store.state import State, write_durably
from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType

POINTER: Final = "urn:x-zorgnetwerk:pointer"
CURRENT: Final = "urn:x-zorgnetwerk:current"
IS: Final = "urn:x-zorgnetwerk:is"
HOLDS: Final = "urn:x-zorgnetwerk:holds"
VERSION: Final = "urn:x-zorgnetwerk:version:"
POINTER_QUERY: Final = f"SELECT ?m WHERE {{ GRAPH <{POINTER}> {{ <{CURRENT}> <{IS}> ?v . ?v <{HOLDS}> ?m }} }}"
_FRESH_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 2.0
_POINTER_LIMITS: Final = Limits(2.0, 10_000_000, 1 << 30)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version holds. Shape: ``graphs`` are published names, "" for the default graph; ``pushed`` is ISO 8601."""

    version: str
    record: Record
    graphs: tuple[str, ...]
    prefixes: Mapping[str, str]
    pushed: str

    @property
    def names(self) -> Renaming:
        """How its graphs are named."""
        return Renaming(self.version, frozenset(self.graphs))

    def written(self) -> str:
        """The manifest as JSON in plain ASCII."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Manifest:
        """The manifest that this JSON is. Errors: StateError."""
        try:
            loaded: dict[str, Any] = json.loads(text)
            loaded["record"] = record_of(loaded["record"])
            return cls(**{**loaded, "graphs": tuple(loaded["graphs"])})
        except (ValueError, KeyError, TypeError) as error:
            raise StateError(f"The pointer in the remote engine is damaged: {error}. Push again.") from error


class PushedStore(RemoteStore):
    """A ``Store`` over the version that the pointer names; numbers and names are those of the release."""

    def __init__(
        self,
        endpoint: str,
        *,
        credentials: Credentials | None = None,
        limits: Limits = DEFAULT_LIMITS,
        parallel: int = 32,
    ) -> None:
        """``parallel``: so many public queries run at once, so that pages keep threads of their own."""
        super().__init__(endpoint, credentials=credentials, limits=limits)
        self._places = threading.BoundedSemaphore(parallel)
        self._lock = threading.Lock()
        self._manifest: Manifest | None = None
        self._read_at = float("-inf")

    def release(self) -> int:
        """The number of the release that answers now; 0 while none has been pushed. Errors: StoreUnavailable."""
        manifest = self.manifest()
        return manifest.record.number if manifest else 0

    def manifest(self) -> Manifest | None:
        """What the pointer names now; None before the first push. Errors: StoreUnavailable, StateError."""
        with self._lock:
            if time.monotonic() - self._read_at < _FRESH_SECONDS:
                return self._manifest
            try:
                data, _ = super()._fetch(POINTER_QUERY, media_types.RESULTS_JSON, _POINTER_LIMITS, None)
                found = [row["m"] for row in solutions_of(data)]
            except (StoreUnavailable, Limit):
                if self._manifest is None:
                    raise
                return self._manifest  # what it said last is still whole; what needs the engine fails by itself
            if len(found) == 1:  # some engines show the moment between: then what it said last still holds
                self._manifest = Manifest.read(str(found[0]))
            self._read_at = time.monotonic()
            return self._manifest

    def answer(
        self,
        query: Query,
        media_type: MediaType,
        limits: Limits | None = None,
        selection: DatasetSelection | None = None,
    ) -> Answer:
        """The complete answer, when one of the places for public queries is free in time. Errors: also QueueFull."""
        if not self._places.acquire(timeout=_PATIENCE_SECONDS):
            raise QueueFull(
                "All places for queries are taken. Try again in a few seconds.",
                unit="requests",
                retry_after_seconds=2,
            )
        try:
            return super().answer(query, media_type, limits, selection)
        finally:
            self._places.release()

    def _fetch(
        self, text: str, media_type: MediaType, limits: Limits, selection: DatasetSelection | None
    ) -> tuple[bytes, int]:
        manifest = self.manifest()
        if manifest is None:
            raise StoreUnavailable("No release has been pushed to the remote engine; run 'zorgnetwerk push'.")
        names = manifest.names
        question = names.question(text, selection)
        union = manifest.record.default_graph != "own"
        chosen = names.chosen(question.selection, union=union)
        data, _ = super()._fetch(question.text, media_type, limits, chosen)
        return names.published(data), manifest.record.number


class PushedReleases(Releases):
    """The one release that a remote engine serves. Its record and prefixes are copied into a folder, which may be
    empty, lost or shared at any time.
    """

    def __init__(self, store: PushedStore, folder: Path) -> None:
        super().__init__(State.open(folder))
        self._store = store

    def current_number(self) -> int:
        """The number of the release that the pointer names; 0 before the first push, or when it cannot be read."""
        try:
            return self._store.release()
        except (StoreUnavailable, Limit):
            return 0

    def current(self) -> Release | None:
        """That release, without quads, store and dumps."""
        manifest = self._store.manifest()
        if manifest is None:
            return None
        folder = self.root / manifest.version
        if not (folder / "release.json").exists():
            folder.mkdir(exist_ok=True)
            write_durably(folder / "prefixes.json", json.dumps(dict(manifest.prefixes)).encode())
            write_record(folder, manifest.record)
        return Release(folder, manifest.record)

    def get(self, number: int) -> Release:
        """The current release. Errors: NotFound for any other: there is no history here."""
        current = self.current()
        if current is None or current.number != number:
            raise NotFound(f"There is no release {number}: a remote engine holds the present one only.")
        return current

    def numbers(self) -> list[int]:
        """The number of the current release, if there is one."""
        return [number] if (number := self.current_number()) else []

    def _recorded(self) -> list[Entry]:
        return []
