"""The W3C suites for query evaluation, query syntax and result formats, over HTTP against a served folder.

Each data set is written into the content folder, built and served as a release of its own; cases that share a data set
share the release. The same cases are put to the engine in this process, and what we answer may be no worse. Deviations
stand in ``expected_failures.toml`` with their reason; one that passes is a failure of this file.

Source: github.com/w3c/rdf-tests, sparql/.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from ..conftest import SHARED, Reply
from . import engine, manifest, results
from .manifest import Case
from .served import ServedFolder

SUITE = SHARED / "w3c" / "rdf-tests" / "sparql"
EXPECTED = tomllib.loads((Path(__file__).parent / "expected_failures.toml").read_text("utf-8"))
DEVIATIONS: dict[str, str] = EXPECTED["sparql_query"]
USUAL_DATASETS = 14
"""So many data sets (those with the most cases) are served in the usual run; all of them in the long one."""
LEAST_CASES = 1_050

_SUFFIXES = {
    "application/sparql-results+json": "srj",
    "application/sparql-results+xml": "srx",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/n-triples": "nt",
}
_ACCEPTS = {suffix: name for name, suffix in _SUFFIXES.items()}
_ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)


def in_order() -> list[Case]:
    """All cases, those with the same data set together, syntax first."""
    found = manifest.cases(SUITE) if SUITE.is_dir() else []
    return sorted(found, key=lambda case: (case.kind == "evaluation", case.dataset))


CASES = in_order()
FEDERATED = [case for case in manifest.cases(SUITE, manifest.FEDERATION) if case.kind != "negative"] if CASES else []
_USUAL = {dataset for dataset, _ in Counter(case.dataset for case in CASES).most_common(USUAL_DATASETS)}


class Scores:
    """How many cases were put, and how many we and the engine passed."""

    def __init__(self) -> None:
        self.cases: Counter[str] = Counter()
        self.ours: Counter[str] = Counter()
        self.engine: Counter[str] = Counter()

    def lines(self) -> list[str]:
        total = {"all": 0, "ours": 0, "engine": 0}
        lines = []
        for edition, count in sorted(self.cases.items()):
            lines.append(f"{edition}: {self.ours[edition]} over HTTP, {self.engine[edition]} in process, of {count}")
            total = {
                "all": total["all"] + count,
                "ours": total["ours"] + self.ours[edition],
                "engine": total["engine"] + self.engine[edition],
            }
        share = {name: 100 * total[name] / max(1, total["all"]) for name in ("ours", "engine")}
        return [
            *lines,
            f"together: {total['ours']} ({share['ours']:.1f} %) over HTTP, {total['engine']} ({share['engine']:.1f} %) in process, of {total['all']}",
        ]


@pytest.fixture(scope="module")
def scores() -> Scores:
    return Scores()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFolder]:
    """The site over the folder that changes."""
    running = ServedFolder.start(tmp_path_factory.mktemp("w3c"))
    try:
        yield running
    finally:
        running.site.stop()


@pytest.fixture(scope="module")
def stores() -> dict[str, object]:
    """The engine's store with the data set of the present case."""
    return {}


def parameters() -> list[object]:
    """The cases, those of rarer data sets marked long."""
    return [
        pytest.param(case, id=case.iri, marks=() if case.dataset in _USUAL else (pytest.mark.long,)) for case in CASES
    ]


def test_the_suite_is_whole(shared: Path) -> None:
    assert SUITE.is_relative_to(shared)
    assert len(CASES) > LEAST_CASES
    assert Counter(case.edition for case in CASES).keys() == {"sparql10", "sparql11", "sparql12"}


@pytest.mark.skipif(not CASES, reason="the suites are not beside this checkout")
def test_every_deviation_names_a_case_and_its_reason() -> None:
    assert set(DEVIATIONS) - {case.iri for case in CASES} == set()
    assert [iri for iri, reason in DEVIATIONS.items() if len(reason) < 20] == []


@pytest.mark.parametrize("case", parameters())
def test_case(case: Case, served: ServedFolder, scores: Scores, stores: dict[str, object]) -> None:
    served.show(SUITE, *(case.dataset if case.kind == "evaluation" else ((), ())))
    ours, complaint = over_http(case, served)
    native = in_process(case, served.address, stores)
    scores.cases[case.edition] += 1
    scores.ours[case.edition] += ours
    scores.engine[case.edition] += native
    if case.iri in DEVIATIONS:
        assert not ours, f"passes now: remove it from expected_failures.toml ({DEVIATIONS[case.iri]})"
        pytest.xfail(DEVIATIONS[case.iri])
    assert ours, complaint


def test_our_score_is_no_lower_than_that_of_the_engine(
    scores: Scores, served: ServedFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    if not scores.cases:
        pytest.skip("no case was run")
    with capsys.disabled():
        told = ["", *scores.lines(), f"{served.releases} releases in {served.reload_seconds:.0f} s", ""]
        sys.stdout.write("\n".join(told))
    assert scores.ours.total() >= scores.engine.total()


@pytest.mark.parametrize("case", FEDERATED, ids=lambda case: case.iri)
def test_federation_is_refused_aloud(case: Case, served: ServedFolder) -> None:
    reply = served.ask(text_of(case, served.address), "application/sparql-results+json")
    assert (reply.status, json.loads(reply.body)["reason"]) == (400, "service")


def text_of(case: Case, address: str) -> str:
    """The query with the base that its own address gives it."""
    return f"BASE <{address}{case.query}>\n{(SUITE / case.query).read_text('utf-8')}"


def over_http(case: Case, served: ServedFolder) -> tuple[bool, str]:
    """Whether our answer is right, and what is wrong with it."""
    suffix = case.result.rpartition(".")[2]
    accept = f"{_ACCEPTS.get(suffix, _ACCEPTS['srj'])}, application/sparql-results+json;q=0.9, application/n-triples"
    reply = served.ask(text_of(case, served.address), accept)
    told = f"{reply.status} {reply.text[:500]}"
    if case.kind == "negative":
        return reply.status == 400 and "reason" not in json.loads(reply.body), told
    if case.kind == "positive" or reply.status != 200:
        return reply.status == 200, told
    return _is_right(case, reply.body, _suffix_of(reply), served.address), told


def in_process(case: Case, address: str, stores: dict[str, object]) -> bool:
    """Whether the engine's own answer is right."""
    suffix = case.result.rpartition(".")[2]
    if stores.get("dataset") != case.dataset:
        stores.update(dataset=case.dataset, store=engine.load(SUITE, address, *case.dataset))
    store = stores["store"]
    assert isinstance(store, ox.Store)
    try:
        body, is_graph = engine.answer(store, text_of(case, address), suffix)
    except SyntaxError:
        return case.kind == "negative"
    except (ValueError, RuntimeError, OSError):
        return False
    kept = suffix if suffix in engine.FORMATS else "srj"
    return case.kind == "positive" or (
        case.kind == "evaluation" and _is_right(case, body, "nt" if is_graph else kept, address)
    )


def _suffix_of(reply: Reply) -> str:
    return _SUFFIXES[reply.kind]


def _is_right(case: Case, body: bytes, suffix: str, address: str) -> bool:
    path = SUITE / case.result
    expected = results.read(path.read_bytes(), path.suffix.lstrip("."), address + case.result)
    actual = results.read(body, suffix, address)
    return results.equal(expected, actual, is_ordered=_is_ordered(case), is_lax=case.is_lax)


def _is_ordered(case: Case) -> bool:
    """Whether the whole answer is sorted: ORDER BY behind the last brace, not that of a subquery."""
    return _ORDER.search((SUITE / case.query).read_text("utf-8").rpartition("}")[2]) is not None
