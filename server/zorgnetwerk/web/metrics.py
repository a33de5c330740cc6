"""Numbers for monitoring, in the Prometheus text format.

Two sources: what the web processes counted together (``tallies.py``), and what the dispatcher says of itself and its
workers. Where the dispatcher does not answer, ``zorgnetwerk_ready`` is 0 and its numbers are missing; the rest stands.

Source: Prometheus exposition format 0.0.4. Names end in their unit, counters in ``_total``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.store.embedded import EmbeddedStore
from zorgnetwerk.web.site import Site
from zorgnetwerk.web.tallies import BOUNDS, OUTCOMES

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_PLAIN_STATES: Final = 2
"""Idle and busy; a lane that tells more kinds of busy is not told as busy too, so that states add up."""

Labels: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with all its series."""

    name: str
    kind: str
    text: str
    samples: Iterable[tuple[str, Labels, float]]
    """Suffix of the name, labels, value."""


def text(site: Site) -> bytes:
    """All numbers of this site."""
    families = (*_counted(site.tallies.totals()), *_of_site(site), *_of_dispatcher(_status(site)))
    return "".join(line for family in families for line in _lines(family)).encode()


def _counted(totals: Mapping[str, float]) -> Iterator[Family]:
    outcomes = [("", {"outcome": outcome}, totals[f"queries {outcome}"]) for outcome in OUTCOMES]
    yield Family("queries_total", "counter", "SPARQL operations by what became of them.", outcomes)
    for name, words in (
        ("query_seconds", "From the request of a SPARQL operation to its complete answer, whatever it was."),
        ("query_queued_seconds", "Until a worker began with a query that was answered."),
        ("query_worker_seconds", "That a worker took for a query that was answered."),
    ):
        yield Family(name, "histogram", words, list(_histogram(name, totals)))
    for name, words in (
        ("query_processor_seconds", "Processor time of workers for queries that were answered."),
        ("query_answer_bytes", "Size of all answers to queries, before compression."),
    ):
        yield Family(f"{name}_total", "counter", words, [("", {}, totals[name])])
    kept = [("", {"result": name}, totals[f"cache_{name}"]) for name in ("hits", "misses")]
    yield Family("answer_cache_requests_total", "counter", "Requests that were looked up among the kept answers.", kept)


def _histogram(name: str, totals: Mapping[str, float]) -> Iterator[tuple[str, Labels, float]]:
    count = 0.0
    for bound in BOUNDS:
        count += totals[f"{name} {bound}"]
        yield "_bucket", {"le": f"{bound:g}"}, count
    count += totals[f"{name} above"]
    yield "_bucket", {"le": "+Inf"}, count
    yield "_sum", {}, totals[f"{name} sum"]
    yield "_count", {}, count


def _of_site(site: Site) -> Iterator[Family]:
    yield _gauge("releases", "Releases that are kept.", len(site.releases.numbers()))
    current = site.releases.current()
    if current is not None:
        yield _gauge("release", "Number of the release that is current.", current.number)


def _of_dispatcher(status: Mapping[str, object]) -> Iterator[Family]:
    yield _gauge("ready", "1 when a release answers, else 0.", float(bool(status.get("ready"))))
    if "workers" not in status:
        return
    yield _gauge("quads", "Statements of the release that answers.", float(cast("int", status["quads"])))
    yield _gauge("checker_ready", "1 when submissions can be checked, else 0.", float(bool(status["checker_ready"])))
    workers = cast("Mapping[str, Mapping[str, int]]", status["workers"])
    states = [
        ("", {"lane": lane, "state": state}, float(count))
        for lane, counts in workers.items()
        for state, count in counts.items()
        if state != "busy" or len(counts) == _PLAIN_STATES
    ]
    told = "Workers by lane and state. In lane query, express ones are new or alone, heavy and paused ones long."
    yield Family("workers", "gauge", told, states)
    waiting = _by("lane", cast("Mapping[str, float]", status["waiting"]))
    yield Family("waiting", "gauge", "Requests that have no worker yet, by lane.", waiting)
    processes = {role: float(len(pids)) for role, pids in cast("Mapping[str, list[int]]", status["pids"]).items()}
    yield Family("processes", "gauge", "Processes below the dispatcher, by role.", _by("role", processes))
    opened = len(cast("list[int]", status.get("past", [])))
    yield _gauge("past_releases_open", "Earlier releases that are being asked now.", opened)
    counts = dict(cast("Mapping[str, float]", status["counts"]))
    swaps = counts.pop("swaps", 0.0)
    yield Family("release_swaps_total", "counter", "Changes of the release that answers.", [("", {}, swaps)])
    told = "Events of requests in the dispatcher, our own included; one request may have several."
    yield Family("dispatcher_events_total", "counter", told, _by("event", counts))
    checks = _by("outcome", cast("Mapping[str, float]", status.get("checks", {})))
    yield Family("checks_total", "counter", "Checks of submitted documents by how they ended.", checks)


def _status(site: Site) -> Mapping[str, object]:
    """The dispatcher's report; for a remote engine only whether it answers."""
    try:
        if isinstance(site.store, EmbeddedStore):
            return site.store.status()
        return {"ready": site.store.release() >= 0}
    except ZorgnetwerkError:
        return {}


def _gauge(name: str, words: str, value: float) -> Family:
    return Family(name, "gauge", words, [("", {}, value)])


def _by(label: str, values: Mapping[str, float]) -> list[tuple[str, Labels, float]]:
    return [("", {label: key}, float(value)) for key, value in values.items()]


def _lines(family: Family) -> Iterator[str]:
    """The lines of one family. Label values are words of ours, which need no escapes."""
    name = f"zorgnetwerk_{family.name}"
    yield f"# HELP {name} {family.text}\n# TYPE {name} {family.kind}\n"
    for suffix, labels, value in family.samples:
        given = ",".join(f'{key}="{word}"' for key, word in labels.items())
        shown = f"{{{given}}}" if given else ""
        yield f"{name}{suffix}{shown} {_number(value)}\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
