import assert from "node:assert/strict";
import { test } from "node:test";
import { fitting, NOTHING, prepare, writtenIn } from "../src/words.js";

const WORDS = prepare({
  prefixes: { zn: "http://e/ns#", id: "http://e/id/", org: "http://e/id/org/" },
  classes: [["http://e/ns#Netwerk", "réseau de soins", 5], ["http://e/ns#Deel", "part", 9, "une part"], ["http://f/Other", "other", 1]],
  properties: [["http://e/ns#heeftNetwerk", "a pour réseau", 0]],
  things: [["http://e/id/org/a-b", "Hôpital A", 3], ["http://e/id/org/a/b", "Hôpital B", 2]],
});

test("a word is written with the longest namespace that fits, or in full", () => {
  assert.deepEqual(WORDS.object.map((word) => word.text), ["org:a-b", "<http://e/id/org/a/b>"]);
  assert.deepEqual(WORDS.class.map((word) => word.text), ["zn:Netwerk", "zn:Deel", "<http://f/Other>"]);
});

test("a name is found without accents and in the middle, the beginning first", () => {
  const found = (typed) => fitting([WORDS.class, WORDS.property], typed).map((word) => word.text);
  assert.deepEqual(found("reseau"), ["zn:Netwerk", "zn:heeftNetwerk"]);
  assert.deepEqual(found("zn:netw"), ["zn:Netwerk"]);
  assert.deepEqual(found("etw"), ["zn:Netwerk", "zn:heeftNetwerk"]);
  assert.deepEqual(found("xyz"), []);
});

test("without a word all fit, the most used first", () => {
  assert.deepEqual(fitting([WORDS.class], "").map((word) => word.number), [9, 5, 1]);
});

test("a word is written as the query's own prefixes would have it", () => {
  const [word] = WORDS.class;
  assert.equal(writtenIn(word, new Map()), "zn:Netwerk");
  assert.equal(writtenIn(word, new Map([["zn", "http://e/ns#"]])), "zn:Netwerk");
  assert.equal(writtenIn(word, new Map([["z", "http://e/ns#"]])), "z:Netwerk");
  assert.equal(writtenIn(word, new Map([["zn", "http://other/"]])), "<http://e/ns#Netwerk>");
});

test("before the words have come nothing fits", () => {
  assert.deepEqual(fitting([NOTHING.class, NOTHING.object], "a"), []);
});
