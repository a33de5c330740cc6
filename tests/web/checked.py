"""A checker's answer as the page gets it, with everything that can be said of a document."""

from __future__ import annotations

from typing import Any

_NOTHING: dict[str, Any] = {
    "focusNode": None, "path": None, "value": None, "detail": {}, "shape": None, "file": "", "line": 0, "column": 0,
    "end_column": 0, "excerpt": "", "token": "", "cell": "", "heading": "", "repair": None, "focusName": "",
    "pathName": "", "valueName": "", "ruleName": "",
}  # fmt: skip


def entry(severity: str, rule: str, message: str, **said: Any) -> dict[str, Any]:
    """One finding."""
    return _NOTHING | {"severity": severity, "rule": rule, "message": message} | said


def answer(**said: Any) -> dict[str, Any]:
    """A refused document: a mistake with its line and mend, a warning in a cell, a note, and more of a rule."""
    repair = {"key": "abc123def456", "title": "Write the day", "old": '"2015"', "new": '"<b>2015-01-01"', "edits": []}
    findings = [
        entry(
            "Violation", "R30", 'No day: write "2015-01-01".', focusNode="http://localhost:7777/id/tijd/x",
            focusName="“sinds 2015”", pathName="earliest begin", value='"2015"', valueName="2015", line=3, column=5,
            excerpt='  a "2015" ;', token='"2015"', ruleName="earliest begin", repair=repair, shape="x/R30",
            detail={"found": "2", "expected": "1", "component": "MaxCount"},
        ),
        entry(
            "Warning", "R07", "“AZ Nord” resembles AZ Noord.", cell="Organisaties!B3", heading="name (nl)",
            file="my sheet.xlsx", excerpt="AZ Nord", token="AZ Nord", value='"AZ Nord"', valueName="AZ Nord",
            detail={"names": "AZ Noord", "candidates": "http://localhost:7777/id/organisatie/az-noord"},
        ),
        entry("Info", "R42", "1 quotation was not compared."),
    ]  # fmt: skip
    return {
        "conforms": False, "checked": 4, "violations": 1, "warnings": 1, "notes": 1, "left_out": {"R30": 12},
        "findings": findings, "diff": "--- a/document\n+++ b/document\n@@ -1 +1 @@\n-old <b>\n+new\n same",
    } | said  # fmt: skip
