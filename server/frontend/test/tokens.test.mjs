import assert from "node:assert/strict";
import { test } from "node:test";
import { tokensOf } from "../src/tokens.js";

const kinds = (text) => tokensOf(text).map((token) => `${token.kind}:${token.text}`);

const TEXTS = [
  ["SELECT ?x { ?x a zn:Y }", ["keyword:SELECT", "variable:?x", "mark:{", "variable:?x", "type:a", "name:zn:Y", "mark:}"]],
  ["?x < 5 && ?y>3", ["variable:?x", "mark:<", "number:5", "mark:&&", "variable:?y", "mark:>", "number:3"]],
  ["<http://e/a#b> # c", ["iri:<http://e/a#b>", "comment:# c"]],
  ["zn:a. zn:b.c .", ["name:zn:a", "mark:.", "name:zn:b.c", "mark:."]],
  ["'a\\'b' \"c\"@nl-BE 'd'^^xsd:date", ["string:'a\\'b'", 'string:"c"', "language:@nl-BE", "string:'d'", "mark:^^", "name:xsd:date"]],
  ['"""a "b" c"""', ['string:"""a "b" c"""']],
  ["'''never ends", ["string:'''never ends"]],
  ["'' \"\"", ["string:''", 'string:""']],
  ["<< ?s ?p ?o >> {| a zn:B |}", ["mark:<<", "variable:?s", "variable:?p", "variable:?o", "mark:>>", "mark:{|", "type:a", "name:zn:B", "mark:|}"]],
  ["count(DISTINCT ?x) true _:b1 1.5e3", ["function:count", "mark:(", "keyword:DISTINCT", "variable:?x", "mark:)", "constant:true", "blank:_:b1", "number:1.5e3"]],
  ["ë:ï 😀", ["name:ë:ï", "stray:😀"]],
  ["zn:a\\,b zn:%20", ["name:zn:a\\,b", "name:zn:%20"]],
];

for (const [text, expected] of TEXTS) {
  test(`${text} is read token by token`, () => assert.deepEqual(kinds(text), expected));
}

test("tokens cover the text: nothing is lost or read twice", () => {
  const text = "SELECT \u0000 \"half\n{ 'x }} <a b> @@ ?? é:é.. 1.2.3 '''";
  let end = 0;
  for (const token of tokensOf(text)) {
    assert.ok(token.from >= end);
    assert.match(text.slice(end, token.from), /^\s*$/);
    end = token.to;
  }
  assert.equal(end, text.length);
});
