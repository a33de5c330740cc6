"""Repairs for a report: for each finding with one safe mend, the edit that makes it at the very place.

Knows findings, places and files. Must not know which mends are safe (``repairs.py``) nor how terms are written
(``rewriting.py``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from rdflib import URIRef

from zorgnetwerk.submission import rewriting
from zorgnetwerk.submission.collecting import Piece
from zorgnetwerk.submission.findings import Finding, Repair, Spot, ValidationReport
from zorgnetwerk.submission.places import Places
from zorgnetwerk.submission.repairs import Mend, Mender
from zorgnetwerk.terms.iris import Base


@dataclass(frozen=True, slots=True)
class Workshop:
    """What repairs are made with. ``language`` is that of the labels that a cell gets."""

    mender: Mender
    pieces: Sequence[Piece]
    places: Places
    base: Base
    language: str

    def with_repairs(self, report: ValidationReport, reserved: Sequence[Finding]) -> ValidationReport:
        """The report with its repairs; ``reserved`` are the same findings under the reserved base."""
        findings = tuple(
            dataclasses.replace(placed, repair=self._repair(placed, finding))
            for placed, finding in zip(report.findings, reserved, strict=True)
        )
        return dataclasses.replace(report, findings=findings)

    def _repair(self, placed: Finding, reserved: Finding) -> Repair | None:
        mend = self.mender.mend(reserved)
        spot = placed.place
        if mend is None or not isinstance(spot, Spot):
            return None
        piece = next((each for each in self.pieces if each.name == spot.file), None)
        exact = spot.cell or mend.of_property or self._is_value(placed, reserved, spot)
        if piece is None or not exact:
            return None
        shown = self._shown(mend)
        if isinstance(mend.term, URIRef):
            mend = dataclasses.replace(mend, term=URIRef(self.base.rebase(str(mend.term))))
        return rewriting.repair_of(mend, spot, piece, self.base.value, shown)

    def _is_value(self, placed: Finding, reserved: Finding, spot: Spot) -> bool:
        """Whether the place is that of the value itself, and not only of its node."""
        return any(
            self.places.value(each.focus_node, each.path, each.value) == spot for each in (placed, reserved)
        )  # fmt: skip

    def _shown(self, mend: Mend) -> str:
        for form in self.mender.forms:
            for item in form.fields:
                for code in item.codes:
                    if code.iri == mend.term:
                        return code.names[self.language]
        return str(mend.term)


def chosen(report: ValidationReport, keys: Sequence[str]) -> list[Repair]:
    """The repairs of a report that these keys name; ``all`` names every one."""
    made = [finding.repair for finding in report.findings if finding.repair is not None]
    return made if "all" in keys else [each for each in made if rewriting.key_of(each) in keys]
