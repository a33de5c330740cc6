"""Numbers for monitoring, in the Prometheus text format.

Source: Prometheus exposition format 0.0.4. Names end in their unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.web.site import Site


def text(site: Site) -> bytes:
    """All numbers of this site."""
    status = site.store.status() if isinstance(site.store, EmbeddedStore) else {"release": site.store.release()}
    return "".join(f"{line}\n" for line in _lines("zorgnetwerk", status)).encode()


def _lines(name: str, value: object) -> Iterator[str]:
    if isinstance(value, bool | int | float):
        yield f"{name} {float(value):g}"
    elif isinstance(value, list):
        yield f"{name} {len(value)}"
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _lines(f"{name}_{str(key).replace('-', '_')}", inner)
