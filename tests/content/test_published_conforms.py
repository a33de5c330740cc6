"""The whole published data conforms to the shapes."""

from __future__ import annotations

import time

from zorgnetwerk.submission.holdings import read_folder
from zorgnetwerk.submission.rules import Scope
from zorgnetwerk.submission.validation import Shapes, validate

from .examples import ROOT


def test_published_data_conforms_in_time() -> None:
    """No violation; warnings are told. The limit is generous: the work itself takes about 6 seconds."""
    graph = read_folder(ROOT / "ontologie") + read_folder(ROOT / "data")
    shapes = Shapes.load(ROOT)
    start = time.process_time()
    report = validate(graph, shapes, Scope.CONTENT)
    seconds = time.process_time() - start
    told = [
        f"{finding.rule} {finding.focus_node} {finding.value} {finding.message('en')}" for finding in report.violations
    ]
    assert not told
    assert len(report.checked) > 1000
    assert seconds < 30
