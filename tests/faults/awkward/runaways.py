"""Queries that would take hours or gigabytes, each by another means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

Texts = Iterator[tuple[str, str]]

_PRODUCT: Final = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
_DIGITS: Final = " ".join(map(str, range(1_000)))


def runaways() -> Texts:
    thousand = " ".join(f"VALUES ?v{number} {{ {_DIGITS} }}" for number in range(4))
    yield "product counted", f"SELECT (COUNT(*) AS ?n) {{ {_PRODUCT} . ?j ?k ?l }}"
    yield "product sent", f"SELECT * {{ {_PRODUCT} . ?j ?k ?l }}"
    yield "product of values counted", f"SELECT (COUNT(*) AS ?n) {{ {thousand} }}"
    yield "product of values sent", f"SELECT * {{ {thousand} }}"
    yield "product constructed", f"CONSTRUCT {{ ?a ?e ?i }} WHERE {{ {_PRODUCT} }}"
    yield "product described", f"DESCRIBE * {{ {_PRODUCT} }}"
    yield "product filtered away", f"ASK {{ {_PRODUCT} . ?j ?k ?l FILTER(?c = ?f && ?f != ?c) }}"
    yield "sort", f"SELECT * {{ {_PRODUCT} }} ORDER BY ?c DESC(?f) ?i"
    yield "sort by text", f"SELECT * {{ {_PRODUCT} }} ORDER BY STRLEN(CONCAT(STR(?c), STR(?f), STR(?i)))"
    yield "distinct", f"SELECT DISTINCT * {{ {_PRODUCT} }}"
    yield "distinct count", f"SELECT (COUNT(DISTINCT ?i) AS ?n) (COUNT(DISTINCT *) AS ?m) {{ {_PRODUCT} }}"
    yield "grouped", f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {_PRODUCT} }} GROUP BY ?a ?d ?g"
    yield "concatenated", f"SELECT (GROUP_CONCAT(?c; SEPARATOR='{'x' * 10_000}') AS ?s) {{ {_PRODUCT} }}"
    yield "minus of products", f"SELECT * {{ {_PRODUCT} MINUS {{ {_PRODUCT} ?j ?k ?l }} }}"
    yield "optional product", f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c OPTIONAL {{ {_PRODUCT.replace('?a', '?z')} }} }}"
    yield "exists in product", f"SELECT (COUNT(*) AS ?n) {{ {_PRODUCT} FILTER NOT EXISTS {{ ?c ?y ?i . ?x ?f ?z }} }}"
    yield "union of products", f"SELECT (COUNT(*) AS ?n) {{ {{ {_PRODUCT} }} UNION {{ {_PRODUCT} }} }}"
    yield "recursive subselects", _recursive(40)
    growth = " ".join(f"BIND(CONCAT(?a{i},?a{i},?a{i},?a{i}) AS ?a{i + 1})" for i in range(16))
    yield "doubled text", f"SELECT (STRLEN(?a16) AS ?n) {{ BIND('0123456789abcdef' AS ?a0) {growth} }}"
    replaced = " ".join(f"BIND(REPLACE(?a{i},'x','xxxxxxxxxxxx') AS ?a{i + 1})" for i in range(9))
    yield "replaced text", f"SELECT (STRLEN(?a9) AS ?n) {{ BIND('xxxx' AS ?a0) {replaced} }}"
    yield "encoded text", _encoded()
    yield "repeated groups in REGEX", "ASK { FILTER(REGEX('" + "a" * 60 + "!', '^(a+)+$')) }"
    yield (
        "counted groups in REGEX",
        "ASK { FILTER(REGEX('" + "a" * 60 + "', '((((a{1,100}){1,100}){1,100}){1,100})')) }",
    )
    yield "wide classes in REGEX", "ASK { FILTER(REGEX('x', '" + r"[\\p{L}\\p{N}]{900}" * 100 + "')) }"
    yield "nested REGEX", "ASK { FILTER(REGEX('x', '" + "(" * 10_000 + ")" * 10_000 + "')) }"
    yield (
        "a REGEX for each row",
        f"SELECT (COUNT(*) AS ?n) {{ {_PRODUCT} FILTER(REGEX(CONCAT(STR(?a),STR(?i)), STR(?f))) }}",
    )
    yield "random", f"SELECT (SUM(RAND()) AS ?n) {{ {_PRODUCT} }}"
    yield "hashes", f"SELECT (COUNT(DISTINCT SHA512(CONCAT(STR(?a),STR(?f),STR(?i)))) AS ?n) {{ {_PRODUCT} }}"
    yield "identifiers", f"SELECT (COUNT(DISTINCT ?u) AS ?n) {{ {_PRODUCT} BIND(STRUUID() AS ?u) }}"
    yield "big offset", f"SELECT * {{ {_PRODUCT} }} OFFSET 100000000000 LIMIT 1"


def _recursive(depth: int) -> str:
    text = "SELECT ?s { ?s ?p ?o }"
    for number in range(depth):
        text = f"SELECT ?s {{ {{ {text} }} ?s ?p{number} ?o{number} }}"
    return text


def _encoded() -> str:
    steps = " ".join(f"BIND(ENCODE_FOR_URI(?a{i}) AS ?a{i + 1})" for i in range(90))
    return f"SELECT (STRLEN(?a90) AS ?n) {{ BIND('{'€' * 5_000}' AS ?a0) {steps} }}"


def paths() -> Texts:
    step = "(<http://e/next>|^<http://e/next>)"
    yield "closure both ways", f"SELECT (COUNT(*) AS ?n) {{ ?a {step}* ?b . ?c {step}* ?d }}"
    yield "closure of closures", f"SELECT (COUNT(*) AS ?n) {{ ?a ((({step}*)*)+)* ?b . ?b ({step}*)* ?c }}"
    yield "closure of anything", "SELECT (COUNT(*) AS ?n) { ?a (!<urn:p>|!^<urn:p>)* ?b . ?b (!<urn:q>)+ ?c }"
    yield "sequence of closures", f"SELECT (COUNT(*) AS ?n) {{ ?a {'/'.join([f'{step}*'] * 30)} ?b }}"
    yield "choice of closures", f"SELECT (COUNT(*) AS ?n) {{ ?a ({'|'.join([f'{step}+'] * 90)})* ?b . ?c ?d ?e }}"
    yield "optional steps", f"SELECT (COUNT(*) AS ?n) {{ ?a {'/'.join([f'{step}?'] * 90)} ?b }}"
    yield (
        "repeated brackets",
        f"ASK {{ ?a {'(' * 60}<http://e/next>{')?' * 60} ?b . ?b {'(' * 30}<http://e/next>{')+' * 30} ?a }}",
    )
    yield "closure from a literal", f"SELECT * {{ 'x' {step}* ?b }}"
    yield "negation of everything", "SELECT (COUNT(*) AS ?n) { ?a !(^<urn:p>|<urn:q>) ?b . ?b !() ?c }"
