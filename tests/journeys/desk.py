"""A site with those who send to it and those who decide."""

from __future__ import annotations

import json
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from zorgnetwerk.submission.keys import Keys

from ..conftest import ROOT, Reply, RunningSite

DOCUMENT = (ROOT / "tests" / "content" / "submissions" / "BP01-near-miss.ttl").read_text("utf-8")
BAD = (ROOT / "tests" / "content" / "submissions" / "BP15-impossible-date.ttl").read_text("utf-8")
TURTLE = {"Content-Type": "text/turtle", "Accept": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PAGE = {"Accept": "text/html"}


@dataclass
class Desk:
    """A site, and the keys of those who use it."""

    site: RunningSite
    jessa: str
    zol: str
    ann: str
    ben: str
    identity: Any = None

    @classmethod
    def at(cls, site: RunningSite, identity: Any = None) -> Self:
        """A desk with new keys."""
        keys = Keys(site.state)

        def key(role: str, organisation: str) -> str:
            return keys.create(role, f"{site.base}id/organisatie/{organisation}", "2026-11-24T10:00:00+00:00")[1]

        jessa, zol = (key("submitter", name) for name in ("jessa-ziekenhuis", "ziekenhuis-oost-limburg"))
        ann, ben = (key("steward", name) for name in ("stad-hasselt", "az-vesalius"))
        return cls(site, jessa, zol, ann, ben, identity)

    def text(self, slug: str, source: str = DOCUMENT) -> bytes:
        moved = source.replace("https://zorgnetwerk.example/", self.site.base)
        return moved.replace("voorbeeld", slug).encode()

    def send(
        self,
        slug: str,
        key: str = "",
        headers: Mapping[str, str] | None = None,
        query: str = "",
        source: str = DOCUMENT,
    ) -> Reply:
        asked = TURTLE | {"Authorization": f"Bearer {key or self.jessa}"} | dict(headers or {})
        return self.site.ask(f"/submissions{query}", asked, "POST", self.text(slug, source))

    def sent(self, slug: str, **how: Any) -> dict[str, Any]:
        reply = self.send(slug, **how)
        assert reply.status == 201, reply.text[:500]
        receipt: dict[str, Any] = json.loads(reply.body)
        return receipt | {"location": reply.headers["location"]}

    def status(self, identifier: str, key: str = "", **headers: str) -> Reply:
        asked = {"Authorization": f"Bearer {key or self.jessa}", "Accept": "application/json"} | headers
        return self.site.ask(f"/submissions/{identifier}", asked)

    def decide(self, identifier: str, deed: str, key: str = "", **fields: str) -> Reply:
        asked = FORM | {"Authorization": f"Bearer {key or self.ann}"}
        body = urllib.parse.urlencode(fields).encode()
        return self.site.ask(f"/review/{identifier}/{deed}", asked, "POST", body)

    def seen(self, slug: str) -> bool:
        thing = f"{self.site.base}id/samenwerkingsverband/{slug}"
        return bool(json.loads(self.site.sparql(f"ASK {{ <{thing}> ?p ?o }}").body)["boolean"])

    def published(self, slug: str, seconds: float = 20) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.seen(slug):
                return True
            time.sleep(0.1)
        return False
