/* What may stand at an offset of a query: known from the tokens before it, without a grammar, so that half-written text will do. */

import { tokensOf } from "./tokens.js";

const RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const WORD = /(?:[?$][^\s?$<>"'{}()|^`;,.[\]]*|<[^\s<>"{}|^`]*|[^\s?$<>"'{}()|^`;,[\]#/!*+=&]*)$/u;
const TERMS = new Set(["iri", "name", "blank", "string", "number", "variable", "constant", "type", "word"]);
const KINDS = { list: "object", rows: "object", values: "object", graph: "object", after: "subject", constraint: "expression" };
const AFTER_KEYWORD = {
  FILTER: "constraint", BIND: "constraint", VALUES: "values", GRAPH: "graph", SERVICE: "graph",
  OPTIONAL: "subject", UNION: "subject", MINUS: "subject", SELECT: "head",
};

/* Prefixes that the text declares, and where the last declaration ends (0 when there is none). */
export function prologueOf(text) {
  const tokens = tokensOf(text).filter((token) => token.kind !== "comment");
  const prefixes = new Map();
  let end = 0;
  for (let index = 0; index < tokens.length; ) {
    const word = tokens[index].kind === "keyword" ? tokens[index].text.toUpperCase() : "";
    const [first, second] = [tokens[index + 1], tokens[index + 2]];
    if (word === "BASE" && first?.kind === "iri") {
      end = first.to;
      index += 2;
    } else if (word === "PREFIX" && first?.kind === "name" && second?.kind === "iri") {
      prefixes.set(first.text.slice(0, -1), second.text.slice(1, -1));
      end = second.to;
      index += 3;
    } else break;
  }
  return { prefixes, end };
}

/* The word that is being written at an offset, and the kind of term that belongs there.

   kind: "none" in comments and strings; "declaration" after PREFIX; "head" outside the braces; "subject", "property",
   "class", "object", "expression". */
export function placeAt(text, offset) {
  const word = WORD.exec(text.slice(0, offset))[0];
  const from = offset - word.length;
  const tokens = tokensOf(text.slice(0, from));
  if (isInsideText(tokens, text, from)) return { kind: "none", word, from };
  const settled = tokens.filter((token) => token.kind !== "comment");
  return { kind: kindAfter(settled, prologueOf(text).prefixes), word, from };
}

function isInsideText(tokens, text, offset) {
  const last = tokens.at(-1);
  if (last?.isOpen || (last?.kind === "comment" && last.to === offset)) return true;
  const line = text.lastIndexOf("\n", offset - 1);
  return tokens.some((token) => token.kind === "stray" && token.from > line && /["']/.test(token.text));
}

function kindAfter(tokens, prefixes) {
  const state = { slot: "head", outer: [], property: "", isDeclaring: false };
  for (const token of tokens) {
    if (token.kind === "keyword") readKeyword(state, token.text.toUpperCase());
    else if (state.isDeclaring) state.isDeclaring = token.kind !== "iri";
    else if (TERMS.has(token.kind)) readTerm(state, token, prefixes);
    else readMark(state, token.text);
  }
  if (state.isDeclaring) return "declaration";
  if (state.slot === "object" && (state.property === "a" || state.property === RDF_TYPE)) return "class";
  return KINDS[state.slot] ?? state.slot;
}

function readKeyword(state, word) {
  state.isDeclaring = word === "PREFIX";
  if (state.slot !== "head" && state.slot !== "expression") state.slot = AFTER_KEYWORD[word] ?? state.slot;
}

function readTerm(state, token, prefixes) {
  if (state.slot === "property") state.property = full(token, prefixes);
  state.slot = { subject: "property", property: "object", object: "after", graph: "subject" }[state.slot] ?? state.slot;
}

function readMark(state, mark) {
  const { slot, outer } = state;
  if (mark === "{" || mark === "{|") {
    outer.push(slot === "values" ? "subject" : slot);
    state.slot = slot === "values" ? "rows" : mark === "{|" ? "property" : "subject";
  } else if (mark === "(" || mark === "<<" || mark === "<<(") {
    outer.push(slot);
    if (mark !== "(") state.slot = "subject";
    else state.slot = { head: "expression", constraint: "expression", object: "list", subject: "list" }[slot] ?? slot;
  } else if (mark === "[") {
    outer.push(slot);
    state.slot = "property";
  } else if (/^[}\])]|^\|}|^>>/.test(mark)) {
    state.slot = slotAfter(outer.pop() ?? "head", mark);
  } else if (slot === "after" || slot === "object" || slot === "property" || slot === "subject") {
    readSeparator(state, mark);
  }
}

function readSeparator(state, mark) {
  if (mark === ".") state.slot = "subject";
  else if (mark === ";") state.slot = "property";
  else if (mark === "," && state.slot === "after") state.slot = "object";
  else if ((mark === "/" || mark === "|") && state.slot === "object") state.slot = "property";
}

/* What comes after a closing bracket: in braces a new statement, otherwise what comes after a term. */
function slotAfter(above, mark) {
  if (mark === "}") return above === "head" || above === "expression" ? above : "subject";
  if (mark === "|}") return "after";
  return { object: "after", subject: "property", property: "object", constraint: "subject" }[above] ?? above;
}

function full(token, prefixes) {
  if (token.kind === "iri") return token.text.slice(1, -1);
  if (token.kind !== "name") return token.text;
  const prefix = token.text.slice(0, token.text.indexOf(":"));
  return prefixes.has(prefix) ? prefixes.get(prefix) + token.text.slice(prefix.length + 1) : token.text;
}
