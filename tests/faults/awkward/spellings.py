"""Queries whose words, names, numbers and characters are spelled in unusual ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

Texts = Iterator[tuple[str, str]]
_PATTERN: Final = "{ ?a ?b ?c }"


def escaped(word: str, digits: int = 4) -> str:
    """A text with each character as a codepoint escape."""
    return "".join(f"\\{'u' if digits == 4 else 'U'}{ord(sign):0{digits}X}" for sign in word)


def escapes() -> Texts:
    yield "keyword", f"{escaped('ASK')} {{}}"
    yield "keyword in eight digits", f"{escaped('SELECT', 8)} * {{}} LIMIT 1"
    yield "one letter", "SEL\\u0045CT * {} LIMIT 1"
    yield "brackets", "ASK \\u007B \\u007D"
    yield "IRI", "ASK { ?s <http://e/\\u0061> ?o }"
    yield "end of an IRI", "ASK { ?s <http://e/\\u003E ?p ?o . <x> ?o }"
    yield "space in an IRI", "ASK { ?s <http://e/\\u0020x> ?o }"
    yield "quote in a text", "ASK { FILTER('\\u0027' = 'x') }"
    yield "line end in a text", "ASK { FILTER('\\u000A' = 'x') }"
    yield "backslash", "ASK { FILTER('\\u005C' = 'x') }"
    yield "backslash before a quote", "ASK { FILTER('\\u005C' = 'x') } #'"
    yield "escape of an escape", "\\u005Cu0041SK {}"
    yield "comment sign", "ASK {} \\u0023 no more"
    yield "line end in a comment", "ASK {} #\\u000A ASK {}"
    yield "NUL", "ASK { FILTER('\\u0000' = 'x') }"
    yield "half of a pair", "ASK { FILTER('\\uD800' = 'x') }"
    yield "both halves", "ASK { FILTER('\\uD83D\\uDE00' = 'x') }"
    yield "beyond the last", "ASK { FILTER('\\U00110000' = 'x') }"
    yield "far beyond", "ASK { FILTER('\\UFFFFFFFF' = 'x') }"
    yield "too few digits", "ASK { FILTER('\\u12' = 'x') }"
    yield "no digits", "ASK { FILTER('\\u' = '\\U') }"
    yield "unknown escape", "ASK { FILTER('\\q' = 'x') }"
    yield "noncharacter", "ASK { FILTER('\\uFFFE\\U0001FFFF' = 'x') }"
    yield "very many", f"ASK {{ FILTER('{escaped('x') * 9_000}' = 'x') }}"
    yield "local name", "PREFIX e: <http://e/> ASK { ?s e:a\\-b\\~c\\/d ?o }"
    yield "percent in a local name", "PREFIX e: <http://e/> ASK { ?s e:a%2Fb%zz ?o }"


def numbers() -> Texts:
    yield "huge limit", "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999"
    yield "endless limit", f"SELECT * {{ ?s ?p ?o }} LIMIT {'9' * 50_000}"
    yield "negative limit", "SELECT * { ?s ?p ?o } LIMIT -1"
    yield "huge offset", "SELECT * { ?s ?p ?o } OFFSET 18446744073709551615"
    yield "more than a huge offset", "SELECT * { ?s ?p ?o } OFFSET 18446744073709551615 LIMIT 18446744073709551615"
    yield "smallest negated", "SELECT (-(-9223372036854775808) AS ?a) (ABS(-9223372036854775808) AS ?b) {}"
    yield "smallest divided", "SELECT (-9223372036854775808/-1 AS ?c) {}"
    yield "overflow", "SELECT (9223372036854775807 + 1 AS ?a) (9223372036854775807 * 9223372036854775807 AS ?b) {}"
    yield "beyond integers", "SELECT (1234567890123456789012345678901234567890 AS ?a) {}"
    yield "division by zero", "SELECT (1/0 AS ?a) (1.0/0.0 AS ?b) (1e0/0e0 AS ?c) {}"
    yield "endless digits", f"SELECT (0.{'1' * 60_000} AS ?a) {{}}"
    yield "endless exponent", f"SELECT (1e{'9' * 50_000} AS ?a) {{}}"
    yield "not a number", "SELECT * { VALUES ?x { 'NaN' 1e999 -1e999 } } ORDER BY ?x"
    yield (
        "far substring",
        "SELECT (SUBSTR('abc', 1e300) AS ?a) (SUBSTR('abc', -9223372036854775808, 9223372036854775807) AS ?b) {}",
    )
    yield "rounded", "SELECT (ROUND(1e308*10) AS ?a) (CEIL(-1e308*10) AS ?b) (FLOOR(0e0/0e0) AS ?c) {}"
    for kind, text in (
        ("dateTime", "99999999999-01-01T00:00:00Z"),
        ("dateTime", "2026-13-45T99:99:99+99:99"),
        ("date", "-0000-00-00"),
        ("duration", "P99999999999999999999Y"),
        ("dayTimeDuration", "-P106751991167D"),
        ("gYear", "99999999999999999999"),
        ("decimal", "9" * 400),
        ("byte", "999"),
    ):
        typed = f"'{text}'^^<http://www.w3.org/2001/XMLSchema#{kind}>"
        yield f"{kind} {text[:12]}", f"SELECT ({typed} + {typed} AS ?a) (YEAR({typed}) AS ?b) (STR({typed}) AS ?c) {{}}"


def characters() -> Texts:
    yield "byte order mark", "\ufeffASK {}"
    yield "byte order mark inside", "ASK \ufeff{}"
    yield "line ends of three kinds", "ASK\r\n{\r?s\n?p\r\n?o\n\r}"
    yield "line end of another kind", "ASK {} #\u2028ASK {}"
    yield "vertical tab", "ASK\x0b{}"
    yield "no-break space", "ASK\xa0{}"
    yield "full width", "\uff21\uff33\uff2b {}"
    yield "long s", "A\u017fK {}"
    yield "right to left", "ASK { FILTER('\u202e}' = '\u202d{') }"
    yield "combining", "ASK { ?e\u0301\u0301\u0301 ?p ?o }"
    yield "emoji", "SELECT ?\U0001f600 { ?\U0001f600 ?p '\U0001f468\u200d\U0001f469' }"
    yield "last codepoint", "ASK { FILTER('\U0010ffff' = 'x') }"
    yield "control signs", "ASK { FILTER('\x01\x1b\x7f' = 'x') }"
    yield "markup", "SELECT * { <http://e/> <script>alert(1)</script> }"
    yield "markup in an unknown prefix", "ASK { ?s x:y '<script>alert(1)</script>' }"
    yield "markup in a column", "SELECT ('<script>alert(1)</script>' AS ?a) {}"
    yield "a form of cells", "SELECT ('=1+1' AS ?a) ('\"\r\n,' AS ?b) {}"


def federation(address: str) -> Texts:
    """All ways to say that another endpoint shall be asked that were found to be understood, and some that are not."""
    there = f"<{address}>"
    prefix = f"PREFIX e: {there} PREFIX : {there} "
    for name, text in (
        ("plain", f"SERVICE {there} {_PATTERN}"),
        ("lower case", f"service {there} {_PATTERN}"),
        ("mixed case", f"sErViCe SiLeNt {there} {_PATTERN}"),
        ("silent", f"SERVICE SILENT {there} {_PATTERN}"),
        ("no space", f"SERVICE{there}{_PATTERN}"),
        ("comment between", f"SERVICE#{{}}\n{there}#x\r\n{_PATTERN}"),
        ("after a comment", f"# '\nSERVICE {there} {_PATTERN}"),
        ("after a comment with a line end of another kind", f"#\rSERVICE {there} {_PATTERN}"),
        ("tabs", f"SERVICE\t\r\n{there} {_PATTERN}"),
        ("prefixed name", f"SERVICE :x {_PATTERN}"),
        ("glued to an empty prefix", f"SERVICE:x {_PATTERN}"),
        ("glued to a prefix", f"SERVICEe:x {_PATTERN}"),
        ("silent and glued", f"SERVICESILENTe:x#\n{_PATTERN}"),
        ("glued to true", f"?s ?p trueSERVICE {there} {_PATTERN}"),
        ("glued to false and a prefix", f"?s ?p falseSERVICEe:x {_PATTERN}"),
        ("after the dot of an empty name", f"?s ?p e:.SERVICE {there} {_PATTERN}"),
        ("after a variable and a dot", f"?s ?p ?x.SERVICE {there} {_PATTERN}"),
        ("in what looks like an IRI", f"FILTER(0<1)SERVICE:x#>\n{_PATTERN}"),
        ("variable in what looks like an IRI", f"VALUES ?x {{ e: }} FILTER(0<1)SERVICE?x#>\n{_PATTERN}"),
        ("variable", f"VALUES ?x {{ {there} }} SERVICE ?x {_PATTERN}"),
        ("bound variable", f"BIND(IRI('{address}') AS ?x) SERVICE ?x {_PATTERN}"),
        ("first letter escaped", f"\\u0053ERVICE {there} {_PATTERN}"),
        ("all escaped", f"{escaped('SERVICE')} {there} {_PATTERN}"),
        ("all escaped in eight digits", f"{escaped('service', 8)} {there} {_PATTERN}"),
        ("escaped space", f"SERVICE\\u0020{there} {_PATTERN}"),
        ("escaped IRI", f"SERVICE <{escaped(address)}> {_PATTERN}"),
        ("after a text with quotes", f"?s ?p '''a'b''' . SERVICE {there} {_PATTERN}"),
        ("after a text of quotes", f'?s ?p "\\"\'" . SERVICE {there} {_PATTERN}'),
        ("after an empty text", f"?s ?p '' . SERVICE {there} {_PATTERN}"),
        ("after a language", f"?s ?p ''@en-x . SERVICE {there} {_PATTERN}"),
        ("in a group", f"{{ {{ SERVICE {there} {_PATTERN} }} }}"),
        ("in a subselect", f"{{ SELECT ?c {{ SERVICE {there} {_PATTERN} }} }}"),
        ("in OPTIONAL", f"OPTIONAL {{ SERVICE {there} {_PATTERN} }}"),
        ("in MINUS", f"?s ?p ?o MINUS {{ SERVICE {there} {_PATTERN} }}"),
        ("in UNION", f"{{}} UNION {{ SERVICE {there} {_PATTERN} }}"),
        ("in GRAPH", f"GRAPH ?g {{ SERVICE {there} {_PATTERN} }}"),
        ("in LATERAL", f"LATERAL {{ SERVICE {there} {_PATTERN} }}"),
        ("in EXISTS", f"FILTER EXISTS {{ SERVICE {there} {_PATTERN} }}"),
        ("in NOT EXISTS of BIND", f"BIND(NOT EXISTS {{ SERVICE {there} {_PATTERN} }} AS ?y)"),
        ("relative", f"SERVICE <x> {_PATTERN}"),
        ("file", f"SERVICE <file:///etc/passwd> {_PATTERN}"),
        ("nested", f"SERVICE {there} {{ SERVICE {there} {_PATTERN} }}"),
        ("many", f"SERVICE SILENT {there} {{}} " * 100),
        ("host without dots", f"SERVICE <http://2130706433:9/> {_PATTERN}"),
        ("host of six", f"SERVICE <http://[::1]:9/> {_PATTERN}"),
    ):
        base = f"BASE {there} "
        yield name, f"{base}{prefix}SELECT * {{ {text} }}"
    yield "in CONSTRUCT", f"CONSTRUCT WHERE {{ SERVICE {there} {_PATTERN} }}"
    yield "in ASK", f"ASK {{ SERVICE {there} {_PATTERN} }}"
    yield "in DESCRIBE", f"DESCRIBE ?a {{ SERVICE {there} {_PATTERN} }}"
    yield "in HAVING", f"SELECT ?a {{ ?a ?b ?c }} GROUP BY ?a HAVING EXISTS {{ SERVICE {there} {_PATTERN} }}"
    yield "in ORDER BY", f"SELECT ?a {{ ?a ?b ?c }} ORDER BY EXISTS {{ SERVICE {there} {_PATTERN} }}"


def graphs(address: str, file: str) -> Texts:
    """FROM, FROM NAMED, GRAPH and DESCRIBE with what others would fetch or read."""
    for name, iri in (
        ("file", f"file://{file}"),
        ("file in upper case", f"FILE://{file}"),
        ("file of this host", f"file://localhost{file}"),
        ("file with one slash", f"file:{file}"),
        ("file with four slashes", f"file:///{file}"),
        ("escaped file", f"{escaped('file')}://{file}"),
        ("percent-encoded file", f"%66ile://{file}"),
        ("file with dots", f"file:///tmp/../{file}"),
        ("file in a jar", f"jar:file://{file}!/x"),
        ("bare path", file),
        ("device", "file:///dev/zero"),
        ("process", "file:///proc/self/environ"),
        ("address", address),
        ("address in upper case", address.upper()),
        ("address without a scheme", address.removeprefix("http:")),
        ("address with credentials", address.replace("//", "//a:b@")),
        ("short address", address.replace("127.0.0.1", "127.1")),
        ("decimal address", address.replace("127.0.0.1", "2130706433")),
        ("address of six", address.replace("127.0.0.1", "[::ffff:127.0.0.1]")),
        ("secure address", address.replace("http:", "https:")),
        ("ftp", address.replace("http:", "ftp:")),
        ("gopher", address.replace("http:", "gopher:")),
        ("data", "data:text/turtle,<a>%20<b>%20<c>."),
        ("script", "javascript:alert(1)"),
    ):
        yield f"FROM {name}", f"SELECT * FROM <{iri}> {{ ?s ?p ?o }}"
        yield f"FROM NAMED {name}", f"SELECT * FROM NAMED <{iri}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"
        yield f"GRAPH {name}", f"CONSTRUCT WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
        yield f"DESCRIBE {name}", f"DESCRIBE <{iri}>"
    yield "relative to a file", f"BASE <file://{file}> SELECT * FROM <> {{ ?s ?p ?o }}"
    yield "prefixed file", f"PREFIX f: <file://> PREFIX g: <file://{file}> SELECT * FROM g: {{ ?s ?p ?o }}"
    yield "glued", f"PREFIX g: <file://{file}> SELECT * FROMg: FROMNAMEDg:{{ ?s ?p ?o }}"


def updates(address: str, file: str) -> Texts:
    for text in (
        f"LOAD <{address}>",
        f"LOAD <file://{file}>",
        f"load silent <{address}> INTO GRAPH <urn:g>",
        f"LO\\u0041D <{address}>",
        "INSERT DATA { <urn:kit:w> <urn:p> 'CANARY-write' }",
        "insert{<urn:a><urn:b>1}where{}",
        "DELETE WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CLEAR DEFAULT",
        "CLEAR ALL",
        "#ASK\nDROP ALL",
        "DROP SILENT GRAPH <urn:g>",
        "CREATE GRAPH <urn:g>",
        "COPY DEFAULT TO <urn:g>",
        "MOVE <urn:g> TO <urn:h>",
        "ADD <urn:g> TO <urn:h>",
        "PREFIX e: <urn:e> INSERT DATA { e:a e:b e:c }",
        "ASK {} ; DROP ALL",
        "SELECT * {} INSERT DATA { <urn:a> <urn:b> 1 }",
        "DROP ALL; ASK {}",
        f"ASK {{}} ; LOAD <{address}>",
        "DR\\U0000004FP ALL",
    ):
        yield text[:40], text


def broken() -> Texts:
    for text in (
        "", " ", "\n\n\n", "#", "ASK", "ASK {", "ASK }", "SELECT", "SELECT * {", "SELECT ?x { ?s ?p }", "ASK { FILTER }",
        "ASK { ?s ?p 'x }", 'ASK { ?s ?p "x }', "ASK { ?s ?p '''x }", "ASK { ?s ?p <x }", "ASK { ?s ?p x:y }", "ASK { 1 2 3 4 }",
        "SELECT * { } LIMIT", "SELECT (?x) {}", "SELECT (1 AS ?x) (2 AS ?x) {}", "SELECT ?x { } GROUP BY ?y", "ASK {} ASK {}",
        "CONSTRUCT { ?s ?p } WHERE {}", "DESCRIBE", "a", "?", "<>", "''", "@", "\\", "%", "=", "NaN", "null", "{}", "[]", "()",
        "ASK { BIND(1 AS ?x) BIND(2 AS ?x) }", "ASK { _:a ?p 1 . { _:a ?p 2 } }", "PREFIX", "PREFIX a", "BASE", "BASE <a", "SELECT * FROM {}",
        "ASK { FILTER(REGEX('a')) }", "ASK { FILTER(<urn:f>(1) && NOSUCH(1)) }", "SELECT * { VALUES (?x ?y) { (1) } }", "GET / HTTP/1.1", "' OR '1'='1",
        "SELECT * FROM WHERE users; --", "{{7*7}}", "${7*7}", "%s%s%n", "../../etc/passwd", "query=ASK {}", "<?xml version='1.0'?><a/>",
    ):  # fmt: skip
        yield text[:30] or "nothing", text
