"""A site under awkward requests: sends each, and says what is wrong with the answer or with the site afterwards."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...conftest import RunningSite, start_site
from ...store.pool import wait_until
from ..small_site import alive, family, pids_by_role, write_content
from .exchange import Answer, Canaries, exchange

DIRECT = ("Content-Type: application/sparql-query", "Accept: application/sparql-results+json, */*;q=0.1")
_MORE_TRIES = 2
"""A request counts as late when it is late three times: the machine may be busy with others."""
_INSIDE = re.compile(r"Traceback|File \"|\.py\"|root:x:0|pyoxigraph|/site-packages/")
_MARKUP = re.compile(r"<script>(alert|kit1xss)")


@dataclass
class Asked:
    """A site, its limit in seconds and its canaries; ``lasting`` are the processes that nothing may end."""

    site: RunningSite
    limit: float
    canaries: Canaries
    lasting: dict[int, str] = field(init=False)

    def __post_init__(self) -> None:
        wait_until(self._is_complete, 20)

    def _is_complete(self) -> bool:
        """Whether also what starts later is there: the second web server and its worker."""
        self.lasting = lasting_processes(self.site)
        return sum("granian" in command for command in self.lasting.values()) >= 4

    def send(self, sent: bytes, without_body: bool = False, is_cut: bool = False) -> Answer:
        return exchange(self.site.port, sent, self.limit + 20, without_body, is_cut)

    def wrongs(self, name: str, sent: bytes, allowed: frozenset[int], *how: bool) -> list[str]:
        """What is wrong with the answer to this request; each begins with its name."""
        try:
            answer = self.send(sent, *how)
            for _ in range(_MORE_TRIES):
                if answer.seconds > self.limit + 1:
                    answer = self.send(sent, *how)
        except (AssertionError, OSError, KeyError, ValueError) as error:
            return [f"{name}: {error!r}"]
        found = [*_wrongs_of(answer, allowed), *self._wrongs_around(answer)]
        return [
            f"{name}: {wrong} [{answer.status} in {answer.seconds:.2f} s: {answer.text[:150]!r}]" for wrong in found
        ]

    def _wrongs_around(self, answer: Answer) -> Iterator[str]:
        if answer.seconds > self.limit + 1:
            yield "too late"
        if Canaries.WORD in answer.text:
            yield "the file was read"
        if self.canaries.was_opened():
            yield "the file was opened"
        if self.canaries.calls():
            yield "the listener was called"
        for pid, command in [item for item in self.lasting.items() if not alive(item[0])]:
            del self.lasting[pid]
            yield f"a process died: {command[:200]}"


def lasting_processes(site: RunningSite) -> dict[int, str]:
    """The processes that serve all requests, with their command lines: all but the workers, which come and go."""
    roles = pids_by_role(site)
    workers = {pid for role, pids in roles.items() if "worker" in role for pid in pids}
    kept = {pid for role in ("dispatcher", "master", "checker") for pid in roles[role]}
    served = {pid: command for pid, command in family(site).items() if "granian" in command or "entrance" in command}
    return dict.fromkeys(kept - workers, "store") | served


def _wrongs_of(answer: Answer, allowed: frozenset[int]) -> Iterator[str]:
    if answer.status not in allowed:
        yield "a status that is not allowed"
    if answer.status == 503 and int(answer.headers.get("retry-after", "0")) < 1:
        yield "no Retry-After"
    if _INSIDE.search(answer.text):
        yield "shows the inside"
    if answer.headers.get("content-type", "").startswith("text/html") and _MARKUP.search(answer.text):
        yield "markup comes back"
    if {"x", "set-cookie"} & set(answer.headers):
        yield "a header was smuggled in"
    if not re.match(r"/(?![/\\])|$", answer.headers.get("location", "")):
        yield "leads elsewhere"


@contextlib.contextmanager
def asked_site(folder: Path, seconds: float, *flags: str) -> Iterator[Asked]:
    """A site over a few hundred triples with this limit, and canaries beside it."""
    with Canaries.placed(folder) as canaries:
        content = write_content(folder / "content")
        site = start_site(folder / "s", content, "--query-timeout", str(seconds), "--workers", "2", *flags)
        try:
            yield Asked(site, seconds, canaries)
        finally:
            site.stop()
