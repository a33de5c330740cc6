import assert from "node:assert/strict";
import { test } from "node:test";
import { placeAt, prologueOf } from "../src/place.js";

/* The bar marks the cursor. */
const PLACES = [
  ["|", "head", ""],
  ["SEL|", "head", "SEL"],
  ["PREFIX sk|", "declaration", "sk"],
  ["PREFIX skos: <http://e/> SELECT|", "head", "SELECT"],
  ["SELECT * { ?s a |", "class", ""],
  ["SELECT * { ?s a zn:Sam|", "class", "zn:Sam"],
  ["PREFIX r: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> SELECT * { ?s r:type |", "class", ""],
  ["SELECT * { ?s zn:de|", "property", "zn:de"],
  ["SELECT * { ?s zn:deelnemer |", "object", ""],
  ["SELECT * { ?s zn:deelnemer ?x ; |", "property", ""],
  ["SELECT * { ?s zn:deelnemer ?x , je|", "object", "je"],
  ["SELECT * { ?s zn:deelnemer ?x . |", "subject", ""],
  ["SELECT * { ?s zn:deelnemer ?x . opt|", "subject", "opt"],
  ["SELECT * { ?s zn:deelnemer/|", "property", ""],
  ["SELECT * { ?s (zn:deelnemer|^|", "property", ""],
  ["SELECT * { ?s (zn:deelnemer|^zn:lid)+ |", "object", ""],
  ["SELECT * { ?s zn:plaats [ |", "property", ""],
  ["SELECT * { ?s zn:plaats [ zn:naam 'x' ] ; |", "property", ""],
  ["SELECT * { [] a |", "class", ""],
  ["SELECT * { ?s ?p ?o FILTER(|", "expression", ""],
  ["SELECT * { ?s ?p ?o FILTER(STR(?o) = 'x') |", "subject", ""],
  ["SELECT * { ?s ?p ?o FILTER((?o + 1) > |", "expression", ""],
  ["SELECT * { ?s ?p ?o FILTER EXISTS { ?s a |", "class", ""],
  ["SELECT * { ?s ?p ?o FILTER regex(?o, 'x') ?s |", "property", ""],
  ["SELECT * { VALUES ?x { |", "object", ""],
  ["SELECT * { VALUES (?x ?y) { (zn:a |", "object", ""],
  ["SELECT * { VALUES ?x { zn:a } ?x |", "property", ""],
  ["SELECT * { GRAPH ?g { ?s |", "property", ""],
  ["SELECT * { GRAPH |", "object", ""],
  ["SELECT (COUNT(?x) AS ?n) { ?s |", "property", ""],
  ["SELECT * { { SELECT ?s { ?s a ?c } GROUP |", "head", ""],
  ["SELECT * { { SELECT ?s { ?s a ?c } } ?s |", "property", ""],
  ["SELECT * { ?s ?p 'it is a |", "none", ""],
  ["SELECT * { ?s ?p '''it\nis a |", "none", ""],
  ["SELECT * { # what is a |", "none", ""],
  ["SELECT * { # what\n ?s |", "property", ""],
  ["SELECT * { ?s zn:x <http://e/a#b|", "object", "<http://e/a#b"],
  ["SELECT * { ?s zn:x ?na|", "object", "?na"],
  ["SELECT * { ?s ?p ?o } ORD|", "head", "ORD"],
  ["SELECT * { << ?s ?p ?o >> |", "property", ""],
];

for (const [marked, kind, word] of PLACES) {
  test(`at ${marked.replace("\n", "\\n")} stands a ${kind}`, () => {
    const offset = marked.lastIndexOf("|");
    const text = marked.slice(0, offset) + marked.slice(offset + 1);
    const found = placeAt(text, offset);
    assert.equal(found.kind, kind);
    assert.equal(found.word, word);
    assert.equal(found.from, offset - word.length);
  });
}

test("the prologue tells its prefixes and its end", () => {
  const text = "# first\nBASE <http://e/>\nprefix a: <http://a/>\nPREFIX : <http://b/>\nSELECT * {}";
  const found = prologueOf(text);
  assert.deepEqual([...found.prefixes], [["a", "http://a/"], ["", "http://b/"]]);
  assert.equal(text.slice(0, found.end).split("\n").at(-1), "PREFIX : <http://b/>");
});

test("a text without a prologue has none", () => {
  assert.deepEqual(prologueOf("SELECT * {}"), { prefixes: new Map(), end: 0 });
});
