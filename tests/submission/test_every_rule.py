"""Each rule in each syntax: the same verdict, and a place for every finding, on the value wherever there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from zorgnetwerk.submission.checking import Checker, Circumstances
from zorgnetwerk.submission.findings import Finding, Spot
from zorgnetwerk.submission.guards import read_sources
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.media_types import MediaType

EXAMPLES = Path(__file__).resolve().parents[2] / "shapes" / "examples"
SYNTAXES = (media_types.N_TRIPLES, media_types.TRIG, media_types.JSON_LD, media_types.RDF_XML)
UNREADABLE = ("G1-syntax.ttl", "G1-javascript-address.ttl", "G2-prefixes-only.ttl", "G2-no-rule.ttl")
PREFIXES = {"zn": f"{RESERVED_BASE}ns/zorgnetwerk#", "skos": "http://www.w3.org/2004/02/skos/core#"}


def said(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.severity.value, str(finding.focus_node)


@pytest.mark.long
@pytest.mark.parametrize("media_type", SYNTAXES, ids=str)
@pytest.mark.parametrize(
    "path",
    [path for path in sorted((EXAMPLES / "invalid").glob("*.ttl")) if path.name not in UNREADABLE],
    ids=lambda path: path.stem,
)
def test_rule_speaks_the_same_in_every_syntax_and_knows_the_place(
    path: Path, media_type: MediaType, checker: Checker
) -> None:
    around = Circumstances(attached=read_sources(EXAMPLES))
    expected = {said(finding) for finding in checker.check(path.read_bytes(), media_types.TURTLE, around).findings}
    data = syntax.write(syntax.read_graph(path, RESERVED_BASE), media_type, PREFIXES)
    report = checker.check(data, media_type, around)
    assert {said(finding) for finding in report.findings} == expected
    lines = data.decode().split("\n")
    for finding in report.violations:
        place = finding.place
        assert isinstance(place, Spot), finding
        assert place.line, finding
        assert lines[place.line - 1][place.column - 1 :].startswith(str(place.token).split("\n")[0][:120])
