"""The engine's folder of a release, filled from a file that is too large for memory.

Knows pyoxigraph. Must not know what is in the file.

Source: measured at one million quads, ``docs/benchmarks.md``.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from zorgnetwerk.errors import StateError


def fill(target: Path, source: Path, *, has_blanks: bool) -> None:
    """Makes a store with the quads of an N-Quads file, blank nodes under their own labels.

    Errors: StateError when the disk refuses.
    """
    try:
        store = ox.Store(str(target))
        if has_blanks:
            # Not bulk_load: it gives blank nodes new labels, and a later change could not find them.
            store.bulk_extend(ox.parse(path=str(source), format=ox.RdfFormat.N_QUADS, lenient=True))
        else:
            store.bulk_load(path=str(source), format=ox.RdfFormat.N_QUADS, lenient=True)
        store.flush()
    except OSError as error:
        raise StateError(f"The store {target} cannot be made: {error}. Free disk space, then try again.") from error
