"""What checking costs: one small submission against ever more published quads, and the whole against plain pySHACL.

A submission of 35 triples about three published organisations is checked by the very handler that a checker process
runs, in this process, against releases of several sizes in turn. The whole-graph part takes copies of our own data,
each with names of its own, so that it is as regular as ours is; but each copy has lost a few statements, so that there is
something to find, and the results of both validators are compared one by one.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import pyshacl
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.findings import ValidationReport
from zorgnetwerk.submission.holdings import read_folder
from zorgnetwerk.submission.jobs import Handler, prepare
from zorgnetwerk.submission.rules import Rulebook, Scope
from zorgnetwerk.submission.validation import Shapes, validate
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import ORG, SH

from ..conftest import ROOT
from ..submission.unplanned import rdflib_alone
from . import networks
from .peers import our_command, our_environment
from .words import BASE

RUNS = 21
ROUNDS = 3
PLAIN_BUDGET_SECONDS = 7_200
LOST_ONE_IN = 400
_COPIED = f"{RESERVED_BASE}id/"
_SUBMISSION = """@base <{base}> .
@prefix zn: <ns/zorgnetwerk#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
<> dct:contributor <id/organisatie/{first}> ; dct:date "2026-03-31"^^xsd:date ;
  dct:license <http://publications.europa.eu/resource/authority/licence/CC_BY_4_0> .
<id/samenwerkingsverband/gemeten> a zn:Samenwerkingsovereenkomst ; skos:prefLabel "Gemeten samenwerking"@nl ;
  skos:altLabel "Een andere naam"@nl ; zn:samenwerkingsvorm <auth/samenwerkingsvormen/functionele-samenwerking> .
{participations}
<id/citaat/gemeten-1> a zn:Citaat ; <http://www.w3.org/ns/oa#exact> "Wij werken samen"@nl ;
  <http://www.w3.org/ns/prov#wasQuotedFrom> <id/bron/gemeten> .
<id/bron/gemeten> a zn:Bron ; dct:title "Samenwerking"@nl ; dct:identifier "gemeten" ; dct:language "nl" ;
  zn:bestandsnaam "gemeten.txt" ; zn:toestandOp "2026-03-31"^^xsd:date ;
  zn:sha256 "a3441c1bb0dd78a125c60a82d643361d49abefb9a5346b571af22f89925e6f5e" .
"""
_PARTICIPATION = """<id/deelname/gemeten-{number}> a zn:Deelname ; zn:deelnemer <id/organisatie/{number}> ;
  zn:deelnameAan <id/samenwerkingsverband/gemeten> ; zn:rol <auth/rollen/deelnemer> ;
  zn:zekerheid <auth/zekerheden/expliciet> ; zn:citaat <id/citaat/gemeten-1> ."""


def submission(numbers: Sequence[int]) -> bytes:
    """A document about an agreement of these organisations of a network; 35 triples when they are three."""
    participations = "\n".join(_PARTICIPATION.format(number=number) for number in numbers)
    return _SUBMISSION.format(base=BASE, first=numbers[0], participations=participations).encode()


def measure(sizes: Sequence[int], copies: Sequence[int], folder: Path, say: Callable[[str], object]) -> dict[str, Any]:
    """All figures, by name."""
    figures: dict[str, Any] = {}
    states = {size: _built(size, folder / str(size), say) for size in sizes}
    for name, numbers in (("three partners", (40, 41, 43)), ("one a hub of the network", (40, 41, 0))):
        figures[f"a submission of 35 triples, {name}, processor ms"] = _of_submission(states, submission(numbers), say)
    figures["the whole of our data, copied, seconds"] = {
        f"{count} copies": _of_whole(count, folder, say) for count in copies
    }
    return figures


def _built(size: int, folder: Path, say: Callable[[str], object]) -> Path:
    quads = networks.write(folder / "content", size)
    subprocess.run(
        our_command("build", folder / "state", folder / "content"),
        env=our_environment(), stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    say(f"  a release of {quads:,} quads to check against")
    return folder / "state"


def _of_submission(states: dict[int, Path], document: bytes, say: Callable[[str], object]) -> dict[str, str]:
    """The median and slowest of several checks by size, the sizes in turn; the first one apart, since it opens the index of names."""
    handle = prepare(str(ROOT))
    firsts = {size: _checked(handle, state, document)[0] for size, state in states.items()}
    times: dict[int, list[float]] = {size: [] for size in states}
    said = {}
    for _ in range(RUNS):
        for size, state in states.items():
            seconds, said[size] = _checked(handle, state, document)
            times[size].append(seconds)
    found = {}
    for size, of_size in times.items():
        median, slowest = statistics.median(of_size) * 1000, max(of_size) * 1000
        found[f"{size:,} quads"] = (
            f"{median:.0f} (slowest {slowest:.0f}, first {firsts[size] * 1000:.0f}; {said[size]})"
        )
        say(f"    {size:,} quads: {median:.0f} ms")
    return found


def _checked(handle: Handler, state: Path, document: bytes) -> tuple[float, str]:
    """Processor seconds of one check, and its verdict."""
    job: dict[str, object] = {"media_type": "text/turtle", "report": "application/json", "base_iri": BASE}
    began = time.process_time()
    answer, _ = handle({**job, "state_dir": str(state)}, document)
    seconds = time.process_time() - began
    return seconds, f"{answer['violations']} violations, {answer['warnings']} warnings, {answer['checked']} nodes"


def _of_whole(copies: int, folder: Path, say: Callable[[str], object]) -> dict[str, str]:
    rules = Rulebook.load(ROOT)
    graph = _copied(copies)
    shapes = Shapes.of(rules)
    times, report = [], None
    for _ in range(ROUNDS):
        began = time.perf_counter()
        report = validate(graph, shapes, Scope.CONTENT)
        times.append(time.perf_counter() - began)
    assert report is not None
    ours = statistics.median(times)
    say(f"    {len(graph):,} triples: {ours:.1f} s")
    found = {"triples": f"{len(graph):,}", "ours": f"{ours:.1f}"}
    plain, results = _plain(graph, rules, folder / "plain")
    if results is None:
        return found | {"plain pySHACL": f">{plain:.0f}", "times": f">{plain / ours:.1f}"}
    same = (
        "the same"
        if results == _results(report)
        else f"DIFFERENT: {_results(report) - results} {results - _results(report)}"
    )
    say(f"    plain pySHACL: {plain:.1f} s")
    return found | {
        "plain pySHACL": f"{plain:.1f}",
        "times": f"{plain / ours:.1f}",
        "results": f"{same}, {results.total()}",
    }


def _copied(copies: int) -> Graph:
    """Our data so many times beside one ontology, each copy with names, numbers and texts of its own: what must be
    unique is. The copies lack one statement in `LOST_ONE_IN`, other ones each.
    """
    data = read_folder(ROOT / "data")
    graph = read_folder(ROOT / "ontologie")
    for number in range(copies):
        for subject, predicate, value in data:
            if number == 0:
                graph.add((subject, predicate, value))
            elif predicate != ORG.identifier and not _is_lost(number, subject, predicate, value):
                # identifiers are left out, since made-up ones would fail their check digits
                graph.add((_own(subject, number), predicate, _own(value, number)))
    return graph


def _is_lost(number: int, *statement: Node) -> bool:
    return crc32(" ".join((str(number), *statement)).encode()) % LOST_ONE_IN == 0  # type: ignore[arg-type]


def _own(term: Node, number: int) -> Node:
    """The term of a copy; a text of 64 letters and digits is a SHA-256 and stays one."""
    if isinstance(term, URIRef):
        return URIRef(f"{term}-copy-{number}") if term.startswith(_COPIED) else term
    if isinstance(term, Literal) and len(term) == 64 and term.isalnum():
        return Literal(f"{term[:-4]}{number:04}")
    return Literal(f"{term} {number}", lang=term.language) if isinstance(term, Literal) and term.language else term


def _results(report: ValidationReport) -> Counter[tuple[str, str]]:
    """How often which rule speaks of which thing."""
    return Counter((finding.rule, str(finding.focus_node)) for finding in report.findings)


def _plain(graph: Graph, rules: Rulebook, place: Path) -> tuple[float, Counter[tuple[str, str]] | None]:
    """Seconds and results of the validator as its users call it; no results when it took longer than its budget."""
    shapes = Graph()
    shapes += rules.graph
    for shape in rules.submission_only:
        shapes.remove((shape, None, None))
    reading, writing = os.pipe()
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(PLAIN_BUDGET_SECONDS)
        with rdflib_alone():  # plain: without our order of patterns
            _, results, _ = pyshacl.validate(graph, shacl_graph=shapes, allow_warnings=True)
        seconds = time.perf_counter() - began
        assert isinstance(results, Graph)
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            pipe.write(f"{seconds}\n")
            for result in results.objects(None, SH.result):
                speaker = results.value(result, SH.sourceConstraint) or results.value(result, SH.sourceShape)
                rule = rules.rule(speaker) if speaker is None or not isinstance(speaker, Literal) else ""
                pipe.write(f"{rule}\t{results.value(result, SH.focusNode)}\n")
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        lines = pipe.read().splitlines()
    os.waitpid(child, 0)
    if not lines:
        return time.perf_counter() - began, None
    return float(lines[0]), Counter(tuple(line.split("\t", 1)) for line in lines[1:])  # type: ignore[misc]
