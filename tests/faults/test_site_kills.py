"""A whole site, its web server included, killed at random moments while documents are sent and accepted over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from zorgnetwerk.cli import main
from zorgnetwerk.store.journal import Journal

from ..conftest import ROOT, Reply, RunningSite, start_site
from ..journeys.desk import DOCUMENT, Desk

PUBLISHED_NAMES = "SELECT ?thing ?name { ?thing <http://www.w3.org/2004/02/skos/core#prefLabel> ?name FILTER(STRSTARTS(?name, 'Kill ')) }"
GONE = (OSError, http.client.HTTPException)


class House:
    """The state folder of a site that is started again and again, and what was acknowledged over all its lives."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.settings = folder / "settings.toml"
        self.settings.write_text("submission_rate = 100000\n", "utf-8")
        self.state = folder / "state"
        self.site = self.started(0)
        self.desk = Desk.at(self.site)
        self.received: dict[int, str] = {}
        self.accepted: set[int] = set()
        self.complaints: list[str] = []

    def started(self, port: int) -> RunningSite:
        return start_site(self.state, ROOT, "--unchecked", "--config", str(self.settings), port=port, process_group=0)

    def kill(self) -> None:
        os.killpg(self.site.process.pid, signal.SIGKILL)
        self.site.process.wait(10)

    def start_again(self) -> None:
        self.desk.site = self.site = self.started(self.site.port)

    def work(self, total: int) -> None:
        """Sends and accepts until all are accepted, or the site is gone."""
        try:
            for number in range(total):
                if number not in self.accepted:
                    self.send(number)
                    self.accept(number)
        except GONE:
            return
        except AssertionError as error:  # would end this thread unheard
            self.complaints.append(str(error))

    def send(self, number: int) -> None:
        if number in self.received:
            return
        text = DOCUMENT.replace("Samenwerking Jessa - ZOL (voorbeeld)", f"Kill {number}")
        key = {"Idempotency-Key": f'"kill-{number}"'}
        reply = self.answered(lambda: self.desk.send(f"kill-{number}", headers=key, source=text))
        assert reply.status == 201, reply.text[:500]
        self.received[number] = json.loads(reply.body)["id"]

    def accept(self, number: int) -> None:
        reply = self.answered(lambda: self.desk.decide(self.received[number], "accept", comment="ja"))
        # 409: it was accepted in an earlier life, which did not live to say so
        assert reply.status in (303, 409), reply.text[:500]
        self.accepted.add(number)

    def answered(self, ask: Callable[[], Reply]) -> Reply:
        while True:
            reply = ask()
            if reply.status != 503:  # the checker is not ready yet
                return reply
            time.sleep(0.1)

    def names(self) -> Counter[str]:
        reply = self.site.sparql(PUBLISHED_NAMES)
        return Counter(row["name"]["value"] for row in json.loads(reply.body)["results"]["bindings"])

    def is_seen(self, numbers: set[int], seconds: float = 30) -> bool:
        wanted, end = {f"Kill {number}" for number in numbers}, time.monotonic() + seconds
        while not wanted <= set(self.names()):
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True


def survive(folder: Path, rounds: int, total: int, seed: int) -> None:
    """After every kill all that was acknowledged is seen again; at the end each is there once and all agree."""
    chance = random.Random(seed)
    house = House(folder)
    try:
        for _ in range(rounds):
            working = threading.Thread(target=house.work, args=(total,))
            working.start()
            if chance.random() < 0.8:  # else perhaps before anything can be checked
                house.site.await_checker()
            time.sleep(chance.uniform(0.2, 3.0))
            house.kill()
            working.join(30)
            house.start_again()
            assert house.complaints == []
            assert house.is_seen(house.accepted)
        assert house.accepted, "a life was never long enough to accept anything"
        house.work(total)
        assert house.complaints == []
        assert house.accepted == set(range(total))
        assert house.is_seen(house.accepted)
        assert set(house.names().values()) == {1}
    finally:
        house.site.stop()
    entries = list(Journal(house.state / "journal.sqlite").entries())
    added = Counter(line for entry in entries for line in entry.added if '"Kill ' in line and "prefLabel" in line)
    assert len(added) == total
    assert set(added.values()) == {1}
    verified = CliRunner().invoke(main, ["journal", "verify", "--state-dir", str(house.state)])
    assert verified.exit_code == 0, verified.output


def test_two_kills_of_a_whole_site_lose_and_double_nothing(tmp_path: Path) -> None:
    survive(tmp_path, rounds=2, total=8, seed=3)


@pytest.mark.long
def test_a_hundred_kills_of_a_whole_site_lose_and_double_nothing(tmp_path: Path) -> None:
    survive(tmp_path, rounds=100, total=1_000, seed=5)
