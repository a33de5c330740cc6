"""Request targets at and beyond the edge, for each kind of address."""

from __future__ import annotations

from typing import Final

_ROOMS: Final = (
    "/id/",
    "/doc/",
    "/ns/",
    "/auth/",
    "/queries/",
    "/dumps/",
    "/nl/doc/",
    "/nl/queries/",
    "/timemap/",
    "/static/",
)
_ENDS: Final = (
    "x%00y", "%2e%2e/%2e%2e/etc/passwd", "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "..\\..\\etc\\passwd", "%5c..%5cetc", "a/b%0d%0aX:%20y", "a/%ff%fe", "a/%c0%ae%c0%ae",
    "a/%ed%a0%80", "a/%", "a/%zz", "a/<script>alert(1)</script>", "a/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "a/x%27%22%60", "a//b", "/a/b", "a/./b", "a/b/", "a/b;c=d", "a/b?page=0",
    "a/b?page=-1", "a/b?page=99999999999999999999", "a/b?page=\u0663", "a/b?page=1&page=2", "a/b?page=%00", "a/b.ttl", "a/b.ttl.ttl", "a/b.html", "a/b.exe", "a/.ttl", ".ttl", "a/b#c", "a/\u00e9\u20ac", "a/\U0001f600",
    "a/\u202e", "a/%F0%9F%98%80", "a/e%CC%81", "a/" + "b" * 7_000, "a/" + "b/" * 3_000, "a/" + "%41" * 2_000, "a/b c", "a/b\tc", "organisatie", "organisatie?uri=http%3A%2F%2Fevil.example%2F", "a/javascript:alert(1)", "",
)  # fmt: skip
_NUMBERS: Final = (
    "0",
    "-1",
    "1",
    "00001",
    "999999",
    "9" * 30,
    "9" * 5_000,
    "1e3",
    "0x1",
    "\u0663",
    "%d9%a3",
    "1%00",
    "abc",
    "",
)

TARGETS: Final = (
    *(f"{room}{end}" for room in _ROOMS for end in _ENDS),
    *(f"/release/{number}{rest}" for number in _NUMBERS for rest in ("/sparql", "/sparql?query=ASK%7B%7D", "/sparql.csv?query=ASK%7B%7D", "/doc/a/b", "/", "")),
    *(f"/describe?iri={iri}" for iri in ("", "x", "http://127.0.0.1:9/", "file:///etc/passwd", "javascript:alert(1)", "%00", "%ff", "%0d%0a", "urn:x%3E", "a" * 7_000, "//evil.example", "urn:%22%3E%3Cscript%3Ealert(1)%3C/script%3E")),
    "http://evil.example/", "https://evil.example/sparql", "//evil.example/", "//evil.example/%2e%2e", "/\\evil.example", "*", "evil.example:80", "?", "#", "/#", "/?", "sparql", "/sparql/", "/sparql//", "/SPARQL", "/%73parql",
    "/sparql%00", "/sparql%20", "/sparql;x=y?query=ASK%7B%7D", "/./sparql", "/nl/../sparql", "/nl//sparql", "/xx/sparql", "/nl/nl/sparql", "/" + "a" * 60_000, "/" + "a/" * 30_000, "/?" + "a" * 60_000, "/" + "%2f" * 5_000,
    "/sparql?query=" + "a" * 100_000, "/id/thing%3Cscript%3Ekit1xss%3C%2Fscript%3E", "/id/thing?uri=http%3A%2F%2Fevil.example%2F", "/dump/../../../../etc/passwd", "/id/thing/..\\..\\..\\etc\\passwd", "/id/x%27%22%60",
)  # fmt: skip
