"""What the door answered by itself: counted with the numbers of the application, one line in the log each.

The same fields as ``web/enquiries.py``. Lines are written together, four times a second, since a line of its own for
each answer costs more than the answer; whoever kills the door loses those of the last moment.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import time
from typing import TYPE_CHECKING, Final

from zorgnetwerk.web.kept import KeptAnswers
from zorgnetwerk.web.tallies import Tallies

if TYPE_CHECKING:
    from zorgnetwerk.web.front.door import Door

_EVERY_SECONDS: Final = 0.25
_STANDARD_ERROR: Final = 2


class Notes:
    """The notes of one door. ``is_logged``: lines are written; ``has_texts``: with the texts of the queries."""

    def __init__(self, tallies: Tallies, kept: KeptAnswers, *, is_logged: bool, has_texts: bool) -> None:
        self._tallies = tallies
        self._kept = kept
        self._is_logged = is_logged
        self._has_texts = has_texts
        self._lines: list[str] = []
        self._told = (0, 0)

    def begin(self, door: Door) -> None:
        """Writes from now on."""

        def again() -> None:
            self.write()
            door.later(_EVERY_SECONDS, again)

        door.later(_EVERY_SECONDS, again)

    def answered(
        self,
        query_id: str,
        text: str,
        *,
        form: str,
        media_type: str,
        method: str,
        release: int,
        size: int,
        worker_seconds: float,
        processor_seconds: float,
        total_seconds: float,
    ) -> None:
        """Notes one answered query. Units: seconds, bytes."""
        queued = max(0.0, total_seconds - worker_seconds)
        tallies = self._tallies
        tallies.add("queries answered")
        tallies.observe("query_seconds", total_seconds)
        tallies.observe("query_queued_seconds", queued)
        tallies.observe("query_worker_seconds", worker_seconds)
        tallies.add("query_processor_seconds", processor_seconds)
        tallies.add("query_answer_bytes", size)
        if not self._is_logged:
            return
        moment = datetime.datetime.fromtimestamp(time.time(), datetime.UTC).isoformat(timespec="milliseconds")
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        shown = f'"text": {json.dumps(text, ensure_ascii=False)}, ' if self._has_texts else ""
        self._lines.append(
            f'{{"time": "{moment}", "level": "info", "logger": "zorgnetwerk.query", "message": "query", '
            f'"query_id": "{query_id}", "outcome": "answered", "text_hash": "{digest}", {shown}"method": "{method}", '
            f'"form": "{form}", "type": "{media_type}", "release": {release}, "bytes": {size}, '
            f'"queued_ms": {queued * 1000:.2f}, "worker_ms": {worker_seconds * 1000:.2f}, '
            f'"processor_ms": {processor_seconds * 1000:.2f}, "total_ms": {total_seconds * 1000:.2f}, '
            f'"pid": {os.getpid()}}}\n'
        )

    def write(self) -> None:
        """Writes the lines that wait, and counts what was found among the kept answers."""
        hits, misses = self._kept.hits, self._kept.misses
        if (hits, misses) != self._told:
            self._tallies.add("cache_hits", hits - self._told[0])
            self._tallies.add("cache_misses", misses - self._told[1])
            self._told = (hits, misses)
        if self._lines:
            lines, self._lines = "".join(self._lines), []
            data = memoryview(lines.encode("utf-8", "replace"))
            while data:
                try:
                    data = data[os.write(_STANDARD_ERROR, data) :]
                except OSError:  # nobody reads the log: that is no reason to answer no more
                    return
