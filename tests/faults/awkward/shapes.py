"""Queries of unusual shape: nested deeply, chained long, with very many or very long parts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

Texts = Iterator[tuple[str, str]]
_NESTS: Final = {
    "groups": ("SELECT * ", "{", "", "}", ""),
    "brackets": ("ASK { FILTER", "(", "1", ")", " }"),
    "calls": ("ASK { FILTER(", "STR(", "1", ")", ") }"),
    "coalesce": ("SELECT (", "COALESCE(", "1", ")", " AS ?x) {}"),
    "if": ("SELECT (", "IF(true,", "1", ",2)", " AS ?x) {}"),
    "concat": ("SELECT (", "CONCAT('a',", "'b'", ")", " AS ?x) {}"),
    "in": ("ASK { FILTER(1", " IN (1", "", ")", ") }"),
    "blank nodes": ("ASK { ?s ?p ", "[ ?p ", "1", " ]", " }"),
    "lists": ("ASK { ?s ?p ", "(", "1", ")", " }"),
    "exists": ("ASK ", "{ FILTER EXISTS ", "{}", " }", ""),
    "not exists": ("ASK ", "{ ?s ?p ?o FILTER NOT EXISTS ", "{}", " }", ""),
    "optional": ("SELECT * ", "{ ?s ?p ?o OPTIONAL ", "{}", " }", ""),
    "minus": ("SELECT * ", "{ ?s ?p ?o MINUS ", "{ ?s ?p ?o }", " }", ""),
    "graph": ("SELECT * ", "{ GRAPH ?g ", "{}", " }", ""),
    "lateral": ("SELECT * ", "{ LATERAL ", "{}", " }", ""),
    "union": ("SELECT * ", "{ {} UNION ", "{}", " }", ""),
    "subselects": ("", "SELECT * { { ", "SELECT * { ?s ?p ?o }", " } }", ""),
    "counted subselects": ("", "SELECT (COUNT(*) AS ?n) { { ", "SELECT * {}", " } }", ""),
    "path brackets": ("ASK { ?s ", "(", "<urn:p>", ")", " ?o }"),
    "repetition": ("ASK { ?s ", "(", "<http://e/next>", ")*", " ?o }"),
    "quoted triples": ("ASK { ?s ?p ", "<< ?s ?p ", "1", " >>", " }"),
    "triple terms": ("ASK { ?s ?p ", "<<( ?s ?p ", "1", " )>>", " }"),
    "sums": ("SELECT (", "SUM(", "1", ")", " AS ?x) {}"),
    "unclosed": ("ASK ", "{", "", "", ""),
    "only closed": ("ASK {", "}", "", "", ""),
}


def nesting() -> Texts:
    for name, (before, opening, inside, closing, after) in _NESTS.items():
        for depth in (30, 95, 300, 4_000):
            text = before + opening * depth + inside + closing * depth + after
            if len(text) < 64_000:
                yield f"{name} {depth}", text


_SIGNS: Final = ("||", "&&", "+", "-", "*", "/", "=", "<", "IN (1) &&")
_PARTS: Final = {
    "union": ("SELECT * { {}", " UNION {}", " }"),
    "union of patterns": ("SELECT * { {?s ?p ?o}", " UNION {?s ?p ?o}", " }"),
    "optional": ("SELECT * { ?s ?p ?o", " OPTIONAL { ?s ?p ?o }", " }"),
    "filter": ("ASK { ?s ?p ?o", " FILTER(1)", " }"),
    "glued filter": ("ASK { ?s ?p ?o", " FILTERNOT EXISTS{}", " }"),
    "minus": ("ASK { ?s ?p ?o", " MINUS { ?a ?b ?c }", " }"),
    "graph": ("ASK { ", " GRAPH ?g {}", " }"),
    "juxtaposed groups": ("ASK { ", "{}", " }"),
    "juxtaposed subselects": ("ASK { ", "{SELECT*{}}", " }"),
    "bangs": ("ASK { FILTER(", "!", "true) }"),
    "minuses": ("ASK { FILTER(", "- ", "1) }"),
    "paths in sequence": ("ASK { ?s <urn:p>", "/<urn:p>", " ?o }"),
    "paths of choice": ("ASK { ?s <urn:p>", "|<urn:p>", " ?o }"),
    "inverse paths": ("ASK { ?s ", "^", "<urn:p> ?o }"),
    "negated set": ("ASK { ?s !(<urn:p>", "|^<urn:p>", ") ?o }"),
    "triples": ("ASK { ", "?s ?p ?o . ", " }"),
    "objects": ("ASK { ?s ?p 1", ", 1", " }"),
    "predicates": ("ASK { ?s ?p 1", "; ?p 1", " }"),
    "prefixes": ("", "PREFIX a: <urn:a>\n", "ASK {}"),
    "bases": ("", "BASE <urn:a>\n", "ASK {}"),
    "from": ("SELECT * ", "FROM <urn:g> ", "{}"),
    "values": ("SELECT * { VALUES ?x { ", "1 ", " } }"),
    "values rows": ("SELECT * { VALUES (?x ?y) { ", "(1 2) ", " } }"),
    "values blocks": ("SELECT * { ", "VALUES ?x { 1 } ", " }"),
    "in list": ("ASK { FILTER(1 IN (2", ", 2", ")) }"),
    "arguments": ("SELECT (CONCAT('a'", ", 'a'", ") AS ?x) {}"),
    "coalesced": ("SELECT (COALESCE(?u", ", ?u", ") AS ?x) {}"),
    "list elements": ("ASK { ?s ?p (", "1 ", ") }"),
    "order keys": ("SELECT * { ?s ?p ?o } ORDER BY ?s", " ?s", ""),
    "group keys": ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s", " ?s", ""),
    "group expressions": ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s", " (1)", ""),
    "having": ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s HAVING (1)", " (1)", ""),
    "described": ("DESCRIBE ", "<urn:a> ", ""),
    "comments": ("ASK {", "#\n", "}"),
    "spaces": ("ASK {", "\r\n\t ", "}"),
    "template": ("CONSTRUCT { ", "?s ?p ?o . ", " } WHERE { ?s ?p ?o }"),
}


def chains() -> Texts:
    for sign in _SIGNS:
        for count in (190, 250, 6_000):
            yield f"{sign} {count}", f"ASK {{ FILTER(1{f' {sign} 1' * count}) }}"
    for name, (before, part, after) in _PARTS.items():
        for count in (190, 2_000, (63_000 - len(before) - len(after)) // len(part)):
            yield f"{name} {count}", before + part * min(count, (63_000 - 100) // len(part)) + after
    hidden = "(" * 4_000 + "1" + ")" * 4_000
    yield "nesting in what looks like an IRI", f"ASK {{ FILTER(0<{hidden}&&2>1) }}"
    yield "chain in what looks like an IRI", f"ASK {{ FILTER(0<1{'+1' * 6_000}&&2>1) }}"
    yield "nesting after an escaped quote", "ASK { FILTER('\\'' = " + "(" * 4_000 + "1" + ")" * 4_000 + ") }"


def many() -> Texts:
    variables = [f"?v{number}" for number in range(4_000)]
    yield "computed columns", "SELECT " + " ".join(f"(1 AS {name})" for name in variables) + " {}"
    yield (
        "dependent columns",
        "SELECT (1 AS ?v0) "
        + " ".join(f"({before}+{before} AS {name})" for before, name in itertools.pairwise(variables[:150]))
        + " {}",
    )
    yield "projected variables", f"SELECT {' '.join(variables)} {{}}"
    yield "joined variables", "SELECT * { " + " ".join(f"?s ?p {name} ." for name in variables[:1_900]) + " }"
    yield "binds", "SELECT * { " + " ".join(f"BIND(1 AS {name})" for name in variables[:190]) + " }"
    yield "values columns", f"SELECT * {{ VALUES ({' '.join(variables)}) {{ ({' 1' * 4_000}) }} }}"
    yield "aggregates", "SELECT " + " ".join(f"(COUNT(?s) AS {name})" for name in variables[:1_500]) + " { ?s ?p ?o }"
    yield "optionals of one", "SELECT * { ?s ?p ?o " + "OPTIONAL { ?s ?p ?o } " * 150 + "}"
    yield "long literal", f"ASK {{ FILTER(STRLEN('{'x' * 60_000}') > 1) }}"
    yield "long IRI", f"ASK {{ ?s <http://e/{'x' * 60_000}> ?o }}"
    yield "long name", f"PREFIX e: <http://e/> ASK {{ ?s e:{'x' * 60_000} ?o }}"
    yield "long prefix", f"PREFIX {'e' * 30_000}: <http://e/> ASK {{ ?s {'e' * 30_000}:x ?o }}"
    yield "long variable", f"SELECT ?{'x' * 60_000} {{}}"
    yield "long keyword", "S" * 60_000
    yield "long language tag", f"ASK {{ FILTER('x'@{'a-' * 3_000}a = 'x') }}"
    yield "long comment", "ASK {} #" + "x" * 60_000
    yield "too long", "ASK {} #" + "x" * 70_000
    yield "far too long", "ASK {} #" + "x" * 400_000
