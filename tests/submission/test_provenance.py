"""What is said of an accepted submission keeps the rules of the data itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from zorgnetwerk.submission.admission import lines_of
from zorgnetwerk.submission.changing import judge_change
from zorgnetwerk.submission.checking import Checker
from zorgnetwerk.submission.provenance import Decision, is_ours, with_provenance
from zorgnetwerk.terms import media_types, syntax
from zorgnetwerk.terms.iris import RESERVED_BASE

from .desk import JESSA, LATER, NOW, ZOL

FOLDER = Path(__file__).resolve().parents[1] / "content" / "submissions"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("BP*-near-miss.ttl")), ids=lambda path: path.stem)
def test_what_we_add_breaks_no_rule(checker: Checker, path: Path) -> None:
    triples = [(s, p, o) for s, p, o, _ in syntax.parse(path.read_bytes(), media_types.TURTLE, RESERVED_BASE)]
    lines = lines_of(triples, "abc234")
    alone = judge_change(checker, lines, [])
    added = with_provenance(lines, Decision("abc234", JESSA, "Jessa", NOW, LATER, "1.0.0", (ZOL,)))
    assert len(added) > len(lines)
    assert set(lines) <= set(added)
    together = judge_change(checker, added, [])
    assert {finding.rule for finding in together.violations} == {finding.rule for finding in alone.violations}


def test_what_we_add_can_be_told_from_what_was_sent() -> None:
    line = f'<{RESERVED_BASE}id/organisatie/x> <http://www.w3.org/2004/02/skos/core#altLabel> "X"@nl <{RESERVED_BASE}id/graaf/inzending-a> .'
    added = with_provenance([line], Decision("a", JESSA, "Jessa", NOW, LATER, "1"))
    graph_name = f"{RESERVED_BASE}id/graaf/inzending-a"
    left = [triple for triple in syntax.lines_to_graph(added) if not is_ours(triple) and str(triple[0]) != graph_name]
    assert [str(value) for _, _, value in left] == ["X"]
