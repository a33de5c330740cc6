"""The published catalogue of awkward requests, sent as it stands and, where it is abridged, as it was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .awkward.asking import Asked
from .awkward.requests import ANY, NO_HTTP, REFUSED, request

_GAP = re.compile(r" … (\d+) characters of the same pattern … ")
_DIGITS = " ".join(map(str, range(1_000)))
_VALUES = " ".join(f"VALUES ?{name} {{ {_DIGITS} }}" for name in "abcd")
WHOLE = {
    "deep-paren-900": "ASK{FILTER(" + "(" * 900 + "true" + ")" * 900 + ")}",
    "deep-minus-900": "SELECT*{" + "?s ?p ?o MINUS{" * 900 + "?s ?p ?o" + "}" * 900 + "}",
    "deep-str-fn-4000": "SELECT (" + "STR(" * 4_000 + "1" + ")" * 4_000 + " AS ?x){}",
    "deep-if-4000": "SELECT (" + "IF(true," * 4_000 + "1" + ",2)" * 4_000 + " AS ?x){}",
    "deep-bang-30000": "ASK{FILTER(" + "!" * 30_000 + "true)}",
    "run-cartesian-count": f"SELECT (COUNT(*) AS ?n) {{ {_VALUES} }}",
    "run-cartesian-stream": "SELECT * { " + _VALUES[: _VALUES.index("VALUES ?d")] + "}",
    "run-minus-cross": f"SELECT (COUNT(*) AS ?n) {{ {_VALUES} MINUS {{ VALUES ?z {{ {_DIGITS} }} }} }}",
    "http-form-100k-fields": "&".join(f"a{number}=1" for number in range(100_000)),
    "sub-jsonld-prefix-cycle": '{"@context":{'
    + ",".join(f'"t{n}":"t{n + 1}:x"' for n in range(12_000))
    + '},"t0":"a"}',
    "sub-ttl-hexbinary": f'<urn:s> <urn:p> "{"z" * 100_000}"^^<http://www.w3.org/2001/XMLSchema#hexBinary> .',
    "sub-n3-deep": "{" * 20_000 + "}" * 20_000 + " <urn:p> 1 .",
}
"""Bodies that the catalogue shortens, by our reading of their pattern."""


def test_the_catalogue_is_answered_harmlessly(asked: Asked, shared: Path) -> None:
    listed = json.loads((shared / "evidence" / "bad_inputs_public.json").read_text("utf-8"))
    assert len(listed) >= 40
    wrongs: list[str] = []
    for each in listed:
        allowed = ANY | NO_HTTP if each["group"] in ("http layer", "pages") else ANY | {422}
        if "4xx" in each["must"]:
            allowed = REFUSED
        for target in ("", "/validate") if each["group"] == "submission" else ("",):
            sent = _request(each, target, asked)
            wrongs += asked.wrongs(f"{each['id']} {target}", sent, allowed, False, each["id"] == "http-chunk-huge-size")
    assert not wrongs, "\n".join(wrongs)


def test_each_shortened_body_has_its_pattern_here(shared: Path) -> None:
    listed = json.loads((shared / "evidence" / "bad_inputs_public.json").read_text("utf-8"))
    for each in listed:
        if _GAP.search(each["body"]):
            before, _, after = _GAP.split(each["body"])
            assert WHOLE[each["id"]].startswith(before), each["id"]
            assert WHOLE[each["id"]].endswith(after), each["id"]


def _request(each: Mapping[str, Any], target: str, asked: Asked) -> bytes:
    """The bytes of a request of the catalogue, its canaries replaced by ours."""
    method, path, *_ = each["request"].split(" ")
    if "…" in each["request"]:
        path = path.rstrip("…").rstrip() + "a" * 100_000
    body = WHOLE.get(each["id"], each["body"])
    body = body.replace("/canary/secret.ttl", str(asked.canaries.file))
    body = body.replace("127.0.0.1:9/", f"127.0.0.1:{asked.canaries.port}/")
    is_chunked = any("chunked" in header for header in each["headers"])
    return request(f"{method} {target or path} HTTP/1.1", each["headers"], body, None if is_chunked else "")
