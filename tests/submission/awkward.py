"""Awkward documents by family: what a sender may try, and how it must be answered.

Each is small, or cheap to make. The answer is the rule of some violation (``G1``: cannot be read; ``G2``: nothing to
check; ``G3``: out of reach; ``G4``: too much), or ``read``: it may be read, whatever the rules then say of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.media_types import MediaType

from .awkward_tables import READ, Awkward, cells, tables, workbooks

P = "<http://e.example/p>"
S = "<http://e.example/s>"
TURTLE_LIKE = (media_types.TURTLE, media_types.TRIG, media_types.N_TRIPLES, media_types.N_QUADS)
WITH_PREFIXES = (media_types.TURTLE, media_types.TRIG)


def all_of_them() -> list[Awkward]:
    """Every one, in a fixed order."""
    families = (
        nesting, controls, invisible, schemes, hosts, smuggling, graphs, contexts, doctypes, encodings, torn, values,
        workbooks, cells, tables, odd_json, odd_xml,
    )  # fmt: skip
    return [each for family in families for each in family()]


def _xml(body: str) -> bytes:
    head = '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/">'
    return f"{head}{body}</r:RDF>".encode()


def _about(iri: str) -> str:
    return f'<r:Description r:about="{iri}"><e:p>x</e:p></r:Description>'


def _with_iri(iri: str, media_type: MediaType) -> bytes:
    """A document with this IRI as a subject."""
    if media_type is media_types.JSON_LD:
        return json.dumps({"@id": iri, "http://e.example/p": "x"}, ensure_ascii=False).encode()
    if media_type is media_types.RDF_XML:
        return _xml(_about(iri))
    return f'<{iri}> {P} "x" .'.encode()


ALL = (*TURTLE_LIKE, media_types.JSON_LD, media_types.RDF_XML)


def nesting() -> Iterator[Awkward]:
    """Brackets without end."""
    for depth in (60, 1_000, 100_000):
        for name, mark in (("lists", "( "), ("nodes", f"[ {P} ")):
            for media_type in WITH_PREFIXES:
                data = f"{S} {P} {mark * depth}".encode()
                yield Awkward("nesting", f"{name}-{depth}", media_type, data, ("G1", "G4"))
        for mark in ("[", '{"http://e.example/p":', '{"@list":[', '{"@graph":[', '{"@context":{"a":'):
            yield Awkward(
                "nesting", f"open-{depth}-{mark[:8]}", media_types.JSON_LD, mark.encode() * depth, ("G1", "G4")
            )
        yield Awkward("nesting", f"closed-{depth}", media_types.JSON_LD, b"[" * depth + b"]" * depth, ("G4",))
        yield Awkward("nesting", f"tags-{depth}", media_types.RDF_XML, b"<a>" * depth, ("G1", "G4"))
        yield Awkward("nesting", f"tags-closed-{depth}", media_types.RDF_XML, b"<a>" * depth + b"</a>" * depth, ("G4",))
        yield Awkward("nesting", f"quoted-{depth}", media_types.N_TRIPLES, b"<<( " * depth, ("G1", "G4"))
    for depth in (60, 1_000, 5_000):
        for media_type in WITH_PREFIXES:
            data = f"{S} {P} {'( ' * depth}{') ' * depth} .".encode()
            yield Awkward("nesting", f"lists-closed-{depth}", media_type, data, (READ,))
            data = f"{S} {P} {f'[ {P} ' * depth} 1 {'] ' * depth} .".encode()
            yield Awkward("nesting", f"nodes-closed-{depth}", media_type, data, (READ,))


def controls() -> Iterator[Awkward]:
    """Characters that belong in no text."""
    for number in (0, 1, 7, 8, 11, 12, 27, 31, 0xFFFE, 0xFFFF, 0xFDD0):
        character = chr(number)
        for media_type in TURTLE_LIKE:
            yield Awkward("control", f"{number:04X}", media_type, f'{S} {P} "a{character}b" .'.encode(), ("G1",))
        for media_type in WITH_PREFIXES:
            escaped = f'{S} {P} "a\\u{number:04X}b" .'.encode()
            yield Awkward("control", f"{number:04X}-escaped", media_type, escaped, ("G1",))
        said = json.dumps({"@id": "http://e.example/s", "http://e.example/p": f"a{character}b"})
        yield Awkward("control", f"{number:04X}-escaped", media_types.JSON_LD, said.encode(), ("G1",))
        text = _xml(_about("http://e.example/s").replace(">x<", f">a&#{number};b<"))
        yield Awkward("control", f"{number:04X}-entity", media_types.RDF_XML, text, ("G1",))
    yield Awkward("control", "surrogate", media_types.TURTLE, f'{S} {P} "\\uD800" .'.encode(), ("G1",))
    yield Awkward("control", "surrogate", media_types.JSON_LD, b'{"http://e.example/p": "\\ud800"}', ("G1",))


def invisible() -> Iterator[Awkward]:
    """Characters that turn or hide an IRI."""
    for number in (0x00AD, 0x061C, 0x200B, 0x200D, 0x200E, 0x202A, 0x202E, 0x2060, 0x2066, 0x2069):
        for media_type in ALL:
            iri = f"http://e.example/a{chr(number)}b"
            yield Awkward("invisible", f"{number:04X}", media_type, _with_iri(iri, media_type), ("G1",))


def schemes() -> Iterator[Awkward]:
    """Addresses that run or read something."""
    addresses = (
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
        "FILE:///etc/passwd", "blob:x", "about:blank", "ftp://e.example/a", "jar:file:///x", "gopher://e.example/",
        "view-source:http://e.example/", "ws://e.example/", "intent:x",
    )  # fmt: skip
    for number, iri in enumerate(addresses):
        for media_type in ALL:
            yield Awkward("scheme", f"{number}", media_type, _with_iri(iri, media_type), ("G1",))
        as_value = f"{S} {P} <{iri}> .".encode()
        yield Awkward("scheme", f"{number}-value", media_types.TURTLE, as_value, ("G1",))
        as_type = f'{S} {P} "x"^^<{iri}> .'.encode()
        yield Awkward("scheme", f"{number}-datatype", media_types.TURTLE, as_type, ("G1",))


def hosts() -> Iterator[Awkward]:
    """Names that look like another, and letters in parts."""
    names = (
        "http://\u0435xample.org/a", "http://zorgn\u0435twerk.example/a", "http://\u0440aypal.example/",
        "http://ex\u0430mple.org/", "http://\uff45xample.org/", "http://e.example/e\u0301", "http://e.example/\u212b",
    )  # fmt: skip
    for number, iri in enumerate(names):
        for media_type in ALL:
            yield Awkward("host", f"{number}", media_type, _with_iri(iri, media_type), ("G1",))


def smuggling() -> Iterator[Awkward]:
    """Axioms, shapes and vocabulary among the facts."""
    rdfs, owl, sh = (
        "http://www.w3.org/2000/01/rdf-schema#",
        "http://www.w3.org/2002/07/owl#",
        "http://www.w3.org/ns/shacl#",
    )
    zn, shapes = f"{RESERVED_BASE}ns/zorgnetwerk#", f"{RESERVED_BASE}shapes/"
    triples = [
        f"<{zn}Deelname> <{rdfs}subClassOf> <{zn}Bron>", f"<http://e.example/C> <{rdfs}subClassOf> <{zn}Deelname>",
        f"<{zn}rol> <{rdfs}range> <{zn}Bron>", f"<{zn}rol> <{rdfs}domain> <{zn}Bron>",
        f"<http://e.example/p> <{rdfs}subPropertyOf> <{zn}rol>", f"<{zn}Deelname> <{owl}equivalentClass> <{zn}Bron>",
        f"<{zn}rol> <{owl}equivalentProperty> <{zn}citaat>", f"<{zn}> <{owl}imports> <http://127.0.0.1:9/x>",
        f"<http://e.example/o> <{owl}imports> <file:///etc/passwd>".replace("file:///etc/passwd", "http://127.0.0.1:9/"),
        f"<{shapes}R15-deelnemers> <{sh}deactivated> true", f"<{shapes}R15-deelnemers> <{sh}severity> <{sh}Info>",
        f"<http://e.example/S> a <{sh}NodeShape>", f"<http://e.example/S> <{sh}targetNode> <http://e.example/x>",
        f"[] <{sh}select> 'SELECT $this WHERE {{ SERVICE <http://127.0.0.1:9/> {{ ?a ?b ?c }} }}'",
        f"<http://e.example/S> <{sh}js> <http://127.0.0.1:9/x.js>", f"<http://e.example/S> <{sh}rule> []",
        f"<{zn}Nieuw> a <{owl}Class>", f"<http://e.example/p> a <{owl}ObjectProperty>",
        f"<{RESERVED_BASE}auth/rollen/baas> a <http://www.w3.org/2004/02/skos/core#Concept>",
        f"<{RESERVED_BASE}auth/rollen/deelnemer> <http://www.w3.org/2004/02/skos/core#prefLabel> 'x'@nl",
        f"<{RESERVED_BASE}id/graaf/register> <http://purl.org/dc/terms/title> 'x'@nl",
        "<http://e.example/p> a <http://www.w3.org/1999/02/22-rdf-syntax-ns#Property>",
        f"<{zn}Deelname> <{owl}disjointWith> <{zn}Bron>", f"<{zn}rol> <{owl}deprecated> true",
    ]  # fmt: skip
    for number, triple in enumerate(triples):
        for media_type in WITH_PREFIXES:
            yield Awkward("smuggling", f"{number}", media_type, f"{triple} .".encode(), ("G3",))


def graphs() -> Iterator[Awkward]:
    """Other graphs than the one of the submission."""
    for number, name in enumerate(
        ("http://e.example/g", f"{RESERVED_BASE}id/graaf/register", f"{RESERVED_BASE}id/graaf/inzending-1", "_:g")
    ):
        term = name if name.startswith("_") else f"<{name}>"
        quad = f"{S} {P} 1 {term} .".replace(" 1 ", ' "1" ').encode()
        yield Awkward("graph", f"{number}", media_types.N_QUADS, quad, ("G3",))
        yield Awkward("graph", f"{number}", media_types.TRIG, f"{term} {{ {S} {P} 1 }}".encode(), ("G3",))
        yield Awkward("graph", f"{number}-keyword", media_types.TRIG, f"GRAPH {term} {{ {S} {P} 1 }}".encode(), ("G3",))
        said = {"@id": name, "@graph": [{"@id": "http://e.example/s", "http://e.example/p": "x"}]}
        yield Awkward("graph", f"{number}", media_types.JSON_LD, json.dumps(said).encode(), ("G3",))


def contexts() -> Iterator[Awkward]:
    """Contexts from elsewhere, and contexts that do harm."""
    iri = "http://127.0.0.1:9/context"
    wrong: list[object] = [
        iri, [iri], [{"a": "http://e.example/a"}, iri], {"@import": iri}, {"a": {"@id": "http://e.example/a", "@context": iri}},
        "file:///etc/passwd", "//127.0.0.1:9/x", "relative", {"@import": "file:///etc/passwd"},
        [[iri]], {"a": {"@id": "http://e.example/a", "@context": {"@import": iri}}}, 12, True, {"@version": 9},
        {"a": {"@id": "http://e.example/a", "@context": [iri]}}, {"@propagate": 1}, {"@vocab": 3}, {"@base": []},
        {"a": "b", "b": "a"}, {"a": {"@id": "@context"}}, {"@id": "http://e.example/"}, {"@type": "http://e.example/"},
    ]  # fmt: skip
    for number, context in enumerate(wrong):
        data = json.dumps({"@context": context, "@id": "http://e.example/s", "a": {"a": "x"}}).encode()
        yield Awkward("context", f"{number}", media_types.JSON_LD, data, ("G1", "G2", "G4"))
        inner = json.dumps(
            [{"@id": "http://e.example/s", "http://e.example/p": {"@context": context, "a": "x"}}]
        ).encode()
        yield Awkward("context", f"{number}-inside", media_types.JSON_LD, inner, ("G1", "G2", "G4"))
    chain = {f"t{n}": f"t{n + 1}:x" for n in range(5_000)}
    yield Awkward("context", "chain", media_types.JSON_LD, json.dumps({"@context": chain}).encode(), ("G4",))
    many = [{"@context": {"a": "http://e.example/a"}}] * 2_000
    yield Awkward("context", "many", media_types.JSON_LD, json.dumps(many).encode(), ("G4",))


def doctypes() -> Iterator[Awkward]:
    """Declarations of entities."""
    declarations = (
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>', "<!DOCTYPE r>", "<!doctype r>",
        '<!DOCTYPE r PUBLIC "a" "http://127.0.0.1:9/x">',
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;&b;">]>',
    )  # fmt: skip
    for number, declaration in enumerate(declarations):
        body = _xml('<r:Description r:about="http://e.example/s"><e:p>&x;</e:p></r:Description>')
        for head in ("", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-8"?>\n'):
            name = f"{number}-{len(head)}"
            yield Awkward("doctype", name, media_types.RDF_XML, f"{head}{declaration}".encode() + body, ("G1",))
    for entity in ("&x;", "&nbsp;", "&#xD800;", "&#0;"):
        data = _xml(f'<r:Description r:about="http://e.example/s"><e:p>{entity}</e:p></r:Description>')
        yield Awkward("doctype", f"entity-{entity[1:-1]}", media_types.RDF_XML, data, ("G1",))


def encodings() -> Iterator[Awkward]:
    """Bytes in other encodings than UTF-8."""
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "latin-1", "cp500"):
        for media_type in ALL:
            data = _with_iri("http://e.example/\u00e9", media_type).decode().encode(encoding)
            answers = ("G1", READ) if encoding == "utf-7" else ("G1",)
            yield Awkward("encoding", encoding, media_type, data, answers)
    for name in ("utf-7", "utf-16", "iso-8859-1", "ebcdic-cp-us", "x-none"):
        data = f'<?xml version="1.0" encoding="{name}"?>'.encode() + _xml(_about("http://e.example/s"))
        yield Awkward("encoding", f"declared-{name}", media_types.RDF_XML, data, ("G1", "G2"))
    for number, data in enumerate((b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x80")):
        for media_type in ALL:
            yield Awkward("encoding", f"bad-{number}", media_type, data, ("G1",))


def torn() -> Iterator[Awkward]:
    """Documents that end too early, and none at all."""
    for media_type in ALL:
        whole = _with_iri("http://e.example/s", media_type)
        for part in (3, len(whole) // 2, len(whole) - 2):
            yield Awkward("torn", f"{part}", media_type, whole[:part], ("G1",))
        yield Awkward("torn", "empty", media_type, b"", ("G1", "G2"))
        yield Awkward("torn", "spaces", media_type, b" \n\t ", ("G1", "G2"))
        yield Awkward("torn", "mark", media_type, b"\xef\xbb\xbf", ("G1", "G2"))
        yield Awkward("torn", "html", media_type, b"<!DOCTYPE html><html><body>x</body></html>", ("G1",))
        yield Awkward("torn", "archive", media_type, b"PK\x03\x04" + bytes(64), ("G1",))
        yield Awkward("torn", "program", media_type, b"\x7fELF" + bytes(64), ("G1",))


def values() -> Iterator[Awkward]:
    """Values that are of their datatype in name only, or too long for the machine."""
    xsd = "http://www.w3.org/2001/XMLSchema#"
    for kind in ("integer", "decimal", "double", "date", "dateTime", "gYear", "boolean", "duration", "hexBinary",
                 "base64Binary", "time", "byte", "anyURI", "dayTimeDuration"):  # fmt: skip
        for name, text in (
            ("word", "veel"),
            ("nines", "9" * 6_000),
            ("sign", "-"),
            ("nan", "NaN"),
            ("year", "-9999999-01-01"),
            ("empty", ""),
        ):
            yield Awkward(
                "value",
                f"{kind}-{name}",
                media_types.TURTLE,
                f'{S} {P} "{text}"^^<{xsd}{kind}> .'.encode(),
                (READ, "G1"),
            )
    for kind, text in (("XMLLiteral", "<a>" * 3_000), ("HTML", "<script>alert(1)</script>"), ("JSON", "[" * 5_000)):
        rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        yield Awkward("value", kind, media_types.TURTLE, f'{S} {P} "{text}"^^<{rdf}{kind}> .'.encode(), (READ, "G1"))
    for tag in ("nl_BE", "x" * 40, "1a", "nl-", "a" * 9):
        yield Awkward("value", f"tag-{tag[:6]}", media_types.TURTLE, f'{S} {P} "x"@{tag} .'.encode(), ("G1",))
        said = {"http://e.example/p": {"@value": "x", "@language": tag}}
        yield Awkward("value", f"tag-{tag[:6]}", media_types.JSON_LD, json.dumps(said).encode(), ("G1",))
    yield Awkward("value", "number-as-property", media_types.TURTLE, f"{S} <http://e.example/1> 1 .".encode(), ("G1",))


def odd_json() -> Iterator[Awkward]:
    """JSON that is none, or that says nothing."""
    texts = ("{}", "[]", "null", "1", '"x"', "true", "NaN", "{'a': 1}", "[1,]", '{"a":1,"a":2}', "{" * 10, "[]]", "//x\n{}",
             '{"@id": 1}', '{"@type": {}}', '{"@value": {}}', '{"@list": [[[]]]}', '{"@set": {}}', '{"@reverse": 1}',
             '{"@id":"http://e/a","@reverse":{"http://e/p":{"@id":"http://e/a","@reverse":{"http://e/p":"x"}}}}',
             '{"@included": 1}', '{"@nest": {"@nest": {}}}', '{"@index": 3}', "1e999", "-", '{"a": 1e400}', "9" * 5_000)  # fmt: skip
    for number, text in enumerate(texts):
        yield Awkward("json", f"{number}", media_types.JSON_LD, text.encode(), ("G1", "G2"))


def odd_xml() -> Iterator[Awkward]:
    """XML that is no RDF/XML."""
    bodies = (
        "<e:p/>", '<r:Description r:ID="1"/>', '<r:li>x</r:li>', '<r:Description r:about="http://e.example/a" r:nodeID="b"/>',
        '<r:Description r:bagID="x"/>', '<r:Description r:aboutEach="x"/>', '<r:Description><e:p r:parseType="Collection">x</e:p></r:Description>',
        '<r:Description><e:p r:parseType="Literal"><script>alert(1)</script></e:p></r:Description>',
        '<r:Description><e:p r:resource="a" r:parseType="Resource"/></r:Description>', "<![CDATA[x]]>", "<?php x ?>",
        '<r:Description xml:base="javascript:x" r:about="y"><e:p>x</e:p></r:Description>', "<unbound:x/>", "<r:RDF/>",
    )  # fmt: skip
    for number, body in enumerate(bodies):
        yield Awkward("xml", f"{number}", media_types.RDF_XML, _xml(body), ("G1", "G2", READ))
    attributes = " ".join(f'e:a{n}="x"' for n in range(200))
    yield Awkward("xml", "attributes", media_types.RDF_XML, _xml(f"<r:Description {attributes}/>"), ("G4",))
    yield Awkward(
        "xml",
        "script",
        media_types.RDF_XML,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        ("G1", "G2"),
    )
