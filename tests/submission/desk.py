"""What the tests of intake and review share: a register in an empty folder, a judge that needs no shapes, documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from rdflib import Graph

from zorgnetwerk.submission.admission import lines_of
from zorgnetwerk.submission.changes import split
from zorgnetwerk.submission.inbox import SentFile
from zorgnetwerk.submission.intake import Published, Sender, Sending
from zorgnetwerk.submission.register import Register
from zorgnetwerk.submission.reviewing import House, Steward
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE

JESSA = f"{RESERVED_BASE}id/organisatie/jessa-ziekenhuis"
ZOL = f"{RESERVED_BASE}id/organisatie/ziekenhuis-oost-limburg"
NOW = "2026-11-24T10:00:00+00:00"
LATER = "2026-11-25T10:00:00+00:00"
ANN, BEN = Steward("ann", f"{RESERVED_BASE}id/organisatie/stad-hasselt"), Steward("ben", ZOL)

PREFIXES = """@base <https://zorgnetwerk.example/> .
@prefix org: <http://www.w3.org/ns/org#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix zn: <ns/zorgnetwerk#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix oa: <http://www.w3.org/ns/oa#> . @prefix prov: <http://www.w3.org/ns/prov#> .
"""


def document(slug: str, name: str = "", more: str = "") -> bytes:
    """A small document about one organisation."""
    text = f"""{PREFIXES}
<> dct:contributor <id/organisatie/jessa-ziekenhuis> .
<id/organisatie/{slug}> a org:Organization ; skos:prefLabel "{name or slug}"@nl . {more}
"""
    return text.encode()


def judge(job: Mapping[str, object], body: bytes) -> tuple[dict[str, object], bytes]:
    """Reads Turtle and finds nothing wrong, unless the document holds the word REFUSE."""
    body, _ = split(job, body)
    if job.get("change"):
        return {"conforms": b"REFUSE" not in body, "findings": []}, b""
    conforms = b"REFUSE" not in body
    report = json.dumps({"conforms": conforms, "warnings": body.count(b"WARN"), "findings": []}).encode()
    triples = [(s, p, o) for s, p, o, _ in syntax.parse(body, media_types.TURTLE, RESERVED_BASE)]
    lines = "".join(f"{line}\n" for line in lines_of(triples, str(job["submission"]))).encode()
    summary = {"conforms": conforms, "warnings": body.count(b"WARN"), "report_bytes": len(report)}
    return summary, report + lines


def register_in(folder: Path) -> Register:
    return Register.open(folder)


def sending(
    body: bytes,
    *,
    key: str = "",
    organisation: str = JESSA,
    name: str = "jessa-key",
    replaces: str = "",
    starts_from: tuple[str, ...] | None = None,
) -> Sending:
    return Sending(
        body=body,
        files=(SentFile("a.ttl", "text/turtle", len(body)),),
        sender=Sender(name, organisation),
        language="nl",
        published=Published(1, 0),
        job={},
        idempotency_key=key,
        replaces=replaces,
        starts_from=starts_from,
    )


def house(journal: int = 0, *, four_eyes: bool = False) -> House:
    return House(judge, Published(1, journal), {}, {JESSA: "Jessa Ziekenhuis"}, "1.2.0", four_eyes)


def graph(lines: set[str] | tuple[str, ...]) -> Graph:
    return syntax.lines_to_graph(sorted(lines))
